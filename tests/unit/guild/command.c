/* PRODUCT.md section 3, STANDARDS.md section 9: what a line or an address asks for, in four languages and six servers. */
#include "unit/says.h"

#include "guildpost/base/err.h"
#include "guildpost/guild/command.h"

#define NONE	"(none)"
#define UNCLEAR "(unclear)"
#define END	"(end)"

static const struct gp_command_context weavers = { "weavers", 2026, 6, 1 };

static const char *
said(const struct gp_command *command, char out[GP_COMMAND_LINE])
{
	gp_command_format(command, out);
	return command->verb == GP_VERB_NONE	  ? NONE
	       : command->verb == GP_VERB_UNCLEAR ? UNCLEAR
	       : command->verb == GP_VERB_END	  ? END
						  : out;
}

static const struct {
	const char *says, *line, *want;
} lines[] = {
	{ "a mode", "daily", "daily" },
	{ "in any case, with a mark", "  Monthly.", "monthly" },
	{ "in the quotes of a foot", "`weekly`", "weekly" },
	{ "in typographic quotes",
	    "\xe2\x80\x9c"
	    "daily"
	    "\xe2\x80\x9d",
	    "daily" },
	{ "behind a bullet", "* daily", "daily" },
	{ "politely", "Please daily, thanks!", "daily" },
	{ "not in a sentence", "daily is fine with me, but Ann wants more", UNCLEAR },
	{ "not later in a line", "perhaps daily", NONE },
	{ "nothing is nothing", "", NONE },
	{ "marks are nothing", " ... ", NONE },
	{ "a question mark asks for help", "?", "help" },
	{ "German, with its accent", "wöchentlich", "weekly" },
	{ "and in capitals", "WÖCHENTLICH", "weekly" },
	{ "and without", "woechentlich", "weekly" },
	{ "German politeness", "bitte täglich", "daily" },
	{ "French", "chaque semaine, s'il vous plaît", UNCLEAR },
	{ "French with its politeness", "mensuel svp", "monthly" },
	{ "Spanish", "cada día", "daily" },
	{ "a word of each language for out", "se désabonner", "leave" },
	{ "out in Spanish", "Darme de baja", "leave" },
	{ "out in German", "Abmelden", "leave" },
	/* other servers */
	{ "LISTSERV in", "SUBSCRIBE weavers Ann Lee", "join" },
	{ "LISTSERV out", "SIGNOFF weavers", "leave" },
	{ "LISTSERV without mail", "SET weavers NOMAIL", "none" },
	{ "LISTSERV with mail", "SET weavers MAIL", "each" },
	{ "LISTSERV digest", "set weavers digest", "weekly" },
	{ "LISTSERV own posts", "SET weavers NOREPRO", "own off" },
	{ "LISTSERV review", "REVIEW weavers", "who" },
	{ "LISTSERV query", "QUERY weavers", "settings" },
	{ "Majordomo in", "subscribe weavers", "join" },
	{ "Majordomo for somebody else is not done", "subscribe weavers bob@else.example", UNCLEAR },
	{ "Majordomo who", "who weavers", "who" },
	{ "Majordomo end", "end", END },
	{ "Mailman digest", "set digest plain", "weekly" },
	{ "Mailman rest", "set delivery off", "none" },
	{ "Mailman own posts", "set myposts off", "own off" },
	{ "Mailman copies", "set duplicates off", "copies off" },
	{ "Mailman in with a digest", "subscribe digest", "join weekly" },
	{ "Mailman for another address", "subscribe address=bob@else.example", UNCLEAR },
	{ "Mailman password", "set password sesame", "password" },
	{ "Sympa in", "SUB weavers Ann Lee", "join" },
	{ "Sympa quiet", "QUIET", "quiet" },
	{ "from this list", "unsubscribe from this list", "leave" },
	{ "remove me", "please remove me", "leave" },
	{ "join us is a sentence", "join us on Thursday for tea and cake", UNCLEAR },
	{ "a greeting to a person is none", "Helping hands wanted", NONE },
	/* pauses */
	{ "four weeks when none are said", "pause", "pause 28d" },
	{ "weeks", "pause 4w", "pause 28d" },
	{ "days", "pause 10d", "pause 10d" },
	{ "in words", "pause for two weeks", "pause 14d" },
	{ "apart", "pause 10 days", "pause 10d" },
	{ "a bare number counts weeks", "pause 2", "pause 14d" },
	{ "months", "pause 2 months", "pause 60d" },
	{ "a year at most", "pause 999w", "pause 366d" },
	{ "a day at least", "pause 0d", "pause 1d" },
	{ "a dash before it", "pause - 3w", "pause 21d" },
	{ "German weeks", "Pause drei Wochen", "pause 21d" },
	{ "French weeks", "pause 3 semaines", "pause 21d" },
	{ "Spanish weeks", "pausa de dos semanas", "pause 14d" },
	{ "until a day", "pause until 3 August", "pause 2026-08-03" },
	{ "with its ending", "pause until August 3rd", "pause 2026-08-03" },
	{ "with its year", "pause until 3 August 2026", "pause 2026-08-03" },
	{ "with a comma", "pause until August 3, 2026", "pause 2026-08-03" },
	{ "a day of next year", "pause until 3 February", "pause 2027-02-03" },
	{ "the day as computers write it", "pause until 2026-08-03", "pause 2026-08-03" },
	{ "German", "pause bis 3. August", "pause 2026-08-03" },
	{ "German in numbers", "Pause bis zum 3.8.", "pause 2026-08-03" },
	{ "with a short year", "pause bis 3.8.26", "pause 2026-08-03" },
	{ "French", "pause jusqu'au 3 août", "pause 2026-08-03" },
	{ "with a typographic apostrophe",
	    "pause jusqu\xe2\x80\x99"
	    "au 1er août",
	    "pause 2026-08-01" },
	{ "Spanish", "pausa hasta el 3 de agosto de 2026", "pause 2026-08-03" },
	{ "slashes are not guessed at", "pause until 3/8", UNCLEAR },
	{ "unless one is no month", "pause until 8/31", "pause 2026-08-31" },
	{ "a day that does not exist", "pause until 31 June", UNCLEAR },
	{ "a day that is over", "pause until 3 May 2026", UNCLEAR },
	{ "until nothing", "pause until", UNCLEAR },
	{ "until something else", "pause until the warp is done", UNCLEAR },
	{ "back", "back", "back" },
	{ "back in German", "Ich bin zurück", "back" },
	/* the rest */
	{ "a language by its name", "language german", "language de" },
	{ "in its own", "Sprache Deutsch", "language de" },
	{ "by its tag", "language fr", "language fr" },
	{ "what is no language", "language of flowers", UNCLEAR },
	{ "a zone as it is written", "timezone Europe/Berlin", "timezone Europe/Berlin" },
	{ "own posts", "own off", "own off" },
	{ "own posts, German", "eigene Beiträge nein", "own off" },
	{ "another address", "address ann@work.example", "address ann@work.example" },
	{ "in brackets", "address <Ann@Work.example>", "address Ann@Work.example" },
	{ "not two", "address a@b.example c@d.example", UNCLEAR },
	{ "export", "export me", "export me" },
	{ "forget", "forget me", "forget me" },
	{ "forget, German", "Vergiss mich", "forget me" },
	{ "forget, with all that was posted", "forget me and my posts", "forget me and my posts" },
	{ "the same in German", "Vergiss mich und meine Beiträge.", "forget me and my posts" },
	{ "the same in French", "Oubliez-moi et mes messages", "forget me and my posts" },
	{ "the same in Spanish", "Olvídame y mis mensajes", "forget me and my posts" },
	/* what ends them */
	{ "a signature", "-- ", END },
	{ "a closing", "Viele Grüße", END },
	{ "a phone", "Sent from my iPhone", END },
};

