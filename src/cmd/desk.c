#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/clock.h"
#include "guildpost/desk/reader.h"
#include "guildpost/desk/sort.h"

#define SLOW_LOOK  5 /* seconds: a bell that was lost costs no more */
#define TICK_EVERY 60 /* seconds: the clock is asked at least so often, whatever it said was next */

static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop }; /* no SA_RESTART: poll() must return */

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
}

/* Everything that waits in the inbox. */
static enum gp_rc
sort_all(struct gp_desk *desk, struct gp_err *err)
{
	bool found = true;

	while (found && !stopping)
		GP_TRY(gp_sort_next(desk, gp_clock_now(), &found, err));
	return GP_OK;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Until the bell rings, the next thing falls due, or the slow look. */
static void
wait_for_work(int bell, int64_t due)
{
	struct pollfd waiting = { .fd = bell, .events = POLLIN };
	int64_t seconds = due - gp_clock_now();

	seconds = seconds < 0 ? 0 : least(seconds, SLOW_LOOK);
	if (poll(&waiting, bell >= 0 ? 1 : 0, (int)seconds * 1000) > 0)
		gp_bell_drain(bell);
}

/* Trouble with the store is not ours to end for: what waits is written down, and is looked at again. */
static enum gp_rc
carry_on(enum gp_rc rc, const struct gp_err *err)
{
	if (rc != GP_TEMP)
		return rc;
	gp_log(GP_LOG_ERROR, "desk.later", "dsn", err->status, "why", err->text, "detail",
	    err->detail[0] != '\0' ? err->detail : NULL, NULL);
	return GP_OK;
}

/* The clock is asked when something is due, and when somebody has written what may have brought something nearer; that
 * no more than once a second. */
static enum gp_rc
tick(struct gp_desk *desk, int64_t *due, int64_t *asked, int64_t *seen, struct gp_err *err)
{
	int64_t now = gp_clock_now(), version;

	GP_TRY(gp_db_data_version(desk->db, &version, err));
	if (now < *due && now >= *asked && now - *asked < TICK_EVERY && (version == *seen || now == *asked))
		return GP_OK;
	*seen = version;
	*asked = now;
	return gp_desk_tick(desk, now, due, err);
}

static enum gp_rc
serve(struct gp_desk *desk, int bell, struct gp_err *err)
{
	int64_t due = 0, asked = 0, seen = -1;

	while (!stopping) {
		GP_TRY(carry_on(sort_all(desk, err), err));
		GP_TRY(carry_on(tick(desk, &due, &asked, &seen, err), err));
		if (desk->reader != NULL)
			gp_reader_rest(desk->reader);
		if (!stopping)
			wait_for_work(bell, due);
	}
	return GP_OK;
}

enum gp_rc
gp_cmd_desk(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	bool once = gp_option_flag(&argc, argv, "--once");
	int64_t next;
	int bell;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "desk [--once]", err));
	GP_TRY(gp_app_open(app, 0, err));
	catch_signals();
	if (once) {
		GP_TRY(sort_all(&app->desk, err));
		return gp_desk_tick(&app->desk, gp_clock_now(), &next, err);
	}
	bell = gp_bell_open(app->db, "desk");
	gp_log(GP_LOG_INFO, "desk.ready", "db", gp_db_path(app->db), NULL);
	rc = serve(&app->desk, bell, err);
	gp_log(GP_LOG_INFO, "desk.ended", NULL);
	if (bell >= 0)
		(void)close(bell);
	return rc;
}
