#include "guildpost/store/slice.h"

#include <strings.h>

#include "guildpost/store/setting.h"
#include "store/audience.h"

#define LEASE_MAX  1000 /* recipients of one claim */
#define LEASE_PART 32 /* of those who were found so far: other mail has its turn before much of this one has gone */

void
gp_claim_release(struct gp_claim *claim)
{
	for (size_t i = 0; i < claim->count; i++) {
		free(claim->to[i].address);
		free(claim->to[i].name);
		gp_strs_release(&claim->to[i].values);
	}
	for (size_t i = 0; i < claim->rests.count; i++)
		free(claim->rests.v[i].domain);
	free(claim->rests.v);
	free(claim->to);
	free(claim->kind);
	free(claim->last_reply);
	*claim = (struct gp_claim){ 0 };
}

/* --- claims --------------------------------------------------------------------------------- */

/* The post that this row carries, as it stands now: its thread may have been joined to another since. */
static enum gp_rc
load_post(struct gp_db *db, struct gp_audience *row, struct gp_err *err)
{
	static const char sql[] = "SELECT thread_id, member_id FROM message WHERE space_id = :space AND event = :event";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	if (!row->by_event)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", row->space_id);
	gp_bind_int(query, ":event", row->event);
	GP_TRY(gp_query_next(query, &found, err));
	if (found) {
		row->thread_id = gp_col_int(query, "thread_id");
		row->author_id = gp_col_int(query, "member_id");
	}
	return GP_OK;
}

static enum gp_rc
load_row(struct gp_db *db, int64_t outbox_id, struct gp_audience *ret, struct gp_claim *claim, struct gp_err *err)
{
	static const char sql[] = "SELECT o.kind, o.space_id, o.audience, o.event, o.thread_id, o.cursor, "
				  "o.recipients, o.refusals_in_row, o.created_at,"
				  " o.expires_at, coalesce(p.delivery, '') AS delivery FROM outbox o"
				  " LEFT JOIN space p ON p.space_id = o.space_id WHERE o.outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", outbox_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return gp_fail(err, "5.3.0", "an outbox row is gone");
	*ret = (struct gp_audience){ .id = outbox_id,
		.space_id = gp_col_int(query, "space_id"),
		.event = gp_col_int(query, "event"),
		.thread_id = gp_col_int(query, "thread_id"),
		.cursor = gp_col_int(query, "cursor"),
		.recipients = gp_col_int(query, "recipients"),
		.by_event = strcmp(gp_col_text(query, "audience"), "event") == 0 };
	claim->outbox_id = outbox_id;
	claim->space_id = ret->space_id;
	claim->kind = gp_strdup(gp_col_text(query, "kind"));
	/* Only what goes to whoever is subscribed has no lines for one member alone. */
	claim->shared = ret->by_event && strcmp(gp_col_text(query, "delivery"), "shared") == 0;
	claim->refusals_in_row = gp_col_int(query, "refusals_in_row");
	claim->created_at = gp_col_int(query, "created_at");
	claim->expires_at = gp_col_int(query, "expires_at");
	return load_post(db, ret, err);
}

/* Id of one row, 0 when there is none. The statement may name :now. */
static enum gp_rc
pick(struct gp_db *db, const char *sql, bool timed, int64_t now, int64_t *ret_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	if (timed)
		gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_id = found ? gp_col_int(query, "id") : 0;
	return GP_OK;
}

