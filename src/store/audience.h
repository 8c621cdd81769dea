/* audience.h - who gets a row of the outbox (DESIGN.md rule 3).  Private to the store. */
#pragma once
#include "guildpost/store/slice.h"

/* A row, as far as that depends on it. */
struct gp_audience {
	int64_t id, space_id, event, thread_id, author_id, cursor, recipients;
	bool by_event;
};

/* What is being cut: recipients of one row with key in (after, through]. */
struct gp_cut {
	int64_t after, through;
	size_t most;
	int64_t last; /* key of the last row looked at */
	bool exhausted; /* nobody is behind it */
};

/* How many are behind this key, at most `most` and perhaps too many: not everybody there is wanted. */
GP_MUST_CHECK enum gp_rc gp_audience_ahead(
    struct gp_db *db, const struct gp_audience *row, int64_t after, size_t most, size_t *ret_count, struct gp_err *err);
/* Adds the wanted recipients of a cut to the claim, at most cut->most of them. slice_id: of a deferred slice, 0: a new
 * one. */
GP_MUST_CHECK enum gp_rc gp_audience_resolve(struct gp_db *db, const struct gp_audience *row, struct gp_cut *cut,
    int64_t slice_id, int64_t attempts, int64_t now, struct gp_claim *claim, struct gp_err *err);
