#include "guildpost/mail/page_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/template.h"
#include "guildpost/mail/utf8.h"

#define FOLDED_LINES 5 /* a longer quote is folded away */
#define QUOTES_DEEP  8 /* more signs of quoting are text */
#define BROKEN_LEAST 45 /* columns of a line that a client has broken */
#define LINK_MAX     2000

struct line {
	const char *text;
	size_t n;
	int depth; /* signs of quoting that were taken off */
};
struct lines {
	struct line *v;
	size_t count;
};

/* --- lines ---------------------------------------------------------------------------------- */

static struct line
read_line(const char *text, size_t n)
{
	struct line line = { .text = text, .n = n };

	while (line.n > 0 && *line.text == '>' && line.depth < QUOTES_DEEP) {
		size_t step = line.n > 1 && line.text[1] == ' ' ? 2 : 1;

		line.text += step;
		line.n -= step;
		line.depth++;
	}
	while (line.n > 0 && (line.text[line.n - 1] == ' ' || line.text[line.n - 1] == '\t'))
		line.n--;
	return line;
}

static void
read_lines(const char *text, struct lines *ret)
{
	size_t cap = 1;

	for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++)
		cap++;
	*ret = (struct lines){ .v = gp_new_array(cap, sizeof(*ret->v)) };
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		ret->v[ret->count++] = read_line(text, n);
		text += n + (text[n] == '\n');
	}
	while (ret->count > 0 && ret->v[ret->count - 1].n == 0)
		ret->count--;
}

static void
lines_release(struct lines *lines)
{
	free(lines->v);
}

/* --- links ---------------------------------------------------------------------------------- */

static void
escape(struct gp_buf *out, const char *text, size_t n)
{
	SCOPED(gp_free_str) char *copy = gp_strndup(text, n);

	gp_html_escape(out, copy);
}

/* Octets of the link at text, 0 when there is none. What ends a sentence does not belong to it, nor a bracket that it
 * has not opened. */
static size_t
link_length(const char *text, size_t n)
{
	size_t scheme = n > 8 && strncasecmp(text, "https://", 8) == 0	? 8
			: n > 7 && strncasecmp(text, "http://", 7) == 0 ? 7
									: 0;
	size_t at = scheme;
	bool open = false;

	if (scheme == 0 || !(isalnum((unsigned char)text[scheme]) || (unsigned char)text[scheme] >= 0x80))
		return 0;
	while (at < n && at < LINK_MAX && (unsigned char)text[at] > ' ' && strchr("\"'<>`\\{}|^", text[at]) == NULL) {
		open = open || text[at] == '(';
		at++;
	}
	while (at > scheme &&
	       (strchr(".,;:!?*_", text[at - 1]) != NULL || (text[at - 1] == ')' && !open) || text[at - 1] == ']'))
		at--;
	return at > scheme ? at : 0;
}

static void
add_line(struct gp_buf *out, const char *text, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n;) {
		size_t link = (text[i] == 'h' || text[i] == 'H') && (i == 0 || !isalnum((unsigned char)text[i - 1]))
				  ? link_length(text + i, n - i)
				  : 0;

		if (link == 0) {
			i++;
			continue;
		}
		escape(out, text + from, i - from);
		gp_buf_adds(out, "<a rel=\"nofollow noopener ugc\" href=\"");
		escape(out, text + i, link);
		gp_buf_adds(out, "\">");
		escape(out, text + i, link);
		gp_buf_adds(out, "</a>");
		i += link;
		from = i;
	}
	escape(out, text + from, n - from);
}

/* --- paragraphs ----------------------------------------------------------------------------- */

static bool
is_item(const struct line *line)
{
	size_t digits = 0;

	while (digits < line->n && digits < 3 && isdigit((unsigned char)line->text[digits]))
		digits++;
	return line->n > digits + 1 &&
	       (digits > 0 ? strchr(".):", line->text[digits]) : strchr("-*+#|", line->text[0])) != NULL;
}

/* Where columns matter: indented, tabulated, drawn. */
static bool
is_drawn(const struct line *line)
{
	size_t signs = 0;

	if (line->n == 0)
		return false;
	if (line->text[0] == ' ' || line->text[0] == '\t' || memchr(line->text, '\t', line->n) != NULL)
		return true;
	for (size_t i = 0; i + 2 < line->n; i++)
		if (memcmp(line->text + i, "   ", 3) == 0)
			return true;
	for (size_t i = 0; i < line->n; i++)
		signs += strchr("{}[]()<>=;|_/\\+~^&%$#@*-", line->text[i]) != NULL;
	return line->n > 3 && signs * 4 > line->n;
}

enum shape { SHAPE_FLOWING, SHAPE_LINES, SHAPE_DRAWN };

