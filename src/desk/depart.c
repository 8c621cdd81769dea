/* Whoever has left can come back by one word for a week; after that no more is kept of them than a keyed hash of the address,
 * by which they are known if they write again, and not invited (SUB-09). Posts stay with their author's name, as every
 * reader has them; mail that passed stays for its 90 days; consents and the ledger name a number. */
#include "guildpost/base/mem.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/store/former.h"
#include "guildpost/store/member.h"

#define DAY	  86400
#define UNDO_DAYS 7 /* ADR-08 */
#define MARGIN	  3600 /* seconds: an undo that came in time may still lie in the inbox */

static enum gp_rc
one_more(void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err)
{
	(void)space_name;
	(void)subscription;
	(void)err;
	++*(int *)context;
	return GP_OK;
}

/* Who is in a space again by whatever way, or has something to do here, stays. */
static enum gp_rc
stays(struct gp_desk *desk, const struct gp_member *member, bool *ret, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs roles = { 0 };
	int spaces = 0;

	GP_TRY(gp_subscription_list(desk->db, member->id, one_more, &spaces, err));
	GP_TRY(gp_role_list(desk->db, member->id, &roles, err));
	*ret = spaces > 0 || roles.count > 0;
	return GP_OK;
}

static enum gp_rc
depart(struct gp_desk *desk, struct gp_member *member, int64_t now, struct gp_err *err)
{
	char number[GP_ACTOR_SIZE];

	gp_actor(member->id, number);
	if (strcmp(member->state, "left") != 0)
		GP_TRY(gp_enrol_part(desk, member->id, "robot", now, err));
	GP_TRY(gp_depart(desk->db, member, now, err));
	return gp_note(desk, &(struct gp_note){ now, member->community_id, 0, "robot", "member.depart" }, err, "who",
	    number, NULL);
}

static enum gp_rc
depart_one(struct gp_desk *desk, int64_t member_id, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	bool stay;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	if (member == NULL || member->left_at == 0)
		return GP_OK;
	GP_TRY(stays(desk, member, &stay, err));
	if (stay) {
		member->left_at = 0;
		GP_TRY(gp_member_update(desk->db, member, err));
	} else {
		GP_TRY(depart(desk, member, now, err));
	}
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_depart_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	const int64_t wait = UNDO_DAYS * DAY + MARGIN;

	for (;;) {
		int64_t member_id;

		GP_TRY(gp_departing_next(desk->db, now - wait, &member_id, ret_next, err));
		if (*ret_next != 0)
			*ret_next += wait;
		if (member_id == 0)
			return GP_OK;
		GP_TRY(depart_one(desk, member_id, now, err));
	}
}
