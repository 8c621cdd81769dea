#include "guildpost/cmd/commands.h"

#include "cmd/archive.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/upkeep.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define RAW_AT_ONCE 200
#define BAR_COLUMNS 24
#define MONTHS_MAX  1200

/* --- remove --------------------------------------------------------------------------------- */

static void
tell_removed(struct gp_app *app, const char *msgid, const struct gp_space *space, bool left)
{
	if (app->json) {
		gp_out_begin(app);
		gp_out_text(app, "message_id", msgid);
		gp_out_bool(app, "left_file", left);
		gp_out_row(app);
		gp_out_end(app);
		return;
	}
	if (app->quiet)
		return;
	(void)printf("Removed %s from %s: nobody can read it there any more.\n", msgid, space->name);
	(void)printf(
	    left ? "It has left the database file too. "
		 : "Its octets leave the database file when those who read the store now, a backup or an export "
		   "perhaps, have ended; `guildpost desk` sees to it. ");
	(void)printf("What members have received stays with them, and backups keep what they hold.\n");
}

enum gp_rc
gp_cmd_archive_remove(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	bool left;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "archive remove SPACE MESSAGE-ID", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(gp_post_remove(&app->desk, space, argv[2], "operator", gp_clock_now(), &left, err));
	tell_removed(app, argv[2], space, left);
	return GP_OK;
}

/* --- reindex -------------------------------------------------------------------------------- */

static void
on_progress(void *context, int64_t count, double done)
{
	gp_progress_tell(context, count, done);
}

static void
on_trouble(void *context, const char *where, const char *why)
{
	gp_progress_end(context);
	(void)fprintf(stderr, "guildpost: %s stays as it was: %s\n", where, why);
}

enum gp_rc
gp_cmd_archive_reindex(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct gp_progress progress = gp_progress_begin(app, "posts");
	struct gp_upkeep_watch watch = { .context = &progress, .progress = on_progress, .trouble = on_trouble };
	struct gp_reindexed made = { 0 };
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 0, 1, "archive reindex [SPACE]", err));
	GP_TRY(gp_app_open(app, 0, err));
	if (argc > 1)
		GP_TRY(gp_name_space(app, argv[1], &space, err));
	rc = gp_reindex(&app->desk, space, gp_clock_now(), &watch, &made, err);
	gp_progress_end(&progress);
	GP_TRY(rc);
	if (!app->quiet && !app->json && made.anew)
		(void)printf("The search index did not agree with the posts: it has been made anew, of all spaces.\n");
	if (!app->quiet && !app->json)
		(void)printf("%s: %lld posts read and indexed anew, %lld left as they were.\n",
		    space != NULL && !made.anew ? space->name : "all spaces", (long long)made.done,
		    (long long)made.skipped);
	if (made.skipped > 0)
		return gp_fail_as(
		    err, 65, "5.6.0", "%lld posts could not be read (see above)", (long long)made.skipped);
	return GP_OK;
}

/* --- check ---------------------------------------------------------------------------------- */

static enum gp_rc
check_file(struct gp_app *app, struct gp_err *err)
{
	return gp_db_verify(app->db, true, err);
}

static enum gp_rc
check_octets(struct gp_app *app, struct gp_err *err)
{
	int64_t cursor = 0;
	bool more = true;

	while (more) /* in pieces, so that no snapshot is held for minutes */
		GP_TRY(gp_raw_verify(app->db, RAW_AT_ONCE, &cursor, &more, err));
	return GP_OK;
}

static enum gp_rc
check_threads(struct gp_app *app, struct gp_err *err)
{
	return gp_archive_verify(app->db, err);
}

static enum gp_rc
check_index(struct gp_app *app, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(app->db, &tx, err)); /* the engine asks for it, though nothing is written */
	return gp_index_verify(app->db, err);
}

static enum gp_rc
check_ledger(struct gp_app *app, struct gp_err *err)
{
	return gp_ledger_verify(app->db, err);
}

