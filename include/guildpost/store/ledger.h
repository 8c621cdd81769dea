/* ledger.h - who did what: append-only, hash-chained (DESIGN.md rule 14).  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

/* Inside the write transaction of the act. community_id, space_id: 0 for none. actor: "member:17", "operator",
 * "robot", "stranger". act: "member.add", "held.free", "post.refused", ... payload: JSON or "". */
GP_MUST_CHECK enum gp_rc gp_ledger_add(struct gp_db *db, int64_t now, int64_t community_id, int64_t space_id,
    const char *actor, const char *act, const char *payload, struct gp_err *err);
struct gp_ledger_row {
	int64_t id, at, community_id, space_id; /* 0: none */
	const char *actor, *act, *payload; /* payload NULL: erased */
	const char *space; /* name, or NULL */
	const char *who; /* the address of an actor who is a member still, or NULL */
};
typedef enum gp_rc gp_ledger_each(void *context, const struct gp_ledger_row *row, struct gp_err *err);
/* The last `limit` acts, oldest first; limit 0: all. space_id 0: of the whole store. community_id: with the acts of that
 * community which belong to no space; 0: without. */
GP_MUST_CHECK enum gp_rc gp_ledger_list(struct gp_db *db, int64_t space_id, int64_t community_id, int64_t limit,
    gp_ledger_each *each, void *context, struct gp_err *err);
/* PERM 5.3.0 exit 74 naming the first row whose chain does not hold, or the row behind which others are gone. */
GP_MUST_CHECK enum gp_rc gp_ledger_verify(struct gp_db *db, struct gp_err *err);
