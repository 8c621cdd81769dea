/* The word that a request waited for: what was asked by mail is done when its answer comes. Who knows all who ask. */
#include "desk/bounce.h"
#include "desk/enrol_mail.h"
#include "desk/handlers.h"
#include "desk/wish.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/command.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
#include "guildpost/store/former.h"
#include "guildpost/store/request.h"

/* --- back within a week --------------------------------------------------------------------- */

struct reopening {
	int64_t left_at, space[100];
	size_t count;
};

static enum gp_rc
take_space(void *context, const struct gp_consent *consent, struct gp_err *err)
{
	struct reopening *reopening = context;

	(void)err;
	if (consent->withdrawn_at == reopening->left_at && reopening->count < GP_COUNT(reopening->space))
		reopening->space[reopening->count++] = consent->space_id;
	return GP_OK;
}

static enum gp_rc
reopen_space(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request,
    int64_t member_id, int64_t space_id, struct gp_err *err)
{
	const struct gp_consent consent = { .member_id = member_id,
		.space_id = space_id,
		.how = "undone",
		.at = arrival->now,
		.request_id = request->id,
		.msgid = arrival->reading->message_id,
		.notice = "" };
	struct gp_subscription open;

	GP_TRY(gp_subscription_find(desk->db, space_id, member_id, &open, err));
	if (open.id != 0)
		return GP_OK;
	GP_TRY(gp_subscription_last_mode(desk->db, space_id, member_id, open.mode, err));
	if (open.mode[0] == '\0')
		return GP_OK;
	GP_TRY(gp_subscription_put(desk->db, space_id, member_id, open.mode, arrival->now, err));
	return gp_consent_add(desk->db, &consent, err);
}

/* Who left the community left all its spaces, each of which they had agreed to. */
static enum gp_rc
reopen(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, int64_t member_id,
    struct gp_err *err)
{
	struct reopening reopening = { .left_at = request->created_at };

	GP_TRY(gp_consent_list(desk->db, member_id, take_space, &reopening, err));
	for (size_t i = 0; i < reopening.count; i++)
		GP_TRY(reopen_space(desk, arrival, request, member_id, reopening.space[i], err));
	return GP_OK;
}

/* --- joining and leaving --------------------------------------------------------------------- */

/* by: the steward who let them in; NULL: nobody but themselves. */
static enum gp_rc
admit_and_welcome(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request,
    const char *by, bool back, struct gp_err *err)
{
	size_t mode = strcspn(request->mode, "\n");
	int64_t member_id;

	GP_TRY(enrol_admit(desk, arrival, request, by, &member_id, err));
	/* What else was asked for with the joining. */
	GP_TRY(gp_command_fulfil(desk, arrival, request->address, request->mode + mode, err));
	if (back)
		GP_TRY(reopen(desk, arrival, request, member_id, err));
	return enrol_welcome(desk, arrival, member_id, back, err);
}

/* Where joining is `approved` the steward's yes is wanted, once the address is known to be right. */
static enum gp_rc
ask_stewards(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "from_name", request->name }, { "from_address", request->address },
		{ "reply_address", reply } };

	GP_TRY(enrol_request(desk, space,
	    &(struct gp_request){ .kind = "approve",
		.address = request->address,
		.name = request->name,
		.mode = request->mode,
		.follows = request->id },
	    arrival->now, token, err));
	gp_space_address(space, token, reply);
	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "held",
		.template_name = "join-approve",
		.space = space,
		.reply_ext = token,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = arrival->now },
	    0, err);
}

static enum gp_rc
confirmed_join(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	if (strcmp(arrival->to->space->joining, "approved") == 0)
		return ask_stewards(desk, arrival, request, err);
	return admit_and_welcome(desk, arrival, request, NULL, false, err);
}

static enum gp_rc
approved(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	int yes = gp_command_yes_no(arrival->reading->first_line);
	const struct gp_space *space = arrival->to->space;
	char actor[GP_ACTOR_SIZE];

	gp_arrival_actor(arrival, actor);
	if (yes > 0)
		return admit_and_welcome(desk, arrival, request, actor, false, err);
	return gp_note(
	    desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "join.refused" }, err, NULL);
}

