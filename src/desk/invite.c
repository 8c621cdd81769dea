#include "guildpost/desk/invite.h"

#include "desk/invite_mail.h"
#include "desk/date.h"
#include "guildpost/base/log.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/ical.h"
#include "guildpost/store/outbox.h"

#define DAY	   INT64_C(86400)
#define BATCH	   25 /* members a transaction */
#define AHEAD	   (3 * 366 * DAY) /* how far an endless series must be right in its VTIMEZONE */
#define ANSWERABLE (400 * DAY) /* how long an endless series takes answers to one mail */
#define TEXT_MAX   (256 * 1024)

/* --- what is told ------------------------------------------------------------------------------ */

/* The last date within a span, and its end. */
static int64_t
last_end(const struct gp_meeting *meeting, const struct gp_plan *plan, int64_t until)
{
	int64_t t = gp_zone_from_wall(plan->zone, &plan->start);

	(void)gp_recur_last(&plan->recur, plan->zone, until, &t);
	return t + meeting->duration;
}

static void
single_date(struct invite *invite)
{
	const struct gp_plan *plan = invite->plan;

	invite->single = gp_wall_parse(invite->meeting->owed, &invite->occurrence);
	invite->only_start = invite->occurrence;
	for (size_t i = 0; i < plan->count && invite->single; i++)
		if (gp_wall_compare(&plan->exceptions[i].occurrence, &invite->occurrence) == 0) {
			invite->cancel = plan->exceptions[i].start.year == 0;
			if (!invite->cancel)
				invite->only_start = plan->exceptions[i].start;
		}
}

void
invite_prepare(struct gp_desk *desk, const struct gp_space *space, const struct gp_meeting *meeting,
    const struct gp_plan *plan, int64_t now, struct invite *ret, bool *ret_any)
{
	int64_t occurrence;

	*ret = (struct invite){ .desk = desk, .space = space, .meeting = meeting, .plan = plan, .now = now };
	ret->cancel = strcmp(meeting->state, "cancelled") == 0;
	if (!ret->cancel)
		single_date(ret);
	ret->until = last_end(meeting, plan, now + AHEAD);
	if (ret->single) {
		ret->start = gp_zone_from_wall(plan->zone, &ret->only_start);
		*ret_any = ret->start > now;
	} else {
		*ret_any = gp_schedule_next(&plan->schedule, now, &occurrence, &ret->start);
	}
}

/* --- the calendar part ------------------------------------------------------------------------- */

struct exceptions {
	struct gp_wall *dropped;
	struct gp_ical_move *moved;
	size_t dropped_count, moved_count;
};

static void
release_exceptions(struct exceptions *exceptions)
{
	free(exceptions->dropped);
	free(exceptions->moved);
}

static void
split_exceptions(const struct gp_plan *plan, struct exceptions *ret)
{
	ret->dropped = gp_new_array(plan->count + 1, sizeof(*ret->dropped));
	ret->moved = gp_new_array(plan->count + 1, sizeof(*ret->moved));
	for (size_t i = 0; i < plan->count; i++)
		if (plan->exceptions[i].start.year == 0)
			ret->dropped[ret->dropped_count++] = plan->exceptions[i].occurrence;
		else
			ret->moved[ret->moved_count++] = (struct gp_ical_move){ plan->exceptions[i].occurrence,
				plan->exceptions[i].start };
}

static void
write_calendar(const struct invite *invite, const struct gp_invitee *invitee, struct gp_buf *out)
{
	const struct gp_meeting *meeting = invite->meeting;
	SCOPED(release_exceptions) struct exceptions exceptions = { 0 };
	char organizer[GP_ADDRESS_MAX];
	/* A new time asks anew; else what the member said stays (CAL-08). */
	bool known = *invitee->partstat != '\0' && invitee->partstat_sequence >= meeting->timed_sequence &&
		     !invite->single;

	split_exceptions(invite->plan, &exceptions);
	gp_space_address(invite->space, "cal", organizer);
	gp_ical_write(&(struct gp_ical_event){ .uid = meeting->uid,
			  .sequence = meeting->sequence,
			  .dtstamp = invite->now,
			  .summary = meeting->title,
			  .description = meeting->agenda,
			  .location = meeting->location,
			  .organizer_name = invite->space->title,
			  .organizer_address = organizer,
			  .attendee_name = invitee->member->name,
			  .attendee_address = invitee->member->address,
			  .partstat = known ? invitee->partstat : NULL,
			  .zone = invite->plan->zone,
			  .start = invite->plan->start,
			  .duration = meeting->duration,
			  .rrule = meeting->rrule,
			  .horizon = invite->until,
			  .dropped = exceptions.dropped,
			  .dropped_count = exceptions.dropped_count,
			  .moved = exceptions.moved,
			  .moved_count = exceptions.moved_count,
			  .only = invite->single ? &invite->occurrence : NULL,
			  .only_start = invite->only_start },
	    invite->cancel ? "CANCEL" : "REQUEST", out);
}

