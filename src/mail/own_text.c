#include "guildpost/mail/own_text.h"

#include <ctype.h>
#include <string.h>

#include "guildpost/mail/phrase.h"
#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"
#include "mail/phrases.h"

/* Each question below looks at a fixed number of lines around it, so the whole is linear (SEC-08). */
#define LINES_MAX	  50000
#define OWN_MAX		  (256 * 1024)
#define FIRST_LINE_MAX	  998
#define ATTRIBUTION_LINES 4
#define ATTRIBUTION_MAX	  600 /* octets */
#define HEADER_LOOK	  9 /* lines in which Outlook's header must be whole */
#define FOOTER_LOOK	  5
#define SIGNATURE_LINES	  15 /* behind "--" without its blank; behind "-- " any number */
#define SENT_FROM_WORDS	  9
#define LEGAL_LINES	  60

enum line_kind { BLANK, PLAIN, QUOTED };

struct line {
	const char *s;
	size_t n; /* without blanks at the end */
	enum line_kind kind;
	bool dropped;
};
struct lines {
	struct line *v;
	size_t count;
};

/* --- lines -------------------------------------------------------------------------------------------------------- */

static enum line_kind
kind_of(const char *s, size_t n)
{
	size_t i = 0, letters;

	if (n == 0)
		return BLANK;
	if (n <= 2 && s[n - 1] == ':') /* the end of "... <ann@a.example\n>:" */
		return PLAIN;
	while (i < n && i < 3 && s[i] == ' ')
		i++;
	/* "JD> text": some clients quote with initials. */
	for (letters = 0; i + letters < n && letters < 4 && isupper((unsigned char)s[i + letters]); letters++)
		;
	return s[i] == '>' || (letters > 0 && i + letters < n && s[i + letters] == '>') ? QUOTED : PLAIN;
}

static void
split(const char *text, struct lines *lines)
{
	size_t capacity = 256;

	lines->v = gp_new_array(capacity, sizeof(*lines->v));
	while (*text != '\0' && lines->count < LINES_MAX) {
		size_t n = strcspn(text, "\n"), end = n;

		while (end > 0 && text[end - 1] == ' ')
			end--;
		if (lines->count == capacity)
			lines->v = gp_grow(lines->v, (capacity *= 2) * sizeof(*lines->v));
		/* "-- " is told from "--" by its blank. */
		if (end == 2 && n == 3 && strncmp(text, "-- ", 3) == 0)
			end = 3;
		lines->v[lines->count++] = (struct line){ text, end, kind_of(text, end), false };
		text += n + (text[n] == '\n');
	}
}

/* A line that a client broke in two leaves its end without the mark: between two quoted lines it is quoted. */
static void
mend_wrapped(struct lines *lines)
{
	for (size_t i = 1; i + 1 < lines->count; i++)
		if (lines->v[i].kind == PLAIN && lines->v[i - 1].kind == QUOTED && lines->v[i + 1].kind == QUOTED &&
		    lines->v[i - 1].n >= 60 && lines->v[i].n <= 40)
			lines->v[i].kind = QUOTED;
}

static void
drop(struct lines *lines, size_t from, size_t to)
{
	for (; from < to && from < lines->count; from++)
		lines->v[from].dropped = true;
}

static size_t
next_line(const struct lines *lines, size_t i)
{
	while (i < lines->count && lines->v[i].kind == BLANK)
		i++;
	return i;
}

static size_t
plain_lines(const struct lines *lines, size_t from, size_t stop_at)
{
	size_t count = 0;

	for (; from < lines->count && count <= stop_at; from++)
		count += lines->v[from].kind == PLAIN && !lines->v[from].dropped;
	return count;
}

/* Is anything kept before line i? */
static bool
kept_before(const struct lines *lines, size_t i)
{
	while (i-- > 0)
		if (lines->v[i].kind == PLAIN && !lines->v[i].dropped)
			return true;
	return false;
}

static char *
folded(const struct line *line, size_t max)
{
	SCOPED(gp_free_str) char *copy = gp_strndup(line->s, gp_utf8_cut(line->s, line->n, max));

	return gp_utf8_fold(copy);
}

