#include "desk/invite_mail.h"

#include "desk/date.h"
#include "desk/handlers.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/answered.h"

/* One answer, from whatever form it came in. */
struct answer {
	const struct gp_meeting *meeting;
	struct gp_plan plan;
	int64_t member_id;
	char occurrence[GP_OCCURRENCE_SIZE]; /* "" for the whole */
	const char *partstat, *comment;
	struct gp_answer_age age;
	bool provisional; /* who it is was not proved (CAL-22) */
};

static bool
is_machine(const struct gp_arrival *arrival)
{
	return !gp_answerable(arrival) || strncmp(arrival->reading->auto_submitted, "auto-", 5) == 0;
}

/* --- keeping an answer -------------------------------------------------------------------------- */

static enum gp_rc
member_zone(const struct gp_arrival *arrival, const struct gp_member *member, struct gp_zone **ret, struct gp_err *err)
{
	if (*member->timezone != '\0' && gp_zone_open(member->timezone, ret, err) == GP_OK)
		return GP_OK;
	return gp_zone_open(arrival->to->space->timezone, ret, err);
}

/* The next date of the meeting in the words of the member; "" when it is over. */
static enum gp_rc
next_date(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_plan *plan,
    const struct gp_member *member, char **ret, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	const char *language = *member->language != '\0' ? member->language : arrival->to->space->language;
	int64_t occurrence, start;

	*ret = NULL;
	if (!gp_schedule_next(&plan->schedule, arrival->now, &occurrence, &start)) {
		*ret = gp_strdup("");
		return GP_OK;
	}
	GP_TRY(member_zone(arrival, member, &zone, err));
	return gp_date_text(desk, language, "date-time", zone, start, ret, err);
}

/* Text and address for a mail to a member about one meeting. */
static enum gp_rc
tell_member(struct gp_desk *desk, const struct gp_arrival *arrival, const struct answer *answer,
    const char *template_name, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_free_str) char *when = NULL;
	struct gp_invitation invitation;
	struct invite invite;
	char token[GP_TOKEN_SIZE], address[GP_ADDRESS_MAX];
	bool any;

	GP_TRY(gp_member_load(desk->db, answer->member_id, &member, err));
	GP_TRY(gp_invitation_find(desk->db, answer->meeting->id, answer->member_id, &invitation, err));
	if (member == NULL || invitation.id == 0)
		return GP_OK;
	invite_prepare(desk, arrival->to->space, answer->meeting, &answer->plan, arrival->now, &invite, &any);
	if (!any)
		invite.start = arrival->now;
	invite_answer_address(&invite, invitation.id, token, address);
	GP_TRY(next_date(desk, arrival, &answer->plan, member, &when, err));
	const char *partstat = answer->partstat != NULL ? answer->partstat : "";
	const struct gp_var vars[] = { { "title", answer->meeting->title }, { "when", when },
		{ "yes", strcmp(partstat, "ACCEPTED") == 0 ? "1" : "" },
		{ "no", strcmp(partstat, "DECLINED") == 0 ? "1" : "" },
		{ "maybe", strcmp(partstat, "TENTATIVE") == 0 ? "1" : "" }, { "answer_address", address },
		{ "cancelled", strcmp(answer->meeting->state, "cancelled") == 0 ? "1" : "" } };

	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = template_name,
		.language = member->language,
		.space = arrival->to->space,
		.to_name = member->name,
		.to_address = member->address,
		.member_id = member->id,
		.reply_ext = token,
		.in_reply_to = arrival->reading->message_id_made || is_machine(arrival) ? NULL
											: arrival->reading->message_id,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.limit_kind = template_name,
		.now = arrival->now },
	    NULL, err);
}

/* A meeting that is over or off takes no more answers; a person is told so. */
static bool
is_over(const struct gp_arrival *arrival, const struct answer *answer)
{
	int64_t occurrence, start;

	return strcmp(answer->meeting->state, "cancelled") == 0 ||
	       !gp_schedule_next(&answer->plan.schedule, arrival->now - answer->meeting->duration, &occurrence, &start);
}

/* Keeps it when it is the newest; ret_first: the member had said nothing about this meeting before. */
static enum gp_rc
keep(struct gp_desk *desk, const struct gp_arrival *arrival, const struct answer *answer, bool *ret_first,
    struct gp_err *err)
{
	struct gp_rsvp_state have;
	struct gp_answer_age age;
	char actor[GP_ACTOR_SIZE];

