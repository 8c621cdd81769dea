#include "guildpost/mail/template.h"

#include <errno.h>
#include <wchar.h>

#include "guildpost/base/mem.h"

#define TEMPLATE_MAX   (256 * 1024)
#define COLUMNS	       72
#define COLUMNS_SET_IN 78

enum form { FORM_TEXT, FORM_HTML };

/* --- width ---------------------------------------------------------------------------------- */

/* Ranges that are two columns wide (East Asian Wide and Fullwidth, emoji), and that are none (combining). */
static const struct range {
	unsigned first, last;
} wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
	{ 0xa000, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd } },
  none[] = { { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f },
	  { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2069 }, { 0x20d0, 0x20f0 }, { 0xfe00, 0xfe0f } };

static bool
within(unsigned c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Reads one character; returns its octets (at least 1), and its columns. */
static size_t
character(const char *s, int *ret_columns)
{
	const unsigned char *c = (const unsigned char *)s;
	size_t n = *c < 0xc0 ? 1 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;
	unsigned code = n == 1 ? *c : n == 2 ? *c & 0x1f : n == 3 ? *c & 0x0f : *c & 0x07;

	for (size_t i = 1; i < n; i++) {
		if ((c[i] & 0xc0) != 0x80) {
			n = i;
			break;
		}
		code = code << 6 | (c[i] & 0x3f);
	}
	*ret_columns = within(code, none, GP_COUNT(none)) ? 0 : within(code, wide, GP_COUNT(wide)) ? 2 : 1;
	return n;
}

int
gp_text_width(const char *text)
{
	int width = 0, columns;

	while (*text != '\0' && *text != '\n') {
		if (*text >= ' ' && *text < 0x7f) { /* most are */
			text++;
			width++;
			continue;
		}
		text += character(text, &columns);
		width += columns;
	}
	return width;
}

/* --- wrapping ------------------------------------------------------------------------------- */

/* Octets of the first piece that fits `columns`: up to a blank, or between wide characters, else the whole word. */
static size_t
fitting(const char *line, size_t n, size_t columns)
{
	size_t at = 0, good = 0;
	int used = 0, width;

	while (at < n) {
		size_t step = character(line + at, &width);

		if (used + width > (int)columns && good > 0)
			return good;
		used += width;
		at += step;
		if (at == n || line[at] == ' ' || width == 2)
			good = used <= (int)columns || good == 0 ? at : good;
	}
	return used <= (int)columns || good == 0 ? n : good;
}

void
gp_text_wrap(struct gp_buf *out, const char *text, size_t columns, const char *indent)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n"), from = 0;

		do {
			size_t piece = fitting(
			    text + from, n - from, columns > strlen(indent) ? columns - strlen(indent) : 1);

			gp_buf_adds(out, piece > 0 ? indent : "");
			gp_buf_add(out, text + from, piece);
			gp_buf_addc(out, '\n');
			from += piece;
			while (from < n && text[from] == ' ')
				from++;
		} while (from < n);
		text += n;
		text += *text == '\n';
	}
}

/* --- values --------------------------------------------------------------------------------- */

void
gp_html_escape(struct gp_buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			gp_buf_adds(out, "&amp;");
			break;
		case '<':
			gp_buf_adds(out, "&lt;");
			break;
		case '>':
			gp_buf_adds(out, "&gt;");
			break;
		case '"':
			gp_buf_adds(out, "&quot;");
			break;
		default:
			gp_buf_addc(out, *text);
		}
}

/* Bidi controls (U+202A..202E, U+2066..2069) and all controls but line feed fall (I18-07). */
static void
add_clean(struct gp_buf *out, const char *value)
{
	for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
		if (c[0] == 0xe2 &&
		    ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) || (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)))
			c += 2;
		else if ((*c >= 0x20 && *c != 0x7f) || *c == '\n')
			gp_buf_addc(out, (char)*c);
	}
}

static const char *
value_of(const char *name, size_t n, const struct gp_var *vars, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(vars[i].name) == n && strncmp(vars[i].name, name, n) == 0)
			return vars[i].value != NULL ? vars[i].value : "";
	(void)fprintf(stderr, "bug: a template names {{%.*s}}, which nobody gives\n", (int)n, name);
	abort();
}

struct view {
	const struct gp_var *vars;
	size_t count;
	enum form form;
};

static void expand(struct gp_buf *out, const char *text, const char *end, const struct view *view);

