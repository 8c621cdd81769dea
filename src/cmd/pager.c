#include "cmd/pager.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager;

static void
wait_for_pager(void)
{
	int status;

	(void)fflush(stdout);
	(void)close(1);
	while (waitpid(pager, &status, 0) < 0 && errno == EINTR)
		;
}

static const char *
chosen(void)
{
	const char *own = getenv("GUILDPOST_PAGER"), *common = getenv("PAGER");

	return own != NULL ? own : common != NULL ? common : "less";
}

void
gp_pager_begin(const struct gp_app *app)
{
	const char *command = chosen();
	int ends[2];

	if (app->json || isatty(1) == 0 || *command == '\0' || strcmp(command, "cat") == 0 || pipe(ends) < 0)
		return;
	(void)fflush(stdout);
	pager = fork();
	if (pager == 0) {
		(void)dup2(ends[0], 0);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)setenv("LESS", "FRX", 0); /* ends when all fits, colours as they are, leaves the screen */
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[0]);
	if (pager > 0) {
		(void)dup2(ends[1], 1);
		(void)atexit(wait_for_pager);
		(void)signal(SIGPIPE, SIG_DFL); /* left before the end: so do we */
	}
	(void)close(ends[1]);
}
