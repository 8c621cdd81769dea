/* ical_parts.h - what the parts of the iCalendar reader tell each other.  Inside src/mail/ical*.c, the home of libical. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libical/ical.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/lazy.h"

/* The instant that a wall time is in the zone that a calendar calls tzid: by its VTIMEZONE, then IANA, then Windows name
 * (CAL-14). False when nobody knows that zone. */
bool gp_ical_instant(icalcomponent *calendar, const char *tzid, struct icaltimetype t, int64_t *ret_t);
