/* dsn_parts.h - what the parts of the DSN reader tell each other.  Inside src/mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/mail/address.h"
#include "guildpost/mail/dsn.h"

#define GP_STATUS_SIZE 12
#define GP_SAID_MAX    2000 /* octets of what was said about one recipient */

/* The best RFC 3463 status in a text: one with a detail before one of zeros; else made of an SMTP code ("5.0.0" of 550);
 * "" when there is neither. Returns the first digit of the SMTP code, '\0' when there is none. */
char gp_dsn_status(const char *text, char ret_status[GP_STATUS_SIZE]);
/* True when the text, folded, holds one of the phrases. */
bool gp_dsn_holds(const char *text, const char *const *phrases);
/* The next address in s, which stands in line, copied to out; returns where to look on, NULL at the end. */
const char *gp_dsn_address(const char *line, const char *s, char out[GP_ADDRESS_MAX], const char **ret_at);
/* True when a mail system says itself that this is its report; of other mail the subject alone may sound so. */
bool gp_dsn_signed(const struct gp_reading *reading);
/* A row for a recipient ("" when nobody knows) that has none yet. */
void gp_dsn_add(struct gp_reading *reading, const char *recipient, const char *status, const char *verdict, bool soft);
/* What the text says of a recipient, from its address to the next one; all of it when it does not name it. Caller frees. */
char *gp_dsn_said_of(const char *text, const char *recipient);
/* The forms that people read. */
void gp_dsn_read_text(const struct gp_dsn *dsn, struct gp_reading *reading);
/* Groups of RFC 3464, wherever they stand. */
void gp_dsn_read_groups(const char *octets, size_t n, const char *text, struct gp_reading *reading);
