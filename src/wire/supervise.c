#include "guildpost/wire/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/wire/doors.h"

#define LEAST_WAIT_S 1
#define MOST_WAIT_S  60
#define STOP_MS	     30000
#define CHILDREN     8
#define NOT_EXECUTED 127

struct child {
	const char *name;
	pid_t pid; /* 0: not running */
	int64_t started_ms, again_ms;
	int64_t wait_s, starts;
};
struct supervisor {
	const struct gp_house *house;
	struct child children[CHILDREN];
	int signals, ready_fd; /* ready_fd: end of the pipe by which the first child says that it is there; -1: none */
	bool was_ready;
	int64_t dog_ms, feed_at; /* systemd's watchdog: its patience, 0 for none; when it is fed next */
	int64_t stop_at; /* 0: not stopping */
	const char *misconfigured;
};

/* --- in the child ------------------------------------------------------------------------------- */

/* Sockets that systemd gave to us are for the child that says so by its own number (sd_listen_fds(3)). */
static void
hand_sockets_on(bool first)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	char own[24];

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getppid())
		return;
	if (first) {
		(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
		(void)setenv("LISTEN_PID", own, 1);
		return;
	}
	for (int fd = 3; fd < 3 + (int)strtol(count, NULL, 10); fd++)
		(void)close(fd);
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
}

/* A moved clock goes on from here, also in a child that is started again a week later. */
static void
hand_clock_on(void)
{
	char now[GP_RFC3339_SIZE];

	if (!gp_clock_is_set())
		return;
	gp_clock_format(gp_clock_now(), now);
	(void)setenv("GUILDPOST_NOW", now, 1);
}

static void
become(const struct gp_house *house, const char *name, pid_t parent, int ready_fd)
{
	char *argv[8] = { NULL }, fd[16];
	size_t n = 0;
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* whoever kills the parent means the house */
	if (getppid() != parent)
		_exit(NOT_EXECUTED);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	hand_clock_on();
	hand_sockets_on(ready_fd >= 0);
	(void)unsetenv("NOTIFY_SOCKET"); /* what systemd hears comes from one mouth */
	(void)unsetenv("GUILDPOST_READY_FD");
	if (ready_fd >= 0) {
		(void)snprintf(fd, sizeof(fd), "%d", ready_fd);
		(void)setenv("GUILDPOST_READY_FD", fd, 1);
		(void)fcntl(ready_fd, F_SETFD, 0);
	}
	argv[n++] = gp_strdup(house->program);
	argv[n++] = gp_strdup("-c");
	argv[n++] = gp_strdup(house->config_path);
	if (house->level != NULL)
		argv[n++] = gp_strdup(house->level);
	argv[n] = gp_strdup(name);
	(void)execv(house->program, argv);
	gp_log(GP_LOG_ERROR, "serve.exec", "program", house->program, "why", strerror(errno), NULL);
	_exit(NOT_EXECUTED);
}

/* --- in the parent ------------------------------------------------------------------------------ */

static void
forget_ready(struct supervisor *s)
{
	if (s->ready_fd >= 0)
		(void)close(s->ready_fd);
	s->ready_fd = -1;
}

static void
start(struct supervisor *s, struct child *child)
{
	bool first = child == &s->children[0];
	pid_t parent = getpid();
	int ends[2] = { -1, -1 };

	if (first && pipe2(ends, O_CLOEXEC) == 0) {
		forget_ready(s);
		s->ready_fd = ends[0];
	}
	child->started_ms = gp_clock_mono_ms();
	child->again_ms = 0;
	child->starts++;
	child->pid = fork();
	if (child->pid == 0)
		become(s->house, child->name, parent, ends[1]);
	if (ends[1] >= 0)
		(void)close(ends[1]);
	if (child->pid < 0) {
		gp_log(GP_LOG_ERROR, "serve.fork", "child", child->name, "why", strerror(errno), NULL);
		child->pid = 0;
		child->again_ms = gp_clock_mono_ms() + MOST_WAIT_S * 1000;
		return;
	}
	gp_log(GP_LOG_INFO, "serve.started", "child", child->name, "pid", gp_log_int(child->pid), NULL);
}

static void
signal_all(struct supervisor *s, int number)
{
	for (size_t i = 0; i < s->house->count; i++)
		if (s->children[i].pid > 0)
			(void)kill(s->children[i].pid, number);
}

static void
begin_to_stop(struct supervisor *s)
{
	if (s->stop_at != 0)
		return;
	s->stop_at = gp_clock_mono_ms() + STOP_MS;
	gp_log(GP_LOG_INFO, "serve.stopping", NULL);
	gp_notify("STOPPING=1");
	signal_all(s, SIGTERM);
}

