#include "guildpost/guild/meeting.h"

#include "guildpost/base/clock.h"

static const struct gp_exception *
exception_at(const struct gp_schedule *schedule, int64_t occurrence)
{
	struct gp_wall wall;

	gp_zone_to_wall(schedule->zone, occurrence, &wall);
	for (size_t i = 0; i < schedule->count; i++)
		if (gp_wall_compare(&schedule->exceptions[i].occurrence, &wall) == 0)
			return &schedule->exceptions[i];
	return NULL;
}

bool
gp_schedule_next(const struct gp_schedule *schedule, int64_t t, int64_t *ret_occurrence, int64_t *ret_start)
{
	int64_t occurrence = 0;
	/* A date that began by its rule may have moved behind t; none overtakes its neighbours, so one back is enough. */
	bool more = gp_recur_last(schedule->recur, schedule->zone, t, &occurrence) ||
		    gp_recur_next(schedule->recur, schedule->zone, t, &occurrence);

	while (more) {
		const struct gp_exception *exception = exception_at(schedule, occurrence);
		int64_t start = occurrence;

		if (exception != NULL && exception->start.year != 0)
			start = gp_zone_from_wall(schedule->zone, &exception->start);
		if (start > t && (exception == NULL || exception->start.year != 0)) {
			*ret_occurrence = occurrence;
			*ret_start = start;
			return true;
		}
		more = gp_recur_next(schedule->recur, schedule->zone, occurrence, &occurrence);
	}
	return false;
}

/* The instance on this day of the zone. */
static bool
on_day(const struct gp_schedule *schedule, const struct gp_wall *day, int64_t *ret_occurrence)
{
	struct gp_wall midnight = { .year = day->year, .month = day->month, .day = day->day }, found;
	int64_t t = gp_zone_from_wall(schedule->zone, &midnight), occurrence;

	if (!gp_recur_next(schedule->recur, schedule->zone, t - 1, &occurrence))
		return false;
	gp_zone_to_wall(schedule->zone, occurrence, &found);
	if (found.year != day->year || found.month != day->month || found.day != day->day)
		return false;
	*ret_occurrence = occurrence;
	return true;
}

bool
gp_schedule_find(const struct gp_schedule *schedule, const char *recurrence_id, int64_t *ret_occurrence)
{
	struct gp_wall wall = { 0 };
	int used = 0;
	int64_t t;

	if (sscanf(recurrence_id, "%4d%2d%2d%n", &wall.year, &wall.month, &wall.day, &used) != 3 || used != 8 ||
	    wall.month < 1 || wall.month > 12 || wall.day < 1 || wall.day > 31)
		return false;
	if (recurrence_id[8] == 'T' &&
	    sscanf(recurrence_id + 9, "%2d%2d%2d", &wall.hour, &wall.minute, &wall.second) != 3)
		return false;
	if (strlen(recurrence_id) == 16 && recurrence_id[15] == 'Z') {
		t = gp_days_from_civil(wall.year, wall.month, wall.day) * 86400 + wall.hour * 3600 + wall.minute * 60 +
		    wall.second;
		gp_zone_to_wall(schedule->zone, t, &wall);
	}
	return on_day(schedule, &wall, ret_occurrence);
}

void
gp_occurrence_format(int64_t occurrence, char out[GP_OCCURRENCE_SIZE])
{
	char text[GP_RFC3339_SIZE];
	size_t n = 0;

	gp_clock_format(occurrence, text);
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '-' && *at != ':')
			out[n++] = *at;
	out[n] = '\0';
}

bool
gp_answer_is_newer(const struct gp_answer_age *have, const struct gp_answer_age *got)
{
	if (got->sequence != have->sequence)
		return got->sequence > have->sequence;
	return got->dtstamp >= have->dtstamp;
}
