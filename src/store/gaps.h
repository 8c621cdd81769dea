/* gaps.h - what deleted rows leave behind in the file.  Private to the store.
 * The engine blanks a deleted row where it stands (secure_delete). But where a page was ordered anew while the row was still
 * there, a copy of it may lie in the middle of a page, where nothing is kept; and there it outlives the row. */
#pragma once
#include <stdbool.h>
#include "guildpost/store/search.h"

/* The log is written into the file and is empty. *ret_empty false: somebody reads the store as it was before. patient: waits
 * ten seconds for that to end. Not inside a transaction. */
GP_MUST_CHECK enum gp_rc gp_log_empty(struct gp_db *db, bool patient, bool *ret_empty, struct gp_err *err);
/* Blanks the middles of all pages from leaving->page on, some megabytes a transaction, and empties the log; at most most_ms
 * (0: as long as it takes), then leaving->page says where to go on. *ret_done false: that, or somebody reads. */
GP_MUST_CHECK enum gp_rc gp_gaps_blank(
    struct gp_db *db, struct gp_leaving *leaving, int64_t most_ms, bool *ret_done, struct gp_err *err);
