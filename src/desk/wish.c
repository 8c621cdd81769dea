#include "desk/wish.h"

#include "desk/date.h"
#include "desk/enrol_mail.h"
#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/check.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
#include "guildpost/store/request.h"

#define DAY 86400

static enum gp_rc
note(const struct wisher *wisher, const char *act, const char *wish, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	char actor[GP_ACTOR_SIZE] = "stranger";

	if (wisher->member != NULL)
		gp_actor(wisher->member->id, actor);
	gp_log(GP_LOG_INFO, act, "sid", wisher->arrival->row->session, "space", space->name, "who", actor, "wish", wish,
	    NULL);
	return gp_note(wisher->desk,
	    &(struct gp_note){ wisher->arrival->now, space->community_id, space->id, actor, act }, err, "wish", wish,
	    NULL);
}

/* --- how much ------------------------------------------------------------------------------- */

static void
replace(char **field, const char *value)
{
	gp_free_str(field);
	*field = gp_strdup(value);
}

/* until 0: ends a pause. The cursor of the letters stays, so that nothing said meanwhile is lost. */
static enum gp_rc
put_pause(struct wisher *wisher, int64_t until, struct gp_err *err)
{
	struct gp_member *member = wisher->member;

	if (until == 0 && member->paused_until == 0)
		return GP_OK;
	member->paused_until = until;
	if (strcmp(member->state, "bouncing") != 0)
		replace(&member->state, until > 0 ? "paused" : "active");
	GP_TRY(gp_member_update(wisher->desk->db, member, err));
	return gp_subscription_pause(wisher->desk->db, member->id, wisher->arrival->now, err);
}

static enum gp_rc
do_mode(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	GP_TRY(put_pause(wisher, 0, err));
	GP_TRY(gp_subscription_put(wisher->desk->db, wisher->arrival->to->space->id, wisher->member->id, command->value,
	    wisher->arrival->now, err));
	GP_TRY(note(wisher, "member.rhythm", command->value, err));
	return wish_say_changed(wisher, command->value, "1", err);
}

/* "28d" from now; or the beginning of a day on the member's own clock. */
static int64_t
pause_end(const struct gp_zone *zone, const char *value, int64_t now)
{
	struct gp_wall wall = { .hour = 0 };

	if (sscanf(value, "%4d-%2d-%2d", &wall.year, &wall.month, &wall.day) == 3)
		return gp_zone_from_wall(zone, &wall);
	return now + strtoll(value, NULL, 10) * DAY;
}

static enum gp_rc
do_pause(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	const char *language = *wisher_language(wisher) != '\0' ? wisher_language(wisher) : space->language;
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_free_str) char *until = NULL;

	GP_TRY(wish_zone(space, wisher->member, &zone, err));
	GP_TRY(put_pause(wisher, pause_end(zone, command->value, wisher->arrival->now), err));
	GP_TRY(gp_date_text(wisher->desk, language, "date", zone, wisher->member->paused_until, &until, err));
	GP_TRY(note(wisher, "member.rhythm", until, err));
	return wish_say_changed(wisher, "until", until, err);
}

/* Out of a pause; and out of `none`, which other servers end with the same word. */
static enum gp_rc
do_back(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	struct gp_subscription open;

	(void)command;
	GP_TRY(put_pause(wisher, 0, err));
	GP_TRY(gp_subscription_find(wisher->desk->db, wisher->arrival->to->space->id, wisher->member->id, &open, err));
	if (strcmp(open.mode, "none") == 0)
		GP_TRY(gp_subscription_put(
		    wisher->desk->db, open.space_id, open.member_id, "weekly", wisher->arrival->now, err));
	GP_TRY(note(wisher, "member.rhythm", "back", err));
	return wish_say_changed(wisher, "back", strcmp(open.mode, "none") == 0 ? "weekly" : open.mode, err);
}

/* --- how it reads --------------------------------------------------------------------------- */

static enum gp_rc
put_member(struct wisher *wisher, const char *wish, struct gp_err *err)
{
	GP_TRY(gp_member_update(wisher->desk->db, wisher->member, err));
	return note(wisher, "member.set", wish, err);
}

static enum gp_rc
do_language(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	replace(&wisher->member->language, command->value);
	GP_TRY(put_member(wisher, command->value, err));
	return wish_say_changed(wisher, "language", command->value, err);
}

static enum gp_rc
do_timezone(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	replace(&wisher->member->timezone, command->value);
	GP_TRY(put_member(wisher, command->value, err));
	return wish_say_changed(wisher, "timezone", command->value, err);
}

static enum gp_rc
do_own(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	wisher->member->no_own_posts = strcmp(command->value, "off") == 0;
	GP_TRY(put_member(wisher, wisher->member->no_own_posts ? "own off" : "own on", err));
	return wish_say_changed(wisher, wisher->member->no_own_posts ? "own_off" : "own_on", "1", err);
}

