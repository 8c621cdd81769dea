/* Threads do not know the order of arrival (RCV-17 to RCV-21). */
#include "unit/store/filing.h"

#include "guildpost/store/archive.h"

#define DAY 86400

/* --- a few letters, in the order that is written ------------------------------------------------ */

struct expectation {
	const char *says;
	struct letter letters[5];
	int threads; /* how many there are in the end */
	const char *child, *parent; /* message-ids; parent "" for a root */
};
static const struct expectation expectations[] = {
	{ "a first post starts a conversation", { { .msgid = "<a@x>" } }, 1, "<a@x>", "" },
	{ "a reply joins its parent", { { .msgid = "<a@x>" }, { .msgid = "<b@x>", .references = { "<a@x>" } } }, 1,
	    "<b@x>", "<a@x>" },
	{ "an unknown parent yields to its elders",
	    { { .msgid = "<a@x>" }, { .msgid = "<c@x>", .references = { "<a@x>", "<b@x>" } } }, 1, "<c@x>", "<a@x>" },
	{ "a late parent takes its place",
	    { { .msgid = "<a@x>" }, { .msgid = "<c@x>", .references = { "<a@x>", "<b@x>" } },
		{ .msgid = "<b@x>", .references = { "<a@x>" } } },
	    1, "<c@x>", "<b@x>" },
	{ "two who cite the same unknown are one thread",
	    { { .msgid = "<b@x>", .references = { "<a@x>" } }, { .msgid = "<c@x>", .references = { "<a@x>" } } }, 1,
	    "<c@x>", "" },
	{ "a late root gathers its children",
	    { { .msgid = "<b@x>", .references = { "<a@x>" } }, { .msgid = "<c@x>", .references = { "<a@x>" } },
		{ .msgid = "<a@x>" } },
	    1, "<b@x>", "<a@x>" },
	{ "a message that cites two threads joins them",
	    { { .msgid = "<a@x>" }, { .msgid = "<b@x>" }, { .msgid = "<c@x>", .references = { "<a@x>", "<b@x>" } } }, 1,
	    "<c@x>", "<b@x>" },
	{ "strangers stay apart", { { .msgid = "<a@x>" }, { .msgid = "<b@x>" } }, 2, "<b@x>", "" },
	{ "a message that cites itself is harmless", { { .msgid = "<a@x>", .references = { "<a@x>" } } }, 1, "<a@x>",
	    "" },
	{ "of two that cite each other the elder is the root",
	    { { .msgid = "<b@x>", .references = { "<a@x>" }, .date = NOW - 5 },
		{ .msgid = "<a@x>", .references = { "<b@x>" }, .date = NOW - 9 } },
	    1, "<a@x>", "" },
	{ "and the younger its child",
	    { { .msgid = "<b@x>", .references = { "<a@x>" }, .date = NOW - 5 },
		{ .msgid = "<a@x>", .references = { "<b@x>" }, .date = NOW - 9 } },
	    1, "<b@x>", "<a@x>" },
	{ "a reply that cites nothing is placed by its subject",
	    { { .msgid = "<a@x>", .base = "reeds", .date = NOW - 2 * DAY },
		{ .msgid = "<b@x>", .base = "reeds", .is_reply = true, .date = NOW - DAY } },
	    1, "<b@x>", "<a@x>" },
	{ "also when the other comes later",
	    { { .msgid = "<b@x>", .base = "reeds", .is_reply = true, .date = NOW - DAY },
		{ .msgid = "<a@x>", .base = "reeds", .date = NOW - 2 * DAY } },
	    1, "<b@x>", "<a@x>" },
	{ "but not after 30 days",
	    { { .msgid = "<a@x>", .base = "reeds", .date = NOW - 40 * DAY },
		{ .msgid = "<b@x>", .base = "reeds", .is_reply = true, .date = NOW - 9 * DAY } },
	    2, "<b@x>", "" },
	{ "and not without a reply prefix",
	    { { .msgid = "<a@x>", .base = "reeds", .date = NOW - 2 },
		{ .msgid = "<b@x>", .base = "reeds", .date = NOW - 1 } },
	    2, "<b@x>", "" },
	{ "nor when it cites something",
	    { { .msgid = "<a@x>", .base = "reeds", .date = NOW - 2 },
		{ .msgid = "<b@x>", .base = "reeds", .is_reply = true, .references = { "<z@x>" }, .date = NOW - 1 } },
	    2, "<b@x>", "" },
	{ "a reply that a wrong clock dates before its post is placed too",
	    { { .msgid = "<b@x>", .base = "reeds", .is_reply = true, .date = NOW - 3 * 3600 },
		{ .msgid = "<a@x>", .base = "reeds", .date = NOW } },
	    1, "<b@x>", "<a@x>" },
	{ "but not a day before",
	    { { .msgid = "<a@x>", .base = "reeds", .date = NOW },
		{ .msgid = "<b@x>", .base = "reeds", .is_reply = true, .date = NOW - DAY } },
	    2, "<b@x>", "" },
	{ "Outlook's answers without References stand in their conversation",
	    { { .msgid = "<a@x>", .base = "reeds", .conversation = "<1@c>", .date = NOW - 50 * DAY },
		{ .msgid = "<b@x>", .base = "reeds", .conversation = "<1@c>", .grown = true, .date = NOW } },
	    1, "<b@x>", "" },
	{ "below the nearest elder",
	    { { .msgid = "<b@x>", .base = "reeds", .conversation = "<1@c>", .grown = true, .date = NOW },
		{ .msgid = "<c@x>", .base = "reeds", .conversation = "<1@c>", .grown = true, .date = NOW + 5 },
		{ .msgid = "<a@x>", .base = "reeds", .conversation = "<1@c>", .date = NOW - DAY } },
	    1, "<c@x>", "<b@x>" },
	{ "what it cites comes before its conversation",
	    { { .msgid = "<a@x>", .base = "reeds", .conversation = "<1@c>", .date = NOW - DAY },
		{ .msgid = "<b@x>",
		    .base = "reeds",
		    .conversation = "<1@c>",
		    .references = { "<a@x>" },
		    .grown = true },
		{ .msgid = "<c@x>",
		    .base = "reeds",
		    .conversation = "<1@c>",
		    .references = { "<a@x>" },
		    .grown = true } },
	    1, "<c@x>", "<a@x>" },
	{ "another conversation is another thread",
	    { { .msgid = "<a@x>", .base = "reeds", .conversation = "<1@c>", .date = NOW },
		{ .msgid = "<b@x>", .base = "reeds", .conversation = "<2@c>", .date = NOW } },
	    2, "<b@x>", "" },
	{ "nor by an empty subject",
	    { { .msgid = "<a@x>", .base = "", .date = NOW - 2 },
		{ .msgid = "<b@x>", .base = "", .is_reply = true, .date = NOW - 1 } },
	    2, "<b@x>", "" },
};

