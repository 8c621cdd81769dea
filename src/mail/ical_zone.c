#include "mail/ical_parts.h"

#include <stdio.h>
#include <string.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/zone.h"
#include "guildpost/mail/windows_zone.h"

#define OBSERVANCES_MAX 64
#define YEAR_S		(366 * 86400)
#define QUARTER_S	900 /* every zone of today is off by quarters of an hour */

/* --- a VTIMEZONE that may be expanded, and may be believed ----------------------------------------------------------- */

static bool
at_most_one(const short *list)
{
	return list[0] == ICAL_RECURRENCE_ARRAY_MAX || list[1] == ICAL_RECURRENCE_ARRAY_MAX;
}

/* A yearly rule of months and weekdays: all that a real VTIMEZONE has; Lotus adds the one hour and minute. Anything more
 * could run for minutes. */
static bool
rule_is_tame(icalproperty *property)
{
	struct icalrecurrencetype rule = icalproperty_get_rrule(property);
	const short *const none[] = { rule.by_year_day, rule.by_week_no, rule.by_set_pos };

	if (rule.freq != ICAL_YEARLY_RECURRENCE || rule.interval < 1)
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
	return gp_days_from_civil(t->year, t->month, t->day) * 86400 + t->hour * 3600 + t->minute * 60 + t->second;
}

/* Some write down a few years of a zone, one observance a change: outside of those it says nothing. */
static bool
covers(icalcomponent *zone, int64_t wall)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	bool goes_on = icalcomponent_count_components(zone, ICAL_ANY_COMPONENT) == 1;

	for (icalcomponent *part = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); part != NULL;
	     part = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
		struct icaltimetype start = icalcomponent_get_dtstart(part);
		int64_t t = seconds_of(&start);

		goes_on = goes_on || icalcomponent_count_properties(part, ICAL_RRULE_PROPERTY) > 0 ||
			  icalcomponent_count_properties(part, ICAL_RDATE_PROPERTY) > 0;
		first = t < first ? t : first;
		last = t > last ? t : last;
	}
	return first <= wall && (goes_on || wall <= last + YEAR_S);
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
	icaltimezone *own = icalcomponent_get_timezone(calendar, tzid), *utc = icaltimezone_get_utc_timezone();
	icalcomponent *zone = own != NULL ? icaltimezone_get_component(own) : NULL;
	int64_t wall = seconds_of(&t), instant;

	if (!zone_is_tame(zone))
		return by_name(tzid, &t, ret_t);
	icaltimezone_convert_time(&t, own, utc);
	instant = seconds_of(&t);
	t = icaltime_from_timet_with_zone(wall, 0, utc);
	/* Where it says nothing, or nonsense such as the local mean time of 1893, the name knows better. */
	if ((covers(zone, wall) && (wall - instant) % QUARTER_S == 0) || !by_name(tzid, &t, ret_t))
		*ret_t = instant;
	return true;
}
