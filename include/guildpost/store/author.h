/* author.h - what an author has posted so far.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

/* Posts in this space, by member number, or by address where member_id is 0. */
GP_MUST_CHECK enum gp_rc gp_author_posts(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *address, int64_t *ret_posts, struct gp_err *err);
