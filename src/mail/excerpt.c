#include "guildpost/mail/excerpt.h"

#include <ctype.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"

#define WORDS_LEAST    8
#define QUESTION_LEAST 3 /* words; below that "Right?" would stand for the post */
#define CODE_LINES     3 /* that may stand as they are */
#define SENTENCE_LEAST 60 /* characters: an excerpt cut at an earlier end says too little */
#define PARAGRAPH_MAX  8192
#define PARAGRAPHS_MAX 200

/* --- code and logs ------------------------------------------------------------------------------------------------ */

/* A line that is not prose: indented, or dense with what prose has little of. */
static bool
is_code(const char *s, size_t n)
{
	size_t letters = 0, signs = 0, digits = 0;

	if (n == 0)
		return false;
	if (n > 4 && strncmp(s, "    ", 4) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		letters += isalpha(c) || c >= 0x80;
		digits += isdigit(c) != 0;
		signs += c < 0x80 && ispunct(c) && strchr(".,'\"?!:()-", c) == NULL;
	}
	if (strchr(";{}", s[n - 1]) != NULL || strncmp(s, "$ ", 2) == 0 || strncmp(s, "# ", 2) == 0 ||
	    strncmp(s, "at ", 3) == 0)
		return true;
	return signs * 8 > letters || digits * 2 > letters;
}

/* Lines of code from s on, and where they end. A fence counts with what it holds. */
static size_t
code_run(const char *s, const char **ret_end)
{
	bool fenced = strncmp(s, "```", 3) == 0;
	size_t lines = 0;

	for (; *s != '\0'; lines++) {
		size_t n = strcspn(s, "\n");

		if (fenced && lines > 0 && strncmp(s, "```", 3) == 0) {
			s += n + (s[n] == '\n');
			lines = lines > 0 ? lines - 1 : 0; /* the fences themselves are no lines of it */
			break;
		}
		if (!fenced && !is_code(s, n))
			break;
		s += n + (s[n] == '\n');
	}
	*ret_end = s;
	return lines;
}

/* --- paragraphs --------------------------------------------------------------------------------------------------- */

/* A line of signs alone parts paragraphs. */
static bool
is_rule(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isalnum((unsigned char)s[i]) || (unsigned char)s[i] >= 0x80)
			return false;
	return n > 0;
}

/* Some web mailers end a line that is to break with a backslash. */
static size_t
without_break(const char *s, size_t n)
{
	return n > 0 && s[n - 1] == '\\' ? n - 1 : n;
}

/* One paragraph as one line, greeting and long code taken out; returns where the next one begins. */
static const char *
next_paragraph(const char *s, struct gp_buf *out)
{
	bool first = true;

	gp_buf_clear(out);
	s += strspn(s, "\n");
	for (size_t n; *s != '\0' && *s != '\n'; s += n + (s[n] == '\n')) {
		size_t lines, greeting, end;
		const char *code_end;

		n = strcspn(s, "\n");
		lines = code_run(s, &code_end);
		if (lines <= CODE_LINES && is_rule(s, n)) {
			s += n + (s[n] == '\n');
			break;
		}
		if (out->len > 0)
			gp_buf_addc(out, ' ');
		if (lines > CODE_LINES) {
			gp_buf_addf(out, "[%zu lines of log]", lines);
			s = code_end;
			n = 0;
			if (*s == '\n')
				break;
			continue;
		}
		greeting = first ? gp_greeting_length(s, n) : 0;
		end = without_break(s, n);
		if (greeting < end)
			gp_buf_add(out, s + greeting, gp_utf8_cut(s + greeting, end - greeting, PARAGRAPH_MAX));
		first = first && greeting >= end; /* "Hi Ann,", and "thanks for all" in the next line */
	}
	return s;
}

/* Chinese, Japanese and Thai have no blanks: two of their characters count as a word. */
static size_t
count_words(const char *s)
{
	size_t words = 0, dense = 0, n = strlen(s), length;
	bool inside = false;
	uint32_t rune;

	for (size_t i = 0; i < n; i += length) {
		length = gp_utf8_next(s + i, n - i, &rune);
		if (length == 0)
			break;
		dense += (rune >= 0x3040 && rune <= 0x9fff) || (rune >= 0xe00 && rune < 0xe80);
		if (rune == ' ') {
			inside = false;
		} else if (!inside && (rune >= 0x80 || isalnum((int)rune))) {
			inside = true;
			words++;
		}
	}
	return words + dense / 2;
}