/* How a block of lines was meant: broken by a client, broken by its writer, or drawn. */
static enum shape
shape_of(const struct line *lines, size_t count)
{
	enum shape shape = SHAPE_FLOWING;
	size_t drawn = 0;

	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_free_str) char *copy = gp_strndup(lines[i].text, lines[i].n);

		drawn += is_drawn(&lines[i]);
		if (is_item(&lines[i]) || (i + 1 < count && gp_text_width(copy) < BROKEN_LEAST))
			shape = SHAPE_LINES;
	}
	return drawn * 2 >= count && drawn > 0 ? SHAPE_DRAWN : drawn > 0 ? SHAPE_LINES : shape;
}

/* Chinese and Japanese put no blank where a line was broken. */
static bool
ends_unspaced(const struct line *line)
{
	size_t at = line->n;
	uint32_t rune = 0;

	while (at > 0 && ((unsigned char)line->text[--at] & 0xc0) == 0x80)
		;
	return gp_utf8_next(line->text + at, line->n - at, &rune) > 0 &&
	       ((rune >= 0x2e80 && rune < 0xa000) || (rune >= 0xf900 && rune < 0xfb00) ||
		   (rune >= 0xff00 && rune < 0xff61) || (rune >= 0x20000 && rune < 0x40000));
}

static void
add_block(struct gp_buf *out, const struct line *lines, size_t count, bool sign)
{
	static const struct {
		const char *open, *between, *close;
	} forms[] = { [SHAPE_FLOWING] = { "<p dir=\"auto\">", " ", "</p>\n" },
		[SHAPE_LINES] = { "<p class=\"lines\" dir=\"auto\">", "\n", "</p>\n" },
		[SHAPE_DRAWN] = { "<pre dir=\"auto\">", "\n", "</pre>\n" } };
	enum shape shape = sign ? SHAPE_LINES : shape_of(lines, count);

	gp_buf_adds(out, sign ? "<p class=\"lines sign\" dir=\"auto\">" : forms[shape].open);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && !(shape == SHAPE_FLOWING && ends_unspaced(&lines[i - 1])))
			gp_buf_adds(out, forms[shape].between);
		add_line(out, lines[i].text, lines[i].n);
	}
	gp_buf_adds(out, forms[shape].close);
}

/* Blocks between blank lines; all of one depth. Below "-- " stands a signature. */
static void
add_blocks(struct gp_buf *out, const struct line *lines, size_t count)
{
	bool sign = false;

	for (size_t i = 0; i < count;) {
		size_t n = 0;

		while (i + n < count && lines[i + n].n > 0 &&
		       !(n > 0 && lines[i + n].n == 2 && memcmp(lines[i + n].text, "--", 2) == 0))
			n++;
		if (n > 0 && lines[i].n == 2 && memcmp(lines[i].text, "--", 2) == 0) {
			sign = true;
			i++;
			n--;
		}
		if (n > 0)
			add_block(out, lines + i, n, sign);
		i += n > 0 ? n : 1;
	}
}

/* --- quotes --------------------------------------------------------------------------------- */

/* From one depth to the next and back, without recursion. */
static void
go_to_depth(struct gp_buf *out, int *depth, int wanted)
{
	for (; *depth > wanted; --*depth)
		gp_buf_adds(out, "</blockquote>\n");
	for (; *depth < wanted; ++*depth)
		gp_buf_adds(out, "<blockquote>\n");
}

static void
add_quote(struct gp_buf *out, const struct line *lines, size_t count)
{
	bool folded = count > FOLDED_LINES;
	int depth = 0;

	if (folded) {
		size_t first = 0;

		while (first + 1 < count && lines[first].n == 0)
			first++;
		gp_buf_adds(out, "<details>\n<summary><bdi>");
		escape(out, lines[first].text, lines[first].n);
		gp_buf_adds(out, "</bdi></summary>\n");
	}
	for (size_t i = 0; i < count;) {
		size_t n = 1;

		while (i + n < count && lines[i + n].depth == lines[i].depth)
			n++;
		go_to_depth(out, &depth, lines[i].depth);
		add_blocks(out, lines + i, n);
		i += n;
	}
	go_to_depth(out, &depth, 0);
	gp_buf_adds(out, folded ? "</details>\n" : "");
}

void
gp_page_text(struct gp_buf *out, const char *text)
{
	SCOPED(lines_release) struct lines lines;

	read_lines(text, &lines);
	for (size_t i = 0; i < lines.count;) {
		bool quoted = lines.v[i].depth > 0;
		size_t n = 1;

		while (i + n < lines.count && (lines.v[i + n].depth > 0) == quoted)
			n++;
		if (quoted)
			add_quote(out, lines.v + i, n);
		else
			add_blocks(out, lines.v + i, n);
		i += n;
	}
}
