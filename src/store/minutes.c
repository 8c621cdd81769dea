#include "guildpost/store/minutes.h"

#include "guildpost/base/mem.h"

enum gp_rc
gp_minutes_put(struct gp_db *db, const struct gp_minutes *minutes, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO minutes (meeting_id, space_id, start_at, next_at) VALUES (:meeting, :space, :start, :next)"
	    " ON CONFLICT (meeting_id, start_at) DO UPDATE SET next_at = excluded.next_at";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", minutes->meeting_id);
	gp_bind_int(query, ":space", minutes->space_id);
	gp_bind_int(query, ":start", minutes->start_at);
	gp_bind_int(query, ":next", minutes->next_at);
	return gp_query_do(query, err);
}

enum gp_rc
gp_minutes_posted(struct gp_db *db, int64_t space_id, int64_t at, int64_t message_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "INSERT INTO minutes_post (space_id, at, id) VALUES (:space, :at, :id) ON CONFLICT DO NOTHING", &query,
	    err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":at", at);
	gp_bind_int(query, ":id", message_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_minutes_load(struct gp_db *db, int64_t minutes_id, struct gp_minutes *ret, char **ret_title, struct gp_err *err)
{
	static const char sql[] = "SELECT n.meeting_id, n.space_id, n.start_at, n.next_at, m.title FROM minutes n"
				  " JOIN meeting m ON m.meeting_id = n.meeting_id WHERE n.minutes_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret_title = NULL;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", minutes_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret = (struct gp_minutes){ .meeting_id = gp_col_int(query, "meeting_id"),
		.space_id = gp_col_int(query, "space_id"),
		.start_at = gp_col_int(query, "start_at"),
		.next_at = gp_col_int(query, "next_at") };
	*ret_title = gp_strdup(gp_col_text(query, "title"));
	return GP_OK;
}
