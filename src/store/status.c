#include "guildpost/store/status.h"

#include <stddef.h>

enum gp_rc
gp_store_status(struct gp_db *db, struct gp_store_status *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT"
	    " (SELECT count(*) FROM inbox WHERE state IN ('received', 'retry')) AS inbox,"
	    " (SELECT count(*) FROM inbox WHERE state = 'poisoned') AS poisoned,"
	    " (SELECT min(received_at) FROM inbox WHERE state IN ('received', 'retry')) AS inbox_since,"
	    " (SELECT count(*) FROM outbox WHERE state = 'due') AS outbox,"
	    " (SELECT count(*) FROM outbox WHERE state = 'held') AS outbox_held,"
	    " (SELECT count(*) FROM outbox WHERE state = 'failed') AS outbox_failed,"
	    " (SELECT count(*) FROM slice WHERE state = 'deferred') AS deferred,"
	    " (SELECT coalesce(sum(recipients), 0) FROM slice) AS waiting,"
	    " (SELECT created_at FROM outbox WHERE state = 'due' ORDER BY outbox_id LIMIT 1) AS outbox_since,"
	    " (SELECT count(*) FROM held WHERE state = 'held') AS held,"
	    " (SELECT count(*) FROM community WHERE state <> 'closed') AS communities,"
	    " (SELECT count(*) FROM space WHERE state <> 'closed') AS spaces,"
	    " (SELECT count(*) FROM member WHERE state <> 'left') AS members,"
	    " (SELECT count(*) FROM message) AS posts,"
	    " (SELECT event FROM counter) AS event, (SELECT filed_at FROM counter) AS filed_at";
	static const struct {
		const char *column;
		size_t offset;
	} fields[] = {
		{ "inbox", offsetof(struct gp_store_status, inbox) },
		{ "poisoned", offsetof(struct gp_store_status, poisoned) },
		{ "inbox_since", offsetof(struct gp_store_status, inbox_since) },
		{ "outbox", offsetof(struct gp_store_status, outbox) },
		{ "outbox_held", offsetof(struct gp_store_status, outbox_held) },
		{ "outbox_failed", offsetof(struct gp_store_status, outbox_failed) },
		{ "deferred", offsetof(struct gp_store_status, deferred) },
		{ "waiting", offsetof(struct gp_store_status, waiting) },
		{ "outbox_since", offsetof(struct gp_store_status, outbox_since) },
		{ "held", offsetof(struct gp_store_status, held) },
		{ "communities", offsetof(struct gp_store_status, communities) },
		{ "spaces", offsetof(struct gp_store_status, spaces) },
		{ "members", offsetof(struct gp_store_status, members) },
		{ "posts", offsetof(struct gp_store_status, posts) },
		{ "event", offsetof(struct gp_store_status, event) },
		{ "filed_at", offsetof(struct gp_store_status, filed_at) },
	};
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool row;

	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &row, err));
	for (size_t i = 0; i < GP_COUNT(fields) && row; i++)
		*(int64_t *)((char *)ret + fields[i].offset) = gp_col_int(query, fields[i].column);
	return GP_OK;
}
