#include "guildpost/guild/word.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "guildpost/base/err.h"

static bool
is_mark(unsigned char c)
{
	return c < 0x80 && !isalnum(c);
}

const char *
gp_word_first(const char *line, char out[GP_WORD_SIZE])
{
	size_t n = 0;

	while (*line != '\0' && *line != '\n' && is_mark((unsigned char)*line))
		line++;
	while (*line != '\0' && !is_mark((unsigned char)*line)) {
		if (n + 1 < GP_WORD_SIZE)
			out[n++] = (char)tolower((unsigned char)*line);
		line++;
	}
	out[n] = '\0';
	while (*line != '\0' && *line != '\n' && is_mark((unsigned char)*line) && *line != '(' && *line != '"')
		line++;
	return line;
}

enum gp_held_word
gp_word_held(const char *line, const char **ret_why)
{
	static const struct {
		const char *word;
		enum gp_held_word means;
	} words[] = { { "free", GP_HELD_FREE }, { "release", GP_HELD_FREE }, { "approve", GP_HELD_FREE },
		{ "accept", GP_HELD_FREE }, { "refuse", GP_HELD_REFUSE }, { "reject", GP_HELD_REFUSE },
		{ "1", GP_HELD_FREE }, { "2", GP_HELD_REFUSE } };
	char word[GP_WORD_SIZE];

	*ret_why = gp_word_first(line, word);
	for (size_t i = 0; i < GP_COUNT(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].means;
	return GP_HELD_UNCLEAR;
}
