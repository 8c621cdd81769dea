#include "guildpost/store/why.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/former.h"
#include "store/sent.h"

void
gp_sending_release(struct gp_sending *sending)
{
	free(sending->kind);
	free(sending->space);
	free(sending->msgid);
	free(sending->address);
	free(sending->result);
	free(sending->status);
	free(sending->reply);
	*sending = (struct gp_sending){ 0 };
}

/* Mail that named the address, and posts to spaces where it was subscribed then: to all of them, or because it had
 * written in the thread before (as the resolver in slice.c has it). */
static const char find[] =
    "WITH who AS (SELECT member_id FROM member WHERE address_key = :key UNION SELECT member_id FROM former"
    "  WHERE address_mac = :mac AND member_id IS NOT NULL),"
    " named AS (SELECT r.outbox_id, r.recipient_key, r.address FROM outbox_recipient r"
    "  WHERE r.address = :address COLLATE NOCASE OR r.member_id IN (SELECT member_id FROM who)),"
    " posts AS (SELECT o.outbox_id, s.member_id AS recipient_key, m.address FROM who w"
    "  JOIN member m ON m.member_id = w.member_id JOIN subscription s ON s.member_id = w.member_id"
    "  JOIN outbox o ON o.space_id = s.space_id AND o.audience = 'event' AND s.from_event <= o.event"
    "   AND (s.to_event IS NULL OR s.to_event > o.event)"
    "  LEFT JOIN message p ON p.space_id = o.space_id AND p.event = o.event"
    "  WHERE (s.mode = 'each' AND s.resting = 0) OR (s.mode IN ('daily', 'weekly', 'monthly')"
    "   AND coalesce(p.member_id, 0) <> s.member_id AND EXISTS (SELECT 1 FROM message e WHERE e.space_id = o.space_id"
    "    AND e.member_id = s.member_id AND e.thread_id = p.thread_id AND e.event < o.event))),"
    " found AS (SELECT * FROM named UNION SELECT * FROM posts)"
    " SELECT f.outbox_id, f.recipient_key, f.address, o.kind, o.state, o.msgid, o.created_at, o.cursor, o.exhausted,"
    "  o.marks, coalesce(p.name, '') AS space, coalesce(x.result, '') AS outcome,"
    "  coalesce(x.at, t.at, 0) AS said_at, coalesce(x.code, t.code, 0) AS code,"
    "  coalesce(x.status, t.status, '') AS status, coalesce(x.reply, t.reply, '') AS reply,"
    "  coalesce(t.result, '') AS tried, coalesce(s.state, '') AS slice, coalesce(s.next_attempt, 0) AS next_attempt,"
    "  coalesce(s.last_reply, '') AS slice_reply,"
    "  (SELECT count(*) FROM attempt a WHERE a.outbox_id = f.outbox_id AND a.recipient_key = f.recipient_key) AS tries,"
    "  coalesce(b.status, '') AS bounce, coalesce(b.at, 0) AS bounced_at"
    " FROM found f JOIN outbox o ON o.outbox_id = f.outbox_id LEFT JOIN space p ON p.space_id = o.space_id"
    " LEFT JOIN outcome x ON x.outbox_id = f.outbox_id AND x.recipient_key = f.recipient_key"
    " LEFT JOIN attempt t ON t.rowid = (SELECT max(rowid) FROM attempt a WHERE a.outbox_id = f.outbox_id"
    "  AND a.recipient_key = f.recipient_key)"
    " LEFT JOIN slice s ON s.slice_id = (SELECT slice_id FROM slice e WHERE e.outbox_id = f.outbox_id"
    "  AND f.recipient_key > e.after_key AND f.recipient_key <= e.through_key"
    "  ORDER BY e.only_key IS NULL LIMIT 1)"
    " LEFT JOIN bounce b ON b.bounce_id = (SELECT max(bounce_id) FROM bounce e WHERE e.outbox_id = f.outbox_id"
    "  AND e.member_id IN (SELECT member_id FROM who))"
    " ORDER BY f.outbox_id DESC, f.recipient_key LIMIT :limit";

/* "1780300800:0 1780300860:4711": when whoever has this key was taken in hand. */
static int64_t
time_of(const char *marks, int64_t key)
{
	long long at, after;
	int64_t found = 0;
	int n;

	for (; sscanf(marks, "%lld:%lld%n", &at, &after, &n) == 2; marks += n)
		if (after < key)
			found = at;
	return found;
}

