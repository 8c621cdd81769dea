#include "desk/digest.h"

#include "guildpost/base/log.h"
#include "guildpost/guild/recur.h"
#include "guildpost/store/outbox.h"
#include "guildpost/store/ride.h"

#define CHUNK	   1000 /* recipients a transaction, so that none is long */
#define ON_TIME	   900 /* seconds: later than this and the Date says when it was really made */
#define CLOCKS_MAX 512 /* modes times zones in one space */

/* --- readers and what they are owed ------------------------------------------------------------------------------- */

struct owed {
	struct gp_issue_reader reader; /* texts owned */
	struct gp_reach reach;
	char *address, *name, *language, *key; /* key: language and reach; equal keys read the same issue */
	struct digest_values values;
	bool moved;
};
struct round { /* one mode and zone of a space whose minute has come */
	struct gp_desk *desk;
	const struct gp_space *space;
	const char *mode, *timezone;
	const struct gp_zone *zone;
	int64_t due_at, through, expires_at, now;
	struct owed *owed;
	size_t count;
	int issues;
};

static void
round_release(struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		gp_free_str(&round->owed[i].address);
		gp_free_str(&round->owed[i].name);
		gp_free_str(&round->owed[i].language);
		gp_free_str(&round->owed[i].key);
		gp_buf_release(&round->owed[i].values.text);
		gp_buf_release(&round->owed[i].values.html);
	}
	free(round->owed);
	round->owed = NULL;
	round->count = 0;
}

static enum gp_rc
add_reader(void *context, const struct gp_issue_reader *reader, struct gp_err *err)
{
	struct round *round = context;
	struct owed *owed;

	(void)err;
	if ((round->count & (round->count - 1)) == 0)
		round->owed = gp_grow(round->owed, (round->count == 0 ? 1 : 2 * round->count) * sizeof(*round->owed));
	owed = &round->owed[round->count++];
	*owed = (struct owed){ .reader = *reader,
		.address = gp_strdup(reader->address),
		.name = gp_strdup(reader->name),
		.language = gp_strdup(reader->language),
		.values = { GP_BUF_INIT(1 << 16), GP_BUF_INIT(1 << 16) } };
	return GP_OK;
}

/* Begins each span right before its first post: who joined between the same two posts reads the same issue. */
static enum gp_rc
settle_reach(struct round *round, struct owed *owed, struct gp_span *last, int64_t *last_event, struct gp_err *err)
{
	struct gp_reach wide, *reach = &owed->reach;
	struct gp_db *db = round->desk->db;

	GP_TRY(gp_issue_reach(db, round->space->id, &owed->reader, round->through, &wide, err));
	for (size_t i = 0; i < wide.count; i++) {
		/* Nearly all readers stand at the same place; ask once for them. */
		if (wide.span[i].after != last->after || wide.span[i].through != last->through) {
			*last = wide.span[i];
			GP_TRY(gp_issue_first_event(db, round->space->id, last->after, last->through, last_event, err));
		}
		gp_reach_add(reach, *last_event - 1, wide.span[i].through);
	}
	return GP_OK;
}

static enum gp_rc
find_owed(struct round *round, struct gp_err *err)
{
	struct gp_span last = { -1, -1 };
	int64_t last_event = 0;

	GP_TRY(gp_issue_close(round->desk->db, round->space->id, round->due_at, &round->through, err));
	GP_TRY(gp_issue_readers(round->desk->db, round->space->id, round->space->timezone, round->space->language,
	    round->mode, round->timezone, round->due_at, add_reader, round, err));
	for (size_t i = 0; i < round->count; i++) {
		struct owed *owed = &round->owed[i];
		SCOPED(gp_buf_release) struct gp_buf key = GP_BUF_INIT(4096);

		GP_TRY(settle_reach(round, owed, &last, &last_event, err));
		if (owed->reach.count > 0) {
			gp_buf_addf(&key, "%s ", owed->language);
			gp_reach_format(&owed->reach, &key);
		}
		owed->key = gp_strdup(key.data);
	}
	return GP_OK;
}

static int
by_key(const void *left, const void *right)
{
	const struct owed *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order != 0)
		return order;
	return a->reader.member_id < b->reader.member_id ? -1 : a->reader.member_id > b->reader.member_id;
}

