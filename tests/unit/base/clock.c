#include "unit/says.h"

#include <stdlib.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/err.h"

static void
instants_are_read(void **state)
{
	static const struct {
		const char *says, *text;
		bool good;
		int64_t want;
	} cases[] = {
		{ "the epoch is nought", "1970-01-01T00:00:00Z", true, 0 },
		{ "an offset is taken off", "2026-06-01T10:00:00+02:00", true, 1780300800 },
		{ "an offset to the west is added", "2026-06-01T04:00:00-04:00", true, 1780300800 },
		{ "a bare date is its midnight", "2026-06-01", true, 1780272000 },
		{ "a fraction of a second falls", "2026-06-01T08:00:00.999Z", true, 1780300800 },
		{ "a leap day exists in a leap year", "2024-02-29", true, 1709164800 },
		{ "and in no other", "2026-02-29", false, 0 },
		{ "month 13 is none", "2026-13-01", false, 0 },
		{ "hour 24 is none", "2026-06-01T24:00:00Z", false, 0 },
		{ "a time without a zone is refused", "2026-06-01T08:00:00", false, 0 },
		{ "what follows is refused", "2026-06-01T08:00:00Zx", false, 0 },
		{ "words are refused", "tomorrow", false, 0 },
		{ "nothing is refused", "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		int64_t t = -1;

		SAYS(cases[i].says, gp_clock_parse(cases[i].text, &t) == cases[i].good);
		SAYS(cases[i].says, !cases[i].good || t == cases[i].want);
	}
}

static void
what_is_written_is_read_again(void **state)
{
	char text[GP_RFC3339_SIZE];
	int64_t back;

	(void)state;
	for (int64_t t = -86400 * 400; t < 4102444800; t += 7777777) {
		gp_clock_format(t, text);
		SAYS(text, gp_clock_parse(text, &back) && back == t);
	}
}

static void
days_and_dates_agree(void **state)
{
	int64_t year;
	int month, day;

	(void)state;
	for (int64_t days = -800000; days < 800000; days += 13) {
		gp_civil_from_days(days, &year, &month, &day);
		SAYS("a date gives back its day", gp_days_from_civil(year, month, day) == days);
		SAYS("a date is one", month >= 1 && month <= 12 && day >= 1 && day <= 31);
	}
}

static void
a_moved_clock_runs_on(void **state)
{
	(void)state;
	SAYS("at first it is the real one", !gp_clock_is_set());
	gp_clock_set(1780300800);
	SAYS("then it stands where it was put", gp_clock_is_set() && gp_clock_now() - 1780300800 < 5);
	SAYS("and the monotonic one is not moved", gp_clock_mono_ms() < 1780300800000);
}

static void
a_clock_of_another_s_is_followed(void **state)
{
	char path[] = "/tmp/clock-XXXXXX";
	int64_t now = 1780300800;
	int fd = mkstemp(path);

	(void)state;
	SAYS("a file that is not there is refused", !gp_clock_follow("/tmp/clock-of-nobody"));
	SAYS("the test has its file", write(fd, &now, sizeof(now)) == (ssize_t)sizeof(now));
	SAYS("one that is there is followed", gp_clock_follow(path) && gp_clock_now() == now);
	now += 86400;
	SAYS("the test moves it", pwrite(fd, &now, sizeof(now), 0) == (ssize_t)sizeof(now));
	SAYS("and it is a day later", gp_clock_now() == now);
	(void)close(fd);
	(void)unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instants_are_read),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(days_and_dates_agree),
		cmocka_unit_test(a_moved_clock_runs_on),
		cmocka_unit_test(a_clock_of_another_s_is_followed),
	};

	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
