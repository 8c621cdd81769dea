/* progress.h - how far a long run has come, for whoever looks at a terminal.  Floor: cmd. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/cmd/app.h"

struct gp_progress {
	const char *what; /* "posts" */
	int64_t begun_ms, told_ms;
	bool wanted, shown;
};
/* Shows something only when standard error is a terminal, and nobody said -q or --json. */
struct gp_progress gp_progress_begin(const struct gp_app *app, const char *what);
/* done: 0 to 1, 0 when nobody can tell. Writes at most five times a second. */
void gp_progress_tell(struct gp_progress *progress, int64_t count, double done);
void gp_progress_end(struct gp_progress *progress); /* clears the line */
