#include "guildpost/store/message.h"

#include "guildpost/mail/crypt.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"
#include "guildpost/store/setting.h"
#include "store/placing.h"
#include "store/span.h"

#define DAY	 86400
#define KEPT	 (90 * DAY) /* what is known of copies that were sent (store/keep.c) */
#define TEXT_MAX (8u << 20) /* octets of text that are indexed of one message */

/* RCV-19: a post that came in is believed about its date within a day; an import keeps what it says. */
static int64_t
ordering_date(const struct gp_filing *filing)
{
	int64_t date = filing->reading->date, off = date - filing->received_at;

	if (date == 0 || (!filing->imported && (off > DAY || off < -DAY)))
		return filing->received_at;
	return date;
}

/* Which of two imported messages of one id bears it, and of two copies is kept: the one that a rule names and not the one
 * that came first, so that an archive is the same in whatever order its messages come. */
static bool
goes_first(const struct gp_filing *filing, const struct gp_filed *filed, struct gp_query *query)
{
	int64_t mine = filed->conflict ? ordering_date(filing) : filing->received_at;
	int64_t its = gp_col_int(query, filed->conflict ? "date" : "received_at");
	const unsigned char *sha256 = filing->reading->body_sha256;
	unsigned char octets_sha256[32];
	const void *other;
	size_t n;

	if (mine != its)
		return mine < its;
	other = gp_col_blob(query, filed->conflict ? "body_sha256" : "sha256", &n);
	if (!filed->conflict) {
		gp_sha256(filing->octets, filing->size, octets_sha256);
		sha256 = octets_sha256;
	}
	return n == 32 && memcmp(sha256, other, 32) < 0;
}

/* RCV-17: an id that is here already is a copy when the bodies agree, else a reused id. */
static enum gp_rc
find_same(struct gp_db *db, const struct gp_filing *filing, struct gp_filed *filed, struct gp_err *err)
{
	static const char sql[] = "SELECT m.id, m.raw_id, m.event, m.thread_id, m.imported, m.date, m.received_at,"
				  " m.msgid, m.body_sha256, m.scrubbed, r.sha256, t.token FROM message m"
				  " JOIN thread t ON t.thread_id = m.thread_id JOIN raw r ON r.raw_id = m.raw_id"
				  " WHERE m.place = :place";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const void *sha256;
	bool found;
	size_t n;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(filing->space_id, filing->reading->message_id));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	sha256 = gp_col_blob(query, "body_sha256", &n);
	filed->duplicate = n == 32 && memcmp(sha256, filing->reading->body_sha256, 32) == 0 &&
			   strcmp(gp_col_text(query, "msgid"), filing->reading->message_id) == 0;
	filed->conflict = !filed->duplicate;
	filed->id = gp_col_int(query, "id");
	filed->raw_id = gp_col_int(query, "raw_id");
	filed->received_at = gp_col_int(query, "received_at");
	filed->event = gp_col_int(query, "event");
	filed->thread_id = gp_col_int(query, "thread_id");
	(void)snprintf(filed->thread_token, sizeof(filed->thread_token), "%s", gp_col_text(query, "token"));
	filed->yields = filing->imported && gp_col_int(query, "imported") != 0 && gp_col_int(query, "scrubbed") == 0 &&
			goes_first(filing, filed, query);
	return GP_OK;
}

static int64_t
count_attachments(const struct gp_reading *reading)
{
	int64_t count = 0;

	for (size_t i = 0; i < reading->part_count; i++)
		count += reading->parts[i].attachment;
	return count;
}