/* --- out ---------------------------------------------------------------------------------------------------------- */

/* The recheck: only who is still where he was when this was composed (DESIGN.md, "Walk of a digest"). */
static enum gp_rc
move_cursors(struct round *round, struct owed *owed, size_t count, size_t *ret_moved, struct gp_err *err)
{
	*ret_moved = 0;
	for (size_t i = 0; i < count; i++) {
		GP_TRY(gp_issue_move(
		    round->desk->db, &owed[i].reader, round->through, round->due_at, &owed[i].moved, err));
		*ret_moved += owed[i].moved;
	}
	return GP_OK;
}

static enum gp_rc
put_items(const struct digest *digest, int64_t issue_id, struct gp_err *err)
{
	for (size_t i = 0; i < digest->thread_count; i++) {
		const struct digest_thread *thread = digest->ranks[i].context;

		GP_TRY(gp_issue_item_put(digest->desk->db, issue_id,
		    &(struct gp_issue_item){ .thread_id = thread->id,
			.position = (int64_t)i + 1,
			.posts = (int64_t)thread->count,
			.block = gp_block_name(digest->ranks[i].block) },
		    err));
	}
	return GP_OK;
}

static enum gp_rc
put_issue(
    struct round *round, const struct digest *digest, const struct owed *first, int64_t outbox_id, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf reach = GP_BUF_INIT(4096);
	struct gp_issue issue = { .space_id = round->space->id,
		.due_at = round->due_at,
		.from_event = first->reach.span[0].after,
		.through_event = round->through,
		.posts = (int64_t)digest->post_count,
		.threads = (int64_t)digest->thread_count,
		.mode = round->mode,
		.timezone = round->timezone,
		.language = digest->language,
		.subject = digest->subject,
		.msgid = digest->msgid };
	int64_t id;
	bool new;

	gp_reach_format(&first->reach, &reach);
	issue.reach = reach.data;
	GP_TRY(gp_issue_put(round->desk->db, &issue, &id, &new, err));
	if (new)
		GP_TRY(put_items(digest, id, err));
	return gp_issue_sent(round->desk->db, id, outbox_id, err);
}

/* Slot values as JSON. They are quoted-printable already: ASCII, and no control but CR and LF. */
static void
add_value(struct gp_buf *out, const char *name, const char *value)
{
	gp_buf_addf(out, "%s\"%s\":\"", out->len > 1 ? "," : "", name);
	for (const char *c = value; *c != '\0'; c++)
		if (*c == '\r' || *c == '\n')
			gp_buf_adds(out, *c == '\r' ? "\\r" : "\\n");
		else if (*c == '"' || *c == '\\')
			gp_buf_addf(out, "\\%c", *c);
		else
			gp_buf_addc(out, *c);
	gp_buf_addc(out, '"');
}

static enum gp_rc
put_recipient(struct round *round, int64_t outbox_id, const struct owed *owed, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf values = GP_BUF_INIT(1 << 18);

	GP_TRY(gp_ride_done(round->desk->db, owed->reader.member_id, round->space->id, err));
	if (owed->values.text.len > 0) {
		gp_buf_addc(&values, '{');
		add_value(&values, "personal", owed->values.text.data);
		add_value(&values, "personal-html", owed->values.html.data);
		gp_buf_addc(&values, '}');
	}
	return gp_outbox_add_recipient(round->desk->db, outbox_id,
	    &(struct gp_outbox_to){ .key = owed->reader.member_id,
		.address = owed->address,
		.member_id = owed->reader.member_id,
		.subscription_id = owed->reader.subscription_id,
		.slot_values = values.data },
	    err);
}

/* One short transaction: cursors, issue, outbox row, recipients. Killed before its end, nothing has happened, and the
 * next look composes the same again; killed after it, the cursors say so. */
