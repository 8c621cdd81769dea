#include "guildpost/store/issue.h"

#include "guildpost/base/mem.h"

/* --- what is in it ---------------------------------------------------------------------------------------------- */

#define POST_COLUMNS                                                                                                   \
	"m.id, m.event, m.thread_id, m.member_id, m.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt," \
	" m.question"
/* What a preview goes by: an import was filed in one instant, which says nothing; its own date does. */
#define SHOWN_AT "CASE m.imported WHEN 1 THEN m.date ELSE m.filed_at END"

static void
post_from_row(struct gp_query *query, struct gp_issue_post *ret)
{
	*ret = (struct gp_issue_post){ .id = gp_col_int(query, "id"),
		.event = gp_col_int(query, "event"),
		.thread_id = gp_col_int(query, "thread_id"),
		.member_id = gp_col_int(query, "member_id"),
		.date = gp_col_int(query, "date"),
		.msgid = gp_col_text(query, "msgid"),
		.from_name = gp_col_text(query, "from_name"),
		.from_address = gp_col_text(query, "from_address"),
		.subject = gp_col_text(query, "subject"),
		.excerpt = gp_col_text(query, "excerpt"),
		.question = gp_col_int(query, "question") != 0 };
}

static enum gp_rc
each_post(
    struct gp_query *query, const struct gp_reach *reach, gp_issue_post_each *each, void *context, struct gp_err *err)
{
	struct gp_issue_post post;
	bool found;

	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		post_from_row(query, &post);
		if (reach == NULL || gp_reach_holds(reach, post.event))
			GP_TRY(each(context, &post, err));
	}
}

enum gp_rc
gp_issue_posts(struct gp_db *db, int64_t space_id, const struct gp_reach *reach, gp_issue_post_each *each,
    void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS
				  " FROM message m WHERE m.space_id = :space AND m.event > :after"
				  " AND m.event <= :through AND m.imported = 0 ORDER BY m.thread_id, m.date, m.id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	if (reach->count == 0)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":after", reach->span[0].after);
	gp_bind_int(query, ":through", reach->span[reach->count - 1].through);
	return each_post(query, reach, each, context, err);
}

enum gp_rc
gp_issue_posts_between(struct gp_db *db, int64_t space_id, int64_t after, int64_t through, gp_issue_post_each *each,
    void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS " FROM message m WHERE m.space_id = :space"
				  " AND " SHOWN_AT " > :after AND " SHOWN_AT " <= :through"
				  " ORDER BY m.thread_id, m.date, m.id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":through", through);
	return each_post(query, NULL, each, context, err);
}

enum gp_rc
gp_issue_newest(struct gp_db *db, int64_t space_id, int64_t until, int64_t *ret_date, struct gp_err *err)
{
	static const char sql[] = "SELECT max(" SHOWN_AT ") AS newest FROM message m WHERE m.space_id = :space"
				  " AND " SHOWN_AT " <= :until";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":until", until);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_date = gp_col_int(query, "newest");
	return GP_OK;
}

enum gp_rc
gp_issue_opening(struct gp_db *db, int64_t thread_id, gp_issue_post_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " POST_COLUMNS " FROM message m WHERE m.thread_id = :thread"
				  " ORDER BY m.date, m.id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":thread", thread_id);
	return each_post(query, NULL, each, context, err);
}

/* Where list servers rewrote From, everybody has the address of the list, and only the name tells who it was. */
#define SAME_AUTHOR "(lower(from_address) = lower(:address) AND (from_name = :name OR from_name NOT LIKE '% via %'))"

enum gp_rc
gp_issue_answered(struct gp_db *db, const struct gp_issue_post *opening, int64_t through, int64_t until,
    bool *ret_answered, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "SELECT 1 FROM message WHERE thread_id = :thread AND event <= :through AND date <= :until"
	    " AND NOT " SAME_AUTHOR " LIMIT 1",
	    &query, err));
	gp_bind_int(query, ":thread", opening->thread_id);
	gp_bind_int(query, ":through", through);
	gp_bind_int(query, ":until", until);
	gp_bind_text(query, ":address", opening->from_address);
	gp_bind_text(query, ":name", opening->from_name);
	return gp_query_next(query, ret_answered, err);
}

