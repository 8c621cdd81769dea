#include "guildpost/desk/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk/reader_pipe.h"
#include "desk/reader_seal.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"

#define TIMEOUT_MS   20000
#define IDLE_MS	     30000
#define PARCEL_COUNT 32 /* messages that travel in one go */
#define EXIT_NO_EXEC 127

#ifdef GP_SANITIZED
#define END_SIGNAL 0 /* it ends by itself when nobody is there, and tells what it leaked */
#else
#define END_SIGNAL SIGKILL
#endif

/* --- its life ------------------------------------------------------------------------------- */

struct gp_reader {
	char *program;
	pid_t pid; /* 0: no child */
	int fd;
	int64_t used_ms;
	struct inlet in;
};

struct gp_reader *
gp_reader_new(const char *program)
{
	struct gp_reader *reader = gp_new(sizeof(*reader));

	reader->program = gp_strdup(program);
	reader->fd = -1;
	return reader;
}

/* Lets go of the child, whatever it is at; it owns nothing. Returns its wait status. */
static int
end_child(struct gp_reader *reader, int signal_to_send)
{
	int status = 0;

	if (reader->pid == 0)
		return 0;
	if (signal_to_send != 0)
		(void)kill(reader->pid, signal_to_send);
	(void)close(reader->fd);
	while (waitpid(reader->pid, &status, 0) < 0 && errno == EINTR)
		;
	reader->pid = 0;
	reader->fd = -1;
	reader->in.from = reader->in.to = 0;
	return status;
}

void
gp_reader_free(struct gp_reader **reader)
{
	if (*reader == NULL)
		return;
	(void)end_child(*reader, END_SIGNAL);
	free((*reader)->program);
	free(*reader);
	*reader = NULL;
}

void
gp_reader_rest(struct gp_reader *reader)
{
	if (reader != NULL && reader->pid != 0 && gp_clock_mono_ms() - reader->used_ms >= IDLE_MS)
		(void)end_child(reader, SIGKILL);
}

/* Between fork and exec: only what is safe there. */
static void
become_reader(const char *program, int fd)
{
	char name[] = "guildpost", command[] = "reader";
	char *argv[] = { name, command, NULL };
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(EXIT_NO_START);
	if (fd == READER_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, READER_FD) < 0)
		_exit(EXIT_NO_START);
	if (close_range(READER_FD + 1, ~0U, 0) < 0 && errno != ENOSYS)
		_exit(EXIT_NO_START);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	gp_reader_limit(RLIMIT_CORE, 0);
	(void)execv(program, argv);
	_exit(EXIT_NO_EXEC);
}

static enum gp_rc
start_child(struct gp_reader *reader, struct gp_err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return gp_err_detail(err, gp_fail(err, "4.3.0", "cannot start the reader; try again"), "socketpair: %s",
		    strerror(errno));
	reader->pid = fork();
	if (reader->pid == 0)
		become_reader(reader->program, pair[1]);
	(void)close(pair[1]);
	if (reader->pid < 0) {
		reader->pid = 0;
		(void)close(pair[0]);
		return gp_err_detail(
		    err, gp_fail(err, "4.3.0", "cannot start the reader; try again"), "fork: %s", strerror(errno));
	}
	reader->fd = pair[0];
	(void)setsockopt(reader->fd, SOL_SOCKET, SO_SNDBUF, &(int){ 2 * GP_READER_PARCEL }, sizeof(int));
	(void)fcntl(reader->fd, F_SETFL, O_NONBLOCK);
	return GP_OK;
}

/* --- what travels --------------------------------------------------------------------------- */

enum moved { MOVED, GONE, TIMED_OUT };

