#include "guildpost/desk/command.h"

#include "desk/enrol_mail.h"
#include "desk/handlers.h"
#include "desk/wish.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/utf8.h"

#define DAY	     86400
#define CONFIRM_DAYS 7 /* ADR-08 */
#define FRESH_DAYS   7 /* SEC-03 */
#define MOST	     12 /* commands in one mail */
#define TEXT_MAX     1000 /* octets of what was written that are given back */
#define CAUGHT_WORDS 6 /* a command sent to everybody by mistake is no longer than that (RCV-23) */

struct wishes {
	struct gp_command v[MOST];
	size_t count;
	bool unclear; /* one at least was not understood: then none is run */
};

/* --- reading -------------------------------------------------------------------------------- */

static void
read_line(const struct gp_arrival *arrival, const struct gp_member *member, const char *line, struct gp_command *ret)
{
	struct gp_command_context context;
	char name[GP_COMMAND_VALUE];

	wish_context(arrival->to->space, member, arrival->now, &context, name);
	gp_command_read(line, &context, ret);
}

void
gp_command_of(const struct gp_arrival *arrival, const char *line, struct gp_command *ret)
{
	read_line(arrival, arrival->author, line, ret);
}

/* "3", "3.", and "3. each" as the mail shows it: the numbers of the choices that were offered. Returns what is behind the
 * number, for a line that is no choice alone. */
static const char *
read_choice(const char *line, struct gp_command *ret)
{
	char *end;
	long number = strtol(line, &end, 10);

	*ret = (struct gp_command){ .verb = GP_VERB_NONE };
	if (end == line || number < 1 || number > 9)
		return line;
	end += strspn(end, ".) \t");
	if (*end == '\0')
		gp_command_choice((int)number, ret);
	return end;
}

static void
add_wish(struct wishes *wishes, const struct gp_command *command)
{
	if (command->verb == GP_VERB_SKIP)
		return;
	if (wishes->count == MOST || command->verb <= GP_VERB_UNCLEAR || !wish_makes_sense(command))
		wishes->unclear = true;
	else
		wishes->v[wishes->count++] = *command;
}

/* The name under which the author closes: no command, and no fault either. */
static bool
is_name(const struct gp_arrival *arrival, const char *line)
{
	const char *name = arrival->reading->from_name;
	size_t n = strlen(line);

	return n > 1 && strncmp(name, line, n) == 0 && (name[n] == '\0' || name[n] == ' ');
}

/* From the first own line on; greetings stand before it, a blank line or a closing behind it. */
static void
read_lines(const struct gp_arrival *arrival, const struct gp_member *member, bool numbers, struct wishes *wishes)
{
	const char *at = arrival->reading->own_text;
	bool begun = false;

	for (size_t n; *at != '\0'; at += n + (at[n] == '\n')) {
		SCOPED(gp_free_str) char *line = NULL;
		struct gp_command command;
		const char *said;

		n = strcspn(at, "\n");
		if (n == 0 || (!begun && gp_is_greeting(at, n))) {
			if (begun)
				return;
			continue;
		}
		line = gp_strndup(at, n);
		said = numbers ? read_choice(line, &command) : line;
		if (*said != '\0')
			read_line(arrival, member, said, &command);
		if (begun && (command.verb == GP_VERB_END || is_name(arrival, line)))
			return;
		begun = true;
		add_wish(wishes, &command);
	}
}

/* --- may it be done ------------------------------------------------------------------------- */

/* Signed mail can be sent again by whoever has a copy; the same octets act once anyway (SEC-03). */
bool
gp_command_proved(const struct gp_arrival *arrival)
{
	int64_t age = arrival->now - arrival->reading->date;

	return arrival->proved && arrival->author != NULL && arrival->reading->date != 0 &&
	       age < (int64_t)FRESH_DAYS * DAY && age > -(int64_t)FRESH_DAYS * DAY;
}

