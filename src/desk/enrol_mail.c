#include <strings.h>

#include "desk/bounce.h"
#include "desk/enrol_mail.h"
#include "desk/handlers.h"
#include "desk/wish.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/command.h"
#include "guildpost/desk/digest.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
#include "guildpost/store/former.h"
#include "guildpost/store/request.h"

#define DAY	  86400
#define UNDO_DAYS 7 /* ADR-08 */

/* --- what the mails say --------------------------------------------------------------------- */

/* The template chooses by the mode's name which sentence it says. */
struct mode_vars {
	struct gp_var vars[6];
};

static struct mode_vars
mode_vars(const char *mode)
{
	static const char *const names[][2] = { { "mode_each", "each" }, { "mode_daily", "daily" },
		{ "mode_weekly", "weekly" }, { "mode_monthly", "monthly" }, { "mode_meetings", "meetings" },
		{ "mode_none", "none" } };
	struct mode_vars out = { 0 };

	for (size_t i = 0; i < GP_COUNT(names); i++)
		out.vars[i] = (struct gp_var){ names[i][0], strcmp(mode, names[i][1]) == 0 ? "1" : "" };
	return out;
}

struct addresses {
	char join[GP_ADDRESS_MAX], leave[GP_ADDRESS_MAX], steward[GP_ADDRESS_MAX];
};

static struct addresses
addresses_of(const struct gp_space *space)
{
	struct addresses out = { 0 };

	gp_space_address(space, "join", out.join);
	gp_space_address(space, "leave", out.leave);
	gp_space_address(space, "steward", out.steward);
	return out;
}

/* --- a request that waits for a word -------------------------------------------------------- */

static enum gp_rc
add_request(struct gp_desk *desk, const struct gp_space *space, const struct gp_request *what, int64_t now,
    char token[GP_TOKEN_SIZE], struct gp_err *err)
{
	struct gp_request request = *what;
	int64_t id;

	request.space_id = space->id;
	request.expires_at = now + UNDO_DAYS * DAY;
	GP_TRY(gp_request_insert(desk->db, &request, now, &id, err));
	gp_token_make(&desk->keys, 'c', space->name, (uint64_t)id, request.expires_at, token);
	return GP_OK;
}

/* --- joining -------------------------------------------------------------------------------- */

enum gp_rc
enrol_join(struct gp_desk *desk, const struct gp_arrival *arrival, const char *mode, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const struct gp_reading *reading = arrival->reading;
	const struct addresses at = addresses_of(space);
	const struct gp_var vars[] = { { "steward_address", at.steward } };
	bool sent;

	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "no author to answer", err);
	if (strcmp(space->joining, "closed") == 0 || strcmp(space->joining, "invited") == 0)
		return gp_answer(desk, arrival,
		    &(struct gp_answer){ .template_name = "join-closed",
			.kind = "receipt",
			.limit_kind = "join-closed",
			.vars = vars,
			.var_count = GP_COUNT(vars) },
		    err);
	/* Members get the same mail: who is one is told to nobody (SEC-04). */
	GP_TRY(gp_enrol_ask(desk,
	    &(struct gp_asking){ .space = space,
		.address = reading->from_address,
		.name = reading->from_name,
		.mode = mode,
		.source = arrival->proved ? "" : gp_address_domain(arrival->row->sender),
		.in_reply_to = reading->message_id_made ? NULL : reading->message_id },
	    arrival->now, &sent, err));
	gp_log(GP_LOG_INFO, "join.asked", "sid", arrival->row->session, "space", space->name, "sent", sent ? "1" : "0",
	    NULL);
	return sent ? GP_OK : gp_drop(desk, arrival, "asked lately already", err);
}

/* The community's name is that of its main space; a further space takes its members from there. */
static enum gp_rc
community_name(struct gp_desk *desk, const struct gp_space *space, char **ret, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;

	GP_TRY(gp_community_load(desk->db, space->community_id, &community, err));
	if (community == NULL)
		return gp_fail(err, "5.3.0", "the space has no community");
	*ret = gp_strdup(community->name);
	return GP_OK;
}

/* What the community agreed on stands in its main space. */
enum gp_rc
enrol_charter(struct gp_desk *desk, const struct gp_space *space, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_free_str) char *community = NULL;
	SCOPED(gp_space_free) struct gp_space *main_space = NULL;

	GP_TRY(community_name(desk, space, &community, err));
	GP_TRY(gp_space_find(desk->db, community, &main_space, err));
	if (main_space != NULL && *main_space->charter != '\0')
		gp_text_wrap(out, main_space->charter, 72, "  ");
	return GP_OK;
}

