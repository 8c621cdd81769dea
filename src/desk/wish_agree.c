#include "desk/forget.h"
#include "desk/handlers.h"
#include "desk/wish.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/errand.h"
#include "guildpost/store/former.h"
#include "guildpost/store/request.h"

#define DAY	   86400
#define AGREE_DAYS 7

static enum gp_rc act(struct wisher *wisher, const struct gp_command *command, struct gp_err *err);

/* --- asked of each address ------------------------------------------------------------------ */

/* The key of a group: which member, when, and what. */
static char *
group_of(const struct gp_member *member, const char *line, int64_t now)
{
	return gp_printf("agree %lld %lld %s", (long long)member->id, (long long)now, line);
}

static enum gp_rc
ask(struct wisher *wisher, const char *address, const char *line, const char *group, struct gp_err *err)
{
	const struct gp_arrival *arrival = wisher->arrival;
	const struct gp_space *space = arrival->to->space;
	struct gp_request request = { .kind = "agree",
		.space_id = space->id,
		.address = (char *)(uintptr_t)address,
		.limit_key = (char *)(uintptr_t)group,
		.mode = (char *)(uintptr_t)line,
		.expires_at = arrival->now + AGREE_DAYS * DAY };
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	/* Each wish is asked about once a day: the one for an address keeps no other from being asked. */
	SCOPED(gp_free_str) char *limit = gp_printf("agree %.*s", (int)strcspn(line, " "), line);
	const bool export = strncmp(line, "export", 6) == 0, forget = strncmp(line, "forget", 6) == 0;
	const struct gp_var vars[] = { { "wish", line }, { "reply_address", reply }, { "export", export ? "1" : "" },
		{ "forget", forget ? "1" : "" }, { "posts", strstr(line, "posts") != NULL ? "1" : "" } };
	int64_t id;

	GP_TRY(gp_request_insert(wisher->desk->db, &request, arrival->now, &id, err));
	gp_token_make(&wisher->desk->keys, 'c', space->name, (uint64_t)id, request.expires_at, token);
	gp_space_address(space, token, reply);
	return gp_notice_send(wisher->desk,
	    &(struct gp_notice){ .kind = "confirm",
		.template_name = export || forget ? "agree-me" : "agree",
		.language = wisher_language(wisher),
		.space = space,
		.to_address = address,
		.reply_ext = token,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.limit_kind = limit,
		.now = arrival->now },
	    NULL, err);
}

static bool
same_address(const char *a, const char *b)
{
	char a_key[GP_ADDRESS_MAX], b_key[GP_ADDRESS_MAX];
	struct gp_err ignored;

	return gp_address_key(a, a_key, &ignored) == GP_OK && gp_address_key(b, b_key, &ignored) == GP_OK &&
	       strcmp(a_key, b_key) == 0;
}

/* Own data is handed out, or goes, when every address of the member has agreed; one that is given up may be dead. */
static enum gp_rc
concerned(struct wisher *wisher, const struct gp_command *command, struct gp_strs *ret, struct gp_err *err)
{
	gp_strs_add(ret, wisher->member->address);
	if (command->verb == GP_VERB_EXPORT || command->verb == GP_VERB_FORGET)
		return gp_member_addresses(wisher->desk->db, wisher->member->id, ret, err);
	if (command->verb != GP_VERB_DROP && !same_address(command->value, wisher->member->address))
		gp_strs_add(ret, command->value);
	return GP_OK;
}

enum gp_rc
wish_ask_all(struct wisher *wisher, const struct gp_command *command, bool *ret_done, struct gp_err *err)
{
	char line[GP_COMMAND_LINE];
	SCOPED(gp_strs_release) struct gp_strs addresses = { 0 };
	SCOPED(gp_free_str) char *group = NULL;

	gp_command_format(command, line);
	group = group_of(wisher->member, line, wisher->arrival->now);
	GP_TRY(concerned(wisher, command, &addresses, err));
	*ret_done = true;
	for (size_t i = 0; i < addresses.count; i++) {
		/* Who has just said yes from there need not say it twice. */
		if (wisher->confirmed && same_address(addresses.v[i], wisher->address))
			continue;
		*ret_done = false;
		wisher->asked = true;
		GP_TRY(ask(wisher, addresses.v[i], line, group, err));
	}
	return *ret_done ? act(wisher, command, err) : GP_OK;
}

/* --- all have said yes ---------------------------------------------------------------------- */

/* A member who joined a second time under that address is that member no longer. */
static enum gp_rc
take_over(struct wisher *wisher, const char *address, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *other = NULL;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_member_by_address(wisher->desk->db, wisher->member->community_id, address, &other, err));
	if (other == NULL || other->id == wisher->member->id || strcmp(other->state, "left") == 0)
		return GP_OK;
	gp_actor(wisher->member->id, actor);
	return gp_enrol_part(wisher->desk, other->id, actor, wisher->arrival->now, err);
}

static enum gp_rc
add(struct wisher *wisher, const char *address, bool *ret_done, struct gp_err *err)
{
	*ret_done = !same_address(address, wisher->member->address);
	if (!*ret_done)
		return GP_OK;
	GP_TRY(take_over(wisher, address, err));
	return gp_member_address_add(wisher->desk->db, wisher->member, address, wisher->arrival->now, err);
}

static enum gp_rc
drop(struct wisher *wisher, const char *address, bool *ret_done, struct gp_err *err)
{
	return gp_member_address_drop(wisher->desk->db, wisher->member, address, ret_done, err);
}

