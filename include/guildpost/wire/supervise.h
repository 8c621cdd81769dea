/* supervise.h - runs the processes of the house as children, and runs again what dies.  Floor: wire. */
#pragma once
#include <stddef.h>
#include "guildpost/base/err.h"

struct gp_house {
	const char *program, *config_path; /* each child is: program -c config_path [level] NAME */
	const char *level; /* "-q", "-v" or NULL */
	const char *const *names; /* the first is the one that says when mail is accepted */
	size_t count;
};
/* Until SIGTERM or SIGINT, then until the children have finished what is in hand (at most 30 s). A child that dies is
 * run again after 1, 2, 4 ... 60 s; who lived for a minute begins at 1 again.
 * PERM exit 78: a child found its configuration wrong at its very first start; its own words stand in the log. */
GP_MUST_CHECK enum gp_rc gp_supervise(const struct gp_house *house, struct gp_err *err);
