#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "cmd/progress.h"
#include "guildpost/desk/render.h"

static void
on_progress(void *context, int64_t count, double done)
{
	gp_progress_tell(context, count, done);
}

static enum gp_rc
check_url(const char *url, struct gp_err *err)
{
	if (*url != '\0' && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return gp_usage(err, "--url wants an address such as https://example.org/weavers/, not `%.80s`", url);
	return GP_OK;
}

static void
tell(struct gp_app *app, const struct gp_space *space, const char *folder, const struct gp_render_counts *counts)
{
	if (app->json) {
		gp_out_begin(app);
		gp_out_int(app, "pages", counts->pages);
		gp_out_int(app, "written", counts->written);
		gp_out_int(app, "removed", counts->removed);
		gp_out_row(app);
		gp_out_end(app);
	} else if (!app->quiet) {
		(void)printf("%s: %lld pages in %s, %lld of them written now, %lld removed.\n", space->name,
		    (long long)counts->pages, folder, (long long)counts->written, (long long)counts->removed);
	}
}

enum gp_rc
gp_cmd_archive_render(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	const char *given = gp_option(&argc, argv, "--url"), *url = given != NULL ? given : "";
	struct gp_progress progress = gp_progress_begin(app, "conversations");
	struct gp_render_watch watch = { .context = &progress, .progress = on_progress };
	struct gp_render_counts counts;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "archive render SPACE DIR [--url URL]", err));
	GP_TRY(check_url(url, err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	rc = gp_render(&app->desk, space, argv[2], url, &watch, &counts, err);
	gp_progress_end(&progress);
	GP_TRY(rc);
	tell(app, space, argv[2], &counts);
	return GP_OK;
}