/* --- the readable parts ------------------------------------------------------------------------ */

/* Everything that a template may name, with its owner. */
struct words {
	char *date, *from, *until, *zone, *home_when, *subject_when, *dates, *repeat;
	struct gp_buf agenda;
	char token[GP_TOKEN_SIZE], answer[GP_ADDRESS_MAX], link[GP_ADDRESS_MAX + 32];
};

static void
release_words(struct words *words)
{
	char **const texts[] = { &words->date, &words->from, &words->until, &words->zone, &words->home_when,
		&words->subject_when, &words->dates, &words->repeat };

	for (size_t i = 0; i < GP_COUNT(texts); i++)
		gp_free_str(texts[i]);
	gp_buf_release(&words->agenda);
}

void
invite_answer_address(const struct invite *invite, int64_t invitation_id, char token[GP_TOKEN_SIZE], char *out)
{
	int64_t end = last_end(invite->meeting, invite->plan, invite->now + ANSWERABLE);

	/* Until the event's end and a day (ADR-08). */
	gp_token_make(&invite->desk->keys, 'r', invite->space->name, (uint64_t)invitation_id,
	    (end > invite->start + invite->meeting->duration ? end : invite->start + invite->meeting->duration) + DAY,
	    token);
	gp_space_address(invite->space, token, out);
}

/* "mailto:weavers%2Br...@lists.example.org": in a URI the plus is written out (ADR-06). */
static void
mailto(const char *address, char *out, size_t size)
{
	const char *plus = strchr(address, '+');

	(void)snprintf(out, size, "mailto:%.*s%s%s", (int)(plus != NULL ? plus - address : (ptrdiff_t)strlen(address)),
	    address, plus != NULL ? "%2B" : "", plus != NULL ? plus + 1 : "");
}

static const char *
language_of(const struct invite *invite, const struct gp_invitee *invitee)
{
	return *invitee->member->language != '\0' ? invitee->member->language : invite->space->language;
}

/* The zone of the member, else of the space, else of the meeting itself. */
static enum gp_rc
zone_of(const struct invite *invite, const struct gp_invitee *invitee, struct gp_zone **ret_zone, struct gp_err *err)
{
	if (*invitee->member->timezone != '\0' && gp_zone_open(invitee->member->timezone, ret_zone, err) == GP_OK)
		return GP_OK;
	if (gp_zone_open(invite->space->timezone, ret_zone, err) == GP_OK)
		return GP_OK;
	return gp_zone_open(invite->meeting->timezone, ret_zone, err);
}

/* "Berlin" of "Europe/Berlin"; people know cities, not continents. */
static char *
city(const struct gp_zone *zone)
{
	const char *slash = strrchr(gp_zone_name(zone), '/');
	char *text = gp_strdup(slash != NULL ? slash + 1 : gp_zone_name(zone));

	for (char *at = text; *at != '\0'; at++)
		if (*at == '_')
			*at = ' ';
	return text;
}

/* Three dates of a series, one a line, in the member's zone. */
static enum gp_rc
list_dates(
    const struct invite *invite, const char *language, const struct gp_zone *zone, char **ret, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4000);
	int64_t t = invite->now, occurrence;

	for (int i = 0; i < 3 && gp_schedule_next(&invite->plan->schedule, t, &occurrence, &t); i++) {
		SCOPED(gp_free_str) char *when = NULL;

		GP_TRY(gp_date_text(invite->desk, language, "date-time", zone, t, &when, err));
		gp_buf_addf(&out, "%s%s", i > 0 ? ", " : "", when);
	}
	*ret = gp_buf_take(&out);
	return GP_OK;
}

static enum gp_rc
gather_times(const struct invite *invite, const char *language, const struct gp_zone *zone, struct words *words,
    struct gp_err *err)
{
	struct gp_wall from, until;
	int64_t end = invite->start + invite->meeting->duration;

