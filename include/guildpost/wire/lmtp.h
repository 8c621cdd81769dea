/* lmtp.h - one LMTP session (RFC 2033) as a pure machine: octets in, replies out; no socket, clock or database.
 * Floor: wire.  STANDARDS.md section 1 is its table: RCV-01 to RCV-08. Octets may come in pieces of any size. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"

#define GP_LMTP_RECIPIENTS 100 /* of one message (RFC 5321 section 4.5.3.1.8); more: 452 4.5.3 */
#define GP_LMTP_LINE	   1024 /* octets of a command with CR LF: the 512 of section 4.5.3.1.4 and room for parameters */

/* What the session asks of its surroundings. An error's status makes the reply; one that is no answer to a stranger
 * (5.3.5, say) becomes 451 4.3.0: our own trouble is never 5xx (RCV-08). */
struct gp_lmtp_calls {
	void *context;
	/* MAIL: may a message begin now? Its envelope sender, "" for the null one. */
	enum gp_rc (*begin)(void *context, const char *sender, struct gp_err *err);
	/* RCPT. *ret_max_size: octets that this recipient takes, 0: the server's limit. */
	enum gp_rc (*recipient)(void *context, const char *address, int64_t *ret_max_size, struct gp_err *err);
	/* Octets of the message, dots unstuffed. After an error the rest is read and thrown away. */
	enum gp_rc (*octets)(void *context, const void *octets, size_t n, struct gp_err *err);
	/* The end of the data: `recipients` are those that take a message of this size. GP_OK: the outcome comes later by
	 * gp_lmtp_answer(), until when nothing more is read. */
	enum gp_rc (*complete)(void *context, const struct gp_strs *recipients, struct gp_err *err);
	/* What was begun is void: RSET, a new LHLO, the end of the session, a refusal after the dot. */
	void (*forget)(void *context);
};

struct gp_lmtp;
/* host: our name in the greeting; max_size: octets, stated in LHLO. calls is copied, host borrowed. */
struct gp_lmtp *gp_lmtp_new(const struct gp_lmtp_calls *calls, const char *host, int64_t max_size);
void gp_lmtp_free(struct gp_lmtp **session);

/* Takes octets from the peer; returns how many. It stops early when a message is complete and waits for its answer, when
 * more than 64 KiB of replies wait to be sent, and at the end of the session: give the rest again later. */
size_t gp_lmtp_feed(struct gp_lmtp *session, const char *octets, size_t n);
/* The outcome of the complete message, for each recipient that still waits for one. */
void gp_lmtp_answer(struct gp_lmtp *session, enum gp_rc rc, const struct gp_err *err);
/* Replies not yet sent. The caller sends from the front and takes what it sent out with gp_lmtp_sent(). */
const struct gp_buf *gp_lmtp_replies(const struct gp_lmtp *session);
void gp_lmtp_sent(struct gp_lmtp *session, size_t n);

/* 421 with this status, and the end. While data comes in or an answer is due, only after that has been answered, unless
 * `now`: the message is then void. */
void gp_lmtp_hang_up(struct gp_lmtp *session, const char *status, const char *text, bool now);

bool gp_lmtp_in_transaction(const struct gp_lmtp *session); /* a sender was given, and the message is not complete */
bool gp_lmtp_in_data(const struct gp_lmtp *session);
bool gp_lmtp_waits(const struct gp_lmtp *session); /* complete, and waits for its answer */
bool gp_lmtp_over(const struct gp_lmtp *session); /* close when the replies are sent */

/* May this stand in MAIL FROM? A sender is never refused for a domain that no RFC allows: other mail programs let it pass,
 * and we only keep it. It must be something that can stand in an envelope at all; "" is the null sender. */
bool gp_lmtp_sender_ok(const char *sender);
