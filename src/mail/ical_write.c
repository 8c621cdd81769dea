#include "guildpost/mail/ical.h"

#include <stdarg.h>

#include "guildpost/base/clock.h"
#include "guildpost/mail/utf8.h"

#define LINE_OCTETS 75 /* RFC 5545 section 3.1, without the line end */

/* --- lines ------------------------------------------------------------------------------------------- */

/* Writes one content line, folded between characters. */
static void
add_line(struct gp_buf *out, const char *line)
{
	size_t left = strlen(line), room = LINE_OCTETS;

	while (left > room) {
		size_t n = gp_utf8_cut(line, left, room);

		gp_buf_add(out, line, n);
		gp_buf_adds(out, "\r\n ");
		line += n;
		left -= n;
		room = LINE_OCTETS - 1; /* the blank counts */
	}
	gp_buf_add(out, line, left);
	gp_buf_adds(out, "\r\n");
}

static void add_linef(struct gp_buf *out, const char *fmt, ...) GP_PRINTF(2, 3);

static void
add_linef(struct gp_buf *out, const char *fmt, ...)
{
	SCOPED(gp_free_str) char *line = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	add_line(out, line);
}

/* TEXT (RFC 5545 section 3.3.11). */
static void
add_text(struct gp_buf *out, const char *name, const char *value)
{
	SCOPED(gp_buf_release) struct gp_buf line = GP_BUF_INIT(64 * 1024);
	SCOPED(gp_free_str) char *clean = gp_utf8_cleaned(value, strlen(value), true, 16 * 1024);
	size_t n = strlen(clean);

	while (n > 0 && clean[n - 1] == '\n')
		clean[--n] = '\0';
	if (n == 0)
		return;
	gp_buf_addf(&line, "%s:", name);
	for (const char *at = clean; *at != '\0'; at++) {
		if (*at == '\n')
			gp_buf_adds(&line, "\\n");
		else if (strchr("\\,;", *at) != NULL)
			gp_buf_addf(&line, "\\%c", *at);
		else
			gp_buf_addc(&line, *at);
	}
	add_line(out, line.data);
}

/* A quoted parameter has no escape: what would end it falls (CAL-16). */
static char *
quotable(const char *value)
{
	char *clean = gp_utf8_cleaned(value, strlen(value), false, 200), *to = clean;

	for (const char *from = clean; *from != '\0'; from++)
		if (*from != '"')
			*to++ = *from;
	*to = '\0';
	return clean;
}

/* --- times ------------------------------------------------------------------------------------------- */

static void
wall_digits(const struct gp_wall *wall, const char *end, char out[32])
{
	(void)snprintf(out, 32, "%04u%02u%02uT%02u%02u%02u%s", (unsigned)wall->year % 10000u,
	    (unsigned)wall->month % 100u, (unsigned)wall->day % 100u, (unsigned)wall->hour % 100u,
	    (unsigned)wall->minute % 100u, (unsigned)wall->second % 100u, end);
}

/* Seconds since 1970 as a clock that shows them. */
static struct gp_wall
clock_face(int64_t seconds)
{
	int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400, year;
	int second = (int)(seconds - days * 86400);
	struct gp_wall wall = { .hour = second / 3600, .minute = second / 60 % 60, .second = second % 60 };

	gp_civil_from_days(days, &year, &wall.month, &wall.day);
	wall.year = (int)year;
	return wall;
}

static void
instant_digits(int64_t t, char out[32])
{
	struct gp_wall wall = clock_face(t);

	wall_digits(&wall, "Z", out);
}

static bool
is_utc(const struct gp_zone *zone)
{
	struct gp_zone_rule rule;

	return gp_zone_rule(zone, &rule) && rule.standard == 0 && rule.to_daylight.month == 0 &&
	       gp_zone_follows_rule(zone, 0, INT64_C(4102444800));
}

static bool in_utc(const struct gp_ical_event *event);

