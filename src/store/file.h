/* file.h - the database below its rows.  Private to the store.
 * Its file: for store/gaps.c alone, which writes only where the engine keeps nothing. By the engine's own handle: one that is opened and closed beside it would lose its locks. */
#pragma once
#include "guildpost/store/db.h"

/* Inside a write transaction, while the log is empty: else what stands in the file is not what the store holds. */
GP_MUST_CHECK enum gp_rc gp_file_read(struct gp_db *db, int64_t at, void *out, size_t n, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_file_write(struct gp_db *db, int64_t at, const void *octets, size_t n, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_file_sync(struct gp_db *db, struct gp_err *err);

/* Takes the search index out with all that it keeps, also where its engine cannot open it any more. Inside a write
 * transaction. */
GP_MUST_CHECK enum gp_rc gp_db_drop_index(struct gp_db *db, struct gp_err *err);

/* The one number that a pragma answers with. */
GP_MUST_CHECK enum gp_rc gp_pragma_int(struct gp_db *db, const char *sql, int64_t *ret, struct gp_err *err);