static int64_t
count(struct filing_house *house, const char *sql)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;
	bool row;

	SAYS(sql,
	    gp_query_open(house->s.db, sql, &query, &err) == GP_OK && gp_query_next(query, &row, &err) == GP_OK && row);
	return gp_col_int(query, "n");
}

static enum gp_rc
take_parent(void *context, const struct gp_post *post, struct gp_err *err)
{
	(void)err;
	(void)snprintf(context, 200, "%s", post->parent != NULL ? post->parent : "");
	return GP_OK;
}

static void
parent_of(struct filing_house *house, const char *msgid, char *out)
{
	struct gp_err err;
	bool found;

	SAYS("a post is found by its id",
	    gp_archive_find(house->s.db, house->space_id, msgid, take_parent, out, &found, &err) == GP_OK && found);
}

static void
a_message_finds_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(expectations); i++) {
		const struct expectation *want = &expectations[i];
		struct filing_house house;
		char parent[200];

		house_open(&house);
		for (size_t k = 0; k < GP_COUNT(want->letters) && want->letters[k].msgid != NULL; k++)
			(void)file_letter(&house, &want->letters[k]);
		if (count(&house, "SELECT count(DISTINCT thread_id) AS n FROM message") != want->threads)
			fail_msg("no longer true: %s (threads)", want->says);
		parent_of(&house, want->child, parent);
		SAYS_TEXT(want->says, parent, want->parent);
		scratch_close(&house.s);
	}
}

