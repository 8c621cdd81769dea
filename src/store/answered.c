#include "guildpost/store/answered.h"

#define DAY	     86400
#define WEEKLY_LIMIT 20

enum gp_rc
gp_answered_first(
    struct gp_db *db, const char *address_key, const char *kind, int64_t now, bool *ret_first, struct gp_err *err)
{
	static const char count[] =
	    "SELECT count(*) FILTER (WHERE kind = :kind AND at > :day) AS same, count(*) AS week"
	    "  FROM answered WHERE address_key = :address AND at > :week";
	static const char forget[] = "DELETE FROM answered WHERE address_key = :address AND at <= :week";
	static const char remember[] = "INSERT INTO answered (address_key, kind, at) VALUES (:address, :kind, :now)";
	SCOPED(gp_query_free) struct gp_query *counting = NULL;
	SCOPED(gp_query_free) struct gp_query *forgetting = NULL;
	SCOPED(gp_query_free) struct gp_query *remembering = NULL;
	bool row;

	GP_TRY(gp_query_open(db, count, &counting, err));
	gp_bind_text(counting, ":address", address_key);
	gp_bind_text(counting, ":kind", kind);
	gp_bind_int(counting, ":day", now - DAY);
	gp_bind_int(counting, ":week", now - 7 * DAY);
	GP_TRY(gp_query_next(counting, &row, err));
	*ret_first = gp_col_int(counting, "same") == 0 && gp_col_int(counting, "week") < WEEKLY_LIMIT;
	if (!*ret_first)
		return GP_OK;
	GP_TRY(gp_query_open(db, forget, &forgetting, err));
	gp_bind_text(forgetting, ":address", address_key);
	gp_bind_int(forgetting, ":week", now - 7 * DAY);
	GP_TRY(gp_query_do(forgetting, err));
	GP_TRY(gp_query_open(db, remember, &remembering, err));
	gp_bind_text(remembering, ":address", address_key);
	gp_bind_text(remembering, ":kind", kind);
	gp_bind_int(remembering, ":now", now);
	return gp_query_do(remembering, err);
}
