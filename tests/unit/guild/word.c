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
	{ "a thank-you may stand behind it", "Free, thank you Ruth", "thank you Ruth", GP_HELD_FREE },
	{ "or a name", "free - Otto", "Otto", GP_HELD_FREE },
	{ "a condition may not", "free, but without the picture", "but without the picture", GP_HELD_UNCLEAR },
	{ "nor a sentence that begins so", "free drinks for all of us", "drinks for all of us", GP_HELD_UNCLEAR },
	{ "nor a question", "free?", "", GP_HELD_UNCLEAR },
	{ "nor its opposite", "free? no!", "no!", GP_HELD_UNCLEAR },
	{ "German", "Freigeben.", "", GP_HELD_FREE },
	{ "French", "Libérer, merci", "merci", GP_HELD_FREE },
	{ "in capitals with their accents", "LIBÈRE", "", GP_HELD_FREE },
	{ "Spanish", "rechazar esto no va aquí", "esto no va aquí", GP_HELD_REFUSE },
	{ "a question to the author", "ask which loom do you mean?", "which loom do you mean?", GP_HELD_ASK },
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
