#include "desk/brief_act.h"
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

#define LINES_MOST 100
#define SAID_MOST  60 /* octets of a line that is given back */

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

/* --- reading --------------------------------------------------------------------------------- */

static void
not_plain(struct orders *orders, const char *line)
{
	if (orders->unclear == NULL)
		orders->unclear = gp_strndup(line, gp_utf8_cut(line, strlen(line), SAID_MOST));
}

static bool
is_ordered(const struct orders *orders, int number)
{
	for (size_t i = 0; i < orders->count; i++)
		if (orders->v[i].number == number)
			return true;
	return false;
}

/* False: that is not plain. Only a held post has room for words to its author. */
static bool
add_order(struct orders *orders, int number, const struct gp_brief_ref *ref, const char *said)
{
	struct order *order = &orders->v[orders->count];
	const char *why = "";
	const struct deed *deed = brief_deed(ref->what, said, &why);

	if (deed == NULL || orders->count == GP_COUNT(orders->v))
		return false;
	*order = (struct order){ .number = number, .deed = deed, .ref = *ref };
	order->why = gp_strdup(strcmp(deed->word, "refuse") == 0 || strcmp(deed->word, "ask") == 0 ? why : "");
	orders->count++;
	return true;
}

static enum gp_rc
read_order(struct gp_desk *desk, int64_t brief_id, const char *line, struct orders *orders, struct gp_err *err)
{
	struct gp_brief_ref ref = { .what = "" };
	char *behind;
	long number = strtol(line, &behind, 10);

	if (number > 0 && number < 1000)
		GP_TRY(gp_brief_find(desk->db, brief_id, (int)number, &ref, err));
	if (ref.what[0] == '\0' || !add_order(orders, (int)number, &ref, behind + strspn(behind, ".): \t")))
		not_plain(orders, line);
	return GP_OK;
}

/* "rest refuse": whatever else of the posts that wait is listed there. */
static const char *
behind_rest(const char *line)
{
	static const char *const words[] = { "rest", "all", "others", "alle", "übrige", "tout", "tous", "reste", "todo",
		"todos", "resto" };
	char word[GP_WORD_SIZE];
	const char *behind = gp_word_first(line, word), *why;

	for (size_t i = 0; i < GP_COUNT(words); i++)
		if (strcmp(words[i], word) == 0 && brief_deed("held", behind, &why) != NULL)
			return behind;
	return NULL;
}

static enum gp_rc
read_rest(struct gp_desk *desk, int64_t brief_id, const char *line, struct orders *orders, struct gp_err *err)
{
	const char *said = behind_rest(line);

	for (int number = 1; number < 1000; number++) {
		struct gp_brief_ref ref;

		GP_TRY(gp_brief_find(desk->db, brief_id, number, &ref, err));
		if (ref.what[0] == '\0')
			break;
		if (strcmp(ref.what, "held") == 0 && !is_ordered(orders, number) &&
		    !add_order(orders, number, &ref, said))
			not_plain(orders, line);
	}
	return GP_OK;
}

/* From the first line that begins with a number to the next blank line: what stands before is a greeting. */
static enum gp_rc
read_orders(struct gp_desk *desk, int64_t brief_id, const char *own, struct orders *orders, struct gp_err *err)
{
	SCOPED(gp_free_str) char *rest = NULL;
	bool begun = false;

	while (*own != '\0') {
		size_t n = strcspn(own, "\n");
		SCOPED(gp_free_str) char *line = gp_strndup(own, n);
		bool number = *line >= '0' && *line <= '9', is_rest = !number && behind_rest(line) != NULL;

		own += n + (own[n] == '\n');
		if (!begun && !number && !is_rest)
			continue;
		if (begun && n == 0)
			break;
		begun = true;
		if (is_rest && rest == NULL)
			rest = TAKE(line);
		else
			GP_TRY(read_order(desk, brief_id, line, orders, err));
	}
	return rest != NULL ? read_rest(desk, brief_id, rest, orders, err) : GP_OK;
}

/* --- obeying --------------------------------------------------------------------------------- */

static enum gp_rc
add_result(const struct obeying *o, const char *language, const struct order *order, const char *result,
    struct gp_buf *out, struct gp_err *err)
{
	static const char *const results[] = { "freed", "refused", "asked", "shown", "mute", "drafted", "done", "back",
		"late" };
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
