/* ical.h - iCalendar parts of strangers' mail.  Floor: mail.  The one home of libical. */
#pragma once
#include <stddef.h>
#include "guildpost/mail/reading.h"

/* Appends to reading->calendars what a calendar part holds. octets: decoded, any charset sins included. */
void gp_ical_read(const char *octets, size_t n, struct gp_reading *reading);
