#include "guildpost/store/slice.h"

#include "guildpost/store/setting.h"
#include "store/sent.h"

/* What one finish adds up. */
struct sum {
	int64_t now;
	int64_t delivered, refused, in_row; /* in_row: content refusals since the last success, over the whole row */
	bool dropped; /* somebody dropped the row meanwhile */
	bool due; /* nobody holds it */
	int64_t in_row_before;
	const struct gp_reply *last; /* the reply to show */
};

/* "451 4.4.2 connection lost"; without a code where no server said anything. */
static void
format_reply(const struct gp_reply *reply, char out[256])
{
	char code[16] = "";

	if (reply->code != 0)
		(void)snprintf(code, sizeof(code), "%d ", reply->code);
	(void)snprintf(out, 256, "%s%s %s", code, reply->status, reply->text);
}

static uint64_t
seed_of(const struct gp_claim *claim, int64_t key)
{
	return (uint64_t)claim->outbox_id * 1000003u + (uint64_t)key;
}

/* --- one recipient -------------------------------------------------------------------------- */

static enum gp_rc
add_outcome(struct gp_db *db, const struct gp_claim *claim, const struct gp_recipient *to, const struct gp_fared *fared,
    int64_t now, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO outcome (outbox_id, recipient_key, address, result, code, status, reply, at)"
	    " VALUES (:outbox, :key, :address, :result, :code, :status, :reply, :now)"
	    " ON CONFLICT (outbox_id, recipient_key) DO UPDATE SET result = excluded.result, code = excluded.code,"
	    "  status = excluded.status, reply = excluded.reply, at = excluded.at, seen = 0";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", claim->outbox_id);
	gp_bind_int(query, ":key", to->key);
	gp_bind_text(query, ":address", to->address);
	gp_bind_text(query, ":result", gp_fate_name(fared->fate));
	gp_bind_int(query, ":code", fared->reply.code);
	gp_bind_text(query, ":status", fared->reply.status);
	gp_bind_text(query, ":reply", fared->reply.text);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

/* What was said to one at one try, for whoever asks later. */
static enum gp_rc
add_attempt(struct gp_db *db, const struct gp_claim *claim, const struct gp_recipient *to, const struct gp_fared *fared,
    int64_t now, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO attempt (outbox_id, recipient_key, at, result, code, status, reply)"
				  " VALUES (:outbox, :key, :now, :result, :code, :status, :reply)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", claim->outbox_id);
	gp_bind_int(query, ":key", to->key);
	gp_bind_int(query, ":now", now);
	gp_bind_text(query, ":result", gp_fate_name(fared->fate));
	gp_bind_int(query, ":code", fared->reply.code);
	gp_bind_text(query, ":status", fared->reply.status);
	gp_bind_text(query, ":reply", fared->reply.text);
	return gp_query_do(query, err);
}

/* Everybody there waits, not only who was tried (SND-07). Its last rest being over for less than an hour, the next is
 * longer. */
static enum gp_rc
rest_destination(
    struct gp_db *db, const struct gp_recipient *to, const struct gp_reply *reply, int64_t now, struct gp_err *err)
{
	static const char find[] = "SELECT until, times FROM road_rest WHERE domain = lower(:domain)";
	static const char put[] = "INSERT INTO road_rest (domain, until, times, reply)"
				  " VALUES (lower(:domain), :until, :times, :reply) ON CONFLICT (domain) DO UPDATE"
				  " SET until = excluded.until, times = excluded.times, reply = excluded.reply";
	SCOPED(gp_query_free) struct gp_query *before = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const char *at = strrchr(to->address, '@');
	int64_t times = 1;
	bool found;

	if (at == NULL)
		return GP_OK;
	GP_TRY(gp_query_open(db, find, &before, err));
	gp_bind_text(before, ":domain", at + 1);
	GP_TRY(gp_query_next(before, &found, err));
	if (found && gp_col_int(before, "until") > now)
		return GP_OK; /* another worker has heard it too */
	if (found && gp_col_int(before, "until") > now - 3600)
		times += gp_col_int(before, "times");
	GP_TRY(gp_query_open(db, put, &query, err));
	gp_bind_text(query, ":domain", at + 1);
	gp_bind_int(query, ":until", now + gp_destination_pause(times));
	gp_bind_int(query, ":times", times);
	gp_bind_text(query, ":reply", reply->text);
	return gp_query_do(query, err);
}

