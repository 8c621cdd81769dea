#include "guildpost/store/aside.h"

#include "guildpost/store/raw.h"

static enum gp_rc
find_same(
    struct gp_db *db, int64_t space_id, const unsigned char sha256[32], struct gp_aside_added *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT aside_id, raw_id IS NULL AS dropped FROM aside WHERE space_id = :space AND sha256 = :sha256";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_blob(query, ":sha256", sha256, 32);
	GP_TRY(gp_query_next(query, &ret->known, err));
	if (ret->known) {
		ret->id = gp_col_int(query, "aside_id");
		ret->dropped = gp_col_int(query, "dropped") != 0;
	}
	return GP_OK;
}

enum gp_rc
gp_aside_add(struct gp_db *db, const struct gp_aside *aside, const struct gp_spool *octets,
    const unsigned char sha256[32], struct gp_aside_added *ret, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO aside (space_id, raw_id, sha256, size, source, reason, since)"
				  " VALUES (:space, :raw, :sha256, :size, :source, :reason, :since)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	int64_t raw_id;

	*ret = (struct gp_aside_added){ .known = false };
	GP_TRY(find_same(db, aside->space_id, sha256, ret, err));
	if (ret->known)
		return GP_OK;
	GP_TRY(gp_raw_insert_spool(db, octets, sha256, aside->since, &raw_id, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", aside->space_id);
	gp_bind_int(query, ":raw", raw_id);
	gp_bind_blob(query, ":sha256", sha256, 32);
	gp_bind_int(query, ":size", (int64_t)octets->size);
	gp_bind_text(query, ":source", aside->source);
	gp_bind_text(query, ":reason", aside->reason);
	gp_bind_int(query, ":since", aside->since);
	GP_TRY(gp_query_do(query, err));
	ret->id = gp_db_inserted(db);
	return GP_OK;
}

#define ASIDE                                                                                                          \
	"SELECT a.aside_id, a.space_id, a.raw_id, a.size, a.source, a.reason, a.since, s.name AS space"                \
	" FROM aside a JOIN space s ON s.space_id = a.space_id WHERE a.raw_id IS NOT NULL"

static enum gp_rc
hand_out(struct gp_query *query, gp_aside_each *each, void *context, struct gp_err *err)
{
	const struct gp_aside aside = { .id = gp_col_int(query, "aside_id"),
		.space_id = gp_col_int(query, "space_id"),
		.raw_id = gp_col_int(query, "raw_id"),
		.size = gp_col_int(query, "size"),
		.since = gp_col_int(query, "since"),
		.space = gp_col_text(query, "space"),
		.source = gp_col_text(query, "source"),
		.reason = gp_col_text(query, "reason") };

	return each(context, &aside, err);
}

enum gp_rc
gp_aside_list(struct gp_db *db, int64_t space_id, gp_aside_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = ASIDE " AND :space IN (0, a.space_id) ORDER BY a.aside_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	for (bool row;;) {
		GP_TRY(gp_query_next(query, &row, err));
		if (!row)
			return GP_OK;
		GP_TRY(hand_out(query, each, context, err));
	}
}

enum gp_rc
gp_aside_find(struct gp_db *db, int64_t id, gp_aside_each *each, void *context, bool *ret_found, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, ASIDE " AND a.aside_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, ret_found, err));
	return *ret_found ? hand_out(query, each, context, err) : GP_OK;
}

enum gp_rc
gp_aside_drop(struct gp_db *db, const struct gp_aside *aside, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "UPDATE aside SET raw_id = NULL WHERE aside_id = :id", &query, err));
	gp_bind_int(query, ":id", aside->id);
	GP_TRY(gp_query_do(query, err));
	return gp_raw_delete(db, aside->raw_id, err);
}
