#include "guildpost/mail/ical.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/clock.h"
#include "guildpost/mail/ical_text.h"
#include "guildpost/mail/utf8.h"
#include "mail/ical_parts.h"

#define PART_MAX	(256u * 1024)
#define LINE_MAX_OCTETS (64u * 1024)
#define EVENTS_MAX	200 /* in all parts of one mail */
#define ATTENDEES_MAX	500
#define UID_MAX		1000
#define TEXT_MAX	2000

/* --- guards (LIBRARIES section 4: libical has none) ------------------------------------------------ */

/* One unfolded line is quadratic in libical, so the sum of a line and its continuations counts. */
static bool
lines_ok(const char *octets, size_t n)
{
	size_t length = 0;

	for (size_t i = 0; i < n; i++, length++) {
		bool folds = i > 0 && octets[i - 1] == '\n' && (octets[i] == ' ' || octets[i] == '\t');

		if (i > 0 && octets[i - 1] == '\n' && !folds)
			length = 0;
		if (length > LINE_MAX_OCTETS)
			return false;
	}
	return true;
}

static bool
part_ok(const char *octets, size_t n)
{
	return n <= PART_MAX && memchr(octets, '\0', n) == NULL && lines_ok(octets, n) && gp_utf8_ok(octets, n);
}

/* --- times ------------------------------------------------------------------------------------------- */

static void
add_wall(struct gp_buf *out, const struct icaltimetype *t, const char *end)
{
	gp_buf_addf(out, "%04u%02u%02uT%02u%02u%02u%s", (unsigned)t->year % 10000u, (unsigned)t->month % 100u,
	    (unsigned)t->day % 100u, (unsigned)t->hour % 100u, (unsigned)t->minute % 100u, (unsigned)t->second % 100u,
	    end);
}

static void
add_instant(struct gp_buf *out, int64_t t)
{
	char text[GP_RFC3339_SIZE];

	gp_clock_format(t, text);
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '-' && *at != ':')
			gp_buf_addc(out, *at);
}

static bool
on_the_clock(const struct icaltimetype *t)
{
	return t->year >= 1 && t->year <= 9999 && t->month >= 1 && t->month <= 12 && t->day >= 1 && t->day <= 31 &&
	       t->hour >= 0 && t->hour <= 23 && t->minute >= 0 && t->minute <= 59 && t->second >= 0 && t->second <= 60;
}

/* As struct gp_calendar has it; "" when the property is missing or no time. */
static void
add_time(struct gp_buf *out, icalcomponent *calendar, icalproperty *property)
{
	icalvalue *value = property != NULL ? icalproperty_get_value(property) : NULL;
	icalvalue_kind kind = value != NULL ? icalvalue_isa(value) : ICAL_NO_VALUE;
	struct icaltimetype t = icaltime_null_time();
	icalparameter *parameter;
	int64_t instant;

	if (kind == ICAL_DATE_VALUE)
		t = icalvalue_get_date(value);
	else if (kind == ICAL_DATETIME_VALUE || kind == ICAL_DATETIMEDATE_VALUE)
		t = icalvalue_get_datetime(value);
	if (!on_the_clock(&t))
		return;
	if (t.is_date) {
		gp_buf_addf(
		    out, "%04u%02u%02u", (unsigned)t.year % 10000u, (unsigned)t.month % 100u, (unsigned)t.day % 100u);
		return;
	}
	parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
	if (icaltime_is_utc(t))
		add_wall(out, &t, "Z");
	else if (parameter != NULL && icalparameter_get_tzid(parameter) != NULL &&
		 gp_ical_instant(calendar, icalparameter_get_tzid(parameter), t, &instant))
		add_instant(out, instant);
	else
		add_wall(out, &t, "");
}

/* "20261210T190000Z" in seconds; 0 when it is not in UTC. */
static int64_t
instant_of(const char *text)
{
	int year, month, day, hour, minute, second, used = 0;

	if (sscanf(text, "%4d%2d%2dT%2d%2d%2dZ%n", &year, &month, &day, &hour, &minute, &second, &used) != 6 ||
	    used == 0)
		return 0;
	return gp_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

static char *
time_of(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind)
{
	struct gp_buf out = GP_BUF_INIT(64);

	add_time(&out, calendar, icalcomponent_get_first_property(event, kind));
	return out.len > 0 ? gp_buf_take(&out) : gp_strdup("");
}

/* DTEND, or DTSTART and DURATION. */
static char *
end_of(icalcomponent *calendar, icalcomponent *event, const char *start)
{
	icalproperty *property = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);
	char *end = time_of(calendar, event,
	    icalcomponent_isa(event) == ICAL_VTODO_COMPONENT ? ICAL_DUE_PROPERTY : ICAL_DTEND_PROPERTY);
	struct gp_buf out = GP_BUF_INIT(64);

	if (*end != '\0' || property == NULL || instant_of(start) == 0)
		return end;
	free(end);
	add_instant(&out, instant_of(start) + icaldurationtype_as_int(icalproperty_get_duration(property)));
	return gp_buf_take(&out);
}

