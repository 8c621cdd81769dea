#include "guildpost/guild/bounce.h"

#include <string.h>

const char *
gp_bounce_counts(const struct gp_bounce_fact *fact)
{
	bool lost = strcmp(fact->status, "5.1.2") == 0 || strcmp(fact->status, "5.4.4") == 0;

	if (strcmp(fact->verdict, "permanent") != 0 || !fact->soft)
		return fact->verdict;
	return lost && fact->first != 0 && fact->now - fact->first >= GP_BOUNCE_PATIENCE ? "permanent" : "temporary";
}
