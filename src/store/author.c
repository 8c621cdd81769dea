#include "guildpost/store/author.h"

#include "guildpost/guild/admit.h"

enum gp_rc
gp_author_posts(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *address, int64_t *ret_posts, struct gp_err *err)
{
	static const char by_member[] =
	    "SELECT count(*) AS n FROM message WHERE space_id = :space AND member_id = :who";
	static const char by_address[] = "SELECT count(*) AS n FROM message WHERE space_id = :space"
					 " AND lower(from_address) = lower(:who)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, member_id > 0 ? by_member : by_address, &query, err));
	gp_bind_int(query, ":space", space_id);
	if (member_id > 0)
		gp_bind_int(query, ":who", member_id);
	else
		gp_bind_text(query, ":who", address);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_posts = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_posts_lately(struct gp_db *db, int64_t space_id, int64_t member_id, const char *address, int64_t since, int64_t most,
    struct gp_lately *ret, struct gp_err *err)
{
	/* From the newest back, so that the size of the archive does not matter. A held post is a
	 * member's by any of his addresses. */
	static const char sql[] =
	    "SELECT count(*) AS space, count(*) FILTER (WHERE CASE WHEN :member > 0 THEN member_id = :member"
	    "   ELSE address_key = lower(:address) END) AS author"
	    " FROM (SELECT member_id, lower(from_address) AS address_key FROM ("
	    "   SELECT member_id, from_address, received_at, imported FROM message WHERE space_id = :space"
	    "    ORDER BY event DESC LIMIT :most) WHERE received_at > :since AND imported = 0"
	    "  UNION ALL SELECT coalesce("
	    "    (SELECT m.member_id FROM member m WHERE m.community_id = s.community_id"
	    "      AND m.address_key = lower(h.from_address)),"
	    "    (SELECT a.member_id FROM member_alias a WHERE a.community_id = s.community_id"
	    "      AND a.address_key = lower(h.from_address))), lower(h.from_address)"
	    "   FROM held h JOIN space s ON s.space_id = h.space_id"
	    "   WHERE h.space_id = :space AND h.since > :since AND h.state <> 'freed' AND h.reason IN (:often, "
	    ":flood))";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":member", member_id);
	gp_bind_text(query, ":address", address);
	gp_bind_int(query, ":since", since);
	gp_bind_int(query, ":most", most);
	gp_bind_text(query, ":often", GP_REASON_OFTEN);
	gp_bind_text(query, ":flood", GP_REASON_FLOOD);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = (struct gp_lately){ .author = gp_col_int(query, "author"), .space = gp_col_int(query, "space") };
	return GP_OK;
}
