/* dsn_report.h - the text of a delivery report as lines, and the addresses in it.  Inside src/mail. */
#pragma once
#include "mail/dsn_parts.h"

#define GP_REPORT_TEXT	(64 * 1024) /* octets of a report's text; the reason stands at its beginning */
#define GP_REPORT_LINES 400

struct gp_report {
	char *lines[GP_REPORT_LINES], *folded[GP_REPORT_LINES]; /* as they stand, and as phrases are looked for */
	size_t count;
	const char *rest; /* the returned message, where the text goes on with it; else "" */
};
void gp_report_read(const char *text, struct gp_report *ret_report);
void gp_report_release(struct gp_report *report);
/* Lines [from, to) as one text, of a sensible length. Caller frees. */
char *gp_report_lines(const struct gp_report *report, size_t from, size_t to);

struct gp_candidate {
	char address[GP_ADDRESS_MAX];
	size_t line;
	int weight;
};
/* The addresses that look like the one that failed, at most `room`. */
size_t gp_report_gather(const struct gp_report *report, struct gp_candidate *found, size_t room);
/* What was said of a candidate: to the next one with another address, or so many lines. Caller frees. */
char *gp_report_said(const struct gp_report *report, const struct gp_candidate *found, size_t count, size_t i);
