#include "desk/brief_act.h"

#include "desk/minutes.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/mailto.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/held.h"
#include "guildpost/store/member.h"
#include "guildpost/store/minutes.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define MAIL_MAX (32u << 20) /* octets of a post that is shown */

/* --- a post that waits ----------------------------------------------------------------------- */

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

static enum gp_rc
ask_author(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	SCOPED(gp_held_free) struct gp_held *held = NULL;

	GP_TRY(gp_held_load(o->desk->db, order->ref.ref, &held, err));
	if (held != NULL && *held->sender == '\0') {
		*ret_result = "mute";
		return GP_OK;
	}
	return settle(o, order, "asked", ret_result, err);
}

static enum gp_rc
show_post(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return settle(o, order, "shown", ret_result, err);
}

/* --- a draft, in the steward's own name ------------------------------------------------------ */

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

struct draft {
	const char *name, *address; /* whom it goes to */
	const char *subject, *text;
};

/* The steward gets a draft that goes out in his own name: by a reply, or by one touch of the link. */
static enum gp_rc
send_draft(const struct obeying *o, const struct draft *draft, struct gp_err *err)
{
	SCOPED(gp_buf_release)
	struct gp_buf plain = GP_BUF_INIT(64 * 1024), link = GP_BUF_INIT(4096), shown = GP_BUF_INIT(64 * 1024);

	unwrap(draft->text, &plain);
	gp_mailto_add(
	    &link, &(struct gp_mailto){ .address = draft->address, .subject = draft->subject, .body = plain.data });
	gp_text_wrap(&shown, draft->text, 70, "  ");
	const struct gp_var vars[] = { { "name", draft->name }, { "address", draft->address },
		{ "subject", draft->subject }, { "draft", shown.data }, { "link", link.data } };
	return gp_notice_send(o->desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "draft",
		.space = o->arrival->to->space,
		.to_name = o->steward->name,
		.to_address = o->steward->address,
		.member_id = o->steward->id,
		.reply_to = draft->address,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = o->arrival->now },
	    NULL, err);
}

static enum gp_rc
draft_to_member(const struct obeying *o, const struct order *order, const char *draft_name, const char **ret_result,
    struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(64 * 1024);
	SCOPED(gp_free_str) char *subject = NULL;

	GP_TRY(gp_member_load(o->desk->db, order->ref.ref, &member, err));
	*ret_result = "late";
	if (member == NULL || strcmp(member->state, "left") == 0)
		return GP_OK;
	GP_TRY(render_draft(o, member, draft_name, &subject, &text, err));
	*ret_result = "drafted";
	return send_draft(o, &(struct draft){ greeting_name(member), member->address, subject, text.data }, err);
}

static enum gp_rc
greet(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return draft_to_member(o, order, "draft-greet", ret_result, err);
}

static enum gp_rc
write_to(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	return draft_to_member(o, order, "draft-quiet", ret_result, err);
}

/* What was said at a meeting, begun for whoever was there: it goes to the space, marked so that it is known for minutes. */
static enum gp_rc
write_minutes(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(64 * 1024);
	SCOPED(gp_free_str) char *title = NULL, *day = NULL, *subject = NULL;
	struct gp_minutes minutes;
	char address[GP_ADDRESS_MAX];

	*ret_result = "late";
	GP_TRY(gp_minutes_load(o->desk->db, order->ref.ref, &minutes, &title, err));
	if (title != NULL)
		GP_TRY(gp_space_load(o->desk->db, minutes.space_id, &space, err));
	if (space == NULL)
		return GP_OK;
	GP_TRY(brief_day(o->desk, space, o->steward, minutes.start_at, &day, err));
	const struct gp_var vars[] = { { "title", title }, { "day", day } };
	GP_TRY(gp_template_render(
	    o->desk->templates, space->language, "draft-minutes", vars, GP_COUNT(vars), &subject, &text, err));
	gp_space_address(space, "", address);
	*ret_result = "drafted";
	return send_draft(o, &(struct draft){ space->title, address, subject, text.data }, err);
}

/* --- nothing to do ---------------------------------------------------------------------------- */

static enum gp_rc
drop_line(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	*ret_result = "done";
	GP_TRY(gp_brief_done(o->desk->db, order->ref.what, order->ref.ref, o->arrival->now, err));
	return gp_note(o->desk, &(struct gp_note){ o->arrival->now, order->ref.community_id, 0, o->by, "brief.done" },
	    err, "what", order->ref.what, NULL);
}

/* --- a question that nobody has answered ------------------------------------------------------ */

struct showing {
	const struct obeying *o;
	int64_t number;
	bool found;
	const struct gp_space *space;
};

