/* bounce.h - failures of copies, and whom nothing is sent for the time being (SND-04 to SND-06).  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_bounce {
	int64_t member_id, community_id, outbox_id, at; /* 0: unknown */
	const char *domain; /* of the address, lower case */
	const char *status, *verdict, *said;
};
/* *ret_new false: the same verdict on the same copy is known already, and was not counted again. Inside a write
 * transaction, as all that changes here. */
GP_MUST_CHECK enum gp_rc gp_bounce_add(
    struct gp_db *db, const struct gp_bounce *bounce, bool *ret_new, struct gp_err *err);

/* When a member's first bounce of this status was, since a time, of those that nothing was concluded from yet; 0: none. */
GP_MUST_CHECK enum gp_rc gp_bounce_first(
    struct gp_db *db, int64_t member_id, const char *status, int64_t since, int64_t *ret_at, struct gp_err *err);
/* The days (86400 s of UTC) with a bounce that no suspension was made of, since a time; each day counts once. */
GP_MUST_CHECK enum gp_rc gp_bounce_days(struct gp_db *db, int64_t member_id, int64_t since, int64_t *ret_hard_days,
    int64_t *ret_bad_days, struct gp_err *err);

/* How many people of a community failed since a time, and of how many (counted to one more than twice those); domain "":
 * wherever they live. */
struct gp_bounce_crowd {
	int64_t failing, members; /* different members */
	int64_t mass_days; /* days in the fortnight before `now` on which it was the provider's trouble already */
};
GP_MUST_CHECK enum gp_rc gp_bounce_crowd(struct gp_db *db, int64_t community_id, const char *domain, int64_t since,
    int64_t now, struct gp_bounce_crowd *ret, struct gp_err *err);
/* What came back since a time is held against nobody; who was suspended for it since then is back. *ret_back: how many. */
GP_MUST_CHECK enum gp_rc gp_bounce_forgive(
    struct gp_db *db, int64_t community_id, const char *domain, int64_t since, int64_t *ret_back, struct gp_err *err);

/* The state of the member, and when he is asked for the first time; his bounces so far are spent. */
GP_MUST_CHECK enum gp_rc gp_suspend(
    struct gp_db *db, int64_t member_id, const char *status, int64_t now, int64_t next_probe, struct gp_err *err);
/* One who is due to be asked; member_id 0: none. *ret_next: the next one after that, 0: none. Only who is
 * suspended still. */
struct gp_suspension {
	int64_t member_id, since, probes;
};
GP_MUST_CHECK enum gp_rc gp_suspension_due(
    struct gp_db *db, int64_t now, struct gp_suspension *ret, int64_t *ret_next, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_suspension_asked(
    struct gp_db *db, int64_t member_id, int64_t next_probe, struct gp_err *err);

/* Those before that time, which count for nothing any more. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_bounce_forget(struct gp_db *db, int64_t before, struct gp_err *err);
