/* What stands below what somebody wrote: signatures, list footers, legal notices, and the frames of signed text. */
#include <ctype.h>
#include <string.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/ending_phrases.h"
#include "mail/own_lines.h"

#define RULE_LEAST	10 /* octets of the rule above a footer */
#define RULE_APART	5 /* and of one that sets a notice apart */
#define FOOTER_LOOK	5 /* lines below the rule that say what it is */
#define FOOTER_LINES	24
#define LIST_NAME_WORDS 5 /* of "Weavers of the north mailing list" */
#define SIGNATURE_LINES 15 /* behind "--" without its blank; behind "-- " any number */
#define LONE_LINES	6 /* of a signature that stands below nothing */
#define DASHES_LINES	8 /* behind "---", which also parts chapters */
#define RULED_LINES	10 /* of a signature below a rule */
#define REACH_LEAST	2 /* lines of it that say how to reach its author */
#define SENTENCE_WORDS	9 /* of a line that is said, and no address */
#define REACH_MAX	200
#define SENT_FROM_WORDS 9
#define SENT_FROM_MAX	300 /* octets, links and all */
#define SENT_FROM_LINES 2 /* that may stand below it */
#define NOTICE_LINES	60
#define NOTICE_LEAST	100 /* octets of a notice that is known by its vocabulary */
#define NOTICE_TERMS	4 /* of it */
#define NOTICE_OPENED	2 /* when it also begins like one */
#define NOTICES		8 /* paragraphs, one below the other */
#define PARAGRAPH_MAX	4096
#define LABEL_MAX	50 /* octets of "INTERNAL - CONFIDENTIAL" */
#define ARMOR_HEADERS	8

static size_t
words_of(const char *s)
{
	size_t words = *s != '\0';

	for (; *s != '\0'; s++)
		words += *s == ' ' && s[1] != ' ' && s[1] != '\0';
	return words;
}

/* A stretch of own text ends where something quoted or dropped begins: an answer may stand below that. */
static size_t
stretch_end(const struct gp_lines *lines, size_t i)
{
	while (i < lines->count && (lines->v[i].kind == GP_LINE_BLANK || gp_line_is_own(&lines->v[i])))
		i++;
	return i;
}

/* Own lines in [from, to); stops counting behind `enough`. */
static size_t
own_between(const struct gp_lines *lines, size_t from, size_t to, size_t enough)
{
	size_t count = 0;

	for (; from < to && count <= enough; from++)
		count += gp_line_is_own(&lines->v[from]);
	return count;
}

/* --- frames of signed text (RFC 9580 section 7) ------------------------------------------------------------------- */

static bool
is_armor(const struct gp_line *line, const char *edge, const char *of)
{
	size_t n;

	if (line->n == 0 || *line->s != '-' || !gp_line_is_own(line))
		return false;
	n = strlen(edge);
	return line->n > n + 9 && strncmp(line->s, edge, n) == 0 && strncmp(line->s + n, of, strlen(of)) == 0;
}

static size_t
drop_armor(struct gp_lines *lines, size_t i)
{
	size_t end = i + 1;

	while (end < lines->count && !is_armor(&lines->v[end], "-----END PGP ", ""))
		end++;
	if (end == lines->count) /* cut off, as lists do to long posts: no frame that ends */
		return i;
	gp_lines_drop(lines, i, end + 1);
	return end;
}

/* The frame's own lines: the beginning, "Hash: SHA256" and the like, the blank line. */
static void
drop_signed_head(struct gp_lines *lines, size_t i)
{
	size_t end = i + 1;

	while (end < lines->count && end < i + ARMOR_HEADERS && memchr(lines->v[end].s, ':', lines->v[end].n) != NULL)
		end++;
	gp_lines_drop(lines, i, end < lines->count && lines->v[end].kind == GP_LINE_BLANK ? end : i + 1);
	/* Inside, a line that begins with a dash has another in front. */
	for (; end < lines->count && !is_armor(&lines->v[end], "-----BEGIN PGP SIGNATURE", ""); end++)
		if (lines->v[end].n > 2 && strncmp(lines->v[end].s, "- -", 3) == 0) {
			lines->v[end].s += 2;
			lines->v[end].n -= 2;
		}
}