/* --- texts ------------------------------------------------------------------------------------------- */

static char *
cleaned(const char *text, bool lines, size_t max)
{
	return text == NULL ? gp_strdup("") : gp_utf8_cleaned(text, strlen(text), lines, max);
}

static char *
upper(char *text)
{
	for (char *at = text; *at != '\0'; at++)
		*at = (char)toupper((unsigned char)*at);
	return text;
}

/* A parameter's value without quotes; caller frees; "" when there is none. */
static char *
parameter_of(icalproperty *property, const char *name, size_t max)
{
	char *value = icalproperty_get_parameter_as_string_r(property, name), *out;
	size_t n;

	if (value == NULL)
		return gp_strdup("");
	n = strlen(value);
	if (n >= 2 && value[0] == '"' && value[n - 1] == '"')
		out = gp_utf8_cleaned(value + 1, n - 2, false, max);
	else
		out = gp_utf8_cleaned(value, n, false, max);
	icalmemory_free_buffer(value);
	return out;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* "mailto:ann%40example.net?subject=x" to "ann@example.net" */
static char *
address_of(const char *value)
{
	struct gp_buf out = GP_BUF_INIT(400);
	char *text;

	if (strncasecmp(value, "mailto:", 7) == 0)
		value += 7;
	for (; *value != '\0' && *value != '?'; value++) {
		int high = *value == '%' ? hex_digit(value[1]) : -1, low = high >= 0 ? hex_digit(value[2]) : -1;

		if (low >= 0) {
			gp_buf_addc(&out, (char)(high * 16 + low));
			value += 2;
		} else if (strchr("<>\"", *value) == NULL) {
			gp_buf_addc(&out, *value);
		}
	}
	text = gp_utf8_cleaned(out.data, out.len, false, 320);
	gp_buf_release(&out);
	return text;
}

/* iCloud names a person by a path and puts the address into EMAIL. */
static char *
person_of(icalproperty *property, const char *value)
{
	SCOPED(gp_free_str) char *other = NULL;

	if (value == NULL)
		return gp_strdup("");
	value += *value == '"'; /* some quote it as if it were a parameter */
	if (strncasecmp(value, "mailto:", 7) == 0)
		return address_of(value);
	other = parameter_of(property, "EMAIL", 400);
	return address_of(*other != '\0' ? other : value);
}

/* Exchange carries a foreign UID inside its own: hex octets, "vCal-Uid", 01 00 00 00, the UID, 00 (CAL-06). */
static char *
unwrapped_uid(const char *uid)
{
	static const char head[] = "040000008200E00074C5B7101A82E008", mark[] = "7643616C2D55696401000000";
	struct gp_buf out = GP_BUF_INIT(UID_MAX);
	const char *at = strncasecmp(uid, head, strlen(head)) == 0 ? uid + strlen(head) : "";
	char *text;

	while (*at != '\0' && strncasecmp(at, mark, strlen(mark)) != 0)
		at++;
	if (*at == '\0')
		return cleaned(uid, false, UID_MAX);
	for (at += strlen(mark); hex_digit(at[0]) >= 0 && hex_digit(at[1]) >= 0; at += 2)
		if (at[0] != '0' || at[1] != '0')
			gp_buf_addc(&out, (char)(hex_digit(at[0]) * 16 + hex_digit(at[1])));
	text = gp_utf8_cleaned(out.data, out.len, false, UID_MAX);
	gp_buf_release(&out);
	return text;
}

/* --- events ------------------------------------------------------------------------------------------ */

static void
read_attendees(icalcomponent *event, struct gp_calendar *to)
{
	icalproperty *comment = icalcomponent_get_first_property(event, ICAL_COMMENT_PROPERTY);
	int count = icalcomponent_count_properties(event, ICAL_ATTENDEE_PROPERTY);
	/* Last: a component has one iterator, which the look for a comment moves too. */
	icalproperty *property = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);

	to->attendees = count > 0 ? gp_new_array((size_t)count, sizeof(*to->attendees)) : NULL;
	for (; property != NULL && to->attendee_count < ATTENDEES_MAX;
	     property = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
		struct gp_attendee *attendee = &to->attendees[to->attendee_count++];

		attendee->address = person_of(property, icalproperty_get_attendee(property));
		attendee->partstat = upper(parameter_of(property, "PARTSTAT", 40));
		if (*attendee->partstat == '\0') {
			free(attendee->partstat);
			attendee->partstat = gp_strdup("NEEDS-ACTION"); /* RFC 5545 section 3.2.12 */
		}
		attendee->comment = parameter_of(property, "X-RESPONSE-COMMENT", TEXT_MAX);
	}
	/* COMMENT is the answerer's word, and an answer has one attendee (CAL-19). */
	if (to->attendee_count == 1 && comment != NULL && *to->attendees[0].comment == '\0') {
		free(to->attendees[0].comment);
		to->attendees[0].comment = cleaned(icalproperty_get_comment(comment), true, TEXT_MAX);
	}
}

