#include "guildpost/store/inbox.h"

#include "guildpost/base/mem.h"

#define STRIKES 2

void
gp_inbox_row_free(struct gp_inbox_row **row)
{
	if (*row == NULL)
		return;
	free((*row)->sender);
	free((*row)->recipient);
	free((*row)->session);
	free((*row)->state);
	free((*row)->reason);
	free(*row);
	*row = NULL;
}

static struct gp_inbox_row *
from_columns(struct gp_query *query)
{
	struct gp_inbox_row *row = gp_new(sizeof(*row));

	row->id = gp_col_int(query, "inbox_id");
	row->raw_id = gp_col_int(query, "raw_id");
	row->received_at = gp_col_int(query, "received_at");
	row->size = gp_col_int(query, "size");
	row->sender = gp_strdup(gp_col_text(query, "sender"));
	row->recipient = gp_strdup(gp_col_text(query, "recipient"));
	row->session = gp_strdup(gp_col_text(query, "session"));
	row->state = gp_strdup(gp_col_text(query, "state"));
	row->reason = gp_strdup(gp_col_text(query, "reason"));
	row->trusted = gp_col_int(query, "trusted") != 0;
	row->strikes = gp_col_int(query, "strikes");
	return row;
}

enum gp_rc
gp_inbox_insert(struct gp_db *db, int64_t raw_id, const char *sender, const char *recipient, bool trusted,
    const char *session, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO inbox (raw_id, sender, recipient, received_at, session, trusted)"
				  " VALUES (:raw, :sender, :recipient, :now, :session, :trusted)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":raw", raw_id);
	gp_bind_text(query, ":sender", sender);
	gp_bind_text(query, ":recipient", recipient);
	gp_bind_int(query, ":now", now);
	gp_bind_text(query, ":session", session);
	gp_bind_int(query, ":trusted", trusted);
	GP_TRY(gp_query_do(query, err));
	if (ret_id != NULL)
		*ret_id = gp_db_inserted(db);
	return GP_OK;
}

static enum gp_rc
one_row(struct gp_query *query, struct gp_inbox_row **ret, struct gp_err *err)
{
	bool found;

	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_columns(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_inbox_next(struct gp_db *db, int64_t after, struct gp_inbox_row **ret, struct gp_err *err)
{
	/* The first of each state, by the index: ordered together, all that waits would be read for each that is taken. */
#define FIRST(state) "(SELECT min(inbox_id) FROM inbox WHERE state = '" state "' AND inbox_id > :after)"
	static const char sql[] =
	    "SELECT i.inbox_id, i.raw_id, i.sender, i.recipient, i.received_at, i.session, i.trusted, i.state,"
	    " i.strikes, i.reason, r.size FROM inbox i JOIN raw r ON r.raw_id = i.raw_id"
	    " WHERE i.inbox_id = (SELECT min(id) FROM (SELECT " FIRST("received") " AS id UNION ALL SELECT " FIRST(
		"retry") "))";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	return one_row(query, ret, err);
}

enum gp_rc
gp_inbox_load(struct gp_db *db, int64_t id, struct gp_inbox_row **ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT i.inbox_id, i.raw_id, i.sender, i.recipient, i.received_at, i.session, i.trusted, i.state,"
	    " i.strikes, i.reason, r.size FROM inbox i JOIN raw r ON r.raw_id = i.raw_id"
	    " WHERE i.inbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return one_row(query, ret, err);
}

enum gp_rc
gp_inbox_strike(struct gp_db *db, int64_t id, const char *reason, bool *ret_poisoned, struct gp_err *err)
{
	static const char sql[] = "UPDATE inbox SET strikes = strikes + 1, reason = :reason,"
				  " state = CASE WHEN strikes + 1 >= :limit THEN 'poisoned' ELSE 'retry' END"
				  " WHERE inbox_id = :id RETURNING state = 'poisoned' AS poisoned";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_text(query, ":reason", reason);
	gp_bind_int(query, ":limit", STRIKES);
	GP_TRY(gp_query_next(query, &found, err));
	if (ret_poisoned != NULL)
		*ret_poisoned = found && gp_col_int(query, "poisoned") != 0;
	return GP_OK;
}

enum gp_rc
gp_inbox_retry(struct gp_db *db, int64_t id, struct gp_err *err)
{
	static const char sql[] = "UPDATE inbox SET state = 'received', strikes = 0, reason = '' WHERE inbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_inbox_delete(struct gp_db *db, int64_t id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM inbox WHERE inbox_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_inbox_list(struct gp_db *db, gp_inbox_each *each, void *context, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT i.inbox_id, i.raw_id, i.sender, i.recipient, i.received_at, i.session, i.trusted, i.state,"
	    " i.strikes, i.reason, r.size FROM inbox i JOIN raw r ON r.raw_id = i.raw_id ORDER BY i.inbox_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	for (;;) {
		SCOPED(gp_inbox_row_free) struct gp_inbox_row *row = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		row = from_columns(query);
		GP_TRY(each(context, row, err));
	}
}

enum gp_rc
gp_delivery_first(struct gp_db *db, const char *recipient, const unsigned char sha256[32], int64_t now, bool *ret_first,
    struct gp_err *err)
{
	static const char sql[] = "INSERT INTO delivery (recipient, sha256, seen_at) VALUES (:recipient, :sha256, :now)"
				  " ON CONFLICT DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":recipient", recipient);
	gp_bind_blob(query, ":sha256", sha256, 32);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	*ret_first = gp_db_changes(db) > 0;
	return GP_OK;
}