	GP_TRY(gp_rsvp_find(desk->db, answer->meeting->id, answer->member_id, answer->occurrence, &have, err));
	age = (struct gp_answer_age){ have.sequence, have.dtstamp };
	*ret_first = !have.found;
	/* What nobody proved does not undo what was (CAL-22). */
	if (have.found &&
	    (!gp_answer_is_newer(&age, &answer->age) ||
		(answer->provisional && !have.provisional && strcmp(have.partstat, answer->partstat) == 0)))
		return GP_OK;
	GP_TRY(gp_rsvp_put(desk->db,
	    &(struct gp_rsvp){ .meeting_id = answer->meeting->id,
		.member_id = answer->member_id,
		.occurrence = answer->occurrence,
		.partstat = answer->partstat,
		.comment = answer->comment,
		.sequence = answer->age.sequence,
		.dtstamp = answer->age.dtstamp,
		.at = arrival->now,
		.provisional = answer->provisional },
	    err));
	gp_actor(answer->member_id, actor);
	return gp_note(desk,
	    &(struct gp_note){
		arrival->now, arrival->to->space->community_id, arrival->to->space->id, actor, "meeting.answer" },
	    err, "ref", answer->meeting->ref, "answer", answer->partstat, "date", answer->occurrence, "provisional",
	    answer->provisional ? "yes" : NULL, NULL);
}

static enum gp_rc
take_answer(struct gp_desk *desk, const struct gp_arrival *arrival, const struct answer *answer, struct gp_err *err)
{
	bool first;

	if (is_over(arrival, answer))
		return is_machine(arrival) ? GP_OK : tell_member(desk, arrival, answer, "rsvp-over", err);
	GP_TRY(keep(desk, arrival, answer, &first, err));
	if (!answer->provisional || !first || is_machine(arrival))
		return GP_OK;
	return tell_member(desk, arrival, answer, "rsvp-noted", err);
}

/* --- to the stewards ------------------------------------------------------------------------------ */

/* What the stewards should know: a stranger's answer (CAL-21), a proposal of another time (CAL-23), a deputy. Once a day
 * from one address, so that a stranger cannot fill their mailboxes; the ledger has each. */
static enum gp_rc
tell_stewards(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_meeting *meeting,
    const struct gp_calendar *calendar, const char *template_name, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;
	const char *person = calendar != NULL && calendar->attendee_count > 0 ? calendar->attendees[0].address
									      : reading->from_address;
	const char *comment = calendar != NULL && calendar->attendee_count > 0 ? calendar->attendees[0].comment
									       : reading->own_text;
	SCOPED(gp_free_str) char *place = gp_printf("%s (%s)", meeting->start_local, meeting->timezone);
	char key[GP_ADDRESS_MAX], actor[GP_ACTOR_SIZE];
	bool first = true;

	gp_arrival_actor(arrival, actor);
	GP_TRY(gp_note(desk,
	    &(struct gp_note){
		arrival->now, arrival->to->space->community_id, arrival->to->space->id, actor, "meeting.odd-answer" },
	    err, "ref", meeting->ref, "what", template_name, NULL));
	if (gp_address_key(reading->from_address, key, err) == GP_OK)
		GP_TRY(gp_answered_first(desk->db, key, template_name, arrival->now, &first, err));
	if (!first)
		return GP_OK;
	const struct gp_var vars[] = { { "title", meeting->title }, { "ref", meeting->ref }, { "planned", place },
		{ "from_name", reading->from_name }, { "from_address", reading->from_address }, { "person", person },
		{ "answer", calendar != NULL && calendar->attendee_count > 0 ? calendar->attendees[0].partstat : "" },
		{ "comment", comment }, { "proposed_start", calendar != NULL ? calendar->start : "" },
		{ "proposed_end", calendar != NULL ? calendar->end : "" } };

	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = template_name,
		.language = "",
		.space = arrival->to->space,
		.reply_to = gp_address_ok(reading->from_address) ? reading->from_address : NULL,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = arrival->now },
	    0, err);
}

/* --- calendar answers ------------------------------------------------------------------------------ */

/* Whose answer it is (CAL-21): the attendee if invited, else From if invited; 0 for a stranger. */
static enum gp_rc
whose(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_meeting *meeting,
    const struct gp_calendar *calendar, int64_t *ret_member_id, bool *ret_same, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *attendee = NULL;
	struct gp_invitation invitation = { 0 };

	*ret_member_id = 0;
	if (calendar->attendee_count == 1)
		GP_TRY(gp_member_by_address(
		    desk->db, arrival->to->space->community_id, calendar->attendees[0].address, &attendee, err));
	if (attendee != NULL)
		GP_TRY(gp_invitation_find(desk->db, meeting->id, attendee->id, &invitation, err));
	if (invitation.id != 0) {
		*ret_member_id = attendee->id;
		*ret_same = arrival->author != NULL && arrival->author->id == attendee->id;
		return GP_OK;
	}
	if (arrival->author != NULL)
		GP_TRY(gp_invitation_find(desk->db, meeting->id, arrival->author->id, &invitation, err));
	*ret_member_id = invitation.id != 0 ? arrival->author->id : 0;
	*ret_same = true;
	return GP_OK;
}

