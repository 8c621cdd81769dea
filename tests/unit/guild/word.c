/* The words that a mail of a few lines may say: held posts (PRODUCT.md section 8). */
#include "unit/says.h"

#include "guildpost/base/err.h"
#include "guildpost/guild/word.h"

static const struct {
	const char *says, *line, *why;
	enum gp_held_word want;
} held[] = {
	{ "free frees", "free", "", GP_HELD_FREE },
	{ "in any case, with a stop", "FREE.", "", GP_HELD_FREE },
	{ "in quotes, as the mail shows it", "`free`", "", GP_HELD_FREE },
	{ "refuse gives its reason", "refuse off topic, try the market", "off topic, try the market", GP_HELD_REFUSE },
	{ "also behind a colon", "Refuse: off topic", "off topic", GP_HELD_REFUSE },
	{ "and without one", "reject", "", GP_HELD_REFUSE },
	{ "the numbers of the choices work", "2 sorry", "sorry", GP_HELD_REFUSE },
	{ "any other word is unclear", "freedom for all", "for all", GP_HELD_UNCLEAR },
	{ "so is a sentence that holds the word", "please free it", "free it", GP_HELD_UNCLEAR },
	{ "and an empty line", "", "", GP_HELD_UNCLEAR },
};

static void
a_steward_says_one_word(void **state)
{
	const char *why;

	(void)state;
	for (size_t i = 0; i < GP_COUNT(held); i++) {
		SAYS(held[i].says, gp_word_held(held[i].line, &why) == held[i].want);
		SAYS_TEXT(held[i].says, why, held[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_steward_says_one_word) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