static void
a_line_is_a_command_when_all_of_it_is(void **state)
{
	char out[GP_COMMAND_LINE];

	(void)state;
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		struct gp_command command;

		gp_command_read(lines[i].line, &weavers, &command);
		SAYS_TEXT(lines[i].says, said(&command, out), lines[i].want);
	}
}

/* What is kept until a confirmation comes is read again by the same grammar. */
static void
what_is_written_is_read_the_same(void **state)
{
	char first[GP_COMMAND_LINE], second[GP_COMMAND_LINE];

	(void)state;
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		struct gp_command command, again;

		gp_command_read(lines[i].line, &weavers, &command);
		if (command.verb < GP_VERB_JOIN)
			continue;
		gp_command_format(&command, first);
		gp_command_read(first, &weavers, &again);
		gp_command_format(&again, second);
		SAYS_TEXT(lines[i].says, second, first);
		SAYS("and is the same verb", command.verb == again.verb);
	}
}

static void
an_address_is_a_command_by_itself(void **state)
{
	static const struct {
		const char *says, *ext;
		bool plus;
		const char *want;
	} cases[] = {
		{ "a word", "join", true, "join" },
		{ "behind a hyphen too", "join", false, "join" },
		{ "mlmmj and ezmlm", "subscribe-digest", false, "join weekly" },
		{ "out of a digest", "unsubscribe-digest", false, "leave" },
		{ "German behind plus", "abmelden", true, "leave" },
		{ "not behind a hyphen, where names have words", "abmelden", false, NONE },
		{ "French", "aide", true, "help" },
		{ "Spanish", "semanal", true, "weekly" },
		{ "what other servers say", "signoff", true, "leave" },
		{ "not every line is an address", "all", true, NONE },
		{ "and not every word", "frobnicate", true, NONE },
	};
	char out[GP_COMMAND_LINE];

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_command command;

		SAYS(cases[i].says, gp_command_read_address(cases[i].ext, cases[i].plus, &command) ==
					(strcmp(cases[i].want, NONE) != 0));
		SAYS_TEXT(cases[i].says, said(&command, out), cases[i].want);
	}
}

