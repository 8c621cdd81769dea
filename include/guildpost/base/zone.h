/* zone.h - IANA time zones from the system's tzdata (RFC 8536), and wall time in them.  Floor: base. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/err.h"

struct gp_zone;

struct gp_wall { /* what a clock on the wall shows */
	int year, month, day; /* month 1..12, day 1..31 */
	int hour, minute, second; /* 0..23, 0..59, 0..59 */
};

/* name such as "Europe/Berlin" or "UTC". PERM 5.3.5 (exit 64) for a name that tzdata does not have,
 * with the nearest known name in the text; a name never leaves the tzdata folder. */
GP_MUST_CHECK enum gp_rc gp_zone_open(const char *name, struct gp_zone **ret_zone, struct gp_err *err);
void gp_zone_free(struct gp_zone **zone);
bool gp_zone_exists(const char *name);
/* Where the zones are: TZDIR, or the system's folder. */
const char *gp_zone_folder(void);
/* Reads every zone now and keeps it (1 MB, 20 ms): for a process that may not open files later. */
void gp_zone_keep_all(void);
const char *gp_zone_name(const struct gp_zone *zone);
const char *gp_zone_posix(
    const struct gp_zone *zone); /* the footer rule, such as "CET-1CEST,M3.5.0,M10.5.0/3"; "" when none */

/* The footer rule in parts, for those who must write it down (VTIMEZONE). */
struct
    gp_zone_change { /* "the week-th weekday of month"; at: seconds after 00:00 on the wall, may be negative or over a day */
	int month, week, weekday; /* week 5: the last; weekday 0 Sunday .. 6 Saturday, as POSIX has it */
	int at;
};
struct gp_zone_rule {
	int standard, daylight; /* seconds east of UTC; the same when there is no summer time */
	char standard_name[16], daylight_name[16];
	struct gp_zone_change to_daylight, to_standard; /* month 0: none, or no rule of months and weeks */
};
/* False when there is no footer or it is not of months and weeks. */
bool gp_zone_rule(const struct gp_zone *zone, struct gp_zone_rule *ret_rule);
/* True when between from and until the zone does what its footer rule says; Casablanca does not (Ramadan). */
bool gp_zone_follows_rule(const struct gp_zone *zone, int64_t from, int64_t until);
/* The first instant after t at which the offset changes; false when there is none until the year 2400. */
bool gp_zone_next_change(const struct gp_zone *zone, int64_t t, int64_t *ret_t);

int gp_zone_offset(const struct gp_zone *zone, int64_t t); /* seconds east of UTC at t */
const char *gp_zone_abbreviation(const struct gp_zone *zone, int64_t t); /* "CEST"; borrowed */
void gp_zone_to_wall(const struct gp_zone *zone, int64_t t, struct gp_wall *ret_wall);
/* In a gap the instant that the offset before the gap gives (RFC 5545 section 3.3.5), in a fold the first. */
int64_t gp_zone_from_wall(const struct gp_zone *zone, const struct gp_wall *wall);

int gp_wall_weekday(const struct gp_wall *wall); /* 0 Monday .. 6 Sunday */
/* True when clocks jump over this wall time, which then exists on no clock. */
bool gp_zone_in_gap(const struct gp_zone *zone, const struct gp_wall *wall);
/* Reads "2026-12-10T19:00", "2026-12-10 19:00" or with seconds. */
bool gp_wall_parse(const char *text, struct gp_wall *ret_wall);
int gp_wall_compare(const struct gp_wall *a, const struct gp_wall *b); /* <0, 0, >0 */
#define GP_WALL_SIZE 24
void gp_wall_format(const struct gp_wall *wall, char out[GP_WALL_SIZE]); /* "2026-12-10T19:00:00" */
