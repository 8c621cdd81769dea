#include "guildpost/guild/recur.h"

#include "guildpost/base/clock.h"

#define LAST_YEAR 2399
/* 1970-01-05 was a Monday: where the weeks of a rhythm without a start are counted from. */
#define FIRST_MONDAY 4

static const char *const day_codes[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static int64_t
days_of(const struct gp_wall *wall)
{
	return gp_days_from_civil(wall->year, wall->month, wall->day);
}

static int
weekday_of(int64_t days)
{
	return (int)((days % 7 + 7 + 3) % 7);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int
month_length(int64_t year, int month)
{
	return (int)(gp_days_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
		     gp_days_from_civil(year, month, 1));
}

/* --- periods: the days, weeks, months or years that a rule counts ------------------------------ */

static int64_t
monday_of(int64_t days)
{
	return days - weekday_of(days);
}

static int64_t
month_number(int64_t days)
{
	int64_t year;
	int month, day;

	gp_civil_from_days(days, &year, &month, &day);
	return year * 12 + month - 1;
}

/* Which period holds this day; the one of the anchor is 0. */
static int64_t
period_of(const struct gp_recur *recur, int64_t days)
{
	int64_t anchor = recur->start.year != 0 ? days_of(&recur->start) : FIRST_MONDAY;

	switch (recur->freq) {
	case GP_WEEKLY:
		return floor_div(monday_of(days) - monday_of(anchor), 7);
	case GP_MONTHLY:
		return month_number(days) - month_number(anchor);
	case GP_YEARLY:
		return floor_div(month_number(days), 12) - floor_div(month_number(anchor), 12);
	default:
		return days - anchor;
	}
}

static int
days_of_week(const struct gp_recur *recur, int64_t monday, int64_t out[7])
{
	int count = 0;

	for (int i = 0; i < 7; i++)
		if (recur->weekdays >> i & 1)
			out[count++] = monday + i;
	return count;
}

/* Monthly: one day at most; a month without it is passed over, as in RFC 5545 section 3.3.10. */
static int
day_of_month(const struct gp_recur *recur, int64_t year, int month, int64_t out[7])
{
	int length = month_length(year, month), day = recur->month_day;

	if (recur->nth != 0) {
		int weekday = __builtin_ctz(recur->weekdays);
		int first = 1 + (weekday - weekday_of(gp_days_from_civil(year, month, 1)) + 7) % 7;

		day = first + 7 * (recur->nth - 1);
		if (recur->nth < 0)
			day = first + 7 * ((length - first) / 7);
	} else if (day < 0) {
		day = length;
	}
	out[0] = gp_days_from_civil(year, month, day);
	return day <= length ? 1 : 0;
}

/* The days of one period, ascending. */
static int
days_in(const struct gp_recur *recur, int64_t period, int64_t out[7])
{
	int64_t anchor = recur->start.year != 0 ? days_of(&recur->start) : FIRST_MONDAY, month;

	switch (recur->freq) {
	case GP_WEEKLY:
		return days_of_week(recur, monday_of(anchor) + 7 * period, out);
	case GP_MONTHLY:
		month = month_number(anchor) + period;
		return day_of_month(recur, floor_div(month, 12), (int)(month - 12 * floor_div(month, 12)) + 1, out);
	case GP_YEARLY:
		out[0] = gp_days_from_civil(recur->start.year + period, recur->start.month, recur->start.day);
		return recur->start.day <= month_length(recur->start.year + period, recur->start.month) ? 1 : 0;
	default:
		out[0] = anchor + period;
		return 1;
	}
}

/* What "that of the start" means is settled once. */
static struct gp_recur
settled(const struct gp_recur *recur)
{
	struct gp_recur out = *recur;

	if (out.interval < 1)
		out.interval = 1;
	if (out.weekdays == 0 && (out.freq == GP_WEEKLY || out.nth != 0))
		out.weekdays = 1u << (out.start.year != 0 ? gp_wall_weekday(&out.start) : 0);
	if (out.freq == GP_MONTHLY && out.nth == 0 && out.month_day == 0)
		out.month_day = out.start.year != 0 ? out.start.day : 1;
	return out;
}

static struct gp_wall
wall_on(const struct gp_recur *recur, int64_t days)
{
	struct gp_wall wall = { .hour = recur->hour, .minute = recur->minute };
	int64_t year;

	gp_civil_from_days(days, &year, &wall.month, &wall.day);
	wall.year = (int)year;
	return wall;
}

static bool
in_bounds(const struct gp_recur *recur, const struct gp_wall *wall)
{
	if (recur->start.year != 0 && gp_wall_compare(wall, &recur->start) < 0)
		return false;
	return recur->until.year == 0 || gp_wall_compare(wall, &recur->until) <= 0;
}

/* --- walking ---------------------------------------------------------------------------------- */

struct walk {
	const struct gp_recur *recur;
	const struct gp_zone *zone;
	int64_t t; /* what is asked about */
	int64_t found; /* the answer so far */
	bool any;
};

/* The instances of one period, forwards: true when the search is over. */
static bool
first_after(struct walk *walk, int64_t period)
{
	int64_t days[7];
	int count = days_in(walk->recur, period, days);

	for (int i = 0; i < count; i++) {
		struct gp_wall wall = wall_on(walk->recur, days[i]);
		int64_t t = gp_zone_from_wall(walk->zone, &wall);

		if (t <= walk->t || !in_bounds(walk->recur, &wall))
			continue;
		walk->found = t;
		walk->any = true;
		return true;
	}
	return false;
}

static bool
last_before(struct walk *walk, int64_t period)
{
	int64_t days[7];

	for (int i = days_in(walk->recur, period, days); i-- > 0;) {
		struct gp_wall wall = wall_on(walk->recur, days[i]);
		int64_t t = gp_zone_from_wall(walk->zone, &wall);

		if (t > walk->t || !in_bounds(walk->recur, &wall))
			continue;
		walk->found = t;
		walk->any = true;
		return true;
	}
	return false;
}

static int64_t
clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* The periods that can hold an instance at all. */
static void
span(const struct gp_recur *recur, int64_t *ret_first, int64_t *ret_last)
{
	int64_t last = gp_days_from_civil(LAST_YEAR, 12, 31);

	*ret_first = recur->start.year != 0 ? 0 : period_of(recur, gp_days_from_civil(1900, 1, 1));
	if (recur->until.year != 0 && days_of(&recur->until) < last)
		last = days_of(&recur->until);
	*ret_last = period_of(recur, last);
}

static int64_t
day_at(const struct gp_recur *recur, const struct gp_zone *zone, int64_t t, int more)
{
	struct gp_wall wall;

	gp_zone_to_wall(zone, t, &wall);
	return period_of(recur, days_of(&wall) + more);
}

/* A rule that ends by a count is walked from its start: such rules are short. */
static bool
counted(const struct gp_recur *recur, const struct gp_zone *zone, int64_t t, bool last, int64_t *ret_t)
{
	int64_t first, end, days[7];
	int left = recur->count;
	bool any = false;

	span(recur, &first, &end);
	for (int64_t period = first; period <= end && left > 0; period += recur->interval) {
		int count = days_in(recur, period, days);

		for (int i = 0; i < count && left > 0; i++) {
			struct gp_wall wall = wall_on(recur, days[i]);
			int64_t instance = gp_zone_from_wall(zone, &wall);

			if (!in_bounds(recur, &wall))
				continue;
			left--;
			if (!last && instance > t) {
				*ret_t = instance;
				return true;
			}
			if (last && instance <= t) {
				*ret_t = instance;
				any = true;
			}
		}
	}
	return any;
}

static bool
once(const struct gp_recur *recur, const struct gp_zone *zone, int64_t t, bool last, int64_t *ret_t)
{
	int64_t only = gp_zone_from_wall(zone, &recur->start);

	if (last ? only > t : only <= t)
		return false;
	*ret_t = only;
	return true;
}

bool
gp_recur_next(const struct gp_recur *given, const struct gp_zone *zone, int64_t t, int64_t *ret_t)
{
	struct gp_recur recur = settled(given);
	struct walk walk = { .recur = &recur, .zone = zone, .t = t };
	int64_t first, last, period;

	if (recur.freq == GP_ONCE)
		return once(&recur, zone, t, false, ret_t);
	if (recur.count > 0)
		return counted(&recur, zone, t, false, ret_t);
	span(&recur, &first, &last);
	period = clamp(day_at(&recur, zone, t, -1), first, last + 1);
	period = recur.interval * floor_div(period, recur.interval);
	for (; period <= last && !first_after(&walk, period); period += recur.interval)
		;
	*ret_t = walk.any ? walk.found : *ret_t;
	return walk.any;
}

bool
gp_recur_last(const struct gp_recur *given, const struct gp_zone *zone, int64_t t, int64_t *ret_t)
{
	struct gp_recur recur = settled(given);
	struct walk walk = { .recur = &recur, .zone = zone, .t = t };
	int64_t first, last, period;

	if (recur.freq == GP_ONCE)
		return once(&recur, zone, t, true, ret_t);
	if (recur.count > 0)
		return counted(&recur, zone, t, true, ret_t);
	span(&recur, &first, &last);
	period = clamp(day_at(&recur, zone, t, 1), first - 1, last);
	period = recur.interval * floor_div(period, recur.interval);
	for (; period >= first && !last_before(&walk, period); period -= recur.interval)
		;
	*ret_t = walk.any ? walk.found : *ret_t;
	return walk.any;
}

bool
gp_recur_start_fits(const struct gp_recur *given, struct gp_wall *ret_next)
{
	struct gp_recur recur = settled(given);
	int64_t first, last, days[7];

	*ret_next = recur.start;
	if (recur.freq == GP_ONCE)
		return true;
	span(&recur, &first, &last);
	for (int64_t period = first; period <= last; period += recur.interval) {
		int count = days_in(&recur, period, days);

		for (int i = 0; i < count; i++) {
			*ret_next = wall_on(&recur, days[i]);
			if (in_bounds(&recur, ret_next))
				return gp_wall_compare(ret_next, &recur.start) == 0;
		}
	}
	ret_next->year = 0;
	return false;
}

void
gp_recur_for_mode(const struct gp_recur *rhythm, const char *mode, struct gp_recur *ret_recur)
{
	struct gp_recur given = settled(rhythm);
	unsigned weekday = given.weekdays != 0 ? given.weekdays & (0u - given.weekdays) : 1u;
	struct gp_recur made = { .interval = 1, .hour = given.hour, .minute = given.minute };

	*ret_recur = *rhythm;
	if (strcmp(mode, "daily") == 0 && given.freq != GP_DAILY) {
		made.freq = GP_DAILY;
		*ret_recur = made;
	} else if (strcmp(mode, "weekly") == 0 && given.freq != GP_WEEKLY) {
		made.freq = GP_WEEKLY;
		made.weekdays = weekday;
		*ret_recur = made;
	} else if (strcmp(mode, "monthly") == 0 && given.freq != GP_MONTHLY) {
		made.freq = GP_MONTHLY;
		made.weekdays = weekday;
		made.nth = 1;
		*ret_recur = made;
	}
}

/* --- RRULE (RFC 5545 section 3.3.10) ------------------------------------------------------------ */

static const char *const freq_names[] = { "", "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };

static void
rrule_days(const struct gp_recur *recur, struct gp_buf *out)
{
	const char *comma = ";BYDAY=";

	for (int i = 0; i < 7; i++)
		if (recur->weekdays >> i & 1) {
			gp_buf_adds(out, comma);
			if (recur->nth != 0)
				gp_buf_addf(out, "%d", recur->nth);
			gp_buf_adds(out, day_codes[i]);
			comma = ",";
		}
}

void
gp_recur_rrule(const struct gp_recur *given, const struct gp_zone *zone, struct gp_buf *out)
{
	struct gp_recur recur = settled(given);

	if (recur.freq == GP_ONCE)
		return;
	gp_buf_addf(out, "FREQ=%s", freq_names[recur.freq]);
	if (recur.interval > 1)
		gp_buf_addf(out, ";INTERVAL=%d", recur.interval);
	if (recur.freq == GP_WEEKLY || recur.nth != 0)
		rrule_days(&recur, out);
	else if (recur.freq == GP_MONTHLY)
		gp_buf_addf(out, ";BYMONTHDAY=%d", recur.month_day);
	else if (recur.freq == GP_YEARLY) /* Outlook wants it said */
		gp_buf_addf(out, ";BYMONTH=%d;BYMONTHDAY=%d", recur.start.month, recur.start.day);
	if (recur.count > 0)
		gp_buf_addf(out, ";COUNT=%d", recur.count);
	if (recur.until.year != 0) {
		int64_t t = gp_zone_from_wall(zone, &recur.until), year;
		int month, day, second = (int)(t - 86400 * floor_div(t, 86400));

		gp_civil_from_days(floor_div(t, 86400), &year, &month, &day);
		gp_buf_addf(out, ";UNTIL=%04d%02d%02dT%02d%02d%02dZ", (int)year, month, day, second / 3600,
		    second / 60 % 60, second % 60);
	}
}

static bool
rrule_by_day(const char *value, struct gp_recur *recur)
{
	char code[3] = "";
	int nth, used;

	while (*value != '\0') {
		int i = 0;

		used = 0;
		if (sscanf(value, "%d%n", &nth, &used) == 1 && used > 0)
			recur->nth = nth;
		value += used;
		(void)snprintf(code, sizeof(code), "%.2s", value);
		while (i < 7 && strcmp(code, day_codes[i]) != 0)
			i++;
		if (i == 7 || recur->nth < -1 || recur->nth > 4)
			return false;
		recur->weekdays |= 1u << i;
		value += 2;
		if (*value == ',')
			value++;
		else if (*value != '\0')
			return false;
	}
	return recur->weekdays != 0 && (recur->nth == 0 || (recur->weekdays & (recur->weekdays - 1)) == 0);
}

static bool
rrule_until(const char *value, const struct gp_zone *zone, struct gp_recur *recur)
{
	int year, month, day, hour, minute, second, used = 0;

	if (sscanf(value, "%4d%2d%2dT%2d%2d%2dZ%n", &year, &month, &day, &hour, &minute, &second, &used) != 6 ||
	    used == 0 || value[used] != '\0' || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	gp_zone_to_wall(
	    zone, gp_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second, &recur->until);
	return true;
}

static bool
rrule_number(const char *value, int least, int most, int *ret)
{
	char *end;
	long n = strtol(value, &end, 10);

	*ret = (int)n;
	return end != value && *end == '\0' && n >= least && n <= most;
}

static bool
rrule_freq(const char *value, struct gp_recur *recur)
{
	for (int i = 1; i < (int)GP_COUNT(freq_names); i++)
		if (strcmp(value, freq_names[i]) == 0) {
			recur->freq = (enum gp_freq)i;
			return true;
		}
	return false;
}

static bool
rrule_part(const char *name, const char *value, const struct gp_zone *zone, struct gp_recur *recur)
{
	int month;

	if (strcmp(name, "FREQ") == 0)
		return rrule_freq(value, recur);
	if (strcmp(name, "INTERVAL") == 0)
		return rrule_number(value, 1, 999, &recur->interval);
	if (strcmp(name, "BYDAY") == 0)
		return rrule_by_day(value, recur);
	if (strcmp(name, "BYMONTHDAY") == 0)
		return rrule_number(value, -1, 31, &recur->month_day) && recur->month_day != 0;
	if (strcmp(name, "BYMONTH") == 0)
		return rrule_number(value, 1, 12, &month) && month == recur->start.month;
	if (strcmp(name, "COUNT") == 0)
		return rrule_number(value, 1, 9999, &recur->count);
	return strcmp(name, "UNTIL") == 0 && rrule_until(value, zone, recur);
}

enum gp_rc
gp_recur_parse_rrule(const char *rrule, const struct gp_wall *start, const struct gp_zone *zone,
    struct gp_recur *ret_recur, struct gp_err *err)
{
	struct gp_recur recur = { .interval = 1, .start = *start, .hour = start->hour, .minute = start->minute };
	char name[16], value[64];
	int used;

	for (const char *at = rrule; *at != '\0'; at += used) {
		used = 0;
		if (sscanf(at, "%15[A-Z]=%63[^;]%n", name, value, &used) != 2 || used == 0 ||
		    !rrule_part(name, value, zone, &recur))
			return gp_fail_as(err, 65, "5.6.0", "the repeat rule `%.60s` is none of ours", rrule);
		if (at[used] == ';')
			used++;
	}
	if (recur.freq == GP_YEARLY)
		recur.month_day = 0; /* that of the start */
	if (*rrule != '\0' && recur.freq == GP_ONCE)
		return gp_fail_as(err, 65, "5.6.0", "the repeat rule `%.60s` has no FREQ", rrule);
	*ret_recur = recur;
	return GP_OK;
}
