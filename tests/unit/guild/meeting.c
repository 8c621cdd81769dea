#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guildpost/base/clock.h"
#include "guildpost/guild/meeting.h"

static void
words(void **state)
{
	static const struct {
		const char *line, *want, *rest, *date;
	} cases[] = {
		{ "yes", "ACCEPTED", "", "" },
		{ "Yes!", "ACCEPTED", "", "" },
		{ "  YES.", "ACCEPTED", "", "" },
		{ "*yes*", "ACCEPTED", "", "" },
		{ "yes, back at eight", "ACCEPTED", "back at eight", "" },
		{ "yes please", "ACCEPTED", "", "" },
		{ "Yes - with two friends", "ACCEPTED", "with two friends", "" },
		{ "yes 2027-01-07", "ACCEPTED", "", "2027-01-07" },
		{ "no 2027-01-07, away", "DECLINED", "away", "2027-01-07" },
		{ "I’m in", "ACCEPTED", "", "" },
		{ "No", "DECLINED", "", "" },
		{ "no thanks", "DECLINED", "", "" },
		{ "maybe (train)", "TENTATIVE", "train)", "" },
		{ "not sure yet", "TENTATIVE", "", "" },
		{ "1", "ACCEPTED", "", "" },
		{ "2", "DECLINED", "", "" },
		{ "3.", "TENTATIVE", "", "" },
		{ "Ja, gern!", "ACCEPTED", "gern!", "" },
		{ "ja gerne", "ACCEPTED", "", "" },
		{ "Nein danke", "DECLINED", "", "" },
		{ "vielleicht", "TENTATIVE", "", "" },
		{ "Oui !", "ACCEPTED", "", "" },
		{ "non", "DECLINED", "", "" },
		{ "Peut-être", "TENTATIVE", "", "" },
		{ "Sí", "ACCEPTED", "", "" },
		{ "SÍ", "ACCEPTED", "", "" },
		{ "tal vez", "TENTATIVE", "", "" },
		{ "sì", "ACCEPTED", "", "" },
		{ "forse", "TENTATIVE", "", "" },
		{ "nee", "DECLINED", "", "" },
		{ "Misschien", "TENTATIVE", "", "" },
		{ "Não", "DECLINED", "", "" },
		{ "talvez", "TENTATIVE", "", "" },
		{ "tak", "ACCEPTED", "", "" },
		{ "może", "TENTATIVE", "", "" },
		{ "Да", "ACCEPTED", "", "" },
		{ "はい", "ACCEPTED", "", "" },
		{ "no idea if I can", NULL, NULL, NULL },
		{ "yes and no", NULL, NULL, NULL },
		{ "yesterday I came home", NULL, NULL, NULL },
		{ "nobody knows", NULL, NULL, NULL },
		{ "12", NULL, NULL, NULL },
		{ "1st of all", NULL, NULL, NULL },
		{ "Hello all", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
		{ "sind dabei", NULL, NULL, NULL },
		{ "yes 2027-1-7", NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		const char *rest = "", *got;
		char date[12] = "";

		got = gp_answer_word(cases[i].line, &rest, date);
		if ((got == NULL) != (cases[i].want == NULL) || (got != NULL && strcmp(got, cases[i].want) != 0))
			fail_msg("`%s` is %s", cases[i].line, got != NULL ? got : "nothing");
		if (got != NULL && (strcmp(rest, cases[i].rest) != 0 || strcmp(date, cases[i].date) != 0))
			fail_msg("`%s` leaves `%s` and `%s`", cases[i].line, rest, date);
	}
}

static void
subjects(void **state)
{
	static const struct {
		const char *subject, *want;
	} cases[] = { { "yes", "ACCEPTED" }, { "Accepted: Monthly call @ Thu 10 Dec", "ACCEPTED" },
		{ "Declined: Monthly call", "DECLINED" }, { "Tentatively Accepted: Monthly call", "TENTATIVE" },
		{ "Zugesagt: Monatstreffen", "ACCEPTED" }, { "Refusé: Réunion", "DECLINED" },
		{ "Re: Invitation: Monthly call", NULL }, { "Monthly call", NULL }, { "", NULL } };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		const char *got = gp_answer_subject(cases[i].subject);

		if ((got == NULL) != (cases[i].want == NULL) || (got != NULL && strcmp(got, cases[i].want) != 0))
			fail_msg("`%s` is %s", cases[i].subject, got != NULL ? got : "nothing");
	}
}

/* CAL-20: whatever the order of arrival, the last word of the member stands. */
static void
six_orders(void **state)
{
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 },
		{ 2, 1, 0 } };
	static const struct {
		const char *says;
		struct gp_answer_age age[3];
		int want;
	} cases[] = {
		{ "three clicks one after the other: the last", { { 0, 100 }, { 0, 200 }, { 0, 300 } }, 2 },
		{ "an answer to a newer invitation outranks a later one to an older",
		    { { 1, 100 }, { 0, 300 }, { 0, 200 } }, 0 },
		{ "sequence first, then stamp", { { 1, 100 }, { 1, 150 }, { 0, 900 } }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		for (size_t o = 0; o < 6; o++) {
			int kept = orders[o][0];

			for (int k = 1; k < 3; k++)
				if (gp_answer_is_newer(&cases[i].age[kept], &cases[i].age[orders[o][k]]))
					kept = orders[o][k];
			if (kept != cases[i].want)
				fail_msg("%s: order %zu keeps %d", cases[i].says, o, kept);
		}
}

static void
the_same_twice(void **state)
{
	const struct gp_answer_age age = { 2, 500 };

	(void)state;
	assert_true(gp_answer_is_newer(&age, &age)); /* two clicks in one second: the one that comes last */
}

struct plan {
	struct gp_zone *zone;
	struct gp_recur recur;
	struct gp_exception exceptions[2];
};

static struct gp_schedule
thursdays(struct plan *plan)
{
	struct gp_wall start = { 2026, 12, 3, 19, 0, 0 };
	struct gp_err err;

	if (gp_zone_open("Europe/Berlin", &plan->zone, &err) != GP_OK ||
	    gp_recur_parse_repeat("first thursday of the month", &start, &plan->recur, &err) != GP_OK)
		fail_msg("%s", err.text);
	plan->exceptions[0] = (struct gp_exception){ .occurrence = { 2027, 1, 7, 19, 0, 0 } };
	plan->exceptions[1] = (struct gp_exception){ .occurrence = { 2027, 2, 4, 19, 0, 0 },
		.start = { 2027, 2, 5, 18, 0, 0 } };
	return (struct gp_schedule){ plan->zone, &plan->recur, plan->exceptions, 2 };
}

static void
next_dates(void **state)
{
	static const struct {
		const char *says, *t, *occurrence, *start;
	} cases[] = {
		{ "the first", "2026-11-01", "20261203T180000Z", "20261203T180000Z" },
		{ "the one that fell is passed over", "2026-12-04", "20270204T180000Z", "20270205T170000Z" },
		{ "a moved date is ahead though its first day is past", "2027-02-05T00:00:00Z", "20270204T180000Z",
		    "20270205T170000Z" },
		{ "and past when it has begun", "2027-02-05T17:00:00Z", "20270304T180000Z", "20270304T180000Z" },
	};
	struct plan plan = { 0 };
	struct gp_schedule schedule = thursdays(&plan);

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		char got[2][GP_OCCURRENCE_SIZE];
		int64_t t, occurrence, start;

		assert_true(gp_clock_parse(cases[i].t, &t));
		assert_true(gp_schedule_next(&schedule, t, &occurrence, &start));
		gp_occurrence_format(occurrence, got[0]);
		gp_occurrence_format(start, got[1]);
		if (strcmp(got[0], cases[i].occurrence) != 0 || strcmp(got[1], cases[i].start) != 0)
			fail_msg("%s: %s at %s", cases[i].says, got[0], got[1]);
	}
	gp_zone_free(&plan.zone);
}

