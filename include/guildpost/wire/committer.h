/* committer.h - the thread that writes messages down, many in one commit (DESIGN.md rule 2).  Floor: wire.
 * It has a database handle of its own; the loop goes on meanwhile. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/err.h"
#include "guildpost/desk/intake.h"

#define GP_COMMIT_PATIENCE_MS 30000 /* what waits longer gets 451 4.3.0 */

struct gp_commit {
	struct gp_intake in;
	void *owner; /* the loop's: who is to be answered; NULL when he has gone */
	int64_t since_ms; /* gp_clock_mono_ms() when it was complete */
	atomic_bool given_up; /* answered with 451 already: need not be written */
	enum gp_rc rc; /* the outcome */
	struct gp_err err;
	struct gp_commit *next;
};
struct gp_commit *gp_commit_new(const char *folder);
void gp_commit_free(struct gp_commit **commit);

struct gp_committer;
/* Opens `database` and starts the thread. Failures of gp_db_open(). */
GP_MUST_CHECK enum gp_rc gp_committer_start(const char *database, struct gp_committer **ret, struct gp_err *err);
int gp_committer_fd(const struct gp_committer *committer); /* readable when something is done; cleared by _done() */

/* All of these are the loop's. _add: waits for the next _go, owned by the committer until _done gives it back.
 * _go: what was added may be written now; while a commit is under way it goes with the next one. */
void gp_committer_add(struct gp_committer *committer, struct gp_commit *commit);
void gp_committer_go(struct gp_committer *committer);
struct gp_commit *gp_committer_done(
    struct gp_committer *committer); /* a list by `next`, in the order they were added */
/* Ends the thread when what it has is written. False when it does not end in time (the store is locked): the process had
 * better leave without looking back. */
bool gp_committer_stop(struct gp_committer **committer, int64_t deadline_ms);