static bool
only_reads(const struct gp_command *command)
{
	return command->verb == GP_VERB_HELP || command->verb == GP_VERB_SETTINGS || command->verb == GP_VERB_WHO ||
	       command->verb == GP_VERB_WHY || command->verb == GP_VERB_CHARTER || command->verb == GP_VERB_NEEDLESS;
}

static bool
all_read(const struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (!only_reads(&wishes->v[i]))
			return false;
	return true;
}

static bool
has_join(const struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (wishes->v[i].verb == GP_VERB_JOIN)
			return true;
	return false;
}

/* --- answering ------------------------------------------------------------------------------ */

/* A mail of several results, or of none. limit: counts for who is not proved (RCV-16). */
static enum gp_rc
send(struct wisher *wisher, const char *template_name, const struct gp_var *vars, size_t count, const char *limit,
    struct gp_err *err)
{
	gp_buf_clear(&wisher->text);
	gp_free_str(&wisher->subject);
	wisher->alone = true;
	GP_TRY(wish_say(wisher, template_name, vars, count, err));
	return wish_send(wisher, limit, err);
}

static enum gp_rc
run(struct wisher *wisher, const struct wishes *wishes, const char *limit, struct gp_err *err)
{
	SCOPED(gp_free_str) char *results = NULL;
	char line[GP_COMMAND_LINE];

	wisher->alone = wishes->count == 1;
	wisher->line = line;
	for (size_t i = 0; i < wishes->count; i++) {
		gp_command_format(&wishes->v[i], line);
		GP_TRY(wish_do(wisher, &wishes->v[i], err));
	}
	if (wisher->text.len == 0 && wisher->asked)
		return GP_OK;
	if (wisher->text.len == 0)
		return gp_drop(wisher->desk, wisher->arrival, "asks for nothing", err);
	if (wisher->alone)
		return wish_send(wisher, limit, err);
	results = gp_strdup(wisher->text.data);
	const struct gp_var vars[] = { { "results", results } };
	return send(wisher, "answers", vars, GP_COUNT(vars), limit, err);
}

/* One mail with the choices; what was written goes back only to who is proved (RCV-16). */
static enum gp_rc
unclear(struct wisher *wisher, bool proved, struct gp_err *err)
{
	const struct gp_arrival *arrival = wisher->arrival;
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1 << 16);
	const char *said = *arrival->reading->own_text != '\0' ? arrival->reading->own_text : arrival->reading->subject;
	SCOPED(gp_free_str) char *cut = gp_strndup(said, gp_utf8_cut(said, strlen(said), TEXT_MAX));
	char actor[GP_ACTOR_SIZE], steward[GP_ADDRESS_MAX];

	gp_arrival_actor(arrival, actor);
	GP_TRY(gp_note(wisher->desk,
	    &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "mail.unclear" }, err, "sid",
	    arrival->row->session, NULL));
	if (proved)
		gp_text_wrap(&text, cut, 72, "    ");
	gp_space_address(space, "steward", steward);
	GP_TRY(wish_token(wisher, err));
	const struct gp_var vars[] = { { "text", text.data }, { "steward_address", steward } };
	return send(wisher, "unclear", vars, GP_COUNT(vars), proved ? NULL : "unclear", err);
}

/* --- asking first --------------------------------------------------------------------------- */

