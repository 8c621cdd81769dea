/* How a failed delivery counts against its member (SND-05). */
#include "unit/says.h"

#include <string.h>

#include "guildpost/base/err.h"
#include "guildpost/guild/bounce.h"

#define DAY 86400

static void
what_may_pass_is_given_time(void **state)
{
	static const struct {
		const char *says;
		struct gp_bounce_fact fact;
		const char *counts;
	} rows[] = {
		{ "an unknown mailbox counts at once", { "5.1.1", "permanent", false, 0, 20 * DAY }, "permanent" },
		{ "a full mailbox never for good", { "5.2.2", "permanent", true, DAY, 20 * DAY }, "temporary" },
		{ "a full mailbox told in words", { "", "permanent", true, DAY, 20 * DAY }, "temporary" },
		{ "an unknown domain may be back", { "5.1.2", "permanent", true, 0, 20 * DAY }, "temporary" },
		{ "after six days too", { "5.1.2", "permanent", true, 14 * DAY, 20 * DAY }, "temporary" },
		{ "after a week it is gone", { "5.1.2", "permanent", true, 13 * DAY, 20 * DAY }, "permanent" },
		{ "so is one without a road", { "5.4.4", "permanent", true, 12 * DAY, 20 * DAY }, "permanent" },
		{ "a delay stays one", { "4.4.1", "temporary", true, DAY, 20 * DAY }, "temporary" },
		{ "policy blames nobody", { "5.7.1", "policy", false, DAY, 20 * DAY }, "policy" },
		{ "a receipt is nothing", { "2.0.0", "ignore", false, 0, 20 * DAY }, "ignore" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		SAYS_TEXT(rows[i].says, gp_bounce_counts(&rows[i].fact), rows[i].counts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_may_pass_is_given_time) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
