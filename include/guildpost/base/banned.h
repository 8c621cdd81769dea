/* banned.h - functions that do not compile here: each has put a buffer over its end somewhere.  Floor: base.
 * Included before every source by the Makefile. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* clang under _FORTIFY_SOURCE has it as a macro, which may not be poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets strncpy strncat
