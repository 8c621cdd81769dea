#include "guildpost/desk/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/mail/message.h"
#include "desk/reader_seal.h"

#define READER_FD     3
#define TIMEOUT_MS    20000
#define IDLE_MS	      30000
#define RECYCLE_AFTER 5000 /* messages */
#define RECYCLE_CPU   15 /* seconds of processor time */
#define REPLY_MAX     (256u << 20)
#define EXIT_NO_START 71 /* EX_OSERR: the child could not set itself up */
#define EXIT_NO_EXEC  127

#ifdef GP_SANITIZED
#define END_SIGNAL 0 /* it ends by itself when nobody is there, and tells what it leaked */
#else
#define END_SIGNAL SIGKILL
#endif

struct request {
	uint64_t n;
	int64_t received;
};
struct reply {
	uint64_t n;
	uint64_t last; /* 1: the child has done its share and ends */
};

/* --- the desk's side ------------------------------------------------------------------------ */

struct gp_reader {
	char *program;
	pid_t pid; /* 0: no child */
	int fd;
	int64_t used_ms;
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
	(void)fcntl(reader->fd, F_SETFL, O_NONBLOCK);
	return GP_OK;
}

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

/* A header and what it announces, in one go: the other side is then woken once. */
struct both {
	struct iovec parts[2];
};

static bool
both_sent(struct both *both, size_t n)
{
	for (size_t i = 0; i < 2; i++) {
		size_t of_this = n < both->parts[i].iov_len ? n : both->parts[i].iov_len;

		both->parts[i].iov_base = (char *)both->parts[i].iov_base + of_this;
		both->parts[i].iov_len -= of_this;
		n -= of_this;
	}
	return both->parts[0].iov_len + both->parts[1].iov_len == 0;
}

