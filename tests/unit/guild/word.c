/* The words that a mail of a few lines may say: held posts (PRODUCT.md section 8), -request (ADR-05). */
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

static const struct {
	const char *says, *line, *want;
} requests[] = {
	{ "join", "join", "join" },
	{ "subscribe, as other servers say", "SUBSCRIBE weavers Ann Lee", "join" },
	{ "unsubscribe", "unsubscribe", "leave" },
	{ "signoff", "signoff weavers", "leave" },
	{ "help", "Help!", "help" },
	{ "a sentence is none", "I would like to join", "" },
	{ "nothing is none", "  ", "" },
};

static void
a_request_begins_with_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(requests); i++)
		SAYS_TEXT(requests[i].says, gp_word_request(requests[i].line), requests[i].want);
}

static void
a_plain_question_has_two_answers(void **state)
{
	(void)state;
	SAYS("yes is yes", gp_word_yes_no("Yes, gladly") == 1);
	SAYS("no is no", gp_word_yes_no("no.") == -1);
	SAYS("anything else is neither", gp_word_yes_no("perhaps") == 0);
	SAYS("nothing is neither", gp_word_yes_no("") == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_steward_says_one_word),
		cmocka_unit_test(a_request_begins_with_its_word), cmocka_unit_test(a_plain_question_has_two_answers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
