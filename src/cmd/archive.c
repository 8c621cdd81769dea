#include "guildpost/cmd/commands.h"

#include <unistd.h>

#include "cmd/archive.h"
#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/reader.h"
#include "guildpost/store/message.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define SHOWN_MAX    (80u << 20) /* octets of one message */
#define SEARCH_LIMIT 20

/* Opens for reading and finds the space: how every command here begins. */
static enum gp_rc
open_space(struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err)
{
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	return gp_name_space(app, word, ret_space, err);
}

static void
show_columns(struct gp_app *app, const struct gp_post *post)
{
	gp_out_int(app, "id", post->id);
	gp_out_text(app, "message_id", post->msgid);
	gp_out_text(app, "thread", post->thread);
	gp_out_text(app, "parent", post->parent);
	gp_out_text(app, "from_name", post->from_name);
	gp_out_text(app, "from_address", post->from_address);
	gp_out_text(app, "subject", post->subject);
	gp_out_time(app, "date", post->date);
	gp_out_time(app, "received", post->received_at);
	gp_out_int(app, "size", post->size);
}

/* --- list ----------------------------------------------------------------------------------- */

/* For people: what fits a line. Ids and addresses are a --json away. */
static enum gp_rc
list_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	if (app->json) {
		show_columns(app, post);
	} else {
		gp_out_time(app, "date", post->date);
		gp_out_text(app, "from", *post->from_name != '\0' ? post->from_name : post->from_address);
		gp_out_text(app, "thread", post->thread);
		gp_out_text(app, "subject", post->subject);
		gp_out_text(app, "message_id", post->msgid);
	}
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "archive list SPACE", err));
	GP_TRY(open_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_archive_list(app->db, space->id, list_post, app, err));
	gp_out_end(app);
	return GP_OK;
}

/* --- threads -------------------------------------------------------------------------------- */

static enum gp_rc
list_thread(void *context, const struct gp_thread_summary *summary, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	gp_out_text(app, "thread", summary->token);
	gp_out_time(app, "started", summary->started);
	gp_out_time(app, "last", summary->last);
	gp_out_int(app, "posts", summary->posts);
	gp_out_int(app, "people", summary->people);
	gp_out_text(app, "subject", summary->subject);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_threads(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "archive threads SPACE", err));
	GP_TRY(open_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_archive_threads(app->db, space->id, list_thread, app, err));
	gp_out_end(app);
	return GP_OK;
}

static enum gp_rc
show_branch(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct gp_app *app = context;
	SCOPED(gp_free_str) char *branch = NULL;
	int indent = post->depth < 20 ? post->depth * 2 : 40;

	(void)err;
	if (app->json) {
		show_columns(app, post);
		gp_out_int(app, "depth", post->depth);
	} else {
		branch = gp_printf(
		    "%*s%s", indent, "", *post->from_name != '\0' ? post->from_name : post->from_address);
		gp_out_time(app, "date", post->date);
		gp_out_text(app, "from", branch);
		gp_out_text(app, "subject", post->subject);
		gp_out_text(app, "message_id", post->msgid);
	}
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_thread(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	int64_t thread_id;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "archive thread SPACE ID", err));
	GP_TRY(open_space(app, argv[1], &space, err));
	GP_TRY(gp_thread_by_token(app->db, space->id, argv[2], &thread_id, err));
	if (thread_id == 0)
		return gp_fail_as(err, 67, "5.1.1", "there is no thread %s in %s; see: guildpost archive threads %s",
		    argv[2], argv[1], argv[1]);
	gp_out_begin(app);
	GP_TRY(gp_archive_thread(app->db, thread_id, show_branch, app, err));
	gp_out_end(app);
	return GP_OK;
}

/* --- show ----------------------------------------------------------------------------------- */

struct shown {
	struct gp_app *app;
	bool raw;
};

