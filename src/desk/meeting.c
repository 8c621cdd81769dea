#include "guildpost/desk/invite.h"

#include "guildpost/base/clock.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/utf8.h"

#define LONGEST	  (7 * 86400) /* seconds: what is longer is no meeting */
#define TITLE_MAX 200

/* --- what a steward may ask for -------------------------------------------------------------- */

/* A start that exists on the clocks of the zone and lies ahead. */
static enum gp_rc
read_start(const char *text, const struct gp_zone *zone, int64_t now, struct gp_wall *ret_start, struct gp_err *err)
{
	struct gp_wall other;
	int64_t t;

	if (!gp_wall_parse(text, ret_start))
		return gp_fail_as(err, 64, "5.5.4",
		    "`%.40s` is no start; write the day and the time on the clock there: 2026-12-10T19:00", text);
	t = gp_zone_from_wall(zone, ret_start);
	if (gp_zone_in_gap(zone, ret_start)) {
		gp_zone_to_wall(zone, t, &other);
		return gp_fail_as(err, 64, "5.5.4",
		    "there is no %02d:%02d on that day in %s, the clocks are put forward; take %02d:%02d or a time "
		    "before",
		    ret_start->hour, ret_start->minute, gp_zone_name(zone), other.hour, other.minute);
	}
	if (t <= now)
		return gp_fail_as(err, 64, "5.5.4", "the start %.20s in %s is past", text, gp_zone_name(zone));
	return GP_OK;
}

static enum gp_rc
check_texts(const struct gp_meeting_wish *wish, struct gp_err *err)
{
	const char *const texts[] = { wish->title, wish->location, wish->agenda };

	if (wish->title == NULL || *wish->title == '\0' || strlen(wish->title) > TITLE_MAX ||
	    strchr(wish->title, '\n') != NULL)
		return gp_fail_as(err, 64, "5.5.4",
		    "a meeting wants a title of one line, at most %d octets: --title \"Monthly call\"", TITLE_MAX);
	if (wish->duration < 60 || wish->duration > LONGEST)
		return gp_fail_as(err, 64, "5.5.4", "a meeting lasts from a minute to seven days: --duration 1h");
	for (size_t i = 0; i < GP_COUNT(texts); i++)
		if (!gp_utf8_ok(texts[i], strlen(texts[i])) || strlen(texts[i]) > 8000)
			return gp_fail_as(
			    err, 64, "5.5.4", "title, location and agenda are UTF-8 of at most 8000 octets");
	return GP_OK;
}

