/* answered.h - to whom the robot has written lately (RCV-16; the mail budget).  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

/* True, and remembered, when this address has had no answer of this kind in the last 24 h and fewer than 20 in a week. */
GP_MUST_CHECK enum gp_rc gp_answered_first(
    struct gp_db *db, const char *address_key, const char *kind, int64_t now, bool *ret_first, struct gp_err *err);

/* How many since a time. address_key NULL: to all addresses; kind NULL: of every kind but those that begin with "=", which
 * are counted apart by their own name. */
GP_MUST_CHECK enum gp_rc gp_answered_count(
    struct gp_db *db, const char *address_key, const char *kind, int64_t since, int64_t *ret_count, struct gp_err *err);
/* Inside a write transaction, as the next. */
GP_MUST_CHECK enum gp_rc gp_answered_note(
    struct gp_db *db, const char *address_key, const char *kind, int64_t now, struct gp_err *err);
/* What is older is of no use: addresses of strangers are not kept. */
GP_MUST_CHECK enum gp_rc gp_answered_forget(struct gp_db *db, int64_t before, struct gp_err *err);
