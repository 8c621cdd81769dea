/* The command line: the first own line as a command, a steward's word, an answer to an invitation. */
#include "fuzz.h"

#include "guildpost/guild/command.h"
#include "guildpost/guild/meeting.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/own_text.h"

static void
must_be_within(const char *part, const char *line)
{
	if (part != NULL && (part < line || part > line + strlen(line)))
		abort();
}

/* A command that is written down reads back as the same. */
static void
must_come_back(const char *line)
{
	const struct gp_command_context context = { "weavers", 2026, 6, 1 };
	struct gp_command command, again;
	char text[GP_COMMAND_LINE];

	gp_command_read(line, &context, &command);
	if (strlen(command.value) >= sizeof(command.value))
		abort();
	must_be_clean(command.value, false);
	(void)gp_command_read_address(line, line[0] % 2 == 0, &again);
	if (command.verb < GP_VERB_JOIN || command.verb == GP_VERB_OTHER)
		return;
	gp_command_format(&command, text);
	gp_command_read(text, &context, &again);
	if (again.verb != command.verb || strcmp(again.value, command.value) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const char *const answers[] = { "ACCEPTED", "DECLINED", "TENTATIVE" };
	SCOPED(gp_free_str) char *text = as_text(octets, n), *line = gp_first_line(text);
	char word[GP_WORD_SIZE], date[12] = "";
	const char *rest = line, *answer = gp_answer_word(line, &rest, date), *why = line;
	bool known = answer == NULL;

	for (size_t i = 0; i < GP_COUNT(answers); i++)
		known = known || strcmp(answer, answers[i]) == 0;
	if (!known || strlen(date) >= sizeof(date))
		abort();
	if (answer != NULL)
		must_be_within(rest, line);
	must_be_within(gp_word_first(line, word), line);
	if (strlen(word) >= sizeof(word))
		abort();
	if (gp_word_held(line, &why) == GP_HELD_REFUSE)
		must_be_within(why, line);
	(void)gp_answer_subject(line);
	(void)gp_command_yes_no(line);
	must_come_back(line);
	return 0;
}
