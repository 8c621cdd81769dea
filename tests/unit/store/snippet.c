/* What is shown of a post that was found, and how it is ranked. */
#include "store/snippet.h"

#include "guildpost/store/search.h"
#include "unit/store/filing.h"

static enum gp_rc
note_snippet(void *context, const struct gp_hit *hit, struct gp_err *err)
{
	(void)err;
	gp_buf_adds(context, hit->snippet);
	return GP_OK;
}

#define TEN "one two three four five six seven eight nine ten "

static const struct {
	const char *says, *language, *text, *own, *typed, *want;
} snippets[] = {
	{ "a short text is shown whole", "en", "The sett of\nlinen is twelve.\n", NULL, "linen",
	    "The sett of [linen] is twelve." },
	{ "a word is marked in the form that it has", "en", "Weavers and a weaver.\n", NULL, "weaver",
	    "[Weavers] and a [weaver]." },
	{ "with its accents", "fr", "Nos m\u00e9tiers.\n", NULL, "metier", "Nos [m\u00e9tiers]." },
	{ "a beginning marks the word", "en", "Canary50 it is.\n", NULL, "canar*", "[Canary50] it is." },
	{ "a phrase is marked as one", "en", "A phase noise.\n", NULL, "\"phase noise\"", "A [phase noise]." },
	{ "phrases that overlap too", "en", "A phase noise floor.\n", NULL, "\"phase noise\" \"noise floor\"",
	    "A [phase noise floor]." },
	{ "words side by side each", "en", "A phase noise.\n", NULL, "phase noise", "A [phase] [noise]." },
	{ "a stretch of a script without blanks", "zh", "\u7ecf\u7ebf\u592a\u677e\u4e86\u3002\n", NULL,
	    "\u7ebf\u592a\u677e", "\u7ecf[\u7ebf\u592a\u677e]\u4e86\u3002" },
	{ "it begins with the sentence", "en", TEN TEN TEN ". My heddle is of steel. " TEN TEN TEN, NULL, "heddle",
	    "...My [heddle] is of steel. " TEN "one two three four five six seven eight nine..." },
	{ "or with the paragraph", "en", TEN TEN TEN "\n\nMy heddle is of steel. " TEN TEN TEN, NULL, "heddle",
	    "...My [heddle] is of steel. " TEN "one two three four five six seven eight nine..." },
	{ "within a longer one, some words before", "en", TEN TEN TEN "heddle " TEN TEN TEN, NULL, "heddle",
	    "...ten " TEN "[heddle] " TEN "one two..." },
	{ "more of them where the text ends", "en", TEN TEN TEN "heddle\n", NULL, "heddle",
	    "...eight nine ten " TEN TEN "[heddle]" },
	{ "where most of the words are near each other", "en", "A heddle. " TEN TEN TEN ". My heddle and reed.\n", NULL,
	    "heddle reed", "...My [heddle] and [reed]." },
	{ "own words rather than quoted ones", "en", "My reed is of steel.\n> Which reed?\n", "My reed is of steel.\n",
	    "reed", "My [reed] is of steel. > Which [reed]?" },
	{ "the subject rather than quoted words", "en", "> Which sett?\n\nTen.\n", "Ten.\n", "sett", "[Sett]" },
	{ "the author when only he is it", "en", "Ten.\n", NULL, "from:weaver", "Ann [Weaver] ann@a.example" },
};

static void
a_snippet_shows_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(snippets); i++) {
		SCOPED(gp_search_release) struct gp_search search = { 0 };
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);
		struct gp_space space = { .id = 1, .language = (char *)(uintptr_t)snippets[i].language };
		struct gp_err err = { .text = "" };
		struct filing_house house;
		char change[64];

		house_open(&house);
		(void)snprintf(change, sizeof(change), "UPDATE space SET language = '%s'", space.language);
		SAYS("a space has a language", gp_db_run(house.s.db, change, &err) == GP_OK);
		(void)file_letter(&house, &(struct letter){ .msgid = "<a@x>",
					      .subject = "Sett",
					      .text = snippets[i].text,
					      .own = snippets[i].own,
					      .from_name = "Ann Weaver",
					      .from_address = "ann@a.example" });
		SAYS(snippets[i].says,
		    gp_search_parse(snippets[i].typed, &search, &err) == GP_OK &&
			gp_search_run(house.s.db, &space, &search, 20, note_snippet, &out, &err) == GP_OK);
		SAYS_TEXT(snippets[i].says, out.data, snippets[i].want);
		scratch_close(&house.s);
	}
}

/* What ranking passes over is passed over rightly. */
static void
no_rank_is_above_the_most(void **state)
{
	unsigned random = (unsigned)getpid();

	(void)state;
	(void)printf("# seed %u\n", random);
	for (int i = 0; i < 2000; i++) {
		struct gp_places places = { .words = 120, .others = 11, .phrases = 3 };
		int32_t at = 0;
		double most;

		random = random * 1103515245 + 12345;
		places.count = (int32_t)(random >> 16) % 9;
		for (int k = 0; k < places.count; k++) {
			random = random * 1103515245 + 12345;
			at += (int32_t)(random >> 16) % 40;
			places.v[k] = (struct gp_place){ .at = at,
				.column = (uint8_t)(k > 5 ? k - 5 : 0),
				.phrase = (uint8_t)((random >> 24) % 3),
				.words = 1 };
		}
		most = gp_rank_most(&places);
		for (places.own_words = 0; places.own_words < 400; places.own_words++)
			SAYS("no rank is above the most that it could be", gp_rank(&places) <= most);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snippet_shows_why),
		cmocka_unit_test(no_rank_is_above_the_most),
	};

	return cmocka_run_group_tests_name("store/snippet", tests, NULL, NULL);
}