static bool
is_answer(const char *partstat)
{
	static const char *const known[] = { "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED" };

	for (size_t i = 0; i < GP_COUNT(known); i++)
		if (strcmp(partstat, known[i]) == 0)
			return true;
	return false;
}

static void
release_answer(struct answer *answer)
{
	gp_plan_release(&answer->plan);
}

static enum gp_rc
take_reply(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_meeting *meeting,
    const struct gp_calendar *calendar, struct gp_err *err)
{
	SCOPED(release_answer) struct answer answer = { .meeting = meeting };
	int64_t occurrence;
	bool same;

	if (calendar->attendee_count == 0 || !is_answer(calendar->attendees[0].partstat))
		return GP_OK;
	GP_TRY(whose(desk, arrival, meeting, calendar, &answer.member_id, &same, err));
	if (answer.member_id == 0)
		return tell_stewards(desk, arrival, meeting, calendar, "rsvp-stranger", err);
	GP_TRY(gp_plan_open(desk->db, meeting, &answer.plan, err));
	if (*calendar->recurrence_id != '\0' && answer.plan.recur.freq != GP_ONCE) {
		if (!gp_schedule_find(&answer.plan.schedule, calendar->recurrence_id, &occurrence))
			return tell_stewards(desk, arrival, meeting, calendar, "rsvp-stranger", err);
		gp_occurrence_format(occurrence, answer.occurrence);
	}
	answer.partstat = calendar->attendees[0].partstat;
	answer.comment = calendar->attendees[0].comment;
	/* A stamp from the future would outrank every later answer. */
	answer.age.sequence = calendar->sequence < meeting->sequence ? calendar->sequence : meeting->sequence;
	answer.age.dtstamp = calendar->dtstamp > 0 && calendar->dtstamp < arrival->now + 86400 ? calendar->dtstamp
											       : arrival->now;
	answer.provisional = !arrival->proved || !same;
	GP_TRY(take_answer(desk, arrival, &answer, err));
	if (strcmp(answer.partstat, "DELEGATED") == 0)
		return tell_stewards(desk, arrival, meeting, calendar, "rsvp-stranger", err);
	return GP_OK;
}

/* REFRESH: the invitation once more to an invited address, once a day (CAL-23). */
static enum gp_rc
send_again(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_meeting *meeting, int64_t member_id,
    struct gp_err *err)
{
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	SCOPED(gp_invitees_release) struct gp_invitees invitees = { NULL, 0 };
	struct invite invite;
	bool any, first;

	GP_TRY(gp_plan_open(desk->db, meeting, &plan, err));
	invite_prepare(desk, arrival->to->space, meeting, &plan, arrival->now, &invite, &any);
	invite.single = false;
	GP_TRY(gp_invitees_load(desk->db, meeting, true, member_id - 1, 1, arrival->now, &invitees, err));
	if (!any || invitees.count == 0 || invitees.v[0].member->id != member_id)
		return GP_OK;
	GP_TRY(gp_answered_first(desk->db, invitees.v[0].member->address_key, "refresh", arrival->now, &first, err));
	return first ? invite_send(&invite, &invitees.v[0], err) : GP_OK;
}

static enum gp_rc
take_calendar(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_calendar *calendar, bool *taken,
    struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	bool reply = strcmp(calendar->method, "REPLY") == 0, counter = strcmp(calendar->method, "COUNTER") == 0;
	bool same;
	int64_t member_id;

	if (!reply && !counter && strcmp(calendar->method, "REFRESH") != 0)
		return GP_OK;
	*taken = true;
	GP_TRY(gp_meeting_by_uid(desk->db, arrival->to->space->id, calendar->uid, &meeting, err));
	if (meeting == NULL)
		return gp_drop(desk, arrival, "an answer to no meeting of ours", err);
	if (reply)
		return take_reply(desk, arrival, meeting, calendar, err);
	if (counter)
		return tell_stewards(desk, arrival, meeting, calendar, "rsvp-counter", err);
	GP_TRY(whose(desk, arrival, meeting, calendar, &member_id, &same, err));
	return member_id != 0 ? send_again(desk, arrival, meeting, member_id, err)
			      : tell_stewards(desk, arrival, meeting, calendar, "rsvp-stranger", err);
}

