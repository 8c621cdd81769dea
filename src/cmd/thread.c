#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/mend.h"

static void
tell(struct gp_app *app, const char *token, const char *says)
{
	if (app->json) {
		gp_out_begin(app);
		gp_out_text(app, "thread", token);
		gp_out_row(app);
		gp_out_end(app);
	} else if (!app->quiet) {
		(void)printf("%s: %s.\n", says, token);
	}
}

enum gp_rc
gp_cmd_thread_join(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char token[GP_TOKEN_SIZE];

	GP_TRY(gp_option_end(argc, argv, 3, 3, "thread join SPACE ID ID", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(gp_tx_begin(app->db, &tx, err));
	GP_TRY(gp_threads_join(&app->desk, space, argv[2], argv[3], "operator", gp_clock_now(), token, err));
	GP_TRY(gp_tx_commit(&tx, err));
	tell(app, token, "The address of either reaches them, for they are one thread now");
	return GP_OK;
}

enum gp_rc
gp_cmd_thread_split(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char token[GP_TOKEN_SIZE];

	GP_TRY(gp_option_end(argc, argv, 2, 2, "thread split SPACE MESSAGE-ID", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	GP_TRY(gp_tx_begin(app->db, &tx, err));
	GP_TRY(gp_threads_split(&app->desk, space, argv[2], "operator", gp_clock_now(), token, err));
	GP_TRY(gp_tx_commit(&tx, err));
	tell(app, token, "It and all that answers it are a thread of their own now");
	return GP_OK;
}
