#include "guildpost/cmd/commands.h"

#include "cmd/archive.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/import.h"

static void
on_progress(void *context, const struct gp_import_counts *counts)
{
	gp_progress_tell(context, counts->read, counts->done);
}

static void
on_skipped(void *context, const char *where, const char *why, int64_t aside)
{
	gp_progress_end(context);
	if (aside != 0)
		(void)fprintf(stderr, "guildpost: %s set aside as %lld: %s\n", where, (long long)aside, why);
	else
		(void)fprintf(stderr, "guildpost: %s skipped: %s\n", where, why);
}

static void
show_counts(struct gp_app *app, const struct gp_space *space, const struct gp_import_counts *counts)
{
	if (app->json) {
		gp_out_begin(app);
		gp_out_text(app, "space", space->name);
		gp_out_int(app, "read", counts->read);
		gp_out_int(app, "imported", counts->imported);
		gp_out_int(app, "duplicates", counts->duplicates);
		gp_out_int(app, "reused_ids", counts->reused);
		gp_out_int(app, "skipped", counts->skipped);
		gp_out_int(app, "set_aside", counts->set_aside);
		gp_out_row(app);
		gp_out_end(app);
		return;
	}
	if (app->quiet)
		return;
	(void)printf("%s: %lld messages read: %lld imported, %lld duplicates (id and body are in the archive already), "
		     "%lld skipped.\n",
	    space->name, (long long)counts->read, (long long)counts->imported, (long long)counts->duplicates,
	    (long long)counts->skipped);
	if (counts->reused > 0)
		(void)printf("%lld of them bear the id of another message and were filed under an id of their own.\n",
		    (long long)counts->reused);
}

enum gp_rc
gp_cmd_archive_import(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct gp_progress progress = gp_progress_begin(app, "messages");
	struct gp_import_watch watch = { .context = &progress, .progress = on_progress, .skipped = on_skipped };
	struct gp_import_counts counts = { 0 };
	enum gp_rc rc = GP_OK;

	GP_TRY(gp_option_end(argc, argv, 2, -1, "archive import SPACE PATH...", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	for (int i = 2; i < argc && rc == GP_OK; i++)
		rc = gp_import(&app->desk, space, argv[i], gp_clock_now(), &watch, &counts, err);
	gp_progress_end(&progress);
	show_counts(app, space, &counts);
	GP_TRY(rc);
	if (counts.skipped > counts.dropped)
		return gp_fail_as(err, 65, "5.6.0",
		    "%lld messages could not be filed (see above), the rest is in the archive; "
		    "what was set aside: guildpost aside list %s",
		    (long long)(counts.skipped - counts.dropped), space->name);
	return GP_OK;
}