static void
read_event(icalcomponent *calendar, icalcomponent *event, const char *method, struct gp_calendar *to)
{
	icalproperty *uid = icalcomponent_get_first_property(event, ICAL_UID_PROPERTY);
	icalproperty *summary = icalcomponent_get_first_property(event, ICAL_SUMMARY_PROPERTY);
	icalproperty *sequence = icalcomponent_get_first_property(event, ICAL_SEQUENCE_PROPERTY);
	icalproperty *organizer = icalcomponent_get_first_property(event, ICAL_ORGANIZER_PROPERTY);
	SCOPED(gp_free_str) char *stamp = time_of(calendar, event, ICAL_DTSTAMP_PROPERTY);

	to->method = gp_strdup(method);
	to->uid = unwrapped_uid(uid != NULL && icalproperty_get_uid(uid) != NULL ? icalproperty_get_uid(uid) : "");
	to->summary = cleaned(summary != NULL ? icalproperty_get_summary(summary) : NULL, false, TEXT_MAX);
	to->organizer = organizer != NULL ? person_of(organizer, icalproperty_get_organizer(organizer)) : gp_strdup("");
	to->sequence = sequence != NULL && icalproperty_get_sequence(sequence) > 0 ? icalproperty_get_sequence(sequence)
										   : 0;
	to->dtstamp = instant_of(stamp);
	to->recurrence_id = time_of(calendar, event, ICAL_RECURRENCEID_PROPERTY);
	to->start = time_of(calendar, event, ICAL_DTSTART_PROPERTY);
	to->end = end_of(calendar, event, to->start);
	read_attendees(event, to);
}

static char *
method_of(icalcomponent *calendar)
{
	icalproperty *property = icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY);
	char *value = property != NULL ? icalproperty_get_value_as_string_r(property) : NULL, *out;

	if (value == NULL)
		return gp_strdup("");
	out = upper(cleaned(value, false, 40));
	icalmemory_free_buffer(value);
	return out;
}

/* Events; of a calendar that holds none, what else somebody may have asked or answered (RFC 5546 sections 3.3 to 3.5). */
static void
read_calendar(icalcomponent *calendar, struct gp_reading *reading)
{
	static const icalcomponent_kind kinds[] = { ICAL_VEVENT_COMPONENT, ICAL_VTODO_COMPONENT,
		ICAL_VJOURNAL_COMPONENT, ICAL_VFREEBUSY_COMPONENT };
	SCOPED(gp_free_str) char *method = method_of(calendar);
	size_t had = reading->calendar_count;

	for (size_t i = 0; i < GP_COUNT(kinds) && reading->calendar_count == had; i++)
		for (icalcomponent *event = icalcomponent_get_first_component(calendar, kinds[i]);
		     event != NULL && reading->calendar_count < EVENTS_MAX;
		     event = icalcomponent_get_next_component(calendar, kinds[i])) {
			reading->calendars = gp_grow(
			    reading->calendars, (reading->calendar_count + 1) * sizeof(*reading->calendars));
			reading->calendars[reading->calendar_count] = (struct gp_calendar){ 0 };
			read_event(calendar, event, method, &reading->calendars[reading->calendar_count++]);
		}
}

static void
free_component(icalcomponent **component)
{
	if (*component != NULL)
		icalcomponent_free(*component);
	*component = NULL;
}

void
gp_ical_read(const char *octets, size_t n, struct gp_reading *reading)
{
	SCOPED(free_component) icalcomponent *root = NULL;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(2 * PART_MAX);

	if (!part_ok(octets, n))
		return;
	gp_ical_unfold(&text, octets, n);
	icalerror_set_errors_are_fatal(0); /* builds of libical differ */
	root = icalparser_parse_string(text.data);
	if (root == NULL)
		return;
	if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) {
		read_calendar(root, reading);
	} else if (icalcomponent_isa(root) == ICAL_XROOT_COMPONENT) {
		/* Several VCALENDARs in one part (CAL-03 forbids us, not them). */
		for (icalcomponent *calendar = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
		     calendar != NULL; calendar = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
			read_calendar(calendar, reading);
	}
	icalmemory_free_ring();
}
