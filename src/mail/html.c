#include "guildpost/mail/html.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <ctype.h>
#include <strings.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"
#include "mail/html_style.h"

/* libxml2 is driven as a reader of events: no tree, no memory that a stranger sizes. It looks through the open elements
 * at every end tag, so they are kept few. */
#define OPEN_MAX      300
#define LINKS_MAX     200
#define HREF_MAX      500
#define INDENT_MAX    8
#define BLANKS_MAX    40
#define QUOTE_MAX     20
#define EMOJI_MAX     12 /* octets */
#define CONDITION_MAX 80 /* octets of "<![if !mso]>" */
#define NO_CELL	      SIZE_MAX
#define ITEMS_MAX     100000
#define CELL_MAX      60 /* octets of a cell that stays on the line of its row */

enum what {
	SKIP = 1, /* nothing inside is shown */
	LINE = 2, /* begins and ends a line */
	PARAGRAPH = 4, /* apart by a blank line */
	CELL = 8,
	ITEM = 16,
	LIST = 32,
	QUOTE = 64,
	PRE = 128,
	LINK = 256,
	BREAK = 512,
	RULE = 1024,
	IMAGE = 2048,
};

static const struct {
	const char *name;
	unsigned what;
} elements[] = { { "a", LINK }, { "address", LINE }, { "applet", SKIP }, { "article", PARAGRAPH },
	{ "aside", PARAGRAPH }, { "blockquote", PARAGRAPH | QUOTE }, { "br", BREAK }, { "center", LINE },
	{ "dd", LINE }, { "div", LINE }, { "dl", PARAGRAPH }, { "dt", LINE }, { "embed", SKIP }, { "fieldset", LINE },
	{ "footer", LINE }, { "form", LINE }, { "h1", PARAGRAPH }, { "h2", PARAGRAPH }, { "h3", PARAGRAPH },
	{ "h4", PARAGRAPH }, { "h5", PARAGRAPH }, { "h6", PARAGRAPH }, { "head", SKIP }, { "header", LINE },
	{ "hr", RULE }, { "iframe", SKIP }, { "img", IMAGE }, { "li", LINE | ITEM }, { "main", LINE }, { "map", SKIP },
	{ "math", SKIP }, { "nav", LINE }, { "noframes", SKIP }, { "object", SKIP }, { "ol", PARAGRAPH | LIST },
	{ "option", SKIP }, { "p", PARAGRAPH }, { "pre", PARAGRAPH | PRE }, { "script", SKIP },
	{ "section", PARAGRAPH }, { "select", SKIP }, { "style", SKIP }, { "svg", SKIP }, { "table", PARAGRAPH },
	{ "td", CELL }, { "template", SKIP }, { "textarea", SKIP }, { "th", CELL }, { "title", SKIP }, { "tr", LINE },
	{ "ul", PARAGRAPH | LIST }, { "xml", SKIP } };

struct open_element {
	char name[16];
	unsigned what;
	int items; /* of a LIST: the last number given; -1: bullets */
	int color, background; /* in force */
	char *href;
};
struct html {
	struct gp_buf *out;
	htmlParserCtxtPtr parser;
	bool links; /* notes at the end; else marks for gp_own_text */
	struct open_element open[OPEN_MAX];
	size_t open_count;
	int skip, quote, pre, lists;
	int line_quote; /* of the line written last */
	int owed_lines; /* before the next character: 1 a line end, 2 a blank line */
	int owed_blanks;
	bool line_empty; /* nothing on this line yet */
	bool row_begun; /* a cell of this row has been shown */
	size_t cell; /* where in `out` this cell began; its first paragraph goes on in the row */
	int item; /* owed mark of a list item: 0 none, -1 bullet, else the number */
	struct gp_strs notes;
};