	GP_TRY(gp_date_text(invite->desk, language, "date", zone, invite->start, &words->date, err));
	GP_TRY(gp_date_text(invite->desk, language, "date-time", zone, invite->start, &words->subject_when, err));
	gp_zone_to_wall(zone, invite->start, &from);
	gp_zone_to_wall(zone, end, &until);
	words->from = gp_printf("%02d:%02d", from.hour, from.minute);
	words->until = gp_printf("%02d:%02d", until.hour, until.minute);
	if (until.day != from.day) {
		SCOPED(gp_free_str) char *long_end = NULL;

		GP_TRY(gp_date_text(invite->desk, language, "date-time", zone, end, &long_end, err));
		free(words->until);
		words->until = TAKE(long_end);
	}
	words->zone = city(zone);
	if (gp_zone_offset(zone, invite->start) != gp_zone_offset(invite->plan->zone, invite->start)) {
		SCOPED(gp_free_str) char *home = NULL;
		SCOPED(gp_free_str) char *name = city(invite->plan->zone);

		GP_TRY(
		    gp_date_text(invite->desk, language, "date-time", invite->plan->zone, invite->start, &home, err));
		words->home_when = gp_printf("%s (%s)", home, name);
	}
	if (!invite->single && invite->plan->recur.freq != GP_ONCE)
		GP_TRY(list_dates(invite, language, zone, &words->dates, err));
	return GP_OK;
}

/* The agenda set in by two blanks, so that the template keeps its lines; long ones are wrapped. */
static void
set_in(const char *text, struct gp_buf *out)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		SCOPED(gp_free_str) char *line = gp_strndup(text, n);

		if (n > 0)
			gp_text_wrap(out, line, 70, "  ");
		if (n == 0 || out->data[out->len - 1] != '\n')
			gp_buf_addc(out, '\n');
		text += n + (text[n] == '\n');
	}
	while (out->len > 0 && out->data[out->len - 1] == '\n')
		gp_buf_cut(out, out->len - 1);
}

struct rendered {
	char *subject;
	struct gp_buf text, html;
};

