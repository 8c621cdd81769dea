/* recur.h - recurring things: digests, meetings, reminders.  Floor: guild.
 * One module answers "when is the next one after T" (DESIGN.md rule 12), right through both clock changes. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/zone.h"

enum gp_freq { GP_ONCE, GP_DAILY, GP_WEEKLY, GP_MONTHLY, GP_YEARLY };
struct gp_recur { /* what Outlook can hold too (CAL-10) */
	enum gp_freq freq;
	int interval; /* 1.. */
	unsigned weekdays; /* bit 0 Monday .. bit 6 Sunday; 0: that of the start */
	int nth; /* monthly by weekday: 1..4, -1 last; 0: by day of month */
	int month_day; /* monthly by day: 1..31, -1 last; 0: that of the start */
	int hour, minute; /* wall time; of the start for a meeting */
	struct gp_wall start; /* first instance, or the anchor of interval counting; year 0: none */
	struct gp_wall until; /* inclusive; year 0: none */
	int count; /* 0: none */
};
/* What no calendar holds alike is refused with the words to use instead: the 29th to 31st ("the last day"), "every second
 * thursday" (which of two meanings?), two days of a month (CAL-10).
 * "weekly on thursday at 08:00", "daily at 7:30", "every 2 weeks on monday at 09:00", "monthly on the first thursday at
 * 18:00", "monthly on the 15th at 08:00". PERM 5.5.4 exit 64 that says what was not understood and shows an example. */
GP_MUST_CHECK enum gp_rc gp_recur_parse_rhythm(const char *text, struct gp_recur *ret_recur, struct gp_err *err);
/* The same without a time: "first thursday of the month", "every monday", "every 2 weeks", "daily", "yearly", and behind
 * it "until 2026-12-31" or "10 times". A start that is not on the rule is refused with the next date that is (CAL-10). */
GP_MUST_CHECK enum gp_rc gp_recur_parse_repeat(
    const char *text, const struct gp_wall *start, struct gp_recur *ret_recur, struct gp_err *err);
void gp_recur_format(const struct gp_recur *recur, struct gp_buf *out); /* canonical English text, parses back */
/* RRULE value without DTSTART; UNTIL in UTC by zone (CAL-10). "" for GP_ONCE. */
void gp_recur_rrule(const struct gp_recur *recur, const struct gp_zone *zone, struct gp_buf *out);
/* Reads back what gp_recur_rrule wrote. */
GP_MUST_CHECK enum gp_rc gp_recur_parse_rrule(const char *rrule, const struct gp_wall *start,
    const struct gp_zone *zone, struct gp_recur *ret_recur, struct gp_err *err);
/* True when the start is an instance of its own rule; else *ret_next is the first wall time after it that is one (year 0: none). */
bool gp_recur_start_fits(const struct gp_recur *recur, struct gp_wall *ret_next);
/* First instance strictly after t; false when there is none. */
bool gp_recur_next(const struct gp_recur *recur, const struct gp_zone *zone, int64_t t, int64_t *ret_t);
/* Last instance at or before t. */
bool gp_recur_last(const struct gp_recur *recur, const struct gp_zone *zone, int64_t t, int64_t *ret_t);
/* The rhythm that mode "daily", "weekly", "monthly" makes of a space's rhythm: same time of day; weekly: its weekday
 * (Monday for a daily one); monthly: the first such weekday of the month. A rhythm that is of the mode's kind already
 * stays as it is ("every 2 weeks" is what weekly means there); other modes copy it. */
void gp_recur_for_mode(const struct gp_recur *rhythm, const char *mode, struct gp_recur *ret_recur);