/* The last try is when time is up, not some hours before. */
static int64_t
until_the_end(const struct gp_claim *claim, int64_t next, int64_t now)
{
	return next > claim->expires_at && claim->expires_at > now ? claim->expires_at : next;
}

/* When a recipient comes next. Who only waited for the destination has made no attempt. */
static int64_t
next_attempt(const struct gp_claim *claim, const struct gp_recipient *to, const struct gp_fared *fared, int64_t now)
{
	const struct gp_rest *rest = gp_rest_of(&claim->rests, to->address);
	int64_t delay = gp_retry_delay(to->attempts + 1, seed_of(claim, to->key)), next = now + delay;

	if (fared->fate == GP_FATE_PAUSED)
		next = (rest != NULL ? rest->until : now + gp_destination_pause(1)) +
		       (int64_t)(seed_of(claim, to->key) % 60);
	return until_the_end(claim, next, now);
}

static enum gp_rc
put_off(struct gp_db *db, const struct gp_claim *claim, const struct gp_recipient *to, const struct gp_fared *fared,
    int64_t now, struct gp_err *err)
{
	static const char insert[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, only_key, state, attempts, next_attempt, last_reply)"
	    " VALUES (:outbox, :key - 1, :key, :key, 'deferred', :attempts, :next, :reply)";
	static const char update[] = "UPDATE slice SET state = 'deferred', slot = NULL, attempts = :attempts, road = 0,"
				     " next_attempt = :next, last_reply = :reply WHERE slice_id = :slice";
	bool single = claim->slice_id == 0;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char reply[256];

	format_reply(&fared->reply, reply);
	GP_TRY(gp_query_open(db, single ? update : insert, &query, err));
	if (single) {
		gp_bind_int(query, ":slice", to->slice_id);
	} else {
		gp_bind_int(query, ":outbox", claim->outbox_id);
		gp_bind_int(query, ":key", to->key);
	}
	gp_bind_int(query, ":attempts", to->attempts + (fared->fate != GP_FATE_PAUSED));
	gp_bind_int(query, ":next", next_attempt(claim, to, fared, now));
	gp_bind_text(query, ":reply", reply);
	return gp_query_do(query, err);
}

static enum gp_rc
delete_slice(struct gp_db *db, int64_t slice_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM slice WHERE slice_id = :id", &query, err));
	gp_bind_int(query, ":id", slice_id);
	return gp_query_do(query, err);
}

/* Those that were not tried, or whose fate is the road's, stay in the slice. */
static bool
stays(const struct gp_fared *fared)
{
	return fared->fate == GP_FATE_NONE || fared->fate == GP_FATE_ROAD || fared->fate == GP_FATE_SENDER;
}

static enum gp_rc
settle_one(struct gp_db *db, const struct gp_claim *claim, const struct gp_recipient *to, const struct gp_fared *fared,
    struct sum *sum, struct gp_err *err)
{
	struct gp_fared last = *fared;
	bool waits = fared->fate == GP_FATE_DEFERRED || fared->fate == GP_FATE_UNKNOWN || fared->fate == GP_FATE_PAUSED;

	sum->last = &fared->reply;
	if (fared->fate != GP_FATE_PAUSED && (fared->fate != GP_FATE_DELIVERED || claim->slice_id == 0))
		GP_TRY(add_attempt(db, claim, to, fared, sum->now, err));
	if (gp_destination_is_full(&fared->reply) && fared->fate == GP_FATE_DEFERRED)
		GP_TRY(rest_destination(db, to, &fared->reply, sum->now, err));
	if (fared->fate == GP_FATE_DELIVERED) {
		sum->delivered++;
		sum->in_row = 0;
	} else if (waits && sum->now < claim->expires_at) {
		return put_off(db, claim, to, fared, sum->now, err);
	} else {
		if (waits)
			last.fate = GP_FATE_EXPIRED;
		sum->refused++;
		sum->in_row += fared->fate == GP_FATE_CONTENT;
		GP_TRY(add_outcome(db, claim, to, &last, sum->now, err));
	}
	return claim->slice_id == 0 ? delete_slice(db, to->slice_id, err) : GP_OK;
}

/* --- the slice ------------------------------------------------------------------------------ */

struct rest {
	int64_t slice_id, after, recipients;
	int64_t attempts, next;
	const char *reply;
	bool road;
};

