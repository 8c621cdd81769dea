#include "guildpost/store/space.h"

#include <stddef.h>

#include "guildpost/base/mem.h"

/* Columns that are text, and where each lives in the struct: bound and read by one loop. */
struct text_column {
	const char *column, *parameter;
	size_t offset;
};
#define FIELD(type, column, member)                                                                                    \
	{                                                                                                              \
		column, ":" column, offsetof(struct type, member)                                                      \
	}
static const struct text_column community_texts[] = { FIELD(gp_community, "name", name),
	FIELD(gp_community, "title", title), FIELD(gp_community, "timezone", timezone),
	FIELD(gp_community, "language", language), FIELD(gp_community, "state", state) };
static const struct text_column space_texts[] = { FIELD(gp_space, "name", name), FIELD(gp_space, "domain", domain),
	FIELD(gp_space, "title", title), FIELD(gp_space, "visibility", visibility), FIELD(gp_space, "posting", posting),
	FIELD(gp_space, "first_posts", first_posts), FIELD(gp_space, "reply_to", reply_to),
	FIELD(gp_space, "prefix", prefix), FIELD(gp_space, "footer", footer), FIELD(gp_space, "delivery", delivery),
	FIELD(gp_space, "joining", joining), FIELD(gp_space, "replies", replies), FIELD(gp_space, "rhythm", rhythm),
	FIELD(gp_space, "brief", brief), FIELD(gp_space, "charter", charter), FIELD(gp_space, "timezone", timezone),
	FIELD(gp_space, "language", language), FIELD(gp_space, "state", state) };

static void
read_texts(struct gp_query *query, const struct text_column *columns, size_t count, void *row)
{
	for (size_t i = 0; i < count; i++)
		*(char **)((char *)row + columns[i].offset) = gp_strdup(gp_col_text(query, columns[i].column));
}

static void
bind_texts(struct gp_query *query, const struct text_column *columns, size_t count, const void *row)
{
	for (size_t i = 0; i < count; i++)
		gp_bind_text(query, columns[i].parameter, *(char *const *)((const char *)row + columns[i].offset));
}

static void
free_texts(const struct text_column *columns, size_t count, void *row)
{
	for (size_t i = 0; i < count; i++)
		free(*(char **)((char *)row + columns[i].offset));
}

void
gp_community_free(struct gp_community **community)
{
	if (*community == NULL)
		return;
	free_texts(community_texts, GP_COUNT(community_texts), *community);
	free(*community);
	*community = NULL;
}

void
gp_space_free(struct gp_space **space)
{
	if (*space == NULL)
		return;
	free_texts(space_texts, GP_COUNT(space_texts), *space);
	free(*space);
	*space = NULL;
}

static enum gp_rc
one_community(struct gp_query *query, struct gp_community **ret, struct gp_err *err)
{
	bool found;

	*ret = NULL;
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret = gp_new(sizeof(**ret));
	(*ret)->id = gp_col_int(query, "community_id");
	read_texts(query, community_texts, GP_COUNT(community_texts), *ret);
	return GP_OK;
}

enum gp_rc
gp_community_find(struct gp_db *db, const char *name, struct gp_community **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT community_id, name, title, timezone, language, state FROM community"
				  " WHERE name = :name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":name", name);
	return one_community(query, ret, err);
}

enum gp_rc
gp_community_load(struct gp_db *db, int64_t id, struct gp_community **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT community_id, name, title, timezone, language, state FROM community"
				  " WHERE community_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return one_community(query, ret, err);
}

enum gp_rc
gp_community_list(struct gp_db *db, struct gp_strs *ret_names, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT name FROM community ORDER BY name", &query, err));
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_strs_add(ret_names, gp_col_text(query, "name"));
	}
}

