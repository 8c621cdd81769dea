#include "guildpost/desk/brief.h"

#include "desk/brief_mail.h"
#include "desk/date.h"
#include "desk/minutes.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/notice.h"
#include "guildpost/guild/recur.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/brief.h"
#include "guildpost/store/member.h"
#include "guildpost/store/request.h"

#define DAY	     86400
#define TOKEN_DAYS   14 /* ADR-08: as a held post */
#define SUBJECT_MOST 120 /* octets of a subject that a phone shows in two lines */
#define EXCERPT_MOST 200
#define PHONE	     57 /* columns of what stands below it */

enum gp_rc
brief_space(struct gp_desk *desk, int64_t community_id, struct gp_space **ret, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;

	GP_TRY(gp_community_load(desk->db, community_id, &community, err));
	if (community == NULL)
		return GP_OK;
	GP_TRY(gp_space_find(desk->db, community->name, ret, err));
	if (*ret != NULL && strcmp((*ret)->state, "open") != 0)
		gp_space_free(ret);
	return GP_OK;
}

static const char *
language_of(const struct gp_space *space, const struct gp_member *steward)
{
	return *steward->language != '\0' ? steward->language : space->language;
}

enum gp_rc
brief_day(struct gp_desk *desk, const struct gp_space *space, const struct gp_member *steward, int64_t t, char **ret,
    struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;

	GP_TRY(gp_zone_open(*steward->timezone != '\0' ? steward->timezone : space->timezone, &zone, err));
	return gp_date_text(desk, language_of(space, steward), "date-short", zone, t, ret, err);
}

/* --- one mail -------------------------------------------------------------------------------- */

/* In the order in which they are read. */
enum { HELD, QUESTION, NEWCOMER, QUIET, MINUTES, BOUNCED, REFUSED };
static const char *const blocks[] = { "held", "question", "newcomer", "quiet", "minutes", "bounced", "refused" };

struct writing {
	struct gp_desk *desk;
	const struct brief *brief;
	const struct gp_member *steward;
	bool keep; /* the numbers are written down */
	int number;
	int64_t lines[GP_COUNT(blocks)];
	struct gp_buf text[GP_COUNT(blocks)];
};

static void
writing_release(struct writing *w)
{
	for (size_t i = 0; i < GP_COUNT(blocks); i++)
		gp_buf_release(&w->text[i]);
}

/* What a stranger wrote, set in below its line. */
static void
add_excerpt(struct gp_buf *out, const char *text)
{
	SCOPED(gp_free_str) char *cut = gp_strndup(text, gp_utf8_cut(text, strlen(text), EXCERPT_MOST));
	SCOPED(gp_free_str) char *shown = NULL;

	if (*cut == '\0')
		return;
	for (char *c = cut; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	shown = gp_printf("\"%s%s\"", cut, strlen(cut) < strlen(text) ? "..." : "");
	gp_text_wrap(out, shown, PHONE, "   ");
	gp_buf_cut(out, out->len - 1);
}

static enum gp_rc
render_line(struct writing *w, const struct gp_brief_line *line, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_free_str) char *since = NULL;
	SCOPED(gp_free_str)
	char *subject = gp_strndup(line->text, gp_utf8_cut(line->text, strlen(line->text), SUBJECT_MOST));
	SCOPED(gp_free_str)
	char *number = gp_printf("%d", w->number), *count = gp_printf("%lld", (long long)line->count);
	SCOPED(gp_buf_release) struct gp_buf excerpt = GP_BUF_INIT(4096);
	struct gp_var vars[GP_COUNT(blocks) + 8];
	size_t n = 0;

	add_excerpt(&excerpt, line->excerpt);
	GP_TRY(brief_day(w->desk, w->brief->space, w->steward, line->at, &since, err));
	for (; n < GP_COUNT(blocks); n++)
		vars[n] = (struct gp_var){ blocks[n], strcmp(blocks[n], line->what) == 0 ? "1" : "" };
	vars[n++] = (struct gp_var){ "number", number };
	vars[n++] = (struct gp_var){ "name", line->name };
	vars[n++] = (struct gp_var){ "address", line->address };
	vars[n++] = (struct gp_var){ "subject", subject };
	vars[n++] = (struct gp_var){ "excerpt", excerpt.data };
	vars[n++] = (struct gp_var){ "in_space", line->space };
	vars[n++] = (struct gp_var){ "since", since };
	vars[n++] = (struct gp_var){ "count", count };
	return gp_template_render(
	    w->desk->templates, language_of(w->brief->space, w->steward), "brief-line", vars, n, NULL, out, err);
}