/* "DTSTART;TZID=Europe/Berlin:20261210T190000" or "DTSTART:20261210T180000Z" */
static void
add_time(struct gp_buf *out, const struct gp_ical_event *event, const char *name, const struct gp_wall *wall)
{
	char digits[32];

	if (in_utc(event)) {
		instant_digits(gp_zone_from_wall(event->zone, wall), digits);
		add_linef(out, "%s:%s", name, digits);
	} else {
		wall_digits(wall, "", digits);
		add_linef(out, "%s;TZID=%s:%s", name, gp_zone_name(event->zone), digits);
	}
}

/* --- VTIMEZONE (CAL-13) -------------------------------------------------------------------------------- */

static const char *const day_codes[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

static void
offset_digits(int offset, char out[16])
{
	unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) / 60;

	(void)snprintf(out, 16, "%c%02u%02u", offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
}

struct observance {
	const char *kind, *name; /* "STANDARD"; "CET" */
	int from, to; /* offsets, seconds east */
	struct gp_wall start; /* on the wall before the change */
	char rrule[80]; /* "" for none */
};

static void
add_observance(struct gp_buf *out, const struct observance *observance)
{
	char from[16], to[16], start[32];

	offset_digits(observance->from, from);
	offset_digits(observance->to, to);
	wall_digits(&observance->start, "", start);
	add_linef(out, "BEGIN:%s", observance->kind);
	add_linef(out, "TZOFFSETFROM:%s", from);
	add_linef(out, "TZOFFSETTO:%s", to);
	add_linef(out, "TZNAME:%s", observance->name);
	add_linef(out, "DTSTART:%s", start);
	if (*observance->rrule != '\0')
		add_linef(out, "RRULE:%s", observance->rrule);
	add_linef(out, "END:%s", observance->kind);
}

/* A change at 26:00 or -1:00 stands on the day after or before the one that the rule names: its days of the month are
 * then written out. False where that would leave the month, as "the last Thursday at 24:00" does. */
static bool
yearly_rule(const struct gp_zone_change *change, int shift, char out[80])
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int weekday = (change->weekday + shift % 7 + 7) % 7, length = lengths[change->month - 1];
	int first = (change->week == 5 ? length - 6 : 7 * change->week - 6) + shift, used;

	if (shift == 0) {
		(void)snprintf(out, 80, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", change->month,
		    change->week == 5 ? -1 : change->week, day_codes[weekday]);
		return true;
	}
	if (first < 1 || first + 6 > length || change->month == 2)
		return false;
	used = snprintf(out, 80, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=", change->month);
	for (int day = first; day < first + 7; day++)
		used += snprintf(out + used, 80 - (size_t)used, "%s%d", day > first ? "," : "", day);
	(void)snprintf(out + used, 80 - (size_t)used, ";BYDAY=%s", day_codes[weekday]);
	return true;
}

/* Where the rule falls in 1970, before anything that is planned. */
static void
first_change(const struct gp_zone_change *change, int shift, int second, struct gp_wall *ret_start)
{
	int64_t first = gp_days_from_civil(1970, change->month, 1), year;
	int64_t next = change->month == 12 ? gp_days_from_civil(1971, 1, 1)
					   : gp_days_from_civil(1970, change->month + 1, 1);
	int64_t day = first + (change->weekday - (int)((first + 4) % 7) + 7) % 7 + 7 * (change->week - 1);

	while (day >= next)
		day -= 7;
	gp_civil_from_days(day + shift, &year, &ret_start->month, &ret_start->day);
	ret_start->year = (int)year;
	ret_start->hour = second / 3600;
	ret_start->minute = second / 60 % 60;
	ret_start->second = second % 60;
}

static bool
rule_observance(const struct gp_zone_change *change, struct observance *observance)
{
	int shift = (change->at >= 0 ? change->at : change->at - 86399) / 86400;

	first_change(change, shift, change->at - shift * 86400, &observance->start);
	return yearly_rule(change, shift, observance->rrule);
}

/* One STANDARD and one DAYLIGHT. Dublin calls its winter the daylight time: clients take the larger offset for summer. */
static bool
add_ruled(struct gp_buf *out, const struct gp_zone_rule *rule)
{
	bool turned = rule->daylight < rule->standard;
	struct observance into = { .kind = turned ? "STANDARD" : "DAYLIGHT",
		.name = rule->daylight_name,
		.from = rule->standard,
		.to = rule->daylight };
	struct observance back = { .kind = turned ? "DAYLIGHT" : "STANDARD",
		.name = rule->standard_name,
		.from = rule->daylight,
		.to = rule->standard };

	if (rule->to_daylight.month == 0) {
		back.kind = "STANDARD";
		back.start = (struct gp_wall){ .year = 1970, .month = 1, .day = 1 };
		add_observance(out, &back);
		return true;
	}
	if (!rule_observance(&rule->to_daylight, &into) || !rule_observance(&rule->to_standard, &back))
		return false;
	add_observance(out, turned ? &into : &back);
	add_observance(out, turned ? &back : &into);
	return true;
}

/* Every change around the event, one by one. */
static void
add_explicit(struct gp_buf *out, const struct gp_zone *zone, int64_t from, int64_t until)
{
	int64_t t = from, next;
	int base = gp_zone_offset(zone, from);
	struct observance first = { .kind = "STANDARD",
		.name = gp_zone_abbreviation(zone, from),
		.from = base,
		.to = base,
		.start = { .year = 1970, .month = 1, .day = 1 } };

	add_observance(out, &first);
	for (int count = 0; count < 60 && gp_zone_next_change(zone, t, &next) && next <= until; count++, t = next) {
		struct observance change = { .name = gp_zone_abbreviation(zone, next),
			.from = gp_zone_offset(zone, next - 1),
			.to = gp_zone_offset(zone, next) };

		change.kind = change.to > change.from ? "DAYLIGHT" : "STANDARD";
		change.start = clock_face(next + change.from); /* as the clock showed before it moved */
		add_observance(out, &change);
	}
}

/* A year on both sides: a client that keeps one pair of rules must not be wrong about a repeat or an alarm. */
#define AROUND (400 * INT64_C(86400))

/* Writes the zone as one pair of rules; false when it has none around this event, and nothing useful is written. */
static bool
add_yearly(struct gp_buf *out, const struct gp_ical_event *event)
{
	int64_t start = gp_zone_from_wall(event->zone, &event->start);
	int64_t end = event->horizon > start ? event->horizon : start;
	struct gp_zone_rule rule;

	return gp_zone_rule(event->zone, &rule) && gp_zone_follows_rule(event->zone, start - AROUND, end + AROUND) &&
	       add_ruled(out, &rule);
}

/* A single event in a zone that one yearly rule cannot say goes in UTC: no reader can get it wrong (CAL-13). */
static bool
in_utc(const struct gp_ical_event *event)
{
	SCOPED(gp_buf_release) struct gp_buf scratch = GP_BUF_INIT(4096);
	bool single = *event->rrule == '\0' && event->only == NULL;

	return is_utc(event->zone) || (single && !add_yearly(&scratch, event));
}

static void
add_zone(struct gp_buf *out, const struct gp_ical_event *event)
{
	size_t before;

	if (in_utc(event))
		return;
	add_line(out, "BEGIN:VTIMEZONE");
	add_linef(out, "TZID:%s", gp_zone_name(event->zone));
	before = out->len;
	if (!add_yearly(out, event)) {
		gp_buf_cut(out, before);
		add_explicit(
		    out, event->zone, gp_zone_from_wall(event->zone, &event->start) - AROUND, event->horizon + AROUND);
	}
	add_line(out, "END:VTIMEZONE");
}

/* --- the event ----------------------------------------------------------------------------------------- */

static void
add_people(struct gp_buf *out, const struct gp_ical_event *event, bool cancel)
{
	SCOPED(gp_free_str) char *organizer = quotable(event->organizer_name);
	SCOPED(gp_free_str) char *attendee = quotable(event->attendee_name != NULL ? event->attendee_name : "");

	add_linef(out, "ORGANIZER;CN=\"%s\":mailto:%s", organizer, event->organizer_address);
	if (event->attendee_address == NULL)
		return;
	/* CUTYPE and ROLE are the defaults; they are written because clients differ without (CAL-05). */
	add_linef(out, "ATTENDEE;CN=\"%s\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=%s%s:mailto:%s",
	    *attendee != '\0' ? attendee : event->attendee_address,
	    event->partstat != NULL ? event->partstat : "NEEDS-ACTION", cancel ? "" : ";RSVP=TRUE",
	    event->attendee_address);
}

/* A link where a room would stand is one to press (CAL-18). */
static bool
is_link(const char *text)
{
	return (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) &&
	       strpbrk(text, " \n\t\"<>") == NULL;
}

static void
add_times(struct gp_buf *out, const struct gp_ical_event *event, const struct gp_wall *start)
{
	struct gp_wall end;

	gp_zone_to_wall(event->zone, gp_zone_from_wall(event->zone, start) + event->duration, &end);
	add_time(out, event, "DTSTART", start);
	add_time(out, event, "DTEND", &end);
}

/* occurrence: the original start when one date of a series is meant, else NULL. */
static void
add_event(struct gp_buf *out, const struct gp_ical_event *event, bool cancel, const struct gp_wall *occurrence,
    const struct gp_wall *start)
{
	char stamp[32];

	instant_digits(event->dtstamp, stamp);
	add_line(out, "BEGIN:VEVENT");
	add_linef(out, "UID:%s", event->uid);
	add_linef(out, "DTSTAMP:%s", stamp);
	add_linef(out, "SEQUENCE:%lld", (long long)event->sequence);
	if (!cancel || !event->removed)
		add_linef(out, "STATUS:%s", cancel ? "CANCELLED" : "CONFIRMED");
	add_text(out, "SUMMARY", event->summary);
	add_text(out, "DESCRIPTION", event->description);
	add_text(out, "LOCATION", event->location);
	if (is_link(event->location))
		add_linef(out, "URL:%s", event->location);
	add_people(out, event, cancel);
	if (occurrence != NULL)
		add_time(out, event, "RECURRENCE-ID", occurrence);
	add_times(out, event, start);
	if (occurrence == NULL && *event->rrule != '\0')
		add_linef(out, "RRULE:%s", event->rrule);
	/* One per line: Exchange mishandled lists (CAL-11). */
	for (size_t i = 0; occurrence == NULL && i < event->dropped_count; i++)
		add_time(out, event, "EXDATE", &event->dropped[i]);
	if (!cancel)
		add_line(out, "X-MICROSOFT-DISALLOW-COUNTER:TRUE");
	add_line(out, "END:VEVENT");
}

void
gp_ical_write(const struct gp_ical_event *event, const char *method, struct gp_buf *out)
{
	bool cancel = strcmp(method, "CANCEL") == 0;

	add_line(out, "BEGIN:VCALENDAR");
	add_line(out, "PRODID:-//guildpost//EN");
	add_line(out, "VERSION:2.0");
	add_line(out, "CALSCALE:GREGORIAN");
	add_linef(out, "METHOD:%s", method);
	add_zone(out, event);
	if (event->only != NULL)
		add_event(out, event, cancel, event->only, &event->only_start);
	else
		add_event(out, event, cancel, NULL, &event->start);
	for (size_t i = 0; event->only == NULL && !cancel && i < event->moved_count; i++)
		add_event(out, event, cancel, &event->moved[i].from, &event->moved[i].to);
	add_line(out, "END:VCALENDAR");
}
