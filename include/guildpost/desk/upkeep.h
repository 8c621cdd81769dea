/* upkeep.h - the archive kept in order by hand: a post taken out, derived data made anew, the store verified.  Floor:
 * desk. */
#pragma once
#include <stdint.h>
#include "guildpost/desk/desk.h"

/* One post out of the archive, its index, its octets, and the mail that still holds it; a ledger row says that it was done
 * and by whom. What members have received stays with them. msgid: with or without angle brackets.
 * *ret_left: no octet of it is in the file or its log any more; false: that waits for whoever reads the store as it was
 * before, and gp_leaving_tick() sees to it. PERM exit 67 when it is not here. */
GP_MUST_CHECK enum gp_rc gp_post_remove(struct gp_desk *desk, const struct gp_space *space, const char *msgid,
    const char *by, int64_t now, bool *ret_left, struct gp_err *err);
/* Something was removed: gp_leaving_tick() is to see that it leaves the file. Inside the transaction that removes it. */
GP_MUST_CHECK enum gp_rc gp_leaving_begin(struct gp_desk *desk, struct gp_err *err);
/* What was removed and still stands in the file leaves it; *ret_next: when to try again, untouched when there is nothing. */
GP_MUST_CHECK enum gp_rc gp_leaving_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);

struct gp_upkeep_watch {
	void *context;
	void (*progress)(void *context, int64_t count, double done); /* now and then */
	void (*trouble)(void *context, const char *where, const char *why); /* where: a message-id */
};
struct gp_reindexed {
	int64_t done, skipped;
	bool anew; /* the search index was damaged, and all spaces have a new one */
};
/* Every post of the space (NULL: of all) is read again, and all that is derived of it made anew; in short transactions. A
 * post that cannot be read stays as it was and is told. A search index that does not agree with the posts is thrown away
 * first, and made of all spaces; in a store of more than 50,000 posts it is not compared. */
GP_MUST_CHECK enum gp_rc gp_reindex(struct gp_desk *desk, const struct gp_space *space, int64_t now,
    const struct gp_upkeep_watch *watch, struct gp_reindexed *ret, struct gp_err *err);
