/* bounce.h - how a failed delivery counts against its member (SND-05, SND-06).  Floor: guild.  Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define GP_BOUNCE_PATIENCE (7 * 86400) /* seconds that a domain may be lost before it is gone */

struct gp_bounce_fact {
	const char *status, *verdict; /* RFC 3463 or ""; as mail/dsn.h has it */
	bool soft;
	int64_t first; /* when this status of this member was first seen of late; 0: never before */
	int64_t now;
};
/* What goes into the member's account: "permanent", "temporary", "policy" or "ignore". A soft failure is temporary, except
 * that a domain unknown or without a road (5.1.2, 5.4.4) is permanent when it was so a week ago already. Static. */
const char *gp_bounce_counts(const struct gp_bounce_fact *fact);