static enum gp_rc
write_line(void *context, const struct gp_brief_line *line, struct gp_err *err)
{
	struct writing *w = context;
	size_t block = 0;

	while (strcmp(blocks[block], line->what) != 0)
		block++;
	w->lines[block]++;
	if (line->ref != 0) {
		w->number++;
		if (w->keep)
			GP_TRY(gp_brief_add_line(w->desk->db, w->brief->id, w->number, line->what, line->ref, err));
	}
	return render_line(w, line, &w->text[block], err);
}

static enum gp_rc
make_token(struct gp_desk *desk, const struct brief *brief, const struct gp_member *steward, char token[GP_TOKEN_SIZE],
    struct gp_err *err)
{
	SCOPED(gp_free_str) char *number = gp_printf("%lld", (long long)brief->id);
	struct gp_request request = { .kind = "brief",
		.space_id = brief->space->id,
		.address = steward->address,
		.name = steward->name,
		.mode = number,
		.expires_at = brief->now + TOKEN_DAYS * DAY };
	int64_t id;

	GP_TRY(gp_request_insert(desk->db, &request, brief->now, &id, err));
	gp_token_make(&desk->keys, 'c', brief->space->name, (uint64_t)id, request.expires_at, token);
	return GP_OK;
}

/* The day on which briefs come, in the steward's language; "" when none does. */
static enum gp_rc
day_of_week(const struct writing *w, char **ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *rhythm = gp_printf("weekly on %s at 07:00", w->brief->space->brief);
	struct gp_recur recur;
	struct gp_err ignored;

	if (gp_recur_parse_rhythm(rhythm, &recur, &ignored) != GP_OK) {
		*ret = gp_strdup("");
		return GP_OK;
	}
	return gp_weekday_text(w->desk, language_of(w->brief->space, w->steward), recur.weekdays, ret, err);
}

static const char *
count_text(int64_t count, char out[24])
{
	(void)snprintf(out, 24, "%lld", (long long)count);
	return count > 0 ? out : "";
}

static enum gp_rc
send(struct writing *w, const struct gp_brief_counts *counts, struct gp_err *err)
{
	const struct brief *brief = w->brief;
	SCOPED(gp_free_str) char *weekday = NULL;
	char token[GP_TOKEN_SIZE], held[24], newcomers[24], spam[24], returned[24];
	struct gp_var vars[GP_COUNT(blocks) + 6];
	size_t n = 0;

	GP_TRY(make_token(w->desk, brief, w->steward, token, err));
	GP_TRY(day_of_week(w, &weekday, err));
	for (; n < GP_COUNT(blocks); n++)
		vars[n] = (struct gp_var){ blocks[n], w->text[n].data };
	vars[n++] = (struct gp_var){ "held_count", count_text(w->lines[HELD], held) };
	vars[n++] = (struct gp_var){ "new_count", count_text(w->lines[NEWCOMER], newcomers) };
	vars[n++] = (struct gp_var){ "spam", count_text(counts->spam, spam) };
	vars[n++] = (struct gp_var){ "returned", count_text(counts->returned, returned) };
	vars[n++] = (struct gp_var){ "weekday", weekday };
	return gp_notice_send(w->desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = strcmp(brief->kind, "held") == 0 ? "held-many" : "brief",
		.space = brief->space,
		.to_name = w->steward->name,
		.to_address = w->steward->address,
		.member_id = w->steward->id,
		.reply_ext = token,
		.vars = vars,
		.var_count = n,
		.now = brief->now },
	    NULL, err);
}

/* The numbers are the same for all stewards of a brief; whoever comes first writes them down. */
static enum gp_rc
has_numbers(struct gp_desk *desk, const struct brief *brief, bool *ret, struct gp_err *err)
{
	struct gp_brief_ref one;

	GP_TRY(gp_brief_find(desk->db, brief->id, 1, &one, err));
	*ret = one.what[0] != '\0';
	return GP_OK;
}

enum gp_rc
brief_send(struct gp_desk *desk, const struct brief *brief, const struct gp_member *steward, bool *ret_sent,
    struct gp_err *err)
{
	SCOPED(writing_release)
	struct writing w = { .desk = desk, .brief = brief, .steward = steward };
	struct gp_brief_counts counts;
	bool numbered;

