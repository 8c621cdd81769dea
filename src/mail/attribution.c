/* "On Monday Ann wrote:", in the languages and word orders of the clients that write it. */
#include <ctype.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/attribution_phrases.h"
#include "mail/own_lines.h"

#define INDENT	    "    "
#define LINES_LOOK  4 /* that one may be wrapped over */
#define ALL_MAX	    600 /* octets of them */
#define QUOTE_LOOK  3 /* lines from it to the quote, blank ones but the last */
#define OPENER_LOOK 28 /* octets behind "On" within which its date begins */
#define NAME_WORDS  8 /* of "Ann Lee of the weavers wrote:"; a longer sentence is somebody's own */
#define BARE_MAX    200 /* octets of one that has no colon */
#define ABBREVIATED 6 /* octets of "sept." */
#define NAME_MAX    70 /* octets of a line that is the first half of a wrapped name */

/* --- what a line holds -------------------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits_at(const char *s)
{
	return strspn(s, "0123456789");
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* One of words at s, and no letter behind it. */
static size_t
word_at(const char *s, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = *s == **words ? strlen(*words) : 0;

		if (n > 0 && strncmp(s, *words, n) == 0 && !isalnum((unsigned char)s[n]) && (unsigned char)s[n] < 0xc3)
			return n;
	}
	return 0;
}

/* "2026-06-01", "01.06.26", "6/1/2026", "2026年6月1日", "1 june", "1. juni", "1 de junio", "1er juin" at s. */
static bool
is_date_at(const char *s)
{
	size_t n = digits_at(s);
	const char *behind = s + n;

	if (n == 0 || n > 4)
		return false;
	if (strncmp(behind, "年", 3) == 0 || strncmp(behind, "년", 3) == 0)
		return true;
	if (strchr("-/.", *behind) != NULL && *behind != '\0' && digits_at(behind + 1) > 0 &&
	    digits_at(behind + 1) <= 2) {
		const char *second = behind + 1 + digits_at(behind + 1);

		return *second == *behind && digits_at(second + 1) > 0;
	}
	if (n > 2)
		return false;
	behind += strspn(behind, "er.ºª°");
	behind += strspn(behind, " ");
	behind += strncmp(behind, "de ", 3) == 0 ? 3 : 0;
	return *behind != '\0' && gp_begins_with_any(behind, gp_month);
}

/* "9:00", "09.00", "9h00", "9時" with no further part that would make it a date. */
static bool
is_time_at(const char *s)
{
	size_t n = digits_at(s), more;

	if (n == 0 || n > 2)
		return false;
	if (strncmp(s + n, "時", 3) == 0 || strncmp(s + n, "点", 3) == 0 || strncmp(s + n, "시", 3) == 0)
		return true;
	if (s[n] == '\0' || strchr(":.h", s[n]) == NULL)
		return false;
	more = digits_at(s + n + 1);
	return more == 2 && (s[n + 3] != s[n] || s[n] == ':');
}

struct holds {
	bool date, time, address, year;
};

static struct holds
what_it_holds(const char *s)
{
	struct holds holds = { false, false, false, false };

	for (const char *c = s; *c != '\0'; c++) {
		bool starts = c == s || (!isalnum((unsigned char)c[-1]) && c[-1] != '.' && c[-1] != ':');

		holds.address |= *c == ' ' && strncmp(c, " at ", 4) == 0;
		if (starts && is_digit(*c)) {
			holds.date |= is_date_at(c);
			holds.time |= is_time_at(c);
			holds.year |= digits_at(c) == 4 && (strncmp(c, "19", 2) == 0 || strncmp(c, "20", 2) == 0);
		} else if (starts && isalpha((unsigned char)*c) && word_at(c, gp_month_whole) > 0) {
			holds.date |= is_digit(c[word_at(c, gp_month_whole) + 1]); /* "june 1" */
		}
	}
	holds.address = strchr(s, '@') != NULL || (strchr(s, '<') != NULL && holds.address);
	return holds;
}

/* --- how one begins ----------------------------------------------------------------------------------------------- */

