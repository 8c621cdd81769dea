#include "mail/ical_parts.h"

#include <stdio.h>
#include <string.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/zone.h"
#include "guildpost/mail/windows_zone.h"

#define OBSERVANCES_MAX 64
#define DAY_S		86400
#define YEAR_S		(366 * DAY_S)
#define YEARS_APART	8 /* the longest interval of a rule */
#define QUARTER_S	900 /* every zone of today is off by quarters of an hour */

/* --- a VTIMEZONE that may be expanded, and may be believed ----------------------------------------------------------- */

static bool
at_most_one(const short *list)
{
	return list[0] == ICAL_RECURRENCE_ARRAY_MAX || list[1] == ICAL_RECURRENCE_ARRAY_MAX;
}

/* A yearly rule of months and weekdays: all that a real VTIMEZONE has; Lotus adds the hour and minute of the start. */
static bool
rule_is_tame(icalproperty *property)
{
	struct icalrecurrencetype rule = icalproperty_get_rrule(property);
	const short *const none[] = { rule.by_year_day, rule.by_week_no, rule.by_set_pos };

	if (rule.freq != ICAL_YEARLY_RECURRENCE || rule.interval < 1 || rule.interval > YEARS_APART || rule.count > 0)
		return false;
	for (size_t i = 0; i < GP_COUNT(none); i++)
		if (none[i][0] != ICAL_RECURRENCE_ARRAY_MAX)
			return false;
	return at_most_one(rule.by_second) && at_most_one(rule.by_minute) && at_most_one(rule.by_hour);
}

static bool
zone_is_tame(icalcomponent *zone)
{
	int left = OBSERVANCES_MAX;

	if (zone == NULL)
		return false;
	for (icalcomponent *part = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); part != NULL;
	     part = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
		icalproperty *rule = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);

		if (left-- == 0 || icalcomponent_count_properties(part, ICAL_RDATE_PROPERTY) > OBSERVANCES_MAX * 4)
			return false;
		for (; rule != NULL; rule = icalcomponent_get_next_property(part, ICAL_RRULE_PROPERTY))
			if (!rule_is_tame(rule))
				return false;
	}
	return left < OBSERVANCES_MAX;
}

static int64_t
seconds_of(const struct icaltimetype *t)
{
	return gp_days_from_civil(t->year, t->month, t->day) * DAY_S + t->hour * 3600 + t->minute * 60 + t->second;
}

/* --- when an observance began last ----------------------------------------------------------------------------------- */

static bool
is_listed(const short *list, int value, int other)
{
	for (size_t i = 0; list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		if (list[i] == value || list[i] == other)
			return true;
	return false;
}

/* Is this day the "first Sunday" or "last Friday" of the rule? left: how many days of the month there are from it on. */
static bool
is_weekday(const short *by_day, int64_t days, int day, int left)
{
	int weekday = (int)((days + 4) % 7 + 7) % 7 + 1; /* 1 Sunday; 1 January 1970 was a Thursday */

	for (size_t i = 0; by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
		int nth = icalrecurrencetype_day_position(by_day[i]);

		if ((int)icalrecurrencetype_day_day_of_week(by_day[i]) == weekday &&
		    (nth == 0 || nth == (day - 1) / 7 + 1 || nth == -((left - 1) / 7 + 1)))
			return true;
	}
	return false;
}

static bool
is_onset(const struct icalrecurrencetype *rule, const struct icaltimetype *start, int year, int month, int day)
{
	int length = icaltime_days_in_month(month, year), left = length - day + 1;
	bool by_date = rule->by_month_day[0] != ICAL_RECURRENCE_ARRAY_MAX;
	bool by_weekday = rule->by_day[0] != ICAL_RECURRENCE_ARRAY_MAX;

	if (by_date && !is_listed(rule->by_month_day, day, -left))
		return false;
	if (by_weekday)
		return is_weekday(rule->by_day, gp_days_from_civil(year, month, day), day, left);
	return by_date || day == start->day;
}

/* The last onset of a yearly rule at or before wall, within one year; INT64_MIN when there is none. */
static int64_t
onset_in(const struct icalrecurrencetype *rule, const struct icaltimetype *start, int year, int64_t wall)
{
	int64_t clock = start->hour * 3600 + start->minute * 60 + start->second;
	bool by_month = rule->by_month[0] != ICAL_RECURRENCE_ARRAY_MAX;

	for (int month = 12; month >= 1; month--) {
		if (by_month ? !is_listed(rule->by_month, month, month) : month != start->month)
			continue;
		for (int day = icaltime_days_in_month(month, year); day >= 1; day--) {
			int64_t at = gp_days_from_civil(year, month, day) * DAY_S + clock;

			if (at <= wall && is_onset(rule, start, year, month, day))
				return at;
		}
	}
	return INT64_MIN;
}

/* The instant of UNTIL on the wall before the change. */
static int64_t
until_of(const struct icalrecurrencetype *rule, int offset_from)
{
	struct icaltimetype until = rule->until;

	if (icaltime_is_null_time(until))
		return INT64_MAX;
	if (until.is_date)
		return seconds_of(&until) + DAY_S - 1;
	return seconds_of(&until) + (icaltime_is_utc(until) ? offset_from : 0);
}

static int64_t
onset_by_rule(const struct icalrecurrencetype *rule, const struct icaltimetype *start, int64_t until, int64_t wall)
{
	int64_t last = INT64_MIN, limit = until < wall ? until : wall, first = seconds_of(start);
	int year = start->year + (int)((limit - first) / (365 * DAY_S)) + 1;

	for (int tries = 0; tries < 3 * YEARS_APART && last == INT64_MIN && year >= start->year; tries++, year--)
		if ((year - start->year) % rule->interval == 0)
			last = onset_in(rule, start, year, limit);
	return last >= first ? last : INT64_MIN;
}

struct observance {
	int from, to; /* seconds east of UTC before and after */
	int64_t onset; /* the last one at or before the time asked for, on the wall before it; INT64_MIN: none */
	int64_t begins; /* DTSTART */
	bool goes_on; /* a rule that holds for the time asked for */
};

static int
offset_of(icalcomponent *part, icalproperty_kind kind)
{
	icalproperty *property = icalcomponent_get_first_property(part, kind);

	if (property == NULL)
		return 0;
	return kind == ICAL_TZOFFSETFROM_PROPERTY ? icalproperty_get_tzoffsetfrom(property)
						  : icalproperty_get_tzoffsetto(property);
}

static void
observe(icalcomponent *part, int64_t wall, struct observance *ret)
{
	struct icaltimetype start = icalcomponent_get_dtstart(part);
	icalproperty *property = icalcomponent_get_first_property(part, ICAL_RDATE_PROPERTY);

	*ret = (struct observance){ .from = offset_of(part, ICAL_TZOFFSETFROM_PROPERTY),
		.to = offset_of(part, ICAL_TZOFFSETTO_PROPERTY),
		.begins = seconds_of(&start) };
	ret->onset = ret->begins <= wall ? ret->begins : INT64_MIN;
	for (; property != NULL; property = icalcomponent_get_next_property(part, ICAL_RDATE_PROPERTY)) {
		struct icaltimetype date = icalproperty_get_rdate(property).time;
		int64_t at = seconds_of(&date);

		ret->onset = at <= wall && at > ret->onset ? at : ret->onset;
	}
	property = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);
	if (property != NULL && ret->begins <= wall) {
		struct icalrecurrencetype rule = icalproperty_get_rrule(property);
		int64_t until = until_of(&rule, ret->from), at = onset_by_rule(&rule, &start, until, wall);

		ret->goes_on = until >= wall;
		ret->onset = at > ret->onset ? at : ret->onset;
	}
}

