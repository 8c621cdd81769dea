/* page_text.h - the text of a message as a piece of a page.  Floor: mail.
 * HTML comes from text alone (SEC-09): every character is escaped, the elements are ours (p, pre, blockquote, details,
 * summary, bdi, div, a), and the one thing of a stranger that becomes an attribute is the address of a link, which begins
 * with http:// or https:// and holds no quote, blank or bracket. */
#pragma once
#include "guildpost/base/buf.h"

/* Appends text (valid UTF-8, LF line ends): paragraphs that were broken into lines flow again, what looks drawn or like
 * code stays as it is, quotes are set off and fold away when long. */
void gp_page_text(struct gp_buf *out, const char *text);
