#include "guildpost/guild/word.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

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

/* Behind "free" may stand a name or a thank-you; "free, but only without the picture" is no plain word. */
static bool
says_no_more(const char *line, const char *rest)
{
	static const char *const turns[] = { "but", "if", "not", "unless", "when", "after", "only", "no", "aber",
		"wenn", "falls", "nicht", "nur", "mais", "si", "pas", "pero", "solo" };
	char word[GP_WORD_SIZE];
	int count = 0;

	if (strchr(line, '?') != NULL)
		return false;
	while (*(rest = gp_word_first(rest, word)) != '\0' || *word != '\0') {
		for (size_t i = 0; i < GP_COUNT(turns); i++)
			if (strcmp(turns[i], word) == 0)
				return false;
		if (*word == '\0' || ++count > 3)
			return false;
	}
	return true;
}

enum gp_held_word
gp_word_held(const char *line, const char **ret_why)
{
	static const struct {
		const char *word;
		enum gp_held_word means;
	} words[] = {
		{ "free", GP_HELD_FREE },
		{ "release", GP_HELD_FREE },
		{ "approve", GP_HELD_FREE },
		{ "approved", GP_HELD_FREE },
		{ "accept", GP_HELD_FREE },
		{ "allow", GP_HELD_FREE },
		{ "frei", GP_HELD_FREE },
		{ "freigeben", GP_HELD_FREE },
		{ "annehmen", GP_HELD_FREE },
		{ "durchlassen", GP_HELD_FREE },
		{ "freigegeben", GP_HELD_FREE },
		{ "libérer", GP_HELD_FREE },
		{ "libère", GP_HELD_FREE },
		{ "accepte", GP_HELD_FREE },
		{ "accepté", GP_HELD_FREE },
		{ "publie", GP_HELD_FREE },
		{ "liberer", GP_HELD_FREE },
		{ "accepter", GP_HELD_FREE },
		{ "publier", GP_HELD_FREE },
		{ "liberar", GP_HELD_FREE },
		{ "aceptar", GP_HELD_FREE },
		{ "aprobar", GP_HELD_FREE },
		{ "publicar", GP_HELD_FREE },
		{ "acepto", GP_HELD_FREE },
		{ "aceptado", GP_HELD_FREE },
		{ "apruebo", GP_HELD_FREE },
		{ "1", GP_HELD_FREE },
		{ "refuse", GP_HELD_REFUSE },
		{ "reject", GP_HELD_REFUSE },
		{ "deny", GP_HELD_REFUSE },
		{ "decline", GP_HELD_REFUSE },
		{ "ablehnen", GP_HELD_REFUSE },
		{ "abgelehnt", GP_HELD_REFUSE },
		{ "refuser", GP_HELD_REFUSE },
		{ "rejeter", GP_HELD_REFUSE },
		{ "refusé", GP_HELD_REFUSE },
		{ "rejette", GP_HELD_REFUSE },
		{ "rechazar", GP_HELD_REFUSE },
		{ "rechazo", GP_HELD_REFUSE },
		{ "rechazado", GP_HELD_REFUSE },
		{ "2", GP_HELD_REFUSE },
		{ "ask", GP_HELD_ASK },
		{ "fragen", GP_HELD_ASK },
		{ "frage", GP_HELD_ASK },
		{ "nachfragen", GP_HELD_ASK },
		{ "demander", GP_HELD_ASK },
		{ "demande", GP_HELD_ASK },
		{ "preguntar", GP_HELD_ASK },
		{ "pregunta", GP_HELD_ASK },
		{ "3", GP_HELD_ASK },
	};
	char word[GP_WORD_SIZE];
	SCOPED(gp_free_str) char *folded = NULL;

	*ret_why = gp_word_first(line, word);
	folded = gp_utf8_fold(word);
	for (size_t i = 0; i < GP_COUNT(words); i++)
		if (strcmp(words[i].word, folded) == 0 &&
		    (words[i].means != GP_HELD_FREE || says_no_more(line, *ret_why)))
			return words[i].means;
	return GP_HELD_UNCLEAR;
}
