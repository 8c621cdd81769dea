/* ical_text.h - the lines of an iCalendar text as they were meant, before a charset or a parser sees them.  Floor: mail. */
#pragma once
#include "guildpost/base/buf.h"

/* Appends octets unfolded (RFC 5545 section 3.1), each content line ended by CR LF. A fold may stand within a character's
 * octets, so this comes before the charset. Line ends are CR LF, LF or CR in any mixture; a byte order mark, blank lines,
 * blanks around BEGIN and END, and what stands outside of BEGIN:VCALENDAR and END:VCALENDAR fall away. */
void gp_ical_unfold(struct gp_buf *out, const char *octets, size_t n);