/* Strangers get the same mail: who is a member is told to nobody (SEC-04). */
enum gp_rc
gp_command_ask(struct gp_desk *desk, const struct gp_arrival *arrival, const char *kind, const char *lines, bool caught,
    struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_buf_release) struct gp_buf shown = GP_BUF_INIT(1 << 14);
	struct gp_request request = { .space_id = space->id,
		.address = arrival->reading->from_address,
		.name = arrival->reading->from_name,
		.mode = (char *)(uintptr_t)lines,
		.expires_at = arrival->now + CONFIRM_DAYS * DAY };
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	int64_t id;

	(void)snprintf(request.kind, sizeof(request.kind), "%s", kind);
	for (const char *at = lines; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
		gp_buf_addf(&shown, "%s  %.*s", shown.len > 0 ? "\n" : "", (int)strcspn(at, "\n"), at);
	GP_TRY(gp_request_insert(desk->db, &request, arrival->now, &id, err));
	gp_token_make(&desk->keys, 'c', space->name, (uint64_t)id, request.expires_at, token);
	gp_space_address(space, token, reply);
	const struct gp_var vars[] = { { "wishes", shown.data }, { "caught", caught ? "1" : "" },
		{ "reply_address", reply } };
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "wish-confirm",
		.kind = "confirm",
		.limit_kind = "wish-confirm",
		.reply_ext = token,
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

/* caught: it was sent to everybody. */
static enum gp_rc
ask(struct gp_desk *desk, const struct gp_arrival *arrival, const struct wishes *wishes, bool caught,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf kept = GP_BUF_INIT(1 << 14);
	char line[GP_COMMAND_LINE];

	for (size_t i = 0; i < wishes->count; i++) {
		gp_command_format(&wishes->v[i], line);
		gp_buf_addf(&kept, "%s%s", i > 0 ? "\n" : "", line);
	}
	return gp_command_ask(desk, arrival, "wish", kept.data, caught, err);
}

/* The mode first, then what else shall be so from the beginning. */
static enum gp_rc
ask_join(struct gp_desk *desk, const struct gp_arrival *arrival, const struct wishes *wishes, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(1 << 14);
	const char *mode = "";
	char line[GP_COMMAND_LINE];

	for (size_t i = 0; i < wishes->count; i++)
		if ((wishes->v[i].verb == GP_VERB_JOIN && *wishes->v[i].value != '\0') ||
		    wishes->v[i].verb == GP_VERB_MODE)
			mode = wishes->v[i].value;
	gp_buf_adds(&lines, mode);
	for (size_t i = 0; i < wishes->count; i++)
		if (wishes->v[i].verb != GP_VERB_JOIN && wishes->v[i].verb != GP_VERB_MODE &&
		    wishes->v[i].verb != GP_VERB_LEAVE && !only_reads(&wishes->v[i])) {
			gp_command_format(&wishes->v[i], line);
			gp_buf_addf(&lines, "\n%s", line);
		}
	return enrol_join(desk, arrival, lines.data, err);
}

/* --- all of them ---------------------------------------------------------------------------- */

static enum gp_rc
load_wisher(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, struct wisher *ret, struct gp_err *err)
{
	*ret = (struct wisher){
		.desk = desk, .arrival = arrival, .address = address, .text = GP_BUF_INIT(1 << 20), .alone = true
	};
	GP_TRY(gp_member_by_address(desk->db, arrival->to->space->community_id, address, &ret->member, err));
	if (ret->member != NULL &&
	    (strcmp(ret->member->state, "left") == 0 || strcmp(ret->member->state, "unconfirmed") == 0))
		gp_member_free(&ret->member);
	return GP_OK;
}

/* token: the answer came to an address that only its owner was told. */
static enum gp_rc
decide(struct wisher *wisher, const struct wishes *wishes, bool token, struct gp_err *err)
{
	const struct gp_arrival *arrival = wisher->arrival;
	bool proved = token || gp_command_proved(arrival);

	if (wishes->unclear || wishes->count == 0)
		return unclear(wisher, proved, err);
	if (has_join(wishes))
		return ask_join(wisher->desk, arrival, wishes, err);
	if (proved || all_read(wishes))
		return run(wisher, wishes, proved ? NULL : "read", err);
	if (wishes->count == 1 && wishes->v[0].verb == GP_VERB_LEAVE)
		return enrol_ask_leave(wisher->desk, arrival, arrival->reading->from_address, err);
	return ask(wisher->desk, arrival, wishes, false, err);
}

static enum gp_rc
decide_for(struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, const struct wishes *wishes,
    bool token, struct gp_err *err)
{
	SCOPED(wisher_release) struct wisher wisher = { .text = GP_BUF_INIT(0) };

	GP_TRY(load_wisher(desk, arrival, address, &wisher, err));
	return decide(&wisher, wishes, token, err);
}

enum gp_rc
gp_command_act(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_command *command, struct gp_err *err)
{
	struct wishes wishes = { .count = 0 };

	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "no author to answer", err);
	add_wish(&wishes, command);
	return decide_for(desk, arrival, arrival->reading->from_address, &wishes, false, err);
}