enum gp_rc
gp_community_insert(
    struct gp_db *db, const struct gp_community *community, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO community (name, title, timezone, language, state, created_at)"
				  " VALUES (:name, :title, :timezone, :language, :state, :now)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_texts(query, community_texts, GP_COUNT(community_texts), community);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_community_update(struct gp_db *db, const struct gp_community *community, struct gp_err *err)
{
	static const char sql[] = "UPDATE community SET name = :name, title = :title, timezone = :timezone,"
				  " language = :language, state = :state WHERE community_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_texts(query, community_texts, GP_COUNT(community_texts), community);
	gp_bind_int(query, ":id", community->id);
	return gp_query_do(query, err);
}

#define SPACE_COLUMNS                                                                                                  \
	"space_id, community_id, name, domain, title, visibility, posting, first_posts, reply_to, prefix, footer,"     \
	" delivery, joining, replies, rhythm, timezone, language, brief, charter, state, max_size, author_limit,"      \
	" space_limit"

static const struct {
	const char *column, *parameter;
	size_t offset;
} space_numbers[] = { FIELD(gp_space, "max_size", max_size), FIELD(gp_space, "author_limit", author_limit),
	FIELD(gp_space, "space_limit", space_limit) };

static void
read_numbers(struct gp_query *query, struct gp_space *space)
{
	for (size_t i = 0; i < GP_COUNT(space_numbers); i++)
		*(int64_t *)((char *)space + space_numbers[i].offset) = gp_col_int(query, space_numbers[i].column);
}

static void
bind_numbers(struct gp_query *query, const struct gp_space *space)
{
	for (size_t i = 0; i < GP_COUNT(space_numbers); i++)
		gp_bind_int(query, space_numbers[i].parameter,
		    *(const int64_t *)((const char *)space + space_numbers[i].offset));
}

static struct gp_space *
space_from_row(struct gp_query *query)
{
	struct gp_space *space = gp_new(sizeof(*space));

	space->id = gp_col_int(query, "space_id");
	space->community_id = gp_col_int(query, "community_id");
	read_numbers(query, space);
	read_texts(query, space_texts, GP_COUNT(space_texts), space);
	return space;
}

enum gp_rc
gp_space_find(struct gp_db *db, const char *name, struct gp_space **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " SPACE_COLUMNS " FROM space WHERE name = :name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":name", name);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? space_from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_space_load(struct gp_db *db, int64_t id, struct gp_space **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " SPACE_COLUMNS " FROM space WHERE space_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? space_from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_space_insert(struct gp_db *db, const struct gp_space *space, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO space (community_id, name, domain, title, visibility, posting, first_posts, reply_to, prefix,"
	    " footer, delivery, joining, replies, rhythm, timezone, language, brief, charter, state, max_size,"
	    " author_limit, space_limit, created_at)"
	    " VALUES (:community, :name, :domain, :title, :visibility, :posting, :first_posts, :reply_to, :prefix,"
	    " :footer, :delivery, :joining, :replies, :rhythm, :timezone, :language, :brief,"
	    " coalesce(:charter, ''), :state, :max_size, :author_limit, :space_limit, :now)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_texts(query, space_texts, GP_COUNT(space_texts), space);
	gp_bind_int(query, ":community", space->community_id);
	bind_numbers(query, space);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_space_update(struct gp_db *db, const struct gp_space *space, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE space SET name = :name, domain = :domain, title = :title, visibility = :visibility,"
	    " posting = :posting, first_posts = :first_posts, reply_to = :reply_to, prefix = :prefix, footer = :footer,"
	    " delivery = :delivery, joining = :joining, replies = :replies, rhythm = :rhythm, timezone = :timezone,"
	    " language = :language, brief = :brief, charter = :charter, state = :state, max_size = :max_size,"
	    " author_limit = :author_limit, space_limit = :space_limit WHERE space_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_texts(query, space_texts, GP_COUNT(space_texts), space);
	bind_numbers(query, space);
	gp_bind_int(query, ":id", space->id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_space_list(struct gp_db *db, int64_t community_id, gp_space_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " SPACE_COLUMNS " FROM space"
				  " WHERE :community = 0 OR community_id = :community ORDER BY name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	for (;;) {
		SCOPED(gp_space_free) struct gp_space *space = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		space = space_from_row(query);
		GP_TRY(each(context, space, err));
	}
}

enum gp_rc
gp_space_counts(struct gp_db *db, int64_t space_id, int64_t *ret_members, int64_t *ret_posts, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM subscription WHERE space_id = :space AND to_event IS NULL) AS members,"
	    " (SELECT count(*) FROM message WHERE space_id = :space) AS posts";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_members = gp_col_int(query, "members");
	*ret_posts = gp_col_int(query, "posts");
	return GP_OK;
}
