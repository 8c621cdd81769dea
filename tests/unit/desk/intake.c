#include "unit/store/scratch.h"

#include "guildpost/desk/intake.h"
#include "guildpost/desk/resolve.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/inbox.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/setting.h"
#include "guildpost/store/space.h"

#define NOW 1780000000

/* A desk over a scratch store with two domains and four spaces. */
struct place {
	struct scratch scratch;
	struct gp_desk desk;
	struct gp_strs domains;
};

static void
must(enum gp_rc rc, const struct gp_err *err)
{
	if (rc != GP_OK)
		fail_msg("the store fails: %s (%s)", err->text, err->detail);
}

static void
add_space(struct gp_db *db, const char *name, const char *domain, const char *state, int64_t max_size)
{
	static const char sql[] = "INSERT INTO space (community_id, name, domain, title, rhythm, timezone, language, "
				  "state, max_size, created_at)"
				  " VALUES (1, :name, :domain, '', '', 'UTC', 'en', :state, :max, 0)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;

	must(gp_query_open(db, sql, &query, &err), &err);
	gp_bind_text(query, ":name", name);
	gp_bind_text(query, ":domain", domain);
	gp_bind_text(query, ":state", state);
	gp_bind_int(query, ":max", max_size);
	must(gp_query_do(query, &err), &err);
}

static void
place_open(struct place *p)
{
	struct gp_db *db;
	struct gp_err err;

	*p = (struct place){ .domains = { NULL, 0, 0 } };
	scratch_open(&p->scratch);
	db = p->scratch.db;
	gp_strs_add(&p->domains, "x.example");
	gp_strs_add(&p->domains, "y.example");
	must(gp_keys_create(db, true, NOW, &err), &err);
	must(gp_desk_init(&p->desk, db, &err), &err);
	p->desk.domain = "x.example";
	p->desk.domains = &p->domains;
	must(gp_db_run(db,
		 "INSERT INTO community (community_id, name, title, timezone, language, created_at)"
		 " VALUES (1, 'w', '', 'UTC', 'en', 0)",
		 &err),
	    &err);
	add_space(db, "weavers", "x.example", "open", 0);
	add_space(db, "weavers@y.example", "y.example", "open", 1000);
	add_space(db, "potters@y.example", "y.example", "open", 0);
	add_space(db, "gone", "x.example", "closed", 0);
}

static void
place_close(struct place *p)
{
	gp_strs_release(&p->domains);
	scratch_close(&p->scratch);
}

static const struct {
	const char *says, *address, *status, *space;
} addresses[] = {
	{ "a space under its bare name", "weavers@x.example", "", "weavers" },
	{ "letters of either case", "Weavers@X.Example", "", "weavers" },
	{ "the same name at another domain is another space", "weavers@y.example", "", "weavers@y.example" },
	{ "a name that is only at the other domain", "potters@y.example", "", "potters@y.example" },
	{ "is not here", "potters@x.example", "5.1.1", NULL },
	{ "a name with its domain is no local part", "weavers@y.example@x.example", "5.1.3", NULL },
	{ "an unknown space", "smiths@x.example", "5.1.1", NULL },
	{ "an unknown domain", "weavers@z.example", "5.1.1", NULL },
	{ "a word", "weavers+join@y.example", "", "weavers@y.example" },
	{ "an unknown word", "weavers+dance@x.example", "5.1.1", NULL },
	{ "an unknown thread", "weavers+t4fz7@x.example", "5.1.1", NULL },
	{ "a token whose MAC is wrong", "weavers+c1abc00000001aaaaaaaaaaaaaaaa@x.example", "5.1.1", NULL },
	{ "a space that has closed", "gone@x.example", "5.2.1", NULL },
	{ "and what stands behind its plus sign", "gone+join@x.example", "5.2.1", NULL },
	{ "postmaster of the first domain", "postmaster@x.example", "", "" },
	{ "abuse of the second", "ABUSE@y.example", "", "" },
	{ "postmaster of a domain that is not served", "postmaster@z.example", "5.1.1", NULL },
	{ "no address", "weavers", "5.1.3", NULL },
	{ "non-ASCII", "w\xc3\xabvers@x.example", "5.6.7", NULL },
};

