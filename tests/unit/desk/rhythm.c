/* The words in the foot of a digest. */
#include "guildpost/desk/rhythm.h"

#include <string.h>

#include "unit/says.h"

static const struct {
	const char *says, *line, *want; /* want NULL: it is no wish */
} cases[] = {
	{ "a mode is a wish", "daily", "daily" },
	{ "however it is written", "  Monthly.", "monthly" },
	{ "also in the quotes of the foot", "`weekly`", "weekly" },
	{ "a pause has its weeks", "pause 4w", "pause 28" },
	{ "or days", "pause 10d", "pause 10" },
	{ "a bare number counts weeks", "pause 2", "pause 14" },
	{ "four weeks when none are said", "pause", "pause 28" },
	{ "a year at most", "pause 999w", "pause 366" },
	{ "and a day at least", "pause 0d", "pause 1" },
	{ "a dash before it is a mark", "pause - 3w", "pause 21" },
	{ "another word is none", "perhaps daily", NULL },
	{ "nor is nothing", "", NULL },
};

static void
a_line_says_what_is_wished(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[GP_WISH_SIZE] = "";
		bool is = gp_rhythm_wish(cases[i].line, got);

		SAYS(cases[i].says, is == (cases[i].want != NULL));
		if (is)
			SAYS_TEXT(cases[i].says, got, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_line_says_what_is_wished) };

	return cmocka_run_group_tests_name("desk/rhythm", tests, NULL, NULL);
}