static void
read_kept(const struct gp_arrival *arrival, const struct gp_member *member, const char *lines, struct wishes *wishes)
{
	for (const char *at = lines; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
		SCOPED(gp_free_str) char *line = gp_strndup(at, strcspn(at, "\n"));
		struct gp_command command;

		if (*line == '\0')
			continue;
		read_line(arrival, member, line, &command);
		add_wish(wishes, &command);
	}
}

enum gp_rc
gp_command_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(wisher_release) struct wisher wisher = { .text = GP_BUF_INIT(0) };
	struct wishes wishes = { .count = 0 };

	GP_TRY(load_wisher(desk, arrival, request->address, &wisher, err));
	wisher.confirmed = true;
	read_kept(arrival, wisher.member, request->mode, &wishes);
	return decide(&wisher, &wishes, true, err);
}

enum gp_rc
gp_command_fulfil(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, const char *lines, struct gp_err *err)
{
	SCOPED(wisher_release) struct wisher wisher = { .text = GP_BUF_INIT(0) };
	struct wishes wishes = { .count = 0 };

	GP_TRY(load_wisher(desk, arrival, address, &wisher, err));
	read_kept(arrival, wisher.member, lines, &wishes);
	for (size_t i = 0; i < wishes.count; i++)
		GP_TRY(wish_do(&wisher, &wishes.v[i], err));
	return GP_OK;
}

/* --- where they come from ------------------------------------------------------------------- */

/* How long, which language: what stands behind the address's word is in the subject, or in the text when a client has
 * lost that (ADR-07), with the word or without it. */
static void
read_address(const struct gp_arrival *arrival, struct wishes *wishes)
{
	const char *const places[] = { arrival->reading->subject, arrival->reading->first_line };
	const char *word = arrival->to->route.word;
	struct gp_command command, said;
	bool takes_more;

	gp_command_of(arrival, word, &command);
	takes_more = command.verb == GP_VERB_UNCLEAR || command.verb == GP_VERB_PAUSE || command.verb == GP_VERB_JOIN;
	for (size_t i = 0; takes_more && i < GP_COUNT(places); i++) {
		SCOPED(gp_free_str) char *joined = gp_printf("%s %s", word, places[i]);

		gp_command_of(arrival, places[i], &said);
		if (command.verb == GP_VERB_UNCLEAR || said.verb != command.verb)
			gp_command_of(arrival, joined, &said);
		if (said.verb > GP_VERB_UNCLEAR && *places[i] != '\0') {
			command = said;
			break;
		}
	}
	add_wish(wishes, &command);
}

/* From the subject, or else from the text (ADR-05). */
static void
read_request(const struct gp_arrival *arrival, struct wishes *wishes)
{
	struct gp_command command;

	gp_command_of(arrival, arrival->reading->subject, &command);
	if (command.verb > GP_VERB_END)
		add_wish(wishes, &command);
	else
		read_lines(arrival, arrival->author, false, wishes);
}

