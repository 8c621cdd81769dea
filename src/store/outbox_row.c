#include "guildpost/base/mem.h"
#include "guildpost/store/outbox.h"
#include "guildpost/store/setting.h"

/* The state that a person sees: a row that is due may be in hand, or wait for the next attempt. */
#define ROW_COLUMNS                                                                                                    \
	"o.outbox_id, coalesce(o.space_id, 0) AS space_id, coalesce(p.name, '') AS space, o.kind, o.reason,"           \
	" o.last_reply, o.msgid, o.delivered + coalesce((SELECT sum(s.delivered) FROM slice s"                         \
	"  WHERE s.outbox_id = o.outbox_id), 0) AS delivered, o.refused, o.created_at, o.expires_at, "                 \
	"coalesce(length(m.octets), 0) "                                                                               \
	"AS size,"                                                                                                     \
	" CASE WHEN o.audience = 'list' AND o.exhausted = 0 THEN"                                                      \
	"  (SELECT count(*) FROM outbox_recipient r WHERE r.outbox_id = o.outbox_id)"                                  \
	"  WHEN o.exhausted = 1 THEN o.recipients ELSE -1 END AS recipients,"                                          \
	" coalesce((SELECT sum(s.recipients) FROM slice s WHERE s.outbox_id = o.outbox_id AND s.state = 'deferred'"    \
	"  AND s.attempts > 0), 0) AS deferred,"                                                                       \
	" coalesce((SELECT min(s.next_attempt) FROM slice s WHERE s.outbox_id = o.outbox_id AND s.state = 'deferred'"  \
	"  AND s.next_attempt > :now), 0) AS next_attempt,"                                                            \
	" CASE WHEN o.state <> 'due' THEN o.state"                                                                     \
	"  WHEN EXISTS (SELECT 1 FROM slice s WHERE s.outbox_id = o.outbox_id AND s.state = 'sending') THEN 'sending'" \
	"  WHEN EXISTS (SELECT 1 FROM slice s WHERE s.outbox_id = o.outbox_id AND s.next_attempt <= :now) THEN 'due'"  \
	"  WHEN EXISTS (SELECT 1 FROM slice s WHERE s.outbox_id = o.outbox_id) THEN 'deferred' ELSE 'due' END AS "     \
	"state"
#define ROW_FROM                                                                                                       \
	" FROM outbox o LEFT JOIN space p ON p.space_id = o.space_id LEFT JOIN outbox_mail m ON m.outbox_id = "        \
	"o.outbox_id"

void
gp_outbox_row_free(struct gp_outbox_row **row)
{
	struct gp_outbox_row *r = *row;

	if (r == NULL)
		return;
	free(r->kind);
	free(r->space);
	free(r->state);
	free(r->reason);
	free(r->last_reply);
	free(r->msgid);
	free(r);
	*row = NULL;
}

static struct gp_outbox_row *
from_row(struct gp_query *query)
{
	struct gp_outbox_row *r = gp_new(sizeof(*r));

	r->id = gp_col_int(query, "outbox_id");
	r->space_id = gp_col_int(query, "space_id");
	r->recipients = gp_col_int(query, "recipients");
	r->delivered = gp_col_int(query, "delivered");
	r->deferred = gp_col_int(query, "deferred");
	r->refused = gp_col_int(query, "refused");
	r->size = gp_col_int(query, "size");
	r->next_attempt = gp_col_int(query, "next_attempt");
	r->created_at = gp_col_int(query, "created_at");
	r->expires_at = gp_col_int(query, "expires_at");
	r->kind = gp_strdup(gp_col_text(query, "kind"));
	r->space = gp_strdup(gp_col_text(query, "space"));
	r->state = gp_strdup(gp_col_text(query, "state"));
	r->reason = gp_strdup(gp_col_text(query, "reason"));
	r->last_reply = gp_strdup(gp_col_text(query, "last_reply"));
	r->msgid = gp_strdup(gp_col_text(query, "msgid"));
	return r;
}

enum gp_rc
gp_outbox_list(struct gp_db *db, int64_t space_id, int64_t now, gp_outbox_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " ROW_COLUMNS ROW_FROM " WHERE o.state IN ('due', 'held', 'failed')"
				  " AND (:space = 0 OR o.space_id = :space) ORDER BY o.outbox_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":now", now);
	for (;;) {
		SCOPED(gp_outbox_row_free) struct gp_outbox_row *row = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		row = from_row(query);
		GP_TRY(each(context, row, err));
	}
}

