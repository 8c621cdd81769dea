/* outbox.h - rows that wait for the smarthost.  Floor: store.  The adding side; claims are in store/slice.h. */
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
