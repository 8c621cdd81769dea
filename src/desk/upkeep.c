#include "guildpost/desk/upkeep.h"

#include "guildpost/desk/note.h"
#include "guildpost/desk/reader.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/message.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"
#include "guildpost/store/setting.h"

#define OCTETS_MAX    (80u << 20)
#define BATCH	      32 /* posts a transaction */
#define COMPARED_MOST 50000 /* posts: some five seconds */
#define PIECE_MS      500
#define AGAIN	      10 /* seconds until what has not left the file is looked at again */
#define LEAVING	      "leaving" /* the setting that says: something was removed, and may stand in the file still */

/* --- a post goes ---------------------------------------------------------------------------- */

static enum gp_rc
take_id(void *context, const struct gp_post *post, struct gp_err *err)
{
	(void)err;
	*(int64_t *)context = post->id;
	return GP_OK;
}

/* How many removals there were, for one may come while another leaves the file; and how far the last has come. */
struct turn {
	long long number;
	struct gp_leaving at;
};

/* Its number is 0: nothing is leaving. */
static enum gp_rc
load_turn(struct gp_db *db, struct turn *ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *value = NULL;
	long long page = 0, pages = 0;

	*ret = (struct turn){ .number = 0 };
	GP_TRY(gp_setting_get(db, LEAVING, &value, err));
	if (value == NULL)
		return GP_OK;
	if (sscanf(value, "%lld %lld %lld", &ret->number, &page, &pages) == 3)
		ret->at = (struct gp_leaving){ .page = page, .pages = pages };
	return GP_OK;
}

static enum gp_rc
put_turn(struct gp_db *db, const struct turn *turn, struct gp_err *err)
{
	SCOPED(gp_free_str)
	char *value = gp_printf("%lld %lld %lld", turn->number, (long long)turn->at.page, (long long)turn->at.pages);

	return gp_setting_put(db, LEAVING, value, err);
}

enum gp_rc
gp_leaving_begin(struct gp_desk *desk, struct gp_err *err)
{
	struct turn turn;

	GP_TRY(load_turn(desk->db, &turn, err));
	turn = (struct turn){ .number = turn.number + 1 };
	return put_turn(desk->db, &turn, err);
}