/* Recipients that may still be taken in hand: more than GP_IN_HAND at once could come twice after a power cut. */
static enum gp_rc
room_in_hand(struct gp_db *db, size_t *ret_room, struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(sum(in_hand), 0) AS n FROM slice WHERE state = 'sending'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	int64_t n;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	n = gp_col_int(query, "n");
	*ret_room = n < GP_IN_HAND ? (size_t)(GP_IN_HAND - n) : 0;
	return GP_OK;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

#define DUE  "state = 'due' AND exhausted = 0"
#define MANY "(audience = 'event' OR kind = 'digest')"
static const char pick_letter[] = "SELECT outbox_id AS id FROM outbox WHERE " DUE " AND NOT " MANY
				  " ORDER BY outbox_id LIMIT 1";
/* Each space has its posts claimed in the order in which they were filed; which space comes next is left to chance, so
 * that no announcement to thousands keeps a small space waiting for longer than a few slices. */
static const char pick_many[] = "WITH RECURSIVE spaces (s) AS (SELECT min(space_id) FROM outbox WHERE " DUE " AND " MANY
				" UNION ALL"
				"  SELECT (SELECT min(space_id) FROM outbox WHERE " DUE " AND " MANY
				" AND space_id > s) FROM spaces"
				"  WHERE s IS NOT NULL)"
				" SELECT (SELECT min(outbox_id) FROM outbox WHERE " DUE " AND " MANY
				" AND space_id = s) AS id FROM spaces"
				" WHERE s IS NOT NULL ORDER BY random() LIMIT 1";
static const char pick_deferred[] =
    "SELECT s.slice_id AS id FROM slice s JOIN outbox o ON o.outbox_id = s.outbox_id"
    " WHERE s.state = 'deferred' AND s.next_attempt <= :now AND o.state = 'due' ORDER BY s.next_attempt LIMIT 1";

/* A letter to one comes before a post to thousands, but at every fourth turn: letters can be many, too. */
static enum gp_rc
pick_fresh(struct gp_db *db, unsigned turn, int64_t *ret_id, struct gp_err *err)
{
	const char *const first = turn % 4 == 2 ? pick_many : pick_letter;

	GP_TRY(pick(db, first, false, 0, ret_id, err));
	return *ret_id != 0 ? GP_OK : pick(db, first == pick_many ? pick_letter : pick_many, false, 0, ret_id, err);
}

static enum gp_rc
insert_slice(struct gp_db *db, const struct gp_audience *row, const struct gp_cut *cut,
    const struct gp_worker_slot *slot, struct gp_claim *claim, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, state, slot, recipients, in_hand)"
	    " VALUES (:outbox, :after, :through, 'sending', :slot, :recipients, :in_hand)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", row->id);
	gp_bind_int(query, ":after", cut->after);
	gp_bind_int(query, ":through", cut->last);
	gp_bind_int(query, ":slot", slot->number);
	gp_bind_int(query, ":recipients", (int64_t)claim->count);
	gp_bind_int(query, ":in_hand", (int64_t)claim->in_hand);
	GP_TRY(gp_query_do(query, err));
	claim->slice_id = gp_db_inserted(db);
	return GP_OK;
}

static enum gp_rc
move_cursor(struct gp_db *db, const struct gp_audience *row, const struct gp_cut *cut, size_t recipients, int64_t now,
    struct gp_err *err)
{
	/* When whom: a mark a minute in the row, which is written anyway. `exhausted` stands in indices, each of which is
	 * written anew, a page each, when it is set at all: so only once. */
#define MOVE                                                                                                           \
	"UPDATE outbox SET marks = CASE WHEN :now - marked_at < 60 THEN marks ELSE"                                    \
	"  marks || iif(marks = '', '', ' ') || :now || ':' || cursor END,"                                            \
	" marked_at = CASE WHEN :now - marked_at < 60 THEN marked_at ELSE :now END,"                                   \
	" cursor = :cursor, recipients = coalesce(recipients, 0) + :recipients"
	static const char on[] = MOVE " WHERE outbox_id = :id";
	static const char to_the_end[] = MOVE ", exhausted = 1 WHERE outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, cut->exhausted ? to_the_end : on, &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":cursor", cut->last);
	gp_bind_int(query, ":recipients", (int64_t)recipients);
	gp_bind_int(query, ":id", row->id);
	return gp_query_do(query, err);
}

/* Who takes, and how much may be taken. */
struct taking {
	const struct gp_worker_slot *slot;
	const struct gp_most *most;
	size_t room;
	int64_t now;
};

static size_t
hand_of(const struct gp_claim *claim, const struct taking *taking)
{
	return least(claim->shared ? taking->most->shared : taking->most->own, taking->room);
}

/* What many share is in hand as a whole. */
static size_t
lease_of(const struct gp_claim *claim, size_t wish)
{
	size_t size = least(wish, LEASE_MAX);

	return claim->shared || size < claim->in_hand ? claim->in_hand : size - size % claim->in_hand;
}

/* How many recipients are claimed together: more of a row that many were found for, and less where it comes to its end, so
 * that no worker has long to do there while the others have nothing. */
static enum gp_rc
fresh_lease(struct gp_db *db, const struct gp_audience *row, const struct taking *taking, const struct gp_claim *claim,
    size_t *ret, struct gp_err *err)
{
	size_t found = row->recipients > 0 ? (size_t)row->recipients / LEASE_PART : 0, ahead;
	size_t wish = found > GP_IN_HAND ? found : GP_IN_HAND, shares = 2 * taking->most->workers;

	GP_TRY(gp_audience_ahead(db, row, row->cursor, least(wish, LEASE_MAX) * shares, &ahead, err));
	*ret = lease_of(claim, least(wish, ahead / shares));
	return GP_OK;
}