static enum gp_rc
keep_slice(struct gp_db *db, const struct rest *rest, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE slice SET state = 'deferred', slot = NULL, delivered = 0, after_key = max(after_key, :after),"
	    " recipients = :recipients, attempts = :attempts, next_attempt = :next, road = :road,"
	    " last_reply = CASE WHEN :reply = '' THEN last_reply ELSE :reply END"
	    " WHERE slice_id = :slice";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", rest->after);
	gp_bind_int(query, ":recipients", rest->recipients);
	gp_bind_int(query, ":attempts", rest->attempts);
	gp_bind_int(query, ":next", rest->next);
	gp_bind_int(query, ":road", rest->road ? 1 : 0);
	gp_bind_text(query, ":reply", rest->reply);
	gp_bind_int(query, ":slice", rest->slice_id);
	return gp_query_do(query, err);
}

/* Recipients that stay although some behind them in the range are done, as happens where many shared a transaction: each
 * gets a slice of its own. */
static enum gp_rc
single_out(struct gp_db *db, const struct gp_claim *claim, const struct gp_recipient *to, const struct rest *rest,
    struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, only_key, state, attempts, next_attempt, road, "
	    "last_reply)"
	    " VALUES (:outbox, :key - 1, :key, :key, 'deferred', :attempts, :next, :road, :reply)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", claim->outbox_id);
	gp_bind_int(query, ":key", to->key);
	gp_bind_int(query, ":attempts", rest->attempts);
	gp_bind_int(query, ":next", rest->next);
	gp_bind_int(query, ":road", rest->road ? 1 : 0);
	gp_bind_text(query, ":reply", rest->reply);
	return gp_query_do(query, err);
}

/* What stays of a range: its end as it is, what stays before that one by one. */
static enum gp_rc
keep_range(
    struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, struct rest *rest, struct gp_err *err)
{
	size_t end = claim->count; /* where what stays to the last begins */

	while (end > claim->settled && stays(&fared[end - 1]))
		end--;
	for (size_t i = claim->settled; i < end; i++)
		if (stays(&fared[i]))
			GP_TRY(single_out(db, claim, &claim->to[i], rest, err));
	if (end == claim->count)
		return delete_slice(db, claim->slice_id, err);
	rest->slice_id = claim->slice_id;
	rest->after = end > 0 ? claim->to[end - 1].key : INT64_MIN;
	rest->recipients = (int64_t)(claim->count - end);
	return keep_slice(db, rest, err);
}

static void
put_off_rest(struct rest *rest, const struct gp_claim *claim, const struct gp_recipient *to, bool road, int64_t now)
{
	rest->attempts = to->attempts + road;
	rest->next = road ? until_the_end(claim, now + gp_retry_delay(rest->attempts, seed_of(claim, to->key)), now)
			  : now;
}

/* What stays of a claim. */
static enum gp_rc
keep_rest(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, const struct gp_reply *road,
    int64_t now, struct gp_err *err)
{
	char reply[256] = "";
	struct rest rest = { .reply = reply, .road = road != NULL, .after = INT64_MIN, .recipients = 1 };

	if (road != NULL)
		format_reply(road, reply);
	if (claim->slice_id != 0) {
		if (claim->count > 0)
			put_off_rest(&rest, claim, &claim->to[0], rest.road, now);
		return keep_range(db, claim, fared, &rest, err);
	}
	for (size_t i = 0; i < claim->count; i++) {
		if (!stays(&fared[i]))
			continue;
		rest.slice_id = claim->to[i].slice_id;
		put_off_rest(&rest, claim, &claim->to[i], rest.road, now);
		GP_TRY(keep_slice(db, &rest, err));
	}
	return GP_OK;
}

/* Given up together: the road was closed until time was up. */
static enum gp_rc
expire_rest(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, const struct gp_reply *road,
    struct sum *sum, struct gp_err *err)
{
	const struct gp_fared expired = { GP_FATE_EXPIRED, *road };

	for (size_t i = claim->settled; i < claim->count; i++)
		if (stays(&fared[i]))
			GP_TRY(settle_one(db, claim, &claim->to[i], &expired, sum, err));
	if (sum->last == &expired.reply)
		sum->last = road; /* which is there when the row is added up */
	return claim->slice_id != 0 ? delete_slice(db, claim->slice_id, err) : GP_OK;
}

/* --- the row -------------------------------------------------------------------------------- */