static void
a_question_has_two_answers(void **state)
{
	static const struct {
		const char *says, *line;
		int want;
	} cases[] = {
		{ "yes", "Yes, gladly", 1 },
		{ "German", "Ja bitte", 1 },
		{ "Spanish with its accent", "Sí", 1 },
		{ "no", "No.", -1 },
		{ "no with a reason", "No, I did not ask for this", -1 },
		{ "not me", "This was not me!", -1 },
		{ "French", "Ce n'était pas moi", -1 },
		{ "neither", "perhaps", 0 },
		{ "nothing", "", 0 },
		{ "a word that only begins so", "Nothing could be nicer", 0 },
		{ "oh no is a sigh", "oh no", 0 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		SAYS(cases[i].says, gp_command_yes_no(cases[i].line) == cases[i].want);
}

static void
choices_have_numbers(void **state)
{
	struct gp_command command;
	char out[GP_COMMAND_LINE];

	(void)state;
	gp_command_choice(1, &command);
	SAYS_TEXT("the first is the usual one", said(&command, out), "weekly");
	gp_command_choice(8, &command);
	SAYS_TEXT("out is one of them", said(&command, out), "leave");
	gp_command_choice(0, &command);
	SAYS("there is no choice 0", command.verb == GP_VERB_NONE);
	gp_command_choice(10, &command);
	SAYS("nor 10", command.verb == GP_VERB_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_line_is_a_command_when_all_of_it_is),
		cmocka_unit_test(what_is_written_is_read_the_same), cmocka_unit_test(an_address_is_a_command_by_itself),
		cmocka_unit_test(a_question_has_two_answers), cmocka_unit_test(choices_have_numbers) };

	return cmocka_run_group_tests_name("guild/command", tests, NULL, NULL);
}