/* {{#name}}...{{/name}} or {{^name}}...{{/name}}; returns what follows it. */
static const char *
section(struct gp_buf *out, const char *tag, size_t n, const char *body, const char *end, const struct view *view)
{
	SCOPED(gp_free_str) char *closing = gp_printf("{{/%.*s}}", (int)n - 1, tag + 1);
	const char *stop = strstr(body, closing), *after;
	bool set = *value_of(tag + 1, n - 1, view->vars, view->count) != '\0';

	if (stop == NULL || stop > end)
		stop = end;
	after = stop + strlen(closing) < end ? stop + strlen(closing) : end;
	/* A section that stands on lines of its own takes its line ends with it. */
	if (*body == '\n') {
		body++;
		after += after < end && *after == '\n';
	}
	if (set == (*tag == '#'))
		expand(out, body, stop, view);
	return after;
}

/* {{name}}, and {{{name}}} for a piece that was made by a template before and is clean. */
static const char *
value(struct gp_buf *out, const char *tag, size_t n, const char *after, const char *end, const struct view *view)
{
	SCOPED(gp_buf_release) struct gp_buf clean = GP_BUF_INIT(4 * TEMPLATE_MAX);
	bool piece = *tag == '{';

	if (piece) {
		gp_buf_adds(out, value_of(tag + 1, n - 1, view->vars, view->count));
		return after < end && *after == '}' ? after + 1 : after;
	}
	add_clean(&clean, value_of(tag, n, view->vars, view->count));
	if (view->form == FORM_HTML)
		gp_html_escape(out, clean.data);
	else
		gp_buf_add(out, clean.data, clean.len);
	return after;
}

static void
expand(struct gp_buf *out, const char *text, const char *end, const struct view *view)
{
	while (text < end) {
		const char *open = strstr(text, "{{"), *close;

		if (open == NULL || open >= end || (close = strstr(open, "}}")) == NULL || close >= end) {
			gp_buf_add(out, text, (size_t)(end - text));
			return;
		}
		gp_buf_add(out, text, (size_t)(open - text));
		open += 2;
		if (*open == '#' || *open == '^')
			text = section(out, open, (size_t)(close - open), close + 2, end, view);
		else
			text = value(out, open, (size_t)(close - open), close + 2, end, view);
	}
}

/* --- files ---------------------------------------------------------------------------------- */

static bool
read_whole(const char *path, struct gp_buf *out)
{
	FILE *file = fopen(path, "re");
	char octets[4096];
	size_t n;

	if (file == NULL)
		return false;
	while ((n = fread(octets, 1, sizeof(octets), file)) > 0)
		gp_buf_add(out, octets, n);
	(void)fclose(file);
	return !out->full;
}

/* "de-at" is looked for under its own name, then as "de"; a tag that climbs out of the folder is none. */
static bool
load_in(const char *folder, const char *language, const char *name, const char *ending, struct gp_buf *out)
{
	size_t lengths[] = { strlen(language), strcspn(language, "-") };

	if (*language == '\0' || strpbrk(language, "./") != NULL)
		return false;
	for (size_t i = 0; i < GP_COUNT(lengths); i++) {
		SCOPED(gp_free_str)
		char *path = gp_printf("%s/%.*s/%s.%s", folder, (int)lengths[i], language, name, ending);

		gp_buf_clear(out);
		if (read_whole(path, out))
			return true;
	}
	gp_buf_clear(out);
	return false;
}

static enum gp_rc
load(const char *folder, const char *language, const char *name, const char *ending, struct gp_buf *out,
    struct gp_err *err)
{
	if (load_in(folder, language, name, ending, out) || load_in(folder, "en", name, ending, out))
		return GP_OK;
	return gp_fail_as(err, 78, "4.3.5", "cannot read the mail text %s/en/%s.%s: %s; see the key `templates`",
	    folder, name, ending, strerror(errno));
}

void
gp_template_language(const char *folder, const char *language, const char *name, char out[GP_LANGUAGE_SIZE])
{
	SCOPED(gp_buf_release) struct gp_buf ignored = GP_BUF_INIT(TEMPLATE_MAX);
	SCOPED(gp_free_str) char *short_tag = gp_strndup(language, strcspn(language, "-"));

	/* A text in the language at large is of the tag that was asked for: "de" read by "de-at" is German. */
	(void)snprintf(
	    out, GP_LANGUAGE_SIZE, "%s", load_in(folder, language, name, "txt", &ignored) ? short_tag : "en");
}