static void
a_thread_keeps_its_address(void **state)
{
	struct filing_house house;
	struct gp_filed a, b, joined;
	struct gp_err err;
	int64_t thread_id;

	(void)state;
	house_open(&house);
	a = file_letter(&house, &(struct letter){ .msgid = "<a@x>" });
	b = file_letter(&house, &(struct letter){ .msgid = "<b@x>" });
	SAYS("a thread has a token of its kind", gp_token_is_thread(a.thread_token));
	SAYS("and each its own", strcmp(a.thread_token, b.thread_token) != 0);
	joined = file_letter(&house, &(struct letter){ .msgid = "<c@x>", .references = { "<b@x>", "<a@x>" } });
	SAYS_TEXT("when threads join, the elder's address wins", joined.thread_token, a.thread_token);
	SAYS("and the loser's stays an alias",
	    gp_thread_by_token(house.s.db, 1, b.thread_token, &thread_id, &err) == GP_OK && thread_id == a.thread_id);
	SAYS("in its own space only",
	    gp_thread_by_token(house.s.db, 2, b.thread_token, &thread_id, &err) == GP_OK && thread_id == 0);
	scratch_close(&house.s);
}

static void
the_address_wins_over_references(void **state)
{
	struct filing_house house;
	struct gp_filed a, b, c;
	char parent[200];

	(void)state;
	house_open(&house);
	a = file_letter(&house, &(struct letter){ .msgid = "<a@x>" });
	b = file_letter(&house, &(struct letter){ .msgid = "<b@x>" });
	c = file_letter(&house,
	    &(struct letter){ .msgid = "<c@x>", .references = { "<b@x>" }, .token = a.thread_token, .live = true });
	SAYS("a post to a thread's address stands in that thread", c.thread_id == a.thread_id);
	SAYS("and what it cites elsewhere is not joined",
	    b.thread_id != a.thread_id && count(&house, "SELECT count(DISTINCT thread_id) AS n FROM message") == 2);
	parent_of(&house, "<c@x>", parent);
	SAYS_TEXT("nor its parent", parent, "");
	c = file_letter(
	    &house, &(struct letter){ .msgid = "<d@x>", .references = { "<b@x>", "<a@x>" }, .token = a.thread_token });
	parent_of(&house, "<d@x>", parent);
	SAYS_TEXT("what it cites in that thread is", parent, "<a@x>");
	scratch_close(&house.s);
}

static int64_t
id_of(struct filing_house *house, const char *msgid)
{
	SCOPED(gp_free_str) char *sql = gp_printf("SELECT id AS n FROM message WHERE msgid = '%s'", msgid);

	return count(house, sql);
}

static const char threads_there[] = "SELECT count(DISTINCT thread_id) AS n FROM message";

/* <a> - <b> - <c>, and <d> below <a>; <b> is cut off with <c>. */
static struct gp_filed
split_house(struct filing_house *house)
{
	struct gp_filed a;
	struct gp_err err = { .text = "" };
	int64_t fresh;

	house_open(house);
	a = file_letter(house, &(struct letter){ .msgid = "<a@x>", .date = NOW - 9 });
	(void)file_letter(house, &(struct letter){ .msgid = "<b@x>", .references = { "<a@x>" }, .date = NOW - 8 });
	(void)file_letter(
	    house, &(struct letter){ .msgid = "<c@x>", .references = { "<a@x>", "<b@x>", "<z@x>" }, .date = NOW - 7 });
	(void)file_letter(house, &(struct letter){ .msgid = "<d@x>", .references = { "<a@x>" }, .date = NOW - 6 });
	SAYS("nothing is left when a thread's first post goes",
	    gp_thread_split(house->s.db, id_of(house, "<a@x>"), &house->keys, NOW, &fresh, &err) == GP_OK &&
		fresh == 0);
	SAYS("a post is cut off",
	    gp_thread_split(house->s.db, id_of(house, "<b@x>"), &house->keys, NOW, &fresh, &err) == GP_OK &&
		fresh != 0);
	return a;
}

