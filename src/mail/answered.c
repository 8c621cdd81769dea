/* What Outlook and its like put above what is answered: a line of dashes, or the header of it. */
#include <ctype.h>
#include <string.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "mail/answered_phrases.h"
#include "mail/own_lines.h"

#define HEADER_LOOK 10 /* lines in which it must be whole */
#define NAME_MAX    40 /* octets of a field's name */
#define MARKER_MAX  120 /* octets of "-----Original Message-----" */
#define RULE_LEAST  5

/* The names of one field, in every language. */
enum field { FROM, DATE, TO, COPY, SUBJECT, OTHER, FIELDS };

static const char *const *const names[FIELDS] = { [FROM] = gp_from_names,
	[DATE] = gp_date_names,
	[TO] = gp_to_names,
	[COPY] = gp_copy_names,
	[SUBJECT] = gp_subject_names,
	[OTHER] = gp_other_names };

/* Octets of s that are this word; 0 when it does not begin so. Old archives have "?" where a letter was not ASCII: there it
 * stands for any. */
static size_t
match(const char *s, const char *word)
{
	const char *at = s;

	for (; *word != '\0'; at++, word++) {
		if (*at == '?' && (unsigned char)*word >= 0x80)
			while (((unsigned char)word[1] & 0xc0) == 0x80)
				word++;
		else if (*at != *word)
			return 0;
	}
	return (size_t)(at - s);
}

static bool
is_one_of(const char *s, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = match(s, *words);

		if (n > 0 && s[n] == '\0')
			return true;
	}
	return false;
}

static bool
begins_with_any(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (match(s, *words) > 0)
			return true;
	return false;
}

/* Which field line is, "*From:* Ann" too; FIELDS when it is none. ret_value: what stands behind the colon, folded; the
 * caller frees *ret_text. */
static enum field
field_of(const struct gp_line *line, char **ret_text, const char **ret_value)
{
	char *text = gp_line_folded(line, NAME_MAX + 80), *name = text + strspn(text, " *_>|-"),
	     *colon = strchr(name, ':');
	size_t n;

	*ret_text = text;
	*ret_value = "";
	if (colon == NULL || colon - name > NAME_MAX)
		return FIELDS;
	*ret_value = colon + 1 + strspn(colon + 1, " *_");
	*colon = '\0';
	for (n = strlen(name); n > 0 && strchr(" *_", name[n - 1]) != NULL; n--)
		name[n - 1] = '\0';
	for (int field = 0; field < FIELDS; field++)
		if (is_one_of(name, names[field]))
			return (enum field)field;
	return FIELDS;
}

/* "From: 9:00, To: 17:00, Date: Monday" is somebody's timetable. */
static bool
names_nobody(enum field field, const char *value)
{
	return field == FROM && *value >= '0' && *value <= '9' && strchr(value, '@') == NULL;
}

/* A header from line i on, its fields in any order; ret_end is behind it. short_form: one field is enough. */
static bool
is_header(const struct gp_lines *lines, size_t i, bool short_form, size_t *ret_end)
{
	bool seen[FIELDS] = { false }, blank = false, somebody = false;
	int kinds = 0;

	*ret_end = i;
	for (size_t looked = 0; i < lines->count && looked < HEADER_LOOK; i++, looked++) {
		SCOPED(gp_free_str) char *text = NULL;
		const char *value;
		enum field field;

		if (lines->v[i].kind == GP_LINE_BLANK) {
			if (kinds >= 3)
				break;
			blank = true;
			continue;
		}
		field = field_of(&lines->v[i], &text, &value);
		if (field == FIELDS) {
			if (kinds == 0 || blank || lines->v[i].kind == GP_LINE_QUOTED)
				break;
			continue; /* a long To: runs on */
		}
		if (names_nobody(field, value))
			return false;
		somebody |= field == FROM && strchr(value, '@') != NULL;
		kinds += !seen[field];
		seen[field] = true;
		*ret_end = i + 1;
	}
	if (short_form && kinds >= 1)
		return true;
	if (kinds == 2 && somebody && seen[DATE]) /* as some clients shorten it */
		return true;
	return kinds >= 3 && (seen[FROM] || (seen[DATE] && seen[SUBJECT] && seen[TO]));
}

/* Told at a glance: it begins with a letter, and ends with no colon of any kind. */
static bool
is_prose(const struct gp_line *line)
{
	unsigned char first = (unsigned char)line->s[0], last = (unsigned char)line->s[line->n - 1];

	return isalnum(first) && last < 0x80 && last != ':';
}

/* "-----Original Message-----" and "---------- Forwarded message ---------". */
static bool
is_marker(const struct gp_line *line)
{
	SCOPED(gp_free_str) char *text = NULL;
	const char *s;
	size_t dashes;

	if (!gp_line_is_own(line) || line->n > MARKER_MAX || line->n < 4 || is_prose(line))
		return false;
	text = gp_line_folded(line, MARKER_MAX);
	s = text + strspn(text, " *");
	dashes = strspn(s, "-_=+ ");
	if (dashes < 2 && (strlen(s) >= 60 || *s == '\0' || s[strlen(s) - 1] != ':'))
		return false;
	return begins_with_any(s + dashes, gp_forwarded) || begins_with_any(s + dashes, gp_original);
}

/* Above the header may stand rules and blanks that belong to it. */
static size_t
with_rules(const struct gp_lines *lines, size_t first)
{
	while (first > 0 &&
	       (lines->v[first - 1].kind == GP_LINE_BLANK || gp_line_is_rule(&lines->v[first - 1], RULE_LEAST)))
		first--;
	return first;
}

static void
drop_one(struct gp_lines *lines, size_t i)
{
	bool original = is_marker(&lines->v[i]);
	size_t end, first, next;

	if (!is_header(lines, original ? gp_lines_next(lines, i + 1) : i, original, &end)) {
		if (!original)
			return;
		end = i + 1;
	}
	first = with_rules(lines, i);
	next = gp_lines_next(lines, end);
	/* With nothing above it, it is a forward, or an answer stands somewhere below. So it does under marked quotes, but
	 * Outlook's header alone also stands above mail that quotes others itself. */
	if (!gp_lines_own_before(lines, first) ||
	    (original && next < lines->count && lines->v[next].kind == GP_LINE_QUOTED))
		gp_lines_drop(lines, first, end);
	else
		gp_lines_drop(lines, first, lines->count);
}

/* May a header or a marker begin here? Most lines are told at a glance. */
static bool
may_begin(const struct gp_line *line)
{
	size_t n = line->n < NAME_MAX + 20 ? line->n : NAME_MAX + 20;

	return gp_line_is_own(line) &&
	       (memchr(line->s, ':', n) != NULL || memchr(line->s, '-', n) != NULL || memchr(line->s, '_', n) != NULL ||
		   memchr(line->s, '=', n) != NULL || (unsigned char)line->s[0] >= 0x80);
}

void
gp_answered_drop(struct gp_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (may_begin(&lines->v[i]))
			drop_one(lines, i);
}
