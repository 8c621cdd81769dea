#include "guildpost/store/archive.h"

#include "guildpost/base/mem.h"
#include "store/placing.h"

#define POST_COLUMNS                                                                                                   \
	"m.id, m.raw_id, m.thread_id, coalesce(m.parent_id, 0) AS parent_id, m.date, m.received_at, m.size,"           \
	" m.attachments, m.imported, m.msgid, t.token, p.msgid AS parent, m.from_name, m.from_address, m.subject, "    \
	"m.line_end,"                                                                                                  \
	" m.excerpt"
#define POST_TABLES                                                                                                    \
	" FROM message m JOIN thread t ON t.thread_id = m.thread_id LEFT JOIN message p ON p.id = m.parent_id"

static struct gp_post
post_from_columns(struct gp_query *query)
{
	return (struct gp_post){ .id = gp_col_int(query, "id"),
		.raw_id = gp_col_int(query, "raw_id"),
		.thread_id = gp_col_int(query, "thread_id"),
		.parent_id = gp_col_int(query, "parent_id"),
		.date = gp_col_int(query, "date"),
		.received_at = gp_col_int(query, "received_at"),
		.size = gp_col_int(query, "size"),
		.attachments = gp_col_int(query, "attachments"),
		.imported = gp_col_int(query, "imported") != 0,
		.msgid = gp_col_text(query, "msgid"),
		.thread = gp_col_text(query, "token"),
		.parent = gp_col_is_null(query, "parent") ? NULL : gp_col_text(query, "parent"),
		.from_name = gp_col_text(query, "from_name"),
		.from_address = gp_col_text(query, "from_address"),
		.subject = gp_col_text(query, "subject"),
		.line_end = gp_col_text(query, "line_end"),
		.excerpt = gp_col_text(query, "excerpt") };
}

static enum gp_rc
hand_out(struct gp_query *query, gp_post_each *each, void *context, int64_t *ret_last, struct gp_err *err)
{
	struct gp_post post;
	bool found;

	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		post = post_from_columns(query);
		if (ret_last != NULL)
			*ret_last = post.id;
		if (each != NULL)
			GP_TRY(each(context, &post, err));
	}
}

enum gp_rc
gp_archive_list(struct gp_db *db, int64_t space_id, gp_post_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES " WHERE m.space_id = :space ORDER BY m.date, m.id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	return hand_out(query, each, context, NULL, err);
}

enum gp_rc
gp_archive_latest(
    struct gp_db *db, int64_t space_id, int64_t limit, gp_post_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES
				  " WHERE m.space_id = :space ORDER BY m.date DESC, m.id DESC LIMIT :limit";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":limit", limit);
	return hand_out(query, each, context, NULL, err);
}

enum gp_rc
gp_archive_next(struct gp_db *db, int64_t space_id, int64_t after, int64_t limit, gp_post_each *each, void *context,
    int64_t *ret_last, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES
				  " WHERE m.space_id = :space AND m.id > :after ORDER BY m.id LIMIT :limit";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	*ret_last = after;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":limit", limit);
	return hand_out(query, each, context, ret_last, err);
}

enum gp_rc
gp_archive_find(struct gp_db *db, int64_t space_id, const char *msgid, gp_post_each *each, void *context,
    bool *ret_found, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES
				  " WHERE m.place IN (:place, :bare) AND m.msgid IN (:msgid, '<' || :msgid || '>')";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *bracketed = gp_printf("<%s>", msgid);
	int64_t last = 0;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(space_id, msgid));
	gp_bind_int(query, ":bare", gp_place(space_id, bracketed));
	gp_bind_text(query, ":msgid", msgid);
	GP_TRY(hand_out(query, each, context, &last, err));
	*ret_found = last != 0;
	return GP_OK;
}

enum gp_rc
gp_archive_number(struct gp_db *db, int64_t space_id, int64_t id, gp_post_each *each, void *context, bool *ret_found,
    struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES " WHERE m.space_id = :space AND m.id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	int64_t last = 0;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":id", id);
	GP_TRY(hand_out(query, each, context, &last, err));
	*ret_found = last != 0;
	return GP_OK;
}

/* --- a thread as a tree --------------------------------------------------------------------- */