static void
a_thread_is_split_for_ever(void **state)
{
	static const struct {
		const char *says, *msgid, *references[3], *parent, *with;
	} later[] = {
		{ "an answer to who was cut off goes with it", "<e@x>", { "<a@x>", "<b@x>", "<c@x>" }, "<c@x>",
		    "<b@x>" },
		{ "also when it cites less", "<f@x>", { "<a@x>", "<c@x>" }, "<c@x>", "<b@x>" },
		{ "an id that only these cite went with them", "<z@x>", { "<b@x>" }, "<b@x>", "<b@x>" },
		{ "an answer to who stayed stays", "<g@x>", { "<a@x>", "<d@x>" }, "<d@x>", "<a@x>" },
	};
	struct filing_house house;
	char parent[200];
	struct gp_err err;

	(void)state;
	(void)split_house(&house);
	SAYS("there are two threads now", count(&house, threads_there) == 2);
	parent_of(&house, "<b@x>", parent);
	SAYS_TEXT("who was cut off begins one", parent, "");
	parent_of(&house, "<c@x>", parent);
	SAYS_TEXT("and has its own below it", parent, "<b@x>");
	for (size_t i = 0; i < GP_COUNT(later); i++) {
		struct letter letter = { .msgid = later[i].msgid, .date = NOW + (int64_t)i };
		SCOPED(gp_free_str)
		char *together = gp_printf(
		    "SELECT count(DISTINCT thread_id) AS n FROM message WHERE msgid IN ('%s', '%s')", later[i].msgid,
		    later[i].with);

		memcpy(letter.references, later[i].references, sizeof(later[i].references));
		(void)file_letter(&house, &letter);
		parent_of(&house, later[i].msgid, parent);
		SAYS_TEXT(later[i].says, parent, later[i].parent);
		SAYS(later[i].says, count(&house, together) == 1);
	}
	SAYS("and two threads there are", count(&house, threads_there) == 2);
	SAYS("which agree with themselves", gp_archive_verify(house.s.db, &err) == GP_OK);
	scratch_close(&house.s);
}

static void
threads_are_joined_for_ever(void **state)
{
	struct filing_house house;
	struct gp_filed a, s;
	char parent[200];
	struct gp_err err;
	int64_t one;

	(void)state;
	a = split_house(&house);
	SAYS("what was split is joined again",
	    gp_thread_join(house.s.db, a.thread_id,
		count(&house, "SELECT thread_id AS n FROM message WHERE msgid = '<b@x>'"), &one, &err) == GP_OK &&
		one == a.thread_id);
	parent_of(&house, "<b@x>", parent);
	SAYS_TEXT("and hangs where it hung", parent, "<a@x>");
	SAYS("one thread there is", count(&house, threads_there) == 1);
	s = file_letter(&house, &(struct letter){ .msgid = "<s@x>" });
	SAYS("a stranger is joined",
	    gp_thread_join(house.s.db, s.thread_id, a.thread_id, &one, &err) == GP_OK && one == a.thread_id);
	SAYS("though nobody cites it", count(&house, threads_there) == 1);
	SAYS("places agree", gp_archive_verify(house.s.db, &err) == GP_OK);
	scratch_close(&house.s);
}

static void
answers_to_one_digest_are_not_one_thread(void **state)
{
	static const char issue[] =
	    "INSERT INTO issue (space_id, number, mode, timezone, language, due_at, from_event, through_event, reach,"
	    " posts, threads, subject, msgid) VALUES (1, 1, 'weekly', 'UTC', 'en', 0, 0, 0, '', 2, 2, 'Digest', "
	    "'<digest@x>')";
	struct filing_house house;
	struct gp_err err;

	(void)state;
	house_open(&house);
	SAYS("an issue went out", gp_db_run(house.s.db, issue, &err) == GP_OK);
	(void)file_letter(&house, &(struct letter){ .msgid = "<a@x>", .references = { "<digest@x>" } });
	(void)file_letter(&house, &(struct letter){ .msgid = "<b@x>", .references = { "<digest@x>" } });
	SAYS("two posts that cite it stay apart",
	    count(&house, "SELECT count(DISTINCT thread_id) AS n FROM message") == 2);
	scratch_close(&house.s);
}

