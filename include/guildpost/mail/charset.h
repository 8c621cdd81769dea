/* charset.h - octets in a named charset to UTF-8, with the aliases that browsers use (I18-04).  Floor: mail. */
#pragma once
#include <stddef.h>
#include "guildpost/base/buf.h"

/* Appends octets as well-formed UTF-8 (not cleaned: see utf8.h). label: as the sender wrote it, "" when missing. Unknown
 * and missing labels, and UTF-7 (refused): UTF-8 when that is well-formed, else ISO-2022 by its escapes, else a guess
 * that ends at windows-1252. Octets that the charset does not have become U+FFFD. Works in chunks of 16 KiB. */
void gp_charset_to_utf8(struct gp_buf *out, const char *label, const void *octets, size_t n);

/* Opens every charset that is named here, for good: glibc loads a module each, and a process that may open no file any
 * more reads as unknown what it has not loaded. */
void gp_charset_keep_all(void);
