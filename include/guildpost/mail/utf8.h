/* utf8.h - UTF-8 (RFC 3629) that may be shown: checked, and cleaned of what steers terminals or turns text round.
 * Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"

/* Octets of the well-formed sequence at s (n octets are left), 0 when there is none; ret_rune may be NULL. */
size_t gp_utf8_next(const char *s, size_t n, uint32_t *ret_rune);
bool gp_utf8_ok(const char *s, size_t n);
bool gp_is_ascii(const char *s);
size_t gp_ascii_run(const char *s, size_t n); /* octets of s before the first above ASCII */
void gp_utf8_add(struct gp_buf *out, uint32_t rune);

/* True for what gp_utf8_clean lets through; a line end is not among them. */
bool gp_utf8_shown(uint32_t rune);

/* Appends s without NUL, CR, other controls, bidi controls (I18-07) and byte order marks; a malformed octet becomes
 * U+FFFD. lines: CR LF, CR, LF and U+2028 become LF, a tab four blanks; else each run of white space becomes one blank
 * and the ends are trimmed. */
void gp_utf8_clean(struct gp_buf *out, const char *s, size_t n, bool lines);
/* The same as a string of at most max octets, cut at a character. Caller frees; never NULL. */
char *gp_utf8_cleaned(const char *s, size_t n, bool lines, size_t max);
/* The longest prefix of at most max octets that ends at a character. */
size_t gp_utf8_cut(const char *s, size_t n, size_t max);
uint32_t gp_utf8_lower(uint32_t rune); /* ASCII, Latin, Greek, Cyrillic; the rest as it is */
/* Lower case for comparing. Caller frees. */
char *gp_utf8_fold(const char *s);
char *gp_utf8_folded(const char *s, size_t n); /* the same of n octets */