static void
an_id_is_filed_once(void **state)
{
	struct filing_house house;
	struct gp_filed first, again, other;

	(void)state;
	house_open(&house);
	first = file_letter(&house, &(struct letter){ .msgid = "<a@x>", .body = "one" });
	again = file_letter(&house, &(struct letter){ .msgid = "<a@x>", .body = "one" });
	other = file_letter(&house, &(struct letter){ .msgid = "<a@x>", .body = "two" });
	SAYS("the first is neither copy nor conflict", !first.duplicate && !first.conflict && first.event > 0);
	SAYS("the same again is a duplicate, and names the first",
	    again.duplicate && !again.conflict && again.id == first.id);
	SAYS("the same id with another body is a conflict", other.conflict && !other.duplicate);
	SAYS("and one row stands", count(&house, "SELECT count(*) AS n FROM message") == 1);
	SAYS("and one event was taken", count(&house, "SELECT event AS n FROM counter") == first.event);
	scratch_close(&house.s);
}

static const struct {
	const char *says;
	int64_t date, want;
	bool live;
} dates[] = {
	{ "a date within a day of arrival is believed", NOW - DAY + 1, NOW - DAY + 1, true },
	{ "an older one is not", NOW - DAY - 1, NOW, true },
	{ "nor one of the future", NOW + DAY + 1, NOW, true },
	{ "an import keeps its own", NOW - 9000 * DAY, NOW - 9000 * DAY, false },
	{ "without a date the arrival counts", 0, NOW, false },
};

static void
a_date_is_believed_within_a_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(dates); i++) {
		struct filing_house house;

		house_open(&house);
		(void)file_letter(
		    &house, &(struct letter){ .msgid = "<a@x>", .date = dates[i].date, .live = dates[i].live });
		SAYS(dates[i].says, count(&house, "SELECT date AS n FROM message") == dates[i].want);
		scratch_close(&house.s);
	}
}

/* --- 200 letters in any order ------------------------------------------------------------------- */

#define MANY   200
#define ORDERS 8

static unsigned long long seed;

static unsigned
chance(unsigned n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % n;
}

static char ids[MANY + 40][24];
static char bases[12][12];

#define STATUSES 101 /* a prime: steps of 37 come to each once */

static void
replies_by_subject_follow_each_other_in_any_order(void **state)
{
	struct filing_house house;
	char msgid[24], before[24], parent[200];

	(void)state;
	house_open(&house);
	for (int i = 0; i < STATUSES; i++) {
		const int n = i * 37 % STATUSES;

		(void)snprintf(msgid, sizeof(msgid), "<r%03d@x>", n);
		(void)file_letter(&house, &(struct letter){ .msgid = msgid,
					      .subject = "Re: Status",
					      .base = "status",
					      .is_reply = n > 0,
					      .date = NOW - 86400 + n / 2 * 60 });
	}
	for (int n = 1; n < STATUSES; n++) {
		(void)snprintf(msgid, sizeof(msgid), "<r%03d@x>", n);
		(void)snprintf(before, sizeof(before), "<r%03d@x>", n - 1);
		parent_of(&house, msgid, parent);
		SAYS_TEXT("each hangs below the one before it, two of one minute too", parent, before);
	}
	scratch_close(&house.s);
}

/* Every kind of trouble: unknown parents, citations of both branches, circles, oneself, replies without references. */
static void
invent(struct letter *letters)
{
	static const char *const conversations[] = { "<1@c>", "<2@c>", "<3@c>" };

	for (size_t i = 0; i < GP_COUNT(ids); i++)
		(void)snprintf(ids[i], sizeof(ids[i]), "<m%zu@x>", i); /* from MANY on they never arrive */
	for (size_t i = 0; i < GP_COUNT(bases); i++)
		(void)snprintf(bases[i], sizeof(bases[i]), "subject %zu", i);
	for (unsigned i = 0; i < MANY; i++) {
		unsigned kind = chance(20), cited = kind < 7 || i == 0 ? 0 : 1 + chance(3);

		letters[i] = (struct letter){ .msgid = ids[i],
			.base = bases[chance(GP_COUNT(bases))],
			.date = NOW - 400 * DAY + (int64_t)i * DAY + (int64_t)chance(3 * DAY),
			.conversation = chance(6) == 0 ? conversations[chance(GP_COUNT(conversations))] : NULL,
			.is_reply = chance(2) == 0 };
		for (unsigned k = 0; k < cited; k++)
			letters[i].references[k] = kind == 19	? ids[chance(MANY + 40)]
						   : kind == 18 ? ids[MANY + chance(40)]
								: ids[i - 1 - chance(i < 9 ? i : 9)];
		if (kind == 17)
			letters[i].references[0] = ids[i];
	}
}

