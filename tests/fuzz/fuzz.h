/* fuzz.h - what the targets share. */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

/* What leaves a parser is UTF-8 that may be shown; a line end too when lines. */
static inline void
must_be_clean(const char *s, bool lines)
{
	size_t n = strlen(s);

	for (size_t at = 0, step; at < n; at += step) {
		uint32_t rune;

		step = gp_utf8_next(s + at, n - at, &rune);
		if (step == 0 || !(gp_utf8_shown(rune) || (lines && rune == '\n')))
			abort();
	}
}

/* The octets as text that reached us: cleaned, with lines. Caller frees. */
static inline char *
as_text(const uint8_t *octets, size_t n)
{
	return gp_utf8_cleaned((const char *)octets, n, true, 256u * 1024);
}

/* The octets up to the first line of "%%" and what stands behind it; where there is none, all and nothing. */
static inline size_t
divided(const uint8_t *octets, size_t n, const uint8_t **ret_rest, size_t *ret_rest_n)
{
	static const char mark[] = "\n%%\n";
	const uint8_t *found = memmem(octets, n, mark, strlen(mark));

	*ret_rest = found != NULL ? found + strlen(mark) : octets + n;
	*ret_rest_n = (size_t)(octets + n - *ret_rest);
	return found != NULL ? (size_t)(found - octets) + 1 : n;
}
