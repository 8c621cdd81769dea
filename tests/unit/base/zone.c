#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/zone.h"

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

/* Wall to instant, through both changes of each zone, and far past the end of every table. */
static void
wall_to_instant(void **state)
{
	static const struct {
		const char *says, *zone, *wall, *want;
	} cases[] = {
		{ "Berlin in winter", "Europe/Berlin", "2026-12-10T19:00", "2026-12-10T18:00:00Z" },
		{ "Berlin in summer", "Europe/Berlin", "2026-06-10T19:00", "2026-06-10T17:00:00Z" },
		{ "Berlin just before the gap", "Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z" },
		{ "Berlin in the gap: the offset before it", "Europe/Berlin", "2026-03-29T02:30",
		    "2026-03-29T01:30:00Z" },
		{ "Berlin just after the gap", "Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z" },
		{ "Berlin in the fold: the first", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z" },
		{ "Berlin after the fold", "Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z" },
		{ "Berlin in 2090, by the footer rule", "Europe/Berlin", "2090-07-01T12:00", "2090-07-01T10:00:00Z" },
		{ "New York in the gap", "America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z" },
		{ "New York in the fold", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z" },
		{ "New York in 2090, summer", "America/New_York", "2090-07-01T12:00", "2090-07-01T16:00:00Z" },
		{ "Kolkata has half an hour", "Asia/Kolkata", "2026-03-29T02:30", "2026-03-28T21:00:00Z" },
		{ "Dublin in summer", "Europe/Dublin", "2026-07-01T12:00", "2026-07-01T11:00:00Z" },
		{ "Dublin in winter is its daylight time", "Europe/Dublin", "2026-12-01T12:00",
		    "2026-12-01T12:00:00Z" },
		{ "Dublin in the gap", "Europe/Dublin", "2026-03-29T01:30", "2026-03-29T01:30:00Z" },
		{ "Dublin in the fold", "Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30:00Z" },
		{ "Dublin in 2090, summer", "Europe/Dublin", "2090-07-01T12:00", "2090-07-01T11:00:00Z" },
		{ "Lord Howe moves by half an hour", "Australia/Lord_Howe", "2026-10-04T02:15",
		    "2026-10-03T15:45:00Z" },
		{ "Lord Howe in summer", "Australia/Lord_Howe", "2026-12-25T12:00", "2026-12-25T01:00:00Z" },
		{ "Lord Howe in winter", "Australia/Lord_Howe", "2026-06-25T12:00", "2026-06-25T01:30:00Z" },
		{ "Lord Howe in the fold", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z" },
		{ "Lord Howe in 2090, over the new year", "Australia/Lord_Howe", "2090-01-01T12:00",
		    "2090-01-01T01:00:00Z" },
		{ "Casablanca outside Ramadan", "Africa/Casablanca", "2026-06-01T12:00", "2026-06-01T11:00:00Z" },
		{ "Casablanca in Ramadan", "Africa/Casablanca", "2026-03-01T12:00", "2026-03-01T12:00:00Z" },
		{ "UTC is itself", "UTC", "2026-03-01T12:00", "2026-03-01T12:00:00Z" },
		{ "Berlin in 1970", "Europe/Berlin", "1970-01-01T01:00", "1970-01-01T00:00:00Z" },
		{ "Apia left a day out", "Pacific/Apia", "2011-12-31T08:00", "2011-12-30T18:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);
		struct gp_wall wall;
		char got[GP_RFC3339_SIZE];

		assert_true(gp_wall_parse(cases[i].wall, &wall));
		gp_clock_format(gp_zone_from_wall(zone, &wall), got);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s gives %s, not %s", cases[i].says, cases[i].wall, got, cases[i].want);
	}
}

static void
instant_to_wall(void **state)
{
	static const struct {
		const char *says, *zone, *t, *want, *abbreviation;
	} cases[] = {
		{ "a second before Berlin's spring", "Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59",
		    "CET" },
		{ "at Berlin's spring", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00", "CEST" },
		{ "a second before Berlin's autumn", "Europe/Berlin", "2026-10-25T00:59:59Z", "2026-10-25T02:59:59",
		    "CEST" },
		{ "at Berlin's autumn", "Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00", "CET" },
		{ "Dublin names its summer standard", "Europe/Dublin", "2090-07-01T00:00:00Z", "2090-07-01T01:00:00",
		    "IST" },
		{ "Dublin's winter in 2090", "Europe/Dublin", "2090-12-01T00:00:00Z", "2090-12-01T00:00:00", "GMT" },
		{ "Lord Howe's spring", "Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00", "+11" },
		{ "Lord Howe's spring in 2090", "Australia/Lord_Howe", "2090-09-30T15:30:00Z", "2090-10-01T02:30:00",
		    "+11" },
		{ "New York in 2090", "America/New_York", "2090-12-01T00:00:00Z", "2090-11-30T19:00:00", "EST" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);
		int64_t t = instant(cases[i].t);
		struct gp_wall wall;
		char got[GP_WALL_SIZE];

		gp_zone_to_wall(zone, t, &wall);
		gp_wall_format(&wall, got);
		if (strcmp(got, cases[i].want) != 0 ||
		    strcmp(gp_zone_abbreviation(zone, t), cases[i].abbreviation) != 0)
			fail_msg("%s: %s is %s %s, not %s %s", cases[i].says, cases[i].t, got,
			    gp_zone_abbreviation(zone, t), cases[i].want, cases[i].abbreviation);
	}
}

/* Every zone of the system: to the wall and back is the same instant, but for the second half of a fold. */
static void
there_and_back(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Dublin",
		"Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Pacific/Chatham",
		"UTC", "Asia/Gaza", "America/Nuuk", "Africa/Cairo", "Asia/Tehran", "America/Sao_Paulo" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(names[i]);

		for (int64_t t = instant("2005-01-01"); t < instant("2110-01-01"); t += 5 * 3600 + 137) {
			struct gp_wall wall, again;
			int64_t back;

			gp_zone_to_wall(zone, t, &wall);
			back = gp_zone_from_wall(zone, &wall);
			gp_zone_to_wall(zone, back, &again);
			if ((back != t && back > t) || gp_wall_compare(&wall, &again) != 0 ||
			    gp_zone_in_gap(zone, &wall))
				fail_msg("%s at %lld: back is %lld", names[i], (long long)t, (long long)back);
		}
	}
}

static void
changes(void **state)
{
	static const struct {
		const char *says, *zone, *after, *want;
	} cases[] = {
		{ "Berlin's next is spring", "Europe/Berlin", "2026-01-01", "2026-03-29T01:00:00Z" },
		{ "strictly after", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z" },
		{ "by rule in 2090", "Europe/Berlin", "2090-04-01", "2090-10-29T01:00:00Z" },
		{ "Kolkata has none", "Asia/Kolkata", "2026-01-01", NULL },
		{ "Casablanca's Ramadan", "Africa/Casablanca", "2026-01-01", "2026-02-15T02:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);
		char got[GP_RFC3339_SIZE] = "none";
		int64_t t;

		if (gp_zone_next_change(zone, instant(cases[i].after), &t))
			gp_clock_format(t, got);
		if (strcmp(got, cases[i].want != NULL ? cases[i].want : "none") != 0)
			fail_msg("%s: got %s", cases[i].says, got);
	}
}

static void
footer_rule_holds(void **state)
{
	static const struct {
		const char *zone;
		bool follows;
	} cases[] = { { "Europe/Berlin", true }, { "America/New_York", true }, { "Asia/Kolkata", true },
		{ "Europe/Dublin", true }, { "Australia/Lord_Howe", true }, { "Africa/Casablanca", false },
		{ "UTC", true } };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_zone_free) struct gp_zone *zone = zone_of(cases[i].zone);

		if (gp_zone_follows_rule(zone, instant("2026-01-01"), instant("2040-01-01")) != cases[i].follows)
			fail_msg("%s does %sfollow its footer rule", cases[i].zone, cases[i].follows ? "" : "not ");
	}
}

static void
gaps(void **state)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = zone_of("Europe/Berlin");
	struct gp_wall wall;

	(void)state;
	assert_true(gp_wall_parse("2026-03-29T02:30", &wall));
	assert_true(gp_zone_in_gap(zone, &wall));
	assert_true(gp_wall_parse("2026-10-25T02:30", &wall));
	assert_false(gp_zone_in_gap(zone, &wall));
}

static void
wrong_names(void **state)
{
	static const struct {
		const char *name, *suggests;
	} cases[] = { { "Europe/Berln", "Europe/Berlin" }, { "Berlin", "Europe/Berlin" },
		{ "europe/dublin", "Europe/Dublin" }, { "America/New York", "America/New_York" },
		{ "../../etc/passwd", NULL }, { "/etc/localtime", NULL }, { "", NULL }, { "Europe", NULL },
		{ "zone.tab", NULL }, { "right/Europe/Berlin", NULL }, { "Europe/../UTC", NULL } };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_zone *zone = NULL;
		struct gp_err err;

		assert_int_equal(gp_zone_open(cases[i].name, &zone, &err), GP_PERM);
		assert_null(zone);
		assert_int_equal(err.sysexit, 64);
		if (cases[i].suggests != NULL && strstr(err.text, cases[i].suggests) == NULL)
			fail_msg("%s: %s", cases[i].name, err.text);
	}
}

static void
wall_texts(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = { { "2026-12-10T19:00", "2026-12-10T19:00:00" }, { "2026-12-10 19:00", "2026-12-10T19:00:00" },
		{ "2026-12-10T19:00:30", "2026-12-10T19:00:30" }, { "2026-02-30T10:00", NULL },
		{ "2026-12-10T24:00", NULL }, { "2026-12-10", NULL }, { "2026-12-10T19:00Z", NULL },
		{ "2026-12-10T19:00+01:00", NULL }, { "tomorrow at ten", NULL }, { "2026-12-10T19", NULL },
		{ "2026-12-10T19:00-01:00", NULL } };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_wall wall;
		char got[GP_WALL_SIZE];

		if (gp_wall_parse(cases[i].text, &wall) != (cases[i].want != NULL))
			fail_msg("%s is %s", cases[i].text, cases[i].want != NULL ? "refused" : "taken");
		if (cases[i].want == NULL)
			continue;
		gp_wall_format(&wall, got);
		assert_string_equal(got, cases[i].want);
	}
}

/* Kept once, no file is opened any more: a name that was passed over is none. Last, since it cannot be undone. */
static void
all_are_kept(void **state)
{
	static const char *const names[] = { "America/Los_Angeles", "America/Sao_Paulo", "US/Pacific", "Europe/Berlin",
		"Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Auckland", "UTC", "EST5EDT",
		"America/Argentina/Buenos_Aires", "Antarctica/Troll", "Atlantic/Reykjavik", "Indian/Maldives" };

	(void)state;
	gp_zone_keep_all();
	for (size_t i = 0; i < GP_COUNT(names); i++)
		if (!gp_zone_exists(names[i]))
			fail_msg("%s is not kept", names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a wall time is the right instant, through gaps and folds", wall_to_instant, NULL, NULL, NULL },
		{ "an instant is the right wall time", instant_to_wall, NULL, NULL, NULL },
		{ "there and back is the same instant in fifteen zones", there_and_back, NULL, NULL, NULL },
		{ "the next change of the offset", changes, NULL, NULL, NULL },
		{ "Casablanca alone does not follow its footer rule", footer_rule_holds, NULL, NULL, NULL },
		{ "a gap is told from a fold", gaps, NULL, NULL, NULL },
		{ "a wrong zone name is refused with the nearest, and none leaves the folder", wrong_names, NULL, NULL,
		    NULL },
		{ "wall times are read strictly", wall_texts, NULL, NULL, NULL },
		{ "every zone is kept for a process that may open no file", all_are_kept, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
