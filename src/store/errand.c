#include "guildpost/store/errand.h"

#include <stdlib.h>

#include "guildpost/base/mem.h"

void
gp_errand_release(struct gp_errand *errand)
{
	free(errand->about);
	*errand = (struct gp_errand){ 0 };
}

enum gp_rc
gp_errand_add(struct gp_db *db, const struct gp_errand *errand, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO errand (what, member_id, space_id, about, at, next_at)"
				  " SELECT :what, :member, :space, :about, :next, :next WHERE NOT EXISTS"
				  " (SELECT 1 FROM errand WHERE what = :what AND member_id = :member)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":what", errand->what);
	gp_bind_int(query, ":member", errand->member_id);
	gp_bind_int(query, ":space", errand->space_id);
	gp_bind_text(query, ":about", errand->about != NULL ? errand->about : "");
	gp_bind_int(query, ":next", errand->next_at);
	return gp_query_do(query, err);
}

enum gp_rc
gp_errand_move(struct gp_db *db, const struct gp_errand *errand, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE errand SET stage = :stage, cursor = :cursor, next_at = :next WHERE errand_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":stage", errand->stage);
	gp_bind_int(query, ":cursor", errand->cursor);
	gp_bind_int(query, ":next", errand->next_at);
	gp_bind_int(query, ":id", errand->id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_errand_end(struct gp_db *db, int64_t id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM errand WHERE errand_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_errand_next(struct gp_db *db, int64_t now, struct gp_errand *ret, bool *ret_found, struct gp_err *err)
{
	static const char sql[] = "SELECT errand_id, what, member_id, space_id, stage, cursor, about, at, next_at"
				  " FROM errand"
				  " ORDER BY next_at, errand_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_errand){ .next_at = 0 };
	*ret_found = false;
	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret = (struct gp_errand){ .id = gp_col_int(query, "errand_id"),
		.member_id = gp_col_int(query, "member_id"),
		.space_id = gp_col_int(query, "space_id"),
		.stage = gp_col_int(query, "stage"),
		.cursor = gp_col_int(query, "cursor"),
		.about = gp_strdup(gp_col_text(query, "about")),
		.at = gp_col_int(query, "at"),
		.next_at = gp_col_int(query, "next_at") };
	(void)snprintf(ret->what, sizeof(ret->what), "%s", gp_col_text(query, "what"));
	*ret_found = ret->next_at <= now;
	return GP_OK;
}
