#include "guildpost/store/thread.h"

#include "store/placing.h"
#include "store/sent.h"

#define SUBJECT_WINDOW	(30 * 86400) /* RCV-21, seconds */
#define CLOCK_SKEW	(12 * 3600) /* seconds by which clocks and zones of old mail are wrong: a reply "before" its post */
#define SUBJECT_LEAST	3 /* octets: a shorter subject tells nothing */
#define REFERENCES_MOST 200

/* --- what is cited -------------------------------------------------------------------------- */

static bool
listed(const struct gp_strs *list, const char *s)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

static enum gp_rc
is_digest(struct gp_db *db, const char *msgid, bool *ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "SELECT 1 FROM issue WHERE msgid = :msgid", &query, err));
	gp_bind_text(query, ":msgid", msgid);
	return gp_query_next(query, ret, err);
}

/* The thread of a place; 0 when nobody has cited or filed this id. */
static enum gp_rc
thread_of_place(struct gp_db *db, int64_t space_id, const char *msgid, int64_t *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT thread_id FROM place WHERE place = :place";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(space_id, msgid));
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? gp_col_int(query, "thread_id") : 0;
	return GP_OK;
}

/* Adds one id, unless it may not be cited; wanted: the one thread that may be cited from, 0 for any. */
static enum gp_rc
cite(struct gp_db *db, const struct gp_placing *placing, int64_t wanted, const char *id, struct gp_strs *ret,
    struct gp_err *err)
{
	int64_t there;
	bool digest;

	if (strcmp(id, placing->msgid) == 0 || listed(ret, id))
		return GP_OK;
	GP_TRY(is_digest(db, id, &digest, err));
	if (digest)
		return GP_OK;
	if (wanted != 0) {
		GP_TRY(thread_of_place(db, placing->space_id, id, &there, err));
		if (there != wanted)
			return GP_OK;
	}
	gp_strs_add(ret, id);
	return GP_OK;
}

/* Who answers a copy that the smarthost has renamed cites an id that nobody here has heard of (RCV-21). */
static enum gp_rc
cite_renamed(struct gp_db *db, const struct gp_placing *placing, struct gp_strs *ret, struct gp_err *err)
{
	int64_t there = 0;

	for (size_t i = ret->count; i-- > 0 && there == 0;)
		GP_TRY(thread_of_place(db, placing->space_id, ret->v[i], &there, err));
	for (size_t i = ret->count; i-- > 0 && there == 0;) {
		SCOPED(gp_free_str) char *msgid = NULL;

		GP_TRY(gp_sent_renamed(db, placing->space_id, placing->member_id, ret->v[i], &msgid, err));
		if (msgid == NULL)
			continue;
		gp_strs_add(ret, msgid);
		return GP_OK;
	}
	return GP_OK;
}

enum gp_rc
gp_thread_references(struct gp_db *db, const struct gp_placing *placing, struct gp_strs *ret, struct gp_err *err)
{
	const struct gp_strs *all = placing->references;
	size_t first = all->count > REFERENCES_MOST ? all->count - REFERENCES_MOST : 0;
	int64_t wanted = 0;

	if (*placing->token != '\0')
		GP_TRY(gp_thread_by_token(db, placing->space_id, placing->token, &wanted, err));
	if (*placing->conversation != '\0')
		GP_TRY(cite(db, placing, wanted, placing->conversation, ret, err));
	for (size_t i = first; i < all->count; i++)
		GP_TRY(cite(db, placing, wanted, all->v[i], ret, err));
	return placing->member_id != 0 && wanted == 0 ? cite_renamed(db, placing, ret, err) : GP_OK;
}

/* --- joining -------------------------------------------------------------------------------- */

enum gp_rc
gp_thread_run(struct gp_db *db, const char *sql, int64_t a, int64_t b, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":a", a);
	gp_bind_int(query, ":b", b);
	return gp_query_do(query, err);
}

