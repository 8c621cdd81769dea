#include "desk/bounce.h"

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/bounce.h"
#include "guildpost/mail/dsn.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/bounce.h"
#include "guildpost/store/keep.h"
#include "guildpost/store/member.h"

#define DAY	  86400
#define HARD_DAYS 2 /* SND-06 */
#define BAD_DAYS  5
#define WINDOW	  (14 * DAY)
#define PIECE	  100 /* outcomes a transaction */
/* So many people at one provider within a day, and half of those who live there, do not die: the provider has trouble, or
 * with us. A provider in trouble for longer than three days in a fortnight is taken at its word. */
#define CROWD	  5
#define EVERYBODY 3 /* or all who live there, when they are so many */
#define CROWD_ALL 10 /* wherever they live */
#define MASS_DAYS 3
/* When who is suspended is asked whether mail gets through: after three days, then three times weekly, then each fourth
 * week for half a year. */
#define FIRST_PROBE  (3 * DAY)
#define PROBE_EXPIRY (28 * DAY)
#define PROBES_MOST  10

struct failure {
	int64_t member_id, outbox_id, now;
	const char *status, *verdict, *said;
	bool soft;
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
tell_stewards(struct gp_desk *desk, int64_t community_id, struct gp_notice *notice, int64_t except, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(main_space(desk, community_id, &space, err));
	notice->kind = "report";
	notice->space = space;
	return space != NULL ? gp_notice_stewards(desk, notice, except, err) : GP_OK;
}

static enum gp_rc
suspend(struct gp_desk *desk, const struct gp_member *member, const struct failure *failure, struct gp_err *err)
{
	const struct gp_var vars[] = { { "name", member->name }, { "address", member->address },
		{ "status", failure->status }, { "said", failure->said } };
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_suspend(desk->db, member->id, failure->status, failure->now, failure->now + FIRST_PROBE, err));
	gp_actor(member->id, number);
	gp_log(GP_LOG_INFO, "member.bouncing", "member", gp_log_int(member->id), "dsn", failure->status, NULL);
	GP_TRY(gp_note(desk, &(struct gp_note){ failure->now, member->community_id, 0, "robot", "member.bouncing" },
	    err, "who", number, "dsn", failure->status, NULL));
	return tell_stewards(desk, member->community_id,
	    &(struct gp_notice){
		.template_name = "member-bouncing", .vars = vars, .var_count = GP_COUNT(vars), .now = failure->now },
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

/* --- when many fail at once ------------------------------------------------------------------ */

static bool
is_crowd(const struct gp_bounce_crowd *crowd, int64_t least)
{
	return crowd->failing >= least && 2 * crowd->failing >= crowd->members && crowd->mass_days < MASS_DAYS;
}

/* domain "": the trouble is not one provider's. */
static enum gp_rc
forgive(struct gp_desk *desk, const struct gp_member *member, const char *domain, const struct gp_bounce_crowd *crowd,
    const struct failure *failure, struct gp_err *err)
{
	SCOPED(gp_free_str) char *failing = gp_printf("%lld", (long long)crowd->failing);
	SCOPED(gp_free_str) char *limit = gp_printf("mass %s", domain);
	const struct gp_var vars[] = { { "failing", failing }, { "domain", domain }, { "status", failure->status },
		{ "said", failure->said } };
	int64_t back;

	GP_TRY(gp_bounce_forgive(desk->db, member->community_id, domain, failure->now - DAY, &back, err));
	gp_log(GP_LOG_INFO, "bounce.mass", "domain", domain, "failing", failing, "back", gp_log_int(back), "dsn",
	    failure->status, NULL);
	if (crowd->failing <= CROWD || back > 0)
		GP_TRY(gp_note(desk, &(struct gp_note){ failure->now, member->community_id, 0, "robot", "bounce.mass" },
		    err, "domain", domain, "dsn", failure->status, NULL));
	return tell_stewards(desk, member->community_id,
	    &(struct gp_notice){ .template_name = "provider-trouble",
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.limit_kind = limit,
		.now = failure->now },
	    0, err);
}

/* *ret: this failure is one of many, and held against nobody (SND-06). */
static enum gp_rc
judge_crowd(struct gp_desk *desk, const struct gp_member *member, const char *domain, const struct failure *failure,
    bool *ret, struct gp_err *err)
{
	struct gp_bounce_crowd crowd;
	int64_t since = failure->now - DAY;

	GP_TRY(gp_bounce_crowd(desk->db, member->community_id, domain, since, failure->now, &crowd, err));
	*ret = is_crowd(&crowd, crowd.failing == crowd.members ? EVERYBODY : CROWD);
	if (*ret)
		return forgive(desk, member, domain, &crowd, failure, err);
	GP_TRY(gp_bounce_crowd(desk->db, member->community_id, "", since, failure->now, &crowd, err));
	*ret = is_crowd(&crowd, CROWD_ALL);
	return *ret ? forgive(desk, member, "", &crowd, failure, err) : GP_OK;
}

/* --- one failure ----------------------------------------------------------------------------- */

static enum gp_rc
judge_member(struct gp_desk *desk, const struct gp_member *member, const char *domain, const struct failure *failure,
    struct gp_err *err)
{
	int64_t hard, bad;
	bool one_of_many;

	if (strcmp(member->state, "active") != 0 && strcmp(member->state, "paused") != 0)
		return GP_OK;
	GP_TRY(judge_crowd(desk, member, domain, failure, &one_of_many, err));
	if (one_of_many)
		return GP_OK;
	GP_TRY(gp_bounce_days(desk->db, member->id, failure->now - WINDOW, &hard, &bad, err));
	return hard >= HARD_DAYS || bad >= BAD_DAYS ? suspend(desk, member, failure, err) : GP_OK;
}

/* What the report says, as it counts for this member. */
static enum gp_rc
weigh(struct gp_desk *desk, const struct failure *failure, const char **ret_counts, struct gp_err *err)
{
	struct gp_bounce_fact fact = { failure->status, failure->verdict, failure->soft, 0, failure->now };

	GP_TRY(gp_bounce_first(desk->db, failure->member_id, failure->status, failure->now - WINDOW, &fact.first, err));
	*ret_counts = gp_bounce_counts(&fact);
	return GP_OK;
}

/* Inside the write transaction. */
static enum gp_rc
judge(struct gp_desk *desk, const struct failure *failure, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct gp_bounce bounce = { .member_id = failure->member_id,
		.outbox_id = failure->outbox_id,
		.at = failure->now,
		.domain = "",
		.status = failure->status,
		.said = failure->said };
	bool fresh;

	GP_TRY(weigh(desk, failure, &bounce.verdict, err));
	if (failure->member_id != 0)
		GP_TRY(gp_member_load(desk->db, failure->member_id, &member, err));
	if (member != NULL) {
		bounce.community_id = member->community_id;
		bounce.domain = gp_address_domain(member->address_key);
	}
	GP_TRY(gp_bounce_add(desk->db, &bounce, &fresh, err));
	gp_log(GP_LOG_INFO, "bounce.counted", "member", gp_log_int(failure->member_id), "outbox",
	    gp_log_int(failure->outbox_id), "dsn", failure->status, "verdict", bounce.verdict, "again",
	    fresh ? NULL : "1", NULL);
	if (!fresh)
		return GP_OK;
	if (strcmp(bounce.verdict, "policy") == 0)
		return tell_policy(desk, failure, err);
	return member != NULL ? judge_member(desk, member, bounce.domain, failure, err) : GP_OK;
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
	failure.soft = bounced->soft;
	if (arrival->to->id != 0)
		GP_TRY(gp_copy_member(desk->db, failure.outbox_id, (int64_t)arrival->to->id, &failure.member_id, err));
	else
		GP_TRY(find_named(desk, arrival->to->space, bounced, &failure, err));
	failure.said = arrival->reading->first_line;
	return judge(desk, &failure, err);
}

/* --- what the smarthost itself said --------------------------------------------------------- */

static const char *
verdict_of(const struct gp_failure *found, bool *ret_soft)
{
	if (strcmp(found->result, "content") == 0)
		return "policy";
	if (strcmp(found->result, "expired") == 0)
		return "temporary";
	return gp_dsn_verdict(found->status, found->reply, ret_soft);
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
	failure.verdict = verdict_of(&found, &failure.soft);
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

/* --- asked whether mail gets through again ---------------------------------------------------- */

static int64_t
probe_after(int64_t probes)
{
	return probes <= 3 ? 7 * DAY : 28 * DAY;
}

static enum gp_rc
probe(struct gp_desk *desk, const struct gp_space *space, const struct gp_member *member, int64_t now, bool *ret_sent,
    struct gp_err *err)
{
	struct gp_request request = { .kind = "back",
		.space_id = space->id,
		.address = member->address,
		.name = member->name,
		.mode = (char[]){ "" },
		.expires_at = now + PROBE_EXPIRY };
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "reply_address", reply } };
	int64_t id;

	GP_TRY(gp_request_insert(desk->db, &request, now, &id, err));
	gp_token_make(&desk->keys, 'c', space->name, (uint64_t)id, request.expires_at, token);
	gp_space_address(space, token, reply);
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "notice",
		.template_name = "probe",
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member->id,
		.reply_ext = token,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = now },
	    ret_sent, err);
}