/* The old one stays one of theirs. A row of somebody who had the new one once keeps its place in the archive. */
static enum gp_rc
change_main(struct wisher *wisher, const char *address, bool *ret_done, struct gp_err *err)
{
	struct gp_member *member = wisher->member;
	SCOPED(gp_member_free) struct gp_member *holder = NULL;
	char key[GP_ADDRESS_MAX];
	bool was;

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_member_find(wisher->desk->db, member->community_id, key, &holder, err));
	*ret_done = holder == NULL && !same_address(address, member->address);
	if (!*ret_done)
		return GP_OK;
	GP_TRY(gp_member_address_drop(wisher->desk->db, member, address, &was, err));
	GP_TRY(gp_member_address_add(wisher->desk->db, member, member->address, wisher->arrival->now, err));
	gp_free_str(&member->address);
	gp_free_str(&member->address_key);
	member->address = gp_strdup(address);
	member->address_key = gp_strdup(key);
	wisher->address = member->address;
	return gp_member_update(wisher->desk->db, member, err);
}

/* The answer is the mail itself, which comes by an errand. */
static enum gp_rc export(struct wisher *wisher, struct gp_err *err) {
	struct gp_errand errand = { .what = "export",
	    .member_id = wisher->member->id,
	    .space_id = wisher->arrival->to->space->id,
	    .next_at = wisher->arrival->now };

	/* The address that they wrote from is the only one that anybody knows of who left long ago. */
	if (strcmp(wisher->member->state, "left") == 0) errand.about = wisher->member->address;
	GP_TRY(gp_errand_add(wisher->desk->db, &errand, err));
	wisher->asked = true;
	return wisher->alone ? GP_OK : wish_say_changed(wisher, "exporting", "1", err);
}

static enum gp_rc
forget(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_arrival *arrival = wisher->arrival;
	const struct gp_var var = { "posts", *command->value != '\0' ? "1" : "" };
	char actor[GP_ACTOR_SIZE];

	gp_actor(wisher->member->id, actor);
	GP_TRY(forget_begin(
	    wisher->desk, wisher->member, arrival->to->space->id, *command->value != '\0', actor, arrival->now, err));
	return wish_say(wisher, "forgotten", &var, 1, err);
}

static const struct {
	enum gp_verb verb;
	const char *said, *act; /* section of the template "changed"; of the ledger */
	enum gp_rc (*run)(struct wisher *wisher, const char *address, bool *ret_done, struct gp_err *err);
} acts[] = {
	{ GP_VERB_ADDRESS, "address_added", "member.address", add },
	{ GP_VERB_MAIN, "address_main", "member.main", change_main },
	{ GP_VERB_DROP, "address_dropped", "member.drop", drop },
};

static enum gp_rc
act(struct wisher *wisher, const struct gp_command *command, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	char actor[GP_ACTOR_SIZE];
	bool done = false;

	if (command->verb == GP_VERB_EXPORT)
		return export(wisher, err);
	if (command->verb == GP_VERB_FORGET)
		return forget(wisher, command, err);
	gp_actor(wisher->member->id, actor);
	for (size_t i = 0; i < GP_COUNT(acts); i++) {
		if (acts[i].verb != command->verb)
			continue;
		GP_TRY(acts[i].run(wisher, command->value, &done, err));
		/* No address in the ledger, which outlives the member (SUB-09). */
		if (done)
			GP_TRY(gp_note(wisher->desk,
			    &(struct gp_note){
				wisher->arrival->now, space->community_id, space->id, actor, acts[i].act },
			    err, NULL));
		return wish_say_changed(wisher, done ? acts[i].said : "address_not", command->value, err);
	}
	return gp_fail(err, "5.3.0", "an agreement to nothing that we know");
}

/* Of who left, a hash is kept, by which the address that says yes was found. */
static void
know_again(struct gp_member *member, const char *address)
{
	char key[GP_ADDRESS_MAX];
	struct gp_err ignored;

	if (!gp_is_pseudonym(member->address) || gp_address_key(address, key, &ignored) != GP_OK)
		return;
	free(member->address);
	free(member->address_key);
	member->address = gp_strdup(address);
	member->address_key = gp_strdup(key);
}

enum gp_rc
wish_agreed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(wisher_release)
	struct wisher wisher = { .desk = desk, .arrival = arrival, .text = GP_BUF_INIT(1 << 20), .alone = true };
	struct gp_command_context context;
	struct gp_command command;
	char name[GP_COMMAND_VALUE];
	int64_t waiting, member_id = 0;

	GP_TRY(gp_request_waiting(desk->db, request->limit_key, &waiting, err));
	if (waiting > 0)
		return gp_drop(desk, arrival, "one yes of several", err);
	if (sscanf(request->limit_key, "agree %ld", &member_id) == 1)
		GP_TRY(gp_member_load(desk->db, member_id, &wisher.member, err));
	if (wisher.member == NULL)
		return gp_drop(desk, arrival, "was no member", err);
	know_again(wisher.member, request->address);
	wish_context(arrival->to->space, wisher.member, arrival->now, &context, name);
	gp_command_read(request->mode, &context, &command);
	if (strcmp(wisher.member->state, "left") == 0 && command.verb != GP_VERB_EXPORT &&
	    command.verb != GP_VERB_FORGET)
		return gp_drop(desk, arrival, "was no member", err);
	wisher.line = request->mode;
	wisher.address = wisher.member->address;
	GP_TRY(act(&wisher, &command, err));
	return wisher.text.len > 0 ? wish_send(&wisher, NULL, err) : GP_OK;
}
