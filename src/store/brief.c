#include "guildpost/store/brief.h"

#include "guildpost/guild/practice.h"

#define DAY	   86400
#define WEEK	   (7 * DAY)
#define LINES	   "9" /* of each kind, at most */
#define HELD_LINES "60"

enum gp_rc
gp_brief_last(struct gp_db *db, int64_t community_id, const char *kind, int64_t *ret_at, struct gp_err *err)
{
	static const char sql[] = "SELECT max(at) AS at FROM brief WHERE community_id = :community AND kind = :kind";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":kind", kind);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_at = gp_col_int(query, "at");
	return GP_OK;
}

/* Posts of members with the week they fell in, counted back from now. */
#define POSTED                                                                                                         \
	"SELECT p.member_id, p.space_id, p.date, (:now - p.date) / 604800 AS week FROM message p"                      \
	" JOIN space s ON s.space_id = p.space_id WHERE p.member_id IS NOT NULL AND p.date <= :now"
#define OF_COMMUNITY " AND s.community_id = :community AND p.date > :now - :weeks * 604800"

/* The name of a space that is not the community's main one: there it needs no saying. */
#define OTHER_SPACE                                                                                                    \
	"CASE WHEN s.name = (SELECT c.name FROM community c WHERE c.community_id = s.community_id) THEN '' ELSE "      \
	"s.name END"
#define HELD                                                                                                           \
	"SELECT 'held' AS what, h.held_id AS ref, h.from_name AS name, h.from_address AS address, h.subject AS text,"  \
	" h.excerpt, " OTHER_SPACE " AS space, h.since AS at, 0 AS count"                                              \
	"  FROM held h JOIN space s ON s.space_id = h.space_id"                                                        \
	" WHERE s.community_id = :community AND h.state = 'held' AND h.wish IS NULL"
#define NOT_DONE(what, ref) " AND NOT EXISTS (SELECT 1 FROM brief_done d WHERE d.what = '" what "' AND d.ref = " ref ")"

/* Each gives the columns what, ref, name, address, text, excerpt, space, at, count. */
static const struct {
	const char *kind, *sql;
} parts[] = {
	{ "held", HELD " AND h.many = 1 ORDER BY h.held_id LIMIT " HELD_LINES },
	{ "brief", HELD " ORDER BY h.held_id LIMIT " HELD_LINES },
	/* Two days is long to wait, two weeks are past: what began a thread and has no word of anybody else. */
	{ "brief",
	    "SELECT 'question' AS what, p.id AS ref, p.from_name AS name, p.from_address AS address, p.subject AS text,"
	    " p.excerpt, " OTHER_SPACE " AS space, p.received_at AS at, 0 AS count"
	    "  FROM message p JOIN space s ON s.space_id = p.space_id"
	    " WHERE s.community_id = :community AND s.state = 'open' AND p.question = 1 AND p.imported = 0"
	    "  AND p.date > :now - 1296000 AND p.received_at <= :now - 172800 AND p.received_at > :now - 1209600"
	    "  AND p.id = (SELECT f.id FROM message f WHERE f.thread_id = p.thread_id ORDER BY f.date, f.id LIMIT 1)"
	    "  AND NOT EXISTS (SELECT 1 FROM message a WHERE a.thread_id = p.thread_id AND a.id <> p.id AND CASE"
	    "   WHEN a.member_id IS NOT NULL AND p.member_id IS NOT NULL THEN a.member_id <> p.member_id"
	    "   ELSE lower(a.from_address) <> lower(p.from_address) END)" NOT_DONE(
		"question", "p.id") " ORDER BY p.received_at LIMIT " LINES },
	{ "brief", "SELECT 'newcomer' AS what, member_id AS ref, name, address, '' AS text, '' AS excerpt, '' AS space,"
		   " joined_at AS at, 0 AS count FROM member"
		   " WHERE community_id = :community AND joined_at > :since AND joined_at <= :now AND state = 'active'"
		   " AND NOT EXISTS (SELECT 1 FROM member_role r WHERE r.member_id = member.member_id)"
		   " ORDER BY joined_at, member_id LIMIT " LINES },
	{ "brief",
	    "SELECT 'quiet' AS what, m.member_id AS ref, m.name, m.address, '' AS text, '' AS excerpt, '' AS space,"
	    " q.last AS at, 0 AS count FROM ("
	    "  SELECT member_id, max(date) AS last FROM (" POSTED OF_COMMUNITY ") GROUP BY member_id"
	    "   HAVING count(DISTINCT week) >= :active AND last < :now - :quiet * 604800 ) q"
	    " JOIN member m ON m.member_id = q.member_id WHERE m.state = 'active' AND NOT EXISTS ("
	    "  SELECT 1 FROM brief_line l JOIN brief b ON b.brief_id = l.brief_id"
	    "   WHERE l.what = 'quiet' AND l.ref = m.member_id AND b.at > :now - :weeks * 604800)"
	    " ORDER BY q.last LIMIT " LINES },
	{ "brief",
	    "SELECT 'minutes' AS what, n.minutes_id AS ref, '' AS name, '' AS address, m.title AS text, '' AS excerpt,"
	    " " OTHER_SPACE " AS space, n.start_at AS at, 0 AS count FROM minutes n"
	    " JOIN meeting m ON m.meeting_id = n.meeting_id JOIN space s ON s.space_id = n.space_id"
	    " WHERE s.community_id = :community AND m.state = 'confirmed' AND n.start_at > :now - 1814400"
	    "  AND n.start_at + m.duration <= :now AND NOT EXISTS (SELECT 1 FROM minutes_post p"
	    "   WHERE p.space_id = n.space_id AND p.at >= n.start_at AND p.at < n.next_at)" NOT_DONE(
		"minutes", "n.minutes_id") " ORDER BY n.start_at LIMIT " LINES },
	{ "brief",
	    "SELECT 'bounced' AS what, m.member_id AS ref, m.name, m.address, u.status AS text, '' AS excerpt,"
	    " '' AS space, u.since AS at, 0 AS count FROM suspension u JOIN member m ON m.member_id = u.member_id"
	    " WHERE m.community_id = :community AND m.state = 'bouncing' AND u.since > :since AND u.since <= :now"
	    " ORDER BY u.since LIMIT " LINES },
	{ "brief", "SELECT 'refused' AS what, 0 AS ref, '' AS name, domain AS address,"
		   " max(status || ' ' || substr(said, 1, 120)) AS text, '' AS excerpt, '' AS space, max(at) AS at,"
		   " count(*) AS count FROM bounce WHERE community_id = :community AND verdict = 'policy'"
		   "  AND at > :since AND at <= :now GROUP BY domain ORDER BY count(*) DESC LIMIT " LINES },
};