/* Waits until the child's end can be read or written. */
static enum moved
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd wanted = { .fd = fd, .events = events };
	int64_t left;
	int n;

	do {
		left = deadline - gp_clock_mono_ms();
		if (left <= 0)
			return TIMED_OUT;
		n = poll(&wanted, 1, (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0 ? MOVED : GONE;
}

bool
gp_parts_sent(struct iovec *parts, size_t count, size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		size_t of_this = n < parts[i].iov_len ? n : parts[i].iov_len;

		parts[i].iov_base = (char *)parts[i].iov_base + of_this;
		parts[i].iov_len -= of_this;
		n -= of_this;
		left += parts[i].iov_len;
	}
	return left == 0;
}

ssize_t
gp_inlet_read(int fd, struct inlet *inlet, char **to, size_t *n)
{
	size_t had = inlet->to - inlet->from < *n ? inlet->to - inlet->from : *n, direct;
	struct iovec parts[2];
	ssize_t got;

	memcpy(*to, inlet->octets + inlet->from, had);
	inlet->from += had;
	*to += had;
	*n -= had;
	if (*n == 0)
		return 1;
	parts[0] = (struct iovec){ *to, *n };
	parts[1] = (struct iovec){ inlet->octets, sizeof(inlet->octets) };
	got = readv(fd, parts, 2);
	if (got <= 0)
		return got;
	direct = (size_t)got < *n ? (size_t)got : *n;
	inlet->from = 0;
	inlet->to = (size_t)got - direct;
	*to += direct;
	*n -= direct;
	return got;
}

/* Messages with their headers, in one go: the other side is then woken once. */
static enum moved
send_requests(int fd, const struct gp_reader_job *jobs, size_t count, int64_t deadline)
{
	struct request requests[PARCEL_COUNT];
	struct iovec parts[2 * PARCEL_COUNT];
	const struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 * count };
	enum moved moved;
	ssize_t sent;

	for (size_t i = 0; i < count; i++) {
		requests[i] = (struct request){ .n = jobs[i].n, .received = jobs[i].received };
		parts[2 * i] = (struct iovec){ &requests[i], sizeof(requests[i]) };
		parts[2 * i + 1] = (struct iovec){ (void *)(uintptr_t)jobs[i].octets, jobs[i].n };
	}
	do {
		sent = sendmsg(fd, &header, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return GONE;
		moved = sent < 0 ? wait_for(fd, POLLOUT, deadline) : MOVED;
		if (moved != MOVED)
			return moved;
	} while (!gp_parts_sent(parts, 2 * count, sent < 0 ? 0 : (size_t)sent));
	return MOVED;
}

static enum moved
receive_all(struct gp_reader *reader, void *octets, size_t n, int64_t deadline)
{
	char *to = octets;
	enum moved moved;
	ssize_t got;

	while (n > 0) {
		got = gp_inlet_read(reader->fd, &reader->in, &to, &n);
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			moved = wait_for(reader->fd, POLLIN, deadline);
			if (moved != MOVED)
				return moved;
		} else if (got <= 0) {
			return GONE;
		}
	}
	return MOVED;
}

/* Tests wait less long for a child that hangs. */
static int64_t
timeout_ms(void)
{
	const char *text = getenv("GUILDPOST_TEST_READER_MS");
	long ms = text != NULL ? strtol(text, NULL, 10) : 0;

	return ms > 0 ? ms : TIMEOUT_MS;
}

/* The next answer; *ret_octets: caller frees, also when it fails. */
static enum moved
receive_answer(struct gp_reader *reader, int64_t deadline, char **ret_octets, struct answer *ret_answer)
{
	enum moved moved = receive_all(reader, ret_answer, sizeof(*ret_answer), deadline);

	if (moved != MOVED)
		return moved;
	if (ret_answer->n > ANSWER_MAX)
		return GONE;
	*ret_octets = gp_grow(NULL, (size_t)ret_answer->n);
	return receive_all(reader, *ret_octets, (size_t)ret_answer->n, deadline);
}

/* --- one message ---------------------------------------------------------------------------- */