/* Cuts the next recipients off a row. */
static enum gp_rc
claim_fresh(
    struct gp_db *db, int64_t outbox_id, const struct taking *taking, struct gp_claim *claim, struct gp_err *err)
{
	const struct gp_worker_slot *slot = taking->slot;
	struct gp_cut cut = { .through = INT64_MAX };
	int64_t now = taking->now;
	struct gp_audience row;

	GP_TRY(load_row(db, outbox_id, &row, claim, err));
	claim->in_hand = hand_of(claim, taking);
	GP_TRY(fresh_lease(db, &row, taking, claim, &cut.most, err));
	cut.after = row.cursor;
	GP_TRY(gp_audience_resolve(db, &row, &cut, 0, 0, now, claim, err));
	claim->in_hand = least(claim->in_hand, claim->count);
	GP_TRY(move_cursor(db, &row, &cut, claim->count, now, err));
	GP_TRY(insert_slice(db, &row, &cut, slot, claim, err));
	for (size_t i = 0; i < claim->count; i++)
		claim->to[i].slice_id = claim->slice_id;
	claim->more = !cut.exhausted && claim->in_hand < taking->room;
	return GP_OK;
}

struct waiting { /* a deferred slice */
	int64_t id, outbox_id, after, through, only, attempts, delivered;
	char *last_reply;
};

static void
waiting_release(struct waiting *waiting)
{
	free(waiting->last_reply);
}

static enum gp_rc
load_waiting(struct gp_db *db, int64_t id, struct waiting *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT outbox_id, after_key, through_key, only_key, attempts, delivered, last_reply FROM slice"
	    " WHERE slice_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = (struct waiting){ .id = id,
		.outbox_id = gp_col_int(query, "outbox_id"),
		.after = gp_col_int(query, "after_key"),
		.through = gp_col_int(query, "through_key"),
		.only = gp_col_is_null(query, "only_key") ? -1 : gp_col_int(query, "only_key"),
		.attempts = gp_col_int(query, "attempts"),
		.delivered = gp_col_int(query, "delivered"),
		.last_reply = gp_strdup(gp_col_text(query, "last_reply")) };
	return GP_OK;
}

static enum gp_rc
mark_sending(struct gp_db *db, int64_t slice_id, const struct gp_worker_slot *slot, size_t in_hand, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE slice SET state = 'sending', slot = :slot, in_hand = :in_hand WHERE slice_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":slot", slot->number);
	gp_bind_int(query, ":in_hand", (int64_t)in_hand);
	gp_bind_int(query, ":id", slice_id);
	return gp_query_do(query, err);
}

/* Due slices of single recipients of the same row, so that a thousand deferred ones are not a thousand transactions. */
static enum gp_rc
due_singles(
    struct gp_db *db, int64_t outbox_id, size_t most, int64_t now, int64_t *ids, size_t *ret_count, struct gp_err *err)
{
	static const char sql[] = "SELECT slice_id FROM slice WHERE outbox_id = :outbox AND state = 'deferred'"
				  " AND next_attempt <= :now AND only_key IS NOT NULL ORDER BY only_key LIMIT :most";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":most", (int64_t)most);
	for (*ret_count = 0; *ret_count < most; (*ret_count)++) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		ids[*ret_count] = gp_col_int(query, "slice_id");
	}
	return GP_OK;
}

static enum gp_rc
drop_slice(struct gp_db *db, int64_t slice_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM slice WHERE slice_id = :id", &query, err));
	gp_bind_int(query, ":id", slice_id);
	return gp_query_do(query, err);
}

static enum gp_rc
claim_singles(struct gp_db *db, const struct gp_audience *row, const struct taking *taking, struct gp_claim *claim,
    struct gp_err *err)
{
	size_t most = hand_of(claim, taking), count, before;
	const struct gp_worker_slot *slot = taking->slot;
	int64_t ids[GP_IN_HAND], now = taking->now;

	GP_TRY(due_singles(db, row->id, least(most, GP_COUNT(ids)), now, ids, &count, err));
	for (size_t i = 0; i < count; i++) {
		SCOPED(waiting_release) struct waiting waiting = { 0 };
		struct gp_cut cut = { .most = 1 };

		GP_TRY(load_waiting(db, ids[i], &waiting, err));
		cut.after = waiting.only - 1;
		cut.through = waiting.only;
		before = claim->count;
		GP_TRY(gp_audience_resolve(db, row, &cut, ids[i], waiting.attempts, now, claim, err));
		if (claim->count == before) /* has left since */
			GP_TRY(drop_slice(db, ids[i], err));
		else
			GP_TRY(mark_sending(db, ids[i], slot, 1, err));
		free(claim->last_reply);
		claim->last_reply = TAKE(waiting.last_reply);
	}
	claim->in_hand = claim->count;
	claim->more = count == most && claim->count < taking->room;
	return GP_OK;
}

