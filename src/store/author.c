#include "guildpost/store/author.h"

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
