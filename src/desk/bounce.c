#include "desk/bounce.h"

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/dsn.h"
#include "guildpost/store/keep.h"
#include "guildpost/store/member.h"
#include "guildpost/store/request.h"

#define DAY	  86400
#define HARD_DAYS 2 /* SND-06 */
#define BAD_DAYS  5
#define WINDOW	  (14 * DAY)
#define PIECE	  100 /* outcomes a transaction */

struct failure {
	int64_t member_id, outbox_id, now;
	const char *status, *verdict, *said;
};

/* Everything of a member goes through one of the spaces; the main one speaks for the community. */
static enum gp_rc
main_space(struct gp_desk *desk, int64_t community_id, struct gp_space **ret, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;

	GP_TRY(gp_community_load(desk->db, community_id, &community, err));
	return community == NULL ? GP_OK : gp_space_find(desk->db, community->name, ret, err);
}

static enum gp_rc
suspend(struct gp_desk *desk, struct gp_member *member, const struct failure *failure, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	const struct gp_var vars[] = { { "name", member->name }, { "address", member->address },
		{ "status", failure->status }, { "said", failure->said } };
	char number[GP_ACTOR_SIZE];

	free(member->state);
	member->state = gp_strdup("bouncing");
	GP_TRY(gp_member_update(desk->db, member, err));
	gp_actor(member->id, number);
	gp_log(GP_LOG_INFO, "member.bouncing", "member", gp_log_int(member->id), "dsn", failure->status, NULL);
	GP_TRY(gp_note(desk, &(struct gp_note){ failure->now, member->community_id, 0, "robot", "member.bouncing" },
	    err, "who", number, "dsn", failure->status, NULL));
	GP_TRY(main_space(desk, member->community_id, &space, err));
	if (space == NULL)
		return GP_OK;
	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "member-bouncing",
		.space = space,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = failure->now },
	    member->id, err);
}

/* Blames the message or us, never the member: the operator hears of it, once a day at most (SND-05). */
static enum gp_rc
tell_policy(struct gp_desk *desk, const struct failure *failure, struct gp_err *err)
{
	const struct gp_var vars[] = { { "status", failure->status }, { "said", failure->said } };

	return gp_notice_operator(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "policy-refusal",
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.limit_kind = "policy",
		.now = failure->now },
	    err);
}

/* Inside the write transaction. */
static enum gp_rc
judge(struct gp_desk *desk, const struct failure *failure, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	int64_t hard, bad;

	gp_log(GP_LOG_INFO, "bounce.counted", "member", gp_log_int(failure->member_id), "outbox",
	    gp_log_int(failure->outbox_id), "dsn", failure->status, "verdict", failure->verdict, NULL);
	GP_TRY(gp_bounce_add(
	    desk->db, failure->member_id, failure->outbox_id, failure->status, failure->verdict, failure->now, err));
	if (strcmp(failure->verdict, "policy") == 0)
		return tell_policy(desk, failure, err);
	if (failure->member_id == 0)
		return GP_OK;
	GP_TRY(gp_bounce_days(desk->db, failure->member_id, failure->now - WINDOW, &hard, &bad, err));
	if (hard < HARD_DAYS && bad < BAD_DAYS)
		return GP_OK;
	GP_TRY(gp_member_load(desk->db, failure->member_id, &member, err));
	if (member == NULL || (strcmp(member->state, "active") != 0 && strcmp(member->state, "paused") != 0))
		return GP_OK;
	return suspend(desk, member, failure, err);
}

/* What counts of a report is its gravest recipient; most name one (SND-04). */
static const struct gp_bounced *
gravest(const struct gp_reading *reading)
{
	static const char *const order[] = { "permanent", "policy", "temporary" };

	for (size_t v = 0; v < GP_COUNT(order); v++)
		for (size_t i = 0; i < reading->bounce_count; i++)
			if (strcmp(reading->bounces[i].verdict, order[v]) == 0)
				return &reading->bounces[i];
	return NULL;
}

/* Of a copy that many shared, the token names the row only: whoever had the copy could send such a report about another.
 * So it counts as a passing failure at most, on whoever the report names. */
static enum gp_rc
find_named(struct gp_desk *desk, const struct gp_space *space, const struct gp_bounced *bounced,
    struct failure *failure, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;

	GP_TRY(gp_member_by_address(desk->db, space->community_id, bounced->recipient, &member, err));
	failure->member_id = member != NULL ? member->id : 0;
	if (strcmp(failure->verdict, "permanent") == 0)
		failure->verdict = "temporary";
	return GP_OK;
}

/* The token says whose copy it was; without one a report changes nothing (SEC-05). */
enum gp_rc
gp_bounce_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_bounced *bounced = gravest(arrival->reading);
	struct failure failure = { .outbox_id = (int64_t)arrival->to->outbox_id, .now = arrival->now };

	*ret_taken = true;
	if (arrival->to->route.token[0] == '\0')
		return gp_drop(desk, arrival, "a report without a token", err);
	if (arrival->kind != GP_KIND_BOUNCE)
		return gp_drop(desk, arrival, gp_kind_name(arrival->kind), err);
	if (bounced == NULL)
		return gp_drop(desk, arrival, "a report of no failure", err);
	failure.status = bounced->status;
	failure.verdict = bounced->verdict;
	if (arrival->to->id != 0)
		GP_TRY(gp_copy_member(desk->db, failure.outbox_id, (int64_t)arrival->to->id, &failure.member_id, err));
	else
		GP_TRY(find_named(desk, arrival->to->space, bounced, &failure, err));
	failure.said = arrival->reading->first_line;
	return judge(desk, &failure, err);
}

/* --- what the smarthost itself said --------------------------------------------------------- */

static const char *
verdict_of(const struct gp_failure *found)
{
	if (strcmp(found->result, "content") == 0)
		return "policy";
	if (strcmp(found->result, "expired") == 0)
		return "temporary";
	return gp_dsn_verdict(found->status, found->reply);
}

static enum gp_rc
judge_next(struct gp_desk *desk, int64_t now, bool *ret_found, struct gp_err *err)
{
	SCOPED(gp_failure_release) struct gp_failure found = { 0 };
	struct failure failure = { .now = now };

	GP_TRY(gp_failure_next(desk->db, &found, ret_found, err));
	if (!*ret_found)
		return GP_OK;
	failure.outbox_id = found.outbox_id;
	failure.status = found.status;
	failure.said = found.reply;
	failure.verdict = verdict_of(&found);
	GP_TRY(gp_copy_member(desk->db, found.outbox_id, found.recipient_key, &failure.member_id, err));
	GP_TRY(judge(desk, &failure, err));
	return gp_failure_seen(desk->db, &found, err);
}

static enum gp_rc
judge_piece(struct gp_desk *desk, int64_t now, bool *ret_found, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	*ret_found = true;
	for (int i = 0; i < PIECE && *ret_found; i++)
		GP_TRY(judge_next(desk, now, ret_found, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_bounce_tick(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	SCOPED(gp_failure_release) struct gp_failure peek = { 0 };
	bool found;

	/* No write transaction while there is nothing to write. */
	GP_TRY(gp_failure_next(desk->db, &peek, &found, err));
	if (!found)
		return GP_OK;
	while (found)
		GP_TRY(judge_piece(desk, now, &found, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}
