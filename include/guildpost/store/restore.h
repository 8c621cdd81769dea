/* restore.h - a backup that comes back must send nothing twice; a store that climbs to a newer schema.  Floor: store.
 * Both are acts, with a line in the ledger. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_calmed {
	int64_t outbox, inbox; /* rows now held, rows now set aside */
};
/* In a marked copy that is to live again: what waited to go out is held (it may have gone since the copy was made), what
 * waited to be sorted is set aside, every digest window begins now, and the mark is taken off. One transaction. */
GP_MUST_CHECK enum gp_rc gp_store_calm(struct gp_db *db, int64_t now, struct gp_calmed *ret, struct gp_err *err);
/* To the newest schema, whose ladder is of db.h; nothing when it stands there already. */
GP_MUST_CHECK enum gp_rc gp_store_climb(struct gp_db *db, int64_t now, struct gp_err *err);
