#include "guildpost/store/pack.h"

#include "guildpost/store/archive.h"
#include "unit/store/filing.h"

#define POSTS 40 /* too little for a block */
#define MORE  220 /* enough for blocks and for a dictionary */

static char *
text_of(int i)
{
	return gp_printf(
	    "Dear weavers,\n\nthe warp of loom %d is tight, and its reed has %d dents to the inch.\n"
	    "The secret of this one is %08x%08x.\n\nYours, as on any other day,\nthe keeper of the looms\n",
	    i, i * 7 % 40, (unsigned)i * 2654435761u, (unsigned)i * 40503u * 2246822519u);
}

static void
file_all(struct filing_house *house, int64_t ids[POSTS])
{
	for (int i = 0; i < POSTS; i++) {
		SCOPED(gp_free_str) char *msgid = gp_printf("<loom%d@a.example>", i);
		SCOPED(gp_free_str) char *text = text_of(i);
		const struct letter letter = { .msgid = msgid, .subject = "Loom", .base = "loom", .text = text };

		ids[i] = file_letter(house, &letter).id;
	}
}

static void
file_long(struct filing_house *house)
{
	for (int i = 0; i < MORE; i++) {
		SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(64 << 10);
		SCOPED(gp_free_str) char *msgid = gp_printf("<long%d@a.example>", i);
		struct letter letter = { .msgid = msgid, .subject = "Long", .base = "long" };

		for (int j = 0; j < 5; j++) {
			SCOPED(gp_free_str) char *piece = text_of((i + 1) * 1000 + j);

			gp_buf_adds(&text, piece);
		}
		letter.text = text.data;
		(void)file_letter(house, &letter);
	}
}

static int64_t
number(struct filing_house *house, const char *sql)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;
	bool row;

	if (gp_query_open(house->s.db, sql, &query, &err) != GP_OK || gp_query_next(query, &row, &err) != GP_OK)
		fail_msg("a number is read: %s", err.text);
	return gp_col_int(query, "n");
}

static void
pack_all(struct filing_house *house)
{
	struct gp_err err = { .text = "" };
	bool more = true;

	while (more)
		if (gp_pack_some(house->s.db, NOW, &more, &err) != GP_OK)
			fail_msg("posts are packed: %s (%s)", err.text, err.detail);
}

static bool
all_is_well(struct filing_house *house)
{
	struct gp_err err = { .text = "" };
	int64_t cursor = 0;
	bool more = true;

	while (more)
		if (gp_raw_verify(house->s.db, 50, &cursor, &more, &err) != GP_OK)
			return false;
	return gp_archive_verify(house->s.db, &err) == GP_OK;
}

static const char plain[] = "SELECT count(*) AS n FROM raw WHERE block IS NULL";
static const char kept[] = "SELECT sum(length(octets)) AS n FROM block";
static const char came[] = "SELECT sum(size) AS n FROM raw";

static void
test_packing(void **state)
{
	struct filing_house house;
	int64_t ids[POSTS];

	(void)state;
	house_open(&house);
	file_all(&house, ids);
	SAYS("posts lie as they came at first", number(&house, plain) == POSTS);
	SAYS("too little for a block is left alone", number(&house, came) < (128 << 10));
	pack_all(&house);
	SAYS("and stays as it came", number(&house, plain) == POSTS);
	file_long(&house);
	pack_all(&house);
	SAYS("a block's worth is packed, all of it", number(&house, plain) == 0);
	SAYS("to a third at most", number(&house, kept) * 3 < number(&house, came));
	SAYS("with what the space has in common", number(&house, "SELECT count(*) AS n FROM dictionary") == 1);
	SAYS("and yields what came in", all_is_well(&house));
	pack_all(&house);
	SAYS("once is enough", all_is_well(&house));
	scratch_close(&house.s);
}

/* What is nobody's but this post's. */
static char *
secret_of(int i)
{
	return gp_printf("%08x%08x", (unsigned)i * 2654435761u, (unsigned)i * 40503u * 2246822519u);
}

static bool
blocks_hold(struct filing_house *house, const char *words)
{
	static const char sql[] =
	    "SELECT count(*) AS n FROM block b LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary"
	    " JOIN (SELECT block, max(at + size) AS n FROM raw GROUP BY block) r ON r.block = b.block_id"
	    " WHERE instr(CAST(gp_octets(b.coding, d.octets, b.octets, 0, r.n) AS BLOB), CAST(:words AS BLOB)) > 0"
	    " OR instr(d.octets, CAST(:words AS BLOB)) > 0";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;
	bool row;

	if (gp_query_open(house->s.db, sql, &query, &err) != GP_OK)
		fail_msg("blocks are read: %s", err.text);
	gp_bind_text(query, ":words", words);
	if (gp_query_next(query, &row, &err) != GP_OK)
		fail_msg("blocks are read: %s", err.text);
	return gp_col_int(query, "n") > 0;
}

static void
test_removal(void **state)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *secret = secret_of(2);
	SCOPED(gp_free_str) char *other = secret_of(3);
	struct filing_house house;
	int64_t ids[POSTS];
	struct gp_err err = { .text = "" };
	bool more = true;

	(void)state;
	house_open(&house);
	file_all(&house, ids);
	file_long(&house);
	while (gp_pack_some(house.s.db, NOW, &more, &err) == GP_OK && more)
		;
	SAYS("a packed post is there", blocks_hold(&house, secret) && number(&house, plain) == 0);
	SAYS("a post is removed", gp_tx_begin(house.s.db, &tx, &err) == GP_OK &&
				      gp_message_remove(house.s.db, ids[2], &err) == GP_OK &&
				      gp_tx_commit(&tx, &err) == GP_OK);
	SAYS("no block and no dictionary holds what it alone said", !blocks_hold(&house, secret));
	SAYS("its neighbour in the block stays", blocks_hold(&house, other) && all_is_well(&house));
	scratch_close(&house.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_packing), cmocka_unit_test(test_removal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
