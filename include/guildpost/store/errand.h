/* errand.h - long work that a member has asked for, done piece by piece between other things.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_errand {
	int64_t id, member_id, space_id; /* space: by which it was asked */
	int64_t stage, cursor; /* how far it is; begins at 0, its own matter */
	int64_t at, next_at; /* at: when it was asked */
	char what[16]; /* "export", "forget", "forget-posts" */
	char *about; /* of "forget": the name, and below it each address (store/forget.h); owned, or NULL */
};
void gp_errand_release(struct gp_errand *errand);
/* Inside a write transaction; asked and due at next_at. The same work for the same member waits once. */
GP_MUST_CHECK enum gp_rc gp_errand_add(struct gp_db *db, const struct gp_errand *errand, struct gp_err *err);
/* Inside a write transaction: stage, cursor and next_at as they are now. */
GP_MUST_CHECK enum gp_rc gp_errand_move(struct gp_db *db, const struct gp_errand *errand, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_errand_end(struct gp_db *db, int64_t id, struct gp_err *err);
/* The one that is due first; *ret_found false: none is due by now. ret->next_at is then that of the next one, 0: none. */
GP_MUST_CHECK enum gp_rc gp_errand_next(
    struct gp_db *db, int64_t now, struct gp_errand *ret, bool *ret_found, struct gp_err *err);
