/* What a person types, what is found, and that what was indexed can be taken out again. */
#include "unit/store/filing.h"

#include "guildpost/store/search.h"

static const struct {
	const char *says, *typed, *match, *without;
} queries[] = {
	{ "words must all be there", "phase noise", "\"phase\" \"noise\"", "" },
	{ "a phrase stays together", "\"phase noise\" clock", "\"phase noise\" \"clock\"", "" },
	{ "a star asks for what begins so", "synchron*", "\"synchron\" *", "" },
	{ "also behind a phrase", "\"phase noi\"*", "\"phase noi\" *", "" },
	{ "a minus asks for what is not there", "clock -gps -\"pulse per second\"", "\"clock\"",
	    "\"gps\" OR \"pulse per second\"" },
	{ "a minus within a word is a part of it", "x-ray", "\"x-ray\"", "" },
	{ "from: looks at the author", "from:ann", "author : \"ann\"", "" },
	{ "with a phrase too", "from:\"Ann Weaver\"", "author : \"Ann Weaver\"", "" },
	{ "subject: looks at the subject", "Subject:sett", "subject : \"sett\"", "" },
	{ "and can be refused", "reed -subject:sett", "\"reed\"", "subject : \"sett\"" },
	{ "the words of the engine are words here", "this AND that OR NOT NEAR",
	    "\"this\" \"AND\" \"that\" \"OR\" \"NOT\" \"NEAR\"", "" },
	{ "a stray quote asks for what follows it", "sett\"reed", "\"sett\" \"reed\"", "" },
	{ "a quote alone asks for nothing", "sett \"", "\"sett\"", "" },
	{ "mere signs are passed over", "sett ( ) : ^ + * - -- &", "\"sett\"", "" },
	{ "a colon in a word is a sign", "foo:bar", "\"foo:bar\"", "" },
	{ "other scripts are words", "Kettfäden 織物", "\"Kettfäden\" \"織物\"", "" },
};

static void
a_query_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(queries); i++) {
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		struct gp_err err;

		SAYS(queries[i].says, gp_search_parse(queries[i].typed, &search, &err) == GP_OK);
		SAYS_TEXT(queries[i].says, search.match, queries[i].match);
		SAYS_TEXT(queries[i].says, search.without, queries[i].without);
	}
}

static const struct {
	const char *says, *typed;
	int64_t since, until;
} spans[] = {
	{ "a day begins at its midnight", "since:2026-05-31", 1780185600, 0 },
	{ "and ends at the next", "until:2026-05-31", 0, 1780272000 },
	{ "a month is whole", "since:2026-05 until:2026-05", 1777593600, 1780272000 },
	{ "December too", "until:2025-12", 0, 1767225600 },
	{ "and a year", "since:2026 until:2026", 1767225600, 1798761600 },
	{ "an instant is itself", "until:2026-05-31T12:00:00Z", 0, 1780228800 },
};

static void
a_span_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(spans); i++) {
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		struct gp_err err;

		SAYS(spans[i].says, gp_search_parse(spans[i].typed, &search, &err) == GP_OK);
		SAYS(spans[i].says, search.since == spans[i].since && search.until == spans[i].until);
	}
}

static const struct {
	const char *says, *typed;
} refusals[] = {
	{ "nothing is no query", "" },
	{ "nor are blanks", "  \t " },
	{ "nor mere signs", "\"\" ( - *" },
	{ "a date that is none is refused", "since:yesterday" },
	{ "a month that is none too", "until:2026-13" },
	{ "has: knows attachments", "has:cheese" },
	{ "from: wants somebody", "sett from:" },
	{ "subject: wants a word", "subject:\"\"" },
	{ "what cannot be turned round is refused", "sett -since:2026" },
};

static void
what_is_no_query_is_refused_as_usage(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(refusals); i++) {
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		struct gp_err err = { .text = "" };

		SAYS(refusals[i].says,
		    gp_search_parse(refusals[i].typed, &search, &err) == GP_PERM && err.sysexit == 64);
		SAYS(refusals[i].says, err.text[0] != '\0');
	}
}

/* --- finding ---------------------------------------------------------------------------------- */

static enum gp_rc
list_hit(void *context, const struct gp_hit *hit, struct gp_err *err)
{
	(void)err;
	gp_buf_addf(context, "%s ", hit->msgid);
	return GP_OK;
}

