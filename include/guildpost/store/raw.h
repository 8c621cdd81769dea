/* raw.h - octets as they came, written once (DESIGN.md rule 1).  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/store/db.h"

/* Inside a write transaction. Makes a row even when the same octets are there already. */
GP_MUST_CHECK enum gp_rc gp_raw_insert(
    struct gp_db *db, const void *octets, size_t n, int64_t now, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_raw_load(struct gp_db *db, int64_t id, struct gp_buf *out, struct gp_err *err);