/* --- attribution: "On Monday Ann wrote:" -------------------------------------------------------------------------- */

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Four digits of a year, or a time of day, or an address. */
static bool
has_date_or_address(const char *s)
{
	for (const char *c = s; *c != '\0'; c++) {
		if (*c == '@')
			return true;
		if (!isdigit((unsigned char)*c) || (c > s && isdigit((unsigned char)c[-1])))
			continue;
		if ((strncmp(c, "19", 2) == 0 || strncmp(c, "20", 2) == 0) && strspn(c, "0123456789") == 4)
			return true;
		if (strspn(c, "0123456789") <= 2 &&
		    (c[strspn(c, "0123456789")] == ':' || c[strspn(c, "0123456789")] == '.') &&
		    isdigit((unsigned char)c[strspn(c, "0123456789") + 1]))
			return true;
	}
	return false;
}

static bool
has_colon(const char *s)
{
	return ends_with(s, ":") || ends_with(s, "\xef\xbc\x9a");
}

static bool
opens(const char *s)
{
	return isdigit((unsigned char)*s) || gp_begins_with_any(s, gp_wrote_opens);
}

/* before_quote: quoted lines follow, so less proof is asked for. */
static bool
is_attribution(const char *s, bool before_quote)
{
	bool wrote = gp_holds_any(s, gp_wrote), dated = has_date_or_address(s);

	if (has_colon(s) && wrote && (dated || before_quote))
		return true;
	/* "2016-10-24 15:36 GMT+02:00 Ann <ann@a.example>:" */
	if (isdigit((unsigned char)*s) && dated && strchr(s, '@') != NULL)
		return has_colon(s) || (before_quote && ends_with(s, ">"));
	return before_quote && has_colon(s) && dated && strchr(s, '@') != NULL;
}

/* The lines that end at `last` (at most four) as one folded line, from `first` on. */
static char *
joined(const struct lines *lines, size_t first, size_t last)
{
	struct gp_buf out = GP_BUF_INIT(ATTRIBUTION_MAX * 4);

	for (size_t i = first; i <= last; i++) {
		SCOPED(gp_free_str) char *line = folded(&lines->v[i], ATTRIBUTION_MAX);
		const char *s = line + strspn(line, " *");

		if (i > first)
			gp_buf_addc(&out, ' ');
		gp_buf_adds(&out, s);
	}
	return gp_buf_take(&out);
}

static bool
may_end_attribution(const struct line *line)
{
	const char *last = line->n > 0 ? line->s + line->n - 1 : "";

	if (line->kind != PLAIN || line->n > ATTRIBUTION_MAX)
		return false;
	return *last == ':' || *last == '>' || (line->n >= 3 && memcmp(last - 2, "\xef\xbc\x9a", 3) == 0);
}

/* Where the attribution that ends at line `last` begins; count when there is none. */
static size_t
attribution_start(const struct lines *lines, size_t last, bool before_quote)
{
	size_t first = last, fallback = lines->count;

	for (size_t n = 0; n < ATTRIBUTION_LINES; n++) {
		SCOPED(gp_free_str) char *text = joined(lines, first, last);

		if (strlen(text) > ATTRIBUTION_MAX)
			break;
		if (is_attribution(text, before_quote)) {
			if (opens(text))
				return first;
			/* "Ann Lee <ann@a.example> wrote:", "* Ann Lee wrote:" */
			if (fallback == lines->count && (before_quote || strchr(text, '@') != NULL))
				fallback = first;
		}
		if (first == 0 || lines->v[first - 1].kind != PLAIN || lines->v[first - 1].dropped)
			break;
		first--;
	}
	return fallback;
}

/* "| text" behind an attribution: the quotes of some web mailers. */
static size_t
bar_quote_end(const struct lines *lines, size_t i)
{
	while (i < lines->count && (lines->v[i].kind == BLANK || lines->v[i].s[0] == '|'))
		i++;
	return i;
}

static void
drop_attributions(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		size_t next, first;
		bool bars, before_quote;

		if (!may_end_attribution(&lines->v[i]) || lines->v[i].dropped)
			continue;
		next = next_line(lines, i + 1);
		bars = next < lines->count && lines->v[next].s[0] == '|';
		before_quote = bars || (next < lines->count && lines->v[next].kind == QUOTED && next <= i + 3);
		first = attribution_start(lines, i, before_quote);
		if (first == lines->count)
			continue;
		/* Without marks below it is the end of what is own, unless nothing own came before. */
		if (bars)
			drop(lines, first, bar_quote_end(lines, next));
		else if (before_quote || !kept_before(lines, first))
			drop(lines, first, i + 1);
		else
			drop(lines, first, lines->count);
	}
}

/* --- headers of what is answered, and forwards -------------------------------------------------------------------- */

