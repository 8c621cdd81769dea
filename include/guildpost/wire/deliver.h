/* deliver.h - the road out: works the outbox with as many processes as there may be connections.  Floor: wire. */
#pragma once
#include <stdbool.h>
#include "guildpost/desk/desk.h"
#include "guildpost/wire/smarthost.h"

struct gp_deliver {
	const char *database; /* path */
	struct gp_desk desk; /* facts; its db is not used: every process opens its own */
	const struct gp_road *roads; /* in order of preference */
	size_t road_count;
	const char *ca_file, *password_file; /* "" for none */
	int connections; /* workers at once */
	int recipients; /* of a copy that is shared; more than GP_IN_HAND are not taken in hand */
	bool once; /* until nothing is due, then ends */
};
/* Runs until SIGTERM or SIGINT, and finishes what is in hand; or once. db: deliver->database, open with GP_DB_RELAXED;
 * taken over, and closed while there are workers: they are forked, and SQLite may not be carried over. Nothing runs but this
 * one process while nothing is to be sent. */
GP_MUST_CHECK enum gp_rc gp_deliver_run(const struct gp_deliver *deliver, struct gp_db *db, struct gp_err *err);

/* wire/worker.c: one worker's life; wake: a pipe whose octets each wake one idle worker; more: where to say that there is
 * work for another. Returns an exit status. */
struct gp_most gp_worker_most(const struct gp_deliver *deliver);
int gp_worker_run(const struct gp_deliver *deliver, int wake, int more);
enum { GP_WORKER_DONE = 0, GP_WORKER_NO_SLOT = 3, GP_WORKER_FAILED = 75 };