static enum gp_rc
gather_part(struct gp_db *db, const char *sql, const struct gp_brief_window *window, gp_brief_each *each, void *context,
    struct gp_err *err)
{
	const struct {
		const char *name;
		int64_t value;
	} bound[] = { { ":community", window->community_id }, { ":since", window->since }, { ":now", window->now },
		{ ":weeks", GP_LEVEL_WEEKS }, { ":active", GP_ACTIVE_WEEKS }, { ":quiet", GP_QUIET_WEEKS } };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	for (size_t i = 0; i < GP_COUNT(bound); i++)
		if (strstr(sql, bound[i].name) != NULL)
			gp_bind_int(query, bound[i].name, bound[i].value);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		const struct gp_brief_line line = { .what = gp_col_text(query, "what"),
			.ref = gp_col_int(query, "ref"),
			.name = gp_col_text(query, "name"),
			.address = gp_col_text(query, "address"),
			.text = gp_col_text(query, "text"),
			.excerpt = gp_col_text(query, "excerpt"),
			.space = gp_col_text(query, "space"),
			.at = gp_col_int(query, "at"),
			.count = gp_col_int(query, "count") };
		GP_TRY(each(context, &line, err));
	}
}

enum gp_rc
gp_brief_gather(
    struct gp_db *db, const struct gp_brief_window *window, gp_brief_each *each, void *context, struct gp_err *err)
{
	for (size_t i = 0; i < GP_COUNT(parts); i++)
		if (strcmp(parts[i].kind, window->kind) == 0)
			GP_TRY(gather_part(db, parts[i].sql, window, each, context, err));
	return GP_OK;
}

enum gp_rc
gp_brief_count(struct gp_db *db, int64_t community_id, int64_t since, struct gp_brief_counts *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT count(*) FILTER (WHERE act = 'mail.dropped' AND payload LIKE '{\"why\":\"spam\"%') AS spam,"
	    " count(*) FILTER (WHERE act = 'held.returned') AS returned FROM ledger"
	    " WHERE at > :since AND community_id = :community";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = (struct gp_brief_counts){ gp_col_int(query, "spam"), gp_col_int(query, "returned") };
	return GP_OK;
}

