/* answered.h - whom the robot has answered lately (RCV-16).  Floor: store. */
#pragma once
#include <stdbool.h>
#include "guildpost/store/db.h"

/* True, and remembered, when this address has had no answer of this kind in the last 24 h and fewer than 20 in a week. */
GP_MUST_CHECK enum gp_rc gp_answered_first(
    struct gp_db *db, const char *address_key, const char *kind, int64_t now, bool *ret_first, struct gp_err *err);