/* The elder thread takes the younger in, whose address stays an alias for ever. */
enum gp_rc
gp_thread_unite(struct gp_db *db, int64_t *thread_id, int64_t other, struct gp_err *err)
{
	static const char *const steps[] = {
		"UPDATE message SET thread_id = :a WHERE thread_id = :b",
		"UPDATE place SET thread_id = :a WHERE thread_id = :b",
		"UPDATE thread SET alias_of = :a WHERE alias_of = :b",
		"UPDATE thread SET alias_of = :a WHERE thread_id = :b",
	};
	int64_t winner = *thread_id, loser = other;
	bool parted = false;

	if (other == 0 || other == *thread_id)
		return GP_OK;
	if (*thread_id != 0)
		GP_TRY(gp_mend_parted(db, *thread_id, other, &parted, err));
	if (parted)
		return GP_OK;
	if (*thread_id == 0 || other < *thread_id) {
		winner = other;
		loser = *thread_id;
	}
	*thread_id = winner;
	for (size_t i = 0; loser != 0 && i < GP_COUNT(steps); i++)
		GP_TRY(gp_thread_run(db, steps[i], winner, loser, err));
	return GP_OK;
}

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* In order, each once: cheaper than a UNION, for which the engine makes a table each time. */
static void
put_in_order(int64_t *ids, size_t *count)
{
	size_t kept = 0;

	if (*count > 1)
		qsort(ids, *count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < *count; i++)
		if (kept == 0 || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	*count = kept;
}

/* The ids that a query gives, in order, each once. *ret_ids: caller frees. */
static enum gp_rc
gather(struct gp_query *query, int64_t **ret_ids, size_t *ret_count, struct gp_err *err)
{
	size_t cap = 0;
	bool found;

	*ret_count = 0;
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			break;
		if (*ret_count == cap) {
			cap = cap > 0 ? cap * 2 : 16;
			*ret_ids = gp_grow(*ret_ids, cap * sizeof(**ret_ids));
		}
		(*ret_ids)[(*ret_count)++] = gp_col_int(query, "id");
	}
	put_in_order(*ret_ids, ret_count);
	return GP_OK;
}

/* A message and a reply that cites nothing belong together when they have one subject and the reply came within 30 days
 * after. All such elders are joined, not only the nearest: which one is nearest would depend on what has arrived. */
static enum gp_rc
join_by_subject(struct gp_db *db, const struct gp_placing *placing, int64_t *thread_id, struct gp_err *err)
{
	/* Elders for a reply by subject; and for each message the replies by subject that came before it. */
	static const char sql[] =
	    "SELECT thread_id AS id FROM message WHERE :by_subject AND space_id = :space AND subject_base = :base"
	    " AND date >= :date - :window AND date <= :date + :skew"
	    " UNION ALL SELECT thread_id FROM message WHERE space_id = :space AND subject_base = :base"
	    " AND date >= :date - :skew AND date <= :date + :window AND by_subject = 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_ptr) int64_t *others = NULL;
	size_t count;

	if (strlen(placing->subject_base) < SUBJECT_LEAST)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", placing->space_id);
	gp_bind_text(query, ":base", placing->subject_base);
	gp_bind_int(query, ":date", placing->date);
	gp_bind_int(query, ":window", SUBJECT_WINDOW);
	gp_bind_int(query, ":skew", CLOCK_SKEW);
	gp_bind_int(query, ":by_subject", placing->by_subject);
	GP_TRY(gather(query, &others, &count, err)); /* first all of them: a join changes what the query reads */
	for (size_t i = 0; i < count; i++)
		GP_TRY(gp_thread_unite(db, thread_id, others[i], err));
	return GP_OK;
}

enum gp_rc
gp_thread_new(struct gp_db *db, int64_t space_id, const struct gp_token_keys *keys, int64_t now, int64_t *ret_id,
    struct gp_err *err)
{
	static const char last[] = "SELECT coalesce(max(thread_id), 0) AS last FROM thread";
	static const char insert[] = "INSERT INTO thread (thread_id, space_id, token, created_at)"
				     " VALUES (:id, :space, :token, :now) ON CONFLICT DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char token[GP_TOKEN_SIZE];
	bool row;

	GP_TRY(gp_query_open(db, last, &query, err));
	GP_TRY(gp_query_next(query, &row, err));
	*ret_id = gp_col_int(query, "last") + 1;
	gp_query_free(&query);
	GP_TRY(gp_query_open(db, insert, &query, err));
	for (int attempt = 0;; attempt++) {
		gp_token_make_thread(keys, (uint64_t)*ret_id, attempt, token);
		gp_bind_int(query, ":id", *ret_id);
		gp_bind_int(query, ":space", space_id);
		gp_bind_text(query, ":token", token);
		gp_bind_int(query, ":now", now);
		GP_TRY(gp_query_do(query, err));
		if (gp_db_changes(db) > 0)
			return GP_OK;
	}
}

