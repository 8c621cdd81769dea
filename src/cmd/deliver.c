#include "guildpost/wire/deliver.h"

#include "guildpost/base/log.h"
#include "guildpost/cmd/commands.h"

struct roads {
	struct gp_road *v;
	size_t count;
};

static void
roads_release(struct roads *roads)
{
	for (size_t i = 0; i < roads->count; i++)
		gp_road_release(&roads->v[i]);
	free(roads->v);
}

static enum gp_rc
parse_roads(const struct gp_strs *urls, struct roads *roads, struct gp_err *err)
{
	roads->v = gp_new_array(urls->count, sizeof(*roads->v));
	for (; roads->count < urls->count; roads->count++)
		GP_TRY(gp_road_parse(urls->v[roads->count], &roads->v[roads->count], err));
	return GP_OK;
}

enum gp_rc
gp_cmd_deliver(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct gp_deliver deliver = { .once = gp_option_flag(&argc, argv, "--once") };
	SCOPED(roads_release) struct roads roads = { NULL, 0 };

	GP_TRY(gp_option_end(argc, argv, 0, 0, "deliver [--once]", err));
	GP_TRY(gp_app_config(app, err));
	GP_TRY(parse_roads(&app->config.smarthosts, &roads, err));
	GP_TRY(gp_app_open(app, GP_DB_RELAXED, err));
	app->desk.db = NULL; /* each worker opens it for itself */
	deliver.database = app->config.database;
	deliver.desk = app->desk;
	deliver.roads = roads.v;
	deliver.road_count = roads.count;
	deliver.ca_file = app->config.smarthost_ca_file;
	deliver.password_file = app->config.smarthost_password_file;
	deliver.connections = (int)app->config.smarthost_connections;
	deliver.recipients = (int)app->config.smarthost_recipients;
	if (!deliver.once)
		gp_log(GP_LOG_INFO, "deliver.ready", "connections", gp_log_int(deliver.connections), NULL);
	return gp_deliver_run(&deliver, TAKE(app->db), err);
}