static const struct {
	const char *name, *says;
	enum gp_rc (*run)(struct gp_app *app, struct gp_err *err);
} checks[] = {
	{ "file", "the database file is whole", check_file },
	{ "octets", "every message is what came in", check_octets },
	{ "threads", "threads, parents and places agree", check_threads },
	{ "index", "what is searched is what is filed", check_index },
	{ "ledger", "no row of the ledger was changed", check_ledger },
};

enum gp_rc
gp_cmd_archive_check(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	int failed = 0;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "archive check", err));
	GP_TRY(gp_app_open(app, 0, err));
	gp_out_begin(app);
	for (size_t i = 0; i < GP_COUNT(checks); i++) {
		struct gp_err found = { .text = "" };
		enum gp_rc rc = checks[i].run(app, &found);

		if (rc == GP_TEMP && found.sysexit != 74) { /* busy: nothing can be said about the store */
			*err = found;
			return rc;
		}
		gp_out_text(app, "check", checks[i].name);
		gp_out_text(app, "result", rc == GP_OK ? "ok" : "fail");
		gp_out_text(app, "text", rc == GP_OK ? checks[i].says : found.text);
		gp_out_row(app);
		failed += rc != GP_OK;
	}
	gp_out_end(app);
	if (failed > 0)
		return gp_fail_as(err, 74, "5.3.0", "%d of %d checks failed", failed, (int)GP_COUNT(checks));
	return GP_OK;
}

/* --- stats ---------------------------------------------------------------------------------- */

struct chart {
	struct gp_app *app;
	struct gp_month_count months[MONTHS_MAX];
	size_t count;
	int64_t most_posts, most_people;
};

/* Months without a post are drawn as well: a list that sleeps shows it. */
static void
fill_up_to(struct chart *chart, const struct gp_month_count *month)
{
	while (chart->count > 0 && chart->count < MONTHS_MAX) {
		const struct gp_month_count *last = &chart->months[chart->count - 1];
		int next = last->year * 12 + last->month; /* months begin with 1, so this is the one after */

		if (next >= month->year * 12 + month->month - 1)
			return;
		chart->months[chart->count++] = (struct gp_month_count){ .year = next / 12, .month = next % 12 + 1 };
	}
}

static enum gp_rc
take_month(void *context, const struct gp_month_count *month, struct gp_err *err)
{
	struct chart *chart = context;

	(void)err;
	if (!chart->app->json)
		fill_up_to(chart, month);
	if (chart->count < MONTHS_MAX)
		chart->months[chart->count++] = *month;
	chart->most_posts = month->posts > chart->most_posts ? month->posts : chart->most_posts;
	chart->most_people = month->people > chart->most_people ? month->people : chart->most_people;
	return GP_OK;
}

static void
draw_bar(struct gp_app *app, const char *name, char sign, int64_t value, int64_t most)
{
	char bar[BAR_COLUMNS + 1];
	size_t columns = most > 0 ? (size_t)((value * BAR_COLUMNS + most - 1) / most) : 0;

	memset(bar, sign, columns);
	bar[columns] = '\0';
	gp_out_int(app, name, value);
	if (!app->json)
		gp_out_text(app, "", columns > 0 ? bar : " ");
}

static void
draw_month(struct chart *chart, const struct gp_month_count *month)
{
	struct gp_app *app = chart->app;
	char name[24];

	(void)snprintf(name, sizeof(name), "%04d-%02d", month->year, month->month);
	gp_out_text(app, "month", name);
	draw_bar(app, "posts", '#', month->posts, chart->most_posts);
	if (app->json)
		gp_out_int(app, "threads", month->threads);
	draw_bar(app, "people", '*', month->people, chart->most_people);
	gp_out_row(app);
}

static void
free_chart(struct chart **chart)
{
	free(*chart);
	*chart = NULL;
}

enum gp_rc
gp_cmd_archive_stats(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(free_chart) struct chart *chart = gp_new(sizeof(*chart));

	GP_TRY(gp_option_end(argc, argv, 1, 1, "archive stats SPACE", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	chart->app = app;
	GP_TRY(gp_archive_months(app->db, space->id, take_month, chart, err));
	gp_out_begin(app);
	for (size_t i = 0; i < chart->count; i++)
		draw_month(chart, &chart->months[i]);
	gp_out_end(app);
	return GP_OK;
}