enum gp_rc
gp_outbox_load(struct gp_db *db, int64_t id, int64_t now, struct gp_outbox_row **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " ROW_COLUMNS ROW_FROM " WHERE o.outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_outbox_untold(struct gp_db *db, int64_t now, struct gp_outbox_row **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " ROW_COLUMNS ROW_FROM " WHERE o.tell = 1 ORDER BY o.outbox_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

static void
outcome_release(struct gp_outcome *outcome)
{
	free(outcome->address);
	free(outcome->result);
	free(outcome->status);
	free(outcome->reply);
}

enum gp_rc
gp_outcome_list(struct gp_db *db, int64_t outbox_id, gp_outcome_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT recipient_key, address, result, code, status, reply, at FROM outcome"
				  " WHERE outbox_id = :id ORDER BY recipient_key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", outbox_id);
	for (;;) {
		SCOPED(outcome_release) struct gp_outcome outcome = { 0 };

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		outcome.key = gp_col_int(query, "recipient_key");
		outcome.code = gp_col_int(query, "code");
		outcome.at = gp_col_int(query, "at");
		outcome.address = gp_strdup(gp_col_text(query, "address"));
		outcome.result = gp_strdup(gp_col_text(query, "result"));
		outcome.status = gp_strdup(gp_col_text(query, "status"));
		outcome.reply = gp_strdup(gp_col_text(query, "reply"));
		GP_TRY(each(context, &outcome, err));
	}
}

/* --- acts ----------------------------------------------------------------------------------- */

/* Runs a statement that names :id, and :now when timed. */
static enum gp_rc
run(struct gp_db *db, const char *sql, int64_t id, bool timed, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	if (timed)
		gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

enum gp_rc
gp_outbox_told(struct gp_db *db, int64_t id, struct gp_err *err)
{
	return run(db, "UPDATE outbox SET tell = 0 WHERE outbox_id = :id", id, false, 0, err);
}

enum gp_rc
gp_outbox_forget(struct gp_db *db, int64_t before, int64_t most, int64_t *ret_gone, struct gp_err *err)
{
#define OLD                                                                                                            \
	"(SELECT outbox_id FROM outbox WHERE state IN ('sent', 'dropped', 'failed') AND created_at < :before"          \
	" AND tell = 0 ORDER BY outbox_id LIMIT :most)"
	static const char *const steps[] = { "DELETE FROM outcome WHERE outbox_id IN " OLD,
		"DELETE FROM attempt WHERE outbox_id IN " OLD, "DELETE FROM sent WHERE outbox_id IN " OLD,
		"DELETE FROM slice WHERE outbox_id IN " OLD, "DELETE FROM outbox_recipient WHERE outbox_id IN " OLD,
		"DELETE FROM outbox_mail WHERE outbox_id IN " OLD, "DELETE FROM outbox WHERE outbox_id IN " OLD };

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":before", before);
		gp_bind_int(query, ":most", most);
		GP_TRY(gp_query_do(query, err));
	}
	*ret_gone = gp_db_changes(db);
	return GP_OK;
}

enum gp_rc
gp_outbox_hold(struct gp_db *db, int64_t id, const char *reason, struct gp_err *err)
{
	static const char sql[] = "UPDATE outbox SET state = 'held', reason = :reason WHERE outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_text(query, ":reason", reason);
	return gp_query_do(query, err);
}

/* A row that was held for weeks, or has failed by the lapse of time, gets its five days anew. */
static const char due_again[] = "UPDATE outbox SET state = 'due', reason = '', refusals_in_row = 0, tell = 0,"
				" expires_at = max(expires_at, :now + max(86400, min(432000, expires_at - created_at)))"
				" WHERE outbox_id = :id";
static const char waiting_now[] = "UPDATE slice SET next_attempt = :now WHERE outbox_id = :id AND state = 'deferred'";

/* Whoever has an outcome of these kinds gets a slice of their own, and is counted no longer. */
static enum gp_rc
take_back(struct gp_db *db, int64_t id, const char *const steps[3], int64_t now, struct gp_err *err)
{
	GP_TRY(run(db, steps[0], id, true, now, err));
	GP_TRY(run(db, steps[1], id, false, now, err));
	return run(db, steps[2], id, false, now, err);
}

enum gp_rc
gp_outbox_release(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err)
{
	static const char slices[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, only_key, state, next_attempt)"
	    " SELECT outbox_id, recipient_key - 1, recipient_key, recipient_key, 'deferred', :now FROM outcome"
	    " WHERE outbox_id = :id AND result = 'content'";
	static const char counts[] =
	    "UPDATE outbox SET refused = refused -"
	    " (SELECT count(*) FROM outcome WHERE outbox_id = :id AND result = 'content') WHERE outbox_id = :id";
	static const char outcomes[] = "DELETE FROM outcome WHERE outbox_id = :id AND result = 'content'";
	static const char *const steps[] = { slices, counts, outcomes };

	GP_TRY(take_back(db, id, steps, now, err));
	GP_TRY(run(db, waiting_now, id, true, now, err));
	return run(db, due_again, id, true, now, err);
}

enum gp_rc
gp_outbox_retry(struct gp_db *db, int64_t id, int64_t now, struct gp_err *err)
{
	static const char slices[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, only_key, state, next_attempt)"
	    " SELECT outbox_id, recipient_key - 1, recipient_key, recipient_key, 'deferred', :now FROM outcome"
	    " WHERE outbox_id = :id";
	static const char counts[] = "UPDATE outbox SET refused = 0 WHERE outbox_id = :id";
	static const char outcomes[] = "DELETE FROM outcome WHERE outbox_id = :id";
	static const char *const steps[] = { slices, counts, outcomes };

	GP_TRY(take_back(db, id, steps, now, err));
	GP_TRY(run(db, waiting_now, id, true, now, err));
	GP_TRY(run(db, due_again, id, true, now, err));
	return gp_setting_put(db, "road_pause", NULL, err);
}

enum gp_rc
gp_outbox_drop(struct gp_db *db, int64_t id, struct gp_err *err)
{
	static const char *const steps[] = {
		("UPDATE outbox SET delivered = delivered +"
		 " coalesce((SELECT sum(delivered) FROM slice WHERE outbox_id = :id), 0) WHERE outbox_id = :id"),
		"DELETE FROM slice WHERE outbox_id = :id",
		"DELETE FROM outbox_recipient WHERE outbox_id = :id",
		"DELETE FROM outbox_mail WHERE outbox_id = :id",
		("UPDATE outbox SET state = 'dropped', reason = '', slots = '', exhausted = 1, tell = 0"
		 " WHERE outbox_id = :id"),
	};

	for (size_t i = 0; i < GP_COUNT(steps); i++)
		GP_TRY(run(db, steps[i], id, false, 0, err));
	return GP_OK;
}