static void
shuffle(unsigned *order)
{
	for (unsigned i = 0; i < MANY; i++)
		order[i] = i;
	for (unsigned i = MANY - 1; i > 0; i--) {
		unsigned k = chance(i + 1), kept = order[i];

		order[i] = order[k];
		order[k] = kept;
	}
}

/* Who stands with whom, and under whom; a thread is known by the least id in it, since its address tells who came first. */
static char *
picture(struct filing_house *house)
{
	static const char sql[] = "SELECT m.msgid, coalesce(p.msgid, '-') AS parent,"
				  " (SELECT min(o.msgid) FROM message o WHERE o.thread_id = m.thread_id) AS least,"
				  " p.id IS NOT NULL AND p.thread_id <> m.thread_id AS astray"
				  " FROM message m LEFT JOIN message p ON p.id = m.parent_id ORDER BY m.msgid";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_buf out = GP_BUF_INIT(1u << 20);
	struct gp_err err;
	bool row;

	SAYS("the picture is read", gp_query_open(house->s.db, sql, &query, &err) == GP_OK);
	while (gp_query_next(query, &row, &err) == GP_OK && row) {
		SAYS("a parent stands in the same thread", gp_col_int(query, "astray") == 0);
		gp_buf_addf(&out, "%s under %s in %s\n", gp_col_text(query, "msgid"), gp_col_text(query, "parent"),
		    gp_col_text(query, "least"));
	}
	return gp_buf_take(&out);
}

static enum gp_rc
count_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	(void)post;
	(void)err;
	++*(int64_t *)context;
	return GP_OK;
}

/* A circle would be missing from the walk, since none of it hangs below a root. */
static void
all_are_in_trees(struct filing_house *house)
{
	int64_t shown = 0, threads = count(house, "SELECT max(thread_id) AS n FROM thread");
	struct gp_err err;

	for (int64_t i = 1; i <= threads; i++)
		SAYS("a tree is walked", gp_archive_thread(house->s.db, i, count_post, &shown, &err) == GP_OK);
	SAYS("every message stands in one tree", shown == MANY);
}

static void
any_order_gives_one_picture(void **state)
{
	SCOPED(gp_free_str) char *first = NULL;
	struct letter letters[MANY];
	unsigned order[MANY];
	const char *given = getenv("SEED");

	(void)state;
	seed = given != NULL ? strtoull(given, NULL, 10) : (unsigned long long)getpid();
	(void)printf("# seed %llu\n", seed);
	invent(letters);
	for (int round = 0; round < ORDERS; round++) {
		SCOPED(gp_free_str) char *now = NULL;
		struct filing_house house;
		struct gp_err err;

		house_open(&house);
		SAYS(
		    "tests need not wait for the disk", gp_db_run(house.s.db, "PRAGMA synchronous=OFF", &err) == GP_OK);
		shuffle(order);
		for (unsigned i = 0; i < MANY; i++)
			(void)file_letter(&house, &letters[order[i]]);
		now = picture(&house);
		all_are_in_trees(&house);
		if (first == NULL)
			first = gp_strdup(now);
		SAYS_TEXT("threads and parents are the same in any order", now, first);
		scratch_close(&house.s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_finds_its_place),
		cmocka_unit_test(a_thread_keeps_its_address),
		cmocka_unit_test(the_address_wins_over_references),
		cmocka_unit_test(a_thread_is_split_for_ever),
		cmocka_unit_test(threads_are_joined_for_ever),
		cmocka_unit_test(answers_to_one_digest_are_not_one_thread),
		cmocka_unit_test(an_id_is_filed_once),
		cmocka_unit_test(a_date_is_believed_within_a_day),
		cmocka_unit_test(replies_by_subject_follow_each_other_in_any_order),
		cmocka_unit_test(any_order_gives_one_picture),
	};

	return cmocka_run_group_tests_name("store/threads", tests, NULL, NULL);
}
