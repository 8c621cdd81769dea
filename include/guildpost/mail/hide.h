/* hide.h - text that goes to strangers, without addresses in it.  Floor: mail. */
#pragma once
#include "guildpost/base/buf.h"

/* Appends text; of each address, also one in a mailto: link, only "...@example.org" is left. */
void gp_hide_addresses(struct gp_buf *out, const char *text);