static unsigned
what_is(const char *name)
{
	for (size_t i = 0; i < GP_COUNT(elements); i++)
		if (strcasecmp(elements[i].name, name) == 0)
			return elements[i].what;
	return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void
owe_lines(struct html *html, int lines)
{
	if (html->out->len > 0 && html->owed_lines < lines && (lines > 1 || !html->line_empty))
		html->owed_lines = lines;
	html->owed_blanks = 0;
}

static void
quote_marks(struct html *html)
{
	for (int i = 0; i < html->quote && i < QUOTE_MAX; i++)
		gp_buf_adds(html->out, ">");
	if (html->quote > 0)
		gp_buf_addc(html->out, ' ');
}

static void
begin_line(struct html *html)
{
	/* A blank line between two lines of a quote is quoted, one at its edge is not. */
	int quote = html->quote;

	for (; html->owed_lines > 0; html->owed_lines--) {
		html->quote = quote < html->line_quote ? quote : html->line_quote;
		if (html->line_empty && html->out->len > 0)
			quote_marks(html);
		gp_buf_addc(html->out, '\n');
		html->line_empty = true;
	}
	html->quote = quote;
	if (!html->line_empty)
		return;
	html->line_quote = quote;
	quote_marks(html);
	for (int i = 1; i < html->lists && i < INDENT_MAX; i++)
		gp_buf_adds(html->out, "  ");
	if (html->item < 0)
		gp_buf_adds(html->out, "* ");
	else if (html->item > 0)
		gp_buf_addf(html->out, "%d. ", html->item);
	html->item = 0;
}

static void
show(struct html *html, const char *s, size_t n)
{
	begin_line(html);
	for (; html->owed_blanks > 0; html->owed_blanks--)
		gp_buf_addc(html->out, ' ');
	gp_buf_add(html->out, s, n);
	html->line_empty = false;
}

static void
take_rune(struct html *html, uint32_t rune, const char *s, size_t n)
{
	if (rune == '\n' && html->pre > 0) {
		owe_lines(html, html->line_empty || html->owed_lines > 0 ? 2 : 1);
	} else if (rune == ' ' || rune == '\n' || rune == '\r' || rune == '\t') {
		if (html->pre > 0 ? html->owed_blanks < BLANKS_MAX
				  : html->owed_blanks == 0 && !html->line_empty && html->owed_lines == 0)
			html->owed_blanks++;
	} else if (rune == 0xa0) {
		html->owed_blanks += html->owed_blanks < BLANKS_MAX;
	} else if (gp_utf8_shown(rune) && rune != 0x200b && rune != 0xad && rune != 0x34f && rune != 0x200c) {
		show(html, s, n);
	}
}

static void
on_text(void *context, const xmlChar *text, int n)
{
	struct html *html = context;
	const char *s = (const char *)text;
	uint32_t rune;

	const struct open_element *inner = html->open_count > 0 ? &html->open[html->open_count - 1] : NULL;

	if (html->skip > 0 || (inner != NULL && gp_color_hides(inner->color, inner->background)))
		return;
	for (size_t i = 0, length; i < (size_t)n; i += length) {
		length = gp_utf8_next(s + i, (size_t)n - i, &rune);
		if (length > 0)
			take_rune(html, rune, s + i, length);
		else
			length = 1;
	}
	if (html->out->full)
		xmlStopParser(html->parser);
}

/* --- elements ----------------------------------------------------------------------------------------------------- */

static const char *
attribute(const xmlChar **attributes, const char *name)
{
	for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
		if (strcasecmp((const char *)attributes[i], name) == 0)
			return attributes[i + 1] != NULL ? (const char *)attributes[i + 1] : "";
	return NULL;
}

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; at != NULL && (at = strstr(at, word)) != NULL; at++)
		if ((at == words || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return true;
	return false;
}

/* What senders hide from eyes: preheaders, and bait for filters. */
static bool
is_hidden(const xmlChar **attributes, const struct gp_style *style)
{
	const char *class = attribute(attributes, "class");

	return style->hidden || attribute(attributes, "hidden") != NULL || has_word(class, "preheader") ||
	       has_word(class, "preview-text") || has_word(class, "mcnPreviewText");
}

/* An indented paragraph is no quote: Gmail's says that it has no border. A block with a line at its left is one. */
static bool
is_quote(const struct open_element *element, const xmlChar **attributes, const struct gp_style *style)
{
	const char *class = attribute(attributes, "class"), *name = attribute(attributes, "name");

	if ((element->what & QUOTE) != 0)
		return style->bar || !(style->no_border || has_word(class, "tr_bq"));
	if (strcasecmp(element->name, "div") != 0)
		return false;
	return style->bar || (class != NULL && strstr(class, "yahoo_quoted") != NULL) ||
	       (name != NULL && strcmp(name, "quote") == 0);
}

/* Marks that clients leave, as lines that gp_own_text knows. */
static const char *
mark_of(const xmlChar **attributes, const struct gp_style *style)
{
	static const struct {
		const char *attribute, *value, *line;
	} marks[] = {
		{ "class", "gmail_signature", "-- " },
		{ "class", "moz-signature", "-- " },
		{ "class", "protonmail_signature_block", "-- " },
		{ "class", "yahoo-signature", "-- " },
		{ "class", "sh-signature", "-- " },
		{ "id", "Signature", "-- " },
		{ "id", "signature", "-- " },
		{ "id", "ms-outlook-mobile-signature", "-- " },
		{ "id", "ymail_android_signature", "-- " },
		{ "id", "AppleMailSignature", "-- " },
		{ "id", "lineBreakAtBeginningOfSignature", "-- " },
		{ "id", "composer_signature", "-- " },
		{ "id", "divRplyFwdMsg", "-----Original Message-----" },
		{ "id", "appendonsend", "-----Original Message-----" },
		{ "id", "OLK_SRC_BODY_SECTION", "-----Original Message-----" },
		{ "id", "mail-editor-reference-message-container", "-----Original Message-----" },
		{ "id", "reply-intro", "-----Original Message-----" },
		{ "id", "zwchr", "-----Original Message-----" },
		{ "class", "OutlookMessageHeader", "-----Original Message-----" },
	};

	for (size_t i = 0; i < GP_COUNT(marks); i++)
		if (has_word(attribute(attributes, marks[i].attribute), marks[i].value))
			return marks[i].line;
	return style->outlook_line ? "-----Original Message-----" : NULL;
}

static void
show_line(struct html *html, const char *line)
{
	owe_lines(html, 1);
	show(html, line, strlen(line));
	owe_lines(html, 1);
}

static void
show_image(struct html *html, const xmlChar **attributes)
{
	const char *alt = attribute(attributes, "alt"), *width = attribute(attributes, "width");
	const char *height = attribute(attributes, "height");
	SCOPED(gp_free_str) char *clean = NULL;

	if (alt == NULL || *alt == '\0' || (width != NULL && atoi(width) <= 2) || (height != NULL && atoi(height) <= 2))
		return;
	clean = gp_utf8_cleaned(alt, strlen(alt), false, 100);
	if (*clean == '\0')
		return;
	if (strlen(clean) <= EMOJI_MAX && (unsigned char)*clean >= 0xe2) { /* a smile that a client drew */
		show(html, clean, strlen(clean));
		return;
	}
	show(html, "[", 1);
	show(html, clean, strlen(clean));
	show(html, "]", 1);
}

static int
next_item(struct html *html)
{
	for (size_t i = html->open_count; i-- > 0;)
		if ((html->open[i].what & LIST) != 0)
			return html->open[i].items < 0 ? -1 : ++html->open[i].items;
	return -1;
}

static int
first_item(const xmlChar **attributes)
{
	const char *start = attribute(attributes, "start");
	int first = start != NULL ? atoi(start) : 1;

	return first > 0 && first < ITEMS_MAX ? first : 1;
}

/* Word puts a paragraph into each cell, and others into each item of a list: it goes on in its line. */
static bool
goes_on(const struct html *html, const struct open_element *element)
{
	return (html->cell == html->out->len || html->item != 0) &&
	       (element->what & (LIST | QUOTE | PRE | ITEM)) == 0 && strcasecmp(element->name, "tr") != 0 &&
	       strcasecmp(element->name, "table") != 0;
}

static void
begin(struct html *html, struct open_element *element, const xmlChar **attributes)
{
	const char *href;

	if ((element->what & BREAK) != 0)
		owe_lines(html, html->line_empty || html->owed_lines > 0 ? 2 : 1);
	if ((element->what & (LINE | PARAGRAPH)) != 0 && !goes_on(html, element))
		owe_lines(html,
		    (element->what & PARAGRAPH) != 0 && !((element->what & LIST) != 0 && html->lists > 0) ? 2 : 1);
	if ((element->what & QUOTE) != 0)
		html->quote++;
	if ((element->what & PRE) != 0)
		html->pre++;
	if ((element->what & LIST) != 0) {
		html->lists++;
		element->items = strcasecmp(element->name, "ol") == 0 ? first_item(attributes) - 1 : -1;
	}
	if ((element->what & ITEM) != 0)
		html->item = next_item(html);
	if (strcasecmp(element->name, "tr") == 0) {
		html->row_begun = false;
		html->cell = NO_CELL;
	}
	if ((element->what & CELL) != 0) {
		if (html->row_begun && html->owed_lines == 0 && !html->line_empty)
			html->owed_blanks = 2;
		html->cell = html->out->len;
	}
	if ((element->what & RULE) != 0)
		show_line(html, "--------------------------------");
	if ((element->what & IMAGE) != 0)
		show_image(html, attributes);
	href = (element->what & LINK) != 0 && html->links ? attribute(attributes, "href") : NULL;
	if (href != NULL && (strncasecmp(href, "http://", 7) == 0 || strncasecmp(href, "https://", 8) == 0))
		element->href = gp_utf8_cleaned(href, strlen(href), false, HREF_MAX);
}

/* Of the element, or what it inherits. */
static void
take_colors(
    const struct html *html, struct open_element *element, const xmlChar **attributes, const struct gp_style *style)
{
	const struct open_element *outer = html->open_count > 0 ? element - 1 : NULL;
	const char *font = strcasecmp(element->name, "font") == 0 ? attribute(attributes, "color") : NULL;
	const char *ground = attribute(attributes, "bgcolor");

	element->color = style->color != GP_COLOR_NONE ? style->color
			 : font != NULL		       ? gp_color_read(font)
			 : outer != NULL	       ? outer->color
						       : GP_COLOR_NONE;
	element->background = style->background != GP_COLOR_NONE ? style->background
			      : ground != NULL			 ? gp_color_read(ground)
			      : outer != NULL			 ? outer->background
								 : GP_COLOR_NONE;
}

static void
on_begin(void *context, const xmlChar *name, const xmlChar **attributes)
{
	struct html *html = context;
	struct open_element *element;
	struct gp_style style;
	const char *mark;

	if (html->open_count == OPEN_MAX) {
		xmlStopParser(html->parser);
		return;
	}
	element = &html->open[html->open_count];
	*element = (struct open_element){ .what = what_is((const char *)name) };
	(void)snprintf(element->name, sizeof(element->name), "%s", (const char *)name);
	gp_style_read(attribute(attributes, "style"), &style);
	take_colors(html, element, attributes, &style);
	if (is_quote(element, attributes, &style))
		element->what |= QUOTE;
	else
		element->what &= ~(unsigned)QUOTE;
	if (html->skip > 0 || is_hidden(attributes, &style))
		element->what = SKIP;
	if ((element->what & SKIP) != 0) {
		html->skip++;
	} else {
		mark = html->links ? NULL : mark_of(attributes, &style);
		if (mark != NULL)
			show_line(html, mark);
		begin(html, element, attributes);
	}
	html->open_count++;
}

static void
note_link(struct html *html, const char *href)
{
	char mark[16];
	size_t number = 0;

	for (size_t i = 0; i < html->notes.count && number == 0; i++)
		if (strcmp(html->notes.v[i], href) == 0)
			number = i + 1;
	if (number == 0) {
		if (html->notes.count >= LINKS_MAX)
			return;
		gp_strs_add(&html->notes, href);
		number = html->notes.count;
	}
	(void)snprintf(mark, sizeof(mark), " [%zu]", number);
	show(html, mark, strlen(mark));
}

/* True when the address itself has just been shown: no note is needed. */
static bool
just_shown(const struct html *html, const char *href)
{
	const char *bare = strstr(href, "://") + 3;
	size_t n = strlen(bare);

	while (n > 0 && bare[n - 1] == '/')
		n--;
	return n > 0 && n <= html->out->len &&
	       (memcmp(html->out->data + html->out->len - n, bare, n) == 0 ||
		   (html->out->len > n && memcmp(html->out->data + html->out->len - n - 1, bare, n) == 0));
}

/* A short cell of one line lets the next one stand beside it. */
static void
end_cell(struct html *html)
{
	const char *begin;
	size_t n;

	html->row_begun = true;
	if (html->cell == NO_CELL)
		return;
	begin = html->out->data + html->cell;
	begin += strspn(begin, "\n> ");
	n = (size_t)(html->out->data + html->out->len - begin);
	if (n > 0 && n <= CELL_MAX && memchr(begin, '\n', n) == NULL)
		html->owed_lines = 0;
	html->cell = NO_CELL;
}

static void
end(struct html *html, struct open_element *element)
{
	if ((element->what & SKIP) != 0)
		html->skip--;
	if (element->href != NULL && !html->line_empty && html->owed_lines == 0 && !just_shown(html, element->href))
		note_link(html, element->href);
	if ((element->what & CELL) != 0)
		end_cell(html);
	if ((element->what & (LINE | PARAGRAPH)) != 0)
		owe_lines(html,
		    (element->what & PARAGRAPH) != 0 && !((element->what & LIST) != 0 && html->lists > 1) ? 2 : 1);
	if ((element->what & QUOTE) != 0)
		html->quote--;
	if ((element->what & PRE) != 0)
		html->pre--;
	if ((element->what & LIST) != 0)
		html->lists--;
	if ((element->what & ITEM) != 0)
		html->item = 0;
	gp_free_str(&element->href);
}

static void
on_end(void *context, const xmlChar *name)
{
	struct html *html = context;
	size_t at = html->open_count;

	while (at > 0 && strncasecmp(html->open[at - 1].name, (const char *)name, sizeof(html->open[0].name) - 1) != 0)
		at--;
	if (at == 0)
		return;
	while (html->open_count >= at)
		end(html, &html->open[--html->open_count]);
}

static void
write_notes(struct html *html)
{
	html->quote = html->lists = html->item = 0;
	if (html->notes.count > 0)
		owe_lines(html, 2);
	for (size_t i = 0; i < html->notes.count; i++) {
		SCOPED(gp_free_str) char *line = gp_printf("[%zu] %s", i + 1, html->notes.v[i]);

		show_line(html, line);
	}
	if (!html->line_empty)
		gp_buf_addc(html->out, '\n');
}

/* Where in html a picture stands in the text itself (";base64,..."), which would use up what is read, or what Microsoft
 * shows to others ("<![if !mso]>"), which the parser takes for text. ret_skip: octets of it; NULL: there is none. */
static const char *
find_needless(const char *html, const char *end, size_t *ret_skip)
{
	static const char picture[] = ";base64,";

	for (; html < end; html++) {
		size_t left = (size_t)(end - html);

		if (*html == ';' && left > sizeof(picture) && memcmp(html, picture, sizeof(picture) - 1) == 0) {
			const char *to = html + sizeof(picture) - 1;

			while (to < end &&
			       (isalnum((unsigned char)*to) || (*to != '\0' && strchr("+/=%\r\n", *to) != NULL)))
				to++;
			*ret_skip = (size_t)(to - html);
			return html;
		}
		if (*html == '<' && left > 4 && html[1] == '!' &&
		    (html[2] == '[' || (html[2] == ' ' && html[3] == '['))) {
			const char *to = memchr(html, '>', left < CONDITION_MAX ? left : CONDITION_MAX);

			if (to != NULL && to[-1] == ']') {
				*ret_skip = (size_t)(to - html) + 1;
				return html;
			}
		}
	}
	return NULL;
}

static void
append_needed(struct gp_buf *to, const char *html, size_t n)
{
	const char *end = html + n, *at;
	size_t skip;

	while (!to->full && (at = find_needless(html, end, &skip)) != NULL) {
		gp_utf8_clean(to, html, (size_t)(at - html), true);
		html = at + skip;
	}
	gp_utf8_clean(to, html, (size_t)(end - html), true);
}

void
gp_html_text(struct gp_buf *out, const char *html, size_t n, bool links)
{
	SCOPED(gp_buf_release) struct gp_buf clean = GP_BUF_INIT(GP_HTML_MAX);
	SCOPED(gp_free_ptr) struct html *state = gp_new(sizeof(*state));
	xmlSAXHandler events = { .startElement = on_begin,
		.endElement = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = NULL };

	append_needed(&clean, html, n);
	if (clean.len == 0)
		return;
	*state = (struct html){ .out = out, .links = links, .line_empty = true, .cell = NO_CELL };
	state->parser = htmlCreateMemoryParserCtxt(clean.data, (int)clean.len);
	if (state->parser == NULL)
		return;
	(void)htmlCtxtUseOptions(state->parser,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	*state->parser->sax = events;
	state->parser->userData = state;
	(void)xmlSwitchEncoding(state->parser, XML_CHAR_ENCODING_UTF8);
	(void)htmlParseDocument(state->parser);
	while (state->open_count > 0)
		end(state, &state->open[--state->open_count]);
	write_notes(state);
	gp_strs_release(&state->notes);
	htmlFreeParserCtxt(state->parser);
}
