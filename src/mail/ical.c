#include "guildpost/mail/ical.h"

void
gp_ical_read(const char *octets, size_t n, struct gp_reading *reading)
{
	(void)octets;
	(void)n;
	(void)reading;
}
