/* invite_mail.h - what invite.c and rsvp.c share.  Floor: desk. */
#pragma once
#include "guildpost/desk/invite.h"

/* One mail about a meeting, to many members or to one. */
struct invite {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_meeting *meeting;
	const struct gp_plan *plan;
	bool cancel;
	bool single; /* one date of a series is meant */
	struct gp_wall occurrence, only_start; /* of a single one: its first start, where it stands */
	int64_t start; /* the date that the text speaks of */
	int64_t until; /* the last instant that the series needs */
	int64_t now;
};
/* meeting->owed says what is meant. *ret_any false: everything is past, there is nothing to tell. */
void invite_prepare(struct gp_desk *desk, const struct gp_space *space, const struct gp_meeting *meeting,
    const struct gp_plan *plan, int64_t now, struct invite *ret, bool *ret_any);
/* Puts the mail of one member into the outbox; inside a write transaction. The invitation has its id and msgid. */
GP_MUST_CHECK enum gp_rc invite_send(const struct invite *invite, const struct gp_invitee *invitee, struct gp_err *err);
/* The address that takes this member's word. */
void invite_answer_address(const struct invite *invite, int64_t invitation_id, char token[GP_TOKEN_SIZE], char *out);
