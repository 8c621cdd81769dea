#include "guildpost/store/answered.h"

#define DAY	     86400
#define WEEKLY_LIMIT 20

enum gp_rc
gp_answered_count(
    struct gp_db *db, const char *address_key, const char *kind, int64_t since, int64_t *ret_count, struct gp_err *err)
{
#define OF_KIND " AND CASE WHEN :kind IS NULL THEN kind NOT GLOB '=*' ELSE kind = :kind END"
	/* Two texts, so that each finds its own index. */
	static const char of_all[] = "SELECT count(*) AS n FROM answered WHERE at > :since" OF_KIND;
	static const char of_one[] =
	    "SELECT count(*) AS n FROM answered WHERE address_key = :address AND at > :since" OF_KIND;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool row;

	GP_TRY(gp_query_open(db, address_key != NULL ? of_one : of_all, &query, err));
	if (address_key != NULL)
		gp_bind_text(query, ":address", address_key);
	gp_bind_text(query, ":kind", kind);
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_next(query, &row, err));
	*ret_count = gp_col_int(query, "n");
	return GP_OK;
}

enum gp_rc
gp_answered_note(struct gp_db *db, const char *address_key, const char *kind, int64_t now, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO answered (address_key, kind, at) VALUES (:address, :kind, :now)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":address", address_key);
	gp_bind_text(query, ":kind", kind);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

enum gp_rc
gp_answered_forget(struct gp_db *db, int64_t before, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM answered WHERE at <= :before", &query, err));
	gp_bind_int(query, ":before", before);
	return gp_query_do(query, err);
}

enum gp_rc
gp_answered_first(
    struct gp_db *db, const char *address_key, const char *kind, int64_t now, bool *ret_first, struct gp_err *err)
{
	int64_t same, week;

	GP_TRY(gp_answered_count(db, address_key, kind, now - DAY, &same, err));
	GP_TRY(gp_answered_count(db, address_key, NULL, now - 7 * DAY, &week, err));
	*ret_first = same == 0 && week < WEEKLY_LIMIT;
	return *ret_first ? gp_answered_note(db, address_key, kind, now, err) : GP_OK;
}