enum gp_rc
gp_brief_insert(
    struct gp_db *db, int64_t community_id, const char *kind, int64_t at, int64_t *ret_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(
	    db, "INSERT INTO brief (community_id, kind, at) VALUES (:community, :kind, :at)", &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":kind", kind);
	gp_bind_int(query, ":at", at);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_brief_add_line(struct gp_db *db, int64_t brief_id, int number, const char *what, int64_t ref, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO brief_line (brief_id, number, what, ref) VALUES (:brief, :number, :what, :ref)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":brief", brief_id);
	gp_bind_int(query, ":number", number);
	gp_bind_text(query, ":what", what);
	gp_bind_int(query, ":ref", ref);
	return gp_query_do(query, err);
}

enum gp_rc
gp_brief_find(struct gp_db *db, int64_t brief_id, int number, struct gp_brief_ref *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT l.what, l.ref, b.community_id FROM brief_line l"
	    " JOIN brief b ON b.brief_id = l.brief_id WHERE l.brief_id = :brief AND l.number = :number";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_brief_ref){ .what = "" };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":brief", brief_id);
	gp_bind_int(query, ":number", number);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	(void)snprintf(ret->what, sizeof(ret->what), "%s", gp_col_text(query, "what"));
	ret->ref = gp_col_int(query, "ref");
	ret->community_id = gp_col_int(query, "community_id");
	return GP_OK;
}

enum gp_rc
gp_brief_done(struct gp_db *db, const char *what, int64_t ref, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "INSERT INTO brief_done (what, ref, at) VALUES (:what, :ref, :now) ON CONFLICT DO NOTHING", &query, err));
	gp_bind_text(query, ":what", what);
	gp_bind_int(query, ":ref", ref);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

/* --- practice -------------------------------------------------------------------------------- */

enum gp_rc
gp_levels_update(struct gp_db *db, int64_t community_id, int64_t now, int64_t *ret_changed, struct gp_err *err)
{
#define WEEKS "(SELECT member_id, count(DISTINCT week) AS weeks FROM (" POSTED OF_COMMUNITY ") GROUP BY member_id)"
#define LEVEL "CASE WHEN w.weeks >= :core THEN 'core' WHEN w.weeks >= :active THEN 'active' ELSE 'peripheral' END"
	static const char sql[] =
	    "UPDATE member SET level = n.level FROM (SELECT m.member_id, " LEVEL " AS level FROM member m"
	    "  LEFT JOIN " WEEKS " w ON w.member_id = m.member_id"
	    "  WHERE m.community_id = :community AND (w.weeks IS NOT NULL OR m.level IN ('core', 'active'))) n"
	    " WHERE n.member_id = member.member_id AND member.level NOT IN ('guest', n.level)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":weeks", GP_LEVEL_WEEKS);
	gp_bind_int(query, ":core", GP_CORE_WEEKS);
	gp_bind_int(query, ":active", GP_ACTIVE_WEEKS);
	GP_TRY(gp_query_do(query, err));
	*ret_changed = gp_db_changes(db);
	return GP_OK;
}

enum gp_rc
gp_often_next(
    struct gp_db *db, int64_t now, int64_t after, int64_t *ret_member_id, int64_t *ret_space_id, struct gp_err *err)
{
	/* Stewards after a week, when they have seen what a letter is like. */
	static const char sql[] =
	    "SELECT o.member_id, o.space_id FROM subscription o JOIN member m ON m.member_id = o.member_id"
	    " WHERE o.to_event IS NULL AND o.mode IN ('daily', 'weekly', 'monthly') AND m.state = 'active'"
	    "  AND m.member_id > :after"
	    "  AND NOT EXISTS (SELECT 1 FROM asked_once a WHERE a.member_id = m.member_id AND a.what = 'each')"
	    "  AND ((m.joined_at < :now - 604800"
	    "    AND EXISTS (SELECT 1 FROM member_role r WHERE r.member_id = m.member_id AND r.role = 'steward'))"
	    "   OR (SELECT count(DISTINCT (:now - p.date) / 604800) FROM message p WHERE p.space_id = o.space_id"
	    "     AND p.member_id = m.member_id AND p.date <= :now AND p.date > :now - :window * 604800) >= :often)"
	    " ORDER BY m.member_id, o.space_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":window", GP_OFTEN_WINDOW);
	gp_bind_int(query, ":often", GP_OFTEN_WEEKS);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_member_id = found ? gp_col_int(query, "member_id") : 0;
	*ret_space_id = found ? gp_col_int(query, "space_id") : 0;
	return GP_OK;
}

enum gp_rc
gp_asked_once(struct gp_db *db, int64_t member_id, const char *what, int64_t now, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "INSERT INTO asked_once (member_id, what, at) VALUES (:member, :what, :now) ON CONFLICT DO NOTHING", &query,
	    err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_text(query, ":what", what);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}
