/* meeting.c - meetings made, shown, moved and called off by hand.  Floor: cmd. */
#include "guildpost/desk/invite.h"

#include <ctype.h>

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/cmd/commands.h"

#define DATES_SHOWN 3

/* "1h", "90m", "1h30m", "45" (minutes) in seconds; 0 when it is none. */
static int64_t
read_duration(const char *text)
{
	int64_t total = 0;

	while (*text != '\0') {
		char *end;
		long n = strtol(text, &end, 10);
		int64_t unit = *end == 'h' ? 3600 : *end == 'm' || *end == '\0' ? 60 : 0;

		if (!isdigit((unsigned char)*text) || n < 0 || n > 100000 || unit == 0)
			return 0;
		total += n * unit;
		text = end + (*end != '\0');
	}
	return total;
}

/* --repeat with its --until or --count as one sentence, which is how the rule is read. */
static enum gp_rc
repeat_text(const char *repeat, const char *until, const char *count, char **ret, struct gp_err *err)
{
	if (repeat == NULL && (until != NULL || count != NULL))
		return gp_usage(err, "--until and --count end a series; say --repeat too");
	if (until != NULL && count != NULL)
		return gp_usage(err, "a series ends by --until or by --count, not by both");
	if (until != NULL)
		*ret = gp_printf("%s until %s", repeat, until);
	else if (count != NULL)
		*ret = gp_printf("%s %s times", repeat, count);
	else
		*ret = gp_strdup(repeat != NULL ? repeat : "");
	return GP_OK;
}

static enum gp_rc
find_meeting(
    struct gp_app *app, const struct gp_space *space, const char *ref, struct gp_meeting **ret, struct gp_err *err)
{
	GP_TRY(gp_meeting_find(app->db, space->id, ref, ret, err));
	if (*ret == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no meeting %.20s in %s; see: guildpost meeting list %s",
		    ref, space->name, space->name);
	return GP_OK;
}

/* The next dates on the clock of the meeting's own zone, so that a mistake is seen before anybody comes. */
static enum gp_rc
say_dates(struct gp_app *app, const struct gp_space *space, const char *ref, struct gp_err *err)
{
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	int64_t t = gp_clock_now(), occurrence;

	GP_TRY(find_meeting(app, space, ref, &meeting, err));
	GP_TRY(gp_plan_open(app->db, meeting, &plan, err));
	for (int i = 0; i < DATES_SHOWN && gp_schedule_next(&plan.schedule, t, &occurrence, &t); i++) {
		struct gp_wall wall;

		gp_zone_to_wall(plan.zone, t, &wall);
		(void)printf("  %s %04d-%02d-%02d %02d:%02d %s\n", days[gp_wall_weekday(&wall)], wall.year, wall.month,
		    wall.day, wall.hour, wall.minute, gp_zone_name(plan.zone));
	}
	return GP_OK;
}

