/* What a digest shows of names and titles. */
#include "desk/digest.h"

#include "unit/says.h"

static const struct {
	const char *says, *name, *address, *want;
} names[] = {
	{ "a name is a name", "Ann Lee", "ann@example.org", "Ann Lee" },
	{ "what a list server added falls", "Ann Lee via Potters", "potters@lists.example", "Ann Lee" },
	{ "so do quotes", "'Ann Lee' via Potters", "potters@lists.example", "Ann Lee" },
	{ "family name first is turned", "Lee, Ann", "ann@example.org", "Ann Lee" },
	{ "but not what follows a whole name", "Ann Lee, Potters Ltd", "ann@example.org", "Ann Lee, Potters Ltd" },
	{ "without one the local part stands in, never the address (DIG-14)", "", "ann.lee@example.org", "ann.lee" },
	{ "nor is an address given as a name shown", "ann@example.org", "ann@example.org", "ann" },
	{ "nobody is nobody", "", "", "?" },
};

static void
names_are_shown_without_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		SCOPED(gp_free_str) char *got = digest_name(names[i].name, names[i].address);

		SAYS_TEXT(names[i].says, got, names[i].want);
	}
}

static const struct {
	const char *says, *text;
	int columns;
	const char *want;
} fits[] = {
	{ "what fits stays", "Warp tension", 12, "Warp tension" },
	{ "what does not is cut at a word", "Warp tension slips", 17, "Warp tension..." },
	{ "unless that would lose much", "Donaudampfschifffahrt now", 14, "Donaudampfs..." },
	{ "wide characters count twice and are never split", "\346\227\245\346\234\254\350\252\236\346\227\245", 7,
	    "\346\227\245\346\234\254..." },
	{ "nothing is nothing", "", 10, "" },
};

static void
titles_are_cut_by_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(fits); i++) {
		SCOPED(gp_free_str) char *got = digest_fit(fits[i].text, fits[i].columns);

		SAYS_TEXT(fits[i].says, got, fits[i].want);
		SAYS("it is never wider", gp_text_width(got) <= fits[i].columns);
	}
	SAYS("words are counted", digest_words("  one two\nthree ") == 3);
	SAYS("a script without blanks counts by width", digest_words("\346\227\245\346\234\254\350\252\236\346\227\245"
								     "\346\234\254\350\252\236\346\227\245\346\234\254"
								     "\350\252\236\346\227\245") == 2);
	SAYS("Hebrew is right to left, Greek is not", digest_is_rtl("\327\251") && !digest_is_rtl("\316\261bc"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_shown_without_addresses),
		cmocka_unit_test(titles_are_cut_by_columns),
	};

	return cmocka_run_group_tests_name("desk/digest_piece", tests, NULL, NULL);
}
