#include "guildpost/cmd/app.h"

#include <stdarg.h>

#include "guildpost/base/clock.h"
#include "guildpost/store/setting.h"

enum gp_rc
gp_app_config(struct gp_app *app, struct gp_err *err)
{
	if (app->config.path != NULL)
		return GP_OK;
	return gp_config_read(app->config_path, &app->config, err);
}

/* A store that people rely on must not be told a wrong time: its windows and retries would never come right again. */
static enum gp_rc
refuse_moved_clock(struct gp_app *app, unsigned flags, struct gp_err *err)
{
	SCOPED(gp_free_str) char *play = NULL;

	if (!app->now_given || (flags & GP_DB_READ) != 0)
		return GP_OK;
	GP_TRY(gp_setting_get(app->db, "play", &play, err));
	if (play == NULL)
		return gp_fail_as(
		    err, 64, "5.5.4", "--now moves the clock only of a store made with: guildpost init --play");
	return GP_OK;
}

static char *
join_words(const struct gp_strs *list)
{
	struct gp_buf out = GP_BUF_INIT(4096);

	for (size_t i = 0; i < list->count; i++)
		gp_buf_addf(&out, "%s%s", i > 0 ? " " : "", list->v[i]);
	return gp_buf_take(&out);
}

enum gp_rc
gp_app_open(struct gp_app *app, unsigned flags, struct gp_err *err)
{
	GP_TRY(gp_app_config(app, err));
	GP_TRY(gp_db_open(app->config.database, flags, &app->db, err));
	GP_TRY(refuse_moved_clock(app, flags, err));
	app->desk.domain = app->config.domains.v[0];
	app->desk.domains = &app->config.domains;
	app->desk.operator_address = app->config.operator_address;
	app->desk.templates = app->config.templates;
	app->desk.authserv_ids = join_words(&app->config.authserv_ids);
	app->desk.spam_header = app->config.spam_header;
	app->desk.max_message_size = app->config.max_message_size;
	app->desk.program = app->program;
	if ((flags & GP_DB_ANY_SCHEMA) != 0)
		return GP_OK; /* the keys may not have their table yet */
	return gp_desk_init(&app->desk, app->db, err);
}

void
gp_app_release(struct gp_app *app)
{
	gp_desk_release(&app->desk);
	free((char *)(uintptr_t)app->desk.authserv_ids);
	app->desk.authserv_ids = NULL;
	gp_db_free(&app->db);
	gp_config_release(&app->config);
}

enum gp_rc
gp_usage(struct gp_err *err, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return gp_fail_as(err, 64, "5.5.4", "%s", text);
}

/* Takes argv[i .. i+n) out. */
static void
take_out(int *argc, char **argv, int i, int n)
{
	for (; i + n < *argc; i++)
		argv[i] = argv[i + n];
	*argc -= n;
	argv[*argc] = NULL;
}

const char *
gp_option(int *argc, char **argv, const char *name)
{
	size_t n = strlen(name);
	const char *value;

	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], name, n) != 0)
			continue;
		if (argv[i][n] == '=') {
			value = argv[i] + n + 1;
			take_out(argc, argv, i, 1);
			return value;
		}
		if (argv[i][n] == '\0' && i + 1 < *argc) {
			value = argv[i + 1];
			take_out(argc, argv, i, 2);
			return value;
		}
	}
	return NULL;
}

bool
gp_option_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], name) == 0) {
			take_out(argc, argv, i, 1);
			return true;
		}
	return false;
}

enum gp_rc
gp_option_end(int argc, char **argv, int least, int most, const char *usage, struct gp_err *err)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return gp_usage(
			    err, "unknown option or missing value: %s; usage: guildpost %s", argv[i], usage);
	if (argc - 1 < least || (most >= 0 && argc - 1 > most))
		return gp_usage(err, "usage: guildpost %s", usage);
	return GP_OK;
}