static char *
found(struct filing_house *house, const char *typed)
{
	SCOPED(gp_search_release) struct gp_search search = { 0 };
	struct gp_buf out = GP_BUF_INIT(4096);
	struct gp_err err = { .text = "" };

	if (gp_search_parse(typed, &search, &err) != GP_OK ||
	    gp_search_run(house->s.db, &(struct gp_space){ .id = house->space_id, .language = house->language },
		&search, 20, list_hit, &out, &err) != GP_OK)
		fail_msg("a search runs: %s: %s (%s)", typed, err.text, err.detail);
	return gp_buf_take(&out);
}

static const struct letter shelf[] = {
	{ .msgid = "<own@x>",
	    .subject = "Warp",
	    .text = "The sett of linen is twelve.\n",
	    .from_name = "Ann Weaver",
	    .date = NOW - 30 },
	{ .msgid = "<quoted@x>",
	    .subject = "Weft",
	    .text = "> The sett of linen is twelve.\n\nI use ten, as my mother did.\n",
	    .own = "I use ten, as my mother did.\n",
	    .from_name = "Bob Reed",
	    .from_address = "bob@b.example",
	    .date = NOW - 20 },
	{ .msgid = "<titled@x>",
	    .subject = "Sett of wool",
	    .text = "What do you use? Kettfäden reißen bei mir.\n",
	    .date = NOW - 10 },
};

static const struct {
	const char *says, *typed, *want;
} finds[] = {
	{ "a word in the subject ranks above own words, and these above quoted ones", "sett",
	    "<titled@x> <own@x> <quoted@x> " },
	{ "a phrase is found where its words follow each other", "\"linen is\"", "<own@x> <quoted@x> " },
	{ "a word is found in its other forms", "uses", "<titled@x> <quoted@x> " },
	{ "accents do not matter", "kettfaden", "<titled@x> " },
	{ "the beginning of a word is enough with a star", "kettf*", "<titled@x> " },
	{ "what is refused does not come", "sett -linen", "<titled@x> " },
	{ "refusing alone lists the rest, the newest first", "-mother", "<titled@x> <own@x> " },
	{ "from: finds names", "sett from:weaver", "<own@x> " },
	{ "and addresses", "from:bob@b.example", "<quoted@x> " },
	{ "spans narrow it", "sett since:2027", "" },
	{ "and a span alone lists", "since:2026-06", "<titled@x> <quoted@x> <own@x> " },
	{ "stray quotes find what is between", "\"sett of wool", "<titled@x> " },
	{ "what is nowhere is not found", "heddle", "" },
};

static void
a_search_finds(void **state)
{
	struct filing_house house;

	(void)state;
	house_open(&house);
	for (size_t i = 0; i < GP_COUNT(shelf); i++)
		(void)file_letter(&house, &shelf[i]);
	for (size_t i = 0; i < GP_COUNT(finds); i++) {
		SCOPED(gp_free_str) char *got = found(&house, finds[i].typed);

		SAYS_TEXT(finds[i].says, got, finds[i].want);
	}
	scratch_close(&house.s);
}

/* Years of posts as they happen to come: 883612800 is the beginning of 1998. */
static const struct letter heap[] = {
	{ .msgid = "<new@x>", .text = "The sett of linen.\n", .date = NOW },
	{ .msgid = "<old@x>", .text = "The sett of wool.\n", .date = 883612800 },
	{ .msgid = "<last@x>", .text = "The sett of silk.\n", .date = 883612799 },
	{ .msgid = "<between@x>", .text = "The sett of hemp.\n", .date = 1009843200 },
};
static const struct {
	const char *says, *typed, *want;
} spanned[] = {
	{ "all of them, the newest first", "sett", "<new@x> <between@x> <old@x> <last@x> " },
	{ "from a year on, whatever came before and behind", "sett since:1999", "<new@x> <between@x> " },
	{ "up to a year", "sett until:1997", "<last@x> " },
	{ "the first second of a year is in it", "sett since:1998 until:1998", "<old@x> " },
	{ "a year in the middle", "sett since:2002-01 until:2002-01", "<between@x> " },
	{ "years without a post", "sett since:1999 until:2001", "" },
};