char *
gp_template_phrase(const char *folder, const char *language, const char *english)
{
	SCOPED(gp_buf_release) struct gp_buf file = GP_BUF_INIT(TEMPLATE_MAX);
	size_t n = strlen(english);

	if (*english == '\0' || !load_in(folder, language, "phrases", "txt", &file))
		return gp_strdup(english);
	for (const char *line = file.data; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, english, n) == 0 && strncmp(line + n, " = ", 3) == 0)
			return gp_strndup(line + n + 3, strcspn(line + n + 3, "\n"));
	return gp_strdup(english);
}

/* {{>piece}} becomes the file of that name, one level deep: what several pages share stands in one file. */
static enum gp_rc
load_whole(const char *folder, const char *language, const char *name, const char *ending, struct gp_buf *out,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf file = GP_BUF_INIT(TEMPLATE_MAX);
	const char *from, *open, *close;

	GP_TRY(load(folder, language, name, ending, &file, err));
	for (from = file.data; (open = strstr(from, "{{>")) != NULL; from = close + 2) {
		SCOPED(gp_buf_release) struct gp_buf piece = GP_BUF_INIT(TEMPLATE_MAX);
		SCOPED(gp_free_str) char *piece_name = NULL;

		close = strstr(open, "}}");
		if (close == NULL)
			break;
		piece_name = gp_strndup(open + 3, (size_t)(close - open) - 3);
		GP_TRY(load(folder, language, piece_name, ending, &piece, err));
		if (piece.len > 0 && piece.data[piece.len - 1] == '\n')
			gp_buf_cut(&piece, piece.len - 1); /* the line that names it ends already */
		gp_buf_add(out, from, (size_t)(open - from));
		gp_buf_add(out, piece.data, piece.len);
	}
	gp_buf_adds(out, from);
	return GP_OK;
}

static void
wrap_set_in(struct gp_buf *out, const char *line)
{
	size_t blanks = strspn(line, " ");
	SCOPED(gp_free_str) char *indent = gp_strndup(line, blanks);

	gp_text_wrap(out, line + blanks, COLUMNS, indent);
}

/* Paragraph lines are wrapped. A line that begins with a blank stays as it is, unless a value has made it wider than people
 * type: then it goes on below, as far in. */
static void
wrap_body(struct gp_buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		SCOPED(gp_free_str) char *line = gp_strndup(text, n);

		if (gp_text_width(line) <= (*line == ' ' ? COLUMNS_SET_IN : COLUMNS))
			gp_buf_addf(out, "%s\n", line);
		else if (*line == ' ')
			wrap_set_in(out, line);
		else
			gp_text_wrap(out, line, COLUMNS, "");
		text += n;
		text += *text == '\n';
	}
}

enum gp_rc
gp_template_render(const char *folder, const char *language, const char *name, const struct gp_var *vars, size_t count,
    char **ret_subject, struct gp_buf *ret_body, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf file = GP_BUF_INIT(TEMPLATE_MAX);
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(4 * TEMPLATE_MAX);
	SCOPED(gp_buf_release) struct gp_buf subject = GP_BUF_INIT(4096);
	struct view view = { vars, count, FORM_TEXT };
	const char *body;

	GP_TRY(load_whole(folder, language, name, "txt", &file, err));
	body = strstr(file.data, "\n\n");
	if (ret_subject == NULL && strncmp(file.data, "Subject: ", 9) != 0) {
		expand(
		    ret_body, file.data, file.data + file.len, &view); /* a piece: who puts it in its place wraps it */
		return GP_OK;
	}
	if (strncmp(file.data, "Subject: ", 9) != 0 || body == NULL)
		return gp_fail_as(
		    err, 78, "4.3.5", "the mail text %s.txt does not begin with `Subject:` and a blank line", name);
	expand(&subject, file.data + 9, body, &view);
	for (char *c = subject.data; *c != '\0'; c++)
		*c = *c == '\n' ? ' ' : *c;
	expand(&text, body + 2, file.data + file.len, &view);
	wrap_body(ret_body, text.data);
	if (ret_subject != NULL)
		*ret_subject = gp_buf_take(&subject);
	return GP_OK;
}

enum gp_rc
gp_template_render_html(const char *folder, const char *language, const char *name, const struct gp_var *vars,
    size_t count, struct gp_buf *ret_body, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf file = GP_BUF_INIT(TEMPLATE_MAX);
	struct view view = { vars, count, FORM_HTML };

	GP_TRY(load_whole(folder, language, name, "html", &file, err));
	expand(ret_body, file.data, file.data + file.len, &view);
	return GP_OK;
}
