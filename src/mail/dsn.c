#include "guildpost/mail/dsn.h"

#include "mail/dsn_parts.h"

static bool
names_somebody(const struct gp_reading *reading)
{
	for (size_t i = 0; i < reading->bounce_count; i++)
		if (*reading->bounces[i].recipient != '\0')
			return true;
	return false;
}

void
gp_dsn_read(const struct gp_dsn *dsn, struct gp_reading *reading)
{
	gp_dsn_read_groups(dsn->status, dsn->status_n, dsn->text, reading);
	if (!names_somebody(reading))
		gp_dsn_read_text(dsn, reading);
}
