#include "desk/brief_mail.h"
#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/mailto.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/brief.h"
#include "guildpost/store/held.h"
#include "guildpost/store/member.h"
#include "guildpost/store/request.h"

#define LINES_MOST 40
#define SAID_MOST  60 /* octets of a line that is given back */

/* One line of a reply: a number, a word, and what stands behind it. */
struct order {
	int number;
	const struct deed *deed;
	struct gp_brief_ref ref;
	char *why;
};
struct orders {
	struct order v[LINES_MOST];
	size_t count;
	char *unclear; /* the first line that was not understood */
};

static void
orders_release(struct orders *orders)
{
	for (size_t i = 0; i < orders->count; i++)
		gp_free_str(&orders->v[i].why);
	gp_free_str(&orders->unclear);
}

struct obeying {
	struct gp_desk *desk;
	const struct gp_arrival *arrival;
	const struct gp_member *steward;
	const char *by; /* "member:17" */
};

/* --- what can be done ------------------------------------------------------------------------ */

/* *ret_result: what the answer says of it, the name of a section of brief-result. */
typedef enum gp_rc deed_act(
    const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err);

static enum gp_rc
settle(
    const struct obeying *o, const struct order *order, const char *state, const char **ret_result, struct gp_err *err)
{
	bool first;

	GP_TRY(gp_held_wish(o->desk->db, order->ref.ref, state, o->by, order->why, &first, err));
	*ret_result = first ? state : "late";
	return GP_OK;
}

static enum gp_rc
free_post(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return settle(o, order, "freed", ret_result, err);
}

static enum gp_rc
refuse_post(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return settle(o, order, "refused", ret_result, err);
}

static const char *
greeting_name(const struct gp_member *member)
{
	return *member->name != '\0' ? member->name : "";
}

static enum gp_rc
render_draft(const struct obeying *o, const struct gp_member *member, const char *name, char **ret_subject,
    struct gp_buf *out, struct gp_err *err)
{
	const struct gp_space *space = o->arrival->to->space;
	SCOPED(gp_free_str) char *first = gp_strndup(greeting_name(member), strcspn(greeting_name(member), " "));
	const struct gp_var vars[] = { { "first_name", first }, { "steward", greeting_name(o->steward) },
		{ "space", space->title } };

	return gp_template_render(o->desk->templates, *member->language != '\0' ? member->language : space->language,
	    name, vars, GP_COUNT(vars), ret_subject, out, err);
}

/* Paragraphs as a compose window wants them: it breaks lines itself. */
static void
unwrap(const char *text, struct gp_buf *out)
{
	for (; *text != '\0'; text++)
		gp_buf_addc(out, *text == '\n' && text[1] != '\n' && text[1] != '\0' && out->len > 0 &&
					 out->data[out->len - 1] != '\n'
				     ? ' '
				     : *text);
}

/* The steward gets a draft that goes out in his own name: by a reply, or by one touch of the link. */
static enum gp_rc
send_draft(const struct obeying *o, const struct order *order, const char *draft_name, const char **ret_result,
    struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_buf_release)
	struct gp_buf draft = GP_BUF_INIT(64 * 1024), plain = GP_BUF_INIT(64 * 1024), link = GP_BUF_INIT(4096),
		      shown = GP_BUF_INIT(64 * 1024);
	SCOPED(gp_free_str) char *subject = NULL;

	GP_TRY(gp_member_load(o->desk->db, order->ref.ref, &member, err));
	*ret_result = "late";
	if (member == NULL || strcmp(member->state, "left") == 0)
		return GP_OK;
	GP_TRY(render_draft(o, member, draft_name, &subject, &draft, err));
	unwrap(draft.data, &plain);
	gp_mailto_add(&link, &(struct gp_mailto){ .address = member->address, .subject = subject, .body = plain.data });
	gp_text_wrap(&shown, draft.data, 70, "  ");
	const struct gp_var vars[] = { { "name", greeting_name(member) }, { "address", member->address },
		{ "draft", shown.data }, { "link", link.data } };
	*ret_result = "drafted";
	return gp_notice_send(o->desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "draft",
		.space = o->arrival->to->space,
		.to_name = o->steward->name,
		.to_address = o->steward->address,
		.member_id = o->steward->id,
		.reply_to = member->address,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = o->arrival->now },
	    NULL, err);
}

