#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guildpost/base/clock.h"
#include "guildpost/guild/recur.h"

static struct gp_zone *
zone_of(const char *name)
{
	struct gp_zone *zone = NULL;
	struct gp_err err;

	if (gp_zone_open(name, &zone, &err) != GP_OK)
		fail_msg("%s: %s", name, err.text);
	return zone;
}

static int64_t
instant(const char *text)
{
	int64_t t;

	if (!gp_clock_parse(text, &t))
		fail_msg("no time: %s", text);
	return t;
}

static struct gp_recur
rhythm(const char *text)
{
	struct gp_recur recur = { 0 };
	struct gp_err err;

	if (gp_recur_parse_rhythm(text, &recur, &err) != GP_OK)
		fail_msg("%s: %s", text, err.text);
	return recur;
}

static struct gp_recur
repeat(const char *start, const char *text)
{
	struct gp_recur recur = { 0 };
	struct gp_wall wall;
	struct gp_err err;

	if (!gp_wall_parse(start, &wall) || gp_recur_parse_repeat(text, &wall, &recur, &err) != GP_OK)
		fail_msg("%s from %s: %s", text, start, err.text);
	return recur;
}

static void
expect(const char *says, bool any, const int64_t *t, const char *want)
{
	char got[GP_RFC3339_SIZE] = "never";

	if (any)
		gp_clock_format(*t, got);
	if (strcmp(got, want) != 0)
		fail_msg("%s: got %s, not %s", says, got, want);
}