static bool
is_weekday_at(const char *s)
{
	return word_at(s, gp_weekday) > 0 || strncmp(s, "週", 3) == 0 || strncmp(s, "周", 3) == 0;
}

/* "on mon, jun 1", "le 1er juin", "2026-06-01", "pon., 1 cze", "* ann [2026-": how it begins, whatever follows. */
static bool
opens(const char *s)
{
	size_t opener;

	if (is_date_at(s))
		return true;
	if (is_weekday_at(s)) {
		for (size_t i = 0; i < OPENER_LOOK && s[i] != '\0'; i++)
			if (is_date_at(s + i) || (is_digit(s[i]) && !is_digit(s[i + 1]) && s[i + 1] != '.'))
				return true;
		return false;
	}
	if (gp_begins_with_any(s, gp_quoting))
		return true;
	opener = gp_begins_with_any(s, gp_opener) ? strcspn(s, " ") : strncmp(s, "在", 3) == 0 ? 3 : 0;
	for (size_t i = opener; opener > 0 && i < opener + OPENER_LOOK && s[i] != '\0'; i++)
		if (!isalnum((unsigned char)s[i - 1]) &&
		    (is_date_at(s + i) || is_weekday_at(s + i) || word_at(s + i, gp_weekday_short) > 0 ||
			word_at(s + i, gp_month_whole) > 0 || is_time_at(s + i)))
			return true;
	return false;
}

/* Half of one: "<ann@a.example> wrote:", "wrote:", "09:00 ann:" have their beginning above. */
static bool
is_a_tail(const char *s)
{
	return *s == '<' || *s == '(' || *s == '[' || *s == ':' || gp_begins_with_any(s, gp_wrote) || is_time_at(s) ||
	       (digits_at(s) == 4 && !is_date_at(s));
}

/* --- what one is -------------------------------------------------------------------------------------------------- */

static bool
has_colon(const char *s)
{
	return ends_with(s, ":") || ends_with(s, ": ");
}

static size_t
words_of(const char *s)
{
	size_t words = *s != '\0';

	for (; *s != '\0'; s++)
		words += *s == ' ' && s[1] != ' ' && s[1] != '\0';
	return words;
}

/* "ann wrote", "ann <ann@a.example> wrote:": the verb stands last. */
static bool
ends_with_verb(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && strchr(": ", s[n - 1]) != NULL)
		n--;
	for (const char *const *verb = gp_wrote; *verb != NULL; verb++)
		if (n > strlen(*verb) && strncmp(s + n - strlen(*verb), *verb, strlen(*verb)) == 0)
			return true;
	return false;
}

/* Without marks below only what a client alone would write counts: an own sentence that introduces a citation stays. */
static bool
is_plain_attribution(const char *s, bool first)
{
	struct holds holds;
	bool verb, opened;

	if (!has_colon(s))
		return false;
	holds = what_it_holds(s);
	verb = gp_holds_any(s, gp_wrote);
	opened = opens(s);
	if (holds.address && strchr(s, '<') != NULL && ends_with_verb(s) && words_of(s) <= NAME_WORDS)
		return true;
	if (holds.address && gp_begins_with_any(s, gp_quoting))
		return true;
	if (verb && holds.address && (holds.date || holds.time || holds.year))
		return true;
	/* At the top of all nothing is lost but itself. */
	return opened && ((verb && holds.date && (holds.time || first)) || (holds.address && holds.date && holds.time));
}

/* How much proof is asked for depends on what follows, and on what came before. */
enum proof { QUOTED, NOT_QUOTED, FIRST_OF_ALL };

static bool
is_attribution(const char *s, enum proof proof)
{
	struct holds holds;
	bool colon, dated;

	if (proof != QUOTED)
		return is_plain_attribution(s, proof == FIRST_OF_ALL);
	holds = what_it_holds(s);
	colon = has_colon(s);
	dated = holds.date || holds.time || holds.year;
	if (gp_begins_with_any(s, gp_quoting) && colon)
		return true;
	if (gp_holds_any(s, gp_wrote))
		return colon ? holds.address || dated || words_of(s) <= NAME_WORDS
			     : ((holds.address || holds.date) && strlen(s) < BARE_MAX) ||
				   (ends_with_verb(s) && words_of(s) <= NAME_WORDS / 2);
	if (colon)
		return holds.address || (dated && opens(s));
	return holds.address && dated && opens(s) && ends_with(s, ">");
}

