/* handlers.h - what sort.c hands mail to, beside the handlers of the public headers; and the answers they share.
 * Floor: desk. */
#pragma once
#include "guildpost/desk/notice.h"
#include "guildpost/desk/sort.h"

gp_arrival_handler gp_bounce_take; /* a report to the envelope sender of a copy */
gp_arrival_handler gp_complaint_take; /* a provider says that a member called our mail spam (RFC 5965) */
gp_arrival_handler gp_mend_take; /* the word of a steward about conversations */
gp_arrival_handler gp_moderate_take; /* the word of a steward about a held post */
gp_arrival_handler gp_operator_take; /* mail to postmaster@ and abuse@ */
gp_arrival_handler gp_steward_take; /* mail to the stewards */

/* The member whom our own token in the report names gets no more mail of the community; its stewards are told, the member
 * is not (LST-21). *ret_done false: no token of ours stands in it, and nothing was changed. */
GP_MUST_CHECK enum gp_rc gp_complaint_act(
    struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_done, struct gp_err *err);

/* That word again, confirmed: request->mode has it, request->address is whose it is. */
struct gp_request;
GP_MUST_CHECK enum gp_rc gp_mend_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err);

/* Ends with a ledger line and nothing else (RCV-10): act "mail.dropped". */
GP_MUST_CHECK enum gp_rc gp_drop(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *why, struct gp_err *err);

/* May this mail be answered by a robot? Not a machine's, a list's, or one without a usable author (RCV-14, RCV-15). */
bool gp_answerable(const struct gp_arrival *arrival);

/* An answer to the author of an arrival, when it may be answered; limit_kind counts for authors without proof (RCV-16). */
struct gp_answer {
	const char *template_name, *kind, *limit_kind, *reply_ext;
	bool limited; /* limit_kind counts for a proved author, too */
	const struct gp_var *vars;
	size_t var_count;
};
GP_MUST_CHECK enum gp_rc gp_answer(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_answer *answer, struct gp_err *err);
/* To an address that has had its time. */
GP_MUST_CHECK enum gp_rc gp_answer_expired(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err);

/* "member:17" for a known author, else "stranger". */
void gp_arrival_actor(const struct gp_arrival *arrival, char out[32]);
