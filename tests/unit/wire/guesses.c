/* Guessing tokens is slow, and heard of (ADR-03). */
#include "unit/says.h"

#include "wire/guesses.h"

static void
a_hundred_thousand_wrong_tokens_take_hours_and_ring_once_an_hour(void **state)
{
	struct gp_guesses guesses = { 0 };
	int64_t now = 5, hours, first = 0;
	int alarms = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		bool alarm;

		now += gp_guessed(&guesses, now, &alarm);
		alarms += alarm;
		if (i < GP_GUESSES_FREE)
			first = now;
	}
	hours = now / 3600000;
	SAYS("a thousand an hour are as quick as ever: old mail has some", first == 5);
	SAYS("a hundred thousand over one connection take hours", hours >= 5);
	SAYS("each hour is told once", alarms >= hours && alarms <= hours + 1);
}

static void
a_quiet_hour_begins_anew(void **state)
{
	struct gp_guesses guesses = { .since_ms = 0, .count = GP_GUESSES_FREE };
	bool alarm;

	(void)state;
	SAYS("one too many rests", gp_guessed(&guesses, 1000, &alarm) > 0 && alarm);
	SAYS("an hour later none does", gp_guessed(&guesses, 3600000, &alarm) == 0 && !alarm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_wrong_tokens_take_hours_and_ring_once_an_hour),
		cmocka_unit_test(a_quiet_hour_begins_anew),
	};

	return cmocka_run_group_tests_name("wire/guesses", tests, NULL, NULL);
}
