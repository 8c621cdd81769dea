/* Threads mended by hand. A mend is a pair of message-ids (their places), so that it outlives whatever is derived: what
 * arrives later,
 * and what is read again, heeds it (store/thread.c asks here before it joins two threads). */
#include "guildpost/store/thread.h"
#include "store/placing.h"

enum gp_rc
gp_mend_parted(struct gp_db *db, int64_t a, int64_t b, bool *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT 1 FROM mend d JOIN place x ON x.place = d.place JOIN place y ON y.place = d.other"
	    " WHERE d.together = 0 AND ((x.thread_id = :a AND y.thread_id = :b) OR (x.thread_id = :b AND y.thread_id = "
	    ":a)) LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":a", a);
	gp_bind_int(query, ":b", b);
	return gp_query_next(query, ret, err);
}

enum gp_rc
gp_mend_joined(struct gp_db *db, int64_t space_id, const char *msgid, int64_t *ret_thread_id, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT p.thread_id FROM (SELECT other AS place FROM mend WHERE place = :place AND together = 1"
	    "  UNION ALL SELECT place FROM mend WHERE other = :place AND together = 1) d"
	    " JOIN place p ON p.place = d.place LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(space_id, msgid));
	GP_TRY(gp_query_next(query, &found, err));
	*ret_thread_id = found ? gp_col_int(query, "thread_id") : 0;
	return GP_OK;
}

/* --- joined --------------------------------------------------------------------------------- */

enum gp_rc
gp_thread_join(struct gp_db *db, int64_t a, int64_t b, int64_t *ret_thread_id, struct gp_err *err)
{
	static const char forget[] = "DELETE FROM mend WHERE together = 0"
				     " AND (SELECT thread_id FROM place p WHERE p.place = mend.place) IN (:a, :b)"
				     " AND (SELECT thread_id FROM place p WHERE p.place = mend.other) IN (:a, :b)";
	static const char remember[] =
	    "INSERT INTO mend (place, other, together) SELECT x.place, y.place, 1"
	    "   FROM (SELECT place FROM message WHERE thread_id = :a ORDER BY date, id LIMIT 1) x,"
	    "        (SELECT place FROM message WHERE thread_id = :b ORDER BY date, id LIMIT 1) y"
	    " WHERE true ON CONFLICT (place, other) DO UPDATE SET together = 1";
	static const char roots[] = "SELECT id FROM message WHERE thread_id = :id AND parent_id IS NULL";
	SCOPED(gp_free_ptr) int64_t *ids = NULL;
	size_t count;

	GP_TRY(gp_thread_run(db, forget, a, b, err));
	GP_TRY(gp_thread_run(db, remember, a, b, err));
	*ret_thread_id = a;
	GP_TRY(gp_thread_unite(db, ret_thread_id, b, err));
	GP_TRY(gp_thread_collect(db, roots, *ret_thread_id, &ids, &count, err));
	return gp_thread_resettle(db, ids, count, err); /* what was cut off has its parent again */
}

/* --- parted --------------------------------------------------------------------------------- */

/* A message and all that answers it; none of it by another thread. */
#define BELOW                                                                                                          \
	"WITH RECURSIVE below (id) AS (SELECT :id UNION SELECT m.id FROM message m JOIN below b"                       \
	" ON m.parent_id = b.id AND m.thread_id = (SELECT thread_id FROM message WHERE id = :id)) "

struct cutting {
	int64_t id, old_thread, new_thread;
	int64_t other; /* the place of what stays behind */
};

/* Who stays behind: the parent, or whoever is the first of the rest; old_thread stays 0 when nobody does. */
static enum gp_rc
find_other(struct gp_db *db, struct cutting *cutting, int64_t *ret_space, struct gp_err *err)
{
	static const char sql[] = BELOW
	    "SELECT o.place, o.space_id, o.thread_id FROM message m JOIN message o ON o.thread_id = m.thread_id"
	    " WHERE m.id = :id AND o.id NOT IN (SELECT id FROM below) ORDER BY o.id = m.parent_id DESC, o.date, o.id"
	    " LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", cutting->id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	cutting->other = gp_col_int(query, "place");
	cutting->old_thread = gp_col_int(query, "thread_id");
	*ret_space = gp_col_int(query, "space_id");
	return GP_OK;
}

enum gp_rc
gp_thread_split(struct gp_db *db, int64_t message_id, const struct gp_token_keys *keys, int64_t now,
    int64_t *ret_thread_id, struct gp_err *err)
{
	/* Places go first, while the messages still tell what is below; with them go ids that only these cite. */
	static const char places[] = BELOW
	    "UPDATE place SET thread_id = :new WHERE thread_id = :old AND (place IN"
	    " (SELECT m.place FROM message m JOIN below b ON b.id = m.id) OR (place IN"
	    " (SELECT c.place FROM citation c JOIN below b ON b.id = c.id) AND NOT EXISTS"
	    " (SELECT 1 FROM citation c JOIN message m ON m.id = c.id WHERE c.place = place.place"
	    "   AND m.thread_id = :old AND m.id NOT IN (SELECT id FROM below))"
	    " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.place = place.place)))";
	static const char messages[] = BELOW
	    "UPDATE message SET thread_id = :new WHERE thread_id = :old AND id IN below";
	static const char *const steps[] = { places, messages };
	static const char root[] = "UPDATE message SET parent_id = NULL WHERE id = :id";
	static const char forget[] = "DELETE FROM mend WHERE together = 1 AND"
				     " (SELECT thread_id FROM place p WHERE p.place = mend.place) IS NOT"
				     " (SELECT thread_id FROM place p WHERE p.place = mend.other)";
	static const char remember[] = "INSERT INTO mend (place, other, together) SELECT place, :other, 0 FROM message"
				       " WHERE id = :id ON CONFLICT (place, other) DO UPDATE SET together = 0";
	struct cutting cutting = { .id = message_id };
	SCOPED(gp_query_free) struct gp_query *rooting = NULL;
	SCOPED(gp_query_free) struct gp_query *remembering = NULL;
	int64_t space_id = 0;

	*ret_thread_id = 0;
	GP_TRY(find_other(db, &cutting, &space_id, err));
	if (cutting.old_thread == 0)
		return GP_OK;
	GP_TRY(gp_thread_new(db, space_id, keys, now, &cutting.new_thread, err));
	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":id", message_id);
		gp_bind_int(query, ":old", cutting.old_thread);
		gp_bind_int(query, ":new", cutting.new_thread);
		GP_TRY(gp_query_do(query, err));
	}
	GP_TRY(gp_query_open(db, root, &rooting, err));
	gp_bind_int(rooting, ":id", message_id);
	GP_TRY(gp_query_do(rooting, err));
	GP_TRY(gp_query_open(db, remember, &remembering, err));
	gp_bind_int(remembering, ":id", message_id);
	gp_bind_int(remembering, ":other", cutting.other);
	GP_TRY(gp_query_do(remembering, err));
	*ret_thread_id = cutting.new_thread;
	return gp_db_run(db, forget, err);
}
