#include "guildpost/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "store/file.h"
#include "store/fts.h"

#define GP_APPLICATION_ID 0x67706f73 /* "gpos": file(1) and gp_db_open() know us by it */
#define STATEMENT_CACHE	  256
#define GIVE_BACK	  "500" /* pages a transaction */
#define PATIENCE_MS	  10000 /* that it waits for others */

struct cached {
	const char *sql; /* the literal's address is the key */
	sqlite3_stmt *statement;
	bool lent;
};
struct gp_db {
	sqlite3 *handle;
	char *path;
	int run_lock, turnstile;
	unsigned flags;
	bool in_tx, writing;
	struct cached cache[STATEMENT_CACHE];
	size_t cached;
};
struct gp_query {
	struct gp_db *db;
	sqlite3_stmt *statement;
	int column; /* where the next is sought first: most are read as they stand */
	struct cached *home; /* NULL: not from the cache, finalised at the end */
};

/* --- failures ------------------------------------------------------------------------------- */

/* The search index says that it is damaged, or cannot even be opened, for which the engine has no code. */
static bool
index_is_wrecked(struct gp_db *db, int code)
{
	const char *says = sqlite3_errmsg(db->handle);

	return code == SQLITE_CORRUPT_VTAB ||
	       (code == SQLITE_ERROR && (strncmp(says, "vtable constructor failed", 25) == 0 ||
					    strncmp(says, "invalid fts5 file format", 24) == 0));
}

