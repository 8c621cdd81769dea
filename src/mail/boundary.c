#include "guildpost/mail/boundary.h"

#include <stdbool.h>
#include <string.h>

size_t
gp_line_after(const char *octets, size_t at, size_t end)
{
	const char *eol = memchr(octets + at, '\n', end - at);

	return eol != NULL ? (size_t)(eol - octets) + 1 : end;
}

int
gp_delimiter(const char *octets, size_t at, size_t end, const char *boundary)
{
	size_t n = strlen(boundary), eol = gp_line_after(octets, at, end);
	bool last;

	if (end - at < n + 2 || memcmp(octets + at, "--", 2) != 0 || memcmp(octets + at + 2, boundary, n) != 0)
		return 0;
	at += n + 2;
	last = eol - at >= 2 && memcmp(octets + at, "--", 2) == 0;
	for (at += last ? 2 : 0; at < eol; at++)
		if (strchr(" \t\r\n", octets[at]) == NULL)
			return 0;
	return last ? 2 : 1;
}