/* The words leave the index, and the octets the file and its log. */
static enum gp_rc
leave_file(struct gp_desk *desk, int64_t most_ms, bool *ret_left, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct turn turn, now;

	GP_TRY(load_turn(desk->db, &turn, err));
	GP_TRY(gp_index_compact(desk->db, &turn.at, most_ms, ret_left, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(load_turn(desk->db, &now, err));
	if (now.number != turn.number) /* something was removed meanwhile, which begins anew */
		return GP_OK;
	GP_TRY(*ret_left ? gp_setting_put(desk->db, LEAVING, NULL, err) : put_turn(desk->db, &turn, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_post_remove(struct gp_desk *desk, const struct gp_space *space, const char *msgid, const char *by, int64_t now,
    bool *ret_left, struct gp_err *err)
{
	const struct gp_note note = { .now = now,
		.community_id = space->community_id,
		.space_id = space->id,
		.actor = by,
		.act = "post.remove" };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t id = 0;
	bool found;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_archive_find(desk->db, space->id, msgid, take_id, &id, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "there is no message %s in %s; see: guildpost archive list %s",
		    msgid, space->name, space->name);
	GP_TRY(gp_message_remove(desk->db, id, err));
	GP_TRY(gp_note(desk, &note, err, "message_id", msgid, NULL));
	GP_TRY(gp_leaving_begin(desk, err)); /* so that it is seen to even if we die here */
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "desk");
	return leave_file(desk, 0, ret_left, err);
}

enum gp_rc
gp_leaving_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	struct turn turn;
	bool left;

	GP_TRY(load_turn(desk->db, &turn, err));
	if (turn.number == 0)
		return GP_OK;
	GP_TRY(leave_file(desk, PIECE_MS, &left, err)); /* mail waits meanwhile */
	if (!left)
		*ret_next = now + AGAIN;
	return GP_OK;
}

/* --- all is read again ---------------------------------------------------------------------- */

struct again { /* one post on its way */
	struct gp_filing filing;
	struct gp_buf octets;
	struct gp_reading reading;
	char *msgid, *line_end;
	int64_t id;
};
struct reindex {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_upkeep_watch *watch;
	struct again batch[BATCH];
	size_t count;
	int64_t now, done, skipped, total;
};

static enum gp_rc
take_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct reindex *reindex = context;
	struct again *again = &reindex->batch[reindex->count++];

	again->octets = (struct gp_buf)GP_BUF_INIT(OCTETS_MAX);
	again->msgid = gp_strdup(post->msgid);
	again->line_end = gp_strdup(post->line_end);
	again->id = post->id;
	again->filing = (struct gp_filing){ .space_id = reindex->space->id,
		.raw_id = post->raw_id,
		.reading = &again->reading,
		.thread_token = "",
		.now = reindex->now,
		.received_at = post->received_at,
		.imported = post->imported,
		.line_end = again->line_end,
		.keys = &reindex->desk->keys };
	return gp_raw_load(reindex->desk->db, post->raw_id, &again->octets, err);
}

/* A post that bears another's id was filed under one of its own, and cites the other. */
static void
keep_id(struct again *again)
{
	struct gp_reading *reading = &again->reading;

	if (strcmp(reading->message_id, again->msgid) == 0)
		return;
	if (!reading->message_id_made) {
		gp_reading_stand_beside(reading, again->msgid);
		return;
	}
	free(reading->message_id);
	reading->message_id = gp_strdup(again->msgid);
}

static enum gp_rc
read_batch(struct reindex *reindex, struct gp_err *err)
{
	for (size_t i = 0; i < reindex->count; i++) {
		struct again *again = &reindex->batch[i];
		enum gp_rc rc = gp_reader_read(gp_desk_reader(reindex->desk), again->octets.data, again->octets.len,
		    again->filing.received_at, &again->reading, err);

		if (rc == GP_TEMP)
			return rc;
		if (rc == GP_OK) {
			keep_id(again);
			again->filing.octets = again->octets.data;
			again->filing.size = again->octets.len;
			continue;
		}
		reindex->watch->trouble(reindex->watch->context, again->msgid, err->text);
		reindex->skipped++;
		again->id = 0;
	}
	return GP_OK;
}

static enum gp_rc
write_batch(struct reindex *reindex, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	if (reindex->count == 0)
		return GP_OK;
	GP_TRY(gp_tx_begin(reindex->desk->db, &tx, err));
	for (size_t i = 0; i < reindex->count; i++)
		if (reindex->batch[i].id != 0)
			GP_TRY(gp_message_refresh(
			    reindex->desk->db, reindex->batch[i].id, &reindex->batch[i].filing, err));
	return gp_tx_commit(&tx, err);
}

static void
empty_batch(struct reindex *reindex)
{
	for (size_t i = 0; i < reindex->count; i++) {
		gp_buf_release(&reindex->batch[i].octets);
		gp_reading_release(&reindex->batch[i].reading);
		free(reindex->batch[i].msgid);
		free(reindex->batch[i].line_end);
	}
	reindex->count = 0;
}

static void
free_reindex(struct reindex **reindex)
{
	empty_batch(*reindex);
	free(*reindex);
	*reindex = NULL;
}

static enum gp_rc
note_reindex(const struct reindex *reindex, int64_t done, struct gp_err *err)
{
	const struct gp_note note = { reindex->now, reindex->space->community_id, reindex->space->id, "operator",
		"archive.reindex" };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char posts[24];

	(void)snprintf(posts, sizeof(posts), "%lld", (long long)done);
	GP_TRY(gp_tx_begin(reindex->desk->db, &tx, err));
	GP_TRY(gp_note(reindex->desk, &note, err, "posts", posts, NULL));
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
read_space(struct reindex *reindex, const struct gp_space *space, struct gp_err *err)
{
	const struct gp_upkeep_watch *watch = reindex->watch;
	int64_t after = 0, last = -1, before = reindex->done - reindex->skipped;

	reindex->space = space;
	while (after != last) {
		last = after;
		GP_TRY(gp_archive_next(reindex->desk->db, space->id, last, BATCH, take_post, reindex, &after, err));
		GP_TRY(read_batch(reindex, err));
		GP_TRY(write_batch(reindex, err));
		reindex->done += (int64_t)reindex->count;
		empty_batch(reindex);
		watch->progress(watch->context, reindex->done, (double)reindex->done / (double)(reindex->total + 1));
	}
	return note_reindex(reindex, reindex->done - reindex->skipped - before, err);
}

/* --- which of them, and whether the index is fit --------------------------------------------- */

struct spaces {
	struct gp_db *db;
	int64_t *ids;
	size_t count;
	int64_t posts;
};

static void
release_spaces(struct spaces *spaces)
{
	free(spaces->ids);
}

static enum gp_rc
add_space(void *context, const struct gp_space *space, struct gp_err *err)
{
	struct spaces *spaces = context;
	int64_t members, posts;

	GP_TRY(gp_space_counts(spaces->db, space->id, &members, &posts, err));
	spaces->ids = gp_grow(spaces->ids, (spaces->count + 1) * sizeof(*spaces->ids));
	spaces->ids[spaces->count++] = space->id;
	spaces->posts += posts;
	return GP_OK;
}

/* The engine compares the index only inside a write transaction, where mail waits: not where that takes long. */
static enum gp_rc
is_fit(struct gp_db *db, const struct spaces *all, bool *ret_fit, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_err ignored;

	*ret_fit = true;
	if (all->posts > COMPARED_MOST)
		return GP_OK;
	GP_TRY(gp_tx_begin(db, &tx, err));
	*ret_fit = gp_index_verify(db, &ignored) == GP_OK; /* not when it cannot even be opened */
	return GP_OK;
}

static enum gp_rc
begin_anew(struct gp_db *db, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_index_anew(db, err));
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
read_spaces(struct reindex *reindex, const struct spaces *spaces, struct gp_err *err)
{
	reindex->total = spaces->posts;
	for (size_t i = 0; i < spaces->count; i++) {
		SCOPED(gp_space_free) struct gp_space *space = NULL;

		GP_TRY(gp_space_load(reindex->desk->db, spaces->ids[i], &space, err));
		if (space != NULL)
			GP_TRY(read_space(reindex, space, err));
	}
	return GP_OK;
}

enum gp_rc
gp_reindex(struct gp_desk *desk, const struct gp_space *space, int64_t now, const struct gp_upkeep_watch *watch,
    struct gp_reindexed *ret, struct gp_err *err)
{
	SCOPED(free_reindex) struct reindex *reindex = gp_new(sizeof(*reindex));
	SCOPED(release_spaces) struct spaces all = { .db = desk->db };
	SCOPED(release_spaces) struct spaces one = { .db = desk->db };
	bool fit;

	reindex->desk = desk;
	reindex->watch = watch;
	reindex->now = now;
	GP_TRY(gp_space_list(desk->db, 0, add_space, &all, err));
	GP_TRY(is_fit(desk->db, &all, &fit, err));
	if (space != NULL)
		GP_TRY(add_space(&one, space, err));
	if (fit) {
		enum gp_rc rc = read_spaces(reindex, space != NULL ? &one : &all, err);

		fit = rc == GP_OK || err->sysexit != 74; /* of a large store it shows only now */
		if (fit)
			GP_TRY(rc);
	}
	if (!fit) { /* what was thrown away of the other spaces is theirs to have again */
		GP_TRY(begin_anew(desk->db, err));
		empty_batch(reindex);
		reindex->done = reindex->skipped = 0;
		GP_TRY(read_spaces(reindex, &all, err));
	}
	*ret = (struct gp_reindexed){
		.done = reindex->done - reindex->skipped, .skipped = reindex->skipped, .anew = !fit
	};
	return GP_OK;
}
