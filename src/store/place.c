#include "guildpost/mail/crypt.h"
#include "store/placing.h"

int64_t
gp_place(int64_t space_id, const char *msgid)
{
	SCOPED(gp_free_str) char *whole = gp_printf("%lld %s", (long long)space_id, msgid);
	unsigned char sha256[32];
	uint64_t place = 0;

	gp_sha256(whole, strlen(whole), sha256);
	for (size_t i = 0; i < sizeof(place); i++)
		place = place << 8 | sha256[i];
	return (int64_t)(place & INT64_MAX);
}