void
gp_frame_drop(struct gp_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (is_armor(&lines->v[i], "-----BEGIN PGP ", "SIGNED MESSAGE"))
			drop_signed_head(lines, i);
		else if (is_armor(&lines->v[i], "-----BEGIN PGP ", "SIGNATURE") ||
			 is_armor(&lines->v[i], "-----BEGIN PGP ", "PUBLIC KEY"))
			i = drop_armor(lines, i);
	}
}

/* --- footers of lists --------------------------------------------------------------------------------------------- */

/* "Weavers mailing list", "weavers mailing list -- weavers@lists.example.org" */
static bool
names_a_list(const char *text)
{
	const char *at = strstr(text, "mailing list");

	if (at == NULL)
		at = strstr(text, "mailinglist");
	return at != NULL && (words_of(text) <= LIST_NAME_WORDS || strstr(at, " --") != NULL ||
				 strstr(text, "://") != NULL || strchr(text, '@') != NULL);
}

static bool
is_footer_line(const struct gp_line *line)
{
	SCOPED(gp_free_str) char *text = gp_line_folded(line, 300);

	return gp_holds_any(text, gp_footer) || names_a_list(text);
}

/* "-------- Yahoo! Groups Sponsor --------": the rule says it itself. */
static bool
is_ruled_footer(const struct gp_line *line)
{
	size_t dashes = 0;

	while (dashes < line->n && strchr("-_=~*", line->s[dashes]) != NULL)
		dashes++;
	return dashes >= RULE_LEAST && dashes < line->n && is_footer_line(line);
}

static bool
is_footer(const struct gp_lines *lines, size_t i)
{
	const struct gp_line *line = &lines->v[i];
	bool dashes = (line->n == 2 || (line->n == 3 && line->s[2] != '\0' && strchr("- ", line->s[2]) != NULL)) &&
		      strncmp(line->s, "--", 2) == 0;

	if (is_ruled_footer(line))
		return true;
	if (!dashes && !gp_line_is_rule(line, RULE_LEAST))
		return false;
	for (size_t j = i + 1; j < lines->count && j <= i + FOOTER_LOOK; j++)
		if (gp_line_is_own(&lines->v[j]) && is_footer_line(&lines->v[j]))
			return true;
	return false;
}

static void
drop_footers(struct gp_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		size_t end, below = 0;

		if (!gp_line_is_own(&lines->v[i]) || strchr("-_=~*#+.", lines->v[i].s[0]) == NULL ||
		    !is_footer(lines, i))
			continue;
		for (end = i;
		     end < lines->count && (lines->v[end].kind == GP_LINE_BLANK || gp_line_is_own(&lines->v[end]));
		     end++)
			if ((below += gp_line_is_own(&lines->v[end])) > FOOTER_LINES)
				break;
		if (below <= FOOTER_LINES)
			gp_lines_drop(lines, i, end);
	}
}

static bool
holds(const struct gp_line *line, const char *words)
{
	return memmem(line->s, line->n, words, strlen(words)) != NULL;
}

/* What archives put in the place of an attachment: "-------------- next part --------------", and a paragraph on it. */
static void
drop_scrubbed(struct gp_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct gp_line *line = &lines->v[i];

		if (!gp_line_is_own(line) || strchr("-A [", line->s[0]) == NULL)
			continue;
		if ((line->s[0] == '-' && holds(line, "------- next part -------")) ||
		    holds(line, "[[alternative HTML version deleted]]"))
			gp_lines_drop(lines, i, i + 1);
		if (line->s[0] == 'A' && (holds(line, "attachment was scrubbed") || holds(line, "text was scrubbed")))
			for (; i < lines->count && lines->v[i].kind != GP_LINE_BLANK; i++)
				lines->v[i].dropped = true;
	}
}

/* --- notices ------------------------------------------------------------------------------------------------------ */