static void
plan_again(struct supervisor *s, struct child *child, int status)
{
	bool by_signal = WIFSIGNALED(status);
	int number = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);

	if (s->stop_at != 0)
		return;
	/* Wrong from the beginning does not come right by trying; wrong later may be a file that is being edited. */
	if (!by_signal && (number == 78 || number == 64) && child->starts == 1) {
		s->misconfigured = child->name;
		begin_to_stop(s);
		return;
	}
	if (gp_clock_mono_ms() - child->started_ms >= MOST_WAIT_S * 1000)
		child->wait_s = LEAST_WAIT_S;
	child->again_ms = gp_clock_mono_ms() + child->wait_s * 1000;
	gp_log(GP_LOG_ERROR, "serve.died", "child", child->name, by_signal ? "signal" : "status", gp_log_int(number),
	    "again_s", gp_log_int(child->wait_s), NULL);
	child->wait_s = child->wait_s * 2 < MOST_WAIT_S ? child->wait_s * 2 : MOST_WAIT_S;
}

static void
bury(struct supervisor *s)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->house->count; i++)
			if (s->children[i].pid == pid) {
				s->children[i].pid = 0;
				plan_again(s, &s->children[i], status);
			}
}

static void
take_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			begin_to_stop(s);
	bury(s);
}

static void
take_ready(struct supervisor *s)
{
	char said;

	if (read(s->ready_fd, &said, 1) == 1 && !s->was_ready) {
		s->was_ready = true;
		gp_log(GP_LOG_INFO, "serve.ready", "pid", gp_log_int(getpid()), NULL);
		gp_notify("READY=1");
	}
	forget_ready(s);
}

static bool
any_alive(const struct supervisor *s)
{
	for (size_t i = 0; i < s->house->count; i++)
		if (s->children[i].pid > 0)
			return true;
	return false;
}

/* Milliseconds until something falls due, -1 for never. */
static int
pause_ms(const struct supervisor *s)
{
	int64_t now = gp_clock_mono_ms(), least = s->stop_at;

	for (size_t i = 0; i < s->house->count && s->stop_at == 0; i++) {
		int64_t again = s->children[i].again_ms;

		if (again != 0 && (least == 0 || again < least))
			least = again;
	}
	/* systemd's dog is fed at half its patience, while this loop goes round (sd_watchdog_enabled(3)). */
	if (s->dog_ms > 0 && (least == 0 || least > s->feed_at))
		least = s->feed_at;
	return least == 0 ? -1 : least > now ? (int)(least - now) : 0;
}

static void
feed_dog(struct supervisor *s)
{
	if (s->dog_ms <= 0 || gp_clock_mono_ms() < s->feed_at)
		return;
	gp_notify("WATCHDOG=1");
	s->feed_at = gp_clock_mono_ms() + s->dog_ms / 2;
}

static void
start_due(struct supervisor *s)
{
	for (size_t i = 0; i < s->house->count && s->stop_at == 0; i++)
		if (s->children[i].pid == 0 && s->children[i].again_ms <= gp_clock_mono_ms())
			start(s, &s->children[i]);
}

static void
loop(struct supervisor *s)
{
	while (s->stop_at == 0 || any_alive(s)) {
		struct pollfd polled[2] = { { s->signals, POLLIN, 0 }, { s->ready_fd, POLLIN, 0 } };

		if (poll(polled, 2, pause_ms(s)) < 0)
			continue;
		feed_dog(s);
		if (polled[1].revents != 0)
			take_ready(s);
		if (polled[0].revents != 0)
			take_signals(s);
		if (s->stop_at != 0 && gp_clock_mono_ms() >= s->stop_at) {
			gp_log(GP_LOG_ERROR, "serve.killing", "why", "a child does not end", NULL);
			signal_all(s, SIGKILL);
			s->stop_at = gp_clock_mono_ms() + STOP_MS;
		}
		start_due(s);
	}
}

/* Milliseconds; 0: nobody watches. */
static int64_t
dog_patience(void)
{
	const char *patience = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (patience == NULL || (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	return strtoll(patience, NULL, 10) / 1000;
}

static int
catch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

enum gp_rc
gp_supervise(const struct gp_house *house, struct gp_err *err)
{
	struct supervisor s = { .house = house, .ready_fd = -1, .signals = catch_signals(), .dog_ms = dog_patience() };

	for (size_t i = 0; i < house->count && i < CHILDREN; i++)
		s.children[i] = (struct child){ .name = house->names[i], .wait_s = LEAST_WAIT_S };
	s.feed_at = gp_clock_mono_ms() + s.dog_ms / 2;
	start_due(&s);
	loop(&s);
	forget_ready(&s);
	(void)close(s.signals);
	if (s.misconfigured != NULL)
		return gp_fail_as(
		    err, 78, "5.3.5", "`%s` cannot run as it is configured; its reason stands above", s.misconfigured);
	return GP_OK;
}
