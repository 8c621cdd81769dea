#include "desk/digest.h"

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/command.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/post.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/message.h"

#define REMEMBERED (90 * 86400) /* seconds in which an issue is known by its subject alone */
#define TEXT_MAX   2000 /* octets of what was written that are given back */

/* --- which issue ----------------------------------------------------------------------------------------------- */

struct answered {
	int64_t issue_id, threads;
};

/* By In-Reply-To; else by the subject, where a relay has replaced our message-id and nothing else is answered. */
static enum gp_rc
find_issue(struct gp_desk *desk, const struct gp_arrival *arrival, struct answered *ret, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_free_str) char *shown = NULL, *subject = NULL;

	*ret = (struct answered){ 0, 0 };
	for (size_t i = 0; i < reading->in_reply_to.count && ret->issue_id == 0; i++)
		GP_TRY(gp_issue_by_msgid(
		    desk->db, space->id, reading->in_reply_to.v[i], &ret->issue_id, &ret->threads, err));
	if (ret->issue_id != 0 || !reading->subject_is_reply)
		return GP_OK;
	shown = gp_subject_shown(reading->subject);
	subject = gp_printf("[%.*s] %s", (int)strcspn(space->name, "@"), space->name, shown);
	return gp_issue_by_subject(
	    desk->db, space->id, subject, arrival->now - REMEMBERED, &ret->issue_id, &ret->threads, err);
}

/* --- what it held ---------------------------------------------------------------------------------------------- */

struct listing {
	const struct gp_space *space;
	struct gp_buf text; /* lines that begin with a blank, so that they stay as they are */
	char token[GP_TOKEN_SIZE]; /* of the first */
};

static enum gp_rc
list_item(void *context, const struct gp_issue_item *item, struct gp_err *err)
{
	struct listing *listing = context;
	SCOPED(gp_free_str) char *shown = gp_subject_shown(item->subject), *title = digest_fit(shown, 64);
	char address[GP_ADDRESS_MAX];

	(void)err;
	if (listing->text.len == 0)
		(void)snprintf(listing->token, sizeof(listing->token), "%s", item->token);
	gp_space_address(listing->space, item->token, address);
	gp_buf_addf(&listing->text, "%3lld %s\n    %s\n", (long long)item->position, title, address);
	return GP_OK;
}

/* Each line of it behind four blanks. */
static void
indent(struct gp_buf *out, const char *text)
{
	SCOPED(gp_free_str) char *cut = gp_strndup(text, gp_utf8_cut(text, strlen(text), TEXT_MAX));

	gp_text_wrap(out, cut, 72, "    ");
}

/* --- what is done with it -------------------------------------------------------------------------------------- */

/* The issue held one thread: what else could be meant? Who may post there is asked as ever. */
static enum gp_rc
post_there(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *token, bool *ret_taken, struct gp_err *err)
{
	struct gp_resolved to = *arrival->to;
	struct gp_arrival there = *arrival;

	to.route.to = GP_TO_THREAD;
	(void)snprintf(to.route.token, sizeof(to.route.token), "%s", token);
	GP_TRY(gp_thread_by_token(desk->db, to.space->id, token, &to.thread_id, err));
	there.to = &to;
	return gp_post_take(desk, &there, ret_taken, err);
}

/* One answer; the octets stay with the other mail for 90 days, and the ledger says where. What was written goes back only
 * to an author whose From is proved: else anybody could have us send his text to others (RCV-16). */
static enum gp_rc
ask_which(struct gp_desk *desk, const struct gp_arrival *arrival, const struct listing *listing, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1 << 16);
	char actor[GP_ACTOR_SIZE];

	if (arrival->proved && arrival->author != NULL)
		indent(&text, arrival->reading->own_text);
	const struct gp_var vars[] = { { "items", listing->text.data }, { "text", text.data } };
	gp_arrival_actor(arrival, actor);
	gp_log(GP_LOG_INFO, "digest.reply", "sid", arrival->row->session, "space", space->name, "msgid",
	    arrival->reading->message_id, NULL);
	GP_TRY(gp_note(desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "digest.reply" },
	    err, "raw", gp_log_int(arrival->row->raw_id), NULL));
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "digest-which",
		.kind = "receipt",
		.limit_kind = "digest-which",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

static enum gp_rc
answer_all(struct gp_desk *desk, const struct gp_arrival *arrival, const struct listing *listing, struct gp_err *err)
{
	const struct gp_var vars[] = { { "items", listing->text.data } };

	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "digest-all",
		.kind = "receipt",
		.limit_kind = "digest-all",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

/* The first own line; where that was taken for a greeting ("all"), what stands there after all. */
static const char *
said_first(const struct gp_reading *reading)
{
	return *reading->first_line != '\0' ? reading->first_line : reading->own_text;
}

/* A word of the foot, alone in what was written: "daily is fine with me, but ..." is none. */
static bool
is_word_alone(const struct gp_reading *reading)
{
	return digest_words(reading->first_line) <= 2 && digest_words(reading->own_text) <= 8;
}

static enum gp_rc
act_on_word(struct gp_desk *desk, const struct gp_arrival *arrival, const struct listing *listing, bool *ret_done,
    struct gp_err *err)
{
	struct gp_command command;

	*ret_done = is_word_alone(arrival->reading);
	if (!*ret_done)
		return GP_OK;
	gp_command_of(arrival, said_first(arrival->reading), &command);
	if (command.verb == GP_VERB_ALL)
		return answer_all(desk, arrival, listing, err);
	*ret_done = command.verb >= GP_VERB_JOIN && command.verb != GP_VERB_OTHER;
	return *ret_done ? gp_command_act(desk, arrival, &command, err) : GP_OK;
}

enum gp_rc
gp_digest_reply_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	struct listing listing = { .space = arrival->to->space, .text = GP_BUF_INIT(1 << 20) };
	struct answered issue;
	bool done = false;
	enum gp_rc rc;

	*ret_taken = false;
	GP_TRY(find_issue(desk, arrival, &issue, err));
	/* "leave" is for those who see members out: they are asked next. */
	if (issue.issue_id == 0 || (arrival->kind == GP_KIND_COMMAND && gp_answerable(arrival)))
		return GP_OK;
	*ret_taken = true;
	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "a reply to a digest that cannot be answered", err);
	rc = gp_issue_items(desk->db, issue.issue_id, list_item, &listing, err);
	if (rc == GP_OK)
		rc = act_on_word(desk, arrival, &listing, &done, err);
	if (rc == GP_OK && !done)
		rc = issue.threads == 1 ? post_there(desk, arrival, listing.token, ret_taken, err)
					: ask_which(desk, arrival, &listing, err);
	gp_buf_release(&listing.text);
	return rc;
}
