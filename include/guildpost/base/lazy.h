/* lazy.h - libraries that only some processes need.  Floor: base.
 *
 * They are loaded at the first call of one of their functions (src/base/lazy.list): a command that looks up a word starts
 * without a parser of HTML, one that delivers without one of calendars. Included after the headers of such a library, this
 * makes each call go through gp_lazy(); nothing else changes. */
#pragma once
#include <stddef.h>

#include "lazy_names.h" /* written by src/base/lazy.awk */

extern _Atomic(void *) gp_lazy_at[GP_LAZY_COUNT];

/* Loads it now. A library that is not there ends the process (EX_UNAVAILABLE) with a line that names it. */
void *gp_lazy_load(size_t function);

/* Loads every function of one library of the list ("xml2"), for a process that is about to give up opening files. */
void gp_lazy_ready(const char *library);

static inline void *
gp_lazy(size_t function)
{
	void *at = gp_lazy_at[function];

	return at != NULL ? at : gp_lazy_load(function);
}