static void
a_span_finds_what_came_in_any_order(void **state)
{
	struct filing_house house;

	(void)state;
	house_open(&house);
	for (size_t i = 0; i < GP_COUNT(heap); i++)
		(void)file_letter(&house, &heap[i]);
	for (size_t i = 0; i < GP_COUNT(spanned); i++) {
		SCOPED(gp_free_str) char *got = found(&house, spanned[i].typed);

		SAYS_TEXT(spanned[i].says, got, spanned[i].want);
	}
	scratch_close(&house.s);
}

static const struct {
	const char *says, *language, *text, *typed;
	bool found;
} tongues[] = {
	{ "German words are found in another number", "de", "Zwei Webst\u00fchle stehen im Keller.\n", "webstuhl",
	    true },
	{ "English ones too", "en", "The weavers were weaving.\n", "weave", true },
	{ "French ones without their accents", "fr", "Elle a \u00e9chang\u00e9 les m\u00e9tiers.\n", "echanger", true },
	{ "and with them", "fr", "les metiers\n", "m\u00e9tier", true },
	{ "Spanish plurals", "es", "Las canciones de telar.\n", "canci\u00f3n", true },
	{ "Russian endings", "ru",
	    "\u041a\u0440\u0430\u0441\u0438\u0432\u044b\u0439 \u0441\u0442\u0430\u043d\u043e\u043a\n",
	    "\u043a\u0440\u0430\u0441\u0438\u0432\u0430\u044f \u0441\u0442\u0430\u043d\u043a\u0438", false },
	{ "Russian adjectives", "ru", "\u041a\u0440\u0430\u0441\u0438\u0432\u044b\u0439\n",
	    "\u043a\u0440\u0430\u0441\u0438\u0432\u0430\u044f", true },
	{ "a language without a stemmer finds whole words", "pl", "Krosna stoj\u0105 w piwnicy.\n", "stoja", true },
	{ "and no others", "pl", "Krosna stoj\u0105 w piwnicy.\n", "krosno", false },
	{ "Chinese is found by any stretch of it", "zh", "\u7ecf\u7ebf\u592a\u677e\u4e86\u3002\n", "\u7ebf\u592a\u677e",
	    true },
	{ "and by nothing that only has its characters", "zh", "\u7ecf\u7ebf\u592a\u677e\u4e86\u3002\n", "\u677e\u592a",
	    false },
	{ "Japanese too", "ja", "\u7e54\u6a5f\u3092\u58f2\u308a\u307e\u3059\n", "\u7e54\u6a5f", true },
	{ "Korean nouns without their particle", "ko", "\ubca0\ud2c0\uc744 \ud314\uc544\uc694\n", "\ubca0\ud2c0",
	    true },
	{ "beside words of other scripts", "en", "A \u7e54\u6a5f2loom\n", "\u7e54\u6a5f", true },
	{ "a star finds what begins so, whatever its stem", "en", "The canary50 fund.\n", "canary*", true },
	{ "and the word itself", "en", "One canary.\n", "canary*", true },
	{ "but not its stem", "en", "One canary.\n", "canari*", false },
	{ "nor what its stem begins with", "en", "An organization.\n", "organizati*", true },
	{ "letters with marks apart are the same", "en", "Cafe\u0301\n", "caf\u00e9", true },
	{ "names are not stemmed", "en", "Nothing.\n", "from:weavers", false },
};

static void
a_search_knows_the_language_of_the_space(void **state)
{
	static const char change[] = "UPDATE space SET language = :language";

	(void)state;
	for (size_t i = 0; i < GP_COUNT(tongues); i++) {
		struct filing_house house;
		SCOPED(gp_free_str) char *got = NULL;
		struct gp_query *query = NULL;
		struct gp_err err;

		house_open(&house);
		(void)snprintf(house.language, sizeof(house.language), "%s", tongues[i].language);
		SAYS("a space has a language", gp_query_open(house.s.db, change, &query, &err) == GP_OK);
		gp_bind_text(query, ":language", house.language);
		SAYS("which can be set", gp_query_do(query, &err) == GP_OK);
		gp_query_free(&query);
		(void)file_letter(
		    &house, &(struct letter){ .msgid = "<a@x>", .text = tongues[i].text, .from_name = "Ann Weaver" });
		got = found(&house, tongues[i].typed);
		SAYS_TEXT(tongues[i].says, got, tongues[i].found ? "<a@x> " : "");
		SAYS("the index agrees with the archive", gp_index_verify(house.s.db, &err) == GP_OK);
		scratch_close(&house.s);
	}
}

