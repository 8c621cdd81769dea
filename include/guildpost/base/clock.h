/* clock.h - the one clock.  Floor: base.
 * Wall time is seconds since 1970 UTC, moved by the offset of --now; time-outs use the monotonic clock. In tests it may be
 * another's: servers that run on are taken through a year by moving the one number that they all read. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void gp_clock_set(int64_t now); /* from here on gp_clock_now() runs from this instant */
bool gp_clock_follow(const char *path); /* from here on it is the int64_t in this file; false: errno says why not */
bool gp_clock_is_set(void); /* --now was given */
int64_t gp_clock_now(void); /* seconds, UTC */
int64_t gp_clock_mono_ms(void); /* milliseconds, never moved */

#define GP_RFC3339_SIZE 24
/* "2026-11-24T16:06:03Z" */
void gp_clock_format(int64_t t, char out[GP_RFC3339_SIZE]);
/* Reads RFC 3339 with any offset (section 5.6), or a bare date as its midnight UTC. */
bool gp_clock_parse(const char *text, int64_t *ret_t);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back (month 1..12). */
int64_t gp_days_from_civil(int64_t year, int month, int day);
void gp_civil_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day);