enum gp_rc
gp_issue_first_post(
    struct gp_db *db, int64_t space_id, const struct gp_issue_post *post, bool *ret_first, struct gp_err *err)
{
	/* A member is known by his number, whatever address he wrote from, and that is in an index. */
	static const char by_member[] = "SELECT 1 FROM message WHERE space_id = :space AND member_id = :member"
					" AND id <> :id AND date <= :date LIMIT 1";
	static const char by_address[] = "SELECT 1 FROM message WHERE space_id = :space AND date <= :date AND id <> :id"
					 " AND " SAME_AUTHOR " LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, post->member_id != 0 ? by_member : by_address, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":id", post->id);
	gp_bind_int(query, ":date", post->date);
	if (post->member_id != 0) {
		gp_bind_int(query, ":member", post->member_id);
	} else {
		gp_bind_text(query, ":address", post->from_address);
		gp_bind_text(query, ":name", post->from_name);
	}
	GP_TRY(gp_query_next(query, &found, err));
	*ret_first = !found;
	return GP_OK;
}

enum gp_rc
gp_issue_writers(struct gp_db *db, int64_t thread_id, gp_issue_writer_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT member_id, min(date) AS since FROM message WHERE thread_id = :thread"
				  " AND member_id IS NOT NULL GROUP BY member_id ORDER BY member_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":thread", thread_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(each(context, gp_col_int(query, "member_id"), gp_col_int(query, "since"), err));
	}
}

enum gp_rc
gp_issue_silent(struct gp_db *db, int64_t meeting_id, int64_t member_id, const char *occurrence, bool *ret_silent,
    struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "SELECT 1 FROM invitation i JOIN meeting m ON m.meeting_id = i.meeting_id"
	    " WHERE i.meeting_id = :id AND i.member_id = :member AND NOT EXISTS"
	    " (SELECT 1 FROM rsvp r WHERE r.meeting_id = :id AND r.member_id = :member"
	    "    AND r.occurrence IN ('', :occurrence) AND r.sequence >= m.timed_sequence)",
	    &query, err));
	gp_bind_int(query, ":id", meeting_id);
	gp_bind_int(query, ":member", member_id);
	gp_bind_text(query, ":occurrence", occurrence);
	return gp_query_next(query, ret_silent, err);
}

/* --- issues ----------------------------------------------------------------------------------------------------- */

static enum gp_rc
find_issue(struct gp_db *db, const struct gp_issue *issue, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] = "SELECT issue_id FROM issue WHERE space_id = :space AND mode = :mode"
				  " AND timezone = :timezone AND language = :language AND due_at = :due"
				  " AND reach = :reach";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", issue->space_id);
	gp_bind_text(query, ":mode", issue->mode);
	gp_bind_text(query, ":timezone", issue->timezone);
	gp_bind_text(query, ":language", issue->language);
	gp_bind_int(query, ":due", issue->due_at);
	gp_bind_text(query, ":reach", issue->reach);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_id = found ? gp_col_int(query, "issue_id") : 0;
	return GP_OK;
}

enum gp_rc
gp_issue_put(struct gp_db *db, const struct gp_issue *issue, int64_t *ret_id, bool *ret_new, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO issue (space_id, number, mode, timezone, language, due_at, from_event, through_event, reach,"
	    " posts, threads, subject, msgid) SELECT :space, 1 + coalesce(max(number), 0), :mode, :timezone, :language,"
	    " :due, :from, :through, :reach, :posts, :threads, :subject, :msgid FROM issue WHERE space_id = :space";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(find_issue(db, issue, ret_id, err));
	*ret_new = *ret_id == 0;
	if (!*ret_new)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", issue->space_id);
	gp_bind_text(query, ":mode", issue->mode);
	gp_bind_text(query, ":timezone", issue->timezone);
	gp_bind_text(query, ":language", issue->language);
	gp_bind_int(query, ":due", issue->due_at);
	gp_bind_int(query, ":from", issue->from_event);
	gp_bind_int(query, ":through", issue->through_event);
	gp_bind_text(query, ":reach", issue->reach);
	gp_bind_int(query, ":posts", issue->posts);
	gp_bind_int(query, ":threads", issue->threads);
	gp_bind_text(query, ":subject", issue->subject);
	gp_bind_text(query, ":msgid", issue->msgid);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_issue_sent(struct gp_db *db, int64_t issue_id, int64_t outbox_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(
	    db, "UPDATE issue SET outbox_id = coalesce(outbox_id, :outbox) WHERE issue_id = :id", &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":id", issue_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_issue_item_put(struct gp_db *db, int64_t issue_id, const struct gp_issue_item *item, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "INSERT INTO issue_item (issue_id, position, thread_id, block, posts)"
	    " VALUES (:issue, :position, :thread, :block, :posts)",
	    &query, err));
	gp_bind_int(query, ":issue", issue_id);
	gp_bind_int(query, ":position", item->position);
	gp_bind_int(query, ":thread", item->thread_id);
	gp_bind_text(query, ":block", item->block);
	gp_bind_int(query, ":posts", item->posts);
	return gp_query_do(query, err);
}

enum gp_rc
gp_issue_showed(struct gp_db *db, int64_t space_id, const char *mode, int64_t due_at, int64_t thread_id,
    bool *ret_showed, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT 1 FROM issue i JOIN issue_item t ON t.issue_id = i.issue_id AND t.thread_id = :thread"
	    "   AND t.block <> 'more'"
	    " WHERE i.space_id = :space AND i.mode = :mode AND i.due_at ="
	    "   (SELECT max(due_at) FROM issue WHERE space_id = :space AND mode = :mode AND due_at < :due)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":mode", mode);
	gp_bind_int(query, ":due", due_at);
	gp_bind_int(query, ":thread", thread_id);
	return gp_query_next(query, ret_showed, err);
}

static enum gp_rc
one_issue(struct gp_query *query, int64_t *ret_id, int64_t *ret_threads, struct gp_err *err)
{
	bool found;

	GP_TRY(gp_query_next(query, &found, err));
	*ret_id = found ? gp_col_int(query, "issue_id") : 0;
	*ret_threads = found ? gp_col_int(query, "threads") : 0;
	return GP_OK;
}

enum gp_rc
gp_issue_by_msgid(
    struct gp_db *db, int64_t space_id, const char *msgid, int64_t *ret_id, int64_t *ret_threads, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "SELECT issue_id, threads FROM issue WHERE msgid = :msgid AND space_id = :space ORDER BY issue_id LIMIT 1",
	    &query, err));
	gp_bind_text(query, ":msgid", msgid);
	gp_bind_int(query, ":space", space_id);
	return one_issue(query, ret_id, ret_threads, err);
}

