#include "mail/html_style.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guildpost/base/err.h"

#define NAME_MAX     24
#define VALUE_MAX    120 /* octets of a value that are looked at */
#define TINY	     1.01 /* points or pixels: a letter of that size is none */
#define FAR_AWAY     (-900.0) /* pixels to the left of the page, or above it */
#define ALIKE	     12 /* steps of 256 by which two colours may differ and still hide each other */
#define COLOR_DIGITS 6

/* --- colours ------------------------------------------------------------------------------------------------------ */

static int
hex_color(const char *digits)
{
	size_t n = strspn(digits, "0123456789abcdefABCDEF");
	long value = strtol(digits, NULL, 16);

	if (n == COLOR_DIGITS)
		return (int)value;
	if (n != COLOR_DIGITS / 2)
		return GP_COLOR_NONE;
	return (int)(((value >> 8) & 15) * 0x110000 + ((value >> 4) & 15) * 0x1100 + (value & 15) * 0x11);
}

static int
rgb_color(const char *numbers)
{
	int color = 0;

	for (int i = 0; i < 3; i++) {
		char *end;
		long part = strtol(numbers, &end, 10);

		if (end == numbers || part < 0 || part > 255)
			return GP_COLOR_NONE;
		color = color << 8 | (int)part;
		numbers = end + strspn(end, ", ");
	}
	return color;
}

int
gp_color_read(const char *value)
{
	static const struct {
		const char *name;
		int color;
	} names[] = { { "white", 0xffffff }, { "black", 0 }, { "snow", 0xfffafa }, { "ivory", 0xfffff0 },
		{ "whitesmoke", 0xf5f5f5 } };

	value += strspn(value, " ");
	if (*value == '#')
		return hex_color(value + 1);
	if (strncasecmp(value, "rgb(", 4) == 0)
		return rgb_color(value + 4);
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		size_t n = strlen(names[i].name);

		if (strncasecmp(value, names[i].name, n) == 0 && !isalnum((unsigned char)value[n]))
			return names[i].color;
	}
	return GP_COLOR_NONE;
}

bool
gp_color_hides(int color, int background)
{
	if (color == GP_COLOR_NONE || background == GP_COLOR_NONE)
		return false;
	for (int shift = 0; shift <= 16; shift += 8)
		if (abs((color >> shift & 255) - (background >> shift & 255)) > ALIKE)
			return false;
	return true;
}

/* --- declarations ------------------------------------------------------------------------------------------------- */

/* What needs two declarations to hide. */
struct seen {
	struct gp_style *style;
	bool no_height, clipped;
};

static bool
begins(const char *value, const char *word)
{
	return strncasecmp(value, word, strlen(word)) == 0;
}

/* A number at the beginning that is nothing: "0", "0px", "0.0em"; but not "0.5". */
static bool
is_nothing(const char *value)
{
	char *end;
	double number = strtod(value, &end);

	return end > value && number > -0.001 && number < 0.001;
}

static void
say_display(const char *value, struct seen *seen)
{
	seen->style->hidden |= begins(value, "none");
}

static void
say_visibility(const char *value, struct seen *seen)
{
	seen->style->hidden |= begins(value, "hidden") || begins(value, "collapse");
}

static void
say_font_size(const char *value, struct seen *seen)
{
	char *end;
	double size = strtod(value, &end);
	bool points = begins(end, "px") || begins(end, "pt");

	seen->style->hidden |= is_nothing(value) || (end > value && points && size >= 0 && size < TINY);
}

static void
say_opacity(const char *value, struct seen *seen)
{
	seen->style->hidden |= is_nothing(value);
}

static void
say_height(const char *value, struct seen *seen)
{
	seen->no_height |= is_nothing(value);
}

static void
say_overflow(const char *value, struct seen *seen)
{
	seen->clipped |= begins(value, "hidden");
}

static void
say_place(const char *value, struct seen *seen)
{
	char *end;
	double place = strtod(value, &end);

	seen->style->hidden |= end > value && place < FAR_AWAY;
}

static void
say_color(const char *value, struct seen *seen)
{
	seen->style->color = gp_color_read(value);
}

static void
say_background(const char *value, struct seen *seen)
{
	seen->style->background = gp_color_read(value);
}

static void
say_border(const char *value, struct seen *seen)
{
	seen->style->no_border = begins(value, "none") || is_nothing(value);
}

static void
say_bar(const char *value, struct seen *seen)
{
	static const char *const drawn[] = { "solid", "dotted", "dashed", "double", "groove", "ridge" };

	for (size_t i = 0; i < GP_COUNT(drawn); i++)
		seen->style->bar |= strcasestr(value, drawn[i]) != NULL && !is_nothing(value);
}

static const struct {
	const char *name;
	void (*say)(const char *value, struct seen *seen);
} declarations[] = { { "display", say_display }, { "visibility", say_visibility }, { "font-size", say_font_size },
	{ "opacity", say_opacity }, { "max-height", say_height }, { "height", say_height },
	{ "overflow", say_overflow }, { "left", say_place }, { "top", say_place }, { "text-indent", say_place },
	{ "margin-left", say_place }, { "color", say_color }, { "background", say_background },
	{ "background-color", say_background }, { "border", say_border }, { "border-left", say_bar } };

static void
declare(const char *name, size_t name_n, const char *value, size_t value_n, struct seen *seen)
{
	char text[VALUE_MAX];

	while (name_n > 0 && isspace((unsigned char)name[name_n - 1]))
		name_n--;
	while (value_n > 0 && isspace((unsigned char)*value)) {
		value++;
		value_n--;
	}
	(void)snprintf(text, sizeof(text), "%.*s", (int)(value_n < VALUE_MAX ? value_n : VALUE_MAX - 1), value);
	for (size_t i = 0; i < GP_COUNT(declarations); i++)
		if (strlen(declarations[i].name) == name_n && strncasecmp(declarations[i].name, name, name_n) == 0)
			declarations[i].say(text, seen);
}

void
gp_style_read(const char *css, struct gp_style *ret_style)
{
	struct seen seen = { .style = ret_style };

	*ret_style = (struct gp_style){ .color = GP_COLOR_NONE, .background = GP_COLOR_NONE };
	if (css == NULL)
		return;
	ret_style->outlook_line = strcasestr(css, "border:none;border-top:solid") != NULL &&
				  strcasestr(css, "padding:3.0pt 0") != NULL;
	while (*css != '\0') {
		size_t n = strcspn(css, ";"), skip = strspn(css, " \t\r\n"), colon;

		skip = skip < n ? skip : n;
		colon = strcspn(css + skip, ":;");
		if (skip + colon < n && colon < NAME_MAX)
			declare(css + skip, colon, css + skip + colon + 1, n - skip - colon - 1, &seen);
		css += n + (css[n] == ';');
	}
	ret_style->hidden |= seen.no_height && seen.clipped;
}
