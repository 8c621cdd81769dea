#include "guildpost/cmd/commands.h"

#include <unistd.h>

#include "guildpost/base/log.h"
#include "guildpost/wire/listener.h"

/* Who waits for us: the log, systemd, and `serve`, which gave us the end of a pipe. */
static void
tell_ready(void)
{
	const char *fd = getenv("GUILDPOST_READY_FD");

	gp_log(GP_LOG_INFO, "receive.ready", "pid", gp_log_int(getpid()), NULL);
	if (fd != NULL) {
		int n = (int)strtol(fd, NULL, 10);

		if (write(n, "R", 1) == 1)
			(void)close(n);
		return;
	}
	gp_notify("READY=1");
}

enum gp_rc
gp_cmd_receive(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_doors_release) struct gp_doors doors = { .count = 0 };
	const struct gp_config *config = &app->config;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "receive", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_doors_open(&config->listen, config->listen_mode, config->listen_group, &doors, err));
	return gp_listen(&(struct gp_listening){ .desk = &app->desk,
			     .database = config->database,
			     .max_connections = config->max_connections,
			     .max_message_size = config->max_message_size,
			     .min_free_disk = config->min_free_disk,
			     .trust_tcp = config->trust_tcp,
			     .idle_ms = GP_IDLE_MS },
	    &doors, tell_ready, err);
}
