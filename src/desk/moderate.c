#include "desk/handlers.h"
#include "desk/hold.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/post.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/member.h"

#define DAY	  86400
#define GIVE_BACK (72 * 3600)

/* Who settles what, and what for. */
struct verdict {
	const struct gp_held *held;
	const struct gp_space *space;
	const struct gp_understood *message;
	const char *state, *why; /* "freed", "refused", "returned" */
	const char *by, *by_name; /* "member:17", "Ruth" */
	int64_t by_member; /* 0: none */
	int64_t now;
};

/* --- filed after all ------------------------------------------------------------------------ */

/* A reused Message-ID is another's already: the post gets one of ours, made of its octets (RCV-17). */
static enum gp_rc
file_under_new_id(struct gp_desk *desk, const struct verdict *verdict, const char *thread_token,
    struct gp_filed *ret_filed, struct gp_err *err)
{
	struct gp_reading reading = verdict->message->reading; /* borrowed but for the id */
	char seed[65], msgid[160];

	gp_hex(reading.delivery_sha256, 32, seed);
	gp_msgid_make(desk->domain, seed, msgid, sizeof(msgid));
	reading.message_id = msgid;
	reading.message_id_made = true;
	return gp_post_file(desk, verdict->space, verdict->held->raw_id, &verdict->message->octets, &reading,
	    thread_token, verdict->held->since, verdict->now, ret_filed, err);
}

static enum gp_rc
file_held(struct gp_desk *desk, const struct verdict *verdict, struct gp_err *err)
{
	SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
	const struct gp_understood *message = verdict->message;
	struct gp_filed filed;
	struct gp_err ignored;
	const char *token = "";

	if (gp_resolve(desk, verdict->held->recipient, verdict->now, &to, &ignored) == GP_OK &&
	    to.route.to == GP_TO_THREAD)
		token = to.route.token;
	GP_TRY(gp_post_file(desk, verdict->space, verdict->held->raw_id, &message->octets, &message->reading, token,
	    verdict->held->since, verdict->now, &filed, err));
	return filed.conflict ? file_under_new_id(desk, verdict, token, &filed, err) : GP_OK;
}

/* --- who is told ---------------------------------------------------------------------------- */

static enum gp_rc
is_reader(struct gp_desk *desk, const struct gp_space *space, const char *address, bool *ret, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;

	GP_TRY(gp_member_by_address(desk->db, space->community_id, address, &member, err));
	*ret = member != NULL && strcmp(member->state, "active") == 0;
	return GP_OK;
}

/* A member sees a freed post come in; a stranger would never know. */
static enum gp_rc
tell_author(struct gp_desk *desk, const struct verdict *verdict, struct gp_err *err)
{
	static const struct {
		const char *state, *template_name;
		bool attach;
	} mails[] = { { "freed", "post-freed", false }, { "refused", "post-refused", false },
		{ "returned", "post-returned", true } };
	const struct gp_held *held = verdict->held;
	const struct gp_understood *message = verdict->message;
	const struct gp_var vars[] = { { "subject", held->subject }, { "why", verdict->why }, { "reason", "" } };
	bool reader;

	if (*held->sender == '\0' || !gp_address_ok(held->from_address))
		return GP_OK;
	GP_TRY(is_reader(desk, verdict->space, held->from_address, &reader, err));
	for (size_t i = 0; i < GP_COUNT(mails); i++)
		if (strcmp(mails[i].state, verdict->state) == 0 && !(reader && i == 0))
			return gp_notice_send(desk,
			    &(struct gp_notice){ .kind = "receipt",
				.template_name = mails[i].template_name,
				.space = verdict->space,
				.to_name = held->from_name,
				.to_address = held->from_address,
				.in_reply_to = message->reading.message_id_made ? NULL : message->reading.message_id,
				.vars = vars,
				.var_count = GP_COUNT(vars),
				.attached_message = mails[i].attach ? message->octets.data : NULL,
				.attached_n = message->octets.len,
				.now = verdict->now },
			    NULL, err);
	return GP_OK;
}

static enum gp_rc
tell_others(struct gp_desk *desk, const struct verdict *verdict, struct gp_err *err)
{
	bool freed = strcmp(verdict->state, "freed") == 0, returned = strcmp(verdict->state, "returned") == 0;
	const struct gp_var vars[] = { { "subject", verdict->held->subject }, { "from_name", verdict->held->from_name },
		{ "from_address", verdict->held->from_address }, { "by", verdict->by_name }, { "why", verdict->why },
		{ "freed", freed ? "1" : "" }, { "returned", returned ? "1" : "" },
		{ "refused", !freed && !returned ? "1" : "" } };

	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "held",
		.template_name = "held-settled",
		.space = verdict->space,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = verdict->now },
	    verdict->by_member, err);
}

