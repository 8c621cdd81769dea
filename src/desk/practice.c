#include "guildpost/desk/brief.h"

#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/notice.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/brief.h"
#include "guildpost/store/member.h"
#include "guildpost/store/setting.h"

#define DAY   86400
#define PIECE 50 /* questions a day: nobody is in a hurry */

static enum gp_rc
update_levels(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs names = { 0 };

	GP_TRY(gp_community_list(desk->db, &names, err));
	for (size_t i = 0; i < names.count; i++) {
		SCOPED(gp_community_free) struct gp_community *community = NULL;
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
		int64_t changed;

		GP_TRY(gp_tx_begin(desk->db, &tx, err));
		GP_TRY(gp_community_find(desk->db, names.v[i], &community, err));
		GP_TRY(gp_levels_update(desk->db, community->id, now, &changed, err));
		GP_TRY(gp_tx_commit(&tx, err));
		if (changed > 0)
			gp_log(GP_LOG_INFO, "practice.levels", "community", names.v[i], "changed", gp_log_int(changed),
			    NULL);
	}
	return GP_OK;
}

/* One question in a life (PRODUCT.md section 4); without room in the budget the next letter asks it. */
static enum gp_rc
ask_each(struct gp_desk *desk, int64_t member_id, int64_t space_id, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char each[GP_ADDRESS_MAX], actor[GP_ACTOR_SIZE];
	const struct gp_var vars[] = { { "each_address", each } };
	bool sent;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	GP_TRY(gp_space_load(desk->db, space_id, &space, err));
	gp_space_address(space, "each", each);
	GP_TRY(gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "notice",
		.template_name = "each-offer",
		.ride = "digest-personal-each",
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member_id,
		.reply_ext = "request",
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = now },
	    &sent, err));
	if (!sent)
		return GP_OK;
	GP_TRY(gp_asked_once(desk->db, member_id, "each", now, err));
	gp_actor(member_id, actor);
	GP_TRY(gp_note(desk, &(struct gp_note){ now, space->community_id, space_id, "robot", "member.asked" }, err,
	    "who", actor, "what", "each", NULL));
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
ask_often(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	int64_t member_id = 0, space_id;

	for (int i = 0; i < PIECE; i++) {
		GP_TRY(gp_often_next(desk->db, now, member_id, &member_id, &space_id, err));
		if (member_id == 0)
			return GP_OK;
		GP_TRY(ask_each(desk, member_id, space_id, now, err));
	}
	return GP_OK;
}

static enum gp_rc
remember(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_printf("%lld", (long long)now);
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_setting_put(desk->db, "practice_at", text, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_practice_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = NULL;
	int64_t last;

	GP_TRY(gp_setting_get(desk->db, "practice_at", &text, err));
	last = text != NULL ? strtoll(text, NULL, 10) : 0;
	if (now - last >= DAY || now < last) {
		GP_TRY(update_levels(desk, now, err));
		GP_TRY(ask_often(desk, now, err));
		GP_TRY(remember(desk, now, err));
		gp_bell_ring(desk->db, "deliver");
		last = now;
	}
	*ret_next = last + DAY;
	return GP_OK;
}
