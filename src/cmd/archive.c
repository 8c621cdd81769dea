#include "guildpost/cmd/commands.h"

#include <unistd.h>

#include "cmd/archive.h"
#include "cmd/names.h"
#include "cmd/pager.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/reader.h"
#include "guildpost/store/message.h"
#include "guildpost/store/raw.h"

#define SHOWN_MAX (80u << 20) /* octets of one message */

/* Opens for reading and finds the space: how every command here begins. */
enum gp_rc
gp_archive_open(struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err)
{
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	return gp_name_space(app, word, ret_space, err);
}

void
gp_archive_columns(struct gp_app *app, const struct gp_post *post)
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
		gp_archive_columns(app, post);
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
	GP_TRY(gp_archive_open(app, argv[1], &space, err));
	gp_pager_begin(app);
	gp_out_begin(app);
	GP_TRY(gp_archive_list(app->db, space->id, list_post, app, err));
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
	gp_archive_columns(shown->app, post);
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
	GP_TRY(gp_archive_open(app, argv[1], &space, err));
	GP_TRY(gp_archive_find(app->db, space->id, argv[2], show_post, &shown, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "there is no message %s in %s; see: guildpost archive list %s",
		    argv[2], argv[1], argv[1]);
	return GP_OK;
}
