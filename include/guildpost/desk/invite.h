/* invite.h - meetings: invitations out, answers in.  Floor: desk. */
#pragma once
#include "guildpost/desk/plan.h"
#include "guildpost/desk/sort.h"

struct gp_meeting_wish {
	const char *title, *start, *timezone; /* start on the wall of the zone: "2026-12-10T19:00" */
	int64_t duration; /* seconds */
	const char *repeat; /* "first thursday of the month", "" for once */
	const char *location, *agenda; /* "" for none */
};
/* Each is one transaction and a ledger row, then tells the members (gp_invite_run). by: "operator", "member:17".
 * PERM exit 64: no title, a start that is no time, in a gap of the clocks or past, an unknown zone, a repeat that cannot
 * be read or does not fit the start. PERM exit 67: no such meeting or date. */
GP_MUST_CHECK enum gp_rc gp_meeting_create(struct gp_desk *desk, const struct gp_space *space,
    const struct gp_meeting_wish *wish, const char *by, int64_t now, char ret_ref[24], struct gp_err *err);
/* date: the day of one instance, "2027-01-07"; NULL: the whole. */
GP_MUST_CHECK enum gp_rc gp_meeting_cancel(struct gp_desk *desk, const struct gp_space *space, const char *ref,
    const char *date, const char *by, int64_t now, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_meeting_move(struct gp_desk *desk, const struct gp_space *space, const char *ref,
    const char *date, const char *start, const char *by, int64_t now, struct gp_err *err);

/* Puts what members must still be told into the outbox, one mail a member, a few members a transaction; after a kill the
 * next call goes on where it stood. ret_sent may be NULL. */
GP_MUST_CHECK enum gp_rc gp_invite_run(struct gp_desk *desk, int64_t now, int64_t *ret_sent, struct gp_err *err);

/* A calendar REPLY, COUNTER or REFRESH to the space's calendar address, or the word yes, no, maybe to an r-token or as
 * the first line of a reply to it. Read although automatic (RCV-14). */
gp_arrival_handler gp_rsvp_take;