/* The result in one word, and when it was so. */
static const char *
judge(struct gp_query *query, int64_t key, int64_t *ret_at)
{
	const char *state = gp_col_text(query, "state"), *slice = gp_col_text(query, "slice");
	const char *outcome = gp_col_text(query, "outcome");
	bool reached = key <= gp_col_int(query, "cursor") || strcmp(state, "sent") == 0;

	*ret_at = gp_col_int(query, "said_at");
	if (*outcome != '\0')
		return outcome;
	if (*slice != '\0')
		return strcmp(slice, "sending") == 0 || strcmp(state, "due") != 0 || *ret_at != 0 ||
			       *gp_col_text(query, "slice_reply") != '\0'
			   ? (strcmp(state, "due") != 0 ? state : slice)
			   : "waiting";
	if (!reached)
		return strcmp(state, "due") == 0 ? "waiting" : state;
	if (strcmp(gp_col_text(query, "bounce"), "") != 0) {
		*ret_at = gp_col_int(query, "bounced_at");
		return "bounced";
	}
	if (*ret_at == 0)
		*ret_at = time_of(gp_col_text(query, "marks"), key);
	return "delivered";
}

static void
from_row(struct gp_query *query, struct gp_sending *ret)
{
	const char *result, *bounce = gp_col_text(query, "bounce"), *reply = gp_col_text(query, "reply");
	bool bounced;

	*ret = (struct gp_sending){ .outbox_id = gp_col_int(query, "outbox_id"),
		.key = gp_col_int(query, "recipient_key"),
		.attempts = gp_col_int(query, "tries"),
		.created_at = gp_col_int(query, "created_at"),
		.next_attempt = gp_col_int(query, "next_attempt"),
		.code = gp_col_int(query, "code"),
		.kind = gp_strdup(gp_col_text(query, "kind")),
		.space = gp_strdup(gp_col_text(query, "space")),
		.msgid = gp_strdup(gp_col_text(query, "msgid")),
		.address = gp_strdup(gp_col_text(query, "address")) };
	result = judge(query, ret->key, &ret->at);
	bounced = strcmp(result, "bounced") == 0;
	ret->result = gp_strdup(result);
	ret->status = gp_strdup(bounced ? bounce : gp_col_text(query, "status"));
	ret->reply = gp_strdup(*reply != '\0' || bounced ? reply : gp_col_text(query, "slice_reply"));
}

/* Of a copy that was counted while its claim went on, when the claim has no line: whoever worked it off is at it yet, or was
 * killed. What the smarthost said to each is written down at the end only, for the sake of a page a step. */
static enum gp_rc
explain_silence(struct gp_db *db, struct gp_sending *sending, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM slice WHERE outbox_id = :id AND state = 'sending') AS busy";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", sending->outbox_id);
	GP_TRY(gp_query_next(query, &found, err));
	free(sending->reply);
	sending->reply = gp_strdup(gp_col_int(query, "busy") != 0
				       ? "(taken; the words are written down when its worker is through)"
				       : "(taken; the words were lost with its worker, which was killed)");
	return GP_OK;
}

/* Of what went well at the first try. */
static enum gp_rc
add_reply(struct gp_db *db, struct gp_sending *sending, struct gp_err *err)
{
	struct gp_reply reply;
	int64_t at;

	if (strcmp(sending->result, "delivered") != 0 || sending->attempts > 0)
		return GP_OK;
	sending->attempts = 1;
	GP_TRY(gp_sent_find(db, sending->outbox_id, sending->key, &at, &reply, err));
	if (at == 0)
		return explain_silence(db, sending, err);
	sending->at = at;
	sending->code = reply.code;
	free(sending->status);
	free(sending->reply);
	sending->status = gp_strdup(reply.status);
	sending->reply = gp_strdup(reply.text);
	return GP_OK;
}

enum gp_rc
gp_why(struct gp_db *db, const char *address, int64_t limit, gp_sending_each *each, void *context, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char key[GP_ADDRESS_MAX], mac[GP_ADDRESS_MAC_SIZE];
	bool found;

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_former_mac(db, key, mac, err));
	GP_TRY(gp_query_open(db, find, &query, err));
	gp_bind_text(query, ":mac", mac);
	gp_bind_text(query, ":key", key);
	gp_bind_text(query, ":address", address);
	gp_bind_int(query, ":limit", limit);
	for (;;) {
		SCOPED(gp_sending_release) struct gp_sending sending = { 0 };

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		from_row(query, &sending);
		GP_TRY(add_reply(db, &sending, err));
		GP_TRY(each(context, &sending, err));
	}
}

static void
try_release(struct gp_try *attempt)
{
	free(attempt->result);
	free(attempt->status);
	free(attempt->reply);
}

enum gp_rc
gp_why_tries(struct gp_db *db, int64_t outbox_id, int64_t key, gp_try_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT at, result, code, status, reply FROM attempt"
				  " WHERE outbox_id = :outbox AND recipient_key = :key ORDER BY rowid";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":key", key);
	for (;;) {
		SCOPED(try_release) struct gp_try attempt = { 0 };

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		attempt = (struct gp_try){ .at = gp_col_int(query, "at"),
			.code = gp_col_int(query, "code"),
			.result = gp_strdup(gp_col_text(query, "result")),
			.status = gp_strdup(gp_col_text(query, "status")),
			.reply = gp_strdup(gp_col_text(query, "reply")) };
		GP_TRY(each(context, &attempt, err));
	}
}
