#include "guildpost/cmd/app.h"

#include <math.h>

#include "guildpost/base/clock.h"
#include "guildpost/mail/template.h"

/* One output at a time: a command writes one list. Rows are kept until the end, because a table is as wide as what it
 * holds; JSON goes out row by row. */
static struct {
	struct gp_strs heads, cells; /* of a table */
	size_t columns, column;
	struct gp_buf line; /* of JSON */
	bool first_row;
} out;

void
gp_out_begin(struct gp_app *app)
{
	(void)app;
	out.line = (struct gp_buf)GP_BUF_INIT(256u << 20);
	out.columns = out.column = 0;
	out.first_row = true;
}

static void
cell(struct gp_app *app, const char *key, const char *json, const char *shown)
{
	if (app->json) {
		gp_buf_addc(&out.line, out.column > 0 ? ',' : '{');
		gp_json_string(&out.line, key);
		gp_buf_addc(&out.line, ':');
		gp_buf_adds(&out.line, json);
	} else {
		if (out.first_row)
			gp_strs_add(&out.heads, key);
		gp_strs_add(&out.cells, shown);
	}
	out.column++;
}

void
gp_out_text(struct gp_app *app, const char *key, const char *value)
{
	if (value == NULL) {
		gp_out_null(app, key);
		return;
	}
	cell(app, key, "", *value != '\0' ? value : "-");
	if (app->json)
		gp_json_string(&out.line, value);
}

void
gp_out_null(struct gp_app *app, const char *key)
{
	cell(app, key, "null", "-");
}

void
gp_out_int(struct gp_app *app, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	cell(app, key, text, text);
}

void
gp_out_real(struct gp_app *app, const char *key, double value)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.4g", isfinite(value) ? value : 0.0);
	cell(app, key, text, text);
}

void
gp_out_bool(struct gp_app *app, const char *key, bool value)
{
	cell(app, key, value ? "true" : "false", value ? "yes" : "no");
}

void
gp_out_time(struct gp_app *app, const char *key, int64_t t)
{
	char text[GP_RFC3339_SIZE], json[GP_RFC3339_SIZE + 2];

	if (t == 0) {
		gp_out_null(app, key);
		return;
	}
	gp_clock_format(t, text);
	(void)snprintf(json, sizeof(json), "\"%s\"", text);
	cell(app, key, json, text);
}

void
gp_out_raw(struct gp_app *app, const char *key, const char *json, const char *shown)
{
	cell(app, key, json, shown);
}

void
gp_out_row(struct gp_app *app)
{
	if (app->json) {
		gp_buf_adds(&out.line, out.column > 0 ? "}\n" : "{}\n");
		(void)fwrite(out.line.data, 1, out.line.len, stdout);
		gp_buf_clear(&out.line);
	}
	out.columns = out.column;
	out.column = 0;
	out.first_row = false;
}

/* What would break the row is shown as a blank: a table is for eyes. */
static void
print_cell(const char *text, int width, bool last)
{
	int pad = width - gp_text_width(text);

	for (const char *c = text; *c != '\0'; c++)
		(void)putchar((unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c);
	for (; !last && pad > -2; pad--)
		(void)putchar(' ');
	if (last)
		(void)putchar('\n');
}

static int
column_width(size_t column)
{
	int width = gp_text_width(out.heads.v[column]), cell_width;

	for (size_t i = column; i < out.cells.count; i += out.columns) {
		cell_width = gp_text_width(out.cells.v[i]);
		width = cell_width > width ? cell_width : width;
	}
	return width;
}

void
gp_out_end(struct gp_app *app)
{
	SCOPED(gp_free_ptr) int *widths = NULL;

	if (!app->json && out.columns > 0) {
		widths = gp_new_array(out.columns, sizeof(*widths));
		for (size_t i = 0; i < out.columns; i++)
			widths[i] = column_width(i);
		for (size_t i = 0; i < out.columns; i++)
			print_cell(out.heads.v[i], widths[i], i + 1 == out.columns);
		for (size_t i = 0; i < out.cells.count; i++)
			print_cell(out.cells.v[i], widths[i % out.columns], (i + 1) % out.columns == 0);
	}
	gp_strs_release(&out.heads);
	gp_strs_release(&out.cells);
	gp_buf_release(&out.line);
}