/* Own lines from i to the blank one, or to `end`, as one folded text. */
static char *
paragraph_at(const struct gp_lines *lines, size_t i, size_t end)
{
	struct gp_buf out = GP_BUF_INIT(PARAGRAPH_MAX * 2);

	for (; i < end && gp_line_is_own(&lines->v[i]) && out.len < PARAGRAPH_MAX; i++) {
		SCOPED(gp_free_str) char *line = gp_line_folded(&lines->v[i], PARAGRAPH_MAX);

		gp_buf_addf(&out, "%s ", line + strspn(line, " *_/>[("));
	}
	return gp_buf_take(&out);
}

static size_t
count_terms(const char *text)
{
	size_t terms = 0;

	for (const char *const *term = gp_notice_term; *term != NULL; term++)
		terms += strstr(text, *term) != NULL;
	return terms;
}

/* "INTERNAL - CONFIDENTIAL", which some firms' servers add. */
static bool
is_label(const struct gp_line *line, const char *text)
{
	if (line->n > LABEL_MAX || !gp_holds_any(text, gp_label))
		return false;
	for (size_t i = 0; i < line->n; i++)
		if (islower((unsigned char)line->s[i]))
			return false;
	return true;
}

/* Where in the paragraph [i, end) a notice begins; end when it holds none. A notice may stand directly below a name. */
static size_t
notice_start(const struct gp_lines *lines, size_t i, size_t end)
{
	SCOPED(gp_free_str) char *whole = paragraph_at(lines, i, end);
	size_t terms, start = i;

	if (gp_begins_with_any(whole, gp_notice) || is_label(&lines->v[i], whole))
		return i;
	if (strlen(whole) < NOTICE_LEAST || (terms = count_terms(whole)) < NOTICE_TERMS)
		return end;
	for (size_t j = i + 1; j < end; j++) {
		SCOPED(gp_free_str) char *rest = paragraph_at(lines, j, end);

		if (gp_begins_with_any(rest, gp_notice) && count_terms(rest) >= NOTICE_OPENED)
			return j;
		if (count_terms(rest) == terms) /* the name above holds none of them */
			start = j;
	}
	return start;
}

/* The last paragraph of a stretch, as long as it is a notice; each has something own above it. */
static void
drop_notices(struct gp_lines *lines, size_t start, size_t end)
{
	for (int i = 0; i < NOTICES; i++) {
		size_t from, notice, last = end;

		while (last > start &&
		       (!gp_line_is_own(&lines->v[last - 1]) || gp_line_is_rule(&lines->v[last - 1], RULE_APART)))
			last--;
		for (from = last; from > start && gp_line_is_own(&lines->v[from - 1]) &&
				  !gp_line_is_rule(&lines->v[from - 1], RULE_APART);)
			from--;
		if (from == last || last - from > NOTICE_LINES)
			return;
		notice = notice_start(lines, from, last);
		if (notice == last || !gp_lines_own_before(lines, notice))
			return;
		gp_lines_drop(lines, notice, end);
		end = notice;
	}
}

static bool
begins_notice(const struct gp_line *line)
{
	SCOPED(gp_free_str) char *text = gp_line_folded(line, LABEL_MAX);

	return gp_begins_with_any(text + strspn(text, " *_/>[("), gp_notice);
}

/* A notice that goes on over paragraphs which do not sound like one is known by its beginning. */
static void
drop_long_notice(struct gp_lines *lines, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++) {
		SCOPED(gp_free_str) char *text = NULL;

		if (!gp_line_is_own(&lines->v[i]) ||
		    (i > 0 && gp_line_is_own(&lines->v[i - 1]) && !gp_line_is_rule(&lines->v[i - 1], RULE_APART)))
			continue;
		if (!begins_notice(&lines->v[i]))
			continue;
		text = paragraph_at(lines, i, end);
		if (count_terms(text) < NOTICE_OPENED || !gp_lines_own_before(lines, i) ||
		    own_between(lines, i, end, NOTICE_LINES) > NOTICE_LINES)
			continue;
		gp_lines_drop(lines, i, end);
		return;
	}
}

/* --- "Sent from my telephone" ------------------------------------------------------------------------------------- */

/* "Sent from Mail<https://...> for Windows" */
static void
without_links(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (*from == '<')
			from += strcspn(from, ">") - (from[strcspn(from, ">")] == '\0');
		else
			*to++ = *from;
	*to = '\0';
}