/* A reply to a mail that offered choices. Its token proves the address that it was sent to, from wherever it comes. */
static enum gp_rc
take_choice(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	SCOPED(gp_request_release) struct gp_request request = { .id = 0 };
	SCOPED(wisher_release) struct wisher wisher = { .text = GP_BUF_INIT(0) };
	struct wishes wishes = { .count = 0 };

	GP_TRY(gp_request_load(desk->db, (int64_t)arrival->to->id, &request, err));
	if (request.id == 0 || arrival->to->token == GP_TOKEN_EXPIRED)
		return gp_answer_expired(desk, arrival, err);
	GP_TRY(load_wisher(desk, arrival, request.address, &wisher, err));
	read_lines(arrival, wisher.member, true, &wishes);
	return decide(&wisher, &wishes, true, err);
}

/* --- sent to everybody by mistake ----------------------------------------------------------- */

static size_t
words_of(const char *text)
{
	size_t words = 0;

	for (bool inside = false; *text != '\0'; text++) {
		words += !inside && *text != ' ' && *text != '\n';
		inside = *text != ' ' && *text != '\n';
	}
	return words;
}

/* A whole mail that says nothing but a command, where nobody can have meant to say it to people: one that no person would
 * say, or out or in, or one under no other subject. Answers in a conversation are left alone: "weekly" answers how often
 * somebody oils the loom. */
static bool
is_caught(const struct gp_arrival *arrival, struct wishes *wishes)
{
	const struct gp_reading *reading = arrival->reading;
	struct gp_command subject;
	bool empty = *reading->own_text == '\0';

	gp_command_of(arrival, reading->subject, &subject);
	if (words_of(reading->own_text) > CAUGHT_WORDS)
		return false;
	if (empty)
		add_wish(wishes, &subject);
	else
		read_lines(arrival, arrival->author, false, wishes);
	if (wishes->unclear || wishes->count == 0)
		return false;
	if (wishes->v[0].plain)
		return true;
	if (reading->subject_is_reply || reading->references.count > 0)
		return false;
	return empty || *reading->subject == '\0' || subject.verb > GP_VERB_UNCLEAR ||
	       wishes->v[0].verb == GP_VERB_JOIN || wishes->v[0].verb == GP_VERB_LEAVE;
}

/* Never believed at once, even of a proved author: people also write "stop" to each other (RCV-23). */
static enum gp_rc
take_post(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	struct wishes wishes = { .count = 0 };
	struct gp_command leave = { .verb = GP_VERB_LEAVE };

	if (!gp_answerable(arrival))
		return GP_OK;
	if (arrival->kind == GP_KIND_COMMAND)
		add_wish(&wishes, &leave);
	else if (!is_caught(arrival, &wishes))
		return GP_OK;
	*ret_taken = true;
	gp_log(GP_LOG_INFO, "post.caught", "sid", arrival->row->session, "space", arrival->to->space->name, "msgid",
	    arrival->reading->message_id, NULL);
	if (has_join(&wishes))
		return ask_join(desk, arrival, &wishes, err);
	if (all_read(&wishes))
		return decide_for(desk, arrival, arrival->reading->from_address, &wishes, false, err);
	if (wishes.count == 1 && wishes.v[0].verb == GP_VERB_LEAVE)
		return enrol_ask_leave(desk, arrival, arrival->reading->from_address, err);
	return ask(desk, arrival, &wishes, true, err);
}

enum gp_rc
gp_command_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_resolved *to = arrival->to;
	struct wishes wishes = { .count = 0 };

	*ret_taken = false;
	if (to->route.to == GP_TO_POST)
		return take_post(desk, arrival, ret_taken, err);
	if (to->route.to == GP_TO_SECRET && to->purpose != 's')
		return GP_OK;
	*ret_taken = true;
	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "no author to answer", err);
	if (to->route.to == GP_TO_SECRET)
		return take_choice(desk, arrival, err);
	if (to->route.to == GP_TO_WORD)
		read_address(arrival, &wishes);
	else
		read_request(arrival, &wishes);
	return decide_for(desk, arrival, arrival->reading->from_address, &wishes, false, err);
}
