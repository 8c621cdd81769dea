#include "guildpost/store/ride.h"

enum gp_rc
gp_ride_add(struct gp_db *db, int64_t member_id, int64_t space_id, const char *piece, int64_t now, bool *ret_rides,
    struct gp_err *err)
{
	static const char reads[] =
	    "SELECT 1 FROM subscription u JOIN member m ON m.member_id = u.member_id WHERE u.member_id = :member"
	    " AND u.space_id = :space AND u.to_event IS NULL AND u.mode IN ('daily', 'weekly', 'monthly')"
	    " AND m.state = 'active'";
	static const char put[] =
	    "INSERT INTO ride (member_id, space_id, piece, at) VALUES (:member, :space, :piece, :now)"
	    " ON CONFLICT (member_id, space_id, piece) DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *asking = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, reads, &asking, err));
	gp_bind_int(asking, ":member", member_id);
	gp_bind_int(asking, ":space", space_id);
	GP_TRY(gp_query_next(asking, ret_rides, err));
	if (!*ret_rides)
		return GP_OK;
	GP_TRY(gp_query_open(db, put, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":piece", piece);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

enum gp_rc
gp_ride_list(struct gp_db *db, int64_t member_id, int64_t space_id, struct gp_strs *ret_pieces, struct gp_err *err)
{
	static const char sql[] = "SELECT piece FROM ride WHERE member_id = :member AND space_id = :space ORDER BY at";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":space", space_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_strs_add(ret_pieces, gp_col_text(query, "piece"));
	}
}

enum gp_rc
gp_ride_done(struct gp_db *db, int64_t member_id, int64_t space_id, struct gp_err *err)
{
	static const char sql[] = "DELETE FROM ride WHERE member_id = :member AND space_id = :space";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":space", space_id);
	return gp_query_do(query, err);
}
