/* mailto.h - mailto links for people: RFC 6068, as the clients of DIG-06 and DIG-07 need them.  Floor: mail. */
#pragma once
#include "guildpost/base/buf.h"

#define GP_MAILTO_MAX 1500 /* octets of the whole link: Windows and Gmail cut longer ones (DIG-07) */

struct gp_mailto {
	const char *address; /* "+" becomes %2B: some handlers read a bare one as a blank */
	const char *subject; /* ASCII; NULL or "": none */
	const char *body; /* LF line ends, at most 500 octets are used; NULL or "": none */
	const char *in_reply_to; /* message-id with angle brackets: a bonus that some clients honour; NULL: none */
};
/* Appends the link; not escaped for HTML ("&" still to become &amp;). Only subject, body, in-reply-to and references are
 * ever written. A subject or a bonus that would make it too long is left out: the address alone always works. */
void gp_mailto_add(struct gp_buf *out, const struct gp_mailto *link);
