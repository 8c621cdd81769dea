#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guildpost/base/clock.h"
#include "guildpost/mail/ical.h"
#include "guildpost/mail/message.h"
#include "guildpost/mail/windows_zone.h"

/* --- reading: the forms in which four clients answer, made by hand after what they send --------------- */

static const char google[] =
    "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\n"
    "METHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTART:20261210T180000Z\r\nDTEND:20261210T193000Z\r\nDTSTAMP:20261125T101500Z\r\n"
    "ORGANIZER;CN=Weavers:mailto:weavers+cal@lists.example.org\r\nUID:5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11\r\n"
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;X-NUM-GUESTS=0;X-RESPONSE-COMMENT=\"back at "
    "ei\r\n"
    " ght\":mailto:ann@example.net\r\nCREATED:20261124T090000Z\r\nDESCRIPTION:\r\nLAST-MODIFIED:"
    "20261125T101500Z\r\nLOCATION:\r\n"
    "SEQUENCE:0\r\nSTATUS:CONFIRMED\r\nSUMMARY:Monthly call\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static const char outlook[] =
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\n"
    "TZID:W. Europe Standard "
    "Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:"
    "16010101T020000\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:"
    "DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nATTENDEE;PARTSTAT=TENTATIVE;CN=Ann "
    "Lee:MAILTO:Ann@Example.NET\r\nCOMMENT;LANGUAGE=en-US:perhaps\\, late\\nAnn\r\n"
    "UID:040000008200E00074C5B7101A82E00800000000000000000000000000000000000000003000000076\r\n"
    " 43616C2D55696401000000\r\n 35663063366135322D376630652D346131632D396433622D30613866376632663163313100\r\n"
    "SUMMARY;LANGUAGE=en-US:Tentative: Monthly call\r\nRECURRENCE-ID;TZID=W. Europe Standard Time:20270603T190000\r\n"
    "DTSTART;TZID=W. Europe Standard Time:20270603T190000\r\nDTEND;TZID=W. Europe Standard "
    "Time:20270603T203000\r\nCLASS:PUBLIC\r\n"
    "PRIORITY:5\r\nDTSTAMP:20261125T101500Z\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nSEQUENCE:2\r\nLOCATION;LANGUAGE=en-"
    "US:\r\n"
    "X-MICROSOFT-CDO-APPT-SEQUENCE:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static const char apple[] =
    "BEGIN:VCALENDAR\nCALSCALE:GREGORIAN\nMETHOD:REPLY\nPRODID:-//Apple Inc.//macOS "
    "14.5//EN\nVERSION:2.0\nBEGIN:VEVENT\n"
    "ATTENDEE;CN=\"Ann Lee\";CUTYPE=INDIVIDUAL;EMAIL=\"ann@example.net\";PARTSTAT=DECLINED:/123456/principal/\n"
    "DTEND;TZID=Europe/Berlin:20261210T203000\nDTSTAMP:20261125T101500Z\nDTSTART;TZID=Europe/Berlin:20261210T190000\n"
    "ORGANIZER;CN=\"Weavers\":mailto:weavers%2Bcal@lists.example.org\nSEQUENCE:1\nSUMMARY:Monthly call\n"
    "UID:5F0C6A52-7F0E-4A1C-9D3B-0A8F7F2F1C11\nEND:VEVENT\nEND:VCALENDAR\n";

static const char thunderbird[] =
    "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar "
    "V1.1//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
    "CREATED:20261125T101400Z\r\nLAST-MODIFIED:20261125T101500Z\r\nDTSTAMP:20261125T101500Z\r\n"
    "UID:5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11\r\nSUMMARY:Monthly "
    "call\r\nORGANIZER;CN=Weavers:mailto:weavers+cal@lists.example.org\r\n"
    "ATTENDEE;RSVP=TRUE;CN=Ann Lee;PARTSTAT=ACCEPTED;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:ann@example.net\r\n"
    "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261210T190000\r\n"
    "DTEND;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261210T203000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static void