struct node {
	int64_t id, parent_id;
	size_t first_child, last_child, next; /* index + 1; 0: none */
};
struct tree {
	struct node *v;
	size_t count, cap;
};

static void
release_tree(struct tree *tree)
{
	free(tree->v);
}

static enum gp_rc
load_tree(struct gp_db *db, int64_t thread_id, struct tree *tree, struct gp_err *err)
{
	static const char sql[] = "SELECT id, coalesce(parent_id, 0) AS parent_id FROM message"
				  " WHERE thread_id = :thread ORDER BY date, id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":thread", thread_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		if (tree->count == tree->cap) {
			tree->cap = tree->cap > 0 ? tree->cap * 2 : 32;
			tree->v = gp_grow(tree->v, tree->cap * sizeof(*tree->v));
		}
		tree->v[tree->count++] = (struct node){ .id = gp_col_int(query, "id"),
			.parent_id = gp_col_int(query, "parent_id") };
	}
}

struct by_id {
	int64_t id;
	size_t index;
};

static int
compare_ids(const void *a, const void *b)
{
	const struct by_id *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Hangs each node on its parent, in order of date; returns the first root (index + 1). A parent that is not in this
 * thread makes a root. */
static size_t
link_tree(struct tree *tree)
{
	SCOPED(gp_free_ptr) struct by_id *ids = gp_new_array(tree->count, sizeof(*ids));
	struct node roots = { 0 };

	for (size_t i = 0; i < tree->count; i++)
		ids[i] = (struct by_id){ .id = tree->v[i].id, .index = i };
	if (tree->count > 1)
		qsort(ids, tree->count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < tree->count; i++) {
		struct by_id wanted = { .id = tree->v[i].parent_id };
		struct by_id *found = wanted.id != 0 ? bsearch(&wanted, ids, tree->count, sizeof(*ids), compare_ids)
						     : NULL;
		struct node *parent = found != NULL && found->index != i ? &tree->v[found->index] : &roots;

		if (parent->last_child != 0)
			tree->v[parent->last_child - 1].next = i + 1;
		else
			parent->first_child = i + 1;
		parent->last_child = i + 1;
	}
	return roots.first_child;
}

static enum gp_rc
show_node(struct gp_query *query, int64_t id, int depth, gp_post_each *each, void *context, struct gp_err *err)
{
	struct gp_post post;
	bool found;

	gp_query_rewind(query);
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	post = post_from_columns(query);
	post.depth = depth;
	return each(context, &post, err);
}

enum gp_rc
gp_archive_thread(struct gp_db *db, int64_t thread_id, gp_post_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS POST_TABLES " WHERE m.id = :id";
	SCOPED(release_tree) struct tree tree = { NULL, 0, 0 };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_ptr) size_t *path = NULL; /* where to go on above: no recursion, a thread may be deep */
	size_t at, depth = 0;

	GP_TRY(load_tree(db, thread_id, &tree, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	path = gp_new_array(tree.count + 1, sizeof(*path));
	at = link_tree(&tree);
	while (at != 0) {
		GP_TRY(show_node(query, tree.v[at - 1].id, (int)depth, each, context, err));
		if (tree.v[at - 1].first_child != 0) {
			path[depth++] = tree.v[at - 1].next;
			at = tree.v[at - 1].first_child;
			continue;
		}
		at = tree.v[at - 1].next;
		while (at == 0 && depth > 0)
			at = path[--depth];
	}
	return GP_OK;
}

/* --- threads -------------------------------------------------------------------------------- */

enum gp_rc
gp_archive_threads(struct gp_db *db, int64_t space_id, gp_thread_each *each, void *context, struct gp_err *err)
{
	/* A bare column beside min() is of the row that has the minimum, which is so in SQLite alone; hence the join. */
	static const char sql[] = "SELECT t.thread_id, t.token, g.started, g.last, g.posts, g.people,"
				  " (SELECT f.subject FROM message f WHERE f.thread_id = g.thread_id ORDER BY f.date, "
				  "f.id LIMIT 1) AS subject"
				  " FROM (SELECT thread_id, min(date) AS started, max(date) AS last, count(*) AS posts,"
				  "   count(DISTINCT lower(from_address)) AS people FROM message WHERE space_id = "
				  ":space GROUP BY thread_id) g"
				  " JOIN thread t ON t.thread_id = g.thread_id ORDER BY g.last DESC, t.thread_id DESC";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	for (;;) {
		struct gp_thread_summary summary;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		summary = (struct gp_thread_summary){ .thread_id = gp_col_int(query, "thread_id"),
			.started = gp_col_int(query, "started"),
			.last = gp_col_int(query, "last"),
			.posts = gp_col_int(query, "posts"),
			.people = gp_col_int(query, "people"),
			.token = gp_col_text(query, "token"),
			.subject = gp_col_text(query, "subject") };
		GP_TRY(each(context, &summary, err));
	}
}

/* --- figures -------------------------------------------------------------------------------- */

enum gp_rc
gp_archive_months(struct gp_db *db, int64_t space_id, gp_month_each *each, void *context, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT strftime('%Y', m.date, 'unixepoch') AS year, strftime('%m', m.date, 'unixepoch') AS month,"
	    " count(*) AS posts, count(DISTINCT lower(m.from_address)) AS people, sum(m.id = f.first) AS threads"
	    " FROM message m JOIN (SELECT thread_id, (SELECT o.id FROM message o WHERE o.thread_id = t.thread_id"
	    "   ORDER BY o.date, o.id LIMIT 1) AS first FROM thread t WHERE t.space_id = :space) f"
	    "   ON f.thread_id = m.thread_id"
	    " WHERE m.space_id = :space GROUP BY year, month ORDER BY year, month";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	for (;;) {
		struct gp_month_count count;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		count = (struct gp_month_count){ .year = (int)strtol(gp_col_text(query, "year"), NULL, 10),
			.month = (int)strtol(gp_col_text(query, "month"), NULL, 10),
			.posts = gp_col_int(query, "posts"),
			.people = gp_col_int(query, "people"),
			.threads = gp_col_int(query, "threads") };
		GP_TRY(each(context, &count, err));
	}
}

/* --- does it agree with itself? ------------------------------------------------------------- */

enum gp_rc
gp_archive_verify(struct gp_db *db, struct gp_err *err)
{
	static const struct {
		const char *says, *sql;
	} rules[] = {
		{ "posts have a parent in another thread",
		    "SELECT count(*) AS n FROM message m JOIN message p ON p.id = m.parent_id"
		    " WHERE p.thread_id <> m.thread_id OR p.space_id <> m.space_id" },
		{ "posts have a parent that is not here",
		    "SELECT count(*) AS n FROM message WHERE parent_id IS NOT NULL"
		    " AND parent_id NOT IN (SELECT id FROM message)" },
		{ "posts do not stand in the thread of their place",
		    "SELECT count(*) AS n FROM message m LEFT JOIN place p ON p.place = m.place"
		    " WHERE p.thread_id IS NOT m.thread_id" },
		{ "places lead to a thread that has been joined to another",
		    "SELECT count(*) AS n FROM place p JOIN thread t ON t.thread_id = p.thread_id"
		    " WHERE t.alias_of IS NOT NULL" },
		{ "posts lie outside the numbers of their month",
		    "SELECT count(*) AS n FROM message m LEFT JOIN message_span s ON s.space_id = m.space_id"
		    " AND s.month = m.date / 2592000 - (m.date % 2592000 < 0)"
		    " WHERE s.first_id IS NULL OR m.id NOT BETWEEN s.first_id AND s.last_id" },
		{ "posts have no text in the index",
		    "SELECT count(*) AS n FROM message WHERE id NOT IN (SELECT id FROM message_text)" },
		{ "posts have lost their octets",
		    "SELECT count(*) AS n FROM message WHERE raw_id NOT IN (SELECT raw_id FROM raw)" },
	};

	for (size_t i = 0; i < GP_COUNT(rules); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;
		bool row;

		GP_TRY(gp_query_open(db, rules[i].sql, &query, err));
		GP_TRY(gp_query_next(query, &row, err));
		if (gp_col_int(query, "n") != 0)
			return gp_fail_as(err, 74, "5.3.0",
			    "%lld %s; restore a backup, or try: guildpost archive reindex",
			    (long long)gp_col_int(query, "n"), rules[i].says);
	}
	return GP_OK;
}