static enum gp_rc
add_place(struct gp_db *db, int64_t space_id, const char *msgid, int64_t thread_id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO place (place, thread_id) VALUES (:place, :thread)"
				  " ON CONFLICT DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(space_id, msgid));
	gp_bind_int(query, ":thread", thread_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_thread_keep(struct gp_db *db, int64_t space_id, const char *msgid, int64_t thread_id, struct gp_err *err)
{
	return add_place(db, space_id, msgid, thread_id, err);
}

enum gp_rc
gp_thread_place(struct gp_db *db, const struct gp_placing *placing, int64_t *ret_thread_id, struct gp_err *err)
{
	const struct gp_strs *references = placing->references;
	SCOPED(gp_free_ptr) bool *placed = gp_new_array(references->count + 1, sizeof(*placed));
	const int64_t space_id = placing->space_id;
	int64_t thread_id = 0, there;

	if (*placing->token != '\0')
		GP_TRY(gp_thread_by_token(db, space_id, placing->token, &thread_id, err));
	GP_TRY(thread_of_place(db, space_id, placing->msgid, &there, err));
	placed[references->count] = there != 0;
	GP_TRY(gp_thread_unite(db, &thread_id, there, err));
	/* The last cited first: where threads were parted by hand, the message goes with its nearest elder. */
	for (size_t i = references->count; i-- > 0;) {
		GP_TRY(thread_of_place(db, space_id, references->v[i], &there, err));
		placed[i] = there != 0;
		GP_TRY(gp_thread_unite(db, &thread_id, there, err));
	}
	GP_TRY(gp_mend_joined(db, space_id, placing->msgid, &there, err));
	GP_TRY(gp_thread_unite(db, &thread_id, there, err));
	GP_TRY(join_by_subject(db, placing, &thread_id, err));
	if (thread_id == 0)
		GP_TRY(gp_thread_new(db, space_id, placing->keys, placing->now, &thread_id, err));
	for (size_t i = 0; i <= references->count; i++)
		if (!placed[i])
			GP_TRY(add_place(
			    db, space_id, i < references->count ? references->v[i] : placing->msgid, thread_id, err));
	*ret_thread_id = thread_id;
	return GP_OK;
}

/* --- parents -------------------------------------------------------------------------------- */

static enum gp_rc
first_id(struct gp_db *db, const char *sql, int64_t id, int64_t *ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? gp_col_int(query, "id") : 0;
	return GP_OK;
}

/* Whom a message would have as parent if citations made no circle: the last cited that is here, or for a reply by subject
 * the nearest elder of that subject, or by a wrong clock what it answers comes a little later. 0: nobody. Each in its own
 * thread: what was parted by hand stays so. */
static enum gp_rc
candidate(struct gp_db *db, int64_t id, int64_t *ret, struct gp_err *err)
{
	static const char *const ways[] = {
		"SELECT p.id FROM message m JOIN citation c ON c.id = m.id"
		" JOIN message p ON p.place = c.place AND p.thread_id + 0 = m.thread_id"
		" WHERE m.id = :id AND p.id <> m.id ORDER BY c.position DESC LIMIT 1",
		"SELECT p.id FROM message m JOIN message p INDEXED BY message_subject ON p.space_id = m.space_id"
		" AND p.subject_base = m.subject_base"
		" AND p.date >= m.date - 2592000 AND p.date <= m.date AND p.thread_id + 0 = m.thread_id"
		" WHERE m.id = :id AND m.by_subject AND (p.date, p.msgid) < (m.date, m.msgid)"
		" ORDER BY p.date DESC, p.msgid DESC LIMIT 1",
		"SELECT p.id FROM message m JOIN message p INDEXED BY message_subject ON p.space_id = m.space_id"
		" AND p.subject_base = m.subject_base"
		" AND p.date >= m.date AND p.date <= m.date + 43200 AND p.thread_id + 0 = m.thread_id"
		" WHERE m.id = :id AND m.by_subject AND NOT p.by_subject AND p.id <> m.id"
		" ORDER BY p.date, p.msgid LIMIT 1",
	};

	*ret = 0;
	for (size_t i = 0; i < GP_COUNT(ways) && *ret == 0; i++)
		GP_TRY(first_id(db, ways[i], id, ret, err));
	return GP_OK;
}

static enum gp_rc
set_parent(struct gp_db *db, int64_t id, int64_t parent_id, struct gp_err *err)
{
	static const char sql[] = "UPDATE message SET parent_id = nullif(:parent, 0)"
				  " WHERE id = :id AND parent_id IS NOT nullif(:parent, 0)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_int(query, ":parent", parent_id);
	return gp_query_do(query, err);
}

/* Which of two messages is the elder, by date and then by id: the same answer in every order of arrival. */
static enum gp_rc
elder(struct gp_db *db, int64_t a, int64_t b, int64_t *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT id FROM message WHERE id IN (:a, :b) ORDER BY date, msgid LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":a", a);
	gp_bind_int(query, ":b", b);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? gp_col_int(query, "id") : a;
	return GP_OK;
}

/* Gives a message its parent. Where that closes a circle (messages do cite each other), the eldest of the circle is the
 * one that goes without. */
static enum gp_rc
settle_one(struct gp_db *db, int64_t id, struct gp_err *err)
{
	int64_t parent, at, eldest = id, mark = 0;
	int steps = 0;

	GP_TRY(candidate(db, id, &parent, err));
	for (at = parent; at != 0 && at != id && at != mark; steps++) {
		if ((steps & (steps - 1)) == 0)
			mark = at; /* met again: a circle further up, which has been settled */
		GP_TRY(elder(db, eldest, at, &eldest, err));
		GP_TRY(candidate(db, at, &at, err));
	}
	if (at != id)
		return set_parent(db, id, parent, err);
	GP_TRY(set_parent(db, eldest, 0, err));
	return eldest == id ? GP_OK : set_parent(db, id, parent, err);
}

enum gp_rc
gp_thread_collect(
    struct gp_db *db, const char *sql, int64_t id, int64_t **ret_ids, size_t *ret_count, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return gather(query, ret_ids, ret_count, err);
}

/* "+ 0" keeps the planner, which has no statistics, from walking the whole space instead of the few citations.
 * Those who may want this message as parent: who cite it; the next of its subject, when it is a reply by subject (those
 * behind have that one before them); and by a wrong clock a reply by subject that has nobody before it. */
static const char waiting[] =
    "SELECT c.id FROM message m JOIN citation c ON c.place = m.place WHERE m.id = :id AND c.id <> m.id"
    " UNION ALL SELECT id FROM (SELECT w.id, w.by_subject FROM message m JOIN message w INDEXED BY message_subject"
    " ON w.space_id = m.space_id AND w.subject_base = m.subject_base AND w.date >= m.date"
    " AND w.date <= m.date + 2592000 AND w.thread_id + 0 = m.thread_id"
    " WHERE m.id = :id AND (w.date, w.msgid) > (m.date, m.msgid) ORDER BY w.date, w.msgid LIMIT 1) WHERE by_subject"
    " UNION ALL SELECT w.id FROM message m JOIN message w INDEXED BY message_by_subject"
    " ON w.space_id = m.space_id AND w.subject_base = m.subject_base AND w.date >= m.date - 43200"
    " AND w.date <= m.date AND w.by_subject = 1 WHERE m.id = :id AND NOT m.by_subject AND w.id <> m.id"
    " AND (w.parent_id IS NULL"
    "   OR (SELECT (p.date, p.msgid) > (w.date, w.msgid) FROM message p WHERE p.id = w.parent_id))";

enum gp_rc
gp_thread_settle(struct gp_db *db, int64_t message_id, struct gp_err *err)
{
	/* Who is without a parent may be so because of a circle that has just been broken. */
	static const char roots[] = "SELECT r.id FROM message m JOIN message r ON r.thread_id = m.thread_id"
				    " WHERE m.id = :id AND r.parent_id IS NULL AND r.id <> m.id";
	SCOPED(gp_free_ptr) int64_t *ids = NULL;
	int64_t parent;
	size_t count;

	GP_TRY(gp_thread_collect(db, waiting, message_id, &ids, &count, err));
	if (count == 0) { /* nobody is below: no circle can have come about */
		GP_TRY(candidate(db, message_id, &parent, err));
		return set_parent(db, message_id, parent, err);
	}
	for (size_t i = 0; i < count; i++) {
		GP_TRY(candidate(db, ids[i], &parent, err));
		if (parent == message_id)
			GP_TRY(set_parent(db, ids[i], parent, err));
	}
	GP_TRY(settle_one(db, message_id, err)); /* a new circle would lead through this message */
	GP_TRY(gp_thread_collect(db, roots, message_id, &ids, &count, err));
	for (size_t i = 0; i < count; i++)
		GP_TRY(settle_one(db, ids[i], err));
	return GP_OK;
}

enum gp_rc
gp_thread_waiting(struct gp_db *db, int64_t message_id, int64_t **ret_ids, size_t *ret_count, struct gp_err *err)
{
	return gp_thread_collect(db, waiting, message_id, ret_ids, ret_count, err);
}

enum gp_rc
gp_thread_resettle(struct gp_db *db, const int64_t *ids, size_t count, struct gp_err *err)
{
	for (size_t i = 0; i < count; i++)
		GP_TRY(settle_one(db, ids[i], err));
	return GP_OK;
}

/* --- by its address ------------------------------------------------------------------------- */

enum gp_rc
gp_thread_by_token(struct gp_db *db, int64_t space_id, const char *token, int64_t *ret_thread_id, struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(alias_of, thread_id) AS thread_id FROM thread"
				  " WHERE token = :token AND space_id = :space";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":token", token);
	gp_bind_int(query, ":space", space_id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_thread_id = found ? gp_col_int(query, "thread_id") : 0;
	return GP_OK;
}

enum gp_rc
gp_thread_token(struct gp_db *db, int64_t thread_id, char ret_token[GP_TOKEN_SIZE], struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(w.token, t.token) AS token FROM thread t"
				  " LEFT JOIN thread w ON w.thread_id = t.alias_of WHERE t.thread_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", thread_id);
	GP_TRY(gp_query_next(query, &found, err));
	(void)snprintf(ret_token, GP_TOKEN_SIZE, "%s", found ? gp_col_text(query, "token") : "");
	return GP_OK;
}