static enum gp_rc
do_named(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	wisher->member->no_named_copies = strcmp(command->value, "off") == 0;
	GP_TRY(put_member(wisher, wisher->member->no_named_copies ? "copies off" : "copies on", err));
	return wish_say_changed(wisher, wisher->member->no_named_copies ? "copies_off" : "copies_on", "1", err);
}

/* --- what is told --------------------------------------------------------------------------- */

static enum gp_rc
add_space(void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err)
{
	(void)err;
	gp_buf_addf(context, "             %s %s\n", space_name, subscription->mode);
	return GP_OK;
}

struct agreed { /* when and how the member agreed to the space at hand */
	int64_t space_id, at;
	char how[12];
};

static enum gp_rc
take_consent(void *context, const struct gp_consent *consent, struct gp_err *err)
{
	struct agreed *agreed = context;

	(void)err;
	if (consent->space_id != agreed->space_id || consent->withdrawn_at != 0)
		return GP_OK;
	agreed->at = consent->at;
	(void)snprintf(agreed->how, sizeof(agreed->how), "%s", consent->how);
	return GP_OK;
}

static enum gp_rc
do_settings(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	const struct gp_member *member = wisher->member;
	SCOPED(gp_buf_release) struct gp_buf spaces = GP_BUF_INIT(1 << 16);
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_strs_release) struct gp_strs others = { 0 };
	SCOPED(gp_buf_release) struct gp_buf also = GP_BUF_INIT(1 << 16);
	SCOPED(gp_free_str) char *until = NULL;
	SCOPED(gp_free_str) char *since = NULL;
	const char *language = *member->language != '\0' ? member->language : space->language;
	struct agreed agreed = { .space_id = space->id };
	bool rests = member->paused_until > wisher->arrival->now;

	(void)command;
	GP_TRY(gp_subscription_list(wisher->desk->db, member->id, add_space, &spaces, err));
	if (spaces.len > 0)
		gp_buf_cut(&spaces, spaces.len - 1); /* the line of the template ends already */
	GP_TRY(wish_zone(space, member, &zone, err));
	GP_TRY(gp_date_text(
	    wisher->desk, language, "date", zone, rests ? member->paused_until : wisher->arrival->now, &until, err));
	GP_TRY(gp_consent_list(wisher->desk->db, member->id, take_consent, &agreed, err));
	GP_TRY(gp_date_text(wisher->desk, language, "date", zone, agreed.at, &since, err));
	GP_TRY(gp_member_addresses(wisher->desk->db, member->id, &others, err));
	for (size_t i = 0; i < others.count; i++)
		gp_buf_addf(&also, "%s             %s", i > 0 ? "\n" : "", others.v[i]);
	GP_TRY(wish_token(wisher, err));
	const struct gp_var vars[] = { { "name", member->name }, { "also", also.data },
		{ "main_address", member->address }, { "spaces", spaces.data }, { "until", rests ? until : "" },
		{ "since", agreed.at != 0 ? since : "" }, { "asked", strcmp(agreed.how, "asked") == 0 ? "1" : "" },
		{ "invited", strcmp(agreed.how, "invited") == 0 ? "1" : "" },
		{ "undone", strcmp(agreed.how, "undone") == 0 ? "1" : "" },
		{ "operator", strcmp(agreed.how, "operator") == 0 ? "1" : "" }, { "language", language },
		{ "timezone", *member->timezone != '\0' ? member->timezone : space->timezone },
		{ "own_off", member->no_own_posts ? "1" : "" }, { "copies_off", member->no_named_copies ? "1" : "" },
		{ "level", member->level }, { "bouncing", strcmp(member->state, "bouncing") == 0 ? "1" : "" } };
	return wish_say(wisher, "settings", vars, GP_COUNT(vars), err);
}

static enum gp_rc
do_help(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	char join[GP_ADDRESS_MAX], leave[GP_ADDRESS_MAX], steward[GP_ADDRESS_MAX], settings[GP_ADDRESS_MAX],
	    find[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "join_address", join }, { "leave_address", leave },
		{ "steward_address", steward }, { "settings_address", settings }, { "find_address", find } };

	(void)command;
	gp_space_address(space, "join", join);
	gp_space_address(space, "leave", leave);
	gp_space_address(space, "steward", steward);
	gp_space_address(space, "settings", settings);
	gp_space_address(space, "find", find);
	return wish_say(wisher, "help", vars, GP_COUNT(vars), err);
}

static enum gp_rc
do_why(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	struct gp_subscription open = { .mode = "" };
	char leave[GP_ADDRESS_MAX];

	(void)command;
	if (wisher->member != NULL)
		GP_TRY(gp_subscription_find(wisher->desk->db, space->id, wisher->member->id, &open, err));
	gp_space_address(space, "leave", leave);
	const struct gp_var vars[] = { { "mode", open.mode }, { "rhythm", space->rhythm }, { "leave_address", leave } };
	return wish_say(wisher, "digest-why", vars, GP_COUNT(vars), err);
}

