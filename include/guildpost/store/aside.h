/* aside.h - messages of an import that could not be filed, each whole, until somebody has seen to it.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/spool.h"
#include "guildpost/store/db.h"

struct gp_aside { /* borrowed */
	int64_t id, space_id, raw_id, size, since;
	const char *space, *source, *reason; /* source: "FILE: message 17" */
};
struct gp_aside_added {
	int64_t id;
	bool known, dropped; /* the very same octets are there already; or were, and somebody has dropped them */
};
/* Inside a write transaction. The octets, of this hash, go in as they came, once for each space. */
GP_MUST_CHECK enum gp_rc gp_aside_add(struct gp_db *db, const struct gp_aside *aside, const struct gp_spool *octets,
    const unsigned char sha256[32], struct gp_aside_added *ret, struct gp_err *err);
typedef enum gp_rc gp_aside_each(void *context, const struct gp_aside *aside, struct gp_err *err);
/* What waits, the oldest first; space_id 0: of all. */
GP_MUST_CHECK enum gp_rc gp_aside_list(
    struct gp_db *db, int64_t space_id, gp_aside_each *each, void *context, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_aside_find(
    struct gp_db *db, int64_t id, gp_aside_each *each, void *context, bool *ret_found, struct gp_err *err);
/* Inside a write transaction. Its octets go; that they were here stays known. */
GP_MUST_CHECK enum gp_rc gp_aside_drop(struct gp_db *db, const struct gp_aside *aside, struct gp_err *err);
