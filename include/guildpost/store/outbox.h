/* outbox.h - rows that wait for the smarthost.  Floor: store.  The adding side, and what a person sees of it;
 * claims are in store/slice.h. */
#pragma once
#include <stdint.h>
#include "guildpost/mail/compose.h"
#include "guildpost/store/db.h"

struct gp_outbox_new {
	const char *kind; /* post digest invite notice confirm receipt report ... */
	int64_t space_id; /* 0: none */
	const struct gp_composed *composed;
	int64_t
	    event; /* above 0: audience is whoever the resolver finds at this event; 0: recipients are added one by one */
	int64_t thread_id; /* of a post: for own threads */
	int64_t now, expires_at; /* expires 0: five days (SND-07) */
};
/* Inside a write transaction. Ring the bell "deliver" after the commit. */
GP_MUST_CHECK enum gp_rc gp_outbox_add(
    struct gp_db *db, const struct gp_outbox_new *row, int64_t *ret_id, struct gp_err *err);
struct gp_outbox_to {
	int64_t key; /* recipient key, ascending and unique in the row; member_id where there is a member */
	const char *address;
	int64_t member_id, subscription_id; /* 0: none. subscription_id feeds the leave token */
	const char *slot_values; /* JSON object: slot name -> whole lines; "" or NULL for none */
};
GP_MUST_CHECK enum gp_rc gp_outbox_add_recipient(
    struct gp_db *db, int64_t outbox_id, const struct gp_outbox_to *to, struct gp_err *err);

struct gp_outbox_row {
	int64_t id, space_id;
	int64_t recipients; /* -1 until everybody has been found */
	int64_t delivered, deferred, refused, size;
	int64_t next_attempt, created_at, expires_at; /* next_attempt 0: none, or at once */
	char *kind, *space, *state, *reason, *last_reply,
	    *msgid; /* state: due sending deferred held failed sent dropped */
};
void gp_outbox_row_free(struct gp_outbox_row **row);
typedef enum gp_rc gp_outbox_each(void *context, const struct gp_outbox_row *row, struct gp_err *err);
/* What waits, is held or has failed, oldest first; space_id 0: of all spaces. */
GP_MUST_CHECK enum gp_rc gp_outbox_list(
    struct gp_db *db, int64_t space_id, int64_t now, gp_outbox_each *each, void *context, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_outbox_load(
    struct gp_db *db, int64_t id, int64_t now, struct gp_outbox_row **ret, struct gp_err *err); /* NULL: none */

struct gp_outcome {
	int64_t key, code, at;
	char *address, *result, *status, *reply; /* result: refused content expired */
};
typedef enum gp_rc gp_outcome_each(void *context, const struct gp_outcome *outcome, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_outcome_list(
    struct gp_db *db, int64_t outbox_id, gp_outcome_each *each, void *context, struct gp_err *err);

/* The oldest row that the operator is to be told of: held since nobody took it, or failed. NULL: none. */
GP_MUST_CHECK enum gp_rc gp_outbox_untold(
    struct gp_db *db, int64_t now, struct gp_outbox_row **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_outbox_told(struct gp_db *db, int64_t id, struct gp_err *err);
/* Rows that are done and were made before `before`, at most `most` of them, with all that hangs on them. */
GP_MUST_CHECK enum gp_rc gp_outbox_forget(
    struct gp_db *db, int64_t before, int64_t most, int64_t *ret_gone, struct gp_err *err);

/* Acts of the operator, inside a write transaction; each says nothing of whether the row is in a state for it. */
GP_MUST_CHECK enum gp_rc gp_outbox_hold(struct gp_db *db, int64_t id, const char *reason, struct gp_err *err);
/* Due again, with whom its content was refused for, and time enough. */
GP_MUST_CHECK enum gp_rc gp_outbox_release(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* What was put off is due now, what was refused or given up is tried once more; the smarthost is asked again at once. */
GP_MUST_CHECK enum gp_rc gp_outbox_retry(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err);
/* Goes to nobody else; the row stays, empty, as a witness. */
GP_MUST_CHECK enum gp_rc gp_outbox_drop(struct gp_db *db, int64_t id, struct gp_err *err);
