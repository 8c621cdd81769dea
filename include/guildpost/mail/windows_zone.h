/* windows_zone.h - the names of time zones that Outlook and Exchange write (CAL-14).  Floor: mail. */
#pragma once
#include <stdbool.h>

/* "W. Europe Standard Time", "W. Europe Standard Time 1" or "(UTC+01:00) Amsterdam, Berlin, ..." to "Europe/Berlin".
 * False when it is none of these. */
bool gp_windows_zone(const char *name, char ret_iana[64]);
