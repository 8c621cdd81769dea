/* mbox.h - one file of many messages: taken apart and written (RFC 4155; quoting as in mboxrd).  Floor: mail.
 * A line that begins with "From " after a blank line, or at the start, begins a message; "From " within a message has
 * been quoted by one more ">", also where some stand there already. A Content-Length field that ends where a message ends
 * is believed, and the lines within it are left alone (mboxcl2). Line ends are left as they came. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

struct gp_mbox_message {
	const char *octets; /* unquoted, without the "From " line and the blank line at the end; borrowed */
	size_t n;
	int64_t envelope_date; /* of the "From " line, seconds UTC; 0 when it has none */
	int64_t number; /* 1 is the first of this file */
	bool too_large; /* it comes in pieces, each one of these */
	bool last; /* the only piece, or the last one */
	bool cut; /* the file breaks off within it */
	bool unended; /* the file ends with it, and without an end of line */
};
typedef enum gp_rc gp_mbox_each(void *context, const struct gp_mbox_message *message, struct gp_err *err);

struct gp_mbox; /* what has been fed and is no whole message yet */
/* max: octets of the largest message that comes in one piece. */
struct gp_mbox *gp_mbox_new(size_t max, gp_mbox_each *each, void *context);
void gp_mbox_free(struct gp_mbox **mbox);
/* Any octets, at most max of them, cut anywhere; each() is called for every message that they complete; its failure is passed on.
 * What does not begin with a "From " line is one message as a whole (a .eml file). */
GP_MUST_CHECK enum gp_rc gp_mbox_feed(struct gp_mbox *mbox, const char *octets, size_t n, struct gp_err *err);
/* The end of the file: the last message. cut: the file could not be read on, so what is in hand is not whole. */
GP_MUST_CHECK enum gp_rc gp_mbox_end(struct gp_mbox *mbox, bool cut, struct gp_err *err);

/* A message as mboxrd has it: its "From " line, quoted octets, a blank line. sender "" becomes MAILER-DAEMON. */
void gp_mbox_write(struct gp_buf *out, const char *sender, int64_t date, const char *octets, size_t n);

/* "crlf", "lf", or "mixed". */
const char *gp_line_end(const char *octets, size_t n);
