#include "guildpost/store/request.h"

void
gp_request_release(struct gp_request *request)
{
	free(request->address);
	free(request->name);
	free(request->mode);
	free(request->limit_key);
	free(request->source);
	free(request->notice);
	free(request->msgid);
	*request = (struct gp_request){ 0 };
}

enum gp_rc
gp_request_insert(struct gp_db *db, const struct gp_request *request, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO request (kind, space_id, address, limit_key, source, name, mode, notice, follows,"
	    " created_at, expires_at) VALUES (:kind, :space, :address, :key, :source, :name, :mode, :notice,"
	    " nullif(:follows, 0), :now, :expires)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":kind", request->kind);
	gp_bind_int(query, ":space", request->space_id);
	gp_bind_text(query, ":address", request->address);
	gp_bind_text(query, ":key", request->limit_key != NULL ? request->limit_key : request->address);
	gp_bind_text(query, ":source", request->source != NULL ? request->source : "");
	gp_bind_text(query, ":name", request->name != NULL ? request->name : "");
	gp_bind_text(query, ":mode", request->mode != NULL ? request->mode : "weekly");
	gp_bind_text(query, ":notice", request->notice != NULL ? request->notice : "");
	gp_bind_int(query, ":follows", request->follows);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":expires", request->expires_at);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_request_count(struct gp_db *db, const char *kind, const char *limit_key, const char *source, int64_t since,
    int64_t *ret_count, struct gp_err *err)
{
	/* Two statements, since each has an index of its own. */
	static const char of_address[] = "SELECT count(*) AS n FROM request WHERE limit_key = :key"
					 " AND kind = :kind AND created_at > :since";
	static const char of_all[] = "SELECT count(*) AS n FROM request WHERE kind = :kind AND created_at > :since"
				     " AND (:source IS NULL OR source = :source)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, limit_key != NULL ? of_address : of_all, &query, err));
	if (limit_key != NULL)
		gp_bind_text(query, ":key", limit_key);
	else
		gp_bind_text(query, ":source", source);
	gp_bind_text(query, ":kind", kind);
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_count = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_request_load(struct gp_db *db, int64_t id, struct gp_request *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT request_id, kind, space_id, address, limit_key, name, mode, notice,"
				  " msgid, follows, created_at, expires_at, settled_at IS NOT NULL AS settled FROM "
				  "request WHERE request_id = :id";
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
	ret->created_at = gp_col_int(query, "created_at");
	ret->expires_at = gp_col_int(query, "expires_at");
	(void)snprintf(ret->kind, sizeof(ret->kind), "%s", gp_col_text(query, "kind"));
	ret->address = gp_strdup(gp_col_text(query, "address"));
	ret->limit_key = gp_strdup(gp_col_text(query, "limit_key"));
	ret->name = gp_strdup(gp_col_text(query, "name"));
	ret->mode = gp_strdup(gp_col_text(query, "mode"));
	ret->notice = gp_strdup(gp_col_text(query, "notice"));
	ret->msgid = gp_strdup(gp_col_text(query, "msgid"));
	ret->follows = gp_col_int(query, "follows");
	ret->settled = gp_col_int(query, "settled") != 0;
	return GP_OK;
}

enum gp_rc
gp_request_waiting(struct gp_db *db, const char *limit_key, int64_t *ret_count, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(
	    db, "SELECT count(*) AS n FROM request WHERE limit_key = :key AND settled_at IS NULL", &query, err));
	gp_bind_text(query, ":key", limit_key);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_count = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_request_settle(struct gp_db *db, int64_t id, const char *msgid, int64_t now, struct gp_err *err)
{
	static const char sql[] = "UPDATE request SET settled_at = :now, msgid = :msgid WHERE request_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":msgid", msgid);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_request_forget(struct gp_db *db, int64_t before, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(
	    db, "DELETE FROM request WHERE created_at <= :before AND expires_at <= :before", &query, err));
	gp_bind_int(query, ":before", before);
	return gp_query_do(query, err);
}

/* --- who is to be invited ------------------------------------------------------------------- */

enum gp_rc
gp_request_invited(struct gp_db *db, int64_t since, int64_t *ret_count, struct gp_err *err)
{
	static const char sql[] = "SELECT count(*) AS n FROM request WHERE kind = 'join' AND created_at > :since"
				  " AND notice GLOB 'join-invited-*'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_count = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_to_invite_add(struct gp_db *db, const struct gp_to_invite *one, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO to_invite (member_id, mode, since, next_at)"
				  " VALUES (:member, :mode, :since, :next) ON CONFLICT (member_id) DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", one->member_id);
	gp_bind_text(query, ":mode", one->mode);
	gp_bind_int(query, ":since", one->since);
	gp_bind_int(query, ":next", one->next_at);
	return gp_query_do(query, err);
}

enum gp_rc
gp_to_invite_next(struct gp_db *db, int64_t now, struct gp_to_invite *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT member_id, mode, since, next_at FROM to_invite ORDER BY next_at, member_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_to_invite){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	ret->next_at = gp_col_int(query, "next_at");
	ret->since = gp_col_int(query, "since");
	ret->member_id = ret->next_at <= now ? gp_col_int(query, "member_id") : 0;
	(void)snprintf(ret->mode, sizeof(ret->mode), "%s", gp_col_text(query, "mode"));
	return GP_OK;
}

enum gp_rc
gp_to_invite_later(struct gp_db *db, int64_t member_id, int64_t next_at, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "UPDATE to_invite SET next_at = :next WHERE member_id = :member", &query, err));
	gp_bind_int(query, ":next", next_at);
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_to_invite_drop(struct gp_db *db, int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM to_invite WHERE member_id = :member", &query, err));
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}
