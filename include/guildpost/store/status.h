/* status.h - what waits, in one look.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_store_status {
	int64_t inbox, poisoned; /* waiting to be sorted; set aside */
	int64_t inbox_since; /* arrival of the oldest that waits, seconds UTC; 0: none */
	int64_t outbox, outbox_held, outbox_failed; /* mails; a mail may have many recipients */
	int64_t deferred; /* slices that wait for their next attempt */
	int64_t waiting; /* recipients found and not served yet: in hand, or put off */
	int64_t outbox_since; /* when the oldest mail that still goes out was made; 0: none */
	int64_t held; /* posts that wait for a steward */
	int64_t communities, spaces, members, posts;
	int64_t event, filed_at; /* the last event and its instant, seconds UTC; 0: none yet */
};
GP_MUST_CHECK enum gp_rc gp_store_status(struct gp_db *db, struct gp_store_status *ret, struct gp_err *err);
