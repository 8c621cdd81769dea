/* own_lines.h - a text as lines, of which some are not its author's own.  Floor: mail; for own_text.c and its helpers.
 * Each helper drops the lines of one kind. All look at a fixed number of lines around each, so that the whole is linear
 * (SEC-08). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum gp_line_kind { GP_LINE_BLANK, GP_LINE_PLAIN, GP_LINE_QUOTED };

struct gp_line {
	const char *s; /* into the text that was split */
	size_t n; /* without blanks at the end; "-- " keeps its own */
	enum gp_line_kind kind;
	bool dropped;
};
struct gp_lines {
	struct gp_line *v;
	size_t count;
	size_t first_kept; /* where to look for it: what is dropped stays dropped */
};

/* Splits text (borrowed, UTF-8, LF), and tells quoted lines by their marks. */
void gp_lines_init(struct gp_lines *lines, const char *text);
void gp_lines_release(struct gp_lines *lines);

void gp_lines_drop(struct gp_lines *lines, size_t from, size_t to);
bool gp_line_is_own(const struct gp_line *line); /* plain, and not dropped */
/* The first line from i on that is not blank; count when there is none. */
size_t gp_lines_next(const struct gp_lines *lines, size_t i);
/* Is there an own line before line i? */
bool gp_lines_own_before(struct gp_lines *lines, size_t i);

/* For comparing: lower case, typographic blanks, apostrophes and colons as the plain ones; of at most max octets.
 * Caller frees. */
char *gp_line_folded(const struct gp_line *line, size_t max);
/* At least `least` octets of dashes and the like, and nothing else. */
bool gp_line_is_rule(const struct gp_line *line, size_t least);

/* "On Monday Ann wrote:", and what stands below it unmarked. */
void gp_attribution_drop(struct gp_lines *lines);
/* "-----Original Message-----" or "From: Sent: To: Subject:", and what stands below. */
void gp_answered_drop(struct gp_lines *lines);
/* Frames of signed text, signatures, list footers, legal notices, "Sent from my telephone". */
void gp_frame_drop(struct gp_lines *lines);
void gp_ending_drop(struct gp_lines *lines);
