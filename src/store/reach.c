#include "guildpost/store/issue.h"

#include "guildpost/base/mem.h"

void
gp_reach_add(struct gp_reach *reach, int64_t after, int64_t through)
{
	struct gp_span *last = reach->count > 0 ? &reach->span[reach->count - 1] : NULL;

	if (after >= through)
		return;
	/* A ninth change of mode within one window: rather a post that also came as a copy than one that never came. */
	if (last != NULL && (after <= last->through || reach->count == GP_SPANS_MAX))
		last->through = through;
	else
		reach->span[reach->count++] = (struct gp_span){ after, through };
}

bool
gp_reach_holds(const struct gp_reach *reach, int64_t event)
{
	for (size_t i = 0; i < reach->count; i++)
		if (event > reach->span[i].after && event <= reach->span[i].through)
			return true;
	return false;
}

void
gp_reach_format(const struct gp_reach *reach, struct gp_buf *out)
{
	for (size_t i = 0; i < reach->count; i++)
		gp_buf_addf(out, "%s%lld-%lld", i > 0 ? " " : "", (long long)reach->span[i].after,
		    (long long)reach->span[i].through);
}

/* --- who is to get one ------------------------------------------------------------------------------------------ */

/* The mode in which somebody reads digests: his own; or, gone over to `each`, the one he is still owed a last digest in,
 * which is weekly over a pause from `each`. Who chose `none` or `meetings` wants less at once, and is owed nothing. */
#define CATCHES_UP(v) "(" v ".mode IN ('daily', 'weekly', 'monthly') OR " v ".resting = 1)"
#define READING_MODE                                                                                                   \
	"CASE s.mode WHEN 'each' THEN"                                                                                 \
	" (SELECT CASE v.resting WHEN 1 THEN 'weekly' ELSE v.mode END FROM subscription v"                             \
	"  WHERE v.space_id = s.space_id AND v.member_id = s.member_id AND v.to_event > s.digested_through"            \
	"    AND " CATCHES_UP("v") "  ORDER BY v.from_event DESC LIMIT 1)"                                             \
				   " ELSE s.mode END"
#define READERS                                                                                                        \
	" FROM subscription s JOIN member m ON m.member_id = s.member_id"                                              \
	" WHERE s.space_id = :space AND s.to_event IS NULL AND m.state IN ('active', 'paused')"                        \
	"   AND (s.mode IN ('daily', 'weekly', 'monthly') OR (s.mode = 'each' AND s.from_event > s.digested_through))"

enum gp_rc
gp_issue_clocks(struct gp_db *db, int64_t space_id, const char *space_timezone, gp_issue_clock *each, void *context,
    struct gp_err *err)
{
	static const char sql[] = "SELECT " READING_MODE " AS reading, coalesce(nullif(m.timezone, ''), :zone) AS zone,"
				  " min(s.digested_at) AS oldest" READERS " GROUP BY 1, 2 ORDER BY 1, 2";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":zone", space_timezone);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		if (!gp_col_is_null(query, "reading"))
			GP_TRY(each(context, gp_col_text(query, "reading"), gp_col_text(query, "zone"),
			    gp_col_int(query, "oldest"), err));
	}
}

enum gp_rc
gp_issue_readers(struct gp_db *db, int64_t space_id, const char *space_timezone, const char *space_language,
    const char *mode, const char *timezone, int64_t due_at, gp_issue_reader_each *each, void *context,
    struct gp_err *err)
{
	static const char sql[] =
	    "SELECT s.subscription_id, s.member_id, s.from_event, s.digested_through, s.digested_at, m.address, m.name,"
	    " coalesce(nullif(m.language, ''), :language) AS language" READERS "   AND " READING_MODE
	    " = :mode AND coalesce(nullif(m.timezone, ''), :zone) = :timezone"
	    "   AND s.digested_at < :due AND coalesce(m.paused_until, 0) <= :due"
	    " ORDER BY s.member_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_issue_reader reader;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":zone", space_timezone);
	gp_bind_text(query, ":language", space_language);
	gp_bind_text(query, ":mode", mode);
	gp_bind_text(query, ":timezone", timezone);
	gp_bind_int(query, ":due", due_at);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		reader = (struct gp_issue_reader){ .subscription_id = gp_col_int(query, "subscription_id"),
			.member_id = gp_col_int(query, "member_id"),
			.from_event = gp_col_int(query, "from_event"),
			.digested_through = gp_col_int(query, "digested_through"),
			.digested_at = gp_col_int(query, "digested_at"),
			.address = gp_col_text(query, "address"),
			.name = gp_col_text(query, "name"),
			.language = gp_col_text(query, "language") };
		GP_TRY(each(context, &reader, err));
	}
}