static enum gp_rc
load_sum(struct gp_db *db, const struct gp_claim *claim, struct sum *sum, struct gp_err *err)
{
	static const char sql[] = "SELECT state, refusals_in_row FROM outbox WHERE outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", claim->outbox_id);
	GP_TRY(gp_query_next(query, &found, err));
	sum->dropped = !found || strcmp(gp_col_text(query, "state"), "dropped") == 0;
	sum->due = found && strcmp(gp_col_text(query, "state"), "due") == 0;
	sum->in_row = sum->in_row_before = found ? gp_col_int(query, "refusals_in_row") : 0;
	return GP_OK;
}

static enum gp_rc
add_up(struct gp_db *db, const struct gp_claim *claim, const struct sum *sum, struct gp_err *err)
{
	static const char sql[] = "UPDATE outbox SET delivered = delivered + :delivered, refused = refused + :refused,"
				  " refusals_in_row = :in_row,"
				  " last_reply = CASE WHEN :reply = '' THEN last_reply ELSE :reply END"
				  " WHERE outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char reply[256] = "";

	if (sum->last != NULL)
		format_reply(sum->last, reply);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":delivered", sum->delivered);
	gp_bind_int(query, ":refused", sum->refused);
	gp_bind_int(query, ":in_row", sum->in_row);
	gp_bind_text(query, ":reply", reply);
	gp_bind_int(query, ":id", claim->outbox_id);
	return gp_query_do(query, err);
}

static enum gp_rc
hold_row(struct gp_db *db, int64_t outbox_id, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE outbox SET state = 'held', tell = 1, reason = 'its content was refused ' || refusals_in_row"
	    " || ' times in a row: ' || last_reply WHERE outbox_id = :id AND state = 'due'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", outbox_id);
	return gp_query_do(query, err);
}

/* Nobody waits any more: the row is done. What reached everybody needs its octets no longer: the post is in the archive. */
static enum gp_rc
close_row(struct gp_db *db, int64_t outbox_id, struct gp_err *err)
{
	static const char close[] =
	    "UPDATE outbox SET state = CASE WHEN delivered = 0 AND refused > 0 THEN 'failed' ELSE 'sent' END,"
	    "  reason = CASE WHEN delivered = 0 AND refused > 0 THEN 'nobody took it: ' || last_reply ELSE '' END,"
	    /* A letter of the house to one is no matter for the operator: there the address is wrong. */
	    "  tell = iif(delivered = 0 AND refused > 0 AND kind IN ('post', 'digest', 'invite'), 1, 0)"
	    " WHERE outbox_id = :id AND exhausted = 1 AND state = 'due'"
	    "  AND NOT EXISTS (SELECT 1 FROM slice WHERE outbox_id = :id)";
	static const char empty[] =
	    "DELETE FROM outbox_mail WHERE outbox_id ="
	    " (SELECT outbox_id FROM outbox WHERE outbox_id = :id AND state = 'sent' AND refused = 0)";
	const char *const steps[] = { close, empty };

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":id", outbox_id);
		GP_TRY(gp_query_do(query, err));
		if (gp_db_changes(db) == 0)
			return GP_OK;
	}
	return GP_OK;
}

/* --- as it goes on -------------------------------------------------------------------------- */

/* One row without an index that this changes, so one page, whatever was delivered. */
static enum gp_rc
move_slice(struct gp_db *db, const struct gp_claim *claim, size_t count, int64_t delivered, bool *ret_there,
    struct gp_err *err)
{
	static const char sql[] = "UPDATE slice SET after_key = :after, recipients = :left, delivered = :delivered"
				  " WHERE slice_id = :slice AND outbox_id = :outbox AND state = 'sending'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", claim->to[claim->settled + count - 1].key);
	gp_bind_int(query, ":left", (int64_t)(claim->count - claim->settled - count));
	gp_bind_int(query, ":delivered", claim->delivered + delivered);
	gp_bind_int(query, ":slice", claim->slice_id);
	gp_bind_int(query, ":outbox", claim->outbox_id);
	GP_TRY(gp_query_do(query, err));
	*ret_there = gp_db_changes(db) > 0;
	return GP_OK;
}

static enum gp_rc
progress_within(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, size_t count,
    struct sum *sum, bool *ret_go_on, struct gp_err *err)
{
	int64_t delivered;
	bool there;

	*ret_go_on = false;
	GP_TRY(load_sum(db, claim, sum, err));
	if (sum->dropped)
		return GP_OK;
	for (size_t i = claim->settled; i < claim->settled + count; i++)
		GP_TRY(settle_one(db, claim, &claim->to[i], &fared[i], sum, err));
	delivered = sum->delivered;
	GP_TRY(move_slice(db, claim, count, delivered, &there, err));
	sum->delivered = 0;
	if (sum->refused > 0 || sum->in_row != sum->in_row_before)
		GP_TRY(add_up(db, claim, sum, err));
	sum->delivered = delivered;
	*ret_go_on = there && sum->due && sum->in_row < GP_REFUSALS_MAX;
	return sum->in_row >= GP_REFUSALS_MAX ? hold_row(db, claim->outbox_id, err) : GP_OK;
}