/* The lines from first to last as one, folded. */
static char *
joined(const struct gp_lines *lines, size_t first, size_t last)
{
	struct gp_buf out = GP_BUF_INIT(ALL_MAX * 4);

	for (size_t i = first; i <= last; i++) {
		SCOPED(gp_free_str) char *line = gp_line_folded(&lines->v[i], ALL_MAX);
		const char *s = line + strspn(line, " *_");

		if (out.len > 0)
			gp_buf_addc(&out, ' ');
		gp_buf_adds(&out, s);
	}
	while (out.len > 0 && strchr("*_ ", out.data[out.len - 1]) != NULL)
		gp_buf_cut(&out, out.len - 1);
	return gp_buf_take(&out);
}

/* May line i be the first half of the line below it? A sentence that ended is not; "Jan." and "1." end none. */
static bool
may_run_on(const struct gp_lines *lines, size_t i)
{
	const struct gp_line *line = &lines->v[i];
	size_t word = 0;

	if (!gp_line_is_own(line) || line->n >= ALL_MAX || strchr("?!:", line->s[line->n - 1]) != NULL)
		return false;
	while (word < line->n && line->s[line->n - 1 - word] != ' ')
		word++;
	return line->s[line->n - 1] != '.' || word <= ABBREVIATED;
}

/* The line above may hold the weekday or the name that was cut off. */
static size_t
extended(const struct gp_lines *lines, size_t first, size_t last)
{
	SCOPED(gp_free_str) char *text = joined(lines, first, last), *above = NULL;

	if (first == 0 || last - first + 1 >= LINES_LOOK || !may_run_on(lines, first - 1))
		return first;
	above = joined(lines, first - 1, first - 1);
	if (opens(above) && !ends_with(above, "."))
		return first - 1;
	if (is_a_tail(text) && !opens(text) && lines->v[first - 1].n <= NAME_MAX && !ends_with(above, "."))
		return first - 1;
	return first;
}

/* Where the attribution that ends at line `last` begins; count when there is none. */
static size_t
start_of(struct gp_lines *lines, size_t last, bool quoted)
{
	size_t found = lines->count;

	for (size_t first = last + 1, n = 0; first-- > 0 && n < LINES_LOOK; n++) {
		SCOPED(gp_free_str) char *text = NULL;

		if (n > 0 && !may_run_on(lines, first))
			break;
		text = joined(lines, first, last);
		if (strlen(text) > ALL_MAX)
			break;
		if (!is_attribution(text, quoted			      ? QUOTED
					  : gp_lines_own_before(lines, first) ? NOT_QUOTED
									      : FIRST_OF_ALL))
			continue;
		if (opens(text))
			return extended(lines, first, last);
		/* "Ann Lee <ann@a.example> wrote:" needs nothing above, but may have it. */
		if (found == lines->count)
			found = first;
	}
	return found < lines->count ? extended(lines, found, last) : found;
}

static bool
may_end(const struct gp_line *line)
{
	const char *last = line->s + line->n - 1;

	return line->n <= ALL_MAX &&
	       (strchr(":>*_", *last) != NULL || (line->n >= 3 && memcmp(last - 2, "\xef\xbc\x9a", 3) == 0));
}

/* Without a colon only a line that names somebody, directly above a quote. */
static bool
may_end_bare(const struct gp_line *line)
{
	SCOPED(gp_free_str) char *text = NULL;

	if (line->n > NAME_MAX * 2)
		return false;
	text = gp_line_folded(line, NAME_MAX * 2);
	return gp_holds_any(text, gp_wrote);
}

