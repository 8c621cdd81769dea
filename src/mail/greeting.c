/* The words with which a mail begins, and the first line that says something. */
#include <ctype.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/utf8.h"
#include "mail/greeting_phrases.h"

#define FIRST_LINE_MAX	998
#define GREETING_MAX	120 /* octets of a line that may be one */
#define NAMES_MAX	6 /* words of whom it greets */
#define LOWER_NAMES_MAX 2 /* of them in small letters that no list knows */
#define ADDRESSED_MAX	24 /* octets of a name in front of an honorific, and of a name behind a dense greeting */

static size_t
mark_at(const char *s)
{
	static const char *const marks[] = { ",", "!", "\\", ".", ":", ";", "-", "\xe2\x80\x93", "\xe2\x80\x94",
		"\xef\xbc\x8c", "\xe3\x80\x81", "\xe3\x80\x82", "\xef\xbc\x81", "\xef\xbc\x9a", "\xe2\x80\xa6",
		"\xe3\x80\x80", NULL };

	if (isalnum((unsigned char)*s) || *s == ' ')
		return 0;
	for (const char *const *mark = marks; *mark != NULL; mark++) {
		size_t n = *s == **mark ? strlen(*mark) : 0;

		if (n > 0 && strncmp(s, *mark, n) == 0) /* "hi-res" and "a.example" hold none */
			return strchr("-.:", *s) == NULL || s[n] == '\0' || s[n] == ' ' || mark_at(s + n) > 0 ? n : 0;
	}
	return 0;
}

/* Octets of blanks and marks at s. */
static size_t
marks_at(const char *s)
{
	size_t i = 0, n;

	while (s[i] != '\0' && (n = s[i] == ' ' ? 1 : mark_at(s + i)) > 0)
		i += n;
	return i;
}

static bool
ends_word(const char *s)
{
	return *s == '\0' || *s == ' ' || mark_at(s) > 0 || strchr(")(\"'", *s) != NULL;
}

/* The longest of words that stands whole at s. dense: nothing needs to stand behind it. */
static size_t
longest_at(const char *s, const char *const *words, bool dense)
{
	size_t longest = 0;

	for (; *words != NULL; words++) {
		size_t n = *s == **words ? strlen(*words) : 0;

		if (n > longest && strncmp(s, *words, n) == 0 && (dense || ends_word(s + n)))
			longest = n;
	}
	return longest;
}

static size_t
word_length(const char *s)
{
	size_t n = 0;

	while (!(s[n] == '\0' || s[n] == ' ' || (mark_at(s + n) > 0 && s[n] != '-' && s[n] != '.')))
		n++;
	while (n > 0 && s[n - 1] == '.')
		n--;
	return n > 0 ? n : s[0] == '.';
}

/* A capital, also one that is not ASCII: folding changes it. */
static bool
is_capital(const char *line, const char *folded)
{
	return strncmp(line, folded, gp_utf8_next(line, strlen(line), NULL)) != 0;
}

/* Chinese, Japanese and Korean put no blank behind "hello": a short line is all of it, or up to the first mark. */
static size_t
dense_greeting(const char *line)
{
	size_t n = 0, step, name, words = 0;
	bool marked = false;

	for (; (step = longest_at(line + n, gp_greeting_dense, true)) > 0; words++) {
		n += step;
		step = marks_at(line + n);
		marked = step > 0;
		n += step;
	}
	for (name = n; line[name] != '\0' && line[name] != ' ' && mark_at(line + name) == 0; name++)
		;
	/* "田中様、", "王老师" */
	for (const char *const *title = gp_honorific; *title != NULL && name - n <= ADDRESSED_MAX; title++) {
		size_t length = strlen(*title);

		if (name - n > length && strncmp(line + name - length, *title, length) == 0)
			return name + marks_at(line + name);
	}
	if (words == 0 || line[n] == '\0' || marked)
		return n;
	return name - n <= ADDRESSED_MAX / 2 ? name + marks_at(line + name) : 0; /* "你好小明，" */
}