/* Octets of the sentence at s with its end marks. */
static size_t
sentence_length(const char *s)
{
	static const char marks[] = ".?!\xe3\xef"; /* and with what the wide ones begin */
	static const char *const wide[] = { "\xe3\x80\x82", "\xef\xbc\x9f", "\xef\xbc\x81", NULL }; /* 。？！ */
	size_t i = 0;

	while (s[i += strcspn(s + i, marks)] != '\0') {
		if (gp_begins_with_any(s + i, wide))
			return i + 3;
		if ((unsigned char)s[i] >= 0x80) {
			i++;
			continue;
		}
		i += strspn(s + i, ".?!");
		i += strspn(s + i, "\")'");
		if (s[i] == '\0' || (s[i] == ' ' && !islower((unsigned char)s[i + 1]))) /* "e.g. this" ends none */
			break;
	}
	return i;
}

static bool
is_question(const char *s, size_t n)
{
	while (n > 0 && strchr("\")'!.", s[n - 1]) != NULL)
		n--;
	if (n > 0 && s[n - 1] == '?')
		return true;
	return n >= 3 && memcmp(s + n - 3, "\xef\xbc\x9f", 3) == 0;
}

/* The first question of the text into out; false when there is none of enough words. */
static bool
find_question(const char *own, struct gp_buf *out)
{
	SCOPED(gp_buf_release) struct gp_buf paragraph = GP_BUF_INIT(256 * 1024);

	for (int i = 0; *own != '\0' && i < PARAGRAPHS_MAX; i++) {
		const char *s;

		own = next_paragraph(own, &paragraph);
		for (s = paragraph.data; *s != '\0';) {
			size_t n = sentence_length(s);
			SCOPED(gp_free_str) char *sentence = gp_strndup(s, n);

			if (is_question(s, n) && count_words(sentence) >= QUESTION_LEAST) {
				gp_buf_add(out, s, n);
				return true;
			}
			s += n + strspn(s + n, " ");
		}
	}
	return false;
}

/* --- cutting ------------------------------------------------------------------------------------------------------ */

/* Octets of the first `characters` characters. */
static size_t
prefix_of(const char *s, size_t characters)
{
	size_t i = 0;

	for (; s[i] != '\0' && characters > 0; characters--)
		for (i++; (s[i] & 0xc0) == 0x80; i++)
			;
	return i;
}

static char *
cut(const char *text)
{
	SCOPED(gp_free_str) char *line = gp_utf8_cleaned(text, strlen(text), false, PARAGRAPH_MAX);
	size_t room = prefix_of(line, GP_EXCERPT_MAX), least = prefix_of(line, SENTENCE_LEAST), at = 0, n;

	if (line[room] == '\0')
		return TAKE(line);
	while (line[at] != '\0') {
		n = sentence_length(line + at);
		if (at + n > room)
			break;
		at += n + strspn(line + at + n, " ");
	}
	while (at > 0 && line[at - 1] == ' ')
		at--;
	if (at >= least)
		return gp_strndup(line, at);
	for (at = prefix_of(line, GP_EXCERPT_MAX - 1); at > least && line[at] != ' '; at--)
		;
	at = at > least ? at : prefix_of(line, GP_EXCERPT_MAX - 1);
	while (at > 0 && strchr(" ,;:-", line[at - 1]) != NULL)
		at--;
	line[at] = '\0';
	return gp_printf("%s\xe2\x80\xa6", line);
}

char *
gp_excerpt(const char *own, bool question)
{
	SCOPED(gp_buf_release) struct gp_buf paragraph = GP_BUF_INIT(256 * 1024), all = GP_BUF_INIT(PARAGRAPH_MAX);

	if (question && find_question(own, &all))
		return cut(all.data);
	for (int i = 0; *own != '\0' && i < PARAGRAPHS_MAX; i++) {
		own = next_paragraph(own, &paragraph);
		if (count_words(paragraph.data) >= WORDS_LEAST && paragraph.data[0] != '[')
			return cut(paragraph.data);
		if (all.len > 0 && paragraph.len > 0)
			gp_buf_addc(&all, ' ');
		gp_buf_add(&all, paragraph.data, paragraph.len);
	}
	/* Short answers ("That works, thank you!") are worth a line as well. */
	return cut(all.data);
}

bool
gp_asks(const char *own)
{
	SCOPED(gp_buf_release) struct gp_buf found = GP_BUF_INIT(256 * 1024);

	if (strchr(own, '?') == NULL && strstr(own, "\xef\xbc\x9f") == NULL) /* most posts ask nothing */
		return false;
	return find_question(own, &found);
}