/* To anybody: whoever thinks of joining should know. */
static enum gp_rc
do_charter(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf charter = GP_BUF_INIT(1 << 16);

	(void)command;
	GP_TRY(enrol_charter(wisher->desk, wisher->arrival->to->space, &charter, err));
	const struct gp_var var = { "charter", charter.data };
	return wish_say(wisher, "charter", &var, 1, err);
}

/* Who is here is told to nobody (SEC-04); stewards see it in their brief and on the command line. */
static enum gp_rc
do_who(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	(void)command;
	return wish_say_changed(wisher, "who", "1", err);
}

static enum gp_rc
do_needless(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	(void)command;
	return wish_say_changed(wisher, "needless", "1", err);
}

static enum gp_rc
do_leave(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	char reply[GP_ADDRESS_MAX], actor[GP_ACTOR_SIZE];
	bool wholly;

	(void)command;
	GP_TRY(enrol_leaves_wholly(wisher->desk, wisher->arrival->to->space, &wholly, err));
	gp_actor(wisher->member->id, actor);
	GP_TRY(enrol_leave(wisher->desk, wisher->arrival, wisher->member, actor, wisher->reply_ext, err));
	gp_space_address(wisher->arrival->to->space, wisher->reply_ext, reply);
	const struct gp_var vars[] = { { "reply_address", reply }, { "wholly", wholly ? "1" : "" } };
	return wish_say(wisher, "goodbye", vars, GP_COUNT(vars), err);
}

/* Each address that it concerns is asked; with nothing else in the mail, that is the answer. */
static enum gp_rc
do_agreed(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	bool done;

	GP_TRY(wish_ask_all(wisher, command, &done, err));
	return done || wisher->alone ? GP_OK : wish_say_changed(wisher, "asked", "1", err);
}

/* Also of who has left: what is kept is still theirs (SUB-09). */
static enum gp_rc
do_own_data(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	int64_t community_id = wisher->arrival->to->space->community_id;

	if (wisher->member == NULL)
		GP_TRY(gp_member_by_address(wisher->desk->db, community_id, wisher->address, &wisher->member, err));
	return wisher->member != NULL ? do_agreed(wisher, command, err)
				      : wish_say_changed(wisher, "stranger", "1", err);
}

/* --- one table ------------------------------------------------------------------------------ */

static const struct {
	enum gp_verb verb;
	bool members; /* strangers are told that they are none; only they are, since the mail goes to their address */
	enum gp_rc (*act)(struct wisher *wisher, const struct gp_command *command, struct gp_err *err);
} acts[] = {
	{ GP_VERB_NEEDLESS, false, do_needless },
	{ GP_VERB_LEAVE, true, do_leave },
	{ GP_VERB_HELP, false, do_help },
	{ GP_VERB_MODE, true, do_mode },
	{ GP_VERB_PAUSE, true, do_pause },
	{ GP_VERB_BACK, true, do_back },
	{ GP_VERB_LANGUAGE, true, do_language },
	{ GP_VERB_TIMEZONE, true, do_timezone },
	{ GP_VERB_OWN, true, do_own },
	{ GP_VERB_NAMED, true, do_named },
	{ GP_VERB_SETTINGS, true, do_settings },
	{ GP_VERB_ADDRESS, true, do_agreed },
	{ GP_VERB_MAIN, true, do_agreed },
	{ GP_VERB_DROP, true, do_agreed },
	{ GP_VERB_EXPORT, false, do_own_data },
	{ GP_VERB_FORGET, false, do_own_data },
	{ GP_VERB_WHO, false, do_who },
	{ GP_VERB_WHY, false, do_why },
	{ GP_VERB_CHARTER, false, do_charter },
};

bool
wish_makes_sense(const struct gp_command *command)
{
	struct gp_err ignored;

	if (command->verb == GP_VERB_TIMEZONE)
		return gp_check_zone(command->value, &ignored) == GP_OK;
	if (command->verb == GP_VERB_JOIN || command->verb == GP_VERB_SKIP)
		return true;
	for (size_t i = 0; i < GP_COUNT(acts); i++)
		if (acts[i].verb == command->verb)
			return true;
	return false;
}

static enum gp_rc
is_subscribed(const struct wisher *wisher, bool *ret, struct gp_err *err)
{
	struct gp_subscription open = { .id = 0 };

	if (wisher->member != NULL)
		GP_TRY(gp_subscription_find(
		    wisher->desk->db, wisher->arrival->to->space->id, wisher->member->id, &open, err));
	*ret = open.id != 0;
	return GP_OK;
}

enum gp_rc
wish_do(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	bool subscribed;

	GP_TRY(is_subscribed(wisher, &subscribed, err));
	for (size_t i = 0; i < GP_COUNT(acts); i++)
		if (acts[i].verb == command->verb)
			return acts[i].members && !subscribed ? wish_say_changed(wisher, "stranger", "1", err)
							      : acts[i].act(wisher, command, err);
	return GP_OK;
}
