/* ride.h - what found no room in the mail budget rides in the member's next letter (PRODUCT.md promise 3).  Floor: store.
 * Writing is done inside a write transaction. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

/* piece: the name of a personal line, "digest-personal-each". *ret_rides false: this member reads no letter of the space. */
GP_MUST_CHECK enum gp_rc gp_ride_add(struct gp_db *db, int64_t member_id, int64_t space_id, const char *piece,
    int64_t now, bool *ret_rides, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_ride_list(
    struct gp_db *db, int64_t member_id, int64_t space_id, struct gp_strs *ret_pieces, struct gp_err *err);
/* The letter with them is on its way. */
GP_MUST_CHECK enum gp_rc gp_ride_done(struct gp_db *db, int64_t member_id, int64_t space_id, struct gp_err *err);
