#include "mail/own_lines.h"

#include <ctype.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

#define LINES_MAX     50000
#define QUOTE_INDENT  3 /* blanks before ">" */
#define INITIALS_MAX  4
#define EMACS_INDENT  8 /* blanks before "JD> " */
#define EMACS_NAME    16 /* letters of a name for a mark, */
#define NAME_LEAST    3 /* and of one that is no prompt */
#define WRAPPED_LEAST 60 /* octets of a quoted line that may have lost its end */
#define WRAPPED_MOST  40 /* and of that end */

/* Blanks that are none to the eye of a program, and marks that stand for plain ones. */
static const struct {
	const char *wide, *plain;
} typographic[] = { { "\xc2\xa0", " " }, { "\xe2\x80\xaf", " " }, { "\xe2\x80\x89", " " }, { "\xe3\x80\x80", " " },
	{ "\xe2\x80\x99", "'" }, { "\xe2\x80\x98", "'" }, { "\xef\xbc\x9a", ":" }, { "\xe2\x80\x8e", "" },
	{ "\xe2\x80\x8f", "" }, { "\xe2\x80\x8b", "" } };

/* Octets of the typographic mark at s that stands for `plain`, or of any when it is NULL; 0: none. */
static size_t
typographic_at(const char *s, size_t n, const char **ret_plain)
{
	for (size_t i = 0; i < GP_COUNT(typographic) && (unsigned char)*s >= 0x80; i++) {
		size_t length = strlen(typographic[i].wide);

		if (length <= n && memcmp(s, typographic[i].wide, length) == 0) {
			*ret_plain = typographic[i].plain;
			return length;
		}
	}
	return 0;
}

static bool
is_prompt(const char *name, size_t n)
{
	static const char *const prompts[] = { "SQL", "Tcl", "SAS", "IDL", "Perl", "Ruby", "Julia", "Octave", "Python",
		"Router", "Switch", "DOS", "GAP", "Maxima", "Matlab", "MATLAB" };

	for (size_t i = 0; i < GP_COUNT(prompts); i++)
		if (strlen(prompts[i]) == n && strncmp(prompts[i], name, n) == 0)
			return true;
	return false;
}

/* "JD> text": some clients quote with initials. */
static bool
is_quoted_with_initials(const char *s, size_t n)
{
	size_t letters = 0;

	while (letters < n && letters < INITIALS_MAX && isupper((unsigned char)s[letters]))
		letters++;
	if (letters < 2 || letters >= n || s[letters] != '>' || is_prompt(s, letters))
		return false;
	return letters + 1 == n || strchr(" >", s[letters + 1]) != NULL;
}

static enum gp_line_kind
kind_of(const char *s, size_t n)
{
	size_t indent = 0;

	if (n == 0)
		return GP_LINE_BLANK;
	if (n <= 2 && s[n - 1] == ':') /* the end of "... <ann@a.example\n>:" */
		return GP_LINE_PLAIN;
	while (indent < n && s[indent] == ' ')
		indent++;
	if (indent < n && indent <= QUOTE_INDENT && (s[indent] == '>' || strncmp(s + indent, "*>", 2) == 0))
		return GP_LINE_QUOTED; /* "*>*": a bold quote, flattened */
	if (indent <= EMACS_INDENT &&
	    (is_quoted_with_initials(s + indent, n - indent) || strncmp(s + indent, ">> ", 3) == 0))
		return GP_LINE_QUOTED;
	return GP_LINE_PLAIN;
}

/* "    ross> text", as Emacs quotes, or "Ross> text": octets of it with its blanks, 0 when line does not begin so. */
static size_t
name_mark(const struct gp_line *line)
{
	size_t indent = 0, n;

	while (indent < line->n && indent <= EMACS_INDENT && line->s[indent] == ' ')
		indent++;
	for (n = indent;
	     n < line->n && n < indent + EMACS_NAME && (isalpha((unsigned char)line->s[n]) || line->s[n] == '.'); n++)
		;
	if (n == indent || n == line->n || line->s[n] != '>' ||
	    (n + 1 < line->n && strchr(" >", line->s[n + 1]) == NULL))
		return 0;
	if (indent < 2 && (!isupper((unsigned char)line->s[indent]) || n - indent < NAME_LEAST ||
			      is_prompt(line->s + indent, n - indent)))
		return 0;
	return n + 1;
}

