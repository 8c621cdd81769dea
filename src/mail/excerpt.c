#include "guildpost/mail/excerpt.h"

#include <string.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

char *
gp_excerpt(const char *own, bool question)
{
	(void)question;
	return gp_utf8_cleaned(own, strlen(own), false, GP_EXCERPT_MAX);
}

bool
gp_asks(const char *own)
{
	return strchr(own, '?') != NULL;
}