static enum gp_rc
confirmed_leave(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char key[GP_ADDRESS_MAX], actor[GP_ACTOR_SIZE];

	GP_TRY(gp_address_key(request->address, key, err));
	GP_TRY(gp_member_find(desk->db, arrival->to->space->community_id, key, &member, err));
	if (member == NULL)
		return gp_drop(desk, arrival, "was no member", err);
	gp_actor(member->id, actor);
	return enrol_leave_now(desk, arrival, member->id, actor, err);
}

static enum gp_rc
undone(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	return admit_and_welcome(desk, arrival, request, NULL, true, err);
}

/* --- any of them ---------------------------------------------------------------------------- */

static bool
declines(const struct gp_request *request)
{
	return strcmp(request->kind, "join") == 0 || strcmp(request->kind, "leave") == 0 ||
	       strcmp(request->kind, "wish") == 0 || strcmp(request->kind, "agree") == 0 ||
	       strcmp(request->kind, "mend") == 0;
}

/* Who does not want to join is not asked again (desk/enrol_ask.c), and no more is kept of them than that. A member who is
 * asked by somebody else's doing stays one. */
static enum gp_rc
declined(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	int64_t community_id = arrival->to->space->community_id;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char key[GP_ADDRESS_MAX], actor[GP_ACTOR_SIZE];

	GP_TRY(gp_drop(desk, arrival, "declined", err));
	if (strcmp(request->kind, "join") != 0)
		return GP_OK;
	GP_TRY(gp_address_key(request->address, key, err));
	GP_TRY(gp_member_find(desk->db, community_id, key, &member, err));
	if (member != NULL && strcmp(member->state, "left") != 0 && strcmp(member->state, "unconfirmed") != 0)
		return GP_OK;
	if (member != NULL && strcmp(member->state, "unconfirmed") == 0) {
		gp_actor(member->id, actor);
		GP_TRY(gp_enrol_part(desk, member->id, actor, arrival->now, err));
		GP_TRY(gp_depart(desk->db, member, arrival->now, err));
	}
	return gp_former_put(desk->db, community_id, key,
	    &(struct gp_former){ .why = "declined", .member_id = member != NULL ? member->id : 0, .at = arrival->now },
	    err);
}

static enum gp_rc
confirm(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	static const struct {
		const char *kind;
		enum gp_rc (*act)(struct gp_desk *desk, const struct gp_arrival *arrival,
		    const struct gp_request *request, struct gp_err *err);
	} kinds[] = { { "join", confirmed_join }, { "leave", confirmed_leave }, { "undo", undone },
		{ "wish", gp_command_confirmed }, { "approve", approved }, { "back", gp_probe_answered },
		{ "agree", wish_agreed }, { "mend", gp_mend_confirmed } };
	SCOPED(gp_request_release) struct gp_request request = { .id = 0 };
	bool no;

	/* An auto-reply to our question confirms nothing (RCV-14). */
	if (gp_kind_is_automatic(arrival->kind))
		return gp_drop(desk, arrival, gp_kind_name(arrival->kind), err);
	if (arrival->to->token == GP_TOKEN_EXPIRED)
		return gp_answer_expired(desk, arrival, err);
	GP_TRY(gp_request_load(desk->db, (int64_t)arrival->to->id, &request, err));
	if (request.id == 0 || request.settled)
		return gp_drop(desk, arrival, "confirmed already", err);
	/* Whatever is written confirms, but for a plain no to what would change something. Where several must say yes, a no
	 * keeps their wish waiting for ever. */
	no = declines(&request) && gp_command_yes_no(arrival->reading->first_line) < 0;
	if (!no || strcmp(request.kind, "agree") != 0)
		GP_TRY(gp_request_settle(desk->db, request.id, arrival->reading->message_id, arrival->now, err));
	if (no)
		return declined(desk, arrival, &request, err);
	for (size_t i = 0; i < GP_COUNT(kinds); i++)
		if (strcmp(kinds[i].kind, request.kind) == 0)
			return kinds[i].act(desk, arrival, &request, err);
	return gp_fail(err, "5.3.0", "a request of an unknown kind");
}

/* A confirmation, or the token of List-Unsubscribe. */
enum gp_rc
gp_enrol_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_resolved *to = arrival->to;

	*ret_taken = to->route.to == GP_TO_SECRET && (to->purpose == 'c' || to->purpose == 'x');
	if (!*ret_taken)
		return GP_OK;
	return to->purpose == 'c' ? confirm(desk, arrival, err) : enrol_leave_by_token(desk, arrival, err);
}
