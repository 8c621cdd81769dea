#include "guildpost/wire/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/lazy.h"
#include "guildpost/base/log.h"

#define SLOW_LOOK_MS	 5000 /* DESIGN.md rule 16: what a lost ring costs */
#define TAKEN_MS	 20 /* an idle worker takes a ring within this, else another one is started */
#define JOIN_MS		 200 /* that there is still work shows by then that the road is slow, or the mail for very many */
#define ONCE_TROUBLE_MS	 2000 /* four workers in a row that failed */
#define FIRST_TROUBLE_MS 250
#define BACK_OFF_MS	 60000

/* The parent. While it has workers it has no database: SQLite's locks must not be shared over fork(2). */
struct office {
	const struct gp_deliver *deliver;
	struct gp_db *db;
	int bell, wake[2], more[2];
	pid_t *workers;
	int alive;
	bool all_done; /* whoever has ended since the last look found nothing more to do */
	int64_t trouble_ms, not_before; /* of the next start, after a worker that failed */
	int64_t started_ms; /* the last one */
	sigset_t outside; /* the signal mask for waiting */
};

static volatile sig_atomic_t stopping;

static void
on_signal(int number)
{
	if (number != SIGCHLD)
		stopping = 1;
}

static void
office_release(struct office *office)
{
	const int fds[] = { office->bell, office->wake[0], office->wake[1], office->more[0], office->more[1] };

	for (size_t i = 0; i < GP_COUNT(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	gp_db_free(&office->db);
	free(office->workers);
	(void)sigprocmask(SIG_SETMASK, &office->outside, NULL);
}

/* --- workers -------------------------------------------------------------------------------- */

static _Noreturn void
be_worker(struct office *office, pid_t parent)
{
	int status = GP_WORKER_DONE;

	/* Without its parent nobody would tell it to stop. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGCHLD, SIG_DFL);
	if (getppid() == parent)
		status = gp_worker_run(office->deliver, office->wake[0], office->more[1]);
	_exit(status);
}

static void
start_worker(struct office *office)
{
	pid_t parent = getpid(), pid;

	if (office->alive >= office->deliver->connections || gp_clock_mono_ms() < office->not_before)
		return;
	gp_db_free(&office->db);
	gp_lazy_ready("esmtp"); /* here, so that no worker has to load it for itself */
	pid = fork();
	if (pid == 0)
		be_worker(office, parent);
	if (pid < 0)
		gp_log(GP_LOG_ERROR, "deliver.trouble", "why", "no worker can be started", "detail", strerror(errno),
		    NULL);
	else
		office->workers[office->alive++] = pid;
	office->started_ms = gp_clock_mono_ms();
}

static void
drain(int fd)
{
	char octets[512];

	while (read(fd, octets, sizeof(octets)) == (ssize_t)sizeof(octets))
		;
}

/* Several that were started together fail together, which is one trouble. Where another deliver has all slots there is none:
 * it does the work. */
static void
note_trouble(struct office *office, bool no_slot)
{
	int64_t now = gp_clock_mono_ms();

	if (now < office->not_before)
		return;
	if (!no_slot)
		office->trouble_ms = office->trouble_ms == 0 ? FIRST_TROUBLE_MS : 2 * office->trouble_ms;
	if (office->trouble_ms > BACK_OFF_MS)
		office->trouble_ms = BACK_OFF_MS;
	office->not_before = now + (no_slot ? FIRST_TROUBLE_MS : office->trouble_ms);
}

/* One that failed is not started again at once: what ails it will not be gone. */
static void
note_end(struct office *office, pid_t pid, int status)
{
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == GP_WORKER_DONE;

	for (int i = 0; i < office->alive; i++)
		if (office->workers[i] == pid) {
			office->workers[i] = office->workers[--office->alive];
			break;
		}
	if (good) {
		office->trouble_ms = 0;
		drain(office->more[0]); /* what others wished for before is done */
		return;
	}
	office->all_done = false;
	if (WIFSIGNALED(status))
		gp_log(
		    GP_LOG_ERROR, "deliver.died", "pid", gp_log_int(pid), "signal", gp_log_int(WTERMSIG(status)), NULL);
	note_trouble(office, WIFEXITED(status) && WEXITSTATUS(status) == GP_WORKER_NO_SLOT);
}

static void
collect(struct office *office, int flags)
{
	int status;
	pid_t pid;

	while (office->alive > 0 && ((pid = waitpid(-1, &status, flags)) > 0 || (pid < 0 && errno == EINTR)))
		if (pid > 0)
			note_end(office, pid, status);
}

/* --- waiting -------------------------------------------------------------------------------- */

/* Milliseconds until another worker may join those at work on a wish of theirs; negative: there are as many as may be. */
static int64_t
until_join(const struct office *office)
{
	int64_t left = office->started_ms + JOIN_MS - gp_clock_mono_ms();

	if (office->alive == 0 || office->alive >= office->deliver->connections)
		return -1;
	return left > 0 ? left : 0;
}

/* Waits for a ring, a worker's word, a signal, or the end of ms. */
static void
wait_a_while(struct office *office, int64_t ms, bool *ret_rung, bool *ret_more)
{
	struct pollfd fds[] = { { office->bell, POLLIN, 0 }, { office->more[0], POLLIN, 0 } };
	int64_t join = until_join(office), most = join > 0 && join < ms ? join : ms;
	const struct timespec time = { most / 1000, most % 1000 * 1000000 };
	/* Who may not start another worker does not listen for that wish. */
	nfds_t count = join == 0 ? 2 : 1;
	int n = stopping ? 0 : ppoll(fds, count, &time, &office->outside);

	*ret_rung = n > 0 && (fds[0].revents & POLLIN) != 0;
	*ret_more = n > 0 && count > 1 && (fds[1].revents & POLLIN) != 0;
	if (*ret_rung)
		gp_bell_drain(office->bell);
	if (*ret_more)
		drain(office->more[0]);
}

/* With workers at work: passes rings on, and adds workers while there is more to do. */
static void
wait_with_workers(struct office *office)
{
	int waiting = 0;
	bool rung, more;

	if (ioctl(office->wake[0], FIONREAD, &waiting) < 0)
		waiting = 0;
	wait_a_while(office, waiting > 0 ? TAKEN_MS : SLOW_LOOK_MS, &rung, &more);
	if (more)
		start_worker(office);
	else if (rung && waiting == 0 && write(office->wake[1], "!", 1) < 0)
		(void)errno; /* full: enough rings to wake all */
	else if (!rung && waiting > 0 && ioctl(office->wake[0], FIONREAD, &waiting) == 0 && waiting > 0) {
		drain(office->wake[0]); /* all are busy */
		start_worker(office);
	}
	collect(office, WNOHANG);
}

/* --- alone ---------------------------------------------------------------------------------- */

static enum gp_rc
look(struct office *office, size_t *ret_workers, int64_t *ret_wait_ms, struct gp_err *err)
{
	const struct gp_most most = gp_worker_most(office->deliver);
	int64_t now = gp_clock_now(), next = 0;

	if (office->db == NULL)
		GP_TRY(gp_db_open(office->deliver->database, GP_DB_RELAXED, &office->db, err));
	GP_TRY(gp_slice_reap(office->db, NULL, now, err));
	GP_TRY(gp_slice_due(office->db, &most, now, ret_workers, &next, err));
	office->all_done = *ret_workers > 0;
	*ret_wait_ms = SLOW_LOOK_MS;
	if (next > now && (next - now) * 1000 < SLOW_LOOK_MS)
		*ret_wait_ms = (next - now) * 1000;
	return GP_OK;
}

/* No more than there are processors: each has cost as much as a hundred copies before its first one, and beyond that many
 * they are faster only where they wait for the road. */
static void
start_some(struct office *office, size_t wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = processors > 1 ? (size_t)processors : 1;

	for (size_t i = 0; i < wanted && i < most; i++)
		start_worker(office);
}

static enum gp_rc
turn(struct office *office, bool *ret_end, struct gp_err *err)
{
	int64_t wait_ms = SLOW_LOOK_MS, left;
	size_t workers = 0;
	bool rung, more;
	enum gp_rc rc;

	if (office->alive > 0) {
		wait_with_workers(office);
		*ret_end = office->deliver->once && office->alive == 0 && office->all_done;
		return GP_OK;
	}
	rc = look(office, &workers, &wait_ms, err);
	if (rc == GP_PERM || (rc != GP_OK && office->deliver->once))
		return rc;
	if (rc != GP_OK)
		gp_log(GP_LOG_ERROR, "deliver.trouble", "why", err->text, "detail", err->detail, NULL);
	/* Whoever ran it once waits for its end: a store that no worker can write to is theirs to mend. */
	if (office->deliver->once && office->trouble_ms >= ONCE_TROUBLE_MS)
		return gp_fail(err, "4.3.0", "no worker gets on, and why stands in the log: mend that, and try again");
	left = office->not_before - gp_clock_mono_ms();
	if (workers > 0 && left <= 0) {
		start_some(office, workers);
		return GP_OK;
	}
	if (workers == 0 && office->deliver->once) {
		*ret_end = true;
		return GP_OK;
	}
	wait_a_while(office, workers > 0 && left < wait_ms ? left : wait_ms, &rung, &more);
	return GP_OK;
}

static enum gp_rc
set_up(struct office *office, struct gp_err *err)
{
	const struct sigaction action = { .sa_handler = on_signal };
	const int signals[] = { SIGTERM, SIGINT, SIGCHLD };
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < GP_COUNT(signals); i++) {
		(void)sigaction(signals[i], &action, NULL);
		(void)sigaddset(&blocked, signals[i]);
	}
	/* They come while we wait, and at no other time. */
	(void)sigprocmask(SIG_BLOCK, &blocked, &office->outside);
	office->workers = gp_new_array((size_t)office->deliver->connections, sizeof(*office->workers));
	if (pipe2(office->wake, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(office->more, O_CLOEXEC | O_NONBLOCK) < 0)
		return gp_fail_as(err, 71, "4.3.0", "no pipe can be made: %s", strerror(errno));
	office->bell = gp_bell_open(office->db, "deliver");
	return GP_OK;
}

enum gp_rc
gp_deliver_run(const struct gp_deliver *deliver, struct gp_db *db, struct gp_err *err)
{
	SCOPED(office_release)
	struct office office = { .deliver = deliver, .db = db, .bell = -1, .wake = { -1, -1 }, .more = { -1, -1 } };
	enum gp_rc rc = set_up(&office, err);
	bool end = false;

	if (!deliver->once)
		gp_lazy_ready("esmtp"); /* before the first post comes */
	while (rc == GP_OK && !stopping && !end)
		rc = turn(&office, &end, err);
	for (int i = 0; i < office.alive; i++)
		(void)kill(office.workers[i], SIGTERM);
	collect(&office, 0);
	return rc;
}
