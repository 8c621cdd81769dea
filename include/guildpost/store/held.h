/* held.h - posts that wait for a steward.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_held {
	int64_t id, space_id, raw_id, since;
	char *sender, *recipient, *from_name, *from_address, *subject, *reason, *state;
};
void gp_held_free(struct gp_held **held);
GP_MUST_CHECK enum gp_rc gp_held_insert(
    struct gp_db *db, const struct gp_held *held, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_held_load(
    struct gp_db *db, int64_t id, struct gp_held **ret, struct gp_err *err); /* NULL: none */
/* state: "freed", "refused" or "returned"; ret_first false when somebody was faster: then nothing has changed. */
GP_MUST_CHECK enum gp_rc gp_held_settle(
    struct gp_db *db, int64_t id, const char *state, const char *by, int64_t now, bool *ret_first, struct gp_err *err);
typedef enum gp_rc gp_held_each(void *context, const struct gp_held *held, struct gp_err *err);
/* The oldest open one that waits since `before` or longer; called: of those whose stewards were called a second time,
 * else of those where they were not; only those numbered above `after`. NULL: none. */
GP_MUST_CHECK enum gp_rc gp_held_overdue(
    struct gp_db *db, bool called, int64_t before, int64_t after, struct gp_held **ret, struct gp_err *err);
/* The stewards were called a second time. */
GP_MUST_CHECK enum gp_rc gp_held_called(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* A steward has said what shall happen, and it is done by the next round (gp_held_tick). state: "freed" or "refused".
 * *ret_first false: it is settled or decided already. */
GP_MUST_CHECK enum gp_rc gp_held_wish(struct gp_db *db, int64_t id, const char *state, const char *by, const char *why,
    bool *ret_first, struct gp_err *err);
/* The next one of these, numbered above `after`; *ret NULL: none. Strings: caller frees. */
GP_MUST_CHECK enum gp_rc gp_held_wished(struct gp_db *db, int64_t after, struct gp_held **ret, char **ret_state,
    char **ret_by, char **ret_why, struct gp_err *err);
/* The author was asked something: the stewards' time begins anew. */
GP_MUST_CHECK enum gp_rc gp_held_asked(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* Since when the oldest open one waits; 0: none is open. called as above. */
GP_MUST_CHECK enum gp_rc gp_held_oldest(struct gp_db *db, bool called, int64_t *ret_since, struct gp_err *err);
/* What is open; space_id 0: of all spaces. */
GP_MUST_CHECK enum gp_rc gp_held_list(
    struct gp_db *db, int64_t space_id, gp_held_each *each, void *context, struct gp_err *err);