static void
recurrence_ids(void **state)
{
	static const struct {
		const char *says, *text, *want;
	} cases[] = {
		{ "the instant", "20270107T180000Z", "20270107T180000Z" },
		{ "the wall of an unknown zone", "20270107T190000", "20270107T180000Z" },
		{ "the day alone", "20270107", "20270107T180000Z" },
		{ "an hour wrong, by a time zone that was off", "20270107T170000Z", "20270107T180000Z" },
		{ "no such day", "20270108T180000Z", NULL },
		{ "before the first", "20261105T180000Z", NULL },
		{ "nonsense", "soon", NULL },
		{ "a month too many", "20271307T180000Z", NULL },
	};
	struct plan plan = { 0 };
	struct gp_schedule schedule = thursdays(&plan);

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		char got[GP_OCCURRENCE_SIZE] = "none";
		int64_t occurrence;

		if (gp_schedule_find(&schedule, cases[i].text, &occurrence))
			gp_occurrence_format(occurrence, got);
		if (strcmp(got, cases[i].want != NULL ? cases[i].want : "none") != 0)
			fail_msg("%s: %s gives %s", cases[i].says, cases[i].text, got);
	}
	gp_zone_free(&plan.zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "yes, no and maybe are plain or they are nothing", words, NULL, NULL, NULL },
		{ "a subject says it where the calendar part is missing", subjects, NULL, NULL, NULL },
		{ "three answers in all six orders end the same", six_orders, NULL, NULL, NULL },
		{ "the same answer twice is no older", the_same_twice, NULL, NULL, NULL },
		{ "the next date of a series with exceptions", next_dates, NULL, NULL, NULL },
		{ "a RECURRENCE-ID names the date that is meant", recurrence_ids, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