static void
next_of_a_rhythm(void **state)
{
	static const struct {
		const char *says, *rhythm, *zone, *t, *want;
	} cases[] = {
		{ "the coming Thursday", "weekly on thursday at 08:00", "Europe/Berlin", "2026-11-24T00:00:00Z",
		    "2026-11-26T07:00:00Z" },
		{ "strictly after", "weekly on thursday at 08:00", "Europe/Berlin", "2026-11-26T07:00:00Z",
		    "2026-12-03T07:00:00Z" },
		{ "a second before it is due", "weekly on thursday at 08:00", "Europe/Berlin", "2026-11-26T06:59:59Z",
		    "2026-11-26T07:00:00Z" },
		{ "08:00 stays 08:00 in spring", "weekly on thursday at 08:00", "Europe/Berlin", "2026-03-26T07:00:00Z",
		    "2026-04-02T06:00:00Z" },
		{ "08:00 stays 08:00 in autumn", "weekly on thursday at 08:00", "Europe/Berlin", "2026-10-22T06:00:00Z",
		    "2026-10-29T07:00:00Z" },
		{ "daily in Berlin's gap", "daily at 02:30", "Europe/Berlin", "2026-03-28T12:00:00Z",
		    "2026-03-29T01:30:00Z" },
		{ "daily in Berlin's fold, once", "daily at 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z",
		    "2026-10-26T01:30:00Z" },
		{ "daily in New York's gap", "daily at 02:30", "America/New_York", "2026-03-07T12:00:00Z",
		    "2026-03-08T07:30:00Z" },
		{ "New York in winter", "daily at 7:30", "America/New_York", "2026-12-01T12:30:00Z",
		    "2026-12-02T12:30:00Z" },
		{ "Kolkata", "daily at 7:30", "Asia/Kolkata", "2026-12-01T00:00:00Z", "2026-12-01T02:00:00Z" },
		{ "Dublin through spring", "daily at 8am", "Europe/Dublin", "2026-03-28T08:00:00Z",
		    "2026-03-29T07:00:00Z" },
		{ "Casablanca enters Ramadan", "daily at 08:00", "Africa/Casablanca", "2026-02-14T07:00:00Z",
		    "2026-02-15T08:00:00Z" },
		{ "Lord Howe gains half an hour", "daily at 08:00", "Australia/Lord_Howe", "2026-10-02T21:30:00Z",
		    "2026-10-03T21:00:00Z" },
		{ "every second week, counted from a Monday of 1970", "every 2 weeks on monday at 09:00", "UTC",
		    "2026-01-01T00:00:00Z", "2026-01-05T09:00:00Z" },
		{ "and two weeks on", "every 2 weeks on monday at 09:00", "UTC", "2026-01-05T09:00:00Z",
		    "2026-01-19T09:00:00Z" },
		{ "first Thursday", "monthly on the first thursday at 18:00", "UTC", "2026-11-05T18:00:00Z",
		    "2026-12-03T18:00:00Z" },
		{ "last Friday", "monthly on the last friday at 18:00", "UTC", "2026-02-01T00:00:00Z",
		    "2026-02-27T18:00:00Z" },
		{ "fourth Saturday", "fourth saturday of the month at noon", "UTC", "2026-08-01T00:00:00Z",
		    "2026-08-22T12:00:00Z" },
		{ "the 15th", "monthly on the 15th at 08:00", "UTC", "2026-11-15T08:00:00Z", "2026-12-15T08:00:00Z" },
		{ "the last day, of February", "monthly on the last day at 08:00", "UTC", "2028-02-01T00:00:00Z",
		    "2028-02-29T08:00:00Z" },
		{ "two days a week", "weekly on monday and thursday at 08:00", "UTC", "2026-11-23T08:00:00Z",
		    "2026-11-26T08:00:00Z" },
		{ "working days", "every weekday at 08:00", "UTC", "2026-11-27T08:00:00Z", "2026-11-30T08:00:00Z" },
		{ "every third day", "every 3 days at 08:00", "UTC", "1970-01-05T08:00:00Z", "1970-01-08T08:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);
		struct gp_recur recur = rhythm(cases[i].rhythm);
		int64_t t = 0;

		expect(cases[i].says, gp_recur_next(&recur, zone, instant(cases[i].t), &t), &t, cases[i].want);
	}
}

static void
last_of_a_rhythm(void **state)
{
	static const struct {
		const char *says, *rhythm, *t, *want;
	} cases[] = {
		{ "at the very instant", "weekly on thursday at 08:00", "2026-11-26T07:00:00Z",
		    "2026-11-26T07:00:00Z" },
		{ "a second before", "weekly on thursday at 08:00", "2026-11-26T06:59:59Z", "2026-11-19T07:00:00Z" },
		{ "after a change of clocks", "weekly on thursday at 08:00", "2026-10-26T00:00:00Z",
		    "2026-10-22T06:00:00Z" },
		{ "first Thursday", "monthly on the first thursday at 18:00", "2026-12-01T00:00:00Z",
		    "2026-11-05T17:00:00Z" },
		{ "late in the day, west of the zone", "daily at 23:30", "2026-06-10T21:29:59Z",
		    "2026-06-09T21:30:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
		struct gp_recur recur = rhythm(cases[i].rhythm);
		int64_t t = 0;

		expect(cases[i].says, gp_recur_last(&recur, zone, instant(cases[i].t), &t), &t, cases[i].want);
	}
}

static void
series(void **state)
{
	static const struct {
		const char *says, *start, *repeat, *t, *want_next, *want_last;
	} cases[] = {
		{ "the start is the first", "2026-12-03T19:00", "first thursday of the month", "2026-01-01T00:00:00Z",
		    "2026-12-03T18:00:00Z", "never" },
		{ "then the months", "2026-12-03T19:00", "first thursday of the month", "2026-12-03T18:00:00Z",
		    "2027-01-07T18:00:00Z", "2026-12-03T18:00:00Z" },
		{ "in summer an hour earlier", "2026-12-03T19:00", "first thursday of the month",
		    "2027-05-10T00:00:00Z", "2027-06-03T17:00:00Z", "2027-05-06T17:00:00Z" },
		{ "every two weeks from the start", "2026-12-03T19:00", "every 2 weeks", "2026-12-04T00:00:00Z",
		    "2026-12-17T18:00:00Z", "2026-12-03T18:00:00Z" },
		{ "three times: the third", "2026-12-03T19:00", "weekly 3 times", "2026-12-11T00:00:00Z",
		    "2026-12-17T18:00:00Z", "2026-12-10T18:00:00Z" },
		{ "three times: then never", "2026-12-03T19:00", "weekly, 3 times", "2026-12-17T18:00:00Z", "never",
		    "2026-12-17T18:00:00Z" },
		{ "until a date, which is in it", "2026-12-03T19:00", "weekly until 2026-12-17", "2026-12-11T00:00:00Z",
		    "2026-12-17T18:00:00Z", "2026-12-10T18:00:00Z" },
		{ "until: then never", "2026-12-03T19:00", "weekly until 2026-12-17", "2036-12-18T00:00:00Z", "never",
		    "2026-12-17T18:00:00Z" },
		{ "yearly", "2026-12-03T19:00", "yearly", "2026-12-04T00:00:00Z", "2027-12-03T18:00:00Z",
		    "2026-12-03T18:00:00Z" },
		{ "daily", "2026-12-03T19:00", "daily", "2026-12-04T00:00:00Z", "2026-12-04T18:00:00Z",
		    "2026-12-03T18:00:00Z" },
		{ "the same day every month", "2026-12-03T19:00", "monthly", "2026-12-04T00:00:00Z",
		    "2027-01-03T18:00:00Z", "2026-12-03T18:00:00Z" },
		{ "every three months", "2026-12-03T19:00", "quarterly", "2026-12-04T00:00:00Z", "2027-03-03T18:00:00Z",
		    "2026-12-03T18:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
		struct gp_recur recur = repeat(cases[i].start, cases[i].repeat);
		int64_t t = 0;

		expect(cases[i].says, gp_recur_next(&recur, zone, instant(cases[i].t), &t), &t, cases[i].want_next);
		expect(cases[i].says, gp_recur_last(&recur, zone, instant(cases[i].t), &t), &t, cases[i].want_last);
	}
}

static void
once(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
	struct gp_recur recur = { .freq = GP_ONCE };
	int64_t t = 0;

	(void)state;
	assert_true(gp_wall_parse("2026-12-10T19:00", &recur.start));
	expect("before", gp_recur_next(&recur, zone, instant("2026-12-01"), &t), &t, "2026-12-10T18:00:00Z");
	expect("after", gp_recur_next(&recur, zone, instant("2026-12-10T18:00:00Z"), &t), &t, "never");
	expect("last", gp_recur_last(&recur, zone, instant("2026-12-10T18:00:00Z"), &t), &t, "2026-12-10T18:00:00Z");
	expect("none yet", gp_recur_last(&recur, zone, instant("2026-12-10T17:59:59Z"), &t), &t, "never");
}

/* Whatever the rule and the zone: next is strictly after, last is not after, and nothing lies between the two. */
static void
order(void **state)
{
	static const char *const rhythms[] = { "daily at 02:30", "weekly on sunday at 02:15",
		"every 2 weeks on monday at 00:00", "monthly on the first sunday at 01:30",
		"monthly on the last day at 23:59", "every 3 months on the last friday at 12:00",
		"every weekday at 00:30", "every 5 days at 03:00" };
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Dublin",
		"Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rhythms) * GP_COUNT(zones); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(zones[i % GP_COUNT(zones)]);
		struct gp_recur recur = rhythm(rhythms[i / GP_COUNT(zones)]);

		for (int64_t t = instant("2011-12-01"); t < instant("2013-02-01"); t += 6 * 3600 + 977) {
			int64_t next = 0, last = 0, next_of_last = 0, last_of_next = 0;

			assert_true(gp_recur_next(&recur, zone, t, &next) && gp_recur_last(&recur, zone, t, &last));
			assert_true(gp_recur_next(&recur, zone, last, &next_of_last) &&
				    gp_recur_last(&recur, zone, next, &last_of_next));
			if (next <= t || last > t || next_of_last != next || last_of_next != next)
				fail_msg("%s in %s at %lld: last %lld next %lld, next of last %lld",
				    rhythms[i / GP_COUNT(zones)], zones[i % GP_COUNT(zones)], (long long)t,
				    (long long)last, (long long)next, (long long)next_of_last);
		}
	}
}

static void
canonical_text(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "weekly on thursday at 08:00", NULL },
		{ "daily at 07:30", NULL },
		{ "every 2 weeks on monday at 09:00", NULL },
		{ "monthly on the first thursday at 18:00", NULL },
		{ "monthly on the 15th at 08:00", NULL },
		{ "monthly on the last day at 08:00", NULL },
		{ "every 3 months on the last friday at 12:00", NULL },
		{ "weekly on monday, wednesday and friday at 08:00", NULL },
		{ "Every Thursday, 8:00", "weekly on thursday at 08:00" },
		{ "thursdays 8am", "weekly on thursday at 08:00" },
		{ "8 pm on Thu", "weekly on thursday at 20:00" },
		{ "every day at noon", "daily at 12:00" },
		{ "every other friday at 17:00", "every 2 weeks on friday at 17:00" },
		{ "fortnightly on friday at 17:00", "every 2 weeks on friday at 17:00" },
		{ "first Thu of the month 17:00", "monthly on the first thursday at 17:00" },
		{ "every second thursday of the month at 17:00", "monthly on the second thursday at 17:00" },
		{ "first thursday of every 2 months at 17:00", "every 2 months on the first thursday at 17:00" },
		{ "the 1st of the month at 12:30pm", "monthly on the 1st at 12:30" },
		{ "every weekday at 09:00", "weekly on monday, tuesday, wednesday, thursday and friday at 09:00" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000), again = GP_BUF_INIT(1000);
		struct gp_recur recur = rhythm(cases[i].text), back;

		gp_recur_format(&recur, &out);
		assert_string_equal(out.data, cases[i].want != NULL ? cases[i].want : cases[i].text);
		back = rhythm(out.data);
		gp_recur_format(&back, &again);
		assert_string_equal(again.data, out.data);
		assert_memory_equal(&recur, &back, sizeof(recur));
	}
}

