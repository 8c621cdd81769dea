#include "guildpost/store/meeting.h"

#define MEETING_COLUMNS                                                                                                \
	" meeting_id, space_id, ref, uid, sequence, timed_sequence, title, start_local, timezone, duration, rrule,"    \
	" location, agenda, state, owed, cursor, created_at, changed_at"

void
gp_meeting_free(struct gp_meeting **meeting)
{
	struct gp_meeting *m = *meeting;

	if (m != NULL) {
		char **const texts[] = { &m->ref, &m->uid, &m->title, &m->start_local, &m->timezone, &m->rrule,
			&m->location, &m->agenda, &m->state, &m->owed };

		for (size_t i = 0; i < GP_COUNT(texts); i++)
			free(*texts[i]);
	}
	free(m);
	*meeting = NULL;
}

static struct gp_meeting *
take_row(struct gp_query *query)
{
	struct gp_meeting *m = gp_new(sizeof(*m));
	const struct {
		const char *name;
		char **to;
	} texts[] = { { "ref", &m->ref }, { "uid", &m->uid }, { "title", &m->title },
		{ "start_local", &m->start_local }, { "timezone", &m->timezone }, { "rrule", &m->rrule },
		{ "location", &m->location }, { "agenda", &m->agenda }, { "state", &m->state }, { "owed", &m->owed } };
	const struct {
		const char *name;
		int64_t *to;
	} numbers[] = { { "meeting_id", &m->id }, { "space_id", &m->space_id }, { "sequence", &m->sequence },
		{ "timed_sequence", &m->timed_sequence }, { "duration", &m->duration }, { "cursor", &m->cursor },
		{ "created_at", &m->created_at }, { "changed_at", &m->changed_at } };

	for (size_t i = 0; i < GP_COUNT(texts); i++)
		*texts[i].to = gp_strdup(gp_col_text(query, texts[i].name));
	for (size_t i = 0; i < GP_COUNT(numbers); i++)
		*numbers[i].to = gp_col_int(query, numbers[i].name);
	return m;
}

static void
bind_row(struct gp_query *query, const struct gp_meeting *m)
{
	gp_bind_int(query, ":sequence", m->sequence);
	gp_bind_int(query, ":timed", m->timed_sequence);
	gp_bind_text(query, ":title", m->title);
	gp_bind_text(query, ":start", m->start_local);
	gp_bind_text(query, ":timezone", m->timezone);
	gp_bind_int(query, ":duration", m->duration);
	gp_bind_text(query, ":rrule", m->rrule);
	gp_bind_text(query, ":location", m->location);
	gp_bind_text(query, ":agenda", m->agenda);
	gp_bind_text(query, ":state", m->state);
	gp_bind_text(query, ":owed", m->owed);
	gp_bind_int(query, ":cursor", m->cursor);
	gp_bind_int(query, ":changed", m->changed_at);
}

enum gp_rc
gp_meeting_insert(struct gp_db *db, const struct gp_meeting *meeting, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO meeting (space_id, ref, uid, sequence, timed_sequence, title, start_local, timezone, duration,"
	    " rrule, location, agenda, state, owed, cursor, created_at, changed_at)"
	    " VALUES (:space, :ref, :uid, :sequence, :timed, :title, :start, :timezone, :duration,"
	    " :rrule, :location, :agenda, :state, :owed, :cursor, :created, :changed)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", meeting->space_id);
	gp_bind_text(query, ":ref", meeting->ref);
	gp_bind_text(query, ":uid", meeting->uid);
	gp_bind_int(query, ":created", meeting->created_at);
	bind_row(query, meeting);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_meeting_update(struct gp_db *db, const struct gp_meeting *meeting, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE meeting SET sequence = :sequence, timed_sequence = :timed, title = :title, start_local = :start,"
	    " timezone = :timezone, duration = :duration, rrule = :rrule, location = :location, agenda = :agenda,"
	    " state = :state, owed = :owed, cursor = :cursor, changed_at = :changed WHERE meeting_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", meeting->id);
	bind_row(query, meeting);
	return gp_query_do(query, err);
}

static enum gp_rc
one(struct gp_query *query, struct gp_meeting **ret, struct gp_err *err)
{
	bool found;

	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		*ret = take_row(query);
	return GP_OK;
}

