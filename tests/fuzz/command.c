/* The command line: the first own line as a command, a steward's word, an answer to an invitation. */
#include "fuzz.h"

#include "guildpost/guild/meeting.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/own_text.h"

static void
must_be_within(const char *part, const char *line)
{
	if (part != NULL && (part < line || part > line + strlen(line)))
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
	(void)gp_word_yes_no(line);
	return strlen(gp_word_request(line)) > 20 ? abort(), 0 : 0;
}