static enum gp_rc
greet(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return send_draft(o, order, "draft-greet", ret_result, err);
}

static enum gp_rc
write_to(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return send_draft(o, order, "draft-quiet", ret_result, err);
}

static enum gp_rc
bring_back(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_member_load(o->desk->db, order->ref.ref, &member, err));
	*ret_result = "late";
	if (member == NULL || strcmp(member->state, "bouncing") != 0)
		return GP_OK;
	gp_free_str(&member->state);
	member->state = gp_strdup(member->paused_until > o->arrival->now ? "paused" : "active");
	GP_TRY(gp_member_update(o->desk->db, member, err));
	gp_actor(member->id, number);
	*ret_result = "back";
	return gp_note(o->desk, &(struct gp_note){ o->arrival->now, member->community_id, 0, o->by, "member.back" },
	    err, "who", number, NULL);
}

static const struct deed {
	const char *what, *word;
	deed_act *act;
} deeds[] = {
	{ "held", "free", free_post },
	{ "held", "refuse", refuse_post },
	{ "newcomer", "greet", greet },
	{ "quiet", "write", write_to },
	{ "bounced", "back", bring_back },
};

/* --- reading --------------------------------------------------------------------------------- */

/* The words of a held post are those of the mail that shows it; the others are few, and English in every language. */
static const struct deed *
find_deed(const struct gp_brief_ref *ref, const char *line, const char **ret_why)
{
	char word[GP_WORD_SIZE];
	enum gp_held_word held;

	*ret_why = gp_word_first(line, word);
	if (strcmp(ref->what, "held") == 0) {
		held = gp_word_held(line, ret_why);
		return held == GP_HELD_FREE ? &deeds[0] : held == GP_HELD_REFUSE ? &deeds[1] : NULL;
	}
	for (size_t i = 2; i < GP_COUNT(deeds); i++)
		if (strcmp(deeds[i].what, ref->what) == 0 && strcmp(deeds[i].word, word) == 0)
			return &deeds[i];
	return NULL;
}

static enum gp_rc
read_order(struct gp_desk *desk, int64_t brief_id, const char *line, struct orders *orders, struct gp_err *err)
{
	struct order *order = &orders->v[orders->count];
	const char *why = "";
	char *behind;
	long number = strtol(line, &behind, 10);

	*order = (struct order){ .number = (int)number };
	if (number > 0 && number < 1000)
		GP_TRY(gp_brief_find(desk->db, brief_id, (int)number, &order->ref, err));
	if (order->ref.what[0] != '\0')
		order->deed = find_deed(&order->ref, behind + strspn(behind, ".): \t"), &why);
	if (order->deed == NULL) {
		if (orders->unclear == NULL)
			orders->unclear = gp_strndup(line, gp_utf8_cut(line, strlen(line), SAID_MOST));
		return GP_OK;
	}
	order->why = gp_strdup(order->deed == &deeds[1] ? why : "");
	orders->count++;
	return GP_OK;
}

/* From the first line that begins with a number to the next blank line: what stands before is a greeting. */
static enum gp_rc
read_orders(struct gp_desk *desk, int64_t brief_id, const char *own, struct orders *orders, struct gp_err *err)
{
	bool begun = false;

	while (*own != '\0' && orders->count < LINES_MOST) {
		size_t n = strcspn(own, "\n");
		SCOPED(gp_free_str) char *line = gp_strndup(own, n);

		own += n + (own[n] == '\n');
		if (!begun && (*line < '0' || *line > '9'))
			continue;
		if (begun && n == 0)
			break;
		begun = true;
		GP_TRY(read_order(desk, brief_id, line, orders, err));
	}
	return GP_OK;
}