static void
show_for_people(const struct gp_post *post, const struct gp_reading *reading)
{
	char date[GP_RFC3339_SIZE];

	gp_clock_format(post->date, date);
	(void)printf("Subject: %s\nFrom: %s%s<%s>\nDate: %s\nMessage-ID: %s\nThread: %s\n", post->subject,
	    post->from_name, *post->from_name != '\0' ? " " : "", post->from_address, date, post->msgid, post->thread);
	if (post->parent != NULL)
		(void)printf("Answers: %s\n", post->parent);
	for (size_t i = 0; i < reading->part_count; i++)
		if (reading->parts[i].attachment)
			(void)printf("Attached: %s (%s, %lld octets)\n",
			    *reading->parts[i].filename != '\0' ? reading->parts[i].filename : "without a name",
			    reading->parts[i].type, (long long)reading->parts[i].size);
	(void)printf("\n%s%s", reading->text,
	    *reading->text != '\0' && reading->text[strlen(reading->text) - 1] == '\n' ? "" : "\n");
}

static enum gp_rc
show_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct shown *shown = context;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(SHOWN_MAX);
	SCOPED(gp_reading_release) struct gp_reading reading = { 0 };

	GP_TRY(gp_raw_load(shown->app->db, post->raw_id, &octets, err));
	if (shown->raw) {
		(void)fwrite(octets.data, 1, octets.len, stdout);
		return GP_OK;
	}
	GP_TRY(gp_reader_read(
	    gp_desk_reader(&shown->app->desk), octets.data, octets.len, post->received_at, &reading, err));
	if (!shown->app->json) {
		show_for_people(post, &reading);
		return GP_OK;
	}
	gp_out_begin(shown->app);
	show_columns(shown->app, post);
	gp_out_int(shown->app, "attachments", post->attachments);
	gp_out_text(shown->app, "text", reading.text);
	gp_out_row(shown->app);
	gp_out_end(shown->app);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct shown shown = { .app = app, .raw = gp_option_flag(&argc, argv, "--raw") };
	bool found;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "archive show SPACE MESSAGE-ID [--raw]", err));
	GP_TRY(open_space(app, argv[1], &space, err));
	GP_TRY(gp_archive_find(app->db, space->id, argv[2], show_post, &shown, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "there is no message %s in %s; see: guildpost archive list %s",
		    argv[2], argv[1], argv[1]);
	return GP_OK;
}

/* --- search --------------------------------------------------------------------------------- */

static enum gp_rc
show_hit(void *context, const struct gp_hit *hit, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	if (!app->json) {
		gp_out_time(app, "date", hit->date);
		gp_out_text(app, "from", *hit->from_name != '\0' ? hit->from_name : hit->from_address);
		gp_out_text(app, "thread", hit->thread);
		gp_out_text(app, "subject", hit->subject);
		gp_out_text(app, "snippet", hit->snippet);
		gp_out_row(app);
		return GP_OK;
	}
	gp_out_int(app, "id", hit->id);
	gp_out_text(app, "message_id", hit->msgid);
	gp_out_text(app, "thread", hit->thread);
	gp_out_text(app, "from_name", hit->from_name);
	gp_out_text(app, "from_address", hit->from_address);
	gp_out_text(app, "subject", hit->subject);
	gp_out_time(app, "date", hit->date);
	gp_out_real(app, "score", hit->score);
	gp_out_text(app, "snippet", hit->snippet);
	gp_out_row(app);
	return GP_OK;
}

static enum gp_rc
read_limit(const char *text, int64_t *ret_limit, struct gp_err *err)
{
	char *end;

	*ret_limit = SEARCH_LIMIT;
	if (text == NULL)
		return GP_OK;
	*ret_limit = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *ret_limit < 1 || *ret_limit > 10000)
		return gp_usage(err, "--limit wants a number from 1 to 10000, not `%s`", text);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_search(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_search_release) struct gp_search search = { 0 };
	SCOPED(gp_buf_release) struct gp_buf words = GP_BUF_INIT(64u << 10);
	const char *limit_text = gp_option(&argc, argv, "--limit");
	bool by_thread = gp_option_flag(&argc, argv, "--threads");
	int64_t limit;

	/* Not gp_option_end(): -word is part of the query. */
	if (argc < 3)
		return gp_usage(err, "usage: guildpost archive search SPACE QUERY [--threads] [--limit N]");
	GP_TRY(read_limit(limit_text, &limit, err));
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--") != 0)
			gp_buf_addf(&words, "%s ", argv[i]);
	GP_TRY(gp_search_parse(words.data, &search, err));
	search.by_thread = by_thread;
	GP_TRY(open_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_search_run(app->db, space, &search, limit, show_hit, app, err));
	gp_out_end(app);
	return GP_OK;
}