static enum gp_rc
db_fail(struct gp_db *db, struct gp_err *err)
{
	int code = db->handle == NULL ? SQLITE_CANTOPEN : sqlite3_extended_errcode(db->handle);
	enum gp_rc rc;

	if ((code & 0xff) == SQLITE_FULL)
		rc = gp_fail(err, "4.3.1", "the store is full; free some disk space and try again");
	else if (db->handle != NULL && index_is_wrecked(db, code))
		rc = gp_fail_as(
		    err, 74, "4.3.0", "the search index is damaged; make it anew with: guildpost archive reindex");
	else if ((code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CORRUPT)
		rc = gp_fail_as(err, 74, "4.3.0", "the database file is damaged; see guildpost doctor");
	else if ((code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_CANTOPEN)
		rc = gp_fail_as(err, 77, "4.3.0", "the database cannot be written by this user; see guildpost doctor");
	else if ((code & 0xff) == SQLITE_IOERR) /* told from busy: it does not pass by waiting a moment */
		rc = gp_fail_as(err, 74, "4.3.0", "the store has an I/O error; see the disk and guildpost doctor");
	else
		rc = gp_fail(err, "4.3.0", "the store is busy or not readable; try again");
	return gp_err_detail(
	    err, rc, "sqlite %d: %s", code, db->handle == NULL ? "not open" : sqlite3_errmsg(db->handle));
}

/* --- opening -------------------------------------------------------------------------------- */

static int
lock_file(const char *path, const char *suffix)
{
	SCOPED(gp_free_str) char *name = gp_printf("%s%s", path, suffix);

	return open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* Held for life: shared by all who use the store, alone by whoever migrates it (DESIGN.md rule 6). */
static enum gp_rc
take_run_lock(struct gp_db *db, struct gp_err *err)
{
	bool alone = (db->flags & GP_DB_EXCLUSIVE) != 0;

	db->run_lock = lock_file(db->path, ".run");
	if (db->run_lock < 0 && (db->flags & GP_DB_READ) != 0)
		return GP_OK; /* a reader without write access to the folder migrates nothing */
	if (db->run_lock < 0)
		return gp_err_detail(err,
		    gp_fail_as(err, 77, "4.3.0",
			"cannot make the lock file beside the database; "
			"run as the user who owns it"),
		    "%s.run: %s", db->path, strerror(errno));
	if (flock(db->run_lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0)
		return alone ? gp_fail_as(err, 75, "4.3.0", "guildpost is running on this database; stop it first")
			     : gp_fail_as(err, 75, "4.3.0", "the database is being upgraded or restored; try again");
	return GP_OK;
}

static void
sql_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct gp_db_function_row *row = sqlite3_user_data(context);
	struct gp_octets in[GP_DB_ARGUMENTS] = { { NULL, 0 } };
	char *text = NULL;
	size_t n = 0;

	for (int i = 0; i < count && i < GP_DB_ARGUMENTS; i++) {
		in[i].data = sqlite3_value_blob(values[i]);
		in[i].n = (size_t)sqlite3_value_bytes(values[i]);
	}
	if (row->call(in, count, &text, &n))
		sqlite3_result_text64(context, text, n, free, SQLITE_UTF8);
	else
		sqlite3_result_error(context, row->name, -1);
}

static enum gp_rc
add_functions(struct gp_db *db, struct gp_err *err)
{
	static const struct gp_db_function_row *const tables[] = { gp_search_functions, gp_pack_functions };
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	for (size_t i = 0; i < GP_COUNT(tables); i++)
		for (const struct gp_db_function_row *row = tables[i]; row->name != NULL; row++)
			if (sqlite3_create_function_v2(db->handle, row->name, row->arguments, flags,
				(void *)(uintptr_t)row, sql_function, NULL, NULL, NULL) != SQLITE_OK)
				return db_fail(db, err);
	return gp_fts_register(db->handle) == SQLITE_OK ? GP_OK : db_fail(db, err);
}

/* A short reading command meets each page once: mapped, none is copied. Whoever lives long reads as always, for a disk that
 * fails under a mapping kills. */
static enum gp_rc
prepare_reading(struct gp_db *db, struct gp_err *err)
{
	return gp_db_run(db,
	    "PRAGMA mmap_size=1099511627776; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
	    "PRAGMA cache_size=-4000",
	    err);
}

static enum gp_rc
prepare_writing(struct gp_db *db, struct gp_err *err)
{
	GP_TRY(gp_db_run(
	    db, (db->flags & GP_DB_RELAXED) != 0 ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", err));
	return gp_db_run(db,
	    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
	    "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4000;"
	    "PRAGMA wal_autocheckpoint=4000;"
	    "PRAGMA recursive_triggers=OFF; PRAGMA secure_delete=ON",
	    err);
}

static enum gp_rc
connect_store(struct gp_db *db, bool create, struct gp_err *err)
{
	int flags = create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;

	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* nobody asks, and each malloc would count under a lock */
	if (sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return db_fail(db, err);
	(void)sqlite3_busy_timeout(db->handle, PATIENCE_MS);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	GP_TRY(add_functions(db, err));
	if (create)
		GP_TRY(gp_db_run(
		    db, "PRAGMA page_size=2048; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL", err));
	return (db->flags & GP_DB_READ) != 0 ? prepare_reading(db, err) : prepare_writing(db, err);
}

enum gp_rc
gp_pragma_int(struct gp_db *db, const char *sql, int64_t *ret, struct gp_err *err)
{
	sqlite3_stmt *statement = NULL;
	enum gp_rc rc = GP_OK;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return db_fail(db, err);
	if (sqlite3_step(statement) == SQLITE_ROW)
		*ret = sqlite3_column_int64(statement, 0);
	else
		rc = db_fail(db, err);
	(void)sqlite3_finalize(statement);
	return rc;
}

static enum gp_rc
refuse_marked(struct gp_db *db, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	if ((db->flags & (GP_DB_MARKED | GP_DB_READ)) != 0)
		return GP_OK;
	GP_TRY(gp_query_open(db, "SELECT value FROM setting WHERE name = 'marked'", &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		return gp_fail_as(err, 78, "5.3.5",
		    "this database is a backup copy; bring it back with: guildpost restore %s", db->path);
	return GP_OK;
}

/* Not ours, of another schema, or a backup copy: each is refused with what to do. */
static enum gp_rc
recognise(struct gp_db *db, struct gp_err *err)
{
	int64_t id;
	int number;

	GP_TRY(gp_pragma_int(db, "PRAGMA application_id", &id, err));
	if (id != GP_APPLICATION_ID)
		return gp_fail_as(err, 78, "5.3.5", "%s is not a guildpost database; see the key `database`", db->path);
	if ((db->flags & GP_DB_ANY_SCHEMA) != 0)
		return GP_OK;
	GP_TRY(gp_schema_number(db, &number, err));
	if (number < gp_schema_newest())
		return gp_fail_as(err, 78, "5.3.5",
		    "the database has schema %d, this program needs %d; "
		    "stop guildpost and run: guildpost upgrade",
		    number, gp_schema_newest());
	if (number > gp_schema_newest())
		return gp_fail_as(err, 78, "5.3.5",
		    "the database has schema %d, this program knows only %d; "
		    "install a newer guildpost",
		    number, gp_schema_newest());
	return refuse_marked(db, err);
}

static struct gp_db *
db_new(const char *path, unsigned flags)
{
	struct gp_db *db = gp_new(sizeof(*db));

	db->path = gp_strdup(path);
	db->flags = flags;
	db->run_lock = db->turnstile = -1;
	return db;
}

enum gp_rc
gp_db_open(const char *path, unsigned flags, struct gp_db **ret_db, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *db = db_new(path, flags);

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return gp_fail_as(err, 78, "4.3.0", "there is no database at %s; make one with: guildpost init", path);
	if (access(path, R_OK) < 0)
		return gp_fail_as(err, 77, "4.3.0", "the database %s may not be read by this user", path);
	GP_TRY(take_run_lock(db, err));
	GP_TRY(connect_store(db, false, err));
	GP_TRY(recognise(db, err));
	*ret_db = TAKE(db);
	return GP_OK;
}

enum gp_rc
gp_db_create(const char *path, struct gp_db **ret_db, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *db = db_new(path, 0);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return gp_fail_as(err, 73, "5.3.5", "cannot make %s: %s", path, strerror(errno));
	(void)close(fd);
	GP_TRY(take_run_lock(db, err));
	GP_TRY(connect_store(db, true, err));
	GP_TRY(gp_db_run(db, "PRAGMA application_id=1735421811", err)); /* GP_APPLICATION_ID */
	GP_TRY(gp_schema_climb(db, 0, err));
	*ret_db = TAKE(db);
	return GP_OK;
}

void
gp_db_free(struct gp_db **db)
{
	if (*db == NULL)
		return;
	for (size_t i = 0; i < (*db)->cached; i++)
		(void)sqlite3_finalize((*db)->cache[i].statement);
	(void)sqlite3_close((*db)->handle);
	if ((*db)->run_lock >= 0)
		(void)close((*db)->run_lock);
	if ((*db)->turnstile >= 0)
		(void)close((*db)->turnstile);
	free((*db)->path);
	free(*db);
	*db = NULL;
}

enum gp_rc
gp_db_bulk(struct gp_db *db, struct gp_err *err)
{
	return gp_db_run(db, "PRAGMA cache_size=-24000; PRAGMA wal_autocheckpoint=16000", err);
}

enum gp_rc
gp_db_patience(struct gp_db *db, bool patient, struct gp_err *err)
{
	return sqlite3_busy_timeout(db->handle, patient ? PATIENCE_MS : 50) == SQLITE_OK ? GP_OK : db_fail(db, err);
}

enum gp_rc
gp_db_shrink(struct gp_db *db, struct gp_err *err)
{
	int64_t left, before = INT64_MAX;

	GP_TRY(gp_pragma_int(db, "PRAGMA freelist_count", &left, err));
	while (left > 0 && left < before) {
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

		before = left;
		GP_TRY(gp_tx_begin(db, &tx, err));
		GP_TRY(gp_db_run(db, "PRAGMA incremental_vacuum(" GIVE_BACK ")", err));
		GP_TRY(gp_tx_commit(&tx, err));
		GP_TRY(gp_pragma_int(db, "PRAGMA freelist_count", &left, err));
	}
	return GP_OK;
}

const char *
gp_db_path(const struct gp_db *db)
{
	return db->path;
}

/* --- statements ----------------------------------------------------------------------------- */

enum gp_rc
gp_db_run(struct gp_db *db, const char *sql, struct gp_err *err)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? GP_OK : db_fail(db, err);
}

static struct cached *
find_cached(struct gp_db *db, const char *sql)
{
	for (size_t i = 0; i < db->cached; i++)
		if (db->cache[i].sql == sql)
			return &db->cache[i];
	return NULL;
}

static enum gp_rc
prepare(struct gp_db *db, const char *sql, sqlite3_stmt **ret_statement, struct gp_err *err)
{
	int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);

	if ((code & 0xff) == SQLITE_ERROR &&
	    !index_is_wrecked(db, code)) { /* a misspelt statement is a bug of ours, and none that a retry cures */
		(void)fprintf(stderr, "bug: %s in: %s\n", sqlite3_errmsg(db->handle), sql);
		abort();
	}
	return code == SQLITE_OK ? GP_OK : db_fail(db, err);
}

enum gp_rc
gp_query_open(struct gp_db *db, const char *sql, struct gp_query **ret_query, struct gp_err *err)
{
	struct cached *home = find_cached(db, sql);
	sqlite3_stmt *statement = NULL;
	struct gp_query *query;

	if (home == NULL || home->lent) {
		GP_TRY(prepare(db, sql, &statement, err));
		if (home == NULL && db->cached < STATEMENT_CACHE) {
			home = &db->cache[db->cached++];
			*home = (struct cached){ .sql = sql, .statement = statement };
		} else {
			home = NULL;
		}
	}
	query = gp_new(sizeof(*query));
	query->db = db;
	query->home = home;
	query->statement = home != NULL ? home->statement : statement;
	if (home != NULL)
		home->lent = true;
	*ret_query = query;
	return GP_OK;
}

void
gp_query_free(struct gp_query **query)
{
	if (*query == NULL)
		return;
	if ((*query)->home != NULL) {
		(void)sqlite3_reset((*query)->statement);
		(void)sqlite3_clear_bindings((*query)->statement);
		(*query)->home->lent = false;
	} else {
		(void)sqlite3_finalize((*query)->statement);
	}
	free(*query);
	*query = NULL;
}

void
gp_query_rewind(struct gp_query *query)
{
	(void)sqlite3_reset(query->statement);
}

static int
parameter(struct gp_query *query, const char *name)
{
	int i = sqlite3_bind_parameter_index(query->statement, name);

	if (i == 0) {
		(void)fprintf(stderr, "bug: no parameter %s in: %s\n", name, sqlite3_sql(query->statement));
		abort();
	}
	return i;
}

void
gp_bind_int(struct gp_query *query, const char *name, int64_t value)
{
	(void)sqlite3_bind_int64(query->statement, parameter(query, name), value);
}

void
gp_bind_real(struct gp_query *query, const char *name, double value)
{
	(void)sqlite3_bind_double(query->statement, parameter(query, name), value);
}

void
gp_bind_text(struct gp_query *query, const char *name, const char *value)
{
	(void)sqlite3_bind_text(query->statement, parameter(query, name), value, -1, SQLITE_STATIC);
}

void
gp_bind_blob(struct gp_query *query, const char *name, const void *octets, size_t n)
{
	/* An empty blob is not NULL, whatever its address. */
	(void)sqlite3_bind_blob64(query->statement, parameter(query, name), n > 0 ? octets : "", n, SQLITE_STATIC);
}

void
gp_bind_null(struct gp_query *query, const char *name)
{
	(void)sqlite3_bind_null(query->statement, parameter(query, name));
}

enum gp_rc
gp_query_next(struct gp_query *query, bool *ret_row, struct gp_err *err)
{
	int code = sqlite3_step(query->statement);

	*ret_row = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE ? GP_OK : db_fail(query->db, err);
}

enum gp_rc
gp_query_do(struct gp_query *query, struct gp_err *err)
{
	bool row;
	enum gp_rc rc = gp_query_next(query, &row, err);

	gp_query_rewind(query);
	return rc;
}

static int
column(struct gp_query *query, const char *name)
{
	int count = sqlite3_column_count(query->statement);

	for (int k = 0; k < count; k++) {
		int i = (query->column + k) % count;

		if (strcmp(sqlite3_column_name(query->statement, i), name) == 0) {
			query->column = i + 1;
			return i;
		}
	}
	(void)fprintf(stderr, "bug: no column %s in: %s\n", name, sqlite3_sql(query->statement));
	abort();
}

int64_t
gp_col_int(struct gp_query *query, const char *name)
{
	return sqlite3_column_int64(query->statement, column(query, name));
}

double
gp_col_real(struct gp_query *query, const char *name)
{
	return sqlite3_column_double(query->statement, column(query, name));
}

const char *
gp_col_text(struct gp_query *query, const char *name)
{
	const unsigned char *text = sqlite3_column_text(query->statement, column(query, name));

	return text != NULL ? (const char *)text : "";
}

const void *
gp_col_blob(struct gp_query *query, const char *name, size_t *ret_n)
{
	int i = column(query, name);
	const void *octets = sqlite3_column_blob(query->statement, i);

	*ret_n = (size_t)sqlite3_column_bytes(query->statement, i);
	return octets != NULL ? octets : "";
}

bool
gp_col_is_null(struct gp_query *query, const char *name)
{
	return sqlite3_column_type(query->statement, column(query, name)) == SQLITE_NULL;
}

static void
close_blob(sqlite3_blob **blob)
{
	(void)sqlite3_blob_close(*blob);
}

enum gp_rc
gp_blob_fill(struct gp_db *db, const char *table, const char *column, int64_t row, int fd, size_t n, struct gp_err *err)
{
	SCOPED(close_blob) sqlite3_blob *blob = NULL;
	char piece[65536];

	if (sqlite3_blob_open(db->handle, "main", table, column, row, 1, &blob) != SQLITE_OK)
		return db_fail(db, err);
	for (size_t at = 0; at < n;) {
		size_t want = n - at < sizeof(piece) ? n - at : sizeof(piece);
		ssize_t got = pread(fd, piece, want, (off_t)at);

		if (got <= 0)
			return gp_err_detail(err,
			    gp_fail_as(err, 74, "4.3.0", "a large message cannot be read back; try again later"),
			    "pread at %zu of %zu: %s", at, n, got < 0 ? strerror(errno) : "too short");
		if (sqlite3_blob_write(blob, piece, (int)got, (int)at) != SQLITE_OK)
			return db_fail(db, err);
		at += (size_t)got;
	}
	return GP_OK;
}

enum gp_rc
gp_blob_put(struct gp_db *db, const char *table, const char *column, int64_t row, size_t at, const void *octets,
    size_t n, struct gp_err *err)
{
	SCOPED(close_blob) sqlite3_blob *blob = NULL;

	if (sqlite3_blob_open(db->handle, "main", table, column, row, 1, &blob) != SQLITE_OK ||
	    sqlite3_blob_write(blob, octets, (int)n, (int)at) != SQLITE_OK)
		return db_fail(db, err);
	return GP_OK;
}

enum gp_rc
gp_blob_add(
    struct gp_db *db, const char *table, const char *column, int64_t row, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(close_blob) sqlite3_blob *blob = NULL;
	char piece[65536];
	int n;

	if (sqlite3_blob_open(db->handle, "main", table, column, row, 0, &blob) != SQLITE_OK)
		return db_fail(db, err);
	n = sqlite3_blob_bytes(blob);
	for (int at = 0; at < n && !out->full; at += (int)sizeof(piece)) {
		int want = n - at < (int)sizeof(piece) ? n - at : (int)sizeof(piece);

		if (sqlite3_blob_read(blob, piece, want, at) != SQLITE_OK)
			return db_fail(db, err);
		gp_buf_add(out, piece, (size_t)want);
	}
	return out->full ? gp_fail(err, "5.3.4", "the mail is larger than this program handles") : GP_OK;
}

int64_t
gp_db_inserted(struct gp_db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t
gp_db_changes(struct gp_db *db)
{
	return sqlite3_changes64(db->handle);
}

enum gp_rc
gp_db_data_version(struct gp_db *db, int64_t *ret, struct gp_err *err)
{
	return gp_pragma_int(db, "PRAGMA data_version", ret, err);
}

/* --- transactions --------------------------------------------------------------------------- */

/* Writers queue at a file lock rather than poll SQLite's: three busy ones then wait at most 0.2 s instead of 1.5 s for
 * each other (DESIGN.md rule 2). A turnstile that cannot be made costs only that. */
static void
enter_turnstile(struct gp_db *db)
{
	if (db->turnstile < 0)
		db->turnstile = lock_file(db->path, ".turnstile");
	while (db->turnstile >= 0 && flock(db->turnstile, LOCK_EX) < 0 && errno == EINTR)
		;
}

static void
leave(struct gp_tx *tx)
{
	if (tx->db->writing && tx->db->turnstile >= 0)
		(void)flock(tx->db->turnstile, LOCK_UN);
	tx->db->in_tx = tx->db->writing = false;
	tx->db = NULL;
}

static enum gp_rc
begin(struct gp_db *db, const char *sql, bool writing, struct gp_tx *ret_tx, struct gp_err *err)
{
	if (db->in_tx)
		abort(); /* nesting would commit half of what the outer one promised */
	if (writing)
		enter_turnstile(db);
	ret_tx->db = db;
	db->in_tx = true;
	db->writing = writing;
	if (gp_db_run(db, sql, err) == GP_OK)
		return GP_OK;
	leave(ret_tx);
	return GP_TEMP;
}

enum gp_rc
gp_tx_begin(struct gp_db *db, struct gp_tx *ret_tx, struct gp_err *err)
{
	return begin(db, "BEGIN IMMEDIATE", true, ret_tx, err);
}

enum gp_rc
gp_tx_snapshot(struct gp_db *db, struct gp_tx *ret_tx, struct gp_err *err)
{
	return begin(db, "BEGIN DEFERRED", false, ret_tx, err);
}

enum gp_rc
gp_tx_commit(struct gp_tx *tx, struct gp_err *err)
{
	GP_TRY(gp_db_run(tx->db, "COMMIT", err)); /* when it fails, gp_tx_end() rolls back */
	leave(tx);
	return GP_OK;
}

void
gp_tx_end(struct gp_tx *tx)
{
	if (tx->db == NULL)
		return;
	/* Where an I/O error has rolled back already, this fails, and nothing is lost by that. */
	(void)sqlite3_exec(tx->db->handle, "ROLLBACK", NULL, NULL, NULL);
	leave(tx);
}

bool
gp_db_in_tx(const struct gp_db *db)
{
	return db->in_tx;
}

/* --- a wrecked index ------------------------------------------------------------------------ */

static void
be_defensive(struct gp_db **db)
{
	(void)sqlite3_db_config((*db)->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

enum gp_rc
gp_db_drop_index(struct gp_db *db, struct gp_err *err)
{
	SCOPED(be_defensive) struct gp_db *undefended = db;

	if (!db->writing)
		abort();
	(void)sqlite3_db_config(undefended->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	GP_TRY(gp_db_run(db,
	    "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name = 'message_index';"
	    "PRAGMA writable_schema=RESET",
	    err));
	return gp_db_run(db,
	    "DROP TABLE IF EXISTS message_index_data; DROP TABLE IF EXISTS message_index_idx;"
	    "DROP TABLE IF EXISTS message_index_docsize; DROP TABLE IF EXISTS message_index_config",
	    err);
}

/* --- the file ------------------------------------------------------------------------------- */

static sqlite3_file *
own_file(struct gp_db *db)
{
	sqlite3_file *file = NULL;

	(void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file);
	if (file == NULL || file->pMethods == NULL)
		abort();
	return file;
}

static enum gp_rc
file_result(int code, struct gp_err *err)
{
	return code == SQLITE_OK
		   ? GP_OK
		   : gp_err_detail(err,
			 gp_fail_as(err, 74, "4.3.0", "the store has an I/O error; see the disk and guildpost doctor"),
			 "sqlite %d", code);
}

enum gp_rc
gp_file_read(struct gp_db *db, int64_t at, void *out, size_t n, struct gp_err *err)
{
	sqlite3_file *file = own_file(db);

	return file_result(file->pMethods->xRead(file, out, (int)n, at), err);
}

enum gp_rc
gp_file_write(struct gp_db *db, int64_t at, const void *octets, size_t n, struct gp_err *err)
{
	sqlite3_file *file = own_file(db);

	if (!db->writing)
		abort();
	return file_result(file->pMethods->xWrite(file, octets, (int)n, at), err);
}

enum gp_rc
gp_file_sync(struct gp_db *db, struct gp_err *err)
{
	sqlite3_file *file = own_file(db);

	return file_result(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), err);
}

/* --- copies and checks ---------------------------------------------------------------------- */

static enum gp_rc
mark_copy(const char *path, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *copy = db_new(path, GP_DB_MARKED);

	GP_TRY(connect_store(copy, false, err));
	GP_TRY(gp_db_run(copy, "PRAGMA journal_mode=WAL", err));
	GP_TRY(gp_db_run(copy, "INSERT OR REPLACE INTO setting (name, value) VALUES ('marked', datetime('now'))", err));
	return gp_db_run(copy, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

enum gp_rc
gp_db_copy(struct gp_db *db, const char *path, struct gp_err *err)
{
	SCOPED(gp_free_str) char *partial = gp_printf("%s.partial", path);
	sqlite3_stmt *statement = NULL;
	mode_t mask;
	int code;

	if (access(path, F_OK) == 0)
		return gp_fail_as(err, 73, "5.3.5", "%s exists already; a backup overwrites nothing", path);
	(void)unlink(partial);
	/* A handle that only reads may still write elsewhere; SQLite takes the copy for a write of its own. */
	GP_TRY(gp_db_run(db, "PRAGMA query_only=OFF", err));
	mask = umask(077); /* the copy holds the keys too */
	code = sqlite3_prepare_v2(db->handle, "VACUUM INTO :path", -1, &statement, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_text(statement, 1, partial, -1, SQLITE_STATIC);
		code = sqlite3_step(statement);
	}
	(void)umask(mask);
	if ((db->flags & GP_DB_READ) != 0)
		(void)sqlite3_exec(db->handle, "PRAGMA query_only=ON", NULL, NULL, NULL);
	if (code != SQLITE_DONE) {
		enum gp_rc rc = db_fail(db, err);

		(void)sqlite3_finalize(statement);
		(void)unlink(partial);
		return rc;
	}
	(void)sqlite3_finalize(statement);
	GP_TRY(mark_copy(partial, err));
	/* Under its own name only when it is whole and marked: a copy cut short is never taken for one. */
	if (rename(partial, path) < 0)
		return gp_fail_as(err, 74, "4.3.0", "cannot name the copy %s: %s", path, strerror(errno));
	return GP_OK;
}

enum gp_rc
gp_db_verify(struct gp_db *db, bool thorough, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool row;

	GP_TRY(gp_query_open(db, thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", &query, err));
	GP_TRY(gp_query_next(query, &row, err));
	if (row && strcmp(gp_col_text(query, thorough ? "integrity_check" : "quick_check"), "ok") == 0)
		return GP_OK;
	return gp_err_detail(err, gp_fail_as(err, 74, "5.3.0", "the database is damaged; restore a backup"), "%s",
	    row ? gp_col_text(query, thorough ? "integrity_check" : "quick_check") : "no answer");
}
