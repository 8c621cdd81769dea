#include "guildpost/cmd/commands.h"

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/store/restore.h"
#include "guildpost/wire/supervise.h"

/* Climbs the ladder when the store stands on a lower step, holding the run lock alone (DESIGN.md rule 6). */
static enum gp_rc
climb(struct gp_app *app, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *db = NULL;
	int before;

	GP_TRY(gp_app_config(app, err));
	GP_TRY(gp_db_open(app->config.database, GP_DB_READ | GP_DB_ANY_SCHEMA, &db, err));
	GP_TRY(gp_schema_number(db, &before, err));
	if (before >= gp_schema_newest())
		return GP_OK; /* a newer one is refused in what follows */
	gp_db_free(&db);
	GP_TRY(gp_db_open(app->config.database, GP_DB_EXCLUSIVE | GP_DB_ANY_SCHEMA, &db, err));
	GP_TRY(gp_store_climb(db, gp_clock_now(), err));
	gp_log(GP_LOG_INFO, "serve.upgraded", "from", gp_log_int(before), "to", gp_log_int(gp_schema_newest()), NULL);
	return GP_OK;
}

enum gp_rc
gp_cmd_serve(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	static const char *const names[] = { "receive", "desk", "deliver" };
	const struct gp_house house = { .program = app->program,
		.config_path = app->config_path,
		.level = app->verbose ? "-v"
			 : app->quiet ? "-q"
				      : NULL,
		.names = names,
		.count = GP_COUNT(names) };

	GP_TRY(gp_option_end(argc, argv, 0, 0, "serve", err));
	GP_TRY(climb(app, err));
	/* Everything that a child would refuse is refused here, once, before any of them runs. The handle stays open: its
	 * run lock keeps the store as it is while a child is being run again. */
	GP_TRY(gp_app_open(app, 0, err));
	return gp_supervise(&house, err);
}