/* The name before the colon, folded, without "*", or NULL. */
static char *
field_name(const struct line *line)
{
	size_t skip = 0, n;
	struct line name = *line;
	char *text;

	while (skip < line->n && strchr(" *>", line->s[skip]) != NULL)
		skip++;
	name.s += skip;
	name.n -= skip;
	n = name.n < 40 ? name.n : 40;
	for (size_t i = 0; i < n; i++) {
		bool wide = i + 2 < name.n && memcmp(name.s + i, "\xef\xbc\x9a", 3) == 0;

		if (name.s[i] != ':' && !wide)
			continue;
		name.n = i;
		while (name.n > 0 && strchr(" *", name.s[name.n - 1]) != NULL)
			name.n--;
		text = folded(&name, 40);
		return text;
	}
	return NULL;
}

static bool
is_one_of(const char *s, const char *const *words)
{
	for (; s != NULL && *words != NULL; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* Outlook's "From: Sent: To: Subject:" from line i on, in any order; ret_end is behind it. */
static bool
is_quoted_header(const struct lines *lines, size_t i, size_t *ret_end)
{
	int from = 0, others = 0;
	size_t looked = 0;

	for (*ret_end = i; i < lines->count && looked < HEADER_LOOK; i++, looked++) {
		SCOPED(gp_free_str) char *name = NULL;

		if (lines->v[i].kind == BLANK && from + others < 2)
			continue;
		name = field_name(&lines->v[i]);
		if (is_one_of(name, gp_quoted_from))
			from++;
		else if (is_one_of(name, gp_quoted_field))
			others++;
		else if (looked == 0 || lines->v[i].kind == BLANK || from + others == 0)
			break;
		else
			continue; /* a long To: runs on */
		*ret_end = i + 1;
	}
	return from >= 1 && others >= 2;
}

/* "-----Original Message-----" and "---------- Forwarded message ---------". */
static bool
is_marker(const struct line *line, const char *const *phrases)
{
	SCOPED(gp_free_str) char *text = NULL;
	const char *s;
	size_t dashes;

	if (line->kind != PLAIN || line->n > 120 || line->n < 4)
		return false;
	text = folded(line, 120);
	s = text + strspn(text, " *");
	dashes = strspn(s, "-_=+");
	s += dashes + strspn(s + dashes, " ");
	if (!gp_begins_with_any(s, phrases))
		return false;
	return dashes >= 2 || (has_colon(s) && strlen(s) < 60);
}

static bool
is_rule(const struct line *line, size_t least)
{
	if (line->n < least)
		return false;
	for (size_t i = 0; i < line->n; i++)
		if (strchr("_-=*~#+. ", line->s[i]) == NULL)
			return false;
	return true;
}

static void
drop_answered(struct lines *lines)
{
	for (size_t i = 0, end; i < lines->count; i++) {
		size_t first = i, next;
		bool original, forward;

		if (lines->v[i].kind != PLAIN || lines->v[i].dropped)
			continue;
		forward = is_marker(&lines->v[i], gp_forwarded);
		original = forward || is_marker(&lines->v[i], gp_original);
		if (!is_quoted_header(lines, original ? next_line(lines, i + 1) : i, &end)) {
			if (!original)
				continue;
			end = i + 1;
		}
		while (first > 0 && (lines->v[first - 1].kind == BLANK || is_rule(&lines->v[first - 1], 5)))
			first--;
		next = next_line(lines, end);
		/* With nothing above it: a forward is what the sender has to say, and below marked quotes stands an answer. */
		if (kept_before(lines, first) || next >= lines->count || (!forward && lines->v[next].kind != QUOTED)) {
			drop(lines, first, lines->count);
			return;
		}
		drop(lines, first, end);
		i = end - 1;
	}
}

/* --- signatures, footers, notices --------------------------------------------------------------------------------- */

static bool
is_footer(const struct lines *lines, size_t i)
{
	for (size_t j = i + 1; j < lines->count && j <= i + FOOTER_LOOK; j++) {
		SCOPED(gp_free_str) char *text = folded(&lines->v[j], 300);

		if (gp_holds_any(text, gp_footer))
			return true;
	}
	return false;
}

static bool
is_signature(const struct lines *lines, size_t i)
{
	const struct line *line = &lines->v[i];
	bool exact = line->n == 3 && strncmp(line->s, "-- ", 3) == 0;
	bool short_form = (line->n == 2 && (strncmp(line->s, "--", 2) == 0 || strncmp(line->s, "__", 2) == 0)) ||
			  (line->n == 3 &&
			      (strncmp(line->s, "---", 3) == 0 || strncmp(line->s, "\xe2\x80\x94", 3) == 0 ||
				  strncmp(line->s, "___", 3) == 0));

	return exact || (short_form && plain_lines(lines, i + 1, SIGNATURE_LINES) <= SIGNATURE_LINES);
}

static size_t
words_of(const char *s)
{
	size_t words = *s != '\0';

	for (; *s != '\0'; s++)
		words += *s == ' ' && s[1] != ' ' && s[1] != '\0';
	return words;
}

static bool
ends_own_text(const struct lines *lines, size_t i)
{
	const struct line *line = &lines->v[i];
	SCOPED(gp_free_str) char *text = NULL;
	const char *s;

	if (is_signature(lines, i))
		return true;
	if (is_rule(line, 16) && is_footer(lines, i))
		return true;
	text = folded(line, 160);
	s = text + strspn(text, " *_[(");
	if (gp_begins_with_any(s, gp_sent_from) && words_of(s) <= SENT_FROM_WORDS && plain_lines(lines, i + 1, 2) <= 2)
		return true;
	return gp_begins_with_any(s, gp_legal) && kept_before(lines, i) &&
	       (i == 0 || lines->v[i - 1].kind == BLANK || is_rule(&lines->v[i - 1], 5)) &&
	       plain_lines(lines, i + 1, LEGAL_LINES) <= LEGAL_LINES;
}

static void
drop_endings(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->v[i].kind == PLAIN && !lines->v[i].dropped && ends_own_text(lines, i)) {
			drop(lines, i, lines->count);
			return;
		}
}

/* Rules and lone marks at the end say nothing. */
static bool
says_something(const struct line *line)
{
	for (size_t i = 0; i < line->n; i++)
		if (isalnum((unsigned char)line->s[i]) || ((unsigned char)line->s[i] >= 0x80 && line->n > 3))
			return true;
	/* ":-)" and "?" are answers, "----" is none */
	return line->n > 0 && line->n <= 3 && strchr(":;?!+", line->s[0]) != NULL;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static char *
kept(const struct lines *lines)
{
	struct gp_buf out = GP_BUF_INIT(OWN_MAX);
	size_t end = lines->count, blanks = 0;

	while (end > 0 &&
	       (lines->v[end - 1].dropped || lines->v[end - 1].kind != PLAIN || !says_something(&lines->v[end - 1])))
		end--;
	for (size_t i = 0; i < end && !out.full; i++) {
		const struct line *line = &lines->v[i];

		if (line->kind != PLAIN || line->dropped) {
			blanks = 1; /* what was taken out leaves a gap between paragraphs */
			continue;
		}
		if (blanks > 0 && out.len > 0)
			gp_buf_addc(&out, '\n');
		blanks = 0;
		gp_buf_add(&out, line->s, line->n);
		gp_buf_addc(&out, '\n');
	}
	return gp_buf_take(&out);
}

char *
gp_own_text(const char *text)
{
	struct lines lines = { NULL, 0 };
	char *own;

	split(text, &lines);
	mend_wrapped(&lines);
	drop_answered(&lines);
	drop_attributions(&lines);
	drop_endings(&lines);
	own = kept(&lines);
	free(lines.v);
	return own;
}

bool
gp_is_greeting(const char *line, size_t n)
{
	SCOPED(gp_free_str) char *copy = gp_strndup(line, n), *text = gp_utf8_fold(copy);
	size_t words;

	for (const char *const *greeting = gp_greeting; *greeting != NULL; greeting++) {
		size_t length = strlen(*greeting);

		if (strncmp(text, *greeting, length) != 0 || isalnum((unsigned char)text[length]))
			continue;
		words = words_of(text);
		return n <= 60 && (words <= 3 || (words <= 6 && strchr(",!.:", text[strlen(text) - 1]) != NULL));
	}
	return false;
}

char *
gp_first_line(const char *own)
{
	while (*own != '\0') {
		size_t n = strcspn(own, "\n");

		own += strspn(own, " ");
		n = strcspn(own, "\n");
		if (n > 0 && !gp_is_greeting(own, n))
			return gp_utf8_cleaned(own, n, false, FIRST_LINE_MAX);
		own += n + (own[n] == '\n');
	}
	return gp_strdup("");
}