/* A range that has no room in hand as a whole is cut in two: what is behind the cut stays as it was. */
static enum gp_rc
split_slice(struct gp_db *db, int64_t slice_id, int64_t at, size_t recipients, struct gp_err *err)
{
	static const char rest[] =
	    "INSERT INTO slice (outbox_id, after_key, through_key, state, recipients, attempts, next_attempt, road,"
	    " last_reply) SELECT outbox_id, :at, through_key, state, max(1, recipients - :recipients), attempts,"
	    " next_attempt, road, last_reply FROM slice WHERE slice_id = :slice";
	static const char head[] =
	    "UPDATE slice SET through_key = :at, recipients = :recipients WHERE slice_id = :slice";
	const char *const steps[] = { rest, head };

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":at", at);
		gp_bind_int(query, ":recipients", (int64_t)recipients);
		gp_bind_int(query, ":slice", slice_id);
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}

static enum gp_rc
claim_deferred(
    struct gp_db *db, int64_t slice_id, const struct taking *taking, struct gp_claim *claim, struct gp_err *err)
{
	SCOPED(waiting_release) struct waiting waiting = { 0 };
	struct gp_cut cut = { 0 };
	struct gp_audience row;

	GP_TRY(load_waiting(db, slice_id, &waiting, err));
	GP_TRY(load_row(db, waiting.outbox_id, &row, claim, err));
	if (waiting.only >= 0)
		return claim_singles(db, &row, taking, claim, err);
	claim->in_hand = hand_of(claim, taking);
	cut.most = lease_of(claim, LEASE_MAX);
	cut.after = waiting.after;
	cut.through = waiting.through;
	GP_TRY(gp_audience_resolve(db, &row, &cut, slice_id, waiting.attempts, taking->now, claim, err));
	claim->in_hand = least(claim->in_hand, claim->count);
	if (!cut.exhausted && cut.last < waiting.through)
		GP_TRY(split_slice(db, slice_id, cut.last, claim->count, err));
	claim->slice_id = slice_id;
	claim->attempts = waiting.attempts;
	claim->delivered = waiting.delivered;
	claim->last_reply = TAKE(waiting.last_reply);
	claim->more = claim->in_hand < taking->room;
	return mark_sending(db, slice_id, taking->slot, claim->in_hand, err);
}

static enum gp_rc
claim_within(
    struct gp_db *db, struct taking *taking, unsigned turn, struct gp_claim *claim, bool *ret_found, struct gp_err *err)
{
	int64_t fresh = 0, deferred = 0;

	*ret_found = false;
	GP_TRY(room_in_hand(db, &taking->room, err));
	if (taking->room == 0)
		return GP_OK;
	*ret_found = true;
	if (turn % 2 == 0)
		GP_TRY(pick_fresh(db, turn, &fresh, err));
	if (fresh != 0)
		return claim_fresh(db, fresh, taking, claim, err);
	GP_TRY(pick(db, pick_deferred, true, taking->now, &deferred, err));
	if (deferred != 0)
		return claim_deferred(db, deferred, taking, claim, err);
	if (turn % 2 == 1)
		GP_TRY(pick_fresh(db, turn, &fresh, err));
	if (fresh != 0)
		return claim_fresh(db, fresh, taking, claim, err);
	*ret_found = false;
	return GP_OK;
}

/* Destinations that rest. */
static enum gp_rc
load_rests(struct gp_db *db, int64_t now, struct gp_rests *rests, struct gp_err *err)
{
	static const char sql[] = "SELECT domain, until FROM road_rest WHERE until > :now";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		rests->v = gp_grow(rests->v, (rests->count + 1) * sizeof(*rests->v));
		rests->v[rests->count++] = (struct gp_rest){ gp_strdup(gp_col_text(query, "domain")),
			gp_col_int(query, "until") };
	}
}

const struct gp_rest *
gp_rest_of(const struct gp_rests *rests, const char *address)
{
	const char *at = strrchr(address, '@');

	for (size_t i = 0; i < rests->count && at != NULL; i++)
		if (strcasecmp(rests->v[i].domain, at + 1) == 0)
			return &rests->v[i];
	return NULL;
}

