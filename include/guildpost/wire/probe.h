/* probe.h - does somebody answer there, and as what? For doctor.  Floor: wire. */
#pragma once
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

/* Connects, reads the greeting, says EHLO (or LHLO), QUIT; 5 s in all. where: "HOST:PORT", "[v6]:PORT" or "unix:PATH".
 * ret_reply: the lines of the EHLO answer. TEMP 4.4.1 with the reason in words. */
GP_MUST_CHECK enum gp_rc gp_probe(const char *where, const char *hello, struct gp_buf *ret_reply, struct gp_err *err);
