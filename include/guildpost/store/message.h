/* message.h - posts: filed, placed in a thread, indexed; and read again.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/guild/token.h"
#include "guildpost/mail/reading.h"
#include "guildpost/store/db.h"
#include "guildpost/store/thread.h"

struct gp_filing {
	int64_t space_id, raw_id, member_id; /* member 0: not a member */
	const void *octets; /* of the raw row, for the text patch; borrowed */
	size_t size;
	const struct gp_reading *reading;
	const char *thread_token; /* of the recipient address, "" for none: wins over References (RCV-21) */
	int64_t now, received_at;
	bool imported; /* keeps its date; in no live issue */
	bool index_later; /* the caller calls gp_message_index(), before the transaction ends */
	const char *line_end; /* "crlf", "lf", "mixed" */
	const struct gp_token_keys *keys; /* for a new thread's token */
};
struct gp_filed {
	int64_t id, event, thread_id;
	char thread_token[GP_TOKEN_SIZE];
	bool duplicate; /* same message-id and same body: nothing was filed */
	bool conflict; /* same message-id, other body: nothing was filed; hold it (RCV-17) */
	bool
	    yields; /* with either, where both are imported: the one that is here is to make room (gp_message_remove) */
	int64_t raw_id, received_at; /* of the one that is here */
};
/* Files a message with thread, citations, text and index, and takes an event number; inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_message_file(
    struct gp_db *db, const struct gp_filing *filing, struct gp_filed *ret_filed, struct gp_err *err);

/* Whoever files many in one transaction indexes them at its end, one behind the other: what else is written in between makes
 * the index write out what it has gathered, so that every message would get a piece of the index of its own. */
GP_MUST_CHECK enum gp_rc gp_message_index(
    struct gp_db *db, const struct gp_filing *filing, int64_t id, struct gp_err *err);

/* Is a message of this id here already, and is it the same (RCV-17)? Of the filing only the keys
 * and the raw row do not count. */
GP_MUST_CHECK enum gp_rc gp_message_seen(
    struct gp_db *db, const struct gp_filing *filing, struct gp_filed *ret_filed, struct gp_err *err);

/* Is there a post of this message-id in the space? */
GP_MUST_CHECK enum gp_rc gp_message_is_here(
    struct gp_db *db, int64_t space_id, const char *msgid, bool *ret, struct gp_err *err);

/* What was derived of a filed message, anew from another reading of its octets: headers, excerpt, citations, index. Its id,
 * event and author stay. Threads are joined where the reading says so, never split; whether a live one answers by
 * its subject alone stays, for nobody knows any more to which thread address it was sent. Inside a write transaction;
 * the filing as at
 * first, but for the keys, with the id that it was filed under. */
GP_MUST_CHECK enum gp_rc gp_message_refresh(
    struct gp_db *db, int64_t id, const struct gp_filing *filing, struct gp_err *err);
/* Out of the archive, the index, and every mail that still waits or is kept: the octets too, unless something else holds
 * them. Its place in the thread stays, empty. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_message_remove(struct gp_db *db, int64_t id, struct gp_err *err);