/* What a VTIMEZONE makes of a wall time. Not by libical, which writes out every change until the year 2582 first: half a
 * second for a zone of forty observances. *ret_sure: it covers that time, and sounds like an offset of today. */
static int64_t
by_description(icalcomponent *zone, int64_t wall, bool *ret_sure)
{
	struct observance best = { .onset = INT64_MIN, .begins = INT64_MAX }, next;
	int64_t last = INT64_MIN;
	bool goes_on = icalcomponent_count_components(zone, ICAL_ANY_COMPONENT) == 1;
	int offset;

	for (icalcomponent *part = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); part != NULL;
	     part = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
		observe(part, wall, &next);
		goes_on = goes_on || next.goes_on;
		last = next.begins > last ? next.begins : last;
		if (next.onset > best.onset || (best.onset == INT64_MIN && next.begins < best.begins))
			best = next;
	}
	/* Before the first onset, and in the gap of one, the clock is what it was (RFC 5545 section 3.3.5). */
	offset = best.onset == INT64_MIN || wall < best.onset + (best.to - best.from) ? best.from : best.to;
	*ret_sure = best.onset != INT64_MIN && (goes_on || wall <= last + YEAR_S) && offset % QUARTER_S == 0;
	return wall - offset;
}

/* --- names ------------------------------------------------------------------------------------------------------------ */

/* Some put their name before it: "/mozilla.org/20050126_1/Europe/Berlin". */
static bool
iana_name(const char *tzid, char out[64])
{
	while (strlen(tzid) > 0) {
		if (strlen(tzid) < 64 && gp_zone_exists(tzid)) {
			(void)snprintf(out, 64, "%s", tzid);
			return true;
		}
		if (*tzid != '/')
			break;
		tzid = strchr(tzid + 1, '/');
		if (tzid == NULL)
			break;
		if (gp_zone_exists(tzid + 1)) {
			(void)snprintf(out, 64, "%.63s", tzid + 1);
			return true;
		}
	}
	return false;
}

static bool
by_name(const char *tzid, const struct icaltimetype *t, int64_t *ret_t)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_wall wall = { t->year, t->month, t->day, t->hour, t->minute, t->second };
	struct gp_err ignored;
	char name[64];

	if ((!iana_name(tzid, name) && !gp_windows_zone(tzid, name)) || gp_zone_open(name, &zone, &ignored) != GP_OK)
		return false;
	*ret_t = gp_zone_from_wall(zone, &wall);
	return true;
}

bool
gp_ical_instant(icalcomponent *calendar, const char *tzid, struct icaltimetype t, int64_t *ret_t)
{
	icaltimezone *own = icalcomponent_get_timezone(calendar, tzid);
	icalcomponent *zone = own != NULL ? icaltimezone_get_component(own) : NULL;
	int64_t instant;
	bool sure;

	if (!zone_is_tame(zone))
		return by_name(tzid, &t, ret_t);
	instant = by_description(zone, seconds_of(&t), &sure);
	/* Where it says nothing, or nonsense such as the local mean time of 1893, the name knows better. */
	if (sure || !by_name(tzid, &t, ret_t))
		*ret_t = instant;
	return true;
}