enum gp_rc
gp_meeting_find(struct gp_db *db, int64_t space_id, const char *ref, struct gp_meeting **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT" MEETING_COLUMNS
				  " FROM meeting WHERE space_id = :space AND ref = upper(:ref)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":ref", ref);
	return one(query, ret, err);
}

enum gp_rc
gp_meeting_by_uid(struct gp_db *db, int64_t space_id, const char *uid, struct gp_meeting **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT" MEETING_COLUMNS
				  " FROM meeting WHERE uid = lower(:uid) AND space_id = :space";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":uid", uid);
	gp_bind_int(query, ":space", space_id);
	return one(query, ret, err);
}

enum gp_rc
gp_meeting_load(struct gp_db *db, int64_t id, struct gp_meeting **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT" MEETING_COLUMNS " FROM meeting WHERE meeting_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return one(query, ret, err);
}

enum gp_rc
gp_meeting_owing(struct gp_db *db, struct gp_meeting **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT" MEETING_COLUMNS " FROM meeting WHERE owed <> '' ORDER BY meeting_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	return one(query, ret, err);
}

enum gp_rc
gp_meeting_next_ref(struct gp_db *db, int64_t space_id, char ret_ref[24], struct gp_err *err)
{
	static const char sql[] =
	    "SELECT count(*) AS n FROM meeting WHERE space_id = :space"; /* none is ever deleted */
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	GP_TRY(gp_query_next(query, &found, err));
	(void)snprintf(ret_ref, 24, "M%lld", (long long)gp_col_int(query, "n") + 1);
	return GP_OK;
}

enum gp_rc
gp_meeting_list(struct gp_db *db, int64_t space_id, gp_meeting_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT" MEETING_COLUMNS " FROM meeting WHERE space_id = :space ORDER BY meeting_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	for (;;) {
		SCOPED(gp_meeting_free) struct gp_meeting *meeting = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		meeting = take_row(query);
		GP_TRY(each(context, meeting, err));
	}
}

/* --- dates that differ ---------------------------------------------------------------------- */

enum gp_rc
gp_meeting_date_put(struct gp_db *db, int64_t meeting_id, const struct gp_meeting_date *date, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO meeting_date (meeting_id, occurrence, start_local, state)"
				  " VALUES (:meeting, :occurrence, nullif(:start, ''), :state)"
				  " ON CONFLICT (meeting_id, occurrence)"
				  " DO UPDATE SET start_local = excluded.start_local, state = excluded.state";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting_id);
	gp_bind_text(query, ":occurrence", date->occurrence);
	gp_bind_text(query, ":start", date->cancelled ? "" : date->start_local);
	gp_bind_text(query, ":state", date->cancelled ? "cancelled" : "moved");
	return gp_query_do(query, err);
}

enum gp_rc
gp_meeting_dates(
    struct gp_db *db, int64_t meeting_id, struct gp_meeting_date **ret_dates, size_t *ret_count, struct gp_err *err)
{
	static const char sql[] = "SELECT occurrence, start_local, state FROM meeting_date WHERE meeting_id = :meeting"
				  " ORDER BY occurrence";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_ptr) struct gp_meeting_date *dates = NULL;
	size_t count = 0;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting_id);
	for (;;) {
		struct gp_meeting_date *date;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			break;
		dates = gp_grow(dates, (count + 1) * sizeof(*dates));
		date = &dates[count++];
		(void)snprintf(date->occurrence, sizeof(date->occurrence), "%s", gp_col_text(query, "occurrence"));
		(void)snprintf(date->start_local, sizeof(date->start_local), "%s", gp_col_text(query, "start_local"));
		date->cancelled = strcmp(gp_col_text(query, "state"), "cancelled") == 0;
	}
	*ret_count = count;
	*ret_dates = TAKE(dates);
	return GP_OK;
}

enum gp_rc
gp_meeting_dates_drop(struct gp_db *db, int64_t meeting_id, struct gp_err *err)
{
	static const char *const sqls[] = { "DELETE FROM meeting_date WHERE meeting_id = :meeting",
		"DELETE FROM rsvp WHERE meeting_id = :meeting AND occurrence <> ''" };

	for (size_t i = 0; i < GP_COUNT(sqls); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, sqls[i], &query, err));
		gp_bind_int(query, ":meeting", meeting_id);
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}