static enum gp_rc
commit_chunk(struct round *round, const struct digest *digest, struct owed *owed, size_t count, size_t *ret_sent,
    struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_outbox_new row = {
		.kind = "digest", .space_id = round->space->id, .now = round->now, .expires_at = round->expires_at
	};
	int64_t outbox_id;
	size_t moved;

	GP_TRY(gp_tx_begin(round->desk->db, &tx, err));
	GP_TRY(move_cursors(round, owed, count, &moved, err));
	*ret_sent = digest != NULL ? moved : 0;
	if (*ret_sent > 0) {
		row.composed = &digest->mail;
		GP_TRY(gp_outbox_add(round->desk->db, &row, &outbox_id, err));
		GP_TRY(put_issue(round, digest, &owed[0], outbox_id, err));
		for (size_t i = 0; i < count; i++)
			if (owed[i].moved)
				GP_TRY(put_recipient(round, outbox_id, &owed[i], err));
	}
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
commit_all(struct round *round, const struct digest *digest, struct owed *owed, size_t count, struct gp_err *err)
{
	size_t sent = 0, one;

	for (size_t from = 0; from < count; from += CHUNK) {
		GP_TRY(
		    commit_chunk(round, digest, owed + from, count - from < CHUNK ? count - from : CHUNK, &one, err));
		sent += one;
	}
	if (sent == 0)
		return GP_OK;
	gp_bell_ring(round->desk->db, "deliver");
	round->issues++;
	gp_log(GP_LOG_INFO, "digest.composed", "space", round->space->name, "mode", round->mode, "zone",
	    round->timezone, "msgid", digest->msgid, "posts", gp_log_int((int64_t)digest->post_count), "threads",
	    gp_log_int((int64_t)digest->thread_count), "recipients", gp_log_int((int64_t)sent), NULL);
	return GP_OK;
}

/* --- one issue ----------------------------------------------------------------------------------------------------- */

static enum gp_rc
compose(struct round *round, struct digest *digest, struct owed *owed, size_t count, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx snapshot = { NULL };
	SCOPED(gp_free_str)
	char *seed = gp_printf("digest %s %s %s %lld %s", round->space->name, round->mode, round->timezone,
	    (long long)round->due_at, owed->key);
	bool late = round->now - round->due_at >= ON_TIME;

	GP_TRY(gp_tx_snapshot(round->desk->db, &snapshot, err));
	GP_TRY(digest_gather(digest, &owed->reach, 0, err));
	if (digest->thread_count == 0)
		return GP_OK;
	GP_TRY(digest_write(digest, seed, late ? round->now : round->due_at, err));
	for (size_t i = 0; i < count; i++)
		GP_TRY(digest_personal(digest, owed[i].reader.member_id, &owed[i].values, err));
	return GP_OK;
}

static enum gp_rc
send_issue(struct round *round, struct owed *owed, size_t count, struct gp_err *err)
{
	SCOPED(digest_release)
	struct digest digest = { .desk = round->desk,
		.space = round->space,
		.mode = round->mode,
		.language = owed->language,
		.zone = round->zone,
		.due_at = round->due_at,
		.through = round->through,
		.until = INT64_MAX };

	gp_composed_init(&digest.mail);
	if (owed->reach.count == 0) /* nothing was said: silence, but the cursor moves (PRODUCT.md promise 4) */
		return commit_all(round, NULL, owed, count, err);
	GP_TRY(compose(round, &digest, owed, count, err));
	return commit_all(round, digest.thread_count > 0 ? &digest : NULL, owed, count, err);
}

static enum gp_rc
run_round(struct round *round, struct gp_err *err)
{
	GP_TRY(find_owed(round, err));
	if (round->count > 1)
		qsort(round->owed, round->count, sizeof(*round->owed), by_key);
	for (size_t from = 0, to; from < round->count; from = to) {
		for (to = from + 1; to < round->count && strcmp(round->owed[to].key, round->owed[from].key) == 0;)
			to++;
		GP_TRY(send_issue(round, round->owed + from, to - from, err));
	}
	return GP_OK;
}

/* --- the clock ------------------------------------------------------------------------------------------------------ */

struct clock {
	char mode[12];
	char *timezone;
	int64_t oldest;
};
struct clocks {
	struct clock *v;
	size_t count;
};

static void
clocks_release(struct clocks *clocks)
{
	for (size_t i = 0; i < clocks->count; i++)
		gp_free_str(&clocks->v[i].timezone);
	free(clocks->v);
}

static enum gp_rc
add_clock(void *context, const char *mode, const char *timezone, int64_t oldest, struct gp_err *err)
{
	struct clocks *clocks = context;
	struct clock clock = { .oldest = oldest };

	(void)err;
	if (clocks->count == CLOCKS_MAX)
		return GP_OK;
	(void)snprintf(clock.mode, sizeof(clock.mode), "%s", mode);
	clock.timezone = gp_strdup(timezone);
	clocks->v = gp_grow(clocks->v, (clocks->count + 1) * sizeof(clock));
	clocks->v[clocks->count++] = clock;
	return GP_OK;
}

/* The reader's zone, else that of the space, else UTC: a zone that tzdata has lost must not silence anybody. */
static enum gp_rc
open_zone(const struct gp_space *space, const char *timezone, struct gp_zone **ret_zone, struct gp_err *err)
{
	if (gp_zone_open(timezone, ret_zone, err) == GP_OK || gp_zone_open(space->timezone, ret_zone, err) == GP_OK)
		return GP_OK;
	return gp_zone_open("UTC", ret_zone, err);
}

static enum gp_rc
look_at_clock(struct gp_desk *desk, const struct gp_space *space, const struct gp_recur *rhythm,
    const struct clock *clock, int64_t now, int64_t *next, int *issues, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(round_release)
	struct round round = {
		.desk = desk, .space = space, .mode = clock->mode, .timezone = clock->timezone, .now = now
	};
	struct gp_recur recur;
	int64_t due, after;
	enum gp_rc rc;

	GP_TRY(open_zone(space, clock->timezone, &zone, err));
	gp_recur_for_mode(rhythm, clock->mode, &recur);
	if (gp_recur_next(&recur, zone, now, &due) && (*next == 0 || due < *next))
		*next = due;
	if (!gp_recur_last(&recur, zone, now, &round.due_at) || round.due_at <= clock->oldest)
		return GP_OK;
	/* Nobody wants the last but one any more: SND-07. */
	if (gp_recur_next(&recur, zone, round.due_at, &after) && gp_recur_next(&recur, zone, after, &due))
		round.expires_at = due;
	round.zone = zone;
	rc = run_round(&round, err);
	*issues += round.issues;
	return rc;
}

static enum gp_rc
look_at_space(struct gp_desk *desk, const char *name, int64_t now, int64_t *next, int *issues, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(clocks_release) struct clocks clocks = { NULL, 0 };
	struct gp_recur rhythm;

	GP_TRY(gp_space_find(desk->db, name, &space, err));
	if (space == NULL || strcmp(space->state, "open") != 0)
		return GP_OK;
	GP_TRY(gp_issue_clocks(desk->db, space->id, space->timezone, add_clock, &clocks, err));
	if (clocks.count > 0)
		GP_TRY(gp_recur_parse_rhythm(space->rhythm, &rhythm, err));
	for (size_t i = 0; i < clocks.count; i++)
		GP_TRY(look_at_clock(desk, space, &rhythm, &clocks.v[i], now, next, issues, err));
	return GP_OK;
}

static enum gp_rc
add_name(void *context, const struct gp_space *space, struct gp_err *err)
{
	(void)err;
	gp_strs_add(context, space->name);
	return GP_OK;
}

enum gp_rc
gp_digest_run(struct gp_desk *desk, int64_t now, int64_t *ret_next, int *ret_issues, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs names = { NULL, 0, 0 };
	enum gp_rc rc, worst = GP_OK;
	int issues = 0;
	struct gp_err one;

	*ret_next = 0;
	GP_TRY(gp_space_list(desk->db, 0, add_name, &names, err));
	for (size_t i = 0; i < names.count; i++) {
		rc = look_at_space(desk, names.v[i], now, ret_next, &issues, &one);
		/* What is wrong with one space keeps no other waiting. */
		if (rc != GP_OK)
			gp_log(GP_LOG_ERROR, "digest.failed", "space", names.v[i], "why", one.text, "detail",
			    one.detail, NULL);
		if (rc == GP_TEMP) {
			worst = rc;
			*err = one;
		}
	}
	if (ret_issues != NULL)
		*ret_issues = issues;
	return worst;
}
