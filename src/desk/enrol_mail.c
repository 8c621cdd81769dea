#include "desk/enrol_mail.h"
#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/digest.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
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

enum gp_rc
enrol_request(struct gp_desk *desk, const struct gp_space *space, const struct gp_request *what, int64_t now,
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
enum gp_rc
enrol_welcome(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, bool back, struct gp_err *err)
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

enum gp_rc
enrol_admit(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, const char *by,
    int64_t *ret_member_id, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_free_str) char *community = NULL;
	SCOPED(gp_free_str) char *mode = gp_strndup(request->mode, strcspn(request->mode, "\n"));
	struct gp_newcomer newcomer = { .address = request->address,
		.name = *request->name != '\0' ? request->name : NULL,
		.mode = *mode != '\0' ? mode : NULL,
		.answered = true,
		.undone = strcmp(request->kind, "undo") == 0 };

	/* Who is in already keeps the mode: a second confirmation is no wish for another one. */
	if (strcmp(request->kind, "join") == 0 && strcmp(mode, "weekly") == 0)
		newcomer.mode = NULL;
	GP_TRY(community_name(desk, space, &community, err));
	GP_TRY(gp_enrol_admit(desk, community, &newcomer, by, arrival->now, ret_member_id, err));
	if (strcmp(community, space->name) != 0)
		GP_TRY(gp_subscription_put(
		    desk->db, space->id, *ret_member_id, *mode != '\0' ? mode : "weekly", arrival->now, err));
	return note_consent(desk, arrival, request, *ret_member_id, err);
}

/* --- leaving -------------------------------------------------------------------------------- */

enum gp_rc
enrol_leaves_wholly(struct gp_desk *desk, const struct gp_space *space, bool *ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *community = NULL;

	GP_TRY(community_name(desk, space, &community, err));
	*ret = strcmp(community, space->name) == 0;
	return GP_OK;
}

static enum gp_rc
goodbye(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_member *member, const char *token,
    struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const char *msgid = arrival->reading->message_id;
	char reply[GP_ADDRESS_MAX];
	bool wholly;

	GP_TRY(enrol_leaves_wholly(desk, space, &wholly, err));
	gp_space_address(space, token, reply);
	const struct gp_var vars[] = { { "reply_address", reply }, { "alone", "1" }, { "wholly", wholly ? "1" : "" } };
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
	struct gp_subscription subscription;
	bool wholly;

	GP_TRY(gp_subscription_find(desk->db, space->id, member->id, &subscription, err));
	GP_TRY(enrol_leaves_wholly(desk, space, &wholly, err));
	if (wholly) {
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
	return enrol_request(desk, space,
	    &(struct gp_request){
		.kind = "undo", .address = member->address, .name = member->name, .mode = subscription.mode },
	    arrival->now, undo, err);
}

/* Twice is once. */
enum gp_rc
enrol_leave_now(
    struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, const char *by, struct gp_err *err)
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

	GP_TRY(enrol_request(desk, space,
	    &(struct gp_request){ .kind = "leave", .address = (char *)(uintptr_t)address }, arrival->now, token, err));
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
enum gp_rc
enrol_leave_by_token(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	int64_t member_id, space_id;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_subscription_owner(desk->db, (int64_t)arrival->to->id, &member_id, &space_id, err));
	if (member_id == 0 || space_id != arrival->to->space->id)
		return gp_drop(desk, arrival, "no such subscription", err);
	gp_actor(member_id, actor);
	if (arrival->to->token != GP_TOKEN_EXPIRED)
		return enrol_leave_now(desk, arrival, member_id, actor, err);
	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	return member != NULL && strcmp(member->state, "left") != 0 && !gp_kind_is_automatic(arrival->kind)
		   ? enrol_ask_leave(desk, arrival, member->address, err)
		   : gp_drop(desk, arrival, "expired", err);
}
