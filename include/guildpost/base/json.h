/* json.h - strings as JSON wants them (RFC 8259 section 7).  Floor: base. */
#pragma once
#include "guildpost/base/buf.h"

void gp_json_string(struct gp_buf *out, const char *value); /* quoted and escaped; invalid UTF-8 becomes U+FFFD */
