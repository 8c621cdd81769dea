/* tally.h - what the processes of a house have done, counted in a file beside the database that all of them map.  Floor: base.
 * Counting costs no write to disk that anybody waits for; a power cut may lose the last counts, and no mail. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum gp_tally {
	GP_TALLY_ACCEPTED,
	GP_TALLY_SORTED,
	GP_TALLY_DELIVERED,
	GP_TALLY_DEFERRED,
	GP_TALLY_REFUSED,
	GP_TALLIES
};

/* path: of the database; the file is PATH.tally. Where it cannot be made nothing is counted. now: seconds UTC. */
void gp_tally_add(const char *path, enum gp_tally what, int64_t n, int64_t now);

struct gp_tally_sums {
	int64_t total[GP_TALLIES]; /* since the file was made */
	int64_t minute[GP_TALLIES], hour[GP_TALLIES]; /* of the last whole minute; of the last sixty */
};
/* False when nothing has been counted yet. */
bool gp_tally_read(const char *path, int64_t now, struct gp_tally_sums *ret);
const char *gp_tally_name(enum gp_tally what); /* "accepted" */