/* One such line may be a prompt, two with the same name are a quote. */
static void
quote_named(struct gp_lines *lines)
{
	for (size_t i = 0; i + 1 < lines->count; i++) {
		struct gp_line *line = &lines->v[i];
		size_t mark = line->kind == GP_LINE_BLANK ? 0 : name_mark(line);

		if (mark > 0 && name_mark(line + 1) == mark && strncmp(line->s, line[1].s, mark) == 0)
			line->kind = line[1].kind = GP_LINE_QUOTED;
	}
}

/* n without the blanks at the end, the typographic ones too. */
static size_t
trimmed(const char *s, size_t n)
{
	const char *plain;

	while (n > 0) {
		if (s[n - 1] == ' ')
			n--;
		else if (n >= 2 && typographic_at(s + n - 2, 2, &plain) == 2 && *plain == ' ')
			n -= 2;
		else if (n >= 3 && typographic_at(s + n - 3, 3, &plain) == 3 && (*plain == ' ' || *plain == '\0'))
			n -= 3;
		else
			break;
	}
	return n;
}

/* A quoted line that a client broke in two leaves its end without the mark: between two quoted lines it is quoted. A
 * remark put there by hand begins with a capital, or stands below the end of a sentence. */
static bool
is_wrapped_end(const struct gp_lines *lines, size_t i)
{
	const struct gp_line *line = &lines->v[i], *above = line - 1;

	return line->kind == GP_LINE_PLAIN && above->kind == GP_LINE_QUOTED && line[1].kind == GP_LINE_QUOTED &&
	       above->n >= WRAPPED_LEAST && line->n <= WRAPPED_MOST && islower((unsigned char)line->s[0]) &&
	       strchr(".?!:", above->s[above->n - 1]) == NULL;
}

void
gp_lines_init(struct gp_lines *lines, const char *text)
{
	size_t capacity = 256;

	*lines = (struct gp_lines){ .v = gp_new_array(capacity, sizeof(*lines->v)) };
	while (*text != '\0' && lines->count < LINES_MAX) {
		size_t n = strcspn(text, "\n"), end = trimmed(text, n);

		if (lines->count == capacity)
			lines->v = gp_grow(lines->v, (capacity *= 2) * sizeof(*lines->v));
		/* "-- " is told from "--" by its blank. */
		if (end == 2 && n == 3 && strncmp(text, "-- ", 3) == 0)
			end = 3;
		lines->v[lines->count++] = (struct gp_line){ text, end, kind_of(text, end), false };
		text += n + (text[n] == '\n');
	}
	for (size_t i = 1; i + 1 < lines->count; i++)
		if (is_wrapped_end(lines, i))
			lines->v[i].kind = GP_LINE_QUOTED;
	quote_named(lines);
}

void
gp_lines_release(struct gp_lines *lines)
{
	free(lines->v);
	*lines = (struct gp_lines){ 0 };
}

void
gp_lines_drop(struct gp_lines *lines, size_t from, size_t to)
{
	for (; from < to && from < lines->count; from++)
		lines->v[from].dropped = true;
}

bool
gp_line_is_own(const struct gp_line *line)
{
	return line->kind == GP_LINE_PLAIN && !line->dropped;
}

size_t
gp_lines_next(const struct gp_lines *lines, size_t i)
{
	while (i < lines->count && lines->v[i].kind == GP_LINE_BLANK)
		i++;
	return i;
}

bool
gp_lines_own_before(struct gp_lines *lines, size_t i)
{
	while (lines->first_kept < lines->count && !gp_line_is_own(&lines->v[lines->first_kept]))
		lines->first_kept++;
	return lines->first_kept < i;
}

char *
gp_line_folded(const struct gp_line *line, size_t max)
{
	size_t n = gp_utf8_cut(line->s, line->n, max), length;
	struct gp_buf out = GP_BUF_INIT(n + 8);
	SCOPED(gp_free_str) char *plain = NULL;
	const char *stands_for;

	if (gp_ascii_run(line->s, n) == n)
		return gp_utf8_folded(line->s, n);
	for (size_t i = 0; i < n; i += length) {
		length = typographic_at(line->s + i, n - i, &stands_for);
		if (length > 0) {
			gp_buf_adds(&out, stands_for);
			continue;
		}
		for (length = 1; i + length < n && (unsigned char)line->s[i + length] < 0x80; length++)
			;
		gp_buf_add(&out, line->s + i, length);
	}
	plain = gp_buf_take(&out);
	return gp_utf8_fold(plain);
}

bool
gp_line_is_rule(const struct gp_line *line, size_t least)
{
	if (line->n < least)
		return false;
	for (size_t i = 0; i < line->n; i++)
		if (strchr("_-=*~#+. ", line->s[i]) == NULL)
			return false;
	return true;
}