/* A mail that finds no place in the budget is tried the day after. */
static enum gp_rc
probe_one(struct gp_desk *desk, const struct gp_suspension *due, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t next = now + probe_after(due->probes + 1);
	bool sent = false;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_member_load(desk->db, due->member_id, &member, err));
	if (member != NULL)
		GP_TRY(main_space(desk, member->community_id, &space, err));
	if (space != NULL && strcmp(space->state, "open") == 0 && due->probes < PROBES_MOST)
		GP_TRY(probe(desk, space, member, now, &sent, err));
	else
		next = INT64_MAX; /* stewards see him in the brief */
	if (!sent && next != INT64_MAX)
		next = now + DAY;
	GP_TRY(gp_suspension_asked(desk->db, due->member_id, next, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

enum gp_rc
gp_probe_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	struct gp_suspension due;

	for (;;) {
		GP_TRY(gp_suspension_due(desk->db, now, &due, ret_next, err));
		if (due.member_id == 0)
			break;
		GP_TRY(probe_one(desk, &due, now, err));
	}
	if (*ret_next == INT64_MAX)
		*ret_next = 0;
	return GP_OK;
}

enum gp_rc
gp_probe_answered(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_member_by_address(desk->db, space->community_id, request->address, &member, err));
	if (member == NULL || strcmp(member->state, "bouncing") != 0)
		return gp_drop(desk, arrival, "is not suspended", err);
	free(member->state);
	member->state = gp_strdup(member->paused_until > arrival->now ? "paused" : "active");
	GP_TRY(gp_member_update(desk->db, member, err));
	gp_actor(member->id, actor);
	gp_log(GP_LOG_INFO, "member.back", "sid", arrival->row->session, "member", gp_log_int(member->id), NULL);
	GP_TRY(gp_note(desk, &(struct gp_note){ arrival->now, member->community_id, 0, actor, "member.back" }, err,
	    "after", "bounces", NULL));
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = "back-again",
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member->id,
		.in_reply_to = arrival->reading->message_id_made ? NULL : arrival->reading->message_id,
		.now = arrival->now },
	    NULL, err);
}
