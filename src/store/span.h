/* span.h - between which numbers the posts of a span of time lie.  Private to the store.
 * The index knows numbers alone: a search that wants a time would pass every hit there is, and to ask the posts themselves
 * would read as many as the time has. So each month keeps the first and the last number that was ever filed in it. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

/* This post is of this date, seconds UTC. */
GP_MUST_CHECK enum gp_rc gp_span_add(struct gp_db *db, int64_t space_id, int64_t date, int64_t id, struct gp_err *err);
/* Every post with since <= date < until has a number in [*ret_first, *ret_last]; others may have one too. 0 and 0: none. */
GP_MUST_CHECK enum gp_rc gp_span_find(struct gp_db *db, int64_t space_id, int64_t since, int64_t until,
    int64_t *ret_first, int64_t *ret_last, struct gp_err *err);
