#include "guildpost/mail/phrase.h"

#include <string.h>

bool
gp_begins_with_any(const char *s, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++)
		if (**phrases == *s && strncmp(s, *phrases, strlen(*phrases)) == 0)
			return true;
	return false;
}

bool
gp_holds_any(const char *s, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++)
		if (strstr(s, *phrases) != NULL)
			return true;
	return false;
}