/* Inside the write transaction. The first answer wins (PRODUCT.md section 8). */
static enum gp_rc
settle(struct gp_desk *desk, const struct verdict *verdict, bool *ret_first, struct gp_err *err)
{
	char id[24];
	char act[32];

	GP_TRY(gp_held_settle(desk->db, verdict->held->id, verdict->state, verdict->by, verdict->now, ret_first, err));
	if (!*ret_first)
		return GP_OK;
	(void)snprintf(id, sizeof(id), "%lld", (long long)verdict->held->id);
	(void)snprintf(act, sizeof(act), "held.%s", verdict->state);
	gp_log(GP_LOG_INFO, act, "space", verdict->space->name, "held", id, "by", verdict->by, NULL);
	GP_TRY(gp_note(desk,
	    &(struct gp_note){ verdict->now, verdict->space->community_id, verdict->space->id, verdict->by, act }, err,
	    "held", id, "why", *verdict->why != '\0' ? verdict->why : NULL, NULL));
	if (strcmp(verdict->state, "freed") == 0)
		GP_TRY(file_held(desk, verdict, err));
	GP_TRY(tell_author(desk, verdict, err));
	return verdict->held->many ? gp_held_tell_later(desk->db, verdict->held->id, err)
				   : tell_others(desk, verdict, err);
}

/* --- by hand -------------------------------------------------------------------------------- */