/* Marks of quotes that only an attribution makes one: "| text", ": text", and the indented ones. */
static const char *
odd_mark(const struct gp_lines *lines, size_t i)
{
	static const char *const marks[] = { "|", ":", "}", "%", "]", "--]", "=>", "->", INDENT };

	for (size_t k = 0; i < lines->count && k < GP_COUNT(marks); k++)
		if (gp_line_is_own(&lines->v[i]) && strncmp(lines->v[i].s, marks[k], strlen(marks[k])) == 0)
			return marks[k];
	return NULL;
}

static bool
has_mark(const struct gp_line *line, const char *mark)
{
	return line->n > strlen(mark) && strncmp(line->s, mark, strlen(mark)) == 0;
}

/* Where the run of lines with this mark ends, blank ones among them; 0 when it is too short to be a quote. */
static size_t
run_end(const struct gp_lines *lines, size_t i, const char *mark)
{
	size_t count = 0, end = i;

	for (; i < lines->count && (lines->v[i].kind == GP_LINE_BLANK || has_mark(&lines->v[i], mark)); i++)
		if (lines->v[i].kind != GP_LINE_BLANK) {
			count++;
			end = i + 1;
		}
	/* An indented run is a quote only when somebody goes on below it. */
	if (strcmp(mark, INDENT) == 0)
		return gp_lines_next(lines, end) < lines->count && count > 1 ? end : 0;
	return count > 1 || *mark == '|' ? end : 0;
}

/* The marked lines below an attribution become quoted, here and further down. */
static void
quote_marked(struct gp_lines *lines, size_t i, const char *mark)
{
	size_t end = strcmp(mark, INDENT) == 0 ? run_end(lines, i, mark) : lines->count;

	for (; i < end; i++)
		if (has_mark(&lines->v[i], mark))
			lines->v[i].kind = GP_LINE_QUOTED;
}

/* Yahoo on telephones goes on in the same line: "On Monday, Ann <ann@a.example> wrote:   Which reed?" */
static bool
is_run_in(const struct gp_line *line)
{
	const char *gap = memmem(line->s, line->n < ALL_MAX ? line->n : ALL_MAX, ":  ", 3);
	struct gp_line head = *line;
	struct gp_lines one = { &head, 1, 0 };
	SCOPED(gp_free_str) char *text = NULL;

	if (gap == NULL)
		return false;
	head.n = (size_t)(gap - line->s) + 1;
	text = joined(&one, 0, 0);
	return opens(text) && is_attribution(text, NOT_QUOTED);
}

static void
drop_one(struct gp_lines *lines, size_t i)
{
	size_t next = gp_lines_next(lines, i + 1), first;
	const char *mark;
	bool ends = may_end(&lines->v[i]), odd, quoted;

	if (is_run_in(&lines->v[i])) {
		gp_lines_drop(lines, i, gp_lines_own_before(lines, i) ? lines->count : i + 1);
		return;
	}
	if (!ends && (next >= lines->count || gp_line_is_own(&lines->v[next])))
		return;
	mark = odd_mark(lines, next);
	odd = mark != NULL && run_end(lines, next, mark) > 0;
	quoted = odd || (next < lines->count && lines->v[next].kind == GP_LINE_QUOTED && next <= i + QUOTE_LOOK);
	if (!ends && !(quoted && may_end_bare(&lines->v[i])))
		return;
	first = start_of(lines, i, quoted);
	if (first == lines->count)
		return;
	if (odd) {
		SCOPED(gp_free_str) char *text = joined(lines, first, i);

		if (!ends_with_verb(text) &&
		    strchr(text, '@') == NULL) /* "as you said on Monday:" above a table or code */
			return;
		quote_marked(lines, next, mark);
	}
	/* Without marks below it is the end of what is own, unless nothing own came before. */
	if (quoted || !gp_lines_own_before(lines, first))
		gp_lines_drop(lines, first, i + 1);
	else
		gp_lines_drop(lines, first, lines->count);
}

void
gp_attribution_drop(struct gp_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (gp_line_is_own(&lines->v[i]))
			drop_one(lines, i);
}