static void
an_address_is_resolved_or_refused(void **state)
{
	SCOPED(place_close) struct place p;

	(void)state;
	place_open(&p);
	for (size_t i = 0; i < GP_COUNT(addresses); i++) {
		SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
		struct gp_err err = { .status = "" };
		enum gp_rc rc = gp_resolve(&p.desk, addresses[i].address, NOW, &to, &err);

		SAYS_TEXT(addresses[i].says, err.status, addresses[i].status);
		SAYS(addresses[i].says, (rc == GP_OK) == (addresses[i].space != NULL));
		if (addresses[i].space != NULL)
			SAYS_TEXT(addresses[i].says, to.space != NULL ? to.space->name : "", addresses[i].space);
	}
}

static void
every_stranger_gets_one_text(void **state)
{
	SCOPED(place_close) struct place p;
	static const char *const unknown[] = { "smiths@x.example", "weavers+dance@x.example", "weavers+t4fz7@x.example",
		"weavers+c1abc00000001aaaaaaaaaaaaaaaa@x.example", "weavers@z.example" };
	struct gp_err first = { .text = "" }, err = { .text = "" };
	int64_t limit;

	(void)state;
	place_open(&p);
	SAYS("refused", gp_intake_recipient(&p.desk, unknown[0], NOW, &limit, &first) == GP_PERM);
	for (size_t i = 1; i < GP_COUNT(unknown); i++) {
		SAYS("refused", gp_intake_recipient(&p.desk, unknown[i], NOW, &limit, &err) == GP_PERM);
		SAYS_TEXT("space, word, thread, token: one text (SEC-04)", err.text, first.text);
	}
}

static void
tokens_open_their_own_space_only(void **state)
{
	SCOPED(place_close) struct place p;
	char token[GP_TOKEN_SIZE], address[120];
	struct gp_err err = { .text = "" };

	(void)state;
	place_open(&p);
	gp_token_make(&p.desk.keys, 'c', "weavers", 77, NOW + 86400, token);
	for (int turn = 0; turn < 3; turn++) {
		SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
		enum gp_rc rc;

		(void)snprintf(address, sizeof(address), "weavers+%s@%s", token, turn == 1 ? "y.example" : "x.example");
		rc = gp_resolve(&p.desk, address, turn == 2 ? NOW + 5 * 86400 : NOW, &to, &err);
		if (turn == 0)
			SAYS("a genuine token is good", rc == GP_OK && to.token == GP_TOKEN_GOOD && to.id == 77);
		else if (turn == 1)
			SAYS("of another space it is unknown", rc == GP_PERM);
		else
			SAYS("expired it is let in, to be explained by mail",
			    rc == GP_OK && to.token == GP_TOKEN_EXPIRED);
	}
}

static void
a_recipient_has_its_space_s_limit(void **state)
{
	SCOPED(place_close) struct place p;
	struct gp_err err;
	int64_t limit = -1;

	(void)state;
	place_open(&p);
	must(gp_intake_recipient(&p.desk, "weavers@y.example", NOW, &limit, &err), &err);
	SAYS("a space with a limit", limit == 1000);
	must(gp_intake_recipient(&p.desk, "weavers@x.example", NOW, &limit, &err), &err);
	SAYS("a space without one", limit == 0);
	must(gp_intake_recipient(&p.desk, "Postmaster", NOW, &limit, &err), &err);
	SAYS("postmaster needs no domain (RFC 5321 section 4.5.1)", limit == 0);
}

static const struct {
	const char *says, *line;
	int count, want;
	const char *rest;
} hops[] = {
	{ "no field at all", "", 0, 0, "\r\nbody\r\n" },
	{ "ninety-nine pass", "Received: by a\r\n", 99, 99, "Subject: x\r\n\r\nbody\r\n" },
	{ "a hundred and one do not", "received: by a\r\n", 101, 101, "\r\n" },
	{ "other fields do not count", "X-Received: by a\r\n", 150, 0, "\r\n" },
	{ "nor a folded line", "Subject: a\r\n Received: by b\r\n", 150, 0, "\r\n" },
	{ "nor what stands in the body", "", 0, 0, "\r\nReceived: a\r\nReceived: b\r\n" },
	{ "line ends of LF count the same", "RECEIVED: by a\n", 101, 101, "\nReceived: body\n" },
};

