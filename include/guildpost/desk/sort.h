/* sort.h - the desk's work: one inbox row is read, understood, and dealt with in one transaction.  Floor: desk. */
#pragma once
#include "guildpost/base/buf.h"
#include "guildpost/desk/desk.h"
#include "guildpost/desk/resolve.h"
#include "guildpost/guild/authres.h"
#include "guildpost/guild/classify.h"
#include "guildpost/mail/reading.h"
#include "guildpost/store/inbox.h"
#include "guildpost/store/member.h"

struct gp_understood { /* octets and what was understood of them */
	struct gp_buf octets;
	struct gp_reading reading;
};
void gp_understood_release(struct gp_understood *message);
/* Loads and reads a message outside any transaction. Fails as gp_raw_load() and gp_reader_read(). */
GP_MUST_CHECK enum gp_rc gp_understood_load(
    struct gp_desk *desk, int64_t raw_id, int64_t received, struct gp_understood *ret, struct gp_err *err);

/* What every handler of a kind of mail is given; all borrowed. */
struct gp_arrival {
	const struct gp_inbox_row *row;
	const struct gp_resolved *to;
	const struct gp_reading *reading;
	const struct gp_buf *octets;
	const struct gp_member *author; /* the member whom From names, NULL for a stranger */
	bool proved; /* the own MTA reports From as DMARC- or DKIM-aligned (LST-14) */
	enum gp_proof proof; /* the same, with what speaks against it */
	enum gp_kind kind;
	const struct gp_understood
	    *held; /* of an answer to a held post: that post, read before the transaction; else NULL */
	int64_t now;
};
/* Handlers run inside the one write transaction in which the inbox row goes away. A handler that returns an error leaves
 * everything as it was. *ret_taken false: not mine, nothing was changed, ask the next. */
typedef enum gp_rc gp_arrival_handler(
    struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err);

/* Deals with the oldest waiting rows: a few are read, then dealt with in one transaction; when one of them fails, each
 * alone, so that it harms no other. *ret_found false: nothing waits. A row on which the reader dies gets a strike
 * (store/inbox.h), at the second it is set aside and the operator told; a row that cannot be dealt with now is passed
 * over until the next round; the queue goes on. */
GP_MUST_CHECK enum gp_rc gp_sort_next(struct gp_desk *desk, int64_t now, bool *ret_found, struct gp_err *err);