static enum gp_rc
insert_row(struct gp_db *db, const struct gp_filing *filing, const struct gp_placing *placing, int64_t filed_at,
    struct gp_filed *filed, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO message (space_id, raw_id, event, filed_at, imported, msgid, place, thread_id, member_id, "
	    "from_name,"
	    " from_address, subject, subject_base, date, received_at, size, attachments, question, excerpt, line_end,"
	    " body_sha256, by_subject)"
	    " VALUES (:space, :raw, :event, :filed_at, :imported, :msgid, :place, :thread, nullif(:member, 0), "
	    ":from_name,"
	    " :from_address, :subject, :base, :date, :received_at, :size, :attachments, :question, :excerpt, :line_end,"
	    " :sha256, :by_subject)";
	const struct gp_reading *reading = filing->reading;
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", filing->space_id);
	gp_bind_int(query, ":raw", filing->raw_id);
	gp_bind_int(query, ":event", filed->event);
	gp_bind_int(query, ":filed_at", filed_at);
	gp_bind_int(query, ":imported", filing->imported);
	gp_bind_text(query, ":msgid", reading->message_id);
	gp_bind_int(query, ":place", gp_place(filing->space_id, reading->message_id));
	gp_bind_int(query, ":thread", filed->thread_id);
	gp_bind_int(query, ":member", filing->member_id);
	gp_bind_text(query, ":from_name", reading->from_name);
	gp_bind_text(query, ":from_address", reading->from_address);
	gp_bind_text(query, ":subject", reading->subject);
	gp_bind_text(query, ":base", reading->subject_base);
	gp_bind_int(query, ":date", placing->date);
	gp_bind_int(query, ":received_at", filing->received_at);
	gp_bind_int(query, ":size", (int64_t)filing->size);
	gp_bind_int(query, ":attachments", count_attachments(reading));
	gp_bind_int(query, ":question", reading->question);
	gp_bind_text(query, ":excerpt", reading->excerpt);
	gp_bind_text(query, ":line_end", filing->line_end);
	gp_bind_blob(query, ":sha256", reading->body_sha256, sizeof(reading->body_sha256));
	gp_bind_int(query, ":by_subject", placing->by_subject);
	GP_TRY(gp_query_do(query, err));
	filed->id = gp_db_inserted(db);
	return gp_span_add(db, filing->space_id, placing->date, filed->id, err);
}

static enum gp_rc
insert_citations(struct gp_db *db, int64_t id, int64_t space_id, const struct gp_strs *references, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO citation (id, position, place) VALUES (:id, :position, :place)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	for (size_t i = 0; i < references->count; i++) {
		gp_bind_int(query, ":id", id);
		gp_bind_int(query, ":position", (int64_t)i);
		gp_bind_int(query, ":place", gp_place(space_id, references->v[i]));
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}

/* The next line of text without its end; false when there is none. */
static bool
next_line(const char **at, const char **ret_line, size_t *ret_n)
{
	if (**at == '\0')
		return false;
	*ret_line = *at;
	*ret_n = strcspn(*at, "\n");
	*at += *ret_n + ((*at)[*ret_n] == '\n');
	return true;
}

/* The lines of text that are not among the own ones: own is what remained of text when lines were taken out of it, so one
 * walk over both tells them apart. Where own was changed otherwise, a line stands in both, which only weighs it less. */
static void
other_lines(const char *text, const char *own, struct gp_buf *out)
{
	const char *line, *mine = "";
	size_t n, mine_n = 0;
	bool have = next_line(&own, &mine, &mine_n);

	while (next_line(&text, &line, &n)) {
		while (have && mine_n == 0)
			have = next_line(&own, &mine, &mine_n);
		if (have && n >= mine_n && memcmp(line, mine, mine_n) == 0 &&
		    strspn(line + mine_n, " \t") >= n - mine_n) {
			have = next_line(&own, &mine, &mine_n);
			continue;
		}
		gp_buf_add(out, line, n);
		gp_buf_addc(out, '\n');
	}
}

enum gp_rc
gp_message_index(struct gp_db *db, const struct gp_filing *filing, int64_t id, struct gp_err *err)
{
	const struct gp_reading *reading = filing->reading;
	SCOPED(gp_buf_release) struct gp_buf rest = GP_BUF_INIT(TEXT_MAX);
	SCOPED(gp_free_str) char *author = gp_printf("%s %s", reading->from_name, reading->from_address);
	struct gp_indexing indexing = { .id = id,
		.raw_id = filing->raw_id,
		.octets = filing->octets,
		.size = filing->size,
		.subject = reading->subject,
		.author = author,
		.own = reading->own_text };

	other_lines(reading->text, reading->own_text, &rest);
	indexing.rest = rest.data;
	return gp_index_add(db, &indexing, err);
}

static struct gp_placing
placing_of(const struct gp_filing *filing)
{
	const struct gp_reading *reading = filing->reading;

	return (struct gp_placing){ .space_id = filing->space_id,
		.date = ordering_date(filing),
		.now = filing->now,
		.msgid = reading->message_id,
		.subject_base = reading->subject_base,
		.references = &reading->references,
		.conversation = reading->conversation,
		.member_id = !filing->imported && filing->now - filing->received_at < KEPT ? filing->member_id : 0,
		.by_subject = (reading->subject_is_reply || reading->conversation_reply) &&
			      reading->references.count == (size_t)reading->beside && *filing->thread_token == '\0',
		.token = filing->thread_token,
		.keys = filing->keys };
}

enum gp_rc
gp_message_seen(struct gp_db *db, const struct gp_filing *filing, struct gp_filed *ret_filed, struct gp_err *err)
{
	*ret_filed = (struct gp_filed){ 0 };
	return find_same(db, filing, ret_filed, err);
}

enum gp_rc
gp_message_file(struct gp_db *db, const struct gp_filing *filing, struct gp_filed *ret_filed, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs references = { 0 };
	struct gp_placing placing = placing_of(filing);
	int64_t filed_at;

	GP_TRY(gp_message_seen(db, filing, ret_filed, err));
	if (ret_filed->duplicate || ret_filed->conflict)
		return GP_OK;
	GP_TRY(gp_thread_references(db, &placing, &references, err));
	placing.references = &references;
	GP_TRY(gp_thread_place(db, &placing, &ret_filed->thread_id, err));
	GP_TRY(gp_event_next(db, filing->now, &ret_filed->event, &filed_at, err));
	GP_TRY(insert_row(db, filing, &placing, filed_at, ret_filed, err));
	GP_TRY(insert_citations(db, ret_filed->id, filing->space_id, &references, err));
	if (!filing->index_later)
		GP_TRY(gp_message_index(db, filing, ret_filed->id, err));
	GP_TRY(gp_thread_settle(db, ret_filed->id, err));
	return gp_thread_token(db, ret_filed->thread_id, ret_filed->thread_token, err);
}

/* --- derived anew --------------------------------------------------------------------------- */

static enum gp_rc
update_row(struct gp_db *db, int64_t id, const struct gp_filing *filing, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE message SET from_name = :from_name, from_address = :from_address, subject = :subject,"
	    " subject_base = :base, date = :date, attachments = :attachments, question = :question, excerpt = :excerpt,"
	    " by_subject = CASE WHEN imported THEN :by_subject ELSE by_subject END WHERE id = :id";
	const struct gp_reading *reading = filing->reading;
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_text(query, ":from_name", reading->from_name);
	gp_bind_text(query, ":from_address", reading->from_address);
	gp_bind_text(query, ":subject", reading->subject);
	gp_bind_text(query, ":base", reading->subject_base);
	gp_bind_int(query, ":date", ordering_date(filing));
	gp_bind_int(query, ":attachments", count_attachments(reading));
	gp_bind_int(query, ":question", reading->question);
	gp_bind_text(query, ":excerpt", reading->excerpt);
	gp_bind_int(query, ":by_subject", placing_of(filing).by_subject);
	GP_TRY(gp_query_do(query, err));
	return gp_span_add(db, filing->space_id, ordering_date(filing), id, err);
}

static enum gp_rc
run_with_id(struct gp_db *db, const char *sql, int64_t id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

static const char forget_citations[] = "DELETE FROM citation WHERE id = :id";

/* Where it stands is kept: that a post came to the address of a thread is not told by its octets. */
static enum gp_rc
load_standing(struct gp_db *db, int64_t id, int64_t *ret_thread_id, bool *ret_by_subject, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT thread_id, by_subject FROM message WHERE id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_thread_id = gp_col_int(query, "thread_id");
	*ret_by_subject = gp_col_int(query, "by_subject") != 0;
	return GP_OK;
}

static enum gp_rc
place_again(struct gp_db *db, int64_t id, const struct gp_filing *filing, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs references = { 0 };
	struct gp_placing placing = placing_of(filing);
	int64_t thread_id; /* the row follows by itself: whoever is joined has its messages moved */

	GP_TRY(load_standing(db, id, &thread_id, &placing.by_subject, err));
	GP_TRY(gp_thread_keep(db, filing->space_id, placing.msgid, thread_id, err));
	GP_TRY(gp_thread_references(db, &placing, &references, err));
	placing.references = &references;
	GP_TRY(gp_thread_place(db, &placing, &thread_id, err));
	GP_TRY(run_with_id(db, forget_citations, id, err));
	GP_TRY(insert_citations(db, id, filing->space_id, &references, err));
	return gp_thread_settle(db, id, err);
}

enum gp_rc
gp_message_refresh(struct gp_db *db, int64_t id, const struct gp_filing *filing, struct gp_err *err)
{
	GP_TRY(gp_index_remove(db, id, err));
	GP_TRY(update_row(db, id, filing, err));
	GP_TRY(gp_message_index(db, filing, id, err));
	return place_again(db, id, filing, err);
}

enum gp_rc
gp_message_remove(struct gp_db *db, int64_t id, struct gp_err *err)
{
	/* Copies that wait go nowhere; of those that went only the figures are kept, and of digests that went and may
	 * have shown it too. Octets that a held or a waiting post shares stay with it; that it was held once is forgotten. */
	static const char *const steps[] = {
		forget_citations,
		"DELETE FROM held WHERE state <> 'held' AND raw_id = (SELECT raw_id FROM message WHERE id = :id)",
		"DELETE FROM outbox_mail WHERE outbox_id IN (SELECT o.outbox_id FROM outbox o JOIN message m"
		" ON m.space_id = o.space_id WHERE m.id = :id AND o.state IN ('sent', 'dropped'))",
		"UPDATE outbox SET delivered = delivered + coalesce((SELECT sum(s.delivered) FROM slice s"
		" WHERE s.outbox_id = outbox.outbox_id), 0) WHERE kind = 'post'"
		" AND event = (SELECT event FROM message WHERE id = :id)",
		"DELETE FROM slice WHERE outbox_id IN (SELECT o.outbox_id FROM outbox o JOIN message m ON m.event = "
		"o.event"
		" WHERE m.id = :id AND o.kind = 'post')",
		"DELETE FROM outbox_mail WHERE outbox_id IN (SELECT o.outbox_id FROM outbox o"
		" JOIN message m ON m.event = o.event WHERE m.id = :id AND o.kind = 'post')",
		"UPDATE outbox SET state = CASE state WHEN 'sent' THEN state ELSE 'dropped' END, slots = '',"
		" exhausted = 1 WHERE kind = 'post' AND event = (SELECT event FROM message WHERE id = :id)",
	};
	static const char raw_of[] = "SELECT raw_id FROM message WHERE id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_ptr) int64_t *waiting = NULL;
	int64_t raw_id;
	size_t count;
	bool found;

	GP_TRY(gp_query_open(db, raw_of, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	raw_id = found ? gp_col_int(query, "raw_id") : 0;
	gp_query_free(&query);
	GP_TRY(gp_thread_waiting(db, id, &waiting, &count, err));
	GP_TRY(gp_index_remove(db, id, err));
	for (size_t i = 0; i < GP_COUNT(steps); i++)
		GP_TRY(run_with_id(db, steps[i], id, err));
	GP_TRY(run_with_id(db, "DELETE FROM message WHERE id = :id", id, err));
	GP_TRY(gp_raw_delete(db, raw_id, err));
	return gp_thread_resettle(db, waiting, count, err);
}

enum gp_rc
gp_message_is_here(struct gp_db *db, int64_t space_id, const char *msgid, bool *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT 1 FROM message WHERE place = :place AND msgid = :msgid";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":place", gp_place(space_id, msgid));
	gp_bind_text(query, ":msgid", msgid);
	return gp_query_next(query, ret, err);
}