static void
release_rendered(struct rendered *rendered)
{
	gp_free_str(&rendered->subject);
	gp_buf_release(&rendered->text);
	gp_buf_release(&rendered->html);
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static enum gp_rc
render(const struct invite *invite, const struct gp_invitee *invitee, struct rendered *ret, struct gp_err *err)
{
	const struct gp_meeting *meeting = invite->meeting;
	const char *language = language_of(invite, invitee), *name = invite->cancel ? "cancel" : "invite";
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(release_words) struct words words = { .agenda = GP_BUF_INIT(TEXT_MAX) };
	char address[GP_ADDRESS_MAX], help[GP_ADDRESS_MAX];
	bool series = invite->plan->recur.freq != GP_ONCE;

	GP_TRY(zone_of(invite, invitee, &zone, err));
	GP_TRY(gather_times(invite, language, zone, &words, err));
	invite_answer_address(invite, invitee->invitation.id, words.token, words.answer);
	mailto(words.answer, words.link, sizeof(words.link));
	gp_space_address(invite->space, "", address);
	gp_space_address(invite->space, "help", help);
	set_in(meeting->agenda, &words.agenda);
	if (series && !invite->single)
		GP_TRY(gp_recur_text(invite->desk, language, &invite->plan->recur, &words.repeat, err));
	const struct gp_var vars[] = { { "title", meeting->title }, { "space", invite->space->title },
		{ "space_address", address }, { "help_address", help }, { "ref", meeting->ref }, { "date", words.date },
		{ "when", words.subject_when }, { "from", words.from }, { "until", words.until },
		{ "zone", words.zone }, { "home_when", or_empty(words.home_when) }, { "location", meeting->location },
		{ "agenda", words.agenda.data }, { "agenda_plain", meeting->agenda },
		{ "repeat", or_empty(words.repeat) }, { "dates", or_empty(words.dates) },
		{ "answer_address", words.answer }, { "answer_link", words.link },
		{ "updated", meeting->sequence > 0 && invitee->invitation.sequence < meeting->sequence ? "1" : "" },
		{ "one_date", series && invite->single ? "1" : "" }, { "to_address", invitee->member->address } };

	GP_TRY(gp_template_render(
	    invite->desk->templates, language, name, vars, GP_COUNT(vars), &ret->subject, &ret->text, err));
	return gp_template_render_html(invite->desk->templates, language, name, vars, GP_COUNT(vars), &ret->html, err);
}

/* --- one mail ---------------------------------------------------------------------------------- */

static enum gp_rc
compose(const struct invite *invite, const struct gp_invitee *invitee, struct gp_composed *ret, struct gp_err *err)
{
	SCOPED(release_rendered)
	struct rendered rendered = { .text = GP_BUF_INIT(TEXT_MAX), .html = GP_BUF_INIT(TEXT_MAX) };
	SCOPED(gp_buf_release) struct gp_buf calendar = GP_BUF_INIT(TEXT_MAX);
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	const struct gp_invitation *invitation = &invitee->invitation;
	struct gp_list_facts facts = gp_space_facts(invite->space);
	char organizer[GP_ADDRESS_MAX], mark[GP_LOOP_MARK_MAX];

	GP_TRY(render(invite, invitee, &rendered, err));
	GP_TRY(zone_of(invite, invitee, &zone, err));
	write_calendar(invite, invitee, &calendar);
	gp_space_address(invite->space, "cal", organizer);
	gp_loop_mark(invite->desk, invite->space, mark);
	/* From = ORGANIZER = Reply-To (CAL-04). */
	return gp_compose_letter(
	    &(struct gp_letter){ .from_name = invite->space->title,
		.from_address = organizer,
		.to_name = invitee->member->name,
		.to_address = invitee->member->address,
		.reply_to = organizer,
		.subject = rendered.subject,
		.msgid = invitation->msgid,
		.references = strcmp(invitation->first_msgid, invitation->msgid) != 0 ? invitation->first_msgid : NULL,
		.in_reply_to = strcmp(invitation->first_msgid, invitation->msgid) != 0 ? invitation->first_msgid : NULL,
		.auto_submitted = "auto-generated",
		.precedence = "bulk",
		.language = language_of(invite, invitee),
		.list = &facts,
		.loop_mark = mark,
		.date = invite->now,
		.date_offset = gp_zone_offset(zone, invite->now),
		.text = rendered.text.data,
		.html = rendered.html.data,
		.flowed = true,
		.calendar = calendar.data,
		.calendar_method = invite->cancel ? "CANCEL" : "REQUEST" },
	    ret, err);
}

static enum gp_rc
add_to_outbox(const struct invite *invite, const struct gp_invitee *invitee, const struct gp_composed *composed,
    struct gp_err *err)
{
	struct gp_outbox_new row = { .kind = "invite",
		.space_id = invite->space->id,
		.composed = composed,
		.now = invite->now,
		.expires_at = invite->start };
	struct gp_outbox_to to = { .key = invitee->member->id,
		.address = invitee->member->address,
		.member_id = invitee->member->id,
		.subscription_id = invitee->subscription_id };
	int64_t id;

	GP_TRY(gp_outbox_add(invite->desk->db, &row, &id, err));
	return gp_outbox_add_recipient(invite->desk->db, id, &to, err);
}

enum gp_rc
invite_send(const struct invite *invite, const struct gp_invitee *invitee, struct gp_err *err)
{
	SCOPED(gp_composed_release) struct gp_composed composed;

	gp_composed_init(&composed);
	GP_TRY(compose(invite, invitee, &composed, err));
	return add_to_outbox(invite, invitee, &composed, err);
}

/* --- to all ------------------------------------------------------------------------------------ */

/* Made with the server's key: who names it in In-Reply-To has had the mail. Fixed by row and member, so that a second
 * copy is known as the same (DESIGN.md rule 9). */
static void
make_msgid(const struct invite *invite, int64_t member_id, char out[160])
{
	SCOPED(gp_free_str)
	char *seed = gp_printf("invite %s %lld %s %lld", invite->meeting->uid, (long long)invite->meeting->sequence,
	    invite->meeting->owed, (long long)member_id);
	unsigned char mac[32];
	char hex[65];

	gp_hmac_sha256(invite->desk->keys.key[invite->desk->keys.signing].secret, 32, seed, strlen(seed), mac);
	gp_hex(mac, 32, hex);
	gp_msgid_make(invite->space->domain, hex, out, 160);
}

/* The rows that the addresses in the mails name. */
static enum gp_rc
write_invitations(const struct invite *invite, struct gp_invitees *invitees, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(invite->desk->db, &tx, err));
	for (size_t i = 0; i < invitees->count; i++) {
		struct gp_invitation row = { .meeting_id = invite->meeting->id,
			.member_id = invitees->v[i].member->id,
			.sequence = invite->meeting->sequence,
			.at = invite->now };
		struct gp_invitation *shown = &invitees->v[i].invitation;

		make_msgid(invite, row.member_id, row.msgid);
		GP_TRY(gp_invitation_put(invite->desk->db, &row, &row.id, err));
		/* The text says "updated" by the sequence that was told before. */
		shown->sequence = shown->id != 0 ? shown->sequence : row.sequence;
		if (shown->id == 0)
			(void)snprintf(shown->first_msgid, sizeof(shown->first_msgid), "%s", row.msgid);
		(void)snprintf(shown->msgid, sizeof(shown->msgid), "%s", row.msgid);
		shown->id = row.id;
	}
	return gp_tx_commit(&tx, err);
}