/* Random by the server's secret key, and the same again in a play (CAL-06). */
static char *
make_uid(const struct gp_desk *desk, const struct gp_space *space, const char *ref, int64_t now)
{
	SCOPED(gp_free_str) char *seed = gp_printf("meeting %s %s %lld", space->name, ref, (long long)now);
	const unsigned char *key = desk->keys.key[desk->keys.signing].secret;
	unsigned char mac[32];
	char hex[33];

	gp_hmac_sha256(key, 32, seed, strlen(seed), mac);
	mac[6] = (mac[6] & 0x0f) | 0x40; /* RFC 9562 section 5.4 */
	mac[8] = (mac[8] & 0x3f) | 0x80;
	gp_hex(mac, 16, hex);
	return gp_printf("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static enum gp_rc
note(struct gp_desk *desk, const struct gp_space *space, const struct gp_meeting *meeting, const char *by,
    const char *act, const char *date, int64_t now, struct gp_err *err)
{
	return gp_note(desk, &(struct gp_note){ now, space->community_id, space->id, by, act }, err, "ref",
	    meeting->ref, "start", meeting->start_local, "timezone", meeting->timezone, "date", date, NULL);
}

/* The rule of the wish as an RRULE. */
static enum gp_rc
read_rule(const struct gp_meeting_wish *wish, const struct gp_wall *start, const struct gp_zone *zone, char **ret_rrule,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(400);
	struct gp_recur recur;

	if (*wish->repeat != '\0') {
		GP_TRY(gp_recur_parse_repeat(wish->repeat, start, &recur, err));
		gp_recur_rrule(&recur, zone, &out);
	}
	*ret_rrule = gp_strdup(out.data);
	return GP_OK;
}

enum gp_rc
gp_meeting_create(struct gp_desk *desk, const struct gp_space *space, const struct gp_meeting_wish *wish,
    const char *by, int64_t now, char ret_ref[24], struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = gp_new(sizeof(*meeting));
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_wall start;
	char text[GP_WALL_SIZE];

	GP_TRY(check_texts(wish, err));
	GP_TRY(gp_zone_open(wish->timezone, &zone, err));
	GP_TRY(read_start(wish->start, zone, now, &start, err));
	GP_TRY(read_rule(wish, &start, zone, &meeting->rrule, err));
	gp_wall_format(&start, text);
	meeting->space_id = space->id;
	meeting->title = gp_utf8_cleaned(wish->title, strlen(wish->title), false, TITLE_MAX);
	meeting->start_local = gp_strdup(text);
	meeting->timezone = gp_strdup(wish->timezone);
	meeting->duration = wish->duration;
	meeting->location = gp_utf8_cleaned(wish->location, strlen(wish->location), false, 1000);
	meeting->agenda = gp_utf8_cleaned(wish->agenda, strlen(wish->agenda), true, 8000);
	meeting->state = gp_strdup("confirmed");
	meeting->owed = gp_strdup("all");
	meeting->created_at = meeting->changed_at = now;
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_meeting_next_ref(desk->db, space->id, ret_ref, err));
	meeting->ref = gp_strdup(ret_ref);
	meeting->uid = make_uid(desk, space, ret_ref, now);
	GP_TRY(gp_meeting_insert(desk->db, meeting, &meeting->id, err));
	GP_TRY(note(desk, space, meeting, by, "meeting.create", NULL, now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	return gp_invite_run(desk, now, NULL, err);
}

/* --- changes ---------------------------------------------------------------------------------- */

static void
replace(char **to, const char *value)
{
	free(*to);
	*to = gp_strdup(value);
}

/* The meeting that is to change, after everything that its members were still owed. */
static enum gp_rc
find_meeting(struct gp_desk *desk, const struct gp_space *space, const char *ref, int64_t now,
    struct gp_meeting **ret_meeting, struct gp_plan *ret_plan, struct gp_err *err)
{
	GP_TRY(gp_invite_run(desk, now, NULL, err));
	GP_TRY(gp_meeting_find(desk->db, space->id, ref, ret_meeting, err));
	if (*ret_meeting == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no meeting %.20s in %s; see: guildpost meeting list %s",
		    ref, space->name, space->name);
	if (strcmp((*ret_meeting)->state, "cancelled") == 0)
		return gp_fail_as(err, 69, "5.5.1", "meeting %s is cancelled already", (*ret_meeting)->ref);
	return gp_plan_open(desk->db, *ret_meeting, ret_plan, err);
}

static const struct gp_exception *
exception_of(const struct gp_plan *plan, const struct gp_wall *occurrence)
{
	for (size_t i = 0; i < plan->count; i++)
		if (gp_wall_compare(&plan->exceptions[i].occurrence, occurrence) == 0)
			return &plan->exceptions[i];
	return NULL;
}

/* The first start of the instance on this day; a date that moved is found by its old day and by its new one. */
static enum gp_rc
find_date(const struct gp_meeting *meeting, const struct gp_plan *plan, const char *date, int64_t now,
    struct gp_wall *ret_occurrence, struct gp_err *err)
{
	const struct gp_exception *exception;
	char day[12];
	int64_t t;

	if (plan->recur.freq == GP_ONCE)
		return gp_fail_as(err, 64, "5.5.4", "meeting %s has one date only; leave --date out", meeting->ref);
	(void)snprintf(day, sizeof(day), "%.4s%.2s%.2s", date, strlen(date) == 10 ? date + 5 : "",
	    strlen(date) == 10 ? date + 8 : "");
	for (size_t i = 0; i < plan->count; i++) {
		const struct gp_wall *start = &plan->exceptions[i].start;
		char moved[40];

		(void)snprintf(moved, sizeof(moved), "%04d-%02d-%02d", start->year, start->month, start->day);
		if (strcmp(moved, date) == 0) {
			*ret_occurrence = plan->exceptions[i].occurrence;
			return GP_OK;
		}
	}
	if (strlen(date) != 10 || date[4] != '-' || date[7] != '-' || !gp_schedule_find(&plan->schedule, day, &t))
		return gp_fail_as(err, 67, "5.1.1", "meeting %s is not on `%.20s`; its dates: guildpost meeting show",
		    meeting->ref, date);
	gp_zone_to_wall(plan->zone, t, ret_occurrence);
	exception = exception_of(plan, ret_occurrence);
	if (exception != NULL && exception->start.year == 0)
		return gp_fail_as(err, 69, "5.5.1", "that date of meeting %s is cancelled already", meeting->ref);
	if (t <= now && exception == NULL)
		return gp_fail_as(err, 69, "5.5.1", "that date of meeting %s is past", meeting->ref);
	return GP_OK;
}

/* Writes the row back with one more SEQUENCE (CAL-07) and tells the members. owed: "all" or an occurrence. */
static enum gp_rc
change(struct gp_desk *desk, const struct gp_space *space, struct gp_meeting *meeting,
    const struct gp_meeting_date *date, bool timed, const char *by, const char *act, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	meeting->sequence++;
	if (timed)
		meeting->timed_sequence = meeting->sequence;
	meeting->changed_at = now;
	meeting->cursor = 0;
	replace(&meeting->owed, date != NULL ? date->occurrence : "all");
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	if (date != NULL)
		GP_TRY(gp_meeting_date_put(desk->db, meeting->id, date, err));
	else if (timed)
		GP_TRY(gp_meeting_dates_drop(desk->db, meeting->id, err));
	GP_TRY(gp_meeting_update(desk->db, meeting, err));
	GP_TRY(note(desk, space, meeting, by, act, date != NULL ? date->occurrence : NULL, now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	return gp_invite_run(desk, now, NULL, err);
}

enum gp_rc
gp_meeting_cancel(struct gp_desk *desk, const struct gp_space *space, const char *ref, const char *date, const char *by,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	struct gp_meeting_date dropped = { .cancelled = true };
	struct gp_wall occurrence;

	GP_TRY(find_meeting(desk, space, ref, now, &meeting, &plan, err));
	if (date == NULL) {
		replace(&meeting->state, "cancelled");
		return change(desk, space, meeting, NULL, false, by, "meeting.cancel", now, err);
	}
	GP_TRY(find_date(meeting, &plan, date, now, &occurrence, err));
	gp_wall_format(&occurrence, dropped.occurrence);
	return change(desk, space, meeting, &dropped, false, by, "meeting.cancel", now, err);
}

/* Instances never overtake their neighbours: calendars refuse that (CAL-10). */
static enum gp_rc
check_neighbours(
    const struct gp_plan *plan, const struct gp_wall *occurrence, const struct gp_wall *start, struct gp_err *err)
{
	int64_t own = gp_zone_from_wall(plan->zone, occurrence), t = gp_zone_from_wall(plan->zone, start), before = 0,
		after = 0;
	bool has_before = gp_recur_last(&plan->recur, plan->zone, own - 1, &before);
	bool has_after = gp_recur_next(&plan->recur, plan->zone, own, &after);

	if ((has_before && t <= before) || (has_after && t >= after))
		return gp_fail_as(err, 64, "5.5.4", "a date moves between its neighbours only, or calendars lose it");
	return GP_OK;
}

enum gp_rc
gp_meeting_move(struct gp_desk *desk, const struct gp_space *space, const char *ref, const char *date,
    const char *start, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	struct gp_meeting_date moved = { .cancelled = false };
	struct gp_wall occurrence, to, fits;
	struct gp_recur recur;

	GP_TRY(find_meeting(desk, space, ref, now, &meeting, &plan, err));
	GP_TRY(read_start(start, plan.zone, now, &to, err));
	if (date != NULL) {
		GP_TRY(find_date(meeting, &plan, date, now, &occurrence, err));
		GP_TRY(check_neighbours(&plan, &occurrence, &to, err));
		gp_wall_format(&occurrence, moved.occurrence);
		gp_wall_format(&to, moved.start_local);
		return change(desk, space, meeting, &moved, false, by, "meeting.move", now, err);
	}
	recur = plan.recur;
	recur.start = to;
	recur.hour = to.hour;
	recur.minute = to.minute;
	if (!gp_recur_start_fits(&recur, &fits))
		return gp_fail_as(err, 64, "5.5.4",
		    "the new start is no date of the series; move one date with --date, or cancel it and make another");
	free(meeting->start_local);
	meeting->start_local = gp_new(GP_WALL_SIZE);
	gp_wall_format(&to, meeting->start_local);
	return change(desk, space, meeting, NULL, true, by, "meeting.move", now, err);
}
