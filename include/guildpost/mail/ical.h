/* ical.h - iCalendar (RFC 5545) as mail carries it (RFC 6047): strangers' read, ours written.  Floor: mail.
 * src/mail/ical.c is the one home of libical. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/zone.h"
#include "guildpost/mail/reading.h"

/* Appends to reading->calendars one entry an event. octets: decoded, UTF-8; over 256 KiB, with a line over 64 KiB, a NUL
 * or invalid UTF-8 it appends nothing. No repeat rule of a stranger is ever expanded (LIBRARIES section 4).
 * Times come as struct gp_calendar says; one whose zone is not known by VTIMEZONE, IANA or Windows name (CAL-14) stays on
 * the wall, "YYYYMMDDTHHMMSS" without Z. */
void gp_ical_read(const char *octets, size_t n, struct gp_reading *reading);

/* One date of a series that moved: original start and new start, on the wall of the zone. */
struct gp_ical_move {
	struct gp_wall from, to;
};
struct gp_ical_event {
	const char *uid; /* lower-case uuid (CAL-06) */
	int64_t sequence, dtstamp; /* dtstamp: seconds UTC */
	const char *summary, *description, *location; /* UTF-8, LF; "" for none */
	const char *organizer_name, *organizer_address;
	const char *attendee_name, *attendee_address; /* the only one (CAL-05); address NULL: none */
	const char *partstat; /* NULL: NEEDS-ACTION */
	const struct gp_zone *zone;
	struct gp_wall start;
	int64_t duration; /* seconds */
	const char *rrule; /* guild/recur.h makes it; "" for none */
	int64_t horizon; /* last instant that the VTIMEZONE must be right for */
	const struct gp_wall *dropped; /* dates that fell: EXDATE (CAL-11) */
	size_t dropped_count;
	const struct gp_ical_move *moved; /* one more VEVENT each */
	size_t moved_count;
	const struct gp_wall *only; /* this date alone is meant: RECURRENCE-ID; NULL for the whole */
	struct gp_wall only_start; /* of `only`: where it stands now */
	bool removed; /* CANCEL that takes one person out of an event that lives on: no STATUS (CAL-09) */
};
/* A whole VCALENDAR, CRLF, folded (CAL-16), times local with a VTIMEZONE of our own (CAL-13). method: "REQUEST" or
 * "CANCEL". Text that could break a line or a parameter is escaped or dropped: this never fails. */
void gp_ical_write(const struct gp_ical_event *event, const char *method, struct gp_buf *out);
