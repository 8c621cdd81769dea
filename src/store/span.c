#include "store/span.h"

#define MONTH (30 * 86400) /* seconds */

static int64_t
month_of(int64_t date)
{
	return date / MONTH - (date % MONTH < 0);
}

enum gp_rc
gp_span_add(struct gp_db *db, int64_t space_id, int64_t date, int64_t id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_span (space_id, month, first_id, last_id)"
				  " VALUES (:space, :month, :id, :id) ON CONFLICT (space_id, month) DO UPDATE"
				  " SET first_id = min(first_id, excluded.first_id),"
				  " last_id = max(last_id, excluded.last_id)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":month", month_of(date));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_span_find(struct gp_db *db, int64_t space_id, int64_t since, int64_t until, int64_t *ret_first, int64_t *ret_last,
    struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(min(first_id), 0) AS first, coalesce(max(last_id), 0) AS last"
				  " FROM message_span WHERE space_id = :space AND month >= :from AND month <= :through";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":from", month_of(since));
	gp_bind_int(query, ":through", month_of(until - 1));
	GP_TRY(gp_query_next(query, &found, err));
	*ret_first = gp_col_int(query, "first");
	*ret_last = gp_col_int(query, "last");
	return GP_OK;
}
