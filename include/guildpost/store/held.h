/* held.h - posts that wait for a steward.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_held {
	int64_t id, space_id, raw_id, since;
	char *sender, *recipient, *from_name, *from_address, *subject, *reason, *state;
	char *excerpt;
	bool many; /* shown in one mail with others like it */
	int64_t settled_at;
	char *settled_by; /* "member:17", "operator", "robot"; "" while it waits */
};
void gp_held_free(struct gp_held **held);
typedef enum gp_rc gp_held_each(void *context, const struct gp_held *held, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_held_insert(
    struct gp_db *db, const struct gp_held *held, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_held_load(
    struct gp_db *db, int64_t id, struct gp_held **ret, struct gp_err *err); /* NULL: none */
/* How many of a community got a mail of their own since then. */
GP_MUST_CHECK enum gp_rc gp_held_own_lately(
    struct gp_db *db, int64_t community_id, int64_t since, int64_t *ret_count, struct gp_err *err);
/* state: "freed", "refused" or "returned"; ret_first false when somebody was faster: then nothing has changed. */
GP_MUST_CHECK enum gp_rc gp_held_settle(
    struct gp_db *db, int64_t id, const char *state, const char *by, int64_t now, bool *ret_first, struct gp_err *err);
/* The oldest open one that the stewards have before them since `before` or longer; called: of those whose stewards were
 * called a second time,
 * else of those with a mail of their own where they were not; only those numbered above `after`. NULL: none. */
GP_MUST_CHECK enum gp_rc gp_held_overdue(
    struct gp_db *db, bool called, int64_t before, int64_t after, struct gp_held **ret, struct gp_err *err);
/* The stewards were called a second time. */
GP_MUST_CHECK enum gp_rc gp_held_called(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* A steward has said what shall happen, and it is done by the next round (gp_held_tick). state: "freed", "refused",
 * "asked", "shown".
 * *ret_first false: it is settled or decided already; that somebody wants to see it decides nothing. */
GP_MUST_CHECK enum gp_rc gp_held_wish(struct gp_db *db, int64_t id, const char *state, const char *by, const char *why,
    bool *ret_first, struct gp_err *err);
/* The next one of these, numbered above `after`; *ret NULL: none. Strings: caller frees. */
GP_MUST_CHECK enum gp_rc gp_held_wished(struct gp_db *db, int64_t after, struct gp_held **ret, char **ret_state,
    char **ret_by, char **ret_why, struct gp_err *err);
/* "asked" and "shown" are done, and the post waits on. */
GP_MUST_CHECK enum gp_rc gp_held_wish_done(struct gp_db *db, int64_t id, struct gp_err *err);
/* Is there anything of the following to do, in any community? */
GP_MUST_CHECK enum gp_rc gp_held_many_any(struct gp_db *db, bool *ret, struct gp_err *err);
/* Of those in one mail: how many are not shown yet, how many are to be called for again (shown since `before` or longer,
 * once), and since when the oldest of those that are not called for yet is shown; 0: none. */
struct gp_held_many {
	int64_t fresh, again, oldest;
};
GP_MUST_CHECK enum gp_rc gp_held_many_due(
    struct gp_db *db, int64_t community_id, int64_t before, struct gp_held_many *ret, struct gp_err *err);
/* The lines of a brief have shown them, for the first time or again. */
GP_MUST_CHECK enum gp_rc gp_held_many_shown(struct gp_db *db, int64_t brief_id, int64_t now, struct gp_err *err);
/* Settled, and the other stewards are told with the next mail that lists such. */
GP_MUST_CHECK enum gp_rc gp_held_tell_later(struct gp_db *db, int64_t id, struct gp_err *err);
/* Those of a community, in the order of their numbers; then they count as told. */
GP_MUST_CHECK enum gp_rc gp_held_untold(
    struct gp_db *db, int64_t community_id, gp_held_each *each, void *context, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_held_told(struct gp_db *db, int64_t community_id, struct gp_err *err);
/* The author was asked something: the stewards' time begins anew. */
GP_MUST_CHECK enum gp_rc gp_held_asked(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* Since when the oldest open one waits; 0: none is open. called as above. */
GP_MUST_CHECK enum gp_rc gp_held_oldest(struct gp_db *db, bool called, int64_t *ret_since, struct gp_err *err);
/* What is open; space_id 0: of all spaces. */
GP_MUST_CHECK enum gp_rc gp_held_list(
    struct gp_db *db, int64_t space_id, gp_held_each *each, void *context, struct gp_err *err);
