#include "guildpost/store/raw.h"

#include "guildpost/mail/crypt.h"

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

enum gp_rc
gp_raw_load(struct gp_db *db, int64_t id, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT size FROM raw WHERE raw_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return gp_fail_as(err, 74, "5.3.0", "the octets of this message are gone");
	return gp_blob_add(db, "raw", "octets", id, out, err);
}

enum gp_rc
gp_raw_verify(struct gp_db *db, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err)
{
	static const char sql[] = "SELECT raw_id, sha256, size, octets FROM raw WHERE raw_id > :after ORDER BY raw_id"
				  " LIMIT :most";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	unsigned char sha256[32];
	const void *octets, *wanted;
	size_t n, wanted_n;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", *cursor);
	gp_bind_int(query, ":most", most);
	for (;;) {
		GP_TRY(gp_query_next(query, ret_more, err));
		if (!*ret_more)
			break;
		most--;
		*cursor = gp_col_int(query, "raw_id");
		octets = gp_col_blob(query, "octets", &n);
		wanted = gp_col_blob(query, "sha256", &wanted_n);
		gp_sha256(octets, n, sha256);
		if (wanted_n != 32 || memcmp(wanted, sha256, 32) != 0 || gp_col_int(query, "size") != (int64_t)n)
			return gp_fail_as(err, 74, "5.3.0",
			    "the octets of message number %lld are not those that came in; restore a backup",
			    (long long)*cursor);
	}
	*ret_more = most == 0;
	return GP_OK;
}
