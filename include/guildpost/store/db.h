/* db.h - the one door to SQLite.  Floor: store.  Only db.c (and fts.c, for the full-text engine) includes sqlite3.h.
 *
 * Failures: TEMP 4.3.0 the database is busy, locked, or had an I/O error; TEMP 4.3.1 it is full;
 * PERM 5.3.5 (exit 78) missing, of another schema, a marked copy, or no guildpost database.
 * A misspelt column or parameter is a bug and aborts. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

struct gp_db;
struct gp_query;

enum gp_db_flag {
	GP_DB_READ = 1, /* only reads: no turnstile, query_only */
	GP_DB_RELAXED = 2, /* synchronous=NORMAL: for progress of deliver, never for what was accepted */
	GP_DB_MARKED = 4, /* a marked copy (backup) may be opened */
	GP_DB_ANY_SCHEMA = 8, /* for upgrade and doctor */
	GP_DB_EXCLUSIVE = 16, /* takes the run lock alone: upgrade, restore */
};

/* Opens an existing database (gp_db_create makes one), holds the shared run lock "PATH.run" for life. */
GP_MUST_CHECK enum gp_rc gp_db_open(const char *path, unsigned flags, struct gp_db **ret_db, struct gp_err *err);
/* Makes PATH (mode 0600) with every step of the schema; PERM 5.3.5 exit 73 when it exists. */
GP_MUST_CHECK enum gp_rc gp_db_create(const char *path, struct gp_db **ret_db, struct gp_err *err);
void gp_db_free(struct gp_db **db);
/* For a long run of writes, to the end of the connection: 24 MB of pages at hand, a checkpoint only at 32 MB of log. */
GP_MUST_CHECK enum gp_rc gp_db_bulk(struct gp_db *db, struct gp_err *err);
/* How long it waits for others: ten seconds, or, with false, hardly at all. */
GP_MUST_CHECK enum gp_rc gp_db_patience(struct gp_db *db, bool patient, struct gp_err *err);
/* Gives the pages that nothing stands on any more back to the disk, some at a time. Not inside a transaction. */
GP_MUST_CHECK enum gp_rc gp_db_shrink(struct gp_db *db, struct gp_err *err);
const char *gp_db_path(const struct gp_db *db);

/* Runs one statement without parameters or rows. */
GP_MUST_CHECK enum gp_rc gp_db_run(struct gp_db *db, const char *sql, struct gp_err *err);

/* Statements are cached by the address of sql, so sql is a string literal or static. */
GP_MUST_CHECK enum gp_rc gp_query_open(
    struct gp_db *db, const char *sql, struct gp_query **ret_query, struct gp_err *err);
void gp_query_free(struct gp_query **query); /* gives the statement back, reset and unbound */
void gp_query_rewind(struct gp_query *query);
/* Bound text and blobs are borrowed until the query is freed or rewound and bound again. */
void gp_bind_int(struct gp_query *query, const char *name, int64_t value);
void gp_bind_real(struct gp_query *query, const char *name, double value);
void gp_bind_text(struct gp_query *query, const char *name, const char *value); /* NULL binds NULL */
void gp_bind_blob(struct gp_query *query, const char *name, const void *octets, size_t n);
void gp_bind_null(struct gp_query *query, const char *name);
GP_MUST_CHECK enum gp_rc gp_query_next(struct gp_query *query, bool *ret_row, struct gp_err *err);
/* For INSERT, UPDATE, DELETE: one step, no row wanted. */
GP_MUST_CHECK enum gp_rc gp_query_do(struct gp_query *query, struct gp_err *err);
int64_t gp_col_int(struct gp_query *query, const char *name); /* NULL reads as 0 */
double gp_col_real(struct gp_query *query, const char *name);
const char *gp_col_text(struct gp_query *query, const char *name); /* NULL reads as ""; valid until the next step */
const void *gp_col_blob(struct gp_query *query, const char *name, size_t *ret_n);
bool gp_col_is_null(struct gp_query *query, const char *name);
/* Fills the blob of a row, made with zeroblob(n), with the first n octets of a file, in pieces. */
GP_MUST_CHECK enum gp_rc gp_blob_fill(
    struct gp_db *db, const char *table, const char *column, int64_t row, int fd, size_t n, struct gp_err *err);
