/* why.h - what was sent to an address, when, with what result.  Floor: store.
 * What went well at the first try has no row of its own (DESIGN.md: exceptions only): it is known from the row's cursor, and
 * when and with what words from the ranges that were worked off; of a range whose worker was killed, only to the
 * minute. Who left while a mail was on its way to others is shown as if it had come in time. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_sending { /* one mail to one recipient; strings belong to it, "" for none */
	int64_t outbox_id, key, attempts;
	int64_t created_at, at,
	    next_attempt; /* at: of the last word about it; 0: nothing has been tried. next 0: none */
	int64_t code;
	char *kind, *space, *msgid, *address;
	char *result; /* delivered waiting sending deferred held refused content expired dropped bounced */
	char *status, *reply;
};
struct gp_try { /* one attempt that did not deliver, or the one that did after those */
	int64_t at, code;
	char *result, *status, *reply;
};
void gp_sending_release(struct gp_sending *sending);
typedef enum gp_rc gp_sending_each(void *context, const struct gp_sending *sending, struct gp_err *err);
typedef enum gp_rc gp_try_each(void *context, const struct gp_try *attempt, struct gp_err *err);

/* The latest first, at most `limit`. address: as somebody writes it; 5.1.3 when it is none. */
GP_MUST_CHECK enum gp_rc gp_why(
    struct gp_db *db, const char *address, int64_t limit, gp_sending_each *each, void *context, struct gp_err *err);
/* The attempts of one, oldest first. */
GP_MUST_CHECK enum gp_rc gp_why_tries(
    struct gp_db *db, int64_t outbox_id, int64_t key, gp_try_each *each, void *context, struct gp_err *err);
