/* dsn.h - reports of delivery: RFC 3464, and what mail systems write instead (SND-04, SND-05).  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/mail/reading.h"

#define GP_BOUNCES_MAX 100

struct gp_dsn {
	const char *status; /* message/delivery-status parts, decoded; "" when there is none */
	size_t status_n;
	const char *text; /* what the report says to people, UTF-8, LF */
	const char *failed; /* value of X-Failed-Recipients, "" */
	const char *returned; /* the returned message's To and the like, "": who it was for when nothing else says */
	const char *inner; /* delivery-status parts inside the returned message: a gateway wraps another's report */
	size_t inner_n;
};
/* True when the header looks like a report of a mail system: the author or the subject says so. */
bool gp_dsn_likely(const struct gp_reading *reading);
/* Appends a row to reading->bounces for each recipient that the report names; none when it is no report. Where an address
 * was an alias, two: first the one that we wrote to (Original-Recipient, "expanded from"), then what it became. */
void gp_dsn_read(const struct gp_dsn *dsn, struct gp_reading *reading);

/* "permanent", "temporary" or "policy" for an RFC 3463 status ("" when unknown) and what was said (SND-05). Static.
 * Where the number says nothing, words do: what was given up is permanent, what blames the message or its road is policy,
 * what only took too long is temporary. ret_soft (may be NULL): permanent, but the member may be there again tomorrow: the
 * mailbox is full, the domain does not answer. guild/bounce.h says what follows. */
const char *gp_dsn_verdict(const char *status, const char *said, bool *ret_soft);
