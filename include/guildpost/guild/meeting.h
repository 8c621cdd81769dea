/* meeting.h - when a meeting is, and which answer counts.  Floor: guild.  Pure rules. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/zone.h"
#include "guildpost/guild/recur.h"

/* One date of a series that differs from its rule. */
struct gp_exception {
	struct gp_wall occurrence; /* its first start */
	struct gp_wall start; /* where it moved to; year 0: it fell */
};
struct gp_schedule { /* all borrowed */
	const struct gp_zone *zone;
	const struct gp_recur *recur;
	const struct gp_exception *exceptions;
	size_t count;
};
/* The first date that begins strictly after t. ret_occurrence: its first start by the rule, which names it for ever;
 * ret_start: where it stands now. False when there is none. */
bool gp_schedule_next(const struct gp_schedule *schedule, int64_t t, int64_t *ret_occurrence, int64_t *ret_start);
/* What a RECURRENCE-ID ("YYYYMMDDTHHMMSSZ", without Z on some wall, or "YYYYMMDD") names: the instance at that instant,
 * else the one on that day in the zone of the series, since a series has one a day (CAL-10, CAL-19). */
bool gp_schedule_find(const struct gp_schedule *schedule, const char *recurrence_id, int64_t *ret_occurrence);
/* "YYYYMMDDTHHMMSSZ", as the store has it. */
#define GP_OCCURRENCE_SIZE 24
void gp_occurrence_format(int64_t occurrence, char out[GP_OCCURRENCE_SIZE]);

/* Where an answer stands among others of one member (CAL-20): by SEQUENCE, then by DTSTAMP; the same twice is newer, so
 * that two clicks within a second count as the last. */
struct gp_answer_age {
	int64_t sequence, dtstamp;
};
bool gp_answer_is_newer(const struct gp_answer_age *have, const struct gp_answer_age *got);

/* "yes", "Ja, gern!", "peut-etre", "1" of a first own line to "ACCEPTED", "DECLINED", "TENTATIVE"; NULL when it is not
 * plainly one of them (promise 5). Words of English, German, French, Spanish, Italian, Dutch, Portuguese, Polish and a
 * few more. ret_rest: what stands behind the word, as a comment; points into line; may be NULL.
 * ret_date: "2027-01-07" where a date stands behind the word, else ""; may be NULL. */
const char *gp_answer_word(const char *line, const char **ret_rest, char ret_date[12]);
/* The same of a subject, where calendars without a calendar part write "Accepted: Monthly call". */
const char *gp_answer_subject(const char *subject);
