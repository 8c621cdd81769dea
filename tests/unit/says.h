/* says.h - a failing row of a table prints the sentence that is no longer true. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SAYS(sentence, truth)                                                                                          \
	do {                                                                                                           \
		if (!(truth))                                                                                          \
			fail_msg("no longer true: %s", sentence);                                                      \
	} while (0)
/* Shows what was got where text differs. */
#define SAYS_TEXT(sentence, got, want)                                                                                 \
	do {                                                                                                           \
		if (strcmp(got, want) != 0)                                                                            \
			fail_msg("no longer true: %s\n  got:  \"%s\"\n  want: \"%s\"", sentence, got, want);           \
	} while (0)