/* Whole, with an address where the steward's answer goes into its thread. */
static enum gp_rc
show_it(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct showing *s = context;
	const struct obeying *o = s->o;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(MAIL_MAX);
	SCOPED(gp_free_str) char *own = NULL, *day = NULL;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(256 * 1024);

	GP_TRY(gp_raw_load(o->desk->db, post->raw_id, &octets, err));
	GP_TRY(gp_index_own_text(o->desk->db, post->id, &own, err));
	gp_text_wrap(&text, own, 72, "  ");
	GP_TRY(brief_day(o->desk, s->space, o->steward, post->received_at, &day, err));
	const struct gp_var vars[] = { { "subject", post->subject }, { "name", post->from_name },
		{ "address", post->from_address }, { "day", day }, { "text", text.data } };
	return gp_notice_send(o->desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "question",
		.space = s->space,
		.to_name = o->steward->name,
		.to_address = o->steward->address,
		.member_id = o->steward->id,
		.reply_ext = post->thread,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.attached_message = octets.data,
		.attached_n = octets.len,
		.now = o->arrival->now },
	    NULL, err);
}

static enum gp_rc
look_for_it(void *context, const struct gp_space *space, struct gp_err *err)
{
	struct showing *s = context;

	if (s->found)
		return GP_OK;
	s->space = space;
	return gp_archive_number(s->o->desk->db, space->id, s->number, show_it, s, &s->found, err);
}

static enum gp_rc
show_question(const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err)
{
	struct showing showing = { .o = o, .number = order->ref.ref };

	GP_TRY(gp_space_list(o->desk->db, order->ref.community_id, look_for_it, &showing, err));
	*ret_result = showing.found ? "shown" : "late";
	return GP_OK;
}

/* --- a member who could not be reached -------------------------------------------------------- */

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

/* --- all of it --------------------------------------------------------------------------------- */

static const struct deed deeds[] = {
	{ "held", "free", free_post },
	{ "held", "refuse", refuse_post },
	{ "held", "ask", ask_author },
	{ "held", "show", show_post },
	{ "question", "show", show_question },
	{ "question", "done", drop_line },
	{ "newcomer", "greet", greet },
	{ "quiet", "write", write_to },
	{ "minutes", "write", write_minutes },
	{ "minutes", "none", drop_line },
	{ "bounced", "back", bring_back },
	/* The same in the other languages that a brief is written in. */
	{ "question", "zeigen", show_question },
	{ "question", "montrer", show_question },
	{ "question", "mostrar", show_question },
	{ "question", "erledigt", drop_line },
	{ "question", "fait", drop_line },
	{ "question", "hecho", drop_line },
	{ "newcomer", "begrüßen", greet },
	{ "newcomer", "grüßen", greet },
	{ "newcomer", "saluer", greet },
	{ "newcomer", "accueillir", greet },
	{ "newcomer", "saludar", greet },
	{ "quiet", "schreiben", write_to },
	{ "quiet", "écrire", write_to },
	{ "quiet", "escribir", write_to },
	{ "minutes", "schreiben", write_minutes },
	{ "minutes", "écrire", write_minutes },
	{ "minutes", "escribir", write_minutes },
	{ "minutes", "keins", drop_line },
	{ "minutes", "aucun", drop_line },
	{ "minutes", "ninguna", drop_line },
	{ "bounced", "zurück", bring_back },
	{ "bounced", "retour", bring_back },
	{ "bounced", "volver", bring_back },
	{ "held", "zeigen", show_post },
	{ "held", "montrer", show_post },
	{ "held", "mostrar", show_post },
};

/* The words of a held post are those of the mail that shows it, in every language; a question wants its words. */
static const char *
held_word(const char *line, const char **ret_why)
{
	switch (gp_word_held(line, ret_why)) {
	case GP_HELD_FREE:
		return "free";
	case GP_HELD_REFUSE:
		return "refuse";
	case GP_HELD_ASK:
		return **ret_why != '\0' ? "ask" : "";
	case GP_HELD_UNCLEAR:
	default:
		return NULL;
	}
}

const struct deed *
brief_deed(const char *what, const char *line, const char **ret_why)
{
	char first[GP_WORD_SIZE];
	SCOPED(gp_free_str) char *folded = NULL;
	const char *word = strcmp(what, "held") == 0 ? held_word(line, ret_why) : NULL;

	if (word == NULL) {
		*ret_why = gp_word_first(line, first);
		word = folded = gp_utf8_fold(first);
	}
	for (size_t i = 0; i < GP_COUNT(deeds); i++)
		if (strcmp(deeds[i].what, what) == 0 && strcmp(deeds[i].word, word) == 0)
			return &deeds[i];
	return NULL;
}
