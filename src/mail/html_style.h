/* html_style.h - what a style attribute says that matters to a reader of text.  Floor: mail; for html.c. */
#pragma once
#include <stdbool.h>

#define GP_COLOR_NONE (-1) /* not said, or in words that nobody needs to know */

struct gp_style {
	bool hidden; /* from the eye: not displayed, of no size, nowhere on the page */
	bool bar; /* a line at the left, as clients draw beside a quote */
	bool no_border; /* says that there is none: an indented paragraph, no quote */
	bool outlook_line; /* the line that Outlook draws above the header of what is answered */
	int color, background; /* 0xRRGGBB, or GP_COLOR_NONE */
};

/* css: the value of a style attribute; NULL says nothing. Never fails: what is not understood says nothing. */
void gp_style_read(const char *css, struct gp_style *ret_style);
/* "#fff", "#ffffff", "white", "rgb(255, 255, 255)". */
int gp_color_read(const char *value);
/* Text of one colour on the other cannot be seen; none is, where either was not said. */
bool gp_color_hides(int color, int background);
