#include "guildpost/desk/errand.h"

#include "desk/errand_step.h"
#include "guildpost/base/log.h"

#define STEPS 200 /* in one round: mail goes on in between */
#define HOUR  3600

static enum gp_rc
end(struct gp_desk *desk, int64_t id, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_errand_end(desk->db, id, err));
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
step(struct gp_desk *desk, const struct gp_errand *errand, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;

	GP_TRY(gp_member_load(desk->db, errand->member_id, &member, err));
	if (member == NULL)
		return end(desk, errand->id, err);
	return (strcmp(errand->what, "export") == 0 ? export_step : forget_step)(desk, errand, member, now, err);
}

/* What cannot be done now waits an hour and keeps no other errand waiting. */
static enum gp_rc
put_off(struct gp_desk *desk, const struct gp_errand *errand, int64_t now, const struct gp_err *why, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_errand later = *errand;

	gp_log(GP_LOG_ERROR, "errand.later", "what", errand->what, "member", gp_log_int(errand->member_id), "dsn",
	    why->status, "why", why->text, "detail", why->detail[0] != '\0' ? why->detail : NULL, NULL);
	later.next_at = now + HOUR;
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_errand_move(desk->db, &later, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_errand_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	for (int i = 0; i < STEPS; i++) {
		SCOPED(gp_errand_release) struct gp_errand errand = { .id = 0 };
		struct gp_err why = { .text = "" };
		bool due;

		GP_TRY(gp_errand_next(desk->db, now, &errand, &due, err));
		*ret_next = errand.next_at;
		if (!due)
			return GP_OK;
		if (step(desk, &errand, now, &why) != GP_OK)
			GP_TRY(put_off(desk, &errand, now, &why, err));
	}
	*ret_next = now + 1;
	return GP_OK;
}
