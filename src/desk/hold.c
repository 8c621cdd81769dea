#include "desk/hold.h"

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/post.h"
#include "guildpost/guild/admit.h"
#include "guildpost/mail/address.h"

#define DAY	    86400
#define TOKEN_DAYS  14 /* ADR-08 */
#define SHOWN_LINES 40

/* The beginning of the text, set in so that the template keeps its lines as they are, and a steward on a phone sees what
 * it is about. Lines as long as people type them fit; those of clients that send a paragraph a line are wrapped. */
static void
quote(struct gp_buf *out, const char *text)
{
	SCOPED(gp_buf_release) struct gp_buf shown = GP_BUF_INIT(64 * 1024);
	const char *end = text;

	for (int lines = 0; *end != '\0' && lines < SHOWN_LINES; lines++) {
		end += strcspn(end, "\n");
		end += *end == '\n';
	}
	gp_buf_add(&shown, text, (size_t)(end - text));
	gp_text_wrap(out, shown.data, 76, "  ");
	if (*end != '\0' || shown.full)
		gp_buf_adds(out, "  [...]\n");
}

enum gp_rc
gp_held_ask(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, const char *template_name, const struct gp_member *to, int64_t now,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(256 * 1024);
	char token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX], id[24];
	const struct gp_var vars[] = { { "from_name", held->from_name }, { "from_address", held->from_address },
		{ "subject", held->subject }, { "reason", held->reason }, { "text", NULL }, { "id", id },
		{ "reply_address", reply } };
	struct gp_var filled[GP_COUNT(vars)];

	quote(&text, message->reading.text);
	memcpy(filled, vars, sizeof(vars));
	filled[4].value = text.data;
	(void)snprintf(id, sizeof(id), "%lld", (long long)held->id);
	gp_token_make(&desk->keys, 'h', space->name, (uint64_t)held->id, now + TOKEN_DAYS * DAY, token);
	gp_space_address(space, token, reply);
	struct gp_notice notice = { .kind = "held",
		.template_name = template_name,
		.space = space,
		.to_name = to != NULL ? to->name : NULL,
		.to_address = to != NULL ? to->address : NULL,
		.member_id = to != NULL ? to->id : 0,
		.reply_ext = token,
		.vars = filled,
		.var_count = GP_COUNT(filled),
		.attached_message = message->octets.data,
		.attached_n = message->octets.len,
		.now = now };

	return to != NULL ? gp_notice_send(desk, &notice, NULL, err) : gp_notice_stewards(desk, &notice, 0, err);
}

/* The author hears of it once a day, when it is a person (RCV-16); mail of a list or of nobody is not answered. Why, only
 * where it is about his own haste: what a forged name is held for is not for its owner to read. */
static enum gp_rc
tell_author(struct gp_desk *desk, const struct gp_arrival *arrival, const char *reason, struct gp_err *err)
{
	const struct gp_var vars[] = { { "subject", arrival->reading->subject },
		{ "often", strcmp(reason, GP_REASON_OFTEN) == 0 ? "1" : "" },
		{ "flood", strcmp(reason, GP_REASON_FLOOD) == 0 ? "1" : "" } };

	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "post-waits",
		.kind = "receipt",
		.limit_kind = "held",
		.limited = true,
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

enum gp_rc
gp_post_hold(struct gp_desk *desk, const struct gp_arrival *arrival, const char *reason, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;
	const struct gp_space *space = arrival->to->space;
	struct gp_understood message = { *arrival->octets, *reading }; /* borrowed: not released */
	/* The author of a machine's or a list's mail is never written to: no sender stands for that. */
	struct gp_held held = { .space_id = space->id,
		.raw_id = arrival->row->raw_id,
		.since = arrival->now,
		.sender = gp_answerable(arrival) ? arrival->row->sender : (char[]){ "" },
		.recipient = arrival->row->recipient,
		.from_name = reading->from_name,
		.from_address = reading->from_address,
		.subject = reading->subject,
		.excerpt = *reading->excerpt != '\0' ? reading->excerpt : reading->own_text,
		.reason = (char *)(uintptr_t)reason };
	char actor[GP_ACTOR_SIZE], id[24];
	int64_t own;

	GP_TRY(gp_held_own_lately(desk->db, space->community_id, arrival->now - DAY, &own, err));
	held.many = own >= GP_HELD_OWN_MAILS;
	GP_TRY(gp_held_insert(desk->db, &held, &held.id, err));
	gp_log(GP_LOG_INFO, "post.held", "sid", arrival->row->session, "space", space->name, "held",
	    gp_log_int(held.id), "why", reason, "msgid", reading->message_id, NULL);
	gp_arrival_actor(arrival, actor);
	(void)snprintf(id, sizeof(id), "%lld", (long long)held.id);
	GP_TRY(gp_note(desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "post.held" }, err,
	    "held", id, "why", reason, NULL));
	if (!held.many)
		GP_TRY(gp_held_ask(desk, &held, space, &message, "held-post", NULL, arrival->now, err));
	return tell_author(desk, arrival, reason, err);
}