static enum gp_rc
settle_by_hand(struct gp_desk *desk, int64_t held_id, const char *state, const char *by, const char *why, int64_t now,
    bool *ret_first, struct gp_err *err)
{
	SCOPED(gp_held_free) struct gp_held *held = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_understood_release) struct gp_understood message = { .octets = GP_BUF_INIT(0) };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_held_load(desk->db, held_id, &held, err));
	if (held == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no held post %lld; see: guildpost held list", (long long)held_id);
	*ret_first = strcmp(held->state, "held") == 0;
	if (!*ret_first)
		return GP_OK;
	GP_TRY(gp_understood_load(desk, held->raw_id, held->since, &message, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_space_load(desk->db, held->space_id, &space, err));
	GP_TRY(settle(desk,
	    &(struct verdict){ .held = held,
		.space = space,
		.message = &message,
		.state = state,
		.why = why,
		.by = by,
		.by_name = "",
		.now = now },
	    ret_first, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

enum gp_rc
gp_held_free_post(
    struct gp_desk *desk, int64_t held_id, const char *by, int64_t now, bool *ret_first, struct gp_err *err)
{
	return settle_by_hand(desk, held_id, "freed", by, "", now, ret_first, err);
}

enum gp_rc
gp_held_refuse_post(struct gp_desk *desk, int64_t held_id, const char *by, const char *why, int64_t now,
    bool *ret_first, struct gp_err *err)
{
	return settle_by_hand(desk, held_id, "refused", by, why, now, ret_first, err);
}

/* --- by mail -------------------------------------------------------------------------------- */

/* A steward is answered each time; whoever else holds the token once a day. */
static enum gp_rc
is_steward(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret, struct gp_err *err)
{
	*ret = false;
	return arrival->author != NULL ? gp_role_has(desk->db, arrival->author->id, "steward", ret, err) : GP_OK;
}

static enum gp_rc
answer(struct gp_desk *desk, const struct gp_arrival *arrival, const char *template_name, const struct gp_held *held,
    struct gp_err *err)
{
	const struct gp_var vars[] = { { "subject", held != NULL ? held->subject : "" },
		{ "freed", held != NULL && strcmp(held->state, "freed") == 0 ? "1" : "" },
		{ "refused", held != NULL && strcmp(held->state, "refused") == 0 ? "1" : "" },
		{ "returned", held != NULL && strcmp(held->state, "returned") == 0 ? "1" : "" },
		{ "said", arrival->reading->first_line } };
	bool steward;

	GP_TRY(is_steward(desk, arrival, &steward, err));
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = template_name,
		.kind = "receipt",
		.limit_kind = steward ? NULL : template_name,
		.reply_ext = strcmp(template_name, "held-unclear") == 0 ? arrival->to->route.token : NULL,
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

/* Behind the word, and on in the lines of the same paragraph: clients break long lines. One line for a template. */
static void
gather_why(const struct gp_reading *reading, const char *why, struct gp_buf *out)
{
	const char *at = strstr(reading->own_text, reading->first_line);

	gp_buf_adds(out, why);
	if (at == NULL)
		return;
	for (at += strlen(reading->first_line); *at == '\n' && at[1] != '\n' && at[1] != '\0' && out->len < 2000;) {
		size_t n = strcspn(++at, "\n");

		gp_buf_addf(out, "%s%.*s", out->len > 0 ? " " : "", (int)n, at);
		at += n;
	}
}

static bool
can_ask(const struct gp_held *held)
{
	return *held->sender != '\0' && gp_address_ok(held->from_address);
}

/* The author is asked, and the answer goes to the stewards; the post waits on. */
static enum gp_rc
ask_author(struct gp_desk *desk, const struct verdict *verdict, struct gp_err *err)
{
	const struct gp_held *held = verdict->held;
	const struct gp_var vars[] = { { "subject", held->subject }, { "question", verdict->why },
		{ "from_name", held->from_name }, { "from_address", held->from_address }, { "by", verdict->by_name } };
	struct gp_notice notice = {
		.space = verdict->space, .vars = vars, .var_count = GP_COUNT(vars), .now = verdict->now
	};
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)held->id);
	GP_TRY(gp_held_asked(desk->db, held->id, verdict->now, err));
	GP_TRY(gp_note(desk,
	    &(struct gp_note){
		verdict->now, verdict->space->community_id, verdict->space->id, verdict->by, "held.asked" },
	    err, "held", id, "question", verdict->why, NULL));
	notice.kind = "receipt";
	notice.template_name = "post-asked";
	notice.to_name = held->from_name;
	notice.to_address = held->from_address;
	notice.in_reply_to = verdict->message->reading.message_id_made ? NULL : verdict->message->reading.message_id;
	GP_TRY(gp_notice_send(desk, &notice, NULL, err));
	notice.kind = "held";
	notice.template_name = "held-asked";
	notice.in_reply_to = NULL;
	return gp_notice_stewards(desk, &notice, verdict->by_member, err);
}

static const char *
name_of(const struct gp_arrival *arrival)
{
	if (arrival->author == NULL)
		return *arrival->reading->from_name != '\0' ? arrival->reading->from_name
							    : arrival->reading->from_address;
	return *arrival->author->name != '\0' ? arrival->author->name : arrival->author->address;
}

static enum gp_rc
obey(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_held *held, enum gp_held_word word,
    const char *behind, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf why = GP_BUF_INIT(64 * 1024);
	struct verdict verdict = { .held = held,
		.space = arrival->to->space,
		.message = arrival->held,
		.state = word == GP_HELD_FREE ? "freed" : "refused",
		.by_name = name_of(arrival),
		.by_member = arrival->author != NULL ? arrival->author->id : 0,
		.now = arrival->now };
	char actor[GP_ACTOR_SIZE];
	bool first;

	gp_arrival_actor(arrival, actor);
	verdict.by = actor;
	if (word != GP_HELD_FREE)
		gather_why(arrival->reading, behind, &why);
	verdict.why = why.data;
	if (word == GP_HELD_ASK)
		return *verdict.why != '\0' && can_ask(held) ? ask_author(desk, &verdict, err)
							     : answer(desk, arrival, "held-unclear", held, err);
	return settle(desk, &verdict, &first, err);
}

/* The token was mailed to the stewards alone: whoever holds it decides, the From only says under which name. */
enum gp_rc
gp_moderate_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	SCOPED(gp_held_free) struct gp_held *held = NULL;
	enum gp_held_word word;
	const char *behind;

	*ret_taken = arrival->to->purpose == 'h';
	if (!*ret_taken)
		return GP_OK;
	if (arrival->to->token == GP_TOKEN_EXPIRED)
		return answer(desk, arrival, "token-expired", NULL, err);
	GP_TRY(gp_held_load(desk->db, (int64_t)arrival->to->id, &held, err));
	if (held == NULL)
		return gp_drop(desk, arrival, "the held post is gone", err);
	if (strcmp(held->state, "held") != 0)
		return answer(desk, arrival, "held-too-late", held, err);
	word = gp_word_held(arrival->reading->first_line, &behind);
	if (word == GP_HELD_UNCLEAR)
		return answer(desk, arrival, "held-unclear", held, err);
	if (arrival->held == NULL)
		return gp_fail(err, "4.3.2", "the held post was settled meanwhile; looked at again");
	return obey(desk, arrival, held, word, behind, err);
}

/* --- by the clock --------------------------------------------------------------------------- */

static enum gp_rc
call_again(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, int64_t now, struct gp_err *err)
{
	GP_TRY(gp_held_called(desk->db, held->id, now, err));
	return gp_held_ask(desk, held, space, message, "held-again", NULL, now, err);
}

static enum gp_rc
give_back(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, int64_t now, struct gp_err *err)
{
	bool first;

	return settle(desk,
	    &(struct verdict){ .held = held,
		.space = space,
		.message = message,
		.state = "returned",
		.why = "",
		.by = "robot",
		.by_name = "",
		.now = now },
	    &first, err);
}

typedef enum gp_rc overdue_act(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, int64_t now, struct gp_err *err);

static enum gp_rc
act_on_overdue(struct gp_desk *desk, const struct gp_held *held, overdue_act *act, int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_understood_release) struct gp_understood message = { .octets = GP_BUF_INIT(0) };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_understood_load(desk, held->raw_id, held->since, &message, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_space_load(desk->db, held->space_id, &space, err));
	GP_TRY(act(desk, held, space, &message, now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

/* One that cannot be done, since its octets are gone or nobody can read them, keeps no other waiting. */
static enum gp_rc
act_on_all(struct gp_desk *desk, bool called, int64_t age, overdue_act *act, int64_t now, struct gp_err *err)
{
	int64_t after = 0;
	enum gp_rc rc;

	for (;;) {
		SCOPED(gp_held_free) struct gp_held *held = NULL;

		GP_TRY(gp_held_overdue(desk->db, called, now - age, after, &held, err));
		if (held == NULL)
			return GP_OK;
		after = held->id;
		rc = act_on_overdue(desk, held, act, now, err);
		if (rc == GP_TEMP)
			return rc;
		if (rc != GP_OK)
			gp_log(GP_LOG_ERROR, "held.stuck", "held", gp_log_int(held->id), "dsn", err->status, "why",
			    err->text, NULL);
	}
}

/* "member:17" is told to the others by name. */
static enum gp_rc
whom(struct gp_desk *desk, const char *by, struct gp_member **ret, struct gp_err *err)
{
	long long id;

	return sscanf(by, "member:%lld", &id) == 1 ? gp_member_load(desk->db, id, ret, err) : GP_OK;
}

/* What settles nothing is done once, and the post waits on. */
static enum gp_rc
fulfil(struct gp_desk *desk, const struct verdict *verdict, const struct gp_member *steward, struct gp_err *err)
{
	const struct gp_held *held = verdict->held;
	bool first;

	if (strcmp(verdict->state, "shown") != 0 && strcmp(verdict->state, "asked") != 0)
		return settle(desk, verdict, &first, err);
	GP_TRY(gp_held_wish_done(desk->db, held->id, err));
	if (strcmp(verdict->state, "asked") == 0)
		return can_ask(held) ? ask_author(desk, verdict, err) : GP_OK;
	return steward != NULL
		   ? gp_held_ask(desk, held, verdict->space, verdict->message, "held-post", steward, verdict->now, err)
		   : GP_OK;
}

static enum gp_rc
do_wish(struct gp_desk *desk, const struct gp_held *held, const char *state, const char *by, const char *why,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_understood_release) struct gp_understood message = { .octets = GP_BUF_INIT(0) };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct verdict verdict = {
		.held = held, .message = &message, .state = state, .why = why, .by = by, .by_name = "", .now = now
	};

	GP_TRY(gp_understood_load(desk, held->raw_id, held->since, &message, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_space_load(desk->db, held->space_id, &space, err));
	GP_TRY(whom(desk, by, &member, err));
	verdict.space = space;
	if (member != NULL) {
		verdict.by_name = *member->name != '\0' ? member->name : member->address;
		verdict.by_member = member->id;
	}
	GP_TRY(fulfil(desk, &verdict, member, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

/* What a line of a brief has decided, done outside the transaction in which it was read. */
static enum gp_rc
do_wishes(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	int64_t after = 0;

	for (;;) {
		SCOPED(gp_held_free) struct gp_held *held = NULL;
		SCOPED(gp_free_str) char *state = NULL, *by = NULL, *why = NULL;
		enum gp_rc rc;

		GP_TRY(gp_held_wished(desk->db, after, &held, &state, &by, &why, err));
		if (held == NULL)
			return GP_OK;
		after = held->id;
		rc = do_wish(desk, held, state, by, why, now, err);
		if (rc == GP_TEMP)
			return rc;
		if (rc != GP_OK)
			gp_log(GP_LOG_ERROR, "held.stuck", "held", gp_log_int(held->id), "dsn", err->status, "why",
			    err->text, NULL);
	}
}

enum gp_rc
gp_held_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	int64_t fresh, called, many;

	GP_TRY(do_wishes(desk, now, err));
	GP_TRY(act_on_all(desk, true, GIVE_BACK, give_back, now, err));
	GP_TRY(act_on_all(desk, false, GP_HELD_SECOND_CALL, call_again, now, err));
	GP_TRY(gp_held_many_tick(desk, now, &many, err));
	GP_TRY(gp_held_oldest(desk->db, false, &fresh, err));
	GP_TRY(gp_held_oldest(desk->db, true, &called, err));
	*ret_next = fresh != 0 ? fresh + GP_HELD_SECOND_CALL : 0;
	if (called != 0 && (*ret_next == 0 || called + GIVE_BACK < *ret_next))
		*ret_next = called + GIVE_BACK;
	if (many != 0 && (*ret_next == 0 || many < *ret_next))
		*ret_next = many;
	return GP_OK;
}