static void
received_fields_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(hops); i++)
		for (size_t step = 1; step < 40; step += 19) {
			SCOPED(gp_intake_release) struct gp_intake in = { 0 };
			SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(65536);
			struct gp_err err = { .status = "" };

			gp_intake_init(&in, "/tmp");
			for (int k = 0; k < hops[i].count; k++)
				gp_buf_adds(&text, hops[i].line);
			gp_buf_adds(&text, hops[i].rest);
			for (size_t at = 0; at < text.len; at += step)
				must(gp_intake_add(
					 &in, text.data + at, text.len - at < step ? text.len - at : step, &err),
				    &err);
			SAYS(hops[i].says, (gp_intake_end(&in, &err) == GP_OK) == (hops[i].want <= 100));
			SAYS(hops[i].says, in.received_fields == hops[i].want);
			SAYS_TEXT(hops[i].says, err.status, hops[i].want <= 100 ? "" : "5.4.6");
		}
}

static void
take_in(struct gp_intake *in, const char *folder, size_t n, const char *first, const char *second)
{
	SCOPED(gp_free_str) char *octets = gp_new(n + 1);
	struct gp_err err;

	for (size_t i = 0; i < n; i++)
		octets[i] = (char)('a' + i % 26);
	gp_intake_init(in, folder);
	for (size_t at = 0; at < n; at += 10000)
		must(gp_intake_add(in, octets + at, n - at < 10000 ? n - at : 10000, &err), &err);
	must(gp_intake_end(in, &err), &err);
	in->sender = gp_strdup("ann@a.example");
	gp_strs_add(&in->recipients, first);
	gp_strs_add(&in->recipients, second);
}

static void
a_batch_is_written_in_one_transaction(void **state)
{
	SCOPED(place_close) struct place p;
	SCOPED(gp_intake_release) struct gp_intake small = { 0 };
	SCOPED(gp_intake_release) struct gp_intake large = { 0 };
	SCOPED(gp_buf_release) struct gp_buf back = GP_BUF_INIT(4u << 20);
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *row = NULL;
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *second = NULL;
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *third = NULL;
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *fourth = NULL;
	struct gp_err err;
	unsigned char sha256[32];

	(void)state;
	place_open(&p);
	take_in(&small, p.scratch.folder, 100, "weavers@x.example", "weavers+join@x.example");
	take_in(&large, p.scratch.folder, 1000003, "weavers@x.example", "Weavers@x.example");
	SAYS("a small one stays in memory", small.octets.fd < 0);
	SAYS("a large one does not", large.octets.fd >= 0 && large.octets.memory.cap == 0);
	must(gp_intake_store(p.scratch.db, (struct gp_intake *[]){ &small, &large }, 2, NOW, &err), &err);

	must(gp_inbox_next(p.scratch.db, 0, &row, &err), &err);
	must(gp_inbox_next(p.scratch.db, row->id, &second, &err), &err);
	must(gp_inbox_next(p.scratch.db, second->id, &third, &err), &err);
	must(gp_inbox_next(p.scratch.db, third->id, &fourth, &err), &err);
	SAYS("two recipients share their octets", row->raw_id == second->raw_id && second->raw_id != third->raw_id);
	SAYS("a recipient given twice has one row", fourth == NULL);
	must(gp_raw_load(p.scratch.db, third->raw_id, &back, &err), &err);
	gp_sha256(back.data, back.len, sha256);
	SAYS("the large one comes back octet for octet", back.len == 1000003 && memcmp(sha256, large.sha256, 32) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_resolved_or_refused),
		cmocka_unit_test(every_stranger_gets_one_text),
		cmocka_unit_test(tokens_open_their_own_space_only),
		cmocka_unit_test(a_recipient_has_its_space_s_limit),
		cmocka_unit_test(received_fields_are_counted),
		cmocka_unit_test(a_batch_is_written_in_one_transaction),
	};

	return cmocka_run_group_tests_name("desk/intake", tests, NULL, NULL);
}
