/* iCalendar of strangers. */
#include "fuzz.h"

#include <ctype.h>

#include "guildpost/mail/ical.h"

/* "20261210", "20261210T190000", "20261210T190000Z" or "". */
static void
must_be_time(const char *s)
{
	static const char shape[] = "00000000T000000Z";
	size_t n = strlen(s);

	if (n != 0 && n != 8 && n != 15 && n != 16)
		abort();
	for (size_t i = 0; i < n; i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)s[i]) : s[i] != shape[i])
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_reading_release) struct gp_reading reading;

	gp_reading_init(&reading);
	gp_ical_read((const char *)octets, n, &reading);
	for (size_t i = 0; i < reading.calendar_count; i++) {
		const struct gp_calendar *calendar = &reading.calendars[i];

		must_be_clean(calendar->method, false);
		must_be_clean(calendar->uid, false);
		must_be_clean(calendar->organizer, false);
		must_be_clean(calendar->summary, false);
		must_be_time(calendar->recurrence_id);
		must_be_time(calendar->start);
		must_be_time(calendar->end);
		if (calendar->sequence < 0)
			abort();
		for (size_t j = 0; j < calendar->attendee_count; j++) {
			must_be_clean(calendar->attendees[j].address, false);
			must_be_clean(calendar->attendees[j].partstat, false);
			must_be_clean(calendar->attendees[j].comment, true);
		}
	}
	return 0;
}
