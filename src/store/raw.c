#include "guildpost/store/raw.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"

#define OCTETS_MAX (160u << 20)

static enum gp_rc
insert(struct gp_db *db, const void *octets, size_t n, const unsigned char sha256[32], int64_t now, int64_t *ret_id,
    struct gp_err *err)
{
	static const char sql[] = "INSERT INTO raw (sha256, size, received_at, octets)"
				  " VALUES (:sha256, :size, :now, :octets)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_blob(query, ":sha256", sha256, 32);
	gp_bind_int(query, ":size", (int64_t)n);
	gp_bind_blob(query, ":octets", octets, n);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_raw_insert(struct gp_db *db, const void *octets, size_t n, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	unsigned char sha256[32];

	gp_sha256(octets, n, sha256);
	return insert(db, octets, n, sha256, now, ret_id, err);
}

enum gp_rc
gp_raw_insert_spool(struct gp_db *db, const struct gp_spool *spool, const unsigned char sha256[32], int64_t now,
    int64_t *ret_id, struct gp_err *err)
{
	/* The octets stand in the last column, so SQLite makes room for them without holding them. */
	static const char sql[] = "INSERT INTO raw (sha256, size, received_at, octets)"
				  " VALUES (:sha256, :size, :now, zeroblob(:size))";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	if (spool->fd < 0)
		return insert(db, spool->memory.data, spool->size, sha256, now, ret_id, err);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_blob(query, ":sha256", sha256, 32);
	gp_bind_int(query, ":size", (int64_t)spool->size);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return gp_blob_fill(db, "raw", "octets", *ret_id, spool->fd, spool->size, err);
}

#define KEPT                                                                                                           \
	"r.raw_id, r.sha256, r.size, r.at, b.coding, coalesce(b.octets, r.octets) AS octets,"                          \
	" d.octets AS dictionary FROM raw r LEFT JOIN block b ON b.block_id = r.block"                                 \
	" LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary"

/* The octets of a row of KEPT, as they came. */
static enum gp_rc
unpack(struct gp_query *query, struct gp_buf *out, struct gp_err *err)
{
	size_t at = (size_t)gp_col_int(query, "at"), n = (size_t)gp_col_int(query, "size");
	struct gp_octets kept, dictionary;
	bool whole;

	kept.data = gp_col_blob(query, "octets", &kept.n);
	dictionary.data = gp_col_blob(query, "dictionary", &dictionary.n);
	if (strcmp(gp_col_text(query, "coding"), "zstd") == 0) {
		whole = gp_unpack(&kept, &dictionary, at, n, out);
	} else {
		whole = at <= kept.n && n <= kept.n - at;
		gp_buf_add(out, (const char *)kept.data + at, whole ? n : 0);
	}
	if (out->full)
		return gp_fail(err, "5.3.4", "the mail is larger than this program handles");
	return whole ? GP_OK
		     : gp_fail_as(err, 74, "5.3.0", "the octets of message number %lld are damaged; restore a backup",
			   (long long)gp_col_int(query, "raw_id"));
}

enum gp_rc
gp_raw_load(struct gp_db *db, int64_t id, struct gp_buf *out, struct gp_err *err)
{
	static const char packed[] = "SELECT block IS NOT NULL AS packed FROM raw WHERE raw_id = :id";
	SCOPED(gp_query_free) struct gp_query *asking = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, packed, &asking, err));
	gp_bind_int(asking, ":id", id);
	GP_TRY(gp_query_next(asking, &found, err));
	if (!found)
		return gp_fail_as(err, 74, "5.3.0", "the octets of this message are gone");
	if (gp_col_int(asking, "packed") == 0) /* in pieces: what waits to be read may be large */
		return gp_blob_add(db, "raw", "octets", id, out, err);
	GP_TRY(gp_query_open(db, "SELECT " KEPT " WHERE r.raw_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	return unpack(query, out, err);
}

static bool
are_those(const void *octets, size_t octets_n, struct gp_query *query)
{
	unsigned char sha256[32];
	const void *wanted;
	size_t n;

	wanted = gp_col_blob(query, "sha256", &n);
	gp_sha256(octets, octets_n, sha256);
	return n == 32 && memcmp(wanted, sha256, 32) == 0 && gp_col_int(query, "size") == (int64_t)octets_n;
}

/* One of a row of its own is looked at where it lies: what was set aside may be larger than any post. */
static enum gp_rc
verify_row(struct gp_query *query, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);
	const void *alone;
	bool same;
	size_t n;

	if (gp_col_is_null(query, "coding")) {
		alone = gp_col_blob(query, "octets", &n);
		same = are_those(alone, n, query);
	} else {
		GP_TRY(unpack(query, &octets, err));
		same = are_those(octets.data, octets.len, query);
	}
	return same ? GP_OK
		    : gp_fail_as(err, 74, "5.3.0",
			  "the octets of message number %lld are not those that came in; restore a backup",
			  (long long)gp_col_int(query, "raw_id"));
}

enum gp_rc
gp_raw_verify(struct gp_db *db, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err)
{
	static const char sql[] = "SELECT " KEPT " WHERE r.raw_id > :after ORDER BY r.raw_id LIMIT :most";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", *cursor);
	gp_bind_int(query, ":most", most);
	for (;;) {
		GP_TRY(gp_query_next(query, ret_more, err));
		if (!*ret_more)
			break;
		most--;
		*cursor = gp_col_int(query, "raw_id");
		GP_TRY(verify_row(query, err));
	}
	*ret_more = most == 0;
	return GP_OK;
}

enum gp_rc
gp_raw_delete(struct gp_db *db, int64_t id, struct gp_err *err)
{
	static const char needed[] = "SELECT 1 WHERE EXISTS (SELECT 1 FROM message WHERE raw_id = :id)"
				     " OR EXISTS (SELECT 1 FROM inbox WHERE raw_id = :id)"
				     " OR EXISTS (SELECT 1 FROM held WHERE raw_id = :id)"
				     " OR EXISTS (SELECT 1 FROM aside WHERE raw_id = :id)";
	SCOPED(gp_query_free) struct gp_query *asking = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, needed, &asking, err));
	gp_bind_int(asking, ":id", id);
	GP_TRY(gp_query_next(asking, &found, err));
	if (found)
		return GP_OK;
	GP_TRY(gp_pack_blank(db, id, err));
	GP_TRY(gp_query_open(db, "DELETE FROM raw WHERE raw_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}
