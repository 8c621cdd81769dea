/* flowed.h - format=flowed (RFC 3676): paragraphs that a client has broken into lines become lines again.  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/buf.h"

/* Appends text, UTF-8 with LF line ends, with soft breaks closed; quote marks stand in front of each line as "> ", and
 * "> > " becomes ">> ". delsp: the blank before a soft break belongs to the break (DelSp=yes). */
void gp_flowed_join(struct gp_buf *out, const char *text, size_t n, bool delsp);
