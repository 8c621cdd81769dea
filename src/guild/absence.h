/* absence.h - does somebody's program say that they are away? By its words, where no header says it.  Floor: guild. */
#pragma once
#include <stdbool.h>
#include "guildpost/mail/reading.h"

/* People mention their absence as well: of them a notice is told by its subject, or by being short, saying at once that
 * its author is away, and then what notices say next, to nobody in particular. */
bool gp_absence_said(const struct gp_reading *reading);
