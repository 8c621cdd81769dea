#include "guildpost/desk/rhythm.h"

#include "desk/handlers.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"

#define DAY	     86400
#define CONFIRM_DAYS 7 /* ADR-08 */
#define PAUSE_DAYS   28 /* when none are said */
#define PAUSE_MOST   366

static const char *const modes[] = { "each", "daily", "weekly", "monthly", "meetings" };

bool
gp_rhythm_wish(const char *line, char out[GP_WISH_SIZE])
{
	char word[GP_WORD_SIZE], unit = 'w';
	const char *rest = gp_word_first(line, word);
	int number = 0;

	for (size_t i = 0; i < GP_COUNT(modes); i++)
		if (strcmp(word, modes[i]) == 0) {
			(void)snprintf(out, GP_WISH_SIZE, "%s", word);
			return true;
		}
	if (strcmp(word, "pause") != 0)
		return false;
	if (sscanf(rest, " %3d%c", &number, &unit) < 1)
		number = PAUSE_DAYS / 7;
	number *= unit == 'd' || unit == 'D' ? 1 : 7;
	number = number < 1 ? 1 : number > PAUSE_MOST ? PAUSE_MOST : number;
	(void)snprintf(out, GP_WISH_SIZE, "pause %d", number);
	return true;
}

/* --- done ------------------------------------------------------------------------------------ */

static void
replace(char **field, const char *value)
{
	gp_free_str(field);
	*field = gp_strdup(value);
}

/* A pause ends by itself; a word for a mode ends it too. The cursor stays, so that nothing said meanwhile is lost. */
static enum gp_rc
apply(struct gp_desk *desk, const struct gp_space *space, struct gp_member *member, const char *wish, int64_t now,
    struct gp_err *err)
{
	int days = 0;
	bool pause = sscanf(wish, "pause %d", &days) == 1;

	if (pause || strcmp(member->state, "paused") == 0) {
		member->paused_until = pause ? now + (int64_t)days * DAY : 0;
		replace(&member->state, pause ? "paused" : "active");
		GP_TRY(gp_member_update(desk->db, member, err));
		GP_TRY(gp_subscription_pause(desk->db, member->id, now, err));
	}
	return pause ? GP_OK : gp_subscription_put(desk->db, space->id, member->id, wish, now, err);
}

static enum gp_rc
tell(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_member *member, const char *wish,
    struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	struct gp_var vars[GP_COUNT(modes) + 3];
	char until[GP_RFC3339_SIZE] = "", weekly[GP_ADDRESS_MAX], leave[GP_ADDRESS_MAX];
	size_t n = 0;

	for (; n < GP_COUNT(modes); n++)
		vars[n] = (struct gp_var){ modes[n], strcmp(wish, modes[n]) == 0 ? "1" : "" };
	if (strncmp(wish, "pause", 5) == 0) {
		gp_clock_format(member->paused_until, until);
		until[10] = '\0'; /* the day alone */
	}
	gp_space_address(space, "weekly", weekly);
	gp_space_address(space, "leave", leave);
	vars[n++] = (struct gp_var){ "until", until };
	vars[n++] = (struct gp_var){ "weekly_address", weekly };
	vars[n++] = (struct gp_var){ "leave_address", leave };
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = "rhythm-changed",
		.language = member->language,
		.space = space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member->id,
		.in_reply_to = arrival->reading->message_id_made ? NULL : arrival->reading->message_id,
		.vars = vars,
		.var_count = n,
		.now = arrival->now },
	    NULL, err);
}

static enum gp_rc
change(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, const char *wish, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct gp_subscription open;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	GP_TRY(gp_subscription_find(desk->db, space->id, member_id, &open, err));
	if (member == NULL || open.id == 0)
		return gp_drop(desk, arrival, "is not subscribed", err);
	GP_TRY(apply(desk, space, member, wish, arrival->now, err));
	gp_actor(member_id, actor);
	GP_TRY(gp_note(desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "member.rhythm" },
	    err, "wish", wish, NULL));
	gp_log(GP_LOG_INFO, "member.rhythm", "sid", arrival->row->session, "space", space->name, "member",
	    gp_log_int(member_id), "wish", wish, NULL);
	return tell(desk, arrival, member, wish, err);
}

/* --- asked first ----------------------------------------------------------------------------- */

/* Strangers get the same mail: who is a member is told to nobody (SEC-04). */
static enum gp_rc
ask(struct gp_desk *desk, const struct gp_arrival *arrival, const char *wish, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	struct gp_request request = { .kind = "mode",
		.space_id = space->id,
		.address = arrival->reading->from_address,
		.name = arrival->reading->from_name,
		.mode = (char *)(uintptr_t)wish,
		.expires_at = arrival->now + CONFIRM_DAYS * DAY };
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "wish", wish }, { "reply_address", reply } };
	int64_t id;

	GP_TRY(gp_request_insert(desk->db, &request, arrival->now, &id, err));
	gp_token_make(&desk->keys, 'c', space->name, (uint64_t)id, request.expires_at, token);
	gp_space_address(space, token, reply);
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "rhythm-confirm",
		.kind = "confirm",
		.limit_kind = "rhythm-confirm",
		.reply_ext = token,
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

enum gp_rc
gp_rhythm_act(struct gp_desk *desk, const struct gp_arrival *arrival, const char *wish, struct gp_err *err)
{
	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "no author to answer", err);
	if (arrival->author != NULL && arrival->proved)
		return change(desk, arrival, arrival->author->id, wish, err);
	return ask(desk, arrival, wish, err);
}

enum gp_rc
gp_rhythm_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_address_key(request->address, key, err));
	GP_TRY(gp_member_find(desk->db, arrival->to->space->community_id, key, &member, err));
	if (member == NULL || strcmp(member->state, "left") == 0)
		return gp_drop(desk, arrival, "was no member", err);
	return change(desk, arrival, member->id, request->mode, err);
}

enum gp_rc
gp_rhythm_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_route *route = &arrival->to->route;
	const struct gp_reading *reading = arrival->reading;
	char wish[GP_WISH_SIZE], said[GP_WISH_SIZE];

	if (route->to == GP_TO_WORD)
		*ret_taken = gp_rhythm_wish(route->word, wish);
	else
		*ret_taken = gp_rhythm_wish(reading->subject, wish) || gp_rhythm_wish(reading->first_line, wish);
	/* How long stands in the subject of SPACE+pause@, or in the text when a client has lost that (ADR-07). */
	if (*ret_taken && strncmp(wish, "pause", 5) == 0 &&
	    (gp_rhythm_wish(reading->subject, said) || gp_rhythm_wish(reading->first_line, said)) &&
	    strncmp(said, "pause", 5) == 0)
		(void)snprintf(wish, sizeof(wish), "%s", said);
	return *ret_taken ? gp_rhythm_act(desk, arrival, wish, err) : GP_OK;
}
