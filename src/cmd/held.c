#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/post.h"
#include "guildpost/store/held.h"
#include "guildpost/store/raw.h"

static enum gp_rc
out_held(void *context, const struct gp_held *held, struct gp_err *err)
{
	struct gp_app *app = context;
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_space_load(app->db, held->space_id, &space, err));
	gp_out_int(app, "id", held->id);
	gp_out_text(app, "space", space != NULL ? space->name : NULL);
	gp_out_text(app, "from_name", held->from_name);
	gp_out_text(app, "from_address", held->from_address);
	gp_out_text(app, "subject", held->subject);
	gp_out_text(app, "reason", held->reason);
	gp_out_time(app, "since", held->since);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_held_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 0, 1, "held list [SPACE]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	if (argc > 1)
		GP_TRY(gp_name_space(app, argv[1], &space, err));
	gp_out_begin(app);
	rc = gp_held_list(app->db, space != NULL ? space->id : 0, out_held, app, err);
	gp_out_end(app);
	return rc;
}

static enum gp_rc
read_id(const char *word, int64_t *ret, struct gp_err *err)
{
	char *end;

	*ret = strtoll(word, &end, 10);
	if (*end != '\0' || *ret <= 0)
		return gp_usage(err, "`%.30s` is no number of a held post; see: guildpost held list", word);
	return GP_OK;
}

static enum gp_rc
need_held(struct gp_app *app, const char *word, struct gp_held **ret, struct gp_err *err)
{
	int64_t id;

	GP_TRY(read_id(word, &id, err));
	GP_TRY(gp_held_load(app->db, id, ret, err));
	if (*ret == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no held post %lld; see: guildpost held list", (long long)id);
	return GP_OK;
}

/* The message as it came, behind what is known of it. */
enum gp_rc
gp_cmd_held_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(256u << 20);
	SCOPED(gp_held_free) struct gp_held *held = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "held show ID", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(need_held(app, argv[1], &held, err));
	if (app->json) {
		gp_out_begin(app);
		GP_TRY(out_held(app, held, err));
		gp_out_end(app);
		return GP_OK;
	}
	GP_TRY(gp_raw_load(app->db, held->raw_id, &octets, err));
	(void)printf("held %lld: %s (%s)\n\n", (long long)held->id, held->reason, held->state);
	(void)fwrite(octets.data, 1, octets.len, stdout);
	return GP_OK;
}

static enum gp_rc
too_late(struct gp_app *app, const char *word, struct gp_err *err)
{
	SCOPED(gp_held_free) struct gp_held *held = NULL;

	GP_TRY(need_held(app, word, &held, err));
	return gp_fail_as(
	    err, 69, "5.5.4", "the post %lld was %s already; nothing was changed", (long long)held->id, held->state);
}

enum gp_rc
gp_cmd_held_free(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	int64_t id;
	bool first;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "held free ID", err));
	GP_TRY(read_id(argv[1], &id, err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_held_free_post(&app->desk, id, "operator", gp_clock_now(), &first, err));
	return first ? GP_OK : too_late(app, argv[1], err);
}

/* All words behind the number are the reason, with or without quotes. */
static void
join_words(struct gp_buf *out, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		gp_buf_addf(out, "%s%s", i > 2 ? " " : "", argv[i]);
}

enum gp_rc
gp_cmd_held_refuse(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf why = GP_BUF_INIT(4096);
	int64_t id;
	bool first;

	GP_TRY(gp_option_end(argc, argv, 1, -1, "held refuse ID [WHY]", err));
	GP_TRY(read_id(argv[1], &id, err));
	GP_TRY(gp_app_open(app, 0, err));
	join_words(&why, argc, argv);
	GP_TRY(gp_held_refuse_post(&app->desk, id, "operator", why.data, gp_clock_now(), &first, err));
	return first ? GP_OK : too_late(app, argv[1], err);
}
