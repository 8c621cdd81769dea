/* near.h - how far one word is from another, to name the nearest known one.  Floor: base. */
#pragma once
#include <stddef.h>

/* Letters to change, add or drop until a is b, in either case; SIZE_MAX when b has 64 letters or more. */
size_t gp_distance(const char *a, const char *b);