static enum moved
send_both(int fd, struct both both, int64_t deadline)
{
	const struct msghdr header = { .msg_iov = both.parts, .msg_iovlen = 2 };
	enum moved moved;
	ssize_t sent;

	do {
		sent = sendmsg(fd, &header, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return GONE;
		moved = sent < 0 ? wait_for(fd, POLLOUT, deadline) : MOVED;
		if (moved != MOVED)
			return moved;
	} while (!both_sent(&both, sent < 0 ? 0 : (size_t)sent));
	return MOVED;
}

static enum moved
receive_all(int fd, void *octets, size_t n, int64_t deadline)
{
	char *to = octets;
	enum moved moved;
	ssize_t got;

	while (n > 0) {
		got = recv(fd, to, n, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			moved = wait_for(fd, POLLIN, deadline);
			if (moved != MOVED)
				return moved;
			continue;
		}
		if (got <= 0)
			return GONE;
		to += got;
		n -= (size_t)got;
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

/* One question and its answer; *ret_octets: n octets, caller frees. */
static enum moved
converse(struct gp_reader *reader, const struct request *request, const void *octets, char **ret_octets,
    struct reply *ret_reply)
{
	int64_t deadline = gp_clock_mono_ms() + timeout_ms();
	const struct both both = { { { (void *)(uintptr_t)request, sizeof(*request) },
	    { (void *)(uintptr_t)octets, (size_t)request->n } } };
	enum moved moved = send_both(reader->fd, both, deadline);

	if (moved == MOVED)
		moved = wait_for(reader->fd, POLLIN, deadline);
	if (moved == MOVED)
		moved = receive_all(reader->fd, ret_reply, sizeof(*ret_reply), deadline);
	if (moved != MOVED)
		return moved;
	if (ret_reply->n > REPLY_MAX)
		return GONE;
	*ret_octets = gp_new((size_t)ret_reply->n);
	return receive_all(reader->fd, *ret_octets, (size_t)ret_reply->n, deadline);
}

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
ask(struct gp_reader *reader, const struct request *request, const void *octets, char **ret_octets,
    struct reply *ret_reply, struct gp_err *err)
{
	enum moved moved;

	if (reader->pid == 0)
		GP_TRY(start_child(reader, err));
	reader->used_ms = gp_clock_mono_ms();
	moved = converse(reader, request, octets, ret_octets, ret_reply);
	reader->used_ms = gp_clock_mono_ms();
	if (moved == TIMED_OUT) {
		(void)end_child(reader, SIGKILL);
		return gp_fail(err, "5.6.0", "the reader died on this message: it took too long");
	}
	if (moved == GONE)
		return judge_death(end_child(reader, 0), err);
	if (ret_reply->last != 0)
		(void)end_child(reader, 0);
	return GP_OK;
}

enum gp_rc
gp_reader_read(struct gp_reader *reader, const void *octets, size_t n, int64_t received, struct gp_reading *ret_reading,
    struct gp_err *err)
{
	const struct request request = { .n = n, .received = received };
	SCOPED(gp_free_str) char *answer = NULL;
	struct reply reply = { 0, 0 };
	enum gp_rc rc = ask(reader, &request, octets, &answer, &reply, err);

	if (rc != GP_OK) {
		gp_log(GP_LOG_INFO, "reader.died", "dsn", err->status, "why", err->text, "detail",
		    err->detail[0] != '\0' ? err->detail : NULL, NULL);
		return rc;
	}
	return gp_reading_decode(answer, (size_t)reply.n, ret_reading, err);
}

/* --- the child's side ----------------------------------------------------------------------- */

/* False at the end of the stream. */
static bool
read_all(void *octets, size_t n)
{
	char *to = octets;
	ssize_t got;

	while (n > 0) {
		got = read(READER_FD, to, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

static bool
write_both(struct both both)
{
	ssize_t put;

	do {
		put = writev(READER_FD, both.parts, 2);
		if (put < 0 && errno != EINTR)
			return false;
	} while (!both_sent(&both, put < 0 ? 0 : (size_t)put));
	return true;
}

/* GUILDPOST_TEST_READER="segv-on:WORD", "hang-on:WORD", "kill-on:WORD": dies so when a subject holds the word, because
 * no message is known that still gets through the pre-scan and kills the parser. "open-on:FILE" does what an attacker in
 * here would do next, and dies if the file opens. */
static void
perhaps_die(const char *subject)
{
	const char *order = getenv("GUILDPOST_TEST_READER"), *word = order != NULL ? strchr(order, ':') : NULL;

	if (word == NULL || word[1] == '\0' || strstr(subject, word + 1) == NULL)
		return;
	if (strncmp(order, "open-on:", 8) == 0 && open(word + 1, O_RDONLY | O_CLOEXEC) >= 0)
		(void)raise(SIGSEGV);
	if (strncmp(order, "segv-on:", 8) == 0)
		(void)raise(SIGSEGV);
	if (strncmp(order, "kill-on:", 8) == 0)
		(void)raise(SIGKILL);
	while (strncmp(order, "hang-on:", 8) == 0)
		(void)pause();
}

static bool
answer_one(const struct request *request, bool last)
{
	SCOPED(gp_free_str) char *octets = gp_new((size_t)request->n + 1);
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(REPLY_MAX);
	struct gp_reading reading;
	struct reply reply;

	if (!read_all(octets, (size_t)request->n))
		return false;
	gp_message_read_own(octets, (size_t)request->n, request->received, &reading);
	perhaps_die(reading.subject);
	gp_reading_encode(&reading, &out);
	gp_reading_release(&reading);
	if (out.full)
		abort(); /* larger than anybody would file: the message's own fault */
	reply = (struct reply){ .n = out.len, .last = last || clock() / CLOCKS_PER_SEC >= RECYCLE_CPU };
	return write_both((struct both){ { { &reply, sizeof(reply) }, { out.data, out.len } } }) && reply.last == 0;
}

int
gp_reader_main(void)
{
	struct request request;

	if (!gp_reader_seal())
		return EXIT_NO_START;
	for (int i = 1; read_all(&request, sizeof(request)); i++)
		if (!answer_one(&request, i >= RECYCLE_AFTER))
			break;
	return 0;
}
