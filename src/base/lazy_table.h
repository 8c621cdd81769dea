/* lazy_table.h - what src/base/lazy.awk writes for lazy.c.  Floor: base. */
#pragma once
#include "guildpost/base/lazy.h"

struct gp_lazy_function {
	const char *library; /* "xml2" */
	const char *file; /* "libxml2.so.2" */
	const char *name;
};

extern const struct gp_lazy_function gp_lazy_functions[GP_LAZY_COUNT];
