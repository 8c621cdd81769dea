/* author.h - what an author has posted so far.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

/* How much came in since then by people's own hand: posts that were filed, and those that were held for coming too often.
 * Only the last `most` posts are looked at. What was held for another reason counts against nobody: a stranger must not
 * silence members by forging their names. */
struct gp_lately {
	int64_t author, space;
};
GP_MUST_CHECK enum gp_rc gp_posts_lately(struct gp_db *db, int64_t space_id, int64_t member_id, const char *address,
    int64_t since, int64_t most, struct gp_lately *ret, struct gp_err *err);
/* Posts in this space, by member number, or by address where member_id is 0. */
GP_MUST_CHECK enum gp_rc gp_author_posts(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *address, int64_t *ret_posts, struct gp_err *err);
