/* charset.h - octets in a named charset to UTF-8, with the aliases that browsers use (I18-04).  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/buf.h"

/* Appends octets as well-formed UTF-8 (not cleaned: see utf8.h), in chunks of 16 KiB. Octets that the charset does not
 * have become U+FFFD.
 *   label  as the sender wrote it, "" when missing. Unknown and missing labels, and UTF-7 (refused), are guessed at; so
 *          is what the octets prove wrong, such as UTF-8 under a Latin label
 *   near   a label from elsewhere in the message that a guess may lean on, "" when there is none */
void gp_charset_to_utf8(struct gp_buf *out, const char *label, const char *near, const void *octets, size_t n);

/* ASCII without what begins a shift in ISO-2022 and HZ, or stands in UTF-16: whatever its label, no charset of mail reads
 * it otherwise. */
bool gp_charset_plain(const void *octets, size_t n);

/* What octets without a trustworthy label are in: a name for gp_charset_meaning, static; at worst "windows-1252". "utf-8"
 * of what is ASCII, or UTF-8 but for a few octets. near: as above. */
const char *gp_charset_guess(const char *octets, size_t n, const char *near);

/* What guesses within a message may lean on: label, when it means something; else the charset that the message names
 * anywhere; else what all its octets look like; "" when that is UTF-8. Caller frees. */
char *gp_charset_near(const char *octets, size_t header_n, size_t n, const char *label);

/* Appends octets as UTF-8 of the charset that iconv(3) names so; false when there is none. */
bool gp_charset_convert(struct gp_buf *out, const char *name, const char *octets, size_t n);

/* The charset that a label means, as iconv(3) names it, static; "" when it means nothing that we read. */
const char *gp_charset_meaning(const char *label);

/* Opens every charset that is named here, for good: glibc loads a module each, and a process that may open no file any
 * more reads as unknown what it has not loaded. */
void gp_charset_keep_all(void);