/* The same from memory, from octet `at` of the blob on: SQLite would make a copy of what is bound. */
GP_MUST_CHECK enum gp_rc gp_blob_put(struct gp_db *db, const char *table, const char *column, int64_t row, size_t at,
    const void *octets, size_t n, struct gp_err *err);
/* Adds the blob of a row to out, in pieces: a large one is in memory once, not twice. PERM 5.3.4 beyond out's ceiling. */
GP_MUST_CHECK enum gp_rc gp_blob_add(
    struct gp_db *db, const char *table, const char *column, int64_t row, struct gp_buf *out, struct gp_err *err);
int64_t gp_db_inserted(struct gp_db *db); /* key of the last inserted row */
int64_t gp_db_changes(struct gp_db *db); /* rows changed by the last statement */

/* A write transaction: the turnstile (flock on "PATH.turnstile"), then BEGIN IMMEDIATE.
 *   SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
 * Only SQL runs between begin and commit; plan for less than 50 ms. Nesting aborts. */
struct gp_tx {
	struct gp_db *db;
};
GP_MUST_CHECK enum gp_rc gp_tx_begin(struct gp_db *db, struct gp_tx *ret_tx, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_tx_commit(struct gp_tx *tx, struct gp_err *err);
void gp_tx_end(struct gp_tx *tx); /* rolls back unless committed */
bool gp_db_in_tx(const struct gp_db *db);
/* A read snapshot: BEGIN, and the first read fixes it. gp_tx_end() ends it. */
GP_MUST_CHECK enum gp_rc gp_tx_snapshot(struct gp_db *db, struct gp_tx *ret_tx, struct gp_err *err);

/* The bell: one octet into the FIFO "PATH.bell-NAME", after a commit, so that the process that owes the next
 * step looks at once. It carries nothing; losing it costs the next slow look (5 s). NAME: "desk", "deliver". */
void gp_bell_ring(const struct gp_db *db, const char *name);
/* For the one who waits: a descriptor for poll(2), O_NONBLOCK; made if missing. Caller closes. -1 when it cannot. */
int gp_bell_open(const struct gp_db *db, const char *name);
void gp_bell_drain(int fd);

/* The ladder. */
int gp_schema_newest(void);
GP_MUST_CHECK enum gp_rc gp_schema_number(struct gp_db *db, int *ret_number, struct gp_err *err);
/* Climbs to step `to` (0: the newest), each step in its own transaction. */
GP_MUST_CHECK enum gp_rc gp_schema_climb(struct gp_db *db, int to, struct gp_err *err);

/* A consistent copy by VACUUM INTO while others write; the copy is marked. PERM exit 73 when it exists. */
GP_MUST_CHECK enum gp_rc gp_db_copy(struct gp_db *db, const char *path, struct gp_err *err);
/* PRAGMA quick_check, or integrity_check when thorough; what it finds comes in err->detail. */
GP_MUST_CHECK enum gp_rc gp_db_verify(struct gp_db *db, bool thorough, struct gp_err *err);

/* A function that SQL may call: deterministic, innocuous. in[i] are the arguments' octets; fill out, or return false
 * (the statement fails). Registered by those who own the meaning (store/search.c, store/pack.c). */
#define GP_DB_ARGUMENTS 5 /* at most */
struct gp_octets {
	const void *data;
	size_t n;
};
typedef bool gp_db_function(const struct gp_octets *in, int count, char **ret_text, size_t *ret_n);
struct gp_db_function_row {
	const char *name;
	int arguments;
	gp_db_function *call; /* *ret_text is malloc'ed */
};
extern const struct gp_db_function_row gp_search_functions[]; /* store/search.c; ends with NULL */
extern const struct gp_db_function_row gp_pack_functions[]; /* store/pack.c */

/* The PRAGMA data_version of this connection: changes when another connection has committed. */
GP_MUST_CHECK enum gp_rc gp_db_data_version(struct gp_db *db, int64_t *ret, struct gp_err *err);
