#include "desk/brief_mail.h"
#include "desk/hold.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/notice.h"
#include "guildpost/store/brief.h"
#include "guildpost/store/member.h"

#define DAY 86400 /* between two such mails */

/* --- what waits ------------------------------------------------------------------------------ */

struct round {
	struct gp_desk *desk;
	struct brief brief;
	bool sent;
};

static enum gp_rc
send_to(void *context, const struct gp_member *steward, struct gp_err *err)
{
	struct round *round = context;
	bool sent;

	GP_TRY(brief_send(round->desk, &round->brief, steward, &sent, err));
	round->sent = round->sent || sent;
	return GP_OK;
}

/* Nobody looks after it: whoever runs the machine hears that something waits, and settles it there. */
static enum gp_rc
tell_operator(const struct round *round, const struct gp_held_many *due, struct gp_err *err)
{
	char count[24];
	const struct gp_var vars[] = { { "held_count", count } };

	(void)snprintf(count, sizeof(count), "%lld", (long long)(due->fresh + due->again));
	return gp_notice_operator(round->desk,
	    &(struct gp_notice){ .kind = "held",
		.template_name = "held-nobody",
		.space = round->brief.space,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = round->brief.now },
	    err);
}

static enum gp_rc
list_them(
    struct gp_desk *desk, const struct gp_space *space, const struct gp_held_many *due, int64_t now, struct gp_err *err)
{
	struct round round = { .desk = desk, .brief = { .kind = "held", .now = now, .space = space } };

	GP_TRY(gp_brief_insert(desk->db, space->community_id, "held", now, &round.brief.id, err));
	GP_TRY(gp_member_with_role(desk->db, space->community_id, "steward", send_to, &round, err));
	if (!round.sent) {
		GP_TRY(brief_number(desk, &round.brief, err));
		GP_TRY(tell_operator(&round, due, err));
	}
	gp_log(GP_LOG_INFO, "held.listed", "space", space->name, "new", gp_log_int(due->fresh), "again",
	    gp_log_int(due->again), NULL);
	return gp_held_many_shown(desk->db, round.brief.id, now, err);
}

/* --- what was settled ------------------------------------------------------------------------ */

struct settled {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_member *steward;
	struct gp_buf lines;
	int64_t now;
};

static enum gp_rc
decider(struct gp_desk *desk, const char *by, struct gp_member **ret, struct gp_err *err)
{
	long long id;

	return sscanf(by, "member:%lld", &id) == 1 ? gp_member_load(desk->db, id, ret, err) : GP_OK;
}

static enum gp_rc
add_settled(void *context, const struct gp_held *held, struct gp_err *err)
{
	struct settled *s = context;
	SCOPED(gp_member_free) struct gp_member *by = NULL;
	const char *states[] = { "freed", "refused", "returned" };
	struct gp_var vars[GP_COUNT(states) + 4];
	size_t n = 0;

	GP_TRY(decider(s->desk, held->settled_by, &by, err));
	if (by != NULL && by->id == s->steward->id)
		return GP_OK;
	for (; n < GP_COUNT(states); n++)
		vars[n] = (struct gp_var){ states[n], strcmp(states[n], held->state) == 0 ? "1" : "" };
	vars[n++] = (struct gp_var){ "by", by == NULL ? "" : *by->name != '\0' ? by->name : by->address };
	vars[n++] = (struct gp_var){ "subject", held->subject };
	vars[n++] = (struct gp_var){ "name", held->from_name };
	vars[n++] = (struct gp_var){ "address", held->from_address };
	return gp_template_render(s->desk->templates,
	    *s->steward->language != '\0' ? s->steward->language : s->space->language, "held-settled-line", vars, n,
	    NULL, &s->lines, err);
}

static void
settled_release(struct settled *s)
{
	gp_buf_release(&s->lines);
}

static enum gp_rc
tell_settled(void *context, const struct gp_member *steward, struct gp_err *err)
{
	const struct round *round = context;
	SCOPED(settled_release)
	struct settled s = { round->desk, round->brief.space, steward, GP_BUF_INIT(256 * 1024), round->brief.now };

	GP_TRY(gp_held_untold(s.desk->db, s.space->community_id, add_settled, &s, err));
	if (s.lines.len == 0)
		return GP_OK;
	gp_buf_cut(&s.lines, s.lines.len - 1);
	const struct gp_var vars[] = { { "lines", s.lines.data } };
	return gp_notice_send(s.desk,
	    &(struct gp_notice){ .kind = "held",
		.template_name = "held-settled-many",
		.space = s.space,
		.to_name = steward->name,
		.to_address = steward->address,
		.member_id = steward->id,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = s.now },
	    NULL, err);
}

/* --- by the clock ---------------------------------------------------------------------------- */

static enum gp_rc
count_one(void *context, const struct gp_held *held, struct gp_err *err)
{
	(void)held;
	(void)err;
	*(int64_t *)context += 1;
	return GP_OK;
}

/* When the next is due: at once for what nobody has seen, but a day after the last one. */
static int64_t
next_due(const struct gp_held_many *due, int64_t last, int64_t now)
{
	int64_t wanted = due->fresh > 0 ? now : due->oldest != 0 ? due->oldest + GP_HELD_SECOND_CALL : 0;

	return wanted != 0 && wanted < last + DAY ? last + DAY : wanted;
}

static enum gp_rc
tick_community(struct gp_desk *desk, int64_t community_id, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_held_many due;
	struct round round = { .desk = desk };
	int64_t last, untold = 0;

	*ret_next = 0;
	GP_TRY(brief_space(desk, community_id, &space, err));
	if (space == NULL)
		return GP_OK;
	round.brief = (struct brief){ .space = space, .now = now };
	GP_TRY(gp_held_many_due(desk->db, community_id, now - GP_HELD_SECOND_CALL, &due, err));
	GP_TRY(gp_held_untold(desk->db, community_id, count_one, &untold, err));
	GP_TRY(gp_brief_last(desk->db, community_id, "held", &last, err));
	*ret_next = next_due(&due, last, now);
	if (untold == 0 && (*ret_next == 0 || *ret_next > now))
		return GP_OK;
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_member_with_role(desk->db, community_id, "steward", tell_settled, &round, err));
	GP_TRY(gp_held_told(desk->db, community_id, err));
	if (*ret_next != 0 && *ret_next <= now) {
		GP_TRY(list_them(desk, space, &due, now, err));
		*ret_next = now + DAY;
	}
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

enum gp_rc
gp_held_many_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs names = { 0 };
	bool any;

	*ret_next = 0;
	GP_TRY(gp_held_many_any(desk->db, &any, err));
	if (!any)
		return GP_OK;
	GP_TRY(gp_community_list(desk->db, &names, err));
	for (size_t i = 0; i < names.count; i++) {
		SCOPED(gp_community_free) struct gp_community *community = NULL;
		int64_t next;

		GP_TRY(gp_community_find(desk->db, names.v[i], &community, err));
		GP_TRY(tick_community(desk, community->id, now, &next, err));
		if (next != 0 && (*ret_next == 0 || next < *ret_next))
			*ret_next = next;
	}
	return GP_OK;
}
