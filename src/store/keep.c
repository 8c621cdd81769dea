#include "guildpost/store/keep.h"

enum gp_rc
gp_delivery_forget(struct gp_db *db, int64_t before, int64_t most, int64_t *ret_gone, struct gp_err *err)
{
	static const char sql[] = "DELETE FROM delivery WHERE (recipient, sha256) IN"
				  " (SELECT recipient, sha256 FROM delivery WHERE seen_at < :before LIMIT :most)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":before", before);
	gp_bind_int(query, ":most", most);
	GP_TRY(gp_query_do(query, err));
	*ret_gone = gp_db_changes(db);
	return GP_OK;
}

/* The last of the next `most` rows of that age; 0 when there is none. */
static enum gp_rc
last_of_piece(struct gp_db *db, int64_t after, int64_t before, int64_t most, int64_t *ret_last, int64_t *ret_n,
    struct gp_err *err)
{
	static const char sql[] = "SELECT max(raw_id) AS last, count(*) AS n FROM"
				  " (SELECT raw_id FROM raw WHERE raw_id > :after AND received_at < :before"
				  " ORDER BY raw_id LIMIT :most)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":before", before);
	gp_bind_int(query, ":most", most);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_last = gp_col_int(query, "last");
	*ret_n = gp_col_int(query, "n");
	return GP_OK;
}

static enum gp_rc
delete_between(struct gp_db *db, const char *sql, int64_t after, int64_t last, int64_t before, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":last", last);
	gp_bind_int(query, ":before", before);
	return gp_query_do(query, err);
}

enum gp_rc
gp_raw_forget(struct gp_db *db, int64_t before, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err)
{
	static const char settled[] = "DELETE FROM held WHERE raw_id > :after AND raw_id <= :last AND state <> 'held'"
				      " AND since < :before";
	static const char octets[] =
	    "DELETE FROM raw WHERE raw_id > :after AND raw_id <= :last AND received_at < :before AND block IS NULL"
	    " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.raw_id = raw.raw_id)"
	    " AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.raw_id = raw.raw_id)"
	    " AND NOT EXISTS (SELECT 1 FROM held h WHERE h.raw_id = raw.raw_id)"
	    " AND NOT EXISTS (SELECT 1 FROM aside a WHERE a.raw_id = raw.raw_id)";
	int64_t last, n;

	GP_TRY(last_of_piece(db, *cursor, before, most, &last, &n, err));
	*ret_more = n == most;
	if (n == 0)
		return GP_OK;
	GP_TRY(delete_between(db, settled, *cursor, last, before, err));
	GP_TRY(delete_between(db, octets, *cursor, last, before, err));
	*cursor = last;
	return GP_OK;
}

void
gp_failure_release(struct gp_failure *failure)
{
	free(failure->address);
	free(failure->result);
	free(failure->status);
	free(failure->reply);
	*failure = (struct gp_failure){ 0 };
}

enum gp_rc
gp_failure_next(struct gp_db *db, struct gp_failure *ret, bool *ret_found, struct gp_err *err)
{
	static const char sql[] = "SELECT outbox_id, recipient_key, address, result, status, reply, at FROM outcome"
				  " WHERE seen = 0 LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, ret_found, err));
	if (!*ret_found)
		return GP_OK;
	*ret = (struct gp_failure){ .outbox_id = gp_col_int(query, "outbox_id"),
		.recipient_key = gp_col_int(query, "recipient_key"),
		.at = gp_col_int(query, "at"),
		.address = gp_strdup(gp_col_text(query, "address")),
		.result = gp_strdup(gp_col_text(query, "result")),
		.status = gp_strdup(gp_col_text(query, "status")),
		.reply = gp_strdup(gp_col_text(query, "reply")) };
	return GP_OK;
}

enum gp_rc
gp_failure_seen(struct gp_db *db, const struct gp_failure *failure, struct gp_err *err)
{
	static const char sql[] = "UPDATE outcome SET seen = 1 WHERE outbox_id = :outbox AND recipient_key = :key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", failure->outbox_id);
	gp_bind_int(query, ":key", failure->recipient_key);
	return gp_query_do(query, err);
}

enum gp_rc
gp_copy_member(struct gp_db *db, int64_t outbox_id, int64_t recipient_key, int64_t *ret_member_id, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT CASE o.audience WHEN 'event' THEN :key ELSE r.member_id END AS member FROM outbox o"
	    " LEFT JOIN outbox_recipient r ON r.outbox_id = o.outbox_id AND r.recipient_key = :key"
	    " WHERE o.outbox_id = :outbox";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":key", recipient_key);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_member_id = found ? gp_col_int(query, "member") : 0;
	return GP_OK;
}