answers_of_clients(void **state)
{
	static const struct {
		const char *says, *octets, *uid, *address, *partstat, *comment, *recurrence_id, *start;
		int64_t sequence;
	} cases[] = {
		{ "Google: a comment folded inside a parameter", google, "5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11",
		    "ann@example.net", "ACCEPTED", "back at eight", "", "20261210T180000Z", 0 },
		{ "Exchange: hex UID, Windows zone, capitals, no organiser", outlook,
		    "5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11", "Ann@Example.NET", "TENTATIVE", "perhaps, late\nAnn",
		    "20270603T170000Z", "20270603T170000Z", 2 },
		{ "Apple: LF, a path for a person, upper-case UID", apple, "5F0C6A52-7F0E-4A1C-9D3B-0A8F7F2F1C11",
		    "ann@example.net", "DECLINED", "", "", "20261210T180000Z", 1 },
		{ "Thunderbird: no SEQUENCE, a prefix before the zone", thunderbird,
		    "5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11", "ann@example.net", "ACCEPTED", "", "", "20261210T180000Z",
		    0 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;
		const struct gp_calendar *got;

		gp_reading_init(&reading);
		gp_ical_read(cases[i].octets, strlen(cases[i].octets), &reading);
		if (reading.calendar_count != 1 || reading.calendars[0].attendee_count != 1)
			fail_msg("%s: not read", cases[i].says);
		got = &reading.calendars[0];
		assert_string_equal(got->method, "REPLY");
		assert_string_equal(got->uid, cases[i].uid);
		assert_string_equal(got->attendees[0].address, cases[i].address);
		assert_string_equal(got->attendees[0].partstat, cases[i].partstat);
		assert_string_equal(got->attendees[0].comment, cases[i].comment);
		assert_string_equal(got->recurrence_id, cases[i].recurrence_id);
		assert_string_equal(got->start, cases[i].start);
		assert_int_equal(got->sequence, cases[i].sequence);
		assert_int_equal(got->dtstamp, 1795601700);
	}
}

static void
read_one(const char *lines, struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *text = gp_printf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%s\r\nEND:VCALENDAR\r\n", lines);

	gp_reading_init(reading);
	gp_ical_read(text, strlen(text), reading);
}

static void
start_times(void **state)
{
	static const struct {
		const char *says, *line, *want;
	} cases[] = {
		{ "UTC", "DTSTART:20260601T100000Z", "20260601T100000Z" },
		{ "IANA without VTIMEZONE", "DTSTART;TZID=America/New_York:20260601T100000", "20260601T140000Z" },
		{ "a quoted TZID", "DTSTART;TZID=\"Europe/Berlin\":20260601T100000", "20260601T080000Z" },
		{ "Windows name", "DTSTART;TZID=W. Europe Standard Time:20260601T100000", "20260601T080000Z" },
		{ "Windows name with a number", "DTSTART;TZID=W. Europe Standard Time 1:20260601T100000",
		    "20260601T080000Z" },
		{ "what Outlook shows",
		    "DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20260601T100000",
		    "20260601T080000Z" },
		{ "and in the United States", "DTSTART;TZID=\"(UTC-05:00) Eastern Time (US & Canada)\":20260601T100000",
		    "20260601T140000Z" },
		{ "an unknown zone stays on the wall", "DTSTART;TZID=Customized Time Zone:20260601T100000",
		    "20260601T100000" },
		{ "no zone stays on the wall", "DTSTART:20260601T100000", "20260601T100000" },
		{ "a whole day", "DTSTART;VALUE=DATE:20260601", "20260601" },
		{ "libical's own prefix", "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260601T100000",
		    "20260601T080000Z" },
		{ "the second hour of a fold is not guessed: the first", "DTSTART;TZID=Europe/Berlin:20261025T023000",
		    "20261025T003000Z" },
		{ "no path leaves tzdata", "DTSTART;TZID=../../../etc/passwd:20260601T100000", "20260601T100000" },
		{ "nonsense is no time", "DTSTART:soon", "" },
		{ "a month too many", "DTSTART:20261301T100000Z", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;
		SCOPED(gp_free_str) char *event = gp_printf("BEGIN:VEVENT\r\nUID:1\r\n%s\r\nEND:VEVENT", cases[i].line);

		read_one(event, &reading);
		assert_int_equal(reading.calendar_count, 1);
		if (strcmp(reading.calendars[0].start, cases[i].want) != 0)
			fail_msg("%s: %s gives `%s`", cases[i].says, cases[i].line, reading.calendars[0].start);
	}
}

/* One row each of what CLDR has, far and near. */
static void
windows_names(void **state)
{
	static const struct {
		const char *windows, *iana;
	} cases[] = { { "Romance Standard Time", "Europe/Paris" }, { "GMT Standard Time", "Europe/London" },
		{ "Greenwich Standard Time", "Atlantic/Reykjavik" },
		{ "Central Europe Standard Time", "Europe/Budapest" },
		{ "Central European Standard Time", "Europe/Warsaw" }, { "E. Europe Standard Time", "Europe/Chisinau" },
		{ "FLE Standard Time", "Europe/Kiev" }, { "GTB Standard Time", "Europe/Bucharest" },
		{ "Russian Standard Time", "Europe/Moscow" }, { "Turkey Standard Time", "Europe/Istanbul" },
		{ "Israel Standard Time", "Asia/Jerusalem" }, { "Egypt Standard Time", "Africa/Cairo" },
		{ "Arab Standard Time", "Asia/Riyadh" }, { "Iran Standard Time", "Asia/Tehran" },
		{ "India Standard Time", "Asia/Calcutta" }, { "Nepal Standard Time", "Asia/Katmandu" },
		{ "China Standard Time", "Asia/Shanghai" }, { "Tokyo Standard Time", "Asia/Tokyo" },
		{ "AUS Eastern Standard Time", "Australia/Sydney" },
		{ "Lord Howe Standard Time", "Australia/Lord_Howe" },
		{ "New Zealand Standard Time", "Pacific/Auckland" }, { "Hawaiian Standard Time", "Pacific/Honolulu" },
		{ "Pacific Standard Time", "America/Los_Angeles" }, { "Mountain Standard Time", "America/Denver" },
		{ "Central Standard Time", "America/Chicago" }, { "eastern standard time", "America/New_York" },
		{ "Atlantic Standard Time", "America/Halifax" }, { "Newfoundland Standard Time", "America/St_Johns" },
		{ "E. South America Standard Time", "America/Sao_Paulo" },
		{ "Morocco Standard Time", "Africa/Casablanca" }, { "UTC", "Etc/GMT" } };
	char got[64];

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		if (!gp_windows_zone(cases[i].windows, got))
			fail_msg("%s is not known", cases[i].windows);
		if (strcmp(got, cases[i].iana) != 0 && strcmp(cases[i].windows, "UTC") != 0)
			fail_msg("%s is %s, not %s", cases[i].windows, got, cases[i].iana);
		assert_true(gp_zone_exists(got));
	}
	assert_false(gp_windows_zone("Middle-earth Standard Time", got));
	assert_false(gp_windows_zone("", got));
	assert_false(gp_windows_zone("(", got));
}

static void
odd_parts(void **state)
{
	static const struct {
		const char *says, *octets;
		size_t events;
	} cases[] = {
		{ "nothing", "", 0 },
		{ "no calendar", "Hello\r\n", 0 },
		{ "two calendars in one part",
		    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		    2 },
		{ "lower case throughout",
		    "begin:vcalendar\nmethod:reply\nbegin:vevent\nuid:1\nattendee;partstat=accepted:mailto:a@b."
		    "example\nend:vevent\nend:vcalendar\n",
		    1 },
		{ "a sequence that is no number",
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSEQUENCE:abc\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", 1 },
		{ "an empty property",
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nLOCATION:\r\nORGANIZER:\r\nATTENDEE:\r\nEND:"
		    "VEVENT\r\nEND:VCALENDAR\r\n",
		    1 },
		{ "a task alone, which somebody may have answered",
		    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", 1 },
		{ "a task beside an event is not counted as one",
		    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\n"
		    "END:VCALENDAR\r\n",
		    1 },
		{ "latin-1 octets",
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:\xe4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", 0 },
		{ "a yearly rule that never comes, in a time zone",
		    "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
		    "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\nEND:"
		    "STANDARD\r\nEND:VTIMEZONE\r\n"
		    "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=X:20260601T100000\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;"
		    "BYMONTHDAY=30\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		    1 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_reading_init(&reading);
		gp_ical_read(cases[i].octets, strlen(cases[i].octets), &reading);
		if (reading.calendar_count != cases[i].events)
			fail_msg("%s: %zu events", cases[i].says, reading.calendar_count);
	}
}

static void
every_prefix(void **state)
{
	static const char *const all[] = { google, outlook, apple, thunderbird };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(all); i++)
		for (size_t n = 0; n < strlen(all[i]); n++) {
			SCOPED(gp_reading_release) struct gp_reading reading;

			gp_reading_init(&reading);
			gp_ical_read(all[i], n, &reading);
			assert_true(reading.calendar_count <= 1);
		}
}

static void
limits(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1 << 20);
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_reading_init(&reading);
	gp_buf_adds(&text, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:");
	for (int i = 0; i < 70000; i++)
		gp_buf_adds(&text, i % 70 == 69 ? "\r\n x" : "x");
	gp_buf_adds(&text, "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	gp_ical_read(text.data, text.len, &reading);
	assert_int_equal(reading.calendar_count, 0); /* one unfolded line over 64 KiB */
	gp_buf_clear(&text);
	gp_buf_adds(&text, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n");
	for (int i = 0; i < 3000; i++)
		gp_buf_addf(&text, "ATTENDEE:mailto:a%d@example.net\r\n", i);
	gp_buf_adds(&text, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	gp_ical_read(text.data, text.len, &reading);
	assert_int_equal(reading.calendar_count, 1);
	assert_int_equal(reading.calendars[0].attendee_count, 500);
}

/* --- writing ------------------------------------------------------------------------------------------ */

static struct gp_zone *
zone_of(const char *name)
{
	struct gp_zone *zone = NULL;
	struct gp_err err;

	if (gp_zone_open(name, &zone, &err) != GP_OK)
		fail_msg("%s: %s", name, err.text);
	return zone;
}

static struct gp_ical_event
call_in(const struct gp_zone *zone)
{
	return (struct gp_ical_event){ .uid = "5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11",
		.dtstamp = 1795600800,
		.summary = "Monthly call, with slides; \\o/",
		.description = "Bring a shuttle.\n\nSecond line.",
		.location = "Loft",
		.organizer_name = "Weavers \"of\" Linen",
		.organizer_address = "weavers+cal@lists.example.org",
		.attendee_name = "Ann Lee",
		.attendee_address = "ann@example.net",
		.zone = zone,
		.start = { 2026, 12, 10, 19, 0, 0 },
		.duration = 5400,
		.rrule = "",
		.horizon = 1797100000 };
}

static const char want_request[] =
    "BEGIN:VCALENDAR\r\nPRODID:-//guildpost//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VTIMEZONE\r\nTZID:Europe/"
    "Berlin\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
    "DTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:"
    "DAYLIGHT\r\nTZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:"
    "DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nUID:5f0c6a52-7f0e-4a1c-9d3b-0a8f7f2f1c11\r\nDTSTAMP:20261125T100000Z\r\nSEQUENCE:0\r\nSTATUS:"
    "CONFIRMED\r\n"
    "SUMMARY:Monthly call\\, with slides\\; \\\\o/\r\nDESCRIPTION:Bring a shuttle.\\n\\nSecond "
    "line.\r\nLOCATION:Loft\r\n"
    "ORGANIZER;CN=\"Weavers of Linen\":mailto:weavers+cal@lists.example.org\r\n"
    "ATTENDEE;CN=\"Ann Lee\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS\r\n "
    "-ACTION;RSVP=TRUE:mailto:ann@example.net\r\n"
    "DTSTART;TZID=Europe/Berlin:20261210T190000\r\nDTEND;TZID=Europe/"
    "Berlin:20261210T203000\r\nX-MICROSOFT-DISALLOW-COUNTER:TRUE\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n";

static void
a_request(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(64 * 1024);
	struct gp_ical_event event = call_in(zone);

	(void)state;
	gp_ical_write(&event, "REQUEST", &out);
	assert_string_equal(out.data, want_request);
}

static void
must_hold(const char *says, const struct gp_buf *out, const char *part, bool holds)
{
	if ((strstr(out->data, part) != NULL) != holds)
		fail_msg("%s: `%s` is %s in\n%s", says, part, holds ? "not" : "still", out->data);
}

static void
cancels(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
	SCOPED(gp_buf_release)
	struct gp_buf whole = GP_BUF_INIT(64 * 1024), one = GP_BUF_INIT(64 * 1024), out = GP_BUF_INIT(64 * 1024);
	struct gp_ical_event event = call_in(zone);
	const struct gp_wall january = { 2027, 1, 7, 19, 0, 0 };

	(void)state;
	event.rrule = "FREQ=MONTHLY;BYDAY=1TH";
	event.sequence = 3;
	gp_ical_write(&event, "CANCEL", &whole);
	must_hold("a cancel", &whole, "METHOD:CANCEL\r\n", true);
	must_hold("a cancel of all", &whole, "STATUS:CANCELLED\r\n", true);
	must_hold("a cancel asks for no answer", &whole, "RSVP", false);
	must_hold("a cancel keeps its number", &whole, "SEQUENCE:3\r\n", true);
	event.removed = true;
	gp_ical_write(&event, "CANCEL", &out);
	must_hold("who is taken out gets no STATUS", &out, "STATUS", false);
	event.removed = false;
	event.only = &january;
	event.only_start = january;
	gp_ical_write(&event, "CANCEL", &one);
	must_hold("one date", &one, "RECURRENCE-ID;TZID=Europe/Berlin:20270107T190000\r\n", true);
	must_hold("one date has no rule", &one, "RRULE:FREQ=MONTHLY", false);
}

static void
series_with_exceptions(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(64 * 1024);
	const struct gp_wall dropped[] = { { 2027, 1, 7, 19, 0, 0 }, { 2027, 2, 4, 19, 0, 0 } };
	const struct gp_ical_move moved[] = { { { 2027, 3, 4, 19, 0, 0 }, { 2027, 3, 5, 18, 0, 0 } } };
	struct gp_ical_event event = call_in(zone);

	(void)state;
	event.rrule = "FREQ=MONTHLY;BYDAY=1TH";
	event.dropped = dropped;
	event.dropped_count = 2;
	event.moved = moved;
	event.moved_count = 1;
	event.partstat = "ACCEPTED";
	gp_ical_write(&event, "REQUEST", &out);
	must_hold("each on its own line", &out,
	    "EXDATE;TZID=Europe/Berlin:20270107T190000\r\nEXDATE;TZID=Europe/Berlin:20270204T190000\r\n", true);
	must_hold("the moved date", &out,
	    "RECURRENCE-ID;TZID=Europe/Berlin:20270304T190000\r\nDTSTART;TZID=Europe/Berlin:20270305T180000\r\n", true);
	must_hold("the rule", &out, "RRULE:FREQ=MONTHLY;BYDAY=1TH\r\n", true);
	must_hold("the known answer", &out, "PARTSTAT=ACC", true);
}

static void
zones(void **state)
{
	static const struct {
		const char *says, *zone, *rrule, *part;
		bool holds;
	} cases[] = {
		{ "New York", "America/New_York", "",
		    "DTSTART:19700308T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n", true },
		{ "Kolkata has one STANDARD", "Asia/Kolkata", "",
		    "BEGIN:STANDARD\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\n", true },
		{ "Kolkata has no DAYLIGHT", "Asia/Kolkata", "", "DAYLIGHT", false },
		{ "Dublin's summer is written as DAYLIGHT", "Europe/Dublin", "",
		    "BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nTZNAME:IST\r\n", true },
		{ "Dublin's winter as STANDARD", "Europe/Dublin", "",
		    "BEGIN:STANDARD\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nTZNAME:GMT\r\n", true },
		{ "Lord Howe", "Australia/Lord_Howe", "", "TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100\r\n", true },
		{ "Casablanca, once: in UTC", "Africa/Casablanca", "",
		    "DTSTART:20261210T180000Z\r\nDTEND:20261210T193000Z\r\n", true },
		{ "Casablanca, once: no zone", "Africa/Casablanca", "", "VTIMEZONE", false },
		{ "Casablanca, a series: its zone", "Africa/Casablanca", "FREQ=WEEKLY;BYDAY=TH",
		    "DTSTART;TZID=Africa/Casablanca:20261210T190000\r\n", true },
		{ "Casablanca, a series: Ramadan of 2027 one by one", "Africa/Casablanca", "FREQ=WEEKLY;BYDAY=TH",
		    "BEGIN:STANDARD\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nTZNAME:+00\r\nDTSTART:"
		    "20270207T030000\r\nEND:STANDARD\r\n",
		    true },
		{ "UTC needs no zone", "UTC", "FREQ=WEEKLY;BYDAY=TH", "DTSTART:20261210T190000Z\r\n", true },
		{ "Jerusalem: the Friday before the last Sunday is days 23 to 29", "Asia/Jerusalem", "",
		    "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR\r\n", true },
		{ "Cairo's last Thursday at 24:00 may be November: in UTC or one by one", "Africa/Cairo",
		    "FREQ=WEEKLY;BYDAY=TH", "DTSTART:20271029T000000\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(64 * 1024);
		struct gp_ical_event event = call_in(zone);

		event.rrule = cases[i].rrule;
		gp_ical_write(&event, "REQUEST", &out);
		must_hold(cases[i].says, &out, cases[i].part, cases[i].holds);
	}
}

/* What we write, we read: the instant is the same in every zone, at every season. */
static void
there_and_back(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Dublin",
		"Africa/Casablanca", "Australia/Lord_Howe", "America/Santiago", "Asia/Jerusalem", "Africa/Cairo",
		"America/Nuuk", "Asia/Gaza", "America/Asuncion", "Pacific/Chatham", "UTC" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(names) * 12; i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(names[i / 12]);
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(64 * 1024);
		SCOPED(gp_reading_release) struct gp_reading reading;
		struct gp_ical_event event = call_in(zone);
		int64_t want;
		char text[GP_RFC3339_SIZE];

		event.start = (struct gp_wall){ 2027, (int)(i % 12) + 1, 17, 19, 0, 0 };
		event.rrule = "FREQ=DAILY";
		want = gp_zone_from_wall(zone, &event.start);
		event.horizon = want;
		gp_ical_write(&event, "REQUEST", &out);
		gp_reading_init(&reading);
		gp_ical_read(out.data, out.len, &reading);
		assert_int_equal(reading.calendar_count, 1);
		gp_clock_format(want, text);
		for (char *at = text, *to = text;; at++)
			if (*at != '-' && *at != ':' && (*to++ = *at) == '\0')
				break;
		if (strcmp(reading.calendars[0].start, text) != 0)
			fail_msg("%s in month %zu: %s, not %s\n%s", names[i / 12], i % 12 + 1,
			    reading.calendars[0].start, text, out.data);
		assert_string_equal(reading.calendars[0].attendees[0].address, "ann@example.net");
		assert_string_equal(reading.calendars[0].summary, event.summary);
	}
}

static void
folding(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("UTC");
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(64 * 1024), title = GP_BUF_INIT(4096);
	SCOPED(gp_reading_release) struct gp_reading reading;
	struct gp_ical_event event = call_in(zone);

	(void)state;
	for (int i = 0; i < 60; i++)
		gp_buf_adds(&title, i % 3 == 0 ? "\xf0\x9f\xa7\xb5" : i % 3 == 1 ? "\xc3\xa4" : "\xe0\xb8\x81");
	event.summary = title.data;
	event.attendee_name = "Ann\r\nATTENDEE:mailto:eve@example.net\"; X=1";
	gp_ical_write(&event, "REQUEST", &out);
	for (const char *line = out.data, *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
		if (end - line > 75)
			fail_msg("a line has %d octets", (int)(end - line));
		if (((unsigned char)*line & 0xc0) == 0x80 || ((unsigned char)line[1] & 0xc0) == 0x80)
			fail_msg("a character is cut");
	}
	must_hold("a name brings no line of its own", &out, "\r\nATTENDEE:mailto:eve", false);
	gp_reading_init(&reading);
	gp_ical_read(out.data, out.len, &reading);
	assert_int_equal(reading.calendar_count, 1);
	assert_int_equal(reading.calendars[0].attendee_count, 1);
	assert_string_equal(reading.calendars[0].summary, title.data);
}

/* --- as it comes by mail ------------------------------------------------------------------------------ */

#define HEAD  "From: ann@example.net\nMIME-Version: 1.0\n"
#define PLAIN HEAD "Content-Type: text/calendar; charset=utf-8\n\n"
#define EVENT                                                                                                          \
	"BEGIN:VEVENT\nUID:u1\nDTSTAMP:20261125T101500Z\nSUMMARY:Gr\xc3\xbc\xc3\x9f"                                   \
	"e\n"
#define ANSWER	     "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.net\nEND:VEVENT\n"
#define WHOLE(times) "BEGIN:VCALENDAR\nMETHOD:REPLY\n" EVENT times ANSWER "END:VCALENDAR\n"
#define LOTUS                                                                                                          \
	"BEGIN:VTIMEZONE\nTZID:Eastern\nBEGIN:STANDARD\nDTSTART:19501029T020000\nTZOFFSETFROM:-0400\n"                 \
	"TZOFFSETTO:-0500\nRRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n"                \
	"BEGIN:DAYLIGHT\nDTSTART:19500402T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\n"                              \
	"RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=1SU;BYMONTH=4\nEND:DAYLIGHT\nEND:VTIMEZONE\n"

static const struct {
	const char *says, *octets, *start;
} arrivals[] = {
	{ "line feeds alone", PLAIN WHOLE("DTSTART:20261210T180000Z\n"), "20261210T180000Z" },
	{ "a fold within a character",
	    PLAIN "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u1\nSUMMARY:Gr\xc3\n \xbc\xc3\n\t\x9f"
		  "e\nDTSTART:20261210\n" ANSWER "END:VCALENDAR\n",
	    "20261210" },
	{ "a byte order mark, and blank lines in the middle",
	    PLAIN "\xef\xbb\xbf\n" WHOLE("DTSTART\n\n ;VALUE=DATE\n \n :20261210\n"), "20261210" },
	{ "words around it", PLAIN "Please see:\n\n" WHOLE("DTSTART:20261210T180000Z\n") "____\nA list footer\n",
	    "20261210T180000Z" },
	{ "blanks behind BEGIN and END",
	    PLAIN "BEGIN:VCALENDAR \nMETHOD:REPLY\n" EVENT "DTSTART:20261210T180000Z\n" ANSWER "END:VCALENDAR\t\n",
	    "20261210T180000Z" },
	{ "a wrong label", HEAD "Content-Type: text/calendar; charset=us-ascii\n\n" WHOLE("DTSTART:20261210T180000Z\n"),
	    "20261210T180000Z" },
	{ "Latin-1 that says so",
	    HEAD "Content-Type: text/calendar; "
		 "charset=iso-8859-1\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u1\nSUMMARY:Gr"
		 "\xfc\xdf"
		 "e\nDTSTART:20261210\n" ANSWER "END:VCALENDAR\n",
	    "20261210" },
	{ "plain text that is a file of events",
	    HEAD "Content-Type: text/plain; charset=utf-8; name=invite.ics\n\n" WHOLE("DTSTART:20261210T180000Z\n"),
	    "20261210T180000Z" },
	{ "octets that are one",
	    HEAD "Content-Type: application/octet-stream\nContent-Disposition: attachment; "
		 "filename=\"invite.ICS\"\n\n" WHOLE("DTSTART:20261210T180000Z\n"),
	    "20261210T180000Z" },
	{ "deep inside",
	    HEAD
	    "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n"
	    "Content-Type: text/plain\n\nYes\n--b\nContent-Type: multipart/related; boundary=c\n\n--c\n"
	    "Content-Type: APPLICATION/ICS\n\n" WHOLE("DTSTART:20261210T180000Z\n") "--c--\n--b--\n--a--\n",
	    "20261210T180000Z" },
	{ "an American zone by name alone", PLAIN WHOLE("DTSTART;TZID=America/Los_Angeles:20261210T100000\n"),
	    "20261210T180000Z" },
	{ "a zone in quotes, by the name that Windows shows",
	    PLAIN WHOLE("DTSTART;TZID=\"(GMT+05.30) Chennai / Kolkata / Mumbai / New Delhi\":20261210T233000\n"),
	    "20261210T180000Z" },
	{ "a zone that Lotus describes",
	    PLAIN "BEGIN:VCALENDAR\nMETHOD:REPLY\n" LOTUS EVENT "DTSTART;TZID=Eastern:20060710T140000\n" ANSWER
		  "END:VCALENDAR\n",
	    "20060710T180000Z" },
	{ "a zone that Lotus only names", PLAIN WHOLE("DTSTART;TZID=\"Western/Central Europe\":20261210T190000\n"),
	    "20261210T180000Z" },
	{ "a description that ends before the date, and the name knows better",
	    PLAIN "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:Europe/"
		  "Berlin\nBEGIN:STANDARD\nDTSTART:20041031T030000\n"
		  "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20050327T020000\n"
		  "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n" EVENT
		  "DTSTART;TZID=Europe/Berlin:20261210T190000\n" ANSWER "END:VCALENDAR\n",
	    "20261210T180000Z" },
	{ "the local mean time of long ago",
	    PLAIN "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:Europe/"
		  "Moscow\nBEGIN:STANDARD\nDTSTART:20010101T000000\n"
		  "TZOFFSETFROM:+023017\nTZOFFSETTO:+023017\nEND:STANDARD\nEND:VTIMEZONE\n" EVENT
		  "DTSTART;TZID=Europe/Moscow:20261210T210000\n" ANSWER "END:VCALENDAR\n",
	    "20261210T180000Z" },
	{ "a zone that nobody knows stays on the wall", PLAIN WHOLE("DTSTART;TZID=Mars/Olympus:20261210T190000\n"),
	    "20261210T190000" },
	{ "no zone at all", PLAIN WHOLE("DTSTART:20261210T190000\n"), "20261210T190000" },
	{ "two calendars in one part",
	    PLAIN WHOLE("DTSTART:20261210T180000Z\n") "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n",
	    "20261210T180000Z" },
};

static void
forms_of_arrival(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(arrivals); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(arrivals[i].octets, strlen(arrivals[i].octets), 0, &reading);
		if (reading.calendar_count != 1 || strcmp(reading.calendars[0].start, arrivals[i].start) != 0)
			fail_msg("%s: %zu events, start %s", arrivals[i].says, reading.calendar_count,
			    reading.calendar_count > 0 ? reading.calendars[0].start : "");
		if (strcmp(reading.calendars[0].summary, "Gr\xc3\xbc\xc3\x9f"
							 "e") != 0 ||
		    strcmp(reading.calendars[0].method, "REPLY") != 0 || strcmp(reading.calendars[0].uid, "u1") != 0 ||
		    reading.calendars[0].attendee_count != 1)
			fail_msg("%s: %s %s %s", arrivals[i].says, reading.calendars[0].method,
			    reading.calendars[0].uid, reading.calendars[0].summary);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the answers of Google, Exchange, Apple and Thunderbird are read", answers_of_clients, NULL, NULL,
		    NULL },
		{ "a start is the right instant or stays on the wall", start_times, NULL, NULL, NULL },
		{ "thirty Windows names of zones are known", windows_names, NULL, NULL, NULL },
		{ "odd parts give what they hold and nothing else", odd_parts, NULL, NULL, NULL },
		{ "what mail does to a calendar is undone", forms_of_arrival, NULL, NULL, NULL },
		{ "every prefix of an answer is survived", every_prefix, NULL, NULL, NULL },
		{ "limits hold before libical sees a part", limits, NULL, NULL, NULL },
		{ "a request is these octets", a_request, NULL, NULL, NULL },
		{ "a cancel says who and what falls", cancels, NULL, NULL, NULL },
		{ "a series names the dates that fell and moved", series_with_exceptions, NULL, NULL, NULL },
		{ "a time zone is one pair of rules, or what the zone needs", zones, NULL, NULL, NULL },
		{ "what we write is read as the same instant in fourteen zones", there_and_back, NULL, NULL, NULL },
		{ "lines fold between characters, and no value breaks out", folding, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
