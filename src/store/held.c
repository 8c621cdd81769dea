#include "guildpost/store/held.h"

#include "guildpost/base/mem.h"

#define HELD_COLUMNS                                                                                                   \
	"held_id, space_id, raw_id, sender, recipient, from_name, from_address, subject, reason, since, state, "       \
	"excerpt,"                                                                                                     \
	" many, coalesce(settled_at, 0) AS settled_at, coalesce(settled_by, '') AS settled_by"
/* Since when the stewards have it before them, or its author was asked. */
#define HELD_SINCE "coalesce(asked_at, shown_at)"

void
gp_held_free(struct gp_held **held)
{
	struct gp_held *h = *held;

	if (h == NULL)
		return;
	free(h->sender);
	free(h->recipient);
	free(h->from_name);
	free(h->from_address);
	free(h->subject);
	free(h->reason);
	free(h->state);
	free(h->excerpt);
	free(h->settled_by);
	free(h);
	*held = NULL;
}

static struct gp_held *
from_row(struct gp_query *query)
{
	struct gp_held *h = gp_new(sizeof(*h));

	h->id = gp_col_int(query, "held_id");
	h->space_id = gp_col_int(query, "space_id");
	h->raw_id = gp_col_int(query, "raw_id");
	h->since = gp_col_int(query, "since");
	h->sender = gp_strdup(gp_col_text(query, "sender"));
	h->recipient = gp_strdup(gp_col_text(query, "recipient"));
	h->from_name = gp_strdup(gp_col_text(query, "from_name"));
	h->from_address = gp_strdup(gp_col_text(query, "from_address"));
	h->subject = gp_strdup(gp_col_text(query, "subject"));
	h->reason = gp_strdup(gp_col_text(query, "reason"));
	h->state = gp_strdup(gp_col_text(query, "state"));
	h->excerpt = gp_strdup(gp_col_text(query, "excerpt"));
	h->many = gp_col_int(query, "many") != 0;
	h->settled_at = gp_col_int(query, "settled_at");
	h->settled_by = gp_strdup(gp_col_text(query, "settled_by"));
	return h;
}