/* --- words ------------------------------------------------------------------------------------------ */

/* The invitation that a mail answers: by the token in the address, else by the message-ids that it names. */
static enum gp_rc
find_invitation(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_invitation *ret, struct gp_err *err)
{
	const struct gp_strs *const lists[] = { &arrival->reading->in_reply_to, &arrival->reading->references };

	*ret = (struct gp_invitation){ 0 };
	if (arrival->to->route.to == GP_TO_SECRET)
		return gp_invitation_load(desk->db, (int64_t)arrival->to->id, ret, err);
	for (size_t l = 0; l < GP_COUNT(lists); l++)
		for (size_t i = lists[l]->count; i-- > 0 && ret->id == 0;)
			GP_TRY(gp_invitation_by_msgid(desk->db, arrival->to->space->id, lists[l]->v[i], ret, err));
	return GP_OK;
}

/* Whose word it is. Another invited member may answer a mail that was passed on: then From counts. Who has the token or
 * the message-id, which both carry our MAC, has had the mail; from a strange address that alone is proof for a token. */
static enum gp_rc
whose_word(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_invitation *invitation,
    struct answer *answer, struct gp_err *err)
{
	struct gp_invitation own = { 0 };

	answer->member_id = invitation->member_id;
	answer->provisional = arrival->to->route.to != GP_TO_SECRET &&
			      (arrival->author == NULL || arrival->author->id != invitation->member_id);
	if (arrival->author == NULL || arrival->author->id == invitation->member_id)
		return GP_OK;
	GP_TRY(gp_invitation_find(desk->db, invitation->meeting_id, arrival->author->id, &own, err));
	if (own.id != 0) {
		answer->member_id = arrival->author->id;
		answer->provisional = !arrival->proved;
	}
	return GP_OK;
}

/* "yes 2027-01-07" means that date alone. False when the series is not on that day. */
static bool
read_date(struct answer *answer, const char *date)
{
	char day[12];
	int64_t occurrence;

	if (*date == '\0' || answer->plan.recur.freq == GP_ONCE)
		return true;
	(void)snprintf(day, sizeof(day), "%.4s%.2s%.2s", date, date + 5, date + 8);
	if (!gp_schedule_find(&answer->plan.schedule, day, &occurrence))
		return false;
	gp_occurrence_format(occurrence, answer->occurrence);
	return true;
}

static enum gp_rc
take_word(struct gp_desk *desk, const struct gp_arrival *arrival, bool *taken, struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(release_answer) struct answer answer = { 0 };
	const struct gp_reading *reading = arrival->reading;
	struct gp_invitation invitation;
	char date[12] = "";

	GP_TRY(find_invitation(desk, arrival, &invitation, err));
	if (invitation.id == 0)
		return GP_OK;
	GP_TRY(gp_meeting_load(desk->db, invitation.meeting_id, &meeting, err));
	if (meeting == NULL || meeting->space_id != arrival->to->space->id)
		return GP_OK;
	*taken = true;
	answer.meeting = meeting;
	answer.comment = "";
	GP_TRY(gp_plan_open(desk->db, meeting, &answer.plan, err));
	GP_TRY(whose_word(desk, arrival, &invitation, &answer, err));
	answer.partstat = gp_answer_word(reading->first_line, &answer.comment, date);
	/* The links of an invitation put the word into the subject; what a signature says below is no answer (CAL-24). */
	if (answer.partstat == NULL)
		answer.partstat = gp_answer_subject(reading->subject);
	if (answer.partstat == NULL || !read_date(&answer, date))
		return is_machine(arrival) ? GP_OK : tell_member(desk, arrival, &answer, "rsvp-unclear", err);
	answer.age.sequence = meeting->sequence;
	answer.age.dtstamp = reading->date > 0 && reading->date < arrival->now + 86400 ? reading->date : arrival->now;
	return take_answer(desk, arrival, &answer, err);
}

enum gp_rc
gp_rsvp_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_resolved *to = arrival->to;

	bool asked = to->route.to == GP_TO_CALENDAR || (to->route.to == GP_TO_SECRET && to->purpose == 'r');

	*ret_taken = false;
	if (to->route.to == GP_TO_SECRET && !asked)
		return GP_OK;
	for (size_t i = 0; i < arrival->reading->calendar_count; i++)
		GP_TRY(take_calendar(desk, arrival, &arrival->reading->calendars[i], ret_taken, err));
	/* No machine votes by a word (promise 6). */
	if (*ret_taken || !asked || gp_kind_is_automatic(arrival->kind))
		return GP_OK;
	return take_word(desk, arrival, ret_taken, err);
}