/* What the message is to blame for is a strike; what merely befell the child is not. */
static enum gp_rc
judge_death(int status, struct gp_err *err)
{
	static const struct {
		int signal;
		const char *says;
	} faults[] = { { SIGSEGV, "a memory fault" }, { SIGBUS, "a memory fault" }, { SIGABRT, "an abort" },
		{ SIGFPE, "an arithmetic fault" }, { SIGILL, "a bad instruction" }, { SIGTRAP, "a trap" },
		{ SIGXCPU, "too much processor time" }, { SIGSYS, "a forbidden system call" } };
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	for (size_t i = 0; WIFSIGNALED(status) && i < GP_COUNT(faults); i++)
		if (faults[i].signal == WTERMSIG(status))
			return gp_fail(err, "5.6.0", "the reader died on this message: %s", faults[i].says);
	/* Sanitizers end a faulty child with a status of their own. */
	if (code != 0 && code != EXIT_NO_START && code != EXIT_NO_EXEC)
		return gp_fail(err, "5.6.0", "the reader died on this message: status %d", code);
	if (code != 0)
		return gp_err_detail(
		    err, gp_fail(err, "4.3.0", "cannot start the reader; try again"), "reader ended with %d", code);
	return gp_err_detail(err, gp_fail(err, "4.3.0", "the reader was stopped; try again"), "signal %d",
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static enum gp_rc
ask(struct gp_reader *reader, const struct gp_reader_job *job, char **ret_octets, struct answer *ret_answer,
    struct gp_err *err)
{
	int64_t deadline;
	enum moved moved;

	if (reader->pid == 0)
		GP_TRY(start_child(reader, err));
	reader->used_ms = gp_clock_mono_ms();
	deadline = reader->used_ms + timeout_ms();
	moved = send_requests(reader->fd, job, 1, deadline);
	if (moved == MOVED)
		moved = receive_answer(reader, deadline, ret_octets, ret_answer);
	reader->used_ms = gp_clock_mono_ms();
	if (moved == TIMED_OUT) {
		(void)end_child(reader, SIGKILL);
		return gp_fail(err, "5.6.0", "the reader died on this message: it took too long");
	}
	if (moved == GONE)
		return judge_death(end_child(reader, 0), err);
	if (ret_answer->last != 0)
		(void)end_child(reader, 0);
	return GP_OK;
}

enum gp_rc
gp_reader_read(struct gp_reader *reader, const void *octets, size_t n, int64_t received, struct gp_reading *ret_reading,
    struct gp_err *err)
{
	const struct gp_reader_job job = { .octets = octets, .n = n, .received = received };
	SCOPED(gp_free_str) char *encoded = NULL;
	struct answer answer = { 0, 0 };
	enum gp_rc rc = ask(reader, &job, &encoded, &answer, err);

	if (rc != GP_OK) {
		gp_log(GP_LOG_INFO, "reader.died", "dsn", err->status, "why", err->text, "detail",
		    err->detail[0] != '\0' ? err->detail : NULL, NULL);
		return rc;
	}
	return gp_reading_decode(encoded, (size_t)answer.n, ret_reading, err);
}

/* --- several -------------------------------------------------------------------------------- */

/* How many from jobs on travel in one go. All of them fit into the pipe, so that we never wait for the child to take in
 * while it waits for us to take out. */
static size_t
parcel_of(const struct gp_reader_job *jobs, size_t count)
{
	size_t n = 0, octets = 0;

	while (n < count && n < PARCEL_COUNT && octets + jobs[n].n <= GP_READER_PARCEL)
		octets += jobs[n++].n;
	return n;
}

/* Returns how many were answered: what comes behind these is to be read one by one. */
static size_t
read_parcel(struct gp_reader *reader, struct gp_reader_job *jobs, size_t count)
{
	int64_t deadline = gp_clock_mono_ms() + timeout_ms();
	struct gp_err err;
	size_t done = 0;

	if (reader->pid == 0 && start_child(reader, &err) != GP_OK)
		return 0;
	for (enum moved moved = send_requests(reader->fd, jobs, count, deadline); done < count; done++) {
		SCOPED(gp_free_str) char *encoded = NULL;
		struct answer answer = { 0, 0 };

		if (moved == MOVED)
			moved = receive_answer(reader, deadline, &encoded, &answer);
		if (moved != MOVED) {
			(void)end_child(reader, SIGKILL);
			break;
		}
		jobs[done].rc = gp_reading_decode(encoded, (size_t)answer.n, &jobs[done].reading, &jobs[done].err);
		if (answer.last != 0) {
			(void)end_child(reader, 0);
			done++;
			break;
		}
	}
	reader->used_ms = gp_clock_mono_ms();
	return done;
}

void
gp_reader_read_all(struct gp_reader *reader, struct gp_reader_job *jobs, size_t count)
{
	for (size_t i = 0, end; i < count; i = end) {
		size_t parcel = parcel_of(jobs + i, count - i);

		end = i + (parcel > 1 ? parcel : 1);
		i += parcel > 1 ? read_parcel(reader, jobs + i, parcel) : 0;
		for (; i < end; i++)
			jobs[i].rc = gp_reader_read(
			    reader, jobs[i].octets, jobs[i].n, jobs[i].received, &jobs[i].reading, &jobs[i].err);
	}
}
