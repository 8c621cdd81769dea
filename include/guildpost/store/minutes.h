/* minutes.h - dates of meetings that are over, and the posts that tell the others about them.  Floor: store.
 * Whatever changes something is called inside a write transaction. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_minutes {
	int64_t meeting_id, space_id;
	int64_t start_at,
	    next_at; /* a post in [start_at, next_at) is about this date; next_at INT64_MAX: it was the last */
};
/* Known already: only next_at is renewed. */
GP_MUST_CHECK enum gp_rc gp_minutes_put(struct gp_db *db, const struct gp_minutes *minutes, struct gp_err *err);
/* A post of that number tells about the last meeting before it. at: when it came. */
GP_MUST_CHECK enum gp_rc gp_minutes_posted(
    struct gp_db *db, int64_t space_id, int64_t at, int64_t message_id, struct gp_err *err);
/* What a line of the brief is about; *ret_title NULL: it is gone. Caller frees. */
GP_MUST_CHECK enum gp_rc gp_minutes_load(
    struct gp_db *db, int64_t minutes_id, struct gp_minutes *ret, char **ret_title, struct gp_err *err);
