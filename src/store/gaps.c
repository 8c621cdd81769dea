#include "store/gaps.h"

#include <sys/stat.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "store/file.h"

#define GROUPS	  4 /* a transaction: some three megabytes, looked at in two milliseconds */
#define TRIES	  50 /* others write between the emptying of the log and our transaction */
#define ROOT_PAGE 1 /* kinds of pages, as the engine's own map of them says */
#define TREE_PAGE 5
#define MAP_ENTRY 5 /* octets */
#define FILE_HEAD 100 /* octets of the first page that are not its own */

struct sweep {
	struct gp_db *db;
	unsigned char *octets; /* a map page, and the pages that it maps */
	size_t page; /* octets of one */
	int64_t pages, group; /* in the file; of them to a map page, with it */
	bool wrote;
};

static void
release_sweep(struct sweep *sweep)
{
	free(sweep->octets);
}

static size_t
number_at(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* Between the list of its cells, which grows from the front, and the cells, which grow from the end. */
static bool
gap_of(const unsigned char *page, size_t size, size_t head, size_t *ret_from, size_t *ret_to)
{
	unsigned char kind = page[head];
	bool inner = kind == 2 || kind == 5, leaf = kind == 10 || kind == 13;

	*ret_from = head + (inner ? 12 : 8) + 2 * number_at(page + head + 3);
	*ret_to = number_at(page + head + 5);
	return (inner || leaf) && *ret_from < *ret_to && *ret_to <= size;
}

static bool
is_blank(const unsigned char *octets, size_t n)
{
	return n == 0 || (octets[0] == 0 && memcmp(octets, octets + 1, n - 1) == 0);
}

static enum gp_rc
blank_page(struct sweep *sweep, unsigned char *page, int64_t number, struct gp_err *err)
{
	size_t from, to;

	if (!gap_of(page, sweep->page, number == 1 ? FILE_HEAD : 0, &from, &to) || is_blank(page + from, to - from))
		return GP_OK;
	memset(page + from, 0, to - from);
	sweep->wrote = true;
	return gp_file_write(
	    sweep->db, (number - 1) * (int64_t)sweep->page + (int64_t)from, page + from, to - from, err);
}

/* Which pages are trees, and not octets of a long row or nothing at all, says the map before them. */
static enum gp_rc
blank_group(struct sweep *sweep, int64_t first, struct gp_err *err)
{
	int64_t count = sweep->pages - first + 1 < sweep->group ? sweep->pages - first + 1 : sweep->group;
	const unsigned char *map = sweep->octets;

	GP_TRY(gp_file_read(
	    sweep->db, (first - 1) * (int64_t)sweep->page, sweep->octets, (size_t)count * sweep->page, err));
	for (int64_t i = 1; i < count; i++) {
		unsigned char kind = map[MAP_ENTRY * (i - 1)];

		if (kind == ROOT_PAGE || kind == TREE_PAGE)
			GP_TRY(blank_page(sweep, sweep->octets + (size_t)i * sweep->page, first + i, err));
	}
	return GP_OK;
}

static enum gp_rc
measure(struct sweep *sweep, struct gp_err *err)
{
	int64_t page;

	GP_TRY(gp_pragma_int(sweep->db, "PRAGMA page_count", &sweep->pages, err));
	GP_TRY(gp_pragma_int(sweep->db, "PRAGMA page_size", &page, err));
	sweep->page = (size_t)page;
	sweep->group = page / MAP_ENTRY + 1;
	return GP_OK;
}

/* Some groups from leaving->page on; page 1 stands before the first. */
static enum gp_rc
blank_groups(struct sweep *sweep, struct gp_leaving *leaving, struct gp_err *err)
{
	if (sweep->octets == NULL)
		sweep->octets = gp_new((size_t)sweep->group * sweep->page);
	if (leaving->page > 1 && sweep->pages < leaving->pages)
		leaving->page = 1; /* the file has shrunk: pages from its end stand where we have been */
	leaving->pages = sweep->pages;
	if (leaving->page == 1) {
		GP_TRY(gp_file_read(sweep->db, 0, sweep->octets, sweep->page, err));
		GP_TRY(blank_page(sweep, sweep->octets, 1, err));
		leaving->page = 2;
	}
	for (int i = 0; i < GROUPS && leaving->page <= sweep->pages; i++, leaving->page += sweep->group)
		GP_TRY(blank_group(sweep, leaving->page, err));
	return GP_OK;
}

static bool
log_is_empty(const struct gp_db *db)
{
	SCOPED(gp_free_str) char *path = gp_printf("%s-wal", gp_db_path(db));
	struct stat facts;

	return stat(path, &facts) < 0 || facts.st_size == 0;
}

/* Whoever has such a page at hand would bring the old middle back with his next change. A commit lets go of what others
 * have at hand; what we have, we let go of first. */
static enum gp_rc
sweep_some(struct sweep *sweep, struct gp_leaving *leaving, bool *ret_swept, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_db_run(sweep->db, "PRAGMA shrink_memory", err));
	GP_TRY(gp_tx_begin(sweep->db, &tx, err));
	*ret_swept = log_is_empty(sweep->db);
	if (!*ret_swept)
		return GP_OK;
	GP_TRY(measure(sweep, err));
	sweep->wrote = false;
	GP_TRY(blank_groups(sweep, leaving, err));
	if (!sweep->wrote)
		return GP_OK;
	GP_TRY(gp_file_sync(sweep->db, err));
	GP_TRY(gp_db_run(sweep->db, "UPDATE counter SET event = event", err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_log_empty(struct gp_db *db, bool patient, bool *ret_empty, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool row;

	GP_TRY(gp_db_patience(db, patient, err));
	GP_TRY(gp_query_open(db, "PRAGMA wal_checkpoint(TRUNCATE)", &query, err));
	GP_TRY(gp_query_next(query, &row, err));
	*ret_empty = row && gp_col_int(query, "busy") == 0;
	gp_query_free(&query);
	return gp_db_patience(db, true, err);
}

enum gp_rc
gp_gaps_blank(struct gp_db *db, struct gp_leaving *leaving, int64_t most_ms, bool *ret_done, struct gp_err *err)
{
	SCOPED(release_sweep) struct sweep sweep = { .db = db, .pages = INT64_MAX };
	int64_t begun = gp_clock_mono_ms();
	bool empty, swept;

	*ret_done = false;
	for (int tries = 0; leaving->page <= sweep.pages; tries = swept ? 0 : tries + 1) {
		if (tries == TRIES || (most_ms > 0 && gp_clock_mono_ms() - begun > most_ms))
			return GP_OK;
		GP_TRY(gp_log_empty(db, most_ms == 0, &empty, err));
		if (!empty)
			return GP_OK;
		GP_TRY(sweep_some(&sweep, leaving, &swept, err));
	}
	return gp_log_empty(db, most_ms == 0, ret_done, err);
}
