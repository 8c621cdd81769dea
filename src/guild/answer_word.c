#include "guildpost/guild/meeting.h"

#include <ctype.h>
#include <strings.h>

/* A word stands alone, or before a date, or before a mark (",", "!", "-") and a remark. "no idea yet" is none of them:
 * what is not plain is asked about, never guessed (promise 5). */
static const struct {
	const char *word, *partstat;
} words[] = {
	/* the numbered choices that we offer ourselves */
	{ "1", "ACCEPTED" },
	{ "2", "DECLINED" },
	{ "3", "TENTATIVE" },
	/* English */
	{ "yes", "ACCEPTED" },
	{ "y", "ACCEPTED" },
	{ "yes please", "ACCEPTED" },
	{ "yep", "ACCEPTED" },
	{ "yeah", "ACCEPTED" },
	{ "ok", "ACCEPTED" },
	{ "okay", "ACCEPTED" },
	{ "sure", "ACCEPTED" },
	{ "accept", "ACCEPTED" },
	{ "accepted", "ACCEPTED" },
	{ "coming", "ACCEPTED" },
	{ "i am coming", "ACCEPTED" },
	{ "i'm coming", "ACCEPTED" },
	{ "i will come", "ACCEPTED" },
	{ "i'll be there", "ACCEPTED" },
	{ "count me in", "ACCEPTED" },
	{ "i'm in", "ACCEPTED" },
	{ "no", "DECLINED" },
	{ "n", "DECLINED" },
	{ "nope", "DECLINED" },
	{ "no thanks", "DECLINED" },
	{ "no thank you", "DECLINED" },
	{ "decline", "DECLINED" },
	{ "declined", "DECLINED" },
	{ "not coming", "DECLINED" },
	{ "i can't come", "DECLINED" },
	{ "i cannot come", "DECLINED" },
	{ "can't make it", "DECLINED" },
	{ "maybe", "TENTATIVE" },
	{ "perhaps", "TENTATIVE" },
	{ "possibly", "TENTATIVE" },
	{ "tentative", "TENTATIVE" },
	{ "tentatively accepted", "TENTATIVE" },
	{ "not sure", "TENTATIVE" },
	{ "not sure yet", "TENTATIVE" },
	/* German */
	{ "ja", "ACCEPTED" },
	{ "ja gern", "ACCEPTED" },
	{ "ja gerne", "ACCEPTED" },
	{ "gern", "ACCEPTED" },
	{ "gerne", "ACCEPTED" },
	{ "zugesagt", "ACCEPTED" },
	{ "zusage", "ACCEPTED" },
	{ "ich komme", "ACCEPTED" },
	{ "bin dabei", "ACCEPTED" },
	{ "ich bin dabei", "ACCEPTED" },
	{ "nein", "DECLINED" },
	{ "nein danke", "DECLINED" },
	{ "abgesagt", "DECLINED" },
	{ "absage", "DECLINED" },
	{ "abgelehnt", "DECLINED" },
	{ "leider nein", "DECLINED" },
	{ "leider nicht", "DECLINED" },
	{ "vielleicht", "TENTATIVE" },
	{ "eventuell", "TENTATIVE" },
	{ "mit vorbehalt", "TENTATIVE" },
	{ "mit vorbehalt angenommen", "TENTATIVE" },
	{ "angenommen", "ACCEPTED" },
	/* French */
	{ "oui", "ACCEPTED" },
	{ "d'accord", "ACCEPTED" },
	{ "volontiers", "ACCEPTED" },
	{ "accepté", "ACCEPTED" },
	{ "je viens", "ACCEPTED" },
	{ "non", "DECLINED" },
	{ "non merci", "DECLINED" },
	{ "refusé", "DECLINED" },
	{ "peut-être", "TENTATIVE" },
	{ "peut-etre", "TENTATIVE" },
	{ "peut être", "TENTATIVE" },
	{ "provisoire", "TENTATIVE" },
	/* Spanish */
	{ "sí", "ACCEPTED" },
	{ "si", "ACCEPTED" },
	{ "vale", "ACCEPTED" },
	{ "claro", "ACCEPTED" },
	{ "aceptado", "ACCEPTED" },
	{ "no puedo", "DECLINED" },
	{ "rechazado", "DECLINED" },
	{ "quizá", "TENTATIVE" },
	{ "quizás", "TENTATIVE" },
	{ "quizas", "TENTATIVE" },
	{ "tal vez", "TENTATIVE" },
	{ "provisional", "TENTATIVE" },
	/* Italian */
	{ "sì", "ACCEPTED" },
	{ "certo", "ACCEPTED" },
	{ "volentieri", "ACCEPTED" },
	{ "accettato", "ACCEPTED" },
	{ "no grazie", "DECLINED" },
	{ "rifiutato", "DECLINED" },
	{ "forse", "TENTATIVE" },
	/* Dutch */
	{ "graag", "ACCEPTED" },
	{ "ja graag", "ACCEPTED" },
	{ "geaccepteerd", "ACCEPTED" },
	{ "nee", "DECLINED" },
	{ "nee dank je", "DECLINED" },
	{ "geweigerd", "DECLINED" },
	{ "misschien", "TENTATIVE" },
	/* Portuguese */
	{ "sim", "ACCEPTED" },
	{ "aceite", "ACCEPTED" },
	{ "aceito", "ACCEPTED" },
	{ "não", "DECLINED" },
	{ "nao", "DECLINED" },
	{ "recusado", "DECLINED" },
	{ "talvez", "TENTATIVE" },
	/* Polish, Czech */
	{ "tak", "ACCEPTED" },
	{ "nie", "DECLINED" },
	{ "może", "TENTATIVE" },
	{ "moze", "TENTATIVE" },
	{ "ano", "ACCEPTED" },
	{ "ne", "DECLINED" },
	{ "možná", "TENTATIVE" },
	{ "mozna", "TENTATIVE" },
	/* Swedish, Danish, Norwegian, Finnish */
	{ "nej", "DECLINED" },
	{ "nei", "DECLINED" },
	{ "kanske", "TENTATIVE" },
	{ "måske", "TENTATIVE" },
	{ "kanskje", "TENTATIVE" },
	{ "kyllä", "ACCEPTED" },
	{ "ei", "DECLINED" },
	{ "ehkä", "TENTATIVE" },
	/* Turkish, Russian, Ukrainian, Greek, Japanese, Chinese */
	{ "evet", "ACCEPTED" },
	{ "hayır", "DECLINED" },
	{ "belki", "TENTATIVE" },
	{ "да", "ACCEPTED" },
	{ "нет", "DECLINED" },
	{ "возможно", "TENTATIVE" },
	{ "так", "ACCEPTED" },
	{ "ні", "DECLINED" },
	{ "можливо", "TENTATIVE" },
	{ "ναι", "ACCEPTED" },
	{ "όχι", "DECLINED" },
	{ "ίσως", "TENTATIVE" },
	{ "はい", "ACCEPTED" },
	{ "いいえ", "DECLINED" },
	{ "是", "ACCEPTED" },
	{ "否", "DECLINED" },
};

