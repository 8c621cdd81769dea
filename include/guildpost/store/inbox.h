/* inbox.h - what came in and is not sorted yet.  Floor: store.  One row a recipient; several share one raw. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_inbox_row {
	int64_t id, raw_id, received_at, size;
	char *sender, *recipient, *session, *state, *reason;
	bool trusted;
	int64_t strikes;
};
void gp_inbox_row_free(struct gp_inbox_row **row);
GP_MUST_CHECK enum gp_rc gp_inbox_insert(struct gp_db *db, int64_t raw_id, const char *sender, const char *recipient,
    bool trusted, const char *session, int64_t now, int64_t *ret_id, struct gp_err *err);
/* The oldest that waits with an id above `after`; NULL when there is none. */
GP_MUST_CHECK enum gp_rc gp_inbox_next(struct gp_db *db, int64_t after, struct gp_inbox_row **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_inbox_load(struct gp_db *db, int64_t id, struct gp_inbox_row **ret, struct gp_err *err);
/* One more strike with its reason; at the second the row is poisoned. ret_poisoned may be NULL. */
GP_MUST_CHECK enum gp_rc gp_inbox_strike(
    struct gp_db *db, int64_t id, const char *reason, bool *ret_poisoned, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_inbox_retry(struct gp_db *db, int64_t id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_inbox_delete(struct gp_db *db, int64_t id, struct gp_err *err); /* the raw stays */
typedef enum gp_rc gp_inbox_each(void *context, const struct gp_inbox_row *row, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_inbox_list(struct gp_db *db, gp_inbox_each *each, void *context, struct gp_err *err);
/* The delivery key: true and remembered when this recipient has not had these octets before. */
GP_MUST_CHECK enum gp_rc gp_delivery_first(struct gp_db *db, const char *recipient, const unsigned char sha256[32],
    int64_t now, bool *ret_first, struct gp_err *err);