static bool
is_sent_from(const struct gp_line *line)
{
	SCOPED(gp_free_str) char *text = gp_line_folded(line, SENT_FROM_MAX);
	const char *s = text + strspn(text, " *_[(");

	without_links(text);
	return words_of(s) <= SENT_FROM_WORDS &&
	       (gp_begins_with_any(s, gp_sent_from) || gp_holds_any(s, gp_sent_from_within));
}

static bool
drop_sent_from(struct gp_lines *lines, size_t start, size_t end)
{
	size_t below = 0, at = end;

	for (size_t i = end; i-- > start && below <= SENT_FROM_LINES;) {
		if (!gp_line_is_own(&lines->v[i]))
			continue;
		if (is_sent_from(&lines->v[i]))
			at = i;
		below++;
	}
	gp_lines_drop(lines, at, end);
	return at < end;
}

/* --- signatures --------------------------------------------------------------------------------------------------- */

static bool
is_one_of(const struct gp_line *line, const char *const *marks)
{
	for (; *marks != NULL; marks++)
		if (line->n == strlen(*marks) && strncmp(line->s, *marks, line->n) == 0)
			return true;
	return false;
}

/* Below a rule, lines that say how to reach somebody: a signature whose author knows no "-- ". */
static bool
is_ruled_signature(const struct gp_lines *lines, size_t i, size_t end)
{
	size_t ways = 0, below = 0;

	if (!gp_line_is_rule(&lines->v[i], RULE_LEAST))
		return false;
	for (size_t j = i + 1; j < end && below <= RULED_LINES; j++) {
		SCOPED(gp_free_str) char *text = NULL;

		if (!gp_line_is_own(&lines->v[j]))
			continue;
		below++;
		text = gp_line_folded(&lines->v[j], REACH_MAX);
		if (words_of(text) >= SENTENCE_WORDS || strncmp(text, "ps", 2) == 0 || strncmp(text, "p.s", 3) == 0)
			return false;
		ways += gp_holds_any(text, gp_reach);
	}
	return below <= RULED_LINES && ways >= REACH_LEAST;
}

static void
drop_signature(struct gp_lines *lines, size_t start, size_t end)
{
	static const char *const exact[] = { "-- ", NULL };
	static const char *const loose[] = { "--", "__", "\xe2\x80\x94", "\xe2\x80\x93", NULL };
	static const char *const dashes[] = { "---", "___", "----", NULL };

	for (size_t i = start; i < end; i++) {
		const struct gp_line *line = &lines->v[i];
		size_t below;

		if (!gp_line_is_own(line) || strchr("-_=*~+#\xe2", line->s[0]) == NULL)
			continue;
		if (line->n > 4 && gp_lines_own_before(lines, i) && is_ruled_signature(lines, i, end)) {
			gp_lines_drop(lines, i, end);
			return;
		}
		if (line->n > 4)
			continue;
		below = own_between(lines, i + 1, end, SIGNATURE_LINES);
		/* Without its blank it is one at the end of all alone: people part chapters so, too. */
		if (!is_one_of(line, exact) && ((!(is_one_of(line, loose) && below <= SIGNATURE_LINES) &&
						    !(is_one_of(line, dashes) && below <= DASHES_LINES)) ||
						   own_between(lines, end, lines->count, 0) > 0))
			continue;
		if (!gp_lines_own_before(lines, i) && below > LONE_LINES) { /* somebody writes below their mark */
			gp_lines_drop(lines, i, i + 1);
			continue;
		}
		gp_lines_drop(lines, i, end);
		return;
	}
}

/* --- all of them, in each stretch --------------------------------------------------------------------------------- */

void
gp_ending_drop(struct gp_lines *lines)
{
	drop_scrubbed(lines);
	drop_footers(lines);
	for (size_t start = 0, end; start < lines->count; start = end) {
		end = stretch_end(lines, start);
		if (end == start) {
			end++;
			continue;
		}
		drop_long_notice(lines, start, end);
		drop_notices(lines, start, stretch_end(lines, start));
		if (drop_sent_from(lines, start, stretch_end(lines, start)))
			drop_notices(lines, start, stretch_end(lines, start));
		drop_signature(lines, start, stretch_end(lines, start));
	}
}
