#include "guildpost/cmd/commands.h"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd/archive.h"
#include "cmd/pager.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/template.h"
#include "guildpost/store/search.h"
#include "guildpost/store/thread.h"

#define COLUMNS_LEAST 40
#define COLUMNS_MOST  100 /* longer lines are hard to read */
#define TREE_DEEPEST  12 /* steps that the tree goes in */
#define TEXT_MAX      (1u << 20)

/* --- conversations -------------------------------------------------------------------------- */

/* Which of all the conversations are listed. */
struct listing {
	struct gp_app *app;
	int64_t first, last, seen;
};

static enum gp_rc
list_thread(void *context, const struct gp_thread_summary *summary, struct gp_err *err)
{
	struct listing *listing = context;
	struct gp_app *app = listing->app;

	(void)err;
	listing->seen++;
	if (listing->seen < listing->first || listing->seen > listing->last)
		return GP_OK;
	gp_out_text(app, "thread", summary->token);
	gp_out_time(app, "started", summary->started);
	gp_out_time(app, "last", summary->last);
	gp_out_int(app, "posts", summary->posts);
	gp_out_int(app, "people", summary->people);
	gp_out_text(app, "subject", summary->subject);
	gp_out_row(app);
	return GP_OK;
}

static enum gp_rc
read_number(const char *option, const char *text, int64_t otherwise, int64_t *ret, struct gp_err *err)
{
	char *end;

	*ret = otherwise;
	if (text == NULL)
		return GP_OK;
	*ret = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *ret < 1 || *ret > INT32_MAX)
		return gp_usage(err, "%s wants a number from 1 on, not `%.20s`", option, text);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_threads(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	const char *limit_text = gp_option(&argc, argv, "--limit"), *page_text = gp_option(&argc, argv, "--page");
	struct listing listing = { .app = app };
	int64_t limit, page;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "archive threads SPACE [--limit N [--page N]]", err));
	GP_TRY(read_number("--limit", limit_text, INT32_MAX, &limit, err));
	GP_TRY(read_number("--page", page_text, 1, &page, err));
	listing.first = limit * (page - 1) + 1;
	listing.last = limit * page;
	GP_TRY(gp_archive_open(app, argv[1], &space, err));
	gp_pager_begin(app);
	gp_out_begin(app);
	GP_TRY(gp_archive_threads(app->db, space->id, list_thread, &listing, err));
	gp_out_end(app);
	return GP_OK;
}

/* --- one of them, as a tree ----------------------------------------------------------------- */

static size_t
terminal_columns(void)
{
	struct winsize size;
	int columns = isatty(1) != 0 && ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : 80;

	return (size_t)(columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns > COLUMNS_MOST ? COLUMNS_MOST : columns);
}

/* The subject once, at the top, and again where it changes. */
struct tree {
	struct gp_app *app;
	size_t columns;
	char *subject_base;
};

static void
tree_release(struct tree *tree)
{
	free(tree->subject_base);
}

static void
say_subject(struct tree *tree, const struct gp_post *post, const char *indent)
{
	SCOPED(gp_free_str) char *shown = gp_subject_shown(post->subject);

	if (tree->subject_base != NULL && strcmp(tree->subject_base, shown) == 0)
		return;
	(void)printf("%s%s%s\n", indent, shown, tree->subject_base == NULL ? "\n" : "");
	free(tree->subject_base);
	tree->subject_base = gp_strdup(shown);
}

/* Who, when, and their own words: quotes stand above already. */
static enum gp_rc
draw_post(struct tree *tree, const struct gp_post *post, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(2 * TEXT_MAX);
	SCOPED(gp_free_str) char *own = NULL;
	char indent[2 * TREE_DEEPEST + 8], date[32];
	int step = post->depth < TREE_DEEPEST ? post->depth : TREE_DEEPEST;
	time_t at = (time_t)post->date;
	struct tm utc;

	(void)snprintf(indent, sizeof(indent), "%*s", 2 * step + 4, "");
	(void)strftime(date, sizeof(date), "%Y-%m-%d %H:%M", gmtime_r(&at, &utc));
	if (tree->subject_base == NULL)
		say_subject(tree, post, "");
	(void)printf("%*s%s%s  %s  %s\n", step > 0 ? 2 * step - 2 : 0, "", step > 0 ? "\u2514 " : "",
	    *post->from_name != '\0' ? post->from_name : post->from_address, date, post->msgid);
	say_subject(tree, post, indent);
	GP_TRY(gp_index_own_text(tree->app->db, post->id, &own, err));
	gp_text_wrap(&text, own, tree->columns, indent);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	(void)printf("%s%s\n", text.data, text.len > 0 ? "\n" : "");
	return GP_OK;
}

static enum gp_rc
show_branch(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct tree *tree = context;

	if (!tree->app->json)
		return draw_post(tree, post, err);
	gp_archive_columns(tree->app, post);
	gp_out_int(tree->app, "depth", post->depth);
	gp_out_row(tree->app);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_thread(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(tree_release) struct tree tree = { .app = app, .columns = terminal_columns() };
	int64_t thread_id;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "archive thread SPACE ID", err));
	GP_TRY(gp_archive_open(app, argv[1], &space, err));
	GP_TRY(gp_thread_by_token(app->db, space->id, argv[2], &thread_id, err));
	if (thread_id == 0)
		return gp_fail_as(err, 67, "5.1.1", "there is no thread %s in %s; see: guildpost archive threads %s",
		    argv[2], argv[1], argv[1]);
	gp_pager_begin(app);
	if (app->json)
		gp_out_begin(app);
	GP_TRY(gp_archive_thread(app->db, thread_id, show_branch, &tree, err));
	if (app->json)
		gp_out_end(app);
	return GP_OK;
}