/* Names and words of address from `at` on, to the mark or the end; 0 when something else stands there. lower_max: how
 * many may be neither capitals nor known, when a comma follows. */
static size_t
addressed(const char *line, const char *text, size_t at, size_t lower_max)
{
	size_t lower = 0;

	for (size_t names = 0; names <= NAMES_MAX; names++) {
		size_t blank = strspn(text + at, " ("), n;

		at += blank;
		if (text[at] == '\0')
			return lower == 0 ? at : 0;
		if (mark_at(text + at) > 0 || (blank == 0 && names > 0 && text[at] != ')'))
			return lower == 0 ||
				       (lower <= lower_max && (text[at] == ',' || (text[at] == '!' && lower == 1)))
				   ? at + marks_at(text + at)
				   : 0;
		n = longest_at(text + at, gp_vocative, false);
		if (n == 0) {
			n = word_length(text + at);
			lower += !is_capital(line + at, text + at);
		}
		if (n == 0 || lower > lower_max)
			return 0;
		at += n;
		at += text[at] == '.' && text[at + 1] == ' ' && n <= 4; /* "Dr. Lee" */
		at += text[at] == ')';
	}
	return 0;
}

/* Octets of the greeting or thanks at the beginning of line, with whom it greets and the mark behind it; 0 when the line
 * begins otherwise. */
static size_t
greeting_length(const char *line)
{
	SCOPED(gp_free_str) char *text = gp_utf8_fold(line);
	size_t at, length = 0;

	if (strlen(text) != strlen(line)) /* folding changed lengths: no place in one is a place in the other */
		return 0;
	if ((at = longest_at(text, gp_greeting, false)) > 0)
		length = addressed(line, text, at, LOWER_NAMES_MAX);
	else if ((at = longest_at(text, gp_thanks, false)) > 0)
		length = addressed(line, text, at, 0);
	else if ((at = longest_at(text, gp_greeting_alone, false)) > 0)
		length = text[at] == '\0' || mark_at(text + at) > 0 ? at + marks_at(text + at) : 0;
	else
		length = dense_greeting(line);
	/* "Hello, dear friends," and "Hi Ann, thanks!" go on. */
	if (length > 0 && line[length] != '\0')
		length += greeting_length(line + length);
	return length;
}

size_t
gp_greeting_length(const char *line, size_t n)
{
	SCOPED(gp_free_str) char *copy = gp_strndup(line, gp_utf8_cut(line, n, GREETING_MAX));
	size_t length = greeting_length(copy);

	return length < strlen(copy) || n <= GREETING_MAX ? length : 0;
}

bool
gp_is_greeting(const char *line, size_t n)
{
	while (n > 0 && line[n - 1] == ' ')
		n--;
	return n > 0 && gp_greeting_length(line, n) >= n;
}

/* "[...]", "<snip>", a rule: nothing is said there. "?", ":-)" and "+1" are answers. */
static bool
says_nothing(const char *line, size_t n)
{
	SCOPED(gp_free_str) char *copy = gp_strndup(line, n), *text = gp_utf8_fold(copy);
	const char *s = text + strspn(text, "[<(-=_*~#.\\ ");
	size_t rest = strcspn(s, "]>)-=_*~#.\\ ");

	return *s == '\0' || strchr("]>", *s) != NULL || (rest == 4 && strncmp(s, "snip", 4) == 0) ||
	       (rest == 7 && strncmp(s, "snipped", 7) == 0) || strcmp(text, "\xe2\x80\xa6") == 0;
}

char *
gp_first_line(const char *own)
{
	while (*own != '\0') {
		size_t n, greeting;

		own += strspn(own, " ");
		n = strcspn(own, "\n");
		greeting = gp_greeting_length(own, n);
		if (n > 0 && greeting < n && !says_nothing(own, n)) {
			size_t end = n > greeting + 1 && own[n - 1] == '\\' ? n - 1
									    : n; /* a web mailer's mark of a break */

			return gp_utf8_cleaned(own + greeting, end - greeting, false, FIRST_LINE_MAX);
		}
		own += n + (own[n] == '\n');
	}
	return gp_strdup("");
}