enum gp_rc
gp_cmd_meeting_create(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	static const char usage[] = "meeting create SPACE --title T --start LOCAL [--timezone TZ] [--duration 1h]"
				    " [--repeat TEXT] [--until DATE|--count N] [--location L] [--agenda TEXT]";
	struct gp_meeting_wish wish = { .title = gp_option(&argc, argv, "--title"),
		.start = gp_option(&argc, argv, "--start"),
		.timezone = gp_option(&argc, argv, "--timezone"),
		.location = gp_option(&argc, argv, "--location"),
		.agenda = gp_option(&argc, argv, "--agenda") };
	const char *duration = gp_option(&argc, argv, "--duration"), *repeat = gp_option(&argc, argv, "--repeat");
	const char *until = gp_option(&argc, argv, "--until"), *count = gp_option(&argc, argv, "--count");
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_free_str) char *rule = NULL;
	char ref[24];

	GP_TRY(gp_option_end(argc, argv, 1, 1, usage, err));
	if (wish.title == NULL || wish.start == NULL)
		return gp_usage(err, "a meeting wants --title and --start; usage: guildpost %s", usage);
	GP_TRY(repeat_text(repeat, until, count, &rule, err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	wish.timezone = wish.timezone != NULL ? wish.timezone : space->timezone;
	wish.location = wish.location != NULL ? wish.location : "";
	wish.agenda = wish.agenda != NULL ? wish.agenda : "";
	wish.duration = read_duration(duration != NULL ? duration : "1h");
	wish.repeat = rule;
	GP_TRY(gp_meeting_create(&app->desk, space, &wish, "operator", gp_clock_now(), ref, err));
	if (app->quiet)
		return GP_OK;
	(void)printf("Planned %s of %s; each member gets an invitation. Its next dates:\n", ref, space->name);
	return say_dates(app, space, ref, err);
}

/* The date that a list speaks of: the next one, else the last that was. */
static void
date_of_interest(const struct gp_plan *plan, int64_t duration, int64_t now, int64_t *ret_occurrence, int64_t *ret_start)
{
	if (gp_schedule_next(&plan->schedule, now - duration, ret_occurrence, ret_start))
		return;
	*ret_start = gp_zone_from_wall(plan->zone, &plan->start);
	(void)gp_recur_last(&plan->recur, plan->zone, now, ret_start);
	*ret_occurrence = *ret_start;
}

static enum gp_rc
out_meeting(struct gp_app *app, const struct gp_meeting *meeting, struct gp_err *err)
{
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	struct gp_rsvp_tally tally;
	char name[GP_OCCURRENCE_SIZE];
	int64_t occurrence, start;

	GP_TRY(gp_plan_open(app->db, meeting, &plan, err));
	date_of_interest(&plan, meeting->duration, gp_clock_now(), &occurrence, &start);
	gp_occurrence_format(occurrence, name);
	GP_TRY(gp_rsvp_count(app->db, meeting, name, &tally, err));
	gp_out_text(app, "ref", meeting->ref);
	if (app->json) {
		gp_out_text(app, "uid", meeting->uid);
		gp_out_int(app, "sequence", meeting->sequence);
	}
	gp_out_text(app, "title", meeting->title);
	gp_out_time(app, "start", start);
	if (app->json)
		gp_out_time(app, "end", start + meeting->duration);
	gp_out_text(app, "timezone", meeting->timezone);
	gp_out_text(app, "rrule", meeting->rrule);
	gp_out_text(app, "state", meeting->state);
	gp_out_int(app, "yes", tally.yes);
	gp_out_int(app, "no", tally.no);
	gp_out_int(app, "maybe", tally.maybe);
	gp_out_int(app, "silent", tally.silent);
	return GP_OK;
}

static enum gp_rc
list_meeting(void *context, const struct gp_meeting *meeting, struct gp_err *err)
{
	struct gp_app *app = context;

	GP_TRY(out_meeting(app, meeting, err));
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_meeting_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "meeting list SPACE", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	gp_out_begin(app);
	rc = gp_meeting_list(app->db, space->id, list_meeting, app, err);
	gp_out_end(app);
	return rc;
}

/* --- one meeting -------------------------------------------------------------------------------- */

static enum gp_rc
answer_as_json(void *context, const struct gp_rsvp *rsvp, const char *address, const char *name, struct gp_err *err)
{
	struct gp_buf *out = context;
	const struct gp_shown pairs[] = { { "address", address }, { "answer", rsvp->partstat },
		{ "occurrence", rsvp->occurrence }, { "comment", rsvp->comment } };

	(void)err;
	(void)name;
	gp_buf_adds(out, out->len > 1 ? "," : "");
	for (size_t i = 0; i < GP_COUNT(pairs); i++) {
		gp_buf_addc(out, i > 0 ? ',' : '{');
		gp_json_string(out, pairs[i].key);
		gp_buf_addc(out, ':');
		gp_json_string(out, pairs[i].value);
	}
	gp_buf_addc(out, '}');
	return GP_OK;
}

static enum gp_rc
answer_as_row(void *context, const struct gp_rsvp *rsvp, const char *address, const char *name, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	gp_out_text(app, "name", name);
	gp_out_text(app, "address", address);
	gp_out_text(app, "answer", rsvp->partstat);
	gp_out_text(app, "date", *rsvp->occurrence != '\0' ? rsvp->occurrence : "all");
	gp_out_text(app, "comment", rsvp->comment);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_meeting_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;
	SCOPED(gp_buf_release) struct gp_buf answers = GP_BUF_INIT(64u << 20);
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "meeting show SPACE REF", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(find_meeting(app, space, argv[2], &meeting, err));
	gp_out_begin(app);
	GP_TRY(out_meeting(app, meeting, err));
	if (app->json) {
		gp_buf_addc(&answers, '[');
		GP_TRY(gp_rsvp_list(app->db, meeting->id, answer_as_json, &answers, err));
		gp_buf_addc(&answers, ']');
		gp_out_raw(app, "answers", answers.data, "");
	}
	gp_out_row(app);
	gp_out_end(app);
	if (app->json)
		return GP_OK;
	(void)printf("\n%s%s%s%s\n", meeting->location, *meeting->location != '\0' ? "\n\n" : "", meeting->agenda,
	    *meeting->agenda != '\0' ? "\n" : "");
	gp_out_begin(app);
	rc = gp_rsvp_list(app->db, meeting->id, answer_as_row, app, err);
	gp_out_end(app);
	return rc;
}

/* --- changes ------------------------------------------------------------------------------------ */

enum gp_rc
gp_cmd_meeting_move(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	static const char usage[] = "meeting move SPACE REF [--date D] --start LOCAL";
	const char *date = gp_option(&argc, argv, "--date"), *start = gp_option(&argc, argv, "--start");
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 2, 2, usage, err));
	if (start == NULL)
		return gp_usage(err, "where to? say --start LOCAL; usage: guildpost %s", usage);
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(gp_meeting_move(&app->desk, space, argv[2], date, start, "operator", gp_clock_now(), err));
	if (app->quiet)
		return GP_OK;
	(void)printf("Moved; each member is told. Its next dates:\n");
	return say_dates(app, space, argv[2], err);
}

enum gp_rc
gp_cmd_meeting_cancel(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *date = gp_option(&argc, argv, "--date");
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "meeting cancel SPACE REF [--date D]", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(gp_meeting_cancel(&app->desk, space, argv[2], date, "operator", gp_clock_now(), err));
	if (!app->quiet)
		(void)printf("Called off; whoever was invited is told.\n");
	return GP_OK;
}
