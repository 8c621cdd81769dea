#include "guildpost/base/near.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

size_t
gp_distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; *a != '\0'; i++, a++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			bool differs = tolower((unsigned char)*a) != tolower((unsigned char)b[j - 1]);
			size_t change = diagonal + differs, least = row[j] < row[j - 1] ? row[j] : row[j - 1];

			diagonal = row[j];
			row[j] = change < least + 1 ? change : least + 1;
		}
	}
	return row[n];
}