static void
of_what_is_alike_the_newest_comes_first(void **state)
{
	static const char *const order[] = { "<b@x>", "<c@x>", "<a@x>" }; /* of filing */
	struct filing_house house;
	SCOPED(gp_free_str) char *got = NULL;

	(void)state;
	house_open(&house);
	for (size_t i = 0; i < GP_COUNT(order); i++)
		(void)file_letter(&house, &(struct letter){ .msgid = order[i],
					      .text = "The heddle is of steel.\n",
					      .date = NOW + 60 * (order[i][1] - 'a') });
	got = found(&house, "heddle");
	SAYS_TEXT("of what is alike the newest comes first", got, "<c@x> <b@x> <a@x> ");
	scratch_close(&house.s);
}

static void
labels_narrow_a_search(void **state)
{
	static const char second[] =
	    "INSERT INTO space (space_id, community_id, name, domain, title, rhythm, timezone, language, created_at)"
	    " SELECT 2, 1, 'guild', domain, 'Guild', rhythm, timezone, language, 0 FROM space";
	static const char *const asked[][2] = { { "heddle has:attachment", "<with@x> " },
		{ "heddle -reed has:attachment", "" }, { "has:attachment", "<with@x> " },
		{ "-heddle has:attachment", "" }, { "heddle", "<with@x> <a@x> " }, { "from:s1", "" },
		{ "from:ann has:attachment", "<with@x> " },
		{ "\x03"
		  "a\x03 heddle",
		    "<with@x> <a@x> " } };
	struct filing_house house;
	struct gp_err err;

	(void)state;
	house_open(&house);
	SAYS("there is another space", gp_db_run(house.s.db, second, &err) == GP_OK);
	(void)file_letter(&house,
	    &(struct letter){ .msgid = "<a@x>", .text = "A heddle, a reed.\n", .from_name = "Ann", .date = NOW });
	(void)file_letter(&house, &(struct letter){ .msgid = "<with@x>",
				      .text = "A heddle, a reed.\n",
				      .from_name = "Ann",
				      .date = NOW + 1,
				      .attachment = true });
	house.space_id = 2;
	(void)file_letter(
	    &house, &(struct letter){ .msgid = "<there@x>", .text = "A heddle.\n", .date = NOW, .attachment = true });
	house.space_id = 1;
	for (size_t i = 0; i < GP_COUNT(asked); i++) {
		SCOPED(gp_free_str) char *got = found(&house, asked[i][0]);

		SAYS_TEXT(asked[i][0], got, asked[i][1]);
	}
	SAYS("the index agrees with the archive", gp_index_verify(house.s.db, &err) == GP_OK);
	scratch_close(&house.s);
}

static void
threads_are_found_once(void **state)
{
	const struct gp_space space = { .id = 1, .language = (char[]){ "en" } };
	struct filing_house house;

	(void)state;
	house_open(&house);
	(void)file_letter(
	    &house, &(struct letter){ .msgid = "<a@x>", .subject = "Heddle", .text = "Heddle?\n", .date = NOW });
	(void)file_letter(&house,
	    &(struct letter){ .msgid = "<b@x>", .text = "A heddle.\n", .references = { "<a@x>" }, .date = NOW + 9 });
	(void)file_letter(&house, &(struct letter){ .msgid = "<c@x>", .text = "My heddle.\n", .date = NOW + 5 });
	for (int words = 0; words < 2; words++) {
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);
		struct gp_err err;

		SAYS("it is read", gp_search_parse(words ? "heddle" : "since:2026", &search, &err) == GP_OK);
		search.by_thread = true;
		SAYS("it runs", gp_search_run(house.s.db, &space, &search, 20, list_hit, &out, &err) == GP_OK);
		SAYS_TEXT("of each thread there is its best hit, or its newest", out.data,
		    words ? "<a@x> <c@x> " : "<b@x> <c@x> ");
	}
	scratch_close(&house.s);
}