/* --- obeying --------------------------------------------------------------------------------- */

static enum gp_rc
add_result(const struct obeying *o, const char *language, const struct order *order, const char *result,
    struct gp_buf *out, struct gp_err *err)
{
	static const char *const results[] = { "freed", "refused", "drafted", "back", "late" };
	SCOPED(gp_free_str) char *number = gp_printf("%d", order->number);
	struct gp_var vars[GP_COUNT(results) + 2];
	size_t n = 0;

	for (; n < GP_COUNT(results); n++)
		vars[n] = (struct gp_var){ results[n], strcmp(results[n], result) == 0 ? "1" : "" };
	vars[n++] = (struct gp_var){ "number", number };
	vars[n++] = (struct gp_var){ "word", order->deed->word };
	return gp_template_render(o->desk->templates, language, "brief-result", vars, n, NULL, out, err);
}

static enum gp_rc
answer(const struct obeying *o, const char *template_name, const struct gp_var *vars, size_t count, struct gp_err *err)
{
	const struct gp_reading *reading = o->arrival->reading;

	return gp_notice_send(o->desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = template_name,
		.space = o->arrival->to->space,
		.to_name = o->steward->name,
		.to_address = o->steward->address,
		.member_id = o->steward->id,
		.reply_ext = o->arrival->to->route.token,
		.in_reply_to = reading->message_id_made ? NULL : reading->message_id,
		.vars = vars,
		.var_count = count,
		.now = o->arrival->now },
	    NULL, err);
}

static enum gp_rc
obey(const struct obeying *o, const struct orders *orders, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf results = GP_BUF_INIT(64 * 1024);
	const char *language = *o->steward->language != '\0' ? o->steward->language : o->arrival->to->space->language;

	for (size_t i = 0; i < orders->count; i++) {
		const char *result;

		GP_TRY(orders->v[i].deed->act(o, &orders->v[i], &result, err));
		GP_TRY(add_result(o, language, &orders->v[i], result, &results, err));
	}
	const struct gp_var vars[] = { { "results", results.data } };
	return answer(o, "brief-done", vars, GP_COUNT(vars), err);
}

static enum gp_rc
take(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *steward = NULL;
	SCOPED(orders_release) struct orders orders = { .count = 0 };
	struct obeying o = { .desk = desk, .arrival = arrival };
	char actor[GP_ACTOR_SIZE];
	bool still = false;

	GP_TRY(gp_member_by_address(desk->db, arrival->to->space->community_id, request->address, &steward, err));
	if (steward != NULL)
		GP_TRY(gp_role_has(desk->db, steward->id, "steward", &still, err));
	if (!still || arrival->to->token == GP_TOKEN_EXPIRED)
		return gp_drop(desk, arrival, still ? "an old brief" : "is no steward any more", err);
	gp_actor(steward->id, actor);
	o.steward = steward;
	o.by = actor;
	GP_TRY(read_orders(desk, strtoll(request->mode, NULL, 10), arrival->reading->own_text, &orders, err));
	if (orders.count > 0 && orders.unclear == NULL)
		return obey(&o, &orders, err);
	const struct gp_var vars[] = { { "said", orders.unclear } };
	return answer(&o, "brief-unclear", vars, GP_COUNT(vars), err);
}

enum gp_rc
gp_brief_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	SCOPED(gp_request_release) struct gp_request request = { .id = 0 };

	*ret_taken = false;
	if (arrival->to->purpose != 'c')
		return GP_OK;
	GP_TRY(gp_request_load(desk->db, (int64_t)arrival->to->id, &request, err));
	*ret_taken = request.id != 0 && strcmp(request.kind, "brief") == 0;
	return *ret_taken ? take(desk, arrival, &request, err) : GP_OK;
}