static enum gp_rc
road_is_closed(struct gp_db *db, int64_t now, bool *ret, int64_t *ret_until, struct gp_err *err)
{
	SCOPED(gp_free_str) char *pause = NULL;
	long long until = 0;

	GP_TRY(gp_setting_get(db, "road_pause", &pause, err));
	if (pause != NULL && sscanf(pause, "%lld", &until) != 1)
		until = 0;
	*ret = until > now;
	*ret_until = until;
	return GP_OK;
}

enum gp_rc
gp_slice_claim(struct gp_db *db, const struct gp_worker_slot *slot, const struct gp_most *most, unsigned turn,
    int64_t now, struct gp_claim *ret_claim, bool *ret_found, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_claim_release) struct gp_claim claim = { 0 };
	struct taking taking = { .slot = slot, .most = most, .now = now };
	int64_t until;
	bool closed;

	*ret_found = false;
	GP_TRY(road_is_closed(db, now, &closed, &until, err));
	if (closed)
		return GP_OK;
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(claim_within(db, &taking, turn, &claim, ret_found, err));
	if (!*ret_found)
		return GP_OK;
	GP_TRY(load_rests(db, now, &claim.rests, err));
	GP_TRY(gp_tx_commit(&tx, err));
	*ret_claim = claim;
	claim = (struct gp_claim){ 0 };
	return GP_OK;
}

/* For how many workers there is something in this row. */
static enum gp_rc
workers_for(struct gp_db *db, int64_t outbox_id, const struct gp_most *most, size_t *ret_workers, struct gp_err *err)
{
	SCOPED(gp_claim_release) struct gp_claim claim = { 0 };
	struct gp_audience row;
	size_t ahead, hand;

	GP_TRY(load_row(db, outbox_id, &row, &claim, err));
	hand = claim.shared ? most->shared : most->own;
	GP_TRY(gp_audience_ahead(db, &row, row.cursor, hand * most->workers, &ahead, err));
	*ret_workers = ahead > 0 ? (ahead + hand - 1) / hand : 1;
	return GP_OK;
}

enum gp_rc
gp_slice_due(struct gp_db *db, const struct gp_most *most, int64_t now, size_t *ret_workers, int64_t *ret_next,
    struct gp_err *err)
{
	static const char sql[] = "SELECT s.next_attempt AS id FROM slice s JOIN outbox o ON o.outbox_id = s.outbox_id"
				  " WHERE s.state = 'deferred' AND o.state = 'due' ORDER BY s.next_attempt LIMIT 1";
	int64_t fresh, until;
	bool closed;

	GP_TRY(pick(db, sql, false, now, ret_next, err));
	GP_TRY(pick_fresh(db, 0, &fresh, err));
	GP_TRY(road_is_closed(db, now, &closed, &until, err));
	*ret_workers = !closed && *ret_next != 0 && *ret_next <= now ? 1 : 0;
	if (!closed && fresh != 0)
		GP_TRY(workers_for(db, fresh, most, ret_workers, err));
	if (closed && (fresh != 0 || (*ret_next != 0 && *ret_next < until)))
		*ret_next = until;
	return GP_OK;
}

enum gp_rc
gp_slice_others(struct gp_db *db, int64_t outbox_id, int64_t now, bool *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM outbox WHERE " DUE " AND outbox_id <> :id)"
	    " OR EXISTS (SELECT 1 FROM slice s JOIN outbox o ON o.outbox_id = s.outbox_id WHERE s.state = 'deferred'"
	    "  AND s.next_attempt <= :now AND s.outbox_id <> :id AND o.state = 'due') AS waits";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", outbox_id);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = gp_col_int(query, "waits") != 0;
	return GP_OK;
}

enum gp_rc
gp_outbox_mail(struct gp_db *db, int64_t outbox_id, struct gp_composed *ret_mail, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT o.slots, o.msgid FROM outbox o JOIN outbox_mail m ON m.outbox_id = o.outbox_id"
	    " WHERE o.outbox_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", outbox_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return gp_fail(err, "5.3.0", "the octets of an outbox row are gone");
	gp_composed_release(ret_mail);
	gp_composed_init(ret_mail);
	GP_TRY(gp_blob_add(db, "outbox_mail", "octets", outbox_id, &ret_mail->octets, err));
	(void)snprintf(ret_mail->msgid, sizeof(ret_mail->msgid), "%s", gp_col_text(query, "msgid"));
	return gp_slots_parse(gp_col_text(query, "slots"), ret_mail, err);
}
