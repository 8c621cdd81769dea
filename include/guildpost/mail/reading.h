/* reading.h - what was understood of one message: a flat struct, and the octets that carry it from the
 * reader child to the desk.  Floor: mail.
 * Every string is valid UTF-8 without CR, NUL, other controls or bidi controls (text fields keep LF), never NULL
 * unless said, and bounded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"

struct gp_part {
	char *type, *charset, *filename; /* "text/plain"; "" when none */
	int64_t size; /* octets, decoded */
	bool attachment;
};
struct gp_bounced {
	char *recipient, *status; /* address or ""; RFC 3463 or "" */
	char *verdict; /* permanent, temporary, policy, ignore */
	bool soft; /* permanent, but a full mailbox or a domain that does not answer (SND-05) */
};
struct gp_attendee {
	char *address, *partstat, *comment; /* partstat upper case: ACCEPTED, DECLINED, TENTATIVE, ... */
};
struct gp_calendar {
	char *method, *uid, *organizer; /* method upper case; uid as written, Exchange's hex form unwrapped */
	char *recurrence_id; /* "" or YYYYMMDDTHHMMSSZ; a bare date as YYYYMMDD; without Z on a wall of unknown zone */
	char *summary, *start, *end; /* start and end: like recurrence_id */
	int64_t sequence, dtstamp; /* 0 when missing; seconds UTC */
	struct gp_attendee *attendees;
	size_t attendee_count;
};

struct gp_reading {
	/* header */
	char *message_id; /* with angle brackets; made from a hash when missing or unusable (RCV-18) */
	bool message_id_made;
	bool beside; /* filed under an id of its own beside another of its id, which references.v[0] is; not encoded */
	struct gp_strs references; /* with angle brackets, oldest first; In-Reply-To last when References lacks it */
	struct gp_strs in_reply_to;
	/* What Outlook's Thread-Index and the subject say of the conversation, as a message-id that no message bears; ""
	 * without one. It ties where nothing is cited. */
	char *conversation;
	bool conversation_reply; /* the index has grown: it answers something */
	char *from_name, *from_address; /* the one author; address "" when there is none or it is malformed */
	int from_count; /* mailboxes in all From fields: not 1 means hold (RCV-20) */
	char *reply_to; /* first address or "" */
	struct gp_strs named; /* addresses in To and Cc, at most 200 */
	char *subject, *subject_base; /* base: reply prefixes and [tags] taken off, case-folded */
	bool subject_is_reply; /* had a reply prefix */
	int64_t date; /* seconds UTC; 0 when missing or absurd (RCV-19) */
	char *list_id, *precedence, *auto_submitted; /* lower case, "" when missing */
	char *content_type; /* of the whole, lower case: "multipart/report" */
	char *report_type; /* lower case, "" */
	struct gp_strs loop_marks; /* values of X-Guildpost-Loop */
	struct gp_strs auth_results; /* values of Authentication-Results above the first Received, in order */
	bool autoresponder; /* X-Autoreply, X-Autorespond and the like present */
	bool list_headers; /* any List-* or Mailing-List field */
	struct gp_strs duplicates; /* names of fields that stand more than once and must not (RCV-20) */
	int received_count;
	/* body */
	char *text; /* readable text of the whole, LF line ends */
	char *own_text; /* without quotes, attribution, signature, footers */
	char *first_line; /* first own line, trimmed: the command line */
	char *excerpt; /* PRODUCT.md section 6; "" when nothing fits */
	bool question; /* own text asks something */
	bool encrypted, has_calendar;
	bool reaction; /* a part that only reacts to a post (RFC 9078; RCV-22) */
	struct gp_part *parts;
	size_t part_count;
	struct gp_bounced *bounces;
	size_t bounce_count;
	struct gp_calendar *calendars;
	size_t calendar_count;
	unsigned char delivery_sha256[32]; /* octets without the MTA's trace fields (DESIGN.md rule 11) */
	unsigned char body_sha256[32]; /* body only: tells a resend from a reused id (RCV-17) */
	/* verdict of the pre-scan: "" or why it was not parsed ("nesting", "parts", "header") */
	char *refused;
};

void gp_reading_init(struct gp_reading *reading); /* every string "" */
/* The message bears the id of another: it gets this one and cites the other first, so that both stand in one thread. */
void gp_reading_stand_beside(struct gp_reading *reading, const char *message_id);
void gp_reading_release(struct gp_reading *reading);
void gp_reading_encode(const struct gp_reading *reading, struct gp_buf *out);
/* PERM 5.6.0 when the octets are not what encode wrote (a broken child): *ret is then released. */
GP_MUST_CHECK enum gp_rc gp_reading_decode(
    const void *octets, size_t n, struct gp_reading *ret_reading, struct gp_err *err);