/* With the charter and what was said lately: whoever comes in knows at once what is going on. back: they never left. */
static enum gp_rc
welcome(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, bool back, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const struct addresses at = addresses_of(space);
	SCOPED(gp_buf_release) struct gp_buf charter = GP_BUF_INIT(1 << 16), letter = GP_BUF_INIT(1 << 18);
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct gp_subscription subscription;
	struct gp_var vars[11] = { { "rhythm", space->rhythm }, { "leave_address", at.leave },
		{ "steward_address", at.steward } };
	struct mode_vars modes;

	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	GP_TRY(gp_subscription_find(desk->db, space->id, member_id, &subscription, err));
	modes = mode_vars(subscription.mode);
	memcpy(vars + 3, modes.vars, sizeof(modes.vars));
	if (!back) {
		GP_TRY(enrol_charter(desk, space, &charter, err));
		GP_TRY(gp_digest_lately(desk, space, member, arrival->now, &letter, err));
		vars[9] = (struct gp_var){ "charter", charter.data };
		vars[10] = (struct gp_var){ "letter", letter.data };
	}
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = back ? "welcome-back" : "welcome",
		.language = member->language,
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member_id,
		.subscription_id = subscription.id,
		.in_reply_to = arrival->reading->message_id_made ? NULL : arrival->reading->message_id,
		.vars = vars,
		.var_count = back ? 9 : GP_COUNT(vars),
		.now = arrival->now },
	    NULL, err);
}

static enum gp_rc
admit(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, const char *by,
    int64_t *ret_member_id, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_free_str) char *community = NULL;
	SCOPED(gp_free_str) char *mode = gp_strndup(request->mode, strcspn(request->mode, "\n"));
	struct gp_newcomer newcomer = { .address = request->address,
		.name = *request->name != '\0' ? request->name : NULL,
		.mode = *mode != '\0' ? mode : NULL,
		.answered = true };

	/* Who is in already keeps the mode: a second confirmation is no wish for another one. */
	if (strcmp(request->kind, "join") == 0 && strcmp(mode, "weekly") == 0)
		newcomer.mode = NULL;
	GP_TRY(community_name(desk, space, &community, err));
	GP_TRY(gp_enrol_admit(desk, community, &newcomer, by, arrival->now, ret_member_id, err));
	if (strcmp(community, space->name) != 0)
		GP_TRY(gp_subscription_put(
		    desk->db, space->id, *ret_member_id, *mode != '\0' ? mode : "weekly", arrival->now, err));
	/* What else was asked for with the joining. */
	return gp_command_fulfil(desk, arrival, request->address, request->mode + strlen(mode), err);
}

/* What shows that they wanted it (SUB-09): their answer to a question of ours. Where stewards had to say yes as well, the
 * answer stands in the request before. */
static enum gp_rc
note_consent(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request,
    int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_request_release) struct gp_request first = { .id = 0 };
	const struct gp_request *answered = request;
	const char *msgid = arrival->reading->message_id;
	bool invited, undone = strcmp(request->kind, "undo") == 0;

	if (request->follows != 0) {
		GP_TRY(gp_request_load(desk->db, request->follows, &first, err));
		answered = first.id != 0 ? &first : request;
		msgid = first.id != 0 ? first.msgid : "";
	}
	invited = strncmp(answered->notice, "join-invited", 12) == 0;
	return gp_consent_add(desk->db,
	    &(struct gp_consent){ .member_id = member_id,
		.space_id = arrival->to->space->id,
		.how = undone	 ? "undone"
		       : invited ? "invited"
				 : "asked",
		.at = arrival->now,
		.request_id = answered->id,
		.msgid = msgid,
		.notice = answered->notice },
	    err);
}

/* by: the steward who let them in; NULL: nobody but themselves. */
static enum gp_rc
admit_and_welcome(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request,
    const char *by, bool back, struct gp_err *err)
{
	int64_t member_id;

	GP_TRY(admit(desk, arrival, request, by, &member_id, err));
	GP_TRY(note_consent(desk, arrival, request, member_id, err));
	return welcome(desk, arrival, member_id, back, err);
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

	GP_TRY(add_request(desk, space,
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

/* --- leaving -------------------------------------------------------------------------------- */

static bool
is_main_space(const char *community, const struct gp_space *space)
{
	return strcmp(community, space->name) == 0;
}

static enum gp_rc
goodbye(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_member *member, const char *token,
    struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const char *msgid = arrival->reading->message_id;
	char reply[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "reply_address", reply }, { "alone", "1" } };

	gp_space_address(space, token, reply);
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = "goodbye",
		.language = member->language,
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member->id,
		.reply_ext = token,
		.in_reply_to = arrival->reading->message_id_made || gp_kind_is_automatic(arrival->kind) ? NULL : msgid,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = arrival->now },
	    NULL, err);
}

