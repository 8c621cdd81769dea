/* request.h - what waits for a word from outside: a confirmation to join or to leave.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

struct gp_request {
	int64_t id, space_id, created_at, expires_at;
	int64_t follows; /* the request whose answer led to this one; 0: none */
	char kind[8]; /* "join", "leave", "undo", "wish", "choose", ... */
	char *limit_key; /* what the limits of SUB-02 compare: the hash of an address without dots and plus tags */
	char *source; /* domain whose server asked for it; "" or NULL: nobody to blame */
	char *address, *name,
	    *mode; /* mode: of the subscription that a "join" or an "undo" opens; the lines of a wish */
	char *notice; /* version of the words that it was asked with (store/consent.h); NULL: none */
	char *msgid; /* of the mail that answered it; not read by gp_request_insert() */
	bool settled;
};
void gp_request_release(struct gp_request *request);
GP_MUST_CHECK enum gp_rc gp_request_insert(struct gp_db *db, const struct gp_request *request, int64_t now,
    int64_t *ret_id, struct gp_err *err); /* id, created_at and settled are not read */
/* id 0 in *ret when there is none. */
GP_MUST_CHECK enum gp_rc gp_request_load(struct gp_db *db, int64_t id, struct gp_request *ret, struct gp_err *err);
/* msgid: of the mail that answers it. */
GP_MUST_CHECK enum gp_rc gp_request_settle(
    struct gp_db *db, int64_t id, const char *msgid, int64_t now, struct gp_err *err);

/* What was asked before that time, and whose word would come too late: it counts for nothing any more. Inside a write
 * transaction. */
GP_MUST_CHECK enum gp_rc gp_request_forget(struct gp_db *db, int64_t before, struct gp_err *err);

/* How many of a group (one limit_key: the addresses that all must say yes) still wait for their word. */
GP_MUST_CHECK enum gp_rc gp_request_waiting(
    struct gp_db *db, const char *limit_key, int64_t *ret_count, struct gp_err *err);

/* Confirmations asked in all spaces since a time (SUB-02): for this address, and by this source; NULL: any. */
GP_MUST_CHECK enum gp_rc gp_request_count(struct gp_db *db, const char *kind, const char *limit_key, const char *source,
    int64_t since, int64_t *ret_count, struct gp_err *err);
/* Asked by an invitation since a time, in all spaces. */
GP_MUST_CHECK enum gp_rc gp_request_invited(struct gp_db *db, int64_t since, int64_t *ret_count, struct gp_err *err);

/* Members of whom somebody else said that they should be invited, and who have not been yet. Writing inside a write
 * transaction. */
struct gp_to_invite {
	int64_t member_id, since, next_at; /* member_id 0: none is due; next_at is then that of the next one, 0: none */
	char mode[12]; /* "" : the usual one */
};
GP_MUST_CHECK enum gp_rc gp_to_invite_add(struct gp_db *db, const struct gp_to_invite *one, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_to_invite_next(struct gp_db *db, int64_t now, struct gp_to_invite *ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_to_invite_later(struct gp_db *db, int64_t member_id, int64_t next_at, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_to_invite_drop(struct gp_db *db, int64_t member_id, struct gp_err *err);
