/* SND-02, SND-05, SND-07: what a reply means for a copy, and when it is tried again. */
#include "unit/says.h"

#include <stdlib.h>
#include <string.h>

#include "guildpost/base/err.h"
#include "guildpost/guild/fate.h"

#define OK250                                                                                                          \
	{                                                                                                              \
		250, "2.0.0", "ok"                                                                                     \
	}
#define GO                                                                                                             \
	{                                                                                                              \
		354, "", "go on"                                                                                       \
	}
#define NO                                                                                                             \
	{                                                                                                              \
		0, "", ""                                                                                              \
	}

static const struct {
	const char *says;
	struct gp_transfer transfer;
	enum gp_fate want;
	const char *status;
} fates[] = {
	{ "all 250 is delivered", { OK250, OK250, GO, OK250, true, false, true }, GP_FATE_DELIVERED, "2.0.0" },
	{ "450 at RCPT puts this recipient off",
	    { OK250, { 450, "4.2.1", "greylisted" }, { 503, "5.5.1", "" }, NO, false, false, true }, GP_FATE_DEFERRED,
	    "4.2.1" },
	{ "550 5.1.1 at RCPT refuses this recipient",
	    { OK250, { 550, "5.1.1", "unknown" }, { 503, "5.5.1", "" }, NO, false, false, true }, GP_FATE_REFUSED,
	    "5.1.1" },
	{ "550 without a status gets one", { OK250, { 550, "", "unknown" }, NO, NO, false, false, true },
	    GP_FATE_REFUSED, "5.0.0" },
	{ "552 5.2.2 (mailbox full) blames the address, softly",
	    { OK250, { 552, "5.2.2", "full" }, NO, NO, false, false, true }, GP_FATE_REFUSED, "5.2.2" },
	{ "554 5.7.1 at RCPT blames us", { OK250, { 554, "5.7.1", "relay denied" }, NO, NO, false, false, true },
	    GP_FATE_CONTENT, "5.7.1" },
	{ "530 at RCPT (AUTH first) blames us", { OK250, { 530, "5.7.0", "auth" }, NO, NO, false, false, true },
	    GP_FATE_CONTENT, "5.7.0" },
	{ "a refused recipient stays refused when a lone dot is taken after all",
	    { OK250, { 550, "5.1.1", "unknown" }, GO, OK250, true, false, true }, GP_FATE_REFUSED, "5.1.1" },
	{ "451 at DATA puts off", { OK250, OK250, { 451, "4.3.0", "" }, NO, false, false, true }, GP_FATE_DEFERRED,
	    "4.3.0" },
	{ "554 at DATA refuses the content", { OK250, OK250, { 554, "5.6.0", "" }, NO, false, false, true },
	    GP_FATE_CONTENT, "5.6.0" },
	{ "503 at DATA is a matter of order, not of content",
	    { OK250, OK250, { 503, "5.5.1", "" }, NO, false, false, true }, GP_FATE_DEFERRED, "5.5.1" },
	{ "452 behind the dot puts off", { OK250, OK250, GO, { 452, "4.3.1", "full" }, true, false, true },
	    GP_FATE_DEFERRED, "4.3.1" },
	{ "554 behind the dot refuses the content", { OK250, OK250, GO, { 554, "5.7.1", "spam" }, true, false, true },
	    GP_FATE_CONTENT, "5.7.1" },
	{ "a connection lost behind the dot: unknown", { OK250, OK250, GO, NO, true, true, true }, GP_FATE_UNKNOWN,
	    "4.4.2" },
	{ "lost before the dot: the road's", { OK250, OK250, GO, NO, false, true, true }, GP_FATE_ROAD, "4.4.2" },
	{ "lost before any reply: the road's", { NO, NO, NO, NO, false, true, true }, GP_FATE_ROAD, "4.4.2" },
	{ "421 at RCPT: the road's", { OK250, { 421, "4.3.2", "bye" }, NO, NO, false, true, true }, GP_FATE_ROAD,
	    "4.3.2" },
	{ "421 behind the dot: not taken, and the road's",
	    { OK250, OK250, GO, { 421, "4.3.2", "bye" }, true, true, true }, GP_FATE_ROAD, "4.3.2" },
	{ "421 at DATA behind a good RCPT", { OK250, OK250, { 421, "4.7.0", "bye" }, NO, false, true, true },
	    GP_FATE_ROAD, "4.7.0" },
	{ "421 4.7.28 at RCPT: one destination has had enough",
	    { OK250, { 421, "4.7.28", "too much" }, NO, NO, false, true, false }, GP_FATE_DEFERRED, "4.7.28" },
	{ "421 4.7.28 behind the dot, of a message to one: likewise",
	    { OK250, OK250, GO, { 421, "4.7.28", "too much" }, true, true, true }, GP_FATE_DEFERRED, "4.7.28" },
	{ "421 4.7.28 behind the dot, of a message to many, tells nothing of one",
	    { OK250, OK250, GO, { 421, "4.7.28", "too much" }, true, true, false }, GP_FATE_ROAD, "4.7.28" },
	{ "421 4.7.28 at MAIL: the road's", { { 421, "4.7.28", "too much" }, NO, NO, NO, false, true, true },
	    GP_FATE_ROAD, "4.7.28" },
	{ "550 at MAIL blames the sender, whatever follows",
	    { { 550, "5.7.1", "not you" }, { 503, "5.5.1", "" }, { 503, "5.5.1", "" }, NO, false, false, true },
	    GP_FATE_SENDER, "5.7.1" },
	{ "451 at MAIL likewise", { { 451, "4.7.1", "" }, { 503, "", "" }, { 503, "", "" }, NO, false, false, true },
	    GP_FATE_SENDER, "4.7.1" },
};