enum gp_rc
gp_issue_by_subject(struct gp_db *db, int64_t space_id, const char *subject, int64_t since, int64_t *ret_id,
    int64_t *ret_threads, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "SELECT issue_id, threads FROM issue WHERE space_id = :space AND subject = :subject AND due_at > :since"
	    " ORDER BY issue_id DESC LIMIT 1",
	    &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":subject", subject);
	gp_bind_int(query, ":since", since);
	return one_issue(query, ret_id, ret_threads, err);
}

enum gp_rc
gp_issue_items(struct gp_db *db, int64_t issue_id, gp_issue_item_each *each, void *context, struct gp_err *err)
{
	/* A thread that another has taken in since is found under the one that has it. */
	static const char sql[] =
	    "SELECT i.thread_id, i.position, i.posts, i.block, t.token,"
	    " (SELECT m.subject FROM message m WHERE m.thread_id = coalesce(t.alias_of, t.thread_id)"
	    "  ORDER BY m.date, m.id LIMIT 1) AS subject"
	    " FROM issue_item i JOIN thread t ON t.thread_id = i.thread_id"
	    " WHERE i.issue_id = :issue ORDER BY i.position";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_issue_item item;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":issue", issue_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		item = (struct gp_issue_item){ .thread_id = gp_col_int(query, "thread_id"),
			.position = gp_col_int(query, "position"),
			.posts = gp_col_int(query, "posts"),
			.block = gp_col_text(query, "block"),
			.token = gp_col_text(query, "token"),
			.subject = gp_col_text(query, "subject") };
		GP_TRY(each(context, &item, err));
	}
}

enum gp_rc
gp_issue_list(struct gp_db *db, int64_t space_id, gp_issue_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT i.issue_id, i.space_id, i.number, i.mode, i.timezone, i.language, i.due_at,"
				  " i.from_event, i.through_event, i.reach, i.posts, i.threads, i.subject, i.msgid,"
				  " s.name FROM issue i JOIN space s ON s.space_id = i.space_id"
				  " WHERE :space = 0 OR i.space_id = :space ORDER BY i.due_at, i.issue_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_issue issue;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		issue = (struct gp_issue){ .id = gp_col_int(query, "issue_id"),
			.space_id = gp_col_int(query, "space_id"),
			.number = gp_col_int(query, "number"),
			.due_at = gp_col_int(query, "due_at"),
			.from_event = gp_col_int(query, "from_event"),
			.through_event = gp_col_int(query, "through_event"),
			.posts = gp_col_int(query, "posts"),
			.threads = gp_col_int(query, "threads"),
			.mode = gp_col_text(query, "mode"),
			.timezone = gp_col_text(query, "timezone"),
			.language = gp_col_text(query, "language"),
			.reach = gp_col_text(query, "reach"),
			.subject = gp_col_text(query, "subject"),
			.msgid = gp_col_text(query, "msgid"),
			.space_name = gp_col_text(query, "name") };
		GP_TRY(each(context, &issue, err));
	}
}