static void
refused_rhythms(void **state)
{
	static const struct {
		const char *text, *part; /* of the answer */
	} cases[] = {
		{ "wekly on thursday at 08:00", "`wekly` was not understood" },
		{ "weekly at 08:00", "on which weekday?" },
		{ "weekly on thursday", "the time of day is missing" },
		{ "at 08:00", "how often is missing" },
		{ "", "how often is missing" },
		{ "weekly on thursday at 25:00", "there is no 25:00 on the clock" },
		{ "monthly on thursday at 08:00", "which thursday of the month?" },
		{ "monthly at 08:00", "on which day of the month?" },
		{ "monthly on the 31st at 08:00", "say last day" },
		{ "monthly on the 32nd at 08:00", "no month has a 32nd" },
		{ "monthly on the fifth friday at 08:00", "say last" },
		{ "every second thursday at 08:00", "`every 2 weeks on thursday` or `second thursday of the month`" },
		{ "first and third monday at 08:00", "two days of one month" },
		{ "weekly on the first monday at 08:00", "does not go with weeks" },
		{ "daily at 08:00 at 09:00", "two times of day" },
		{ "daily weekly at 08:00", "twice how often" },
		{ "every 200 days at 08:00", "99 at most" },
		{ "yearly at 08:00", "daily, weekly or monthly" },
		{ "every 3 at 08:00", "3 of what?" },
		{ "weekly on thursday at 08:00 until 2027-01-01", "no end" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_recur recur;
		struct gp_err err;

		if (gp_recur_parse_rhythm(cases[i].text, &recur, &err) != GP_PERM)
			fail_msg("`%s` is taken", cases[i].text);
		if (strstr(err.text, cases[i].part) == NULL || strstr(err.text, "write such as: weekly on") == NULL)
			fail_msg("`%s` is answered with: %s", cases[i].text, err.text);
		assert_int_equal(err.sysexit, 64);
	}
}

static void
refused_repeats(void **state)
{
	static const struct {
		const char *start, *text, *part;
	} cases[] = {
		{ "2026-12-11T19:00", "first thursday of the month", "is no such day; the next is 2027-01-07" },
		{ "2026-12-11T19:00", "every monday",
		    "the start, friday 2026-12-11, is no such day; the next is 2026-12-14" },
		{ "2026-12-31T19:00", "monthly", "say last day" },
		{ "2028-02-29T19:00", "yearly", "29 February" },
		{ "2026-12-11T19:00", "weekly at 08:00", "comes from the start" },
		{ "2026-12-11T19:00", "sometimes", "`sometimes` was not understood" },
		{ "2026-12-11T19:00", "weekly until tomorrow", "`tomorrow` is no date" },
		{ "2026-12-11T19:00", "weekly until 2026-12-01", "no date of it is left" },
		{ "2026-12-11T19:00", "weekly until 2027-12-01, 3 times", "do not go together" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_recur recur;
		struct gp_wall start;
		struct gp_err err;

		assert_true(gp_wall_parse(cases[i].start, &start));
		if (gp_recur_parse_repeat(cases[i].text, &start, &recur, &err) != GP_PERM)
			fail_msg("`%s` is taken", cases[i].text);
		if (strstr(err.text, cases[i].part) == NULL || strstr(err.text, "write such as: every monday") == NULL)
			fail_msg("`%s` is answered with: %s", cases[i].text, err.text);
	}
}

static void
rrules(void **state)
{
	static const struct {
		const char *start, *text, *want;
	} cases[] = {
		{ "2026-12-03T19:00", "first thursday of the month", "FREQ=MONTHLY;BYDAY=1TH" },
		{ "2026-11-26T19:00", "last thursday of the month", "FREQ=MONTHLY;BYDAY=-1TH" },
		{ "2026-12-03T19:00", "monthly", "FREQ=MONTHLY;BYMONTHDAY=3" },
		{ "2026-11-30T19:00", "last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "2026-12-03T19:00", "weekly", "FREQ=WEEKLY;BYDAY=TH" },
		{ "2026-12-03T19:00", "every 2 weeks on tuesday and thursday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH" },
		{ "2026-12-03T19:00", "daily, 10 times", "FREQ=DAILY;COUNT=10" },
		{ "2026-12-03T19:00", "yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=3" },
		{ "2026-12-03T19:00", "weekly until 2026-12-31", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231T225959Z" },
		{ "2026-06-04T19:00", "weekly until 2026-07-31", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260731T215959Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);
		struct gp_recur recur = repeat(cases[i].start, cases[i].text), back = { 0 };
		struct gp_err err;

		gp_recur_rrule(&recur, zone, &out);
		assert_string_equal(out.data, cases[i].want);
		if (gp_recur_parse_rrule(out.data, &recur.start, zone, &back, &err) != GP_OK)
			fail_msg("%s: %s", out.data, err.text);
		assert_memory_equal(&recur, &back, sizeof(recur));
	}
}

static void
foreign_rrules(void **state)
{
	static const char *const cases[] = { "FREQ=SECONDLY", "FREQ=MONTHLY;BYSETPOS=2;BYDAY=MO",
		"FREQ=WEEKLY;BYDAY=XX", "nonsense", "FREQ=DAILY;INTERVAL=0", "BYDAY=MO", "FREQ=WEEKLY;UNTIL=soon",
		"FREQ=DAILY;COUNT=-1", "FREQ=MONTHLY;BYDAY=9MO", "FREQ=" };
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("UTC");

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_wall start = { 2026, 12, 3, 19, 0, 0 };
		struct gp_recur recur;
		struct gp_err err;

		if (gp_recur_parse_rrule(cases[i], &start, zone, &recur, &err) != GP_PERM)
			fail_msg("%s is taken", cases[i]);
	}
}

static void
modes(void **state)
{
	static const struct {
		const char *rhythm, *mode, *want;
	} cases[] = {
		{ "weekly on thursday at 08:00", "daily", "daily at 08:00" },
		{ "weekly on thursday at 08:00", "weekly", "weekly on thursday at 08:00" },
		{ "weekly on thursday at 08:00", "monthly", "monthly on the first thursday at 08:00" },
		{ "daily at 07:30", "weekly", "weekly on monday at 07:30" },
		{ "daily at 07:30", "monthly", "monthly on the first monday at 07:30" },
		{ "monthly on the last friday at 07:30", "weekly", "weekly on friday at 07:30" },
		{ "monthly on the last friday at 07:30", "monthly", "monthly on the last friday at 07:30" },
		{ "monthly on the 15th at 07:30", "weekly", "weekly on monday at 07:30" },
		{ "every 2 weeks on monday at 09:00", "weekly", "every 2 weeks on monday at 09:00" },
		{ "weekly on tuesday and friday at 09:00", "monthly", "monthly on the first tuesday at 09:00" },
		{ "weekly on thursday at 08:00", "each", "weekly on thursday at 08:00" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);
		struct gp_recur recur = rhythm(cases[i].rhythm), made;

		gp_recur_for_mode(&recur, cases[i].mode, &made);
		gp_recur_format(&made, &out);
		assert_string_equal(out.data, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the next date of a rhythm, through both clock changes", next_of_a_rhythm, NULL, NULL, NULL },
		{ "the last date of a rhythm", last_of_a_rhythm, NULL, NULL, NULL },
		{ "the dates of a series, with its end", series, NULL, NULL, NULL },
		{ "what happens once happens once", once, NULL, NULL, NULL },
		{ "next is strictly after, last is not after, nothing lies between", order, NULL, NULL, NULL },
		{ "a rhythm is written in one way and reads back", canonical_text, NULL, NULL, NULL },
		{ "a rhythm that is not understood is answered with what and an example", refused_rhythms, NULL, NULL,
		    NULL },
		{ "a repeat that does not fit its start is answered with the next date", refused_repeats, NULL, NULL,
		    NULL },
		{ "an RRULE holds what Outlook holds, and reads back", rrules, NULL, NULL, NULL },
		{ "a foreign RRULE is not ours", foreign_rrules, NULL, NULL, NULL },
		{ "a mode makes its own rhythm of the space's", modes, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
