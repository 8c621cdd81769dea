#include "guildpost/base/lazy.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/lazy_table.h"

_Atomic(void *) gp_lazy_at[GP_LAZY_COUNT];

/* Not by exit(): whoever calls may be a fork that must not write out its parent's buffers. */
static _Noreturn void
give_up(const struct gp_lazy_function *function)
{
	const char *why = dlerror();

	(void)fprintf(stderr, "guildpost: %s: %s is needed; reinstall its package\n", function->name,
	    why != NULL ? why : function->file);
	_exit(EX_UNAVAILABLE);
}

/* Two threads may both come here: the loader counts, and both find the same address. */
void *
gp_lazy_load(size_t function)
{
	const struct gp_lazy_function *wanted = &gp_lazy_functions[function];
	void *library = dlopen(wanted->file, RTLD_NOW | RTLD_LOCAL);
	void *at = library != NULL ? dlsym(library, wanted->name) : NULL;

	if (at == NULL)
		give_up(wanted);
	gp_lazy_at[function] = at;
	return at;
}

void
gp_lazy_ready(const char *library)
{
	for (size_t i = 0; i < GP_LAZY_COUNT; i++)
		if (strcmp(gp_lazy_functions[i].library, library) == 0)
			(void)gp_lazy(i);
}