enum gp_rc
enrol_leave(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_member *member, const char *by,
    char undo[GP_TOKEN_SIZE], struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_free_str) char *community = NULL;
	struct gp_subscription subscription;

	GP_TRY(gp_subscription_find(desk->db, space->id, member->id, &subscription, err));
	GP_TRY(community_name(desk, space, &community, err));
	if (is_main_space(community, space)) {
		GP_TRY(gp_enrol_part(desk, member->id, by, arrival->now, err));
	} else {
		GP_TRY(gp_subscription_put(desk->db, space->id, member->id, NULL, arrival->now, err));
		GP_TRY(gp_consent_withdraw(desk->db, member->id, space->id, arrival->now, err));
		GP_TRY(gp_note(desk,
		    &(struct gp_note){ arrival->now, space->community_id, space->id, by, "member.unsubscribe" }, err,
		    NULL));
	}
	gp_log(GP_LOG_INFO, "member.left", "sid", arrival->row->session, "space", space->name, "member",
	    gp_log_int(member->id), NULL);
	return add_request(desk, space,
	    &(struct gp_request){
		.kind = "undo", .address = member->address, .name = member->name, .mode = subscription.mode },
	    arrival->now, undo, err);
}

/* Twice is once. */
static enum gp_rc
leave_now(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, const char *by, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct gp_subscription subscription;
	char undo[GP_TOKEN_SIZE];

	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	GP_TRY(gp_subscription_find(desk->db, arrival->to->space->id, member_id, &subscription, err));
	if (member == NULL || subscription.id == 0)
		return gp_drop(desk, arrival, "has left already", err);
	GP_TRY(enrol_leave(desk, arrival, member, by, undo, err));
	return goodbye(desk, arrival, member, undo, err);
}

/* A mail to the address itself: whoever can answer from there may leave. */
enum gp_rc
enrol_ask_leave(struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "reply_address", reply } };

	GP_TRY(add_request(desk, space, &(struct gp_request){ .kind = "leave", .address = (char *)(uintptr_t)address },
	    arrival->now, token, err));
	gp_space_address(space, token, reply);
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "confirm",
		.template_name = "leave-confirm",
		.space = space,
		.to_address = address,
		.reply_ext = token,
		.in_reply_to = arrival->reading->message_id_made ? NULL : arrival->reading->message_id,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.limit_kind = "leave-confirm",
		.now = arrival->now },
	    NULL, err);
}

/* The token of List-Unsubscribe: acts at once, whoever sends it (LST-04, SUB-05), also a machine (RCV-14). */
static enum gp_rc
leave_by_token(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	int64_t member_id, space_id;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_subscription_owner(desk->db, (int64_t)arrival->to->id, &member_id, &space_id, err));
	if (member_id == 0 || space_id != arrival->to->space->id)
		return gp_drop(desk, arrival, "no such subscription", err);
	gp_actor(member_id, actor);
	if (arrival->to->token != GP_TOKEN_EXPIRED)
		return leave_now(desk, arrival, member_id, actor, err);
	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	return member != NULL && strcmp(member->state, "left") != 0 && !gp_kind_is_automatic(arrival->kind)
		   ? enrol_ask_leave(desk, arrival, member->address, err)
		   : gp_drop(desk, arrival, "expired", err);
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
	return leave_now(desk, arrival, member->id, actor, err);
}

static enum gp_rc
undone(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	return admit_and_welcome(desk, arrival, request, NULL, true, err);
}

/* --- the word that a request waited for ----------------------------------------------------- */

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
		return gp_answer(desk, arrival,
		    &(struct gp_answer){ .template_name = "token-expired",
			.kind = "receipt",
			.limit_kind = "token-expired",
			.vars = (const struct gp_var[]){ { "subject", arrival->reading->subject } },
			.var_count = 1 },
		    err);
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
	return to->purpose == 'c' ? confirm(desk, arrival, err) : leave_by_token(desk, arrival, err);
}