static void
no_typing_is_an_error(void **state)
{
	const struct gp_space space = { .id = 1, .language = (char[]){ "en" } };
	static const char signs[] = "ab \"\"*-:()^+{}'\\,.<>|&;%_\t";
	struct filing_house house;
	unsigned random = (unsigned)getpid();

	(void)state;
	(void)printf("# seed %u\n", random);
	house_open(&house);
	(void)file_letter(&house, &shelf[0]);
	for (int i = 0; i < 3000; i++) {
		char typed[24];
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);
		struct gp_err err = { .text = "" };

		for (size_t k = 0; k < sizeof(typed); k++) {
			random = random * 1103515245 + 12345;
			typed[k] = signs[(random >> 16) % (sizeof(signs) - 1)];
		}
		typed[sizeof(typed) - 1] = '\0';
		if (gp_search_parse(typed, &search, &err) == GP_OK &&
		    gp_search_run(house.s.db, &space, &search, 20, list_hit, &out, &err) != GP_OK)
			fail_msg("no longer true: nothing that is typed is an error: %s: %s", typed, err.detail);
	}
	scratch_close(&house.s);
}

/* --- the kept text ---------------------------------------------------------------------------- */

static int64_t
kept_octets(struct filing_house *house)
{
	static const char sql[] = "SELECT length(patch) AS n FROM message_text";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;
	bool row;

	SAYS(sql,
	    gp_query_open(house->s.db, sql, &query, &err) == GP_OK && gp_query_next(query, &row, &err) == GP_OK && row);
	return gp_col_int(query, "n");
}

static void
what_was_indexed_can_be_taken_out(void **state)
{
	SCOPED(gp_free_str) char *text = gp_new(60000);
	SCOPED(gp_free_str) char *before = NULL;
	SCOPED(gp_free_str) char *after = NULL;
	struct filing_house house;
	struct gp_filed filed;
	struct gp_err err;

	(void)state;
	for (size_t i = 0; i < 59999; i++)
		text[i] = i % 60 == 59 ? '\n' : (char)('a' + (i * i / 7 + i / 61) % 26);
	(void)memcpy(text, "heddle ", 7);
	house_open(&house);
	filed = file_letter(&house, &(struct letter){ .msgid = "<a@x>", .text = text });
	before = found(&house, "heddle");
	SAYS_TEXT("a word is found", before, "<a@x> ");
	SAYS("the text costs little beside its own octets", kept_octets(&house) < 600);
	SAYS("the index agrees with the archive", gp_index_verify(house.s.db, &err) == GP_OK);
	SAYS("it is taken out", gp_index_remove(house.s.db, filed.id, &err) == GP_OK);
	after = found(&house, "heddle");
	SAYS_TEXT("and found no more", after, "");
	SAYS("and the index agrees again", gp_index_verify(house.s.db, &err) == GP_OK);
	SAYS("taking it out twice does no harm", gp_index_remove(house.s.db, filed.id, &err) == GP_OK);
	scratch_close(&house.s);
}

static void
a_patch_over_other_octets_fails(void **state)
{
	struct filing_house house;
	struct gp_err err;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool row;

	(void)state;
	house_open(&house);
	(void)file_letter(&house, &(struct letter){ .msgid = "<a@x>",
				      .text = "The sett of linen is twelve, and of wool it is ten or so.\n" });
	SAYS("the octets are spoilt",
	    gp_db_run(house.s.db, "UPDATE raw SET octets = zeroblob(length(octets))", &err) == GP_OK);
	SAYS("a view reads them", gp_query_open(house.s.db, "SELECT text FROM indexed", &query, &err) == GP_OK);
	SAYS("and fails instead of telling rubbish", gp_query_next(query, &row, &err) != GP_OK);
	gp_query_free(&query);
	scratch_close(&house.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_read),
		cmocka_unit_test(a_span_is_read),
		cmocka_unit_test(what_is_no_query_is_refused_as_usage),
		cmocka_unit_test(a_search_finds),
		cmocka_unit_test(a_span_finds_what_came_in_any_order),
		cmocka_unit_test(a_search_knows_the_language_of_the_space),
		cmocka_unit_test(of_what_is_alike_the_newest_comes_first),
		cmocka_unit_test(labels_narrow_a_search),
		cmocka_unit_test(threads_are_found_once),
		cmocka_unit_test(no_typing_is_an_error),
		cmocka_unit_test(what_was_indexed_can_be_taken_out),
		cmocka_unit_test(a_patch_over_other_octets_fails),
	};

	return cmocka_run_group_tests_name("store/search", tests, NULL, NULL);
}