static void
each_reply_has_one_meaning(void **state)
{
	struct gp_fared fared;

	(void)state;
	for (size_t i = 0; i < GP_COUNT(fates); i++) {
		gp_fate_judge(&fates[i].transfer, &fared);
		SAYS_TEXT(fates[i].says, gp_fate_name(fared.fate), gp_fate_name(fates[i].want));
		SAYS_TEXT(fates[i].says, fared.reply.status, fates[i].status);
	}
}

static void
retries_come_by_the_schedule(void **state)
{
	static const struct {
		const char *says;
		int64_t attempts, least, most;
	} rows[] = {
		{ "after the first attempt a minute", 1, 54, 60 },
		{ "after the second five", 2, 270, 300 },
		{ "after the third a quarter of an hour", 3, 810, 900 },
		{ "after the fourth half an hour", 4, 1620, 1800 },
		{ "then hourly", 5, 3240, 3600 },
		{ "still hourly in the first half day", 15, 3240, 3600 },
		{ "then every two to three hours", 16, 7200, 10800 },
		{ "to the end", 60, 7200, 10800 },
		{ "a count that cannot be is taken for the first", 0, 54, 60 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		for (uint64_t seed = 0; seed < 1000; seed++) {
			int64_t delay = gp_retry_delay(rows[i].attempts, seed * 7919);

			SAYS(rows[i].says, delay >= rows[i].least && delay <= rows[i].most);
		}
}

static void
retries_are_spread_and_can_be_foretold(void **state)
{
	int buckets[6] = { 0 };

	(void)state;
	for (uint64_t seed = 0; seed < 6000; seed++) {
		int64_t delay = gp_retry_delay(1, seed);

		buckets[(60 - delay) % 6]++;
		SAYS("the same seed gives the same instant", gp_retry_delay(1, seed) == delay);
	}
	for (size_t i = 0; i < GP_COUNT(buckets); i++)
		SAYS("neighbouring seeds are spread evenly", buckets[i] > 800 && buckets[i] < 1200);
}

static void
the_road_rests_at_most_five_minutes(void **state)
{
	(void)state;
	SAYS("nothing failed, no pause", gp_road_pause(0) == 0);
	SAYS("a first failure: a minute", gp_road_pause(1) == 60);
	SAYS("it grows", gp_road_pause(3) == 180);
	SAYS("to five minutes", gp_road_pause(5) == 300 && gp_road_pause(1000) == 300);
}

static void
a_destination_rests_longer_each_time(void **state)
{
	static const struct {
		const char *says;
		struct gp_reply reply;
		bool want;
	} rows[] = {
		{ "4.7.28 is meant for all there", { 450, "4.7.28", "" }, true },
		{ "a full mailbox is one's own", { 452, "4.2.2", "" }, false },
		{ "never is not now", { 550, "5.7.28", "" }, false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		SAYS(rows[i].says, gp_destination_is_full(&rows[i].reply) == rows[i].want);
	SAYS("five minutes at first", gp_destination_pause(1) == 300);
	SAYS("doubled", gp_destination_pause(2) == 600 && gp_destination_pause(4) == 2400);
	SAYS("four hours at most", gp_destination_pause(7) == 14400 && gp_destination_pause(1000) == 14400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reply_has_one_meaning),
		cmocka_unit_test(retries_come_by_the_schedule),
		cmocka_unit_test(retries_are_spread_and_can_be_foretold),
		cmocka_unit_test(the_road_rests_at_most_five_minutes),
		cmocka_unit_test(a_destination_rests_longer_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