enum gp_rc
gp_issue_close(struct gp_db *db, int64_t space_id, int64_t due_at, int64_t *ret_through, struct gp_err *err)
{
	/* Numbers and filing instants rise together: what stands before the first late post was filed in time. */
	static const char sql[] =
	    "SELECT coalesce((SELECT min(event) - 1 FROM message WHERE space_id = :space AND event > coalesce("
	    "   (SELECT event FROM message WHERE space_id = :space AND filed_at <= :due ORDER BY event DESC LIMIT 1), "
	    "0)),"
	    " (SELECT event FROM counter)) AS through";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":due", due_at);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_through = gp_col_int(query, "through");
	return GP_OK;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The versions since the cursor in which he read digests; what lies in others he had as copies, or did not want. */
static enum gp_rc
reach_of_versions(struct gp_db *db, int64_t space_id, const struct gp_issue_reader *reader, int64_t through,
    struct gp_reach *reach, struct gp_err *err)
{
	static const char sql[] = "SELECT from_event, coalesce(to_event, :through + 1) AS to_event FROM subscription v"
				  " WHERE space_id = :space AND member_id = :member AND " CATCHES_UP(
				      "v") "   AND (to_event IS NULL OR to_event - 1 > :after) ORDER BY from_event";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":member", reader->member_id);
	gp_bind_int(query, ":after", reader->digested_through);
	gp_bind_int(query, ":through", through);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_reach_add(reach, larger(gp_col_int(query, "from_event") - 1, reader->digested_through),
		    smaller(gp_col_int(query, "to_event") - 1, through));
	}
}

enum gp_rc
gp_issue_reach(struct gp_db *db, int64_t space_id, const struct gp_issue_reader *reader, int64_t through,
    struct gp_reach *ret_reach, struct gp_err *err)
{
	*ret_reach = (struct gp_reach){ .count = 0 };
	if (reader->from_event > reader->digested_through)
		return reach_of_versions(db, space_id, reader, through, ret_reach, err);
	gp_reach_add(ret_reach, reader->digested_through, through);
	return GP_OK;
}

enum gp_rc
gp_issue_first_event(
    struct gp_db *db, int64_t space_id, int64_t after, int64_t through, int64_t *ret_event, struct gp_err *err)
{
	static const char sql[] = "SELECT event FROM message WHERE space_id = :space AND event > :after"
				  " AND event <= :through AND imported = 0 ORDER BY event LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":through", through);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_event = found ? gp_col_int(query, "event") : through + 1;
	return GP_OK;
}

enum gp_rc
gp_issue_move(struct gp_db *db, const struct gp_issue_reader *from, int64_t through, int64_t due_at, bool *ret_moved,
    struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE subscription SET digested_through = :through, digested_at = :due"
	    " WHERE subscription_id = :id AND to_event IS NULL AND digested_through = :old_through"
	    "   AND digested_at = :old_at AND EXISTS (SELECT 1 FROM member m WHERE m.member_id = subscription.member_id"
	    "   AND m.state IN ('active', 'paused'))";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":through", larger(through, from->digested_through));
	gp_bind_int(query, ":due", due_at);
	gp_bind_int(query, ":id", from->subscription_id);
	gp_bind_int(query, ":old_through", from->digested_through);
	gp_bind_int(query, ":old_at", from->digested_at);
	GP_TRY(gp_query_do(query, err));
	*ret_moved = gp_db_changes(db) == 1;
	return GP_OK;
}
