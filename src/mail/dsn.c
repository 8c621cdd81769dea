#include "guildpost/mail/dsn.h"

void
gp_dsn_status(const char *octets, size_t n, const char *text, struct gp_reading *reading)
{
	(void)octets;
	(void)n;
	(void)text;
	(void)reading;
}