	for (size_t i = 0; i < GP_COUNT(blocks); i++)
		w.text[i] = (struct gp_buf)GP_BUF_INIT(256 * 1024);
	GP_TRY(has_numbers(desk, brief, &numbered, err));
	w.keep = !numbered;
	GP_TRY(gp_brief_gather(desk->db,
	    &(struct gp_brief_window){ brief->kind, brief->space->community_id, brief->since, brief->now }, write_line,
	    &w, err));
	/* Each line ends in a blank one, and so does the block in its template. */
	for (size_t i = 0; i < GP_COUNT(blocks); i++)
		if (w.text[i].len > 1)
			gp_buf_cut(&w.text[i], w.text[i].len - 1);
	GP_TRY(gp_brief_count(desk->db, brief->space->community_id, brief->since, &counts, err));
	/* Silence is a feature (promise 4): spam alone is no news. */
	*ret_sent = w.number > 0 || w.lines[REFUSED] > 0 || counts.returned > 0;
	return *ret_sent ? send(&w, &counts, err) : GP_OK;
}

static enum gp_rc
number_line(void *context, const struct gp_brief_line *line, struct gp_err *err)
{
	struct writing *w = context;

	return line->ref == 0 ? GP_OK
			      : gp_brief_add_line(w->desk->db, w->brief->id, ++w->number, line->what, line->ref, err);
}

enum gp_rc
brief_number(struct gp_desk *desk, const struct brief *brief, struct gp_err *err)
{
	struct writing w = { .desk = desk, .brief = brief };

	return gp_brief_gather(desk->db,
	    &(struct gp_brief_window){ brief->kind, brief->space->community_id, brief->since, brief->now }, number_line,
	    &w, err);
}

/* --- by the clock ---------------------------------------------------------------------------- */

struct round {
	struct gp_desk *desk;
	struct brief brief;
};

static enum gp_rc
send_to(void *context, const struct gp_member *steward, struct gp_err *err)
{
	struct round *round = context;
	bool sent;

	if (strcmp(steward->state, "active") != 0)
		return GP_OK;
	return brief_send(round->desk, &round->brief, steward, &sent, err);
}

/* The last promised instant at or before now, and the next. */
static enum gp_rc
promised(const struct gp_space *space, int64_t now, int64_t *ret_last, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_free_str) char *rhythm = gp_printf("weekly on %s at 07:00", space->brief);
	struct gp_recur recur;

	*ret_last = *ret_next = 0;
	if (strcmp(space->brief, "never") == 0)
		return GP_OK;
	GP_TRY(gp_zone_open(space->timezone, &zone, err));
	GP_TRY(gp_recur_parse_rhythm(rhythm, &recur, err));
	(void)gp_recur_last(&recur, zone, now, ret_last);
	(void)gp_recur_next(&recur, zone, now, ret_next);
	return GP_OK;
}

static enum gp_rc
tick_community(struct gp_desk *desk, const char *name, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct round round = { .desk = desk };
	int64_t due, last;

	*ret_next = 0;
	GP_TRY(gp_community_find(desk->db, name, &community, err));
	GP_TRY(brief_space(desk, community->id, &space, err));
	if (space == NULL)
		return GP_OK;
	GP_TRY(promised(space, now, &due, ret_next, err));
	GP_TRY(gp_brief_last(desk->db, community->id, "brief", &last, err));
	if (last >= due)
		return GP_OK;
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(minutes_gather(desk, community->id, now, err));
	round.brief = (struct brief){ .kind = "brief", .since = last, .now = now, .space = space };
	GP_TRY(gp_brief_insert(desk->db, community->id, "brief", now, &round.brief.id, err));
	/* A community begins without one: there is nothing to look back on. */
	if (last != 0)
		GP_TRY(gp_member_with_role(desk->db, community->id, "steward", send_to, &round, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

enum gp_rc
gp_brief_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs names = { 0 };
	int64_t next;

	*ret_next = 0;
	GP_TRY(gp_community_list(desk->db, &names, err));
	for (size_t i = 0; i < names.count; i++) {
		GP_TRY(tick_community(desk, names.v[i], now, &next, err));
		if (next != 0 && (*ret_next == 0 || next < *ret_next))
			*ret_next = next;
	}
	return GP_OK;
}