enum gp_rc
gp_held_insert(struct gp_db *db, const struct gp_held *held, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO held (space_id, raw_id, sender, recipient, from_name, from_address, subject, reason, since,"
	    " excerpt, many, shown_at) VALUES (:space, :raw, :sender, :recipient, :from_name, :from_address, :subject,"
	    " :reason, :since, :excerpt, :many, CASE WHEN :many THEN NULL ELSE :since END)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", held->space_id);
	gp_bind_int(query, ":raw", held->raw_id);
	gp_bind_text(query, ":sender", held->sender);
	gp_bind_text(query, ":recipient", held->recipient);
	gp_bind_text(query, ":from_name", held->from_name);
	gp_bind_text(query, ":from_address", held->from_address);
	gp_bind_text(query, ":subject", held->subject);
	gp_bind_text(query, ":reason", held->reason);
	gp_bind_int(query, ":since", held->since);
	gp_bind_text(query, ":excerpt", held->excerpt);
	gp_bind_int(query, ":many", held->many);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_held_load(struct gp_db *db, int64_t id, struct gp_held **ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT " HELD_COLUMNS " FROM held WHERE held_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_held_settle(
    struct gp_db *db, int64_t id, const char *state, const char *by, int64_t now, bool *ret_first, struct gp_err *err)
{
	static const char sql[] = "UPDATE held SET state = :state, settled_by = :by, settled_at = :now, excerpt = ''"
				  " WHERE held_id = :id AND state = 'held'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":state", state);
	gp_bind_text(query, ":by", by);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_do(query, err));
	*ret_first = gp_db_changes(db) > 0;
	return GP_OK;
}

static enum gp_rc
walk(struct gp_query *query, gp_held_each *each, void *context, struct gp_err *err)
{
	bool found;

	for (;;) {
		SCOPED(gp_held_free) struct gp_held *held = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		held = from_row(query);
		GP_TRY(each(context, held, err));
	}
}

enum gp_rc
gp_held_list(struct gp_db *db, int64_t space_id, gp_held_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " HELD_COLUMNS " FROM held WHERE state = 'held'"
				  " AND (:space = 0 OR space_id = :space) ORDER BY held_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	return walk(query, each, context, err);
}

enum gp_rc
gp_held_overdue(struct gp_db *db, bool called, int64_t before, int64_t after, struct gp_held **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " HELD_COLUMNS " FROM held WHERE state = 'held'"
				  " AND (called_at IS NOT NULL) = :called AND (:called OR many = 0)"
				  " AND " HELD_SINCE " <= :before AND held_id > :after"
				  " ORDER BY held_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":called", called);
	gp_bind_int(query, ":before", before);
	gp_bind_int(query, ":after", after);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_held_called(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "UPDATE held SET called_at = :now WHERE held_id = :id", &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_held_wish(struct gp_db *db, int64_t id, const char *state, const char *by, const char *why, bool *ret_first,
    struct gp_err *err)
{
	static const char sql[] = "UPDATE held SET wish = :state, wish_by = :by, wish_why = :why"
				  " WHERE held_id = :id AND state = 'held' AND (wish IS NULL OR wish = 'shown')";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":state", state);
	gp_bind_text(query, ":by", by);
	gp_bind_text(query, ":why", why);
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_do(query, err));
	*ret_first = gp_db_changes(db) > 0;
	return GP_OK;
}

enum gp_rc
gp_held_wished(struct gp_db *db, int64_t after, struct gp_held **ret, char **ret_state, char **ret_by, char **ret_why,
    struct gp_err *err)
{
	static const char sql[] =
	    "SELECT " HELD_COLUMNS ", wish, wish_by, wish_why FROM held"
	    " WHERE wish IS NOT NULL AND state = 'held' AND held_id > :after ORDER BY held_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	if (!found)
		return GP_OK;
	*ret_state = gp_strdup(gp_col_text(query, "wish"));
	*ret_by = gp_strdup(gp_col_text(query, "wish_by"));
	*ret_why = gp_strdup(gp_col_text(query, "wish_why"));
	return GP_OK;
}

enum gp_rc
gp_held_asked(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "UPDATE held SET asked_at = :now, called_at = NULL WHERE held_id = :id AND state = 'held'", &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_held_oldest(struct gp_db *db, bool called, int64_t *ret_since, struct gp_err *err)
{
	static const char sql[] = "SELECT min(" HELD_SINCE ") AS since FROM held WHERE state = 'held'"
				  " AND (called_at IS NOT NULL) = :called AND (:called OR many = 0)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":called", called);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_since = found ? gp_col_int(query, "since") : 0;
	return GP_OK;
}

/* --- many in one mail ------------------------------------------------------------------------ */

#define OF_COMMUNITY " AND space_id IN (SELECT space_id FROM space WHERE community_id = :community)"

enum gp_rc
gp_held_own_lately(struct gp_db *db, int64_t community_id, int64_t since, int64_t *ret_count, struct gp_err *err)
{
	static const char sql[] = "SELECT count(*) AS n FROM held WHERE since > :since AND many = 0" OF_COMMUNITY;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":since", since);
	gp_bind_int(query, ":community", community_id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_count = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_held_many_any(struct gp_db *db, bool *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT 1 FROM held WHERE state = 'held' AND many = 1"
				  " UNION ALL SELECT 1 FROM held WHERE told = 0 LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	return gp_query_next(query, ret, err);
}

enum gp_rc
gp_held_many_due(struct gp_db *db, int64_t community_id, int64_t before, struct gp_held_many *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT count(*) FILTER (WHERE shown_at IS NULL) AS fresh,"
				  " count(*) FILTER (WHERE shown_at IS NOT NULL AND called_at IS NULL AND " HELD_SINCE
				  " <= :before) AS again,"
				  " coalesce(min(" HELD_SINCE
				  ") FILTER (WHERE shown_at IS NOT NULL AND called_at IS NULL), 0) AS oldest"
				  "  FROM held WHERE state = 'held' AND many = 1 AND wish IS NULL" OF_COMMUNITY;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":before", before);
	gp_bind_int(query, ":community", community_id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = (struct gp_held_many){ gp_col_int(query, "fresh"), gp_col_int(query, "again"),
		gp_col_int(query, "oldest") };
	return GP_OK;
}

enum gp_rc
gp_held_many_shown(struct gp_db *db, int64_t brief_id, int64_t now, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE held SET called_at = CASE WHEN shown_at IS NULL THEN NULL ELSE :now END,"
	    " shown_at = coalesce(shown_at, :now)"
	    " WHERE held_id IN (SELECT ref FROM brief_line WHERE brief_id = :brief AND what = 'held') AND many = 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":brief", brief_id);
	return gp_query_do(query, err);
}

static enum gp_rc
run_on(struct gp_db *db, const char *sql, const char *name, int64_t value, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, name, value);
	return gp_query_do(query, err);
}

enum gp_rc
gp_held_wish_done(struct gp_db *db, int64_t id, struct gp_err *err)
{
	return run_on(
	    db, "UPDATE held SET wish = NULL, wish_by = NULL, wish_why = NULL WHERE held_id = :id", ":id", id, err);
}

enum gp_rc
gp_held_tell_later(struct gp_db *db, int64_t id, struct gp_err *err)
{
	return run_on(db, "UPDATE held SET told = 0 WHERE held_id = :id", ":id", id, err);
}

enum gp_rc
gp_held_told(struct gp_db *db, int64_t community_id, struct gp_err *err)
{
	return run_on(db, "UPDATE held SET told = 1 WHERE told = 0" OF_COMMUNITY, ":community", community_id, err);
}

enum gp_rc
gp_held_untold(struct gp_db *db, int64_t community_id, gp_held_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " HELD_COLUMNS " FROM held WHERE told = 0" OF_COMMUNITY " ORDER BY held_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	return walk(query, each, context, err);
}
