/* keep.h - what the clock clears away, in small pieces; and failures at the smarthost that nobody has looked at yet.
 * Floor: store.  Each inside a write transaction. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

/* Delivery keys older than `before`, at most `most`. *ret_gone: how many. */
GP_MUST_CHECK enum gp_rc gp_delivery_forget(
    struct gp_db *db, int64_t before, int64_t most, int64_t *ret_gone, struct gp_err *err);
/* Octets of mail that is no post, from raw_id `*cursor` on, older than `before`; looks at no more than `most` rows.
 * What is filed, waits in the inbox or is held stays. *cursor: where to go on; *ret_more: there are more of that age. */
GP_MUST_CHECK enum gp_rc gp_raw_forget(
    struct gp_db *db, int64_t before, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err);

/* A recipient for whom the smarthost gave up, of which no conclusion was drawn. */
struct gp_failure {
	int64_t outbox_id, recipient_key, at;
	char *address, *result, *status, *reply;
};
void gp_failure_release(struct gp_failure *failure);
GP_MUST_CHECK enum gp_rc gp_failure_next(struct gp_db *db, struct gp_failure *ret, bool *ret_found, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_failure_seen(struct gp_db *db, const struct gp_failure *failure, struct gp_err *err);
/* The member whom a copy was for: by the key of its recipient. 0: none, or the row is gone. */
GP_MUST_CHECK enum gp_rc gp_copy_member(
    struct gp_db *db, int64_t outbox_id, int64_t recipient_key, int64_t *ret_member_id, struct gp_err *err);
