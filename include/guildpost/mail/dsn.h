/* dsn.h - reports of delivery: RFC 3464, and what mail systems write instead (SND-04, SND-05).  Floor: mail. */
#pragma once
#include <stddef.h>
#include "guildpost/mail/reading.h"

#define GP_BOUNCES_MAX 100

/* A message/delivery-status part, decoded: appends a row to reading->bounces for each recipient group. text: what the
 * report says to people, which may blame a policy that the status does not name. */
void gp_dsn_status(const char *octets, size_t n, const char *text, struct gp_reading *reading);
/* The readable text of a report without such a part. Appends what it finds, perhaps nothing. */
void gp_dsn_text(const char *text, struct gp_reading *reading);
/* "permanent", "temporary", "policy" for an RFC 3463 status ("" when unknown) and what was said. */
const char *gp_dsn_verdict(const char *status, const char *text);