/* Somebody else (the desk's clock, a command) may have told these members meanwhile: then the cursor has moved. */
static enum gp_rc
still_owed(const struct invite *invite, struct gp_meeting **ret_meeting, bool *ret_owed, struct gp_err *err)
{
	GP_TRY(gp_meeting_load(invite->desk->db, invite->meeting->id, ret_meeting, err));
	*ret_owed = *ret_meeting != NULL && (*ret_meeting)->sequence == invite->meeting->sequence &&
		    (*ret_meeting)->cursor == invite->meeting->cursor &&
		    strcmp((*ret_meeting)->owed, invite->meeting->owed) == 0;
	return GP_OK;
}

static enum gp_rc
advance(const struct invite *invite, struct gp_meeting *meeting, const struct gp_invitees *invitees, struct gp_err *err)
{
	if (invitees->count > 0) {
		meeting->cursor = invitees->v[invitees->count - 1].member->id;
	} else {
		free(meeting->owed);
		meeting->owed = gp_strdup("");
		meeting->cursor = 0;
	}
	return gp_meeting_update(invite->desk->db, meeting, err);
}

/* Composed outside, written in one transaction with the cursor. */
static enum gp_rc
send_batch(const struct invite *invite, const struct gp_invitees *invitees, int64_t *sent, struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_composed composed[BATCH];
	enum gp_rc rc = GP_OK;
	bool owed = false;

	for (size_t i = 0; i < invitees->count; i++)
		gp_composed_init(&composed[i]);
	for (size_t i = 0; i < invitees->count && rc == GP_OK; i++)
		rc = compose(invite, &invitees->v[i], &composed[i], err);
	if (rc == GP_OK)
		rc = gp_tx_begin(invite->desk->db, &tx, err);
	if (rc == GP_OK)
		rc = still_owed(invite, &meeting, &owed, err);
	for (size_t i = 0; i < invitees->count && rc == GP_OK && owed; i++)
		rc = add_to_outbox(invite, &invitees->v[i], &composed[i], err);
	if (rc == GP_OK && owed)
		rc = advance(invite, meeting, invitees, err);
	if (rc == GP_OK)
		rc = gp_tx_commit(&tx, err);
	if (rc == GP_OK && owed)
		*sent += (int64_t)invitees->count;
	for (size_t i = 0; i < invitees->count; i++)
		gp_composed_release(&composed[i]);
	return rc;
}

static enum gp_rc
tell_batch(struct gp_desk *desk, const struct gp_meeting *meeting, const struct gp_space *space, int64_t now,
    int64_t *sent, struct gp_err *err)
{
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	SCOPED(gp_invitees_release) struct gp_invitees invitees = { NULL, 0 };
	struct invite invite;
	bool any;

	GP_TRY(gp_plan_open(desk->db, meeting, &plan, err));
	invite_prepare(desk, space, meeting, &plan, now, &invite, &any);
	if (any)
		GP_TRY(gp_invitees_load(
		    desk->db, meeting, invite.cancel || invite.single, meeting->cursor, BATCH, now, &invitees, err));
	if (invitees.count > 0)
		GP_TRY(write_invitations(&invite, &invitees, err));
	return send_batch(&invite, &invitees, sent, err);
}

enum gp_rc
gp_invite_run(struct gp_desk *desk, int64_t now, int64_t *ret_sent, struct gp_err *err)
{
	int64_t sent = 0;

	for (;;) {
		SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
		SCOPED(gp_space_free) struct gp_space *space = NULL;

		GP_TRY(gp_meeting_owing(desk->db, &meeting, err));
		if (meeting == NULL)
			break;
		GP_TRY(gp_space_load(desk->db, meeting->space_id, &space, err));
		GP_TRY(tell_batch(desk, meeting, space, now, &sent, err));
	}
	if (sent > 0) {
		gp_log(GP_LOG_INFO, "invite.told", "members", gp_log_int(sent), NULL);
		gp_bell_ring(desk->db, "deliver");
	}
	if (ret_sent != NULL)
		*ret_sent = sent;
	return GP_OK;
}