enum gp_rc
gp_slice_progress(struct gp_db *db, struct gp_claim *claim, const struct gp_fared *fared, size_t count, int64_t now,
    bool *ret_go_on, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct sum sum = { .now = now };

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(progress_within(db, claim, fared, count, &sum, ret_go_on, err));
	GP_TRY(gp_tx_commit(&tx, err));
	claim->settled += count;
	claim->delivered += sum.delivered;
	return GP_OK;
}

/* --- at its end ----------------------------------------------------------------------------- */

static enum gp_rc
finish_within(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, const struct gp_reply *road,
    struct sum *sum, struct gp_err *err)
{
	GP_TRY(load_sum(db, claim, sum, err));
	if (sum->dropped)
		return GP_OK; /* its slices went with it */
	for (size_t i = claim->settled; i < claim->count; i++)
		if (!stays(&fared[i]))
			GP_TRY(settle_one(db, claim, &claim->to[i], &fared[i], sum, err));
	if (claim->slice_id != 0)
		GP_TRY(gp_sent_note(db, claim, fared, sum->now, err));
	if (road != NULL)
		sum->last = road;
	if (road != NULL && sum->now >= claim->expires_at)
		GP_TRY(expire_rest(db, claim, fared, road, sum, err));
	else
		GP_TRY(keep_rest(db, claim, fared, road, sum->now, err));
	sum->delivered += claim->delivered;
	GP_TRY(add_up(db, claim, sum, err));
	if (sum->in_row >= GP_REFUSALS_MAX)
		return hold_row(db, claim->outbox_id, err);
	return close_row(db, claim->outbox_id, err);
}

enum gp_rc
gp_slice_finish(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared,
    const struct gp_reply *road, int64_t now, bool *ret_held, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct sum sum = { .now = now };

	*ret_held = false;
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(finish_within(db, claim, fared, road, &sum, err));
	GP_TRY(gp_tx_commit(&tx, err));
	*ret_held = sum.in_row >= GP_REFUSALS_MAX;
	return GP_OK;
}

enum gp_rc
gp_outbox_fail(struct gp_db *db, int64_t outbox_id, const char *reason, struct gp_err *err)
{
	static const char fail[] =
	    "UPDATE outbox SET state = 'failed', reason = :reason, tell = 1 WHERE outbox_id = :id";
	static const char slices[] = "UPDATE slice SET state = 'deferred', slot = NULL WHERE outbox_id = :id";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_query_free) struct gp_query *free_slices = NULL;

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_query_open(db, fail, &query, err));
	gp_bind_text(query, ":reason", reason);
	gp_bind_int(query, ":id", outbox_id);
	GP_TRY(gp_query_do(query, err));
	GP_TRY(gp_query_open(db, slices, &free_slices, err));
	gp_bind_int(free_slices, ":id", outbox_id);
	GP_TRY(gp_query_do(free_slices, err));
	return gp_tx_commit(&tx, err);
}

/* --- the road ------------------------------------------------------------------------------- */

enum gp_rc
gp_road_failed(struct gp_db *db, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *before = NULL;
	long long until = 0, failures = 0;
	char text[48];

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_setting_get(db, "road_pause", &before, err));
	if (before != NULL && sscanf(before, "%lld %lld", &until, &failures) != 2)
		until = failures = 0;
	if (until > now)
		return GP_OK; /* another worker has met the same wall */
	failures++;
	(void)snprintf(text, sizeof(text), "%lld %lld", (long long)(now + gp_road_pause(failures)), failures);
	GP_TRY(gp_setting_put(db, "road_pause", text, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_road_open(struct gp_db *db, int64_t now, struct gp_err *err)
{
	static const char sql[] = "UPDATE slice SET next_attempt = :now, road = 0"
				  " WHERE state = 'deferred' AND road = 1 AND next_attempt > :now";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *before = NULL;

	GP_TRY(gp_setting_get(db, "road_pause", &before, err));
	if (before == NULL)
		return GP_OK;
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	GP_TRY(gp_setting_put(db, "road_pause", NULL, err));
	return gp_tx_commit(&tx, err);
}
