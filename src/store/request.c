#include "guildpost/store/request.h"

void
gp_request_release(struct gp_request *request)
{
	free(request->address);
	free(request->name);
	*request = (struct gp_request){ 0 };
}

enum gp_rc
gp_request_insert(struct gp_db *db, const char *kind, int64_t space_id, const char *address, const char *name,
    int64_t now, int64_t expires_at, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO request (kind, space_id, address, name, created_at, expires_at)"
				  " VALUES (:kind, :space, :address, :name, :now, :expires)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":kind", kind);
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":address", address);
	gp_bind_text(query, ":name", name);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":expires", expires_at);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_request_load(struct gp_db *db, int64_t id, struct gp_request *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT request_id, kind, space_id, address, name, expires_at,"
				  " settled_at IS NOT NULL AS settled FROM request WHERE request_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_request){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	ret->id = gp_col_int(query, "request_id");
	ret->space_id = gp_col_int(query, "space_id");
	ret->expires_at = gp_col_int(query, "expires_at");
	(void)snprintf(ret->kind, sizeof(ret->kind), "%s", gp_col_text(query, "kind"));
	ret->address = gp_strdup(gp_col_text(query, "address"));
	ret->name = gp_strdup(gp_col_text(query, "name"));
	ret->settled = gp_col_int(query, "settled") != 0;
	return GP_OK;
}

enum gp_rc
gp_request_settle(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "UPDATE request SET settled_at = :now WHERE request_id = :id", &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_bounce_add(struct gp_db *db, int64_t member_id, int64_t outbox_id, const char *status, const char *verdict,
    int64_t now, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO bounce (member_id, outbox_id, status, verdict, at)"
				  " VALUES (:member, :outbox, :status, :verdict, :now)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_text(query, ":status", status);
	gp_bind_text(query, ":verdict", verdict);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}
