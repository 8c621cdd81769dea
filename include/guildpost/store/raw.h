/* raw.h - octets as they came, written once (DESIGN.md rule 1).  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/spool.h"
#include "guildpost/store/db.h"
#include "guildpost/store/pack.h"

/* Inside a write transaction. Makes a row even when the same octets are there already. */
GP_MUST_CHECK enum gp_rc gp_raw_insert(
    struct gp_db *db, const void *octets, size_t n, int64_t now, int64_t *ret_id, struct gp_err *err);
/* The same for octets that were spooled and hashed on their way in; a file is read in pieces, never held whole. */
GP_MUST_CHECK enum gp_rc gp_raw_insert_spool(struct gp_db *db, const struct gp_spool *spool,
    const unsigned char sha256[32], int64_t now, int64_t *ret_id, struct gp_err *err);
/* As they came. PERM 5.3.0 when they are gone or damaged, 5.3.4 beyond out's ceiling. */
GP_MUST_CHECK enum gp_rc gp_raw_load(struct gp_db *db, int64_t id, struct gp_buf *out, struct gp_err *err);
/* Are the octets still what they were? Looks at up to `most` rows after *cursor and moves it on; *ret_more: ask again.
 * PERM 5.3.0 naming the first that is not. */
GP_MUST_CHECK enum gp_rc gp_raw_verify(
    struct gp_db *db, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err);
/* The row and its octets, unless a post, a held one, one set aside or the inbox still needs them. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_raw_delete(struct gp_db *db, int64_t id, struct gp_err *err);
