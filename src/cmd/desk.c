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
#include "guildpost/wire/doors.h"

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

/* Until the bell rings, the next thing falls due, or the slow look. True: it rang. */
static bool
wait_for_work(int bell, int64_t due)
{
	struct pollfd waiting = { .fd = bell, .events = POLLIN };
	int64_t seconds = due - gp_clock_now();
	bool rang;

	seconds = seconds < 0 ? 0 : least(seconds, SLOW_LOOK);
	rang = poll(&waiting, bell >= 0 ? 1 : 0, (int)seconds * 1000) > 0;
	if (rang)
		gp_bell_drain(bell);
	return rang;
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

/* The desk's rounds. What came before a round began, and what fell due, is done when it ends. */
struct rounds {
	int64_t begun, version; /* of this one: when, and what the store was then */
	int64_t due; /* when the clock wants to be asked next */
	int64_t asked, seen; /* `begun` and `version` of the last round in which it was asked */
};

/* The clock is asked when something is due, and when somebody has written what may have brought something nearer; that
 * no more than once a second. */
static enum gp_rc
tick(struct gp_desk *desk, struct rounds *r, struct gp_err *err)
{
	int64_t now = gp_clock_now();

	if (now < r->due && r->begun >= r->asked && r->begun - r->asked < TICK_EVERY &&
	    (r->version == r->seen || r->begun == r->asked))
		return GP_OK;
	r->seen = r->version;
	r->asked = r->begun;
	return gp_desk_tick(desk, now, &r->due, err);
}

/* ret_settled: nothing had to be put off. */
static enum gp_rc
go_round(struct gp_desk *desk, struct rounds *r, bool *ret_settled, struct gp_err *err)
{
	enum gp_rc sorted, ticked;

	r->begun = gp_clock_now();
	GP_TRY(gp_db_data_version(desk->db, &r->version, err));
	sorted = sort_all(desk, err);
	GP_TRY(carry_on(sorted, err));
	ticked = tick(desk, r, err);
	GP_TRY(carry_on(ticked, err));
	*ret_settled = sorted == GP_OK && ticked == GP_OK;
	return GP_OK;
}

/* For whoever asked by ringing, and has a socket of systemd's kind for the answer (sd_notify(3)). */
static void
tell_settled(const struct rounds *r)
{
	char begun[GP_RFC3339_SIZE], due[GP_RFC3339_SIZE], status[96];

	gp_clock_format(r->begun, begun);
	gp_clock_format(r->due, due);
	(void)snprintf(status, sizeof(status), "STATUS=settled at %s, next due at %s", begun, due);
	gp_notify(status);
}

static enum gp_rc
serve(struct gp_desk *desk, int bell, struct gp_err *err)
{
	struct rounds r = { .seen = -1 };
	bool rang = false;

	while (!stopping) {
		bool settled = false;

		GP_TRY(carry_on(go_round(desk, &r, &settled, err), err));
		if (rang && settled)
			tell_settled(&r);
		if (desk->reader != NULL)
			gp_reader_rest(desk->reader);
		if (!stopping)
			rang = wait_for_work(bell, r.due);
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