/* Capitals that strcasecmp does not know, in UTF-8. */
static const struct {
	const char *capital, *small;
} capitals[] = { { "É", "é" }, { "Í", "í" }, { "Ì", "ì" }, { "Ã", "ã" }, { "Å", "å" }, { "Ä", "ä" }, { "Д", "д" },
	{ "Н", "н" }, { "В", "в" }, { "Т", "т" }, { "М", "м" }, { "Ν", "ν" }, { "Ό", "ό" }, { "Ί", "ί" } };

/* Octets of line that are this word in either case; 0 when it does not begin so. */
static size_t
match(const char *line, const char *word)
{
	const char *at = line;

	while (*word != '\0') {
		size_t k = 0;

		while (k < GP_COUNT(capitals) && (strncmp(at, capitals[k].capital, strlen(capitals[k].capital)) != 0 ||
						     strncmp(word, capitals[k].small, strlen(capitals[k].small)) != 0))
			k++;
		if (k < GP_COUNT(capitals)) {
			at += strlen(capitals[k].capital);
			word += strlen(capitals[k].small);
		} else if (*word == '\'' && strncmp(at, "\xe2\x80\x99", 3) == 0) { /* a typographic apostrophe is one */
			at += 3;
			word++;
		} else if (tolower((unsigned char)*at) == (unsigned char)*word) {
			at++;
			word++;
		} else {
			return 0;
		}
	}
	return (size_t)(at - line);
}

/* Octets of the mark that may follow a word: punctuation, or a long dash or an ellipsis. 0: none. */
static size_t
mark_at(const char *at)
{
	static const char *const wide[] = { "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\xa6", "\xef\xbc\x81",
		"\xe3\x80\x82" };

	if (*at != '\0' && strchr(",.!;:-()", *at) != NULL)
		return 1;
	for (size_t i = 0; i < GP_COUNT(wide); i++)
		if (strncmp(at, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

static bool
date_at(const char *at, char out[12])
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)at[i]) : at[i] != shape[i])
			return false;
	(void)snprintf(out, 12, "%.10s", at);
	return true;
}

/* What stands behind a word decides whether it was one. */
static bool
tail_ok(const char *tail, const char **ret_rest, char ret_date[12])
{
	bool marked = mark_at(tail + strspn(tail, " \t")) > 0;

	*ret_date = '\0';
	while (isspace((unsigned char)*tail) || mark_at(tail) > 0)
		tail += mark_at(tail) > 0 ? mark_at(tail) : 1;
	if (date_at(tail, ret_date)) {
		tail += 10;
		tail += strspn(tail, " ,.;:!");
		marked = true;
	}
	*ret_rest = tail;
	return *tail == '\0' || marked;
}

const char *
gp_answer_word(const char *line, const char **ret_rest, char ret_date[12])
{
	char date[12];
	const char *rest, *best = NULL;
	size_t longest = 0;

	line += strspn(line, " \t*\"_");
	for (size_t i = 0; i < GP_COUNT(words); i++) {
		size_t n = match(line, words[i].word);
		bool ends = isspace((unsigned char)line[n]) || line[n] == '\0' || strchr("*\"_", line[n]) != NULL ||
			    mark_at(line + n) > 0;

		if (n <= longest || !ends || !tail_ok(line + n + strspn(line + n, "*\"_"), &rest, date))
			continue;
		longest = n;
		best = words[i].partstat;
		if (ret_rest != NULL)
			*ret_rest = rest;
		if (ret_date != NULL)
			(void)snprintf(ret_date, 12, "%s", date);
	}
	return best;
}

const char *
gp_answer_subject(const char *subject)
{
	const char *colon = strchr(subject, ':');
	char word[64];

	if (colon != NULL && (size_t)(colon - subject) < sizeof(word)) {
		(void)snprintf(word, sizeof(word), "%.*s", (int)(colon - subject), subject);
		return gp_answer_word(word, NULL, NULL);
	}
	return colon == NULL ? gp_answer_word(subject, NULL, NULL) : NULL;
}
