#include "guildpost/wire/listener.h"

#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/resolve.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/wire/committer.h"
#include "guildpost/wire/lmtp.h"
#include "wire/guesses.h"

#define READ_OCTETS   65536
#define WINDOW_NS     500000 /* a commit waits this long for those still sending (DESIGN.md rule 2) */
#define STOP_MS	      20000 /* for those that are sending when we are told to stop */
#define FULL_PAUSE_MS 200 /* before accepting again when the process has no descriptor left */
#define MEMORY_ALL    (16u << 20) /* octets of unspooled messages; beyond, each keeps MEMORY_LEAST */
#define MEMORY_LEAST  8192

struct connection {
	struct listener *listener;
	int fd; /* -1: the peer has gone */
	struct gp_lmtp *session;
	struct gp_commit *commit; /* being filled; NULL outside a transaction */
	struct gp_commit *waiting; /* the committer's; NULL when none */
	char *kept; /* octets read and not taken yet */
	size_t kept_n;
	char *sender;
	int64_t last_ms, rests_until_ms; /* rests: nothing is read from it until then */
	bool trusted, ended; /* ended: the peer sends nothing more */
	char id[20];
};
struct listener {
	const struct gp_listening *settings;
	struct gp_doors *doors;
	struct gp_committer *committer;
	char *folder; /* of the database: large messages are set down there */
	int signals;
	struct connection **connections;
	size_t count;
	struct pollfd *polled;
	size_t polled_room;
	size_t waiting; /* messages given to the committer and not yet back */
	size_t fresh; /* of these, added since the last go */
	struct timespec go_at; /* when they go at the latest; counts while fresh > 0 */
	struct gp_guesses guesses;
	size_t memory; /* octets of messages held in memory, roughly */
	int64_t stop_at, accept_again_ms; /* 0: not stopping, accepting */
	bool left_early;
};

/* --- what a session asks ------------------------------------------------------------------------ */

static void
log_refusal(const struct connection *connection, const char *recipient, const struct gp_err *err)
{
	gp_log(GP_LOG_INFO, "intake.refused", "sid", connection->id, "from", connection->sender, "rcpt", recipient,
	    "dsn", err->status, "why", err->text, "detail", err->detail[0] != '\0' ? err->detail : NULL, NULL);
}

static void
drop_commit(struct connection *connection)
{
	if (connection->commit == NULL)
		return;
	connection->listener->memory -= connection->commit->in.octets.memory.len;
	gp_commit_free(&connection->commit);
}

static enum gp_rc
on_begin(void *context, const char *sender, struct gp_err *err)
{
	struct connection *connection = context;
	const struct gp_listening *settings = connection->listener->settings;

	GP_TRY(gp_intake_space(settings->database, settings->min_free_disk, err));
	gp_free_str(&connection->sender);
	connection->sender = gp_strdup(sender);
	return GP_OK;
}

/* Everybody gets the same answer; who gets it too often, later (ADR-03). */
static void
guessed(struct connection *connection)
{
	struct gp_guesses *guesses = &connection->listener->guesses;
	int64_t now = gp_clock_mono_ms();
	bool alarm;

	connection->rests_until_ms = now + gp_guessed(guesses, now, &alarm);
	if (alarm)
		gp_log(GP_LOG_ERROR, "receive.guessing", "sid", connection->id, "tokens", gp_log_int(guesses->count),
		    "why", "somebody tries tokens in addresses; see which host the MTA has them from", NULL);
}

static enum gp_rc
on_recipient(void *context, const char *address, int64_t *ret_max_size, struct gp_err *err)
{
	struct connection *connection = context;
	struct gp_desk *desk = connection->listener->settings->desk;
	int64_t wrong = gp_wrong_tokens();
	enum gp_rc rc = gp_intake_recipient(desk, address, gp_clock_now(), ret_max_size, err);

	if (gp_wrong_tokens() > wrong)
		guessed(connection);
	if (rc != GP_OK)
		log_refusal(connection, address, err);
	return rc;
}

static enum gp_rc
on_octets(void *context, const void *octets, size_t n, struct gp_err *err)
{
	struct connection *connection = context;
	struct listener *listener = connection->listener;
	struct gp_intake *in;
	size_t before;
	enum gp_rc rc;

	if (connection->commit == NULL)
		connection->commit = gp_commit_new(listener->folder);
	in = &connection->commit->in;
	/* Many large messages at once go to disk sooner, so that the process stays small whatever is sent. */
	if (listener->memory > MEMORY_ALL)
		in->octets.threshold = MEMORY_LEAST;
	before = in->octets.memory.len;
	rc = gp_intake_add(in, octets, n, err);
	listener->memory += in->octets.memory.len;
	listener->memory -= before;
	return rc;
}

static void
start_window(struct listener *listener)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &listener->go_at);
	listener->go_at.tv_nsec += WINDOW_NS;
	if (listener->go_at.tv_nsec >= 1000000000L) {
		listener->go_at.tv_sec++;
		listener->go_at.tv_nsec -= 1000000000L;
	}
}

static enum gp_rc
on_complete(void *context, const struct gp_strs *recipients, struct gp_err *err)
{
	struct connection *connection = context;
	struct listener *listener = connection->listener;
	struct gp_commit *commit;
	enum gp_rc rc;

	if (connection->commit == NULL) /* an empty message is one, too */
		connection->commit = gp_commit_new(listener->folder);
	commit = connection->commit;
	listener->memory -= commit->in.octets.memory.len;
	rc = gp_intake_end(&commit->in, err);
	listener->memory += commit->in.octets.memory.len;
	if (rc != GP_OK) {
		log_refusal(connection, recipients->v[0], err);
		return rc;
	}
	commit->in.sender = TAKE(connection->sender);
	for (size_t i = 0; i < recipients->count; i++)
		gp_strs_add(&commit->in.recipients, recipients->v[i]);
	commit->in.trusted = connection->trusted;
	(void)snprintf(commit->in.session, sizeof(commit->in.session), "%s", connection->id);
	commit->since_ms = gp_clock_mono_ms();
	commit->owner = connection;
	connection->waiting = TAKE(connection->commit);
	if (listener->fresh++ == 0)
		start_window(listener);
	listener->waiting++;
	gp_committer_add(listener->committer, commit);
	return GP_OK;
}

static void
on_forget(void *context)
{
	drop_commit(context);
}

/* --- connections -------------------------------------------------------------------------------- */

static struct connection *
connection_new(struct listener *listener, int fd, bool trusted)
{
	struct connection *connection = gp_new(sizeof(*connection));
	const struct gp_lmtp_calls calls = { connection, on_begin, on_recipient, on_octets, on_complete, on_forget };
	unsigned char random[6];

	connection->listener = listener;
	connection->fd = fd;
	connection->trusted = trusted;
	connection->session = gp_lmtp_new(
	    &calls, listener->settings->desk->domain, listener->settings->max_message_size);
	connection->last_ms = gp_clock_mono_ms();
	gp_random(random, sizeof(random));
	gp_hex(random, sizeof(random), connection->id);
	return connection;
}

static void
connection_free(struct connection **connection)
{
	gp_lmtp_free(&(*connection)->session);
	drop_commit(*connection);
	if ((*connection)->waiting != NULL)
		(*connection)->waiting->owner = NULL;
	if ((*connection)->fd >= 0)
		(void)close((*connection)->fd);
	free((*connection)->kept);
	free((*connection)->sender);
	free(*connection);
	*connection = NULL;
}

/* The peer has gone. What it is owed is written all the same: it will send again, and the delivery key knows it. */
static void
lose(struct connection *connection)
{
	(void)close(connection->fd);
	connection->fd = -1;
}

static void
send_replies(struct connection *connection)
{
	const struct gp_buf *replies = gp_lmtp_replies(connection->session);

	while (connection->fd >= 0 && replies->len > 0) {
		ssize_t n = send(connection->fd, replies->data, replies->len, MSG_NOSIGNAL);

		if (n > 0)
			gp_lmtp_sent(connection->session, (size_t)n);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			lose(connection);
	}
}

/* Gives octets to the session; what it does not take now is kept, and nothing more is read until it does. */
static void
feed(struct connection *connection, const char *octets, size_t n)
{
	size_t done = gp_lmtp_feed(connection->session, octets, n);

	connection->kept_n = n - done;
	if (connection->kept_n > 0)
		connection->kept = gp_memdup(octets + done, connection->kept_n);
}

static void
feed_kept(struct connection *connection)
{
	char *octets = TAKE(connection->kept);

	if (octets != NULL)
		feed(connection, octets, connection->kept_n);
	free(octets);
}

/* Until the session takes no more: replies go out as soon as they are known. */
static void
advance(struct connection *connection)
{
	size_t before;

	do {
		before = connection->kept_n;
		send_replies(connection);
		if (connection->kept_n > 0 && !gp_lmtp_waits(connection->session))
			feed_kept(connection);
	} while (connection->kept_n != before && connection->kept_n > 0);
	send_replies(connection);
}

static void
read_some(struct connection *connection)
{
	static char octets[READ_OCTETS];
	ssize_t n = recv(connection->fd, octets, sizeof(octets), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		lose(connection);
		return;
	}
	connection->last_ms = gp_clock_mono_ms();
	connection->ended = n == 0;
	if (n > 0)
		feed(connection, octets, (size_t)n);
	advance(connection);
}

static bool
finished(const struct connection *connection)
{
	if (connection->waiting != NULL)
		return false;
	if (connection->fd < 0)
		return true;
	if (gp_lmtp_replies(connection->session)->len > 0)
		return false;
	return gp_lmtp_over(connection->session) || (connection->ended && connection->kept_n == 0);
}

/* --- the committer's answers -------------------------------------------------------------------- */

static void
log_stored(const struct gp_commit *commit)
{
	const struct gp_intake *in = &commit->in;

	gp_log(GP_LOG_INFO, "intake.stored", "sid", in->session, "from", in->sender, "rcpt", in->recipients.v[0],
	    "rcpts", gp_log_int((int64_t)in->recipients.count), "octets", gp_log_int((int64_t)in->octets.size), NULL);
}

static void
answer(struct listener *listener, struct gp_commit *commit)
{
	struct connection *connection = commit->owner;

	listener->waiting--;
	listener->memory -= commit->in.octets.memory.len;
	if (commit->rc == GP_OK)
		log_stored(commit);
	if (connection == NULL)
		return;
	connection->waiting = NULL;
	connection->last_ms = gp_clock_mono_ms();
	gp_lmtp_answer(connection->session, commit->rc, &commit->err);
	if (listener->stop_at != 0)
		gp_lmtp_hang_up(connection->session, "4.3.2", "guildpost is stopping", false);
	advance(connection);
}

static void
take_answers(struct listener *listener)
{
	struct gp_commit *at = gp_committer_done(listener->committer);

	while (at != NULL) {
		struct gp_commit *next = at->next;

		answer(listener, at);
		gp_commit_free(&at);
		at = next;
	}
}

/* The peer is told to come again; whether the committer gets through after all does not matter to it any more. */
static void
give_up(struct connection *connection)
{
	struct gp_err err;
	enum gp_rc rc = gp_fail(&err, "4.3.0", "the store is busy; try again later");

	atomic_store(&connection->waiting->given_up, true);
	connection->waiting->owner = NULL;
	connection->waiting = NULL;
	gp_log(GP_LOG_ERROR, "intake.late", "sid", connection->id, "why", "the store has been locked for 30 s", NULL);
	gp_lmtp_answer(connection->session, rc, &err);
	advance(connection);
}

/* --- time --------------------------------------------------------------------------------------- */

static int64_t
deadline_of(const struct connection *connection, const struct listener *listener)
{
	if (connection->waiting != NULL)
		return connection->waiting->since_ms + GP_COMMIT_PATIENCE_MS;
	return connection->last_ms + listener->settings->idle_ms;
}

static void
check_deadlines(struct listener *listener, int64_t now)
{
	for (size_t i = 0; i < listener->count; i++) {
		struct connection *connection = listener->connections[i];

		if (deadline_of(connection, listener) > now)
			continue;
		if (connection->waiting != NULL) {
			give_up(connection);
			continue;
		}
		gp_lmtp_hang_up(connection->session, "4.4.2", "too long without a word", true);
		send_replies(connection);
		if (connection->fd >= 0)
			lose(connection);
	}
}

/* True when what was added may go: everybody who is inside a transaction is complete. */
static bool
all_complete(const struct listener *listener)
{
	for (size_t i = 0; i < listener->count; i++)
		if (listener->connections[i]->fd >= 0 && gp_lmtp_in_transaction(listener->connections[i]->session))
			return false;
	return true;
}

static int64_t
nanoseconds_until(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (then->tv_sec - now.tv_sec) * 1000000000LL + (then->tv_nsec - now.tv_nsec);
}

static void
go_if_time(struct listener *listener)
{
	if (listener->fresh == 0 || (!all_complete(listener) && nanoseconds_until(&listener->go_at) > 0))
		return;
	listener->fresh = 0;
	gp_committer_go(listener->committer);
}

/* How long poll may sleep; false: until something happens. */
static bool
time_to_sleep(const struct listener *listener, struct timespec *ret)
{
	int64_t now = gp_clock_mono_ms(), least = INT64_MAX, ns;

	for (size_t i = 0; i < listener->count; i++) {
		int64_t at = deadline_of(listener->connections[i], listener);

		least = at < least ? at : least;
		at = listener->connections[i]->rests_until_ms;
		if (at > now && at < least)
			least = at;
	}
	if (listener->stop_at != 0 && listener->stop_at < least)
		least = listener->stop_at;
	if (listener->accept_again_ms != 0 && listener->accept_again_ms < least)
		least = listener->accept_again_ms;
	ns = least == INT64_MAX ? INT64_MAX : least > now ? (least - now) * 1000000 : 0;
	if (listener->fresh > 0 && nanoseconds_until(&listener->go_at) < ns)
		ns = nanoseconds_until(&listener->go_at);
	ns = ns < 0 ? 0 : ns;
	*ret = (struct timespec){ ns / 1000000000, ns % 1000000000 };
	return ns != INT64_MAX;
}

/* --- doors -------------------------------------------------------------------------------------- */

static void
turn_away(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	(void)close(fd);
}

static void
accept_one(struct listener *listener, const struct gp_door *door)
{
	int fd = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
		gp_log(GP_LOG_ERROR, "receive.accept", "why", strerror(errno), NULL);
		listener->accept_again_ms = gp_clock_mono_ms() + FULL_PAUSE_MS;
	}
	if (fd < 0)
		return;
	if (listener->count >= (size_t)listener->settings->max_connections) {
		gp_log(GP_LOG_INFO, "receive.full", "connections", gp_log_int((int64_t)listener->count), NULL);
		turn_away(fd, "421 4.3.2 too many connections; try again later\r\n");
		return;
	}
	listener->connections = gp_grow(listener->connections, (listener->count + 1) * sizeof(*listener->connections));
	listener->connections[listener->count++] = connection_new(
	    listener, fd, door->is_unix || listener->settings->trust_tcp);
	send_replies(listener->connections[listener->count - 1]);
}

static void
begin_to_stop(struct listener *listener)
{
	if (listener->stop_at != 0)
		return;
	listener->stop_at = gp_clock_mono_ms() + STOP_MS;
	gp_log(GP_LOG_INFO, "receive.stopping", "connections", gp_log_int((int64_t)listener->count), "waiting",
	    gp_log_int((int64_t)listener->waiting), NULL);
	gp_notify("STOPPING=1");
	gp_doors_release(listener->doors);
	for (size_t i = 0; i < listener->count; i++) {
		gp_lmtp_hang_up(listener->connections[i]->session, "4.3.2", "guildpost is stopping", false);
		send_replies(listener->connections[i]);
	}
}

static void
take_signal(struct listener *listener)
{
	struct signalfd_siginfo info;

	while (read(listener->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		begin_to_stop(listener);
}

/* --- the loop ----------------------------------------------------------------------------------- */

/* The order: signals, the committer, doors, connections. */
static size_t
fill_polled(struct listener *listener)
{
	size_t need = 2 + GP_DOORS + listener->count, n = 0;
	bool accepting = listener->accept_again_ms == 0;
	int64_t now = gp_clock_mono_ms();

	if (need > listener->polled_room) {
		listener->polled_room = need * 2;
		listener->polled = gp_grow(listener->polled, listener->polled_room * sizeof(*listener->polled));
	}
	listener->polled[n++] = (struct pollfd){ listener->signals, POLLIN, 0 };
	listener->polled[n++] = (struct pollfd){ gp_committer_fd(listener->committer), POLLIN, 0 };
	for (size_t i = 0; i < listener->doors->count; i++)
		listener->polled[n++] = (struct pollfd){ accepting ? listener->doors->door[i].fd : -1, POLLIN, 0 };
	for (size_t i = 0; i < listener->count; i++) {
		const struct connection *connection = listener->connections[i];
		bool reads = connection->kept_n == 0 && !connection->ended && !gp_lmtp_waits(connection->session) &&
			     !gp_lmtp_over(connection->session) && connection->rests_until_ms <= now;
		bool writes = gp_lmtp_replies(connection->session)->len > 0;

		listener->polled[n++] = (struct pollfd){ connection->fd,
			(short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0 };
	}
	return n;
}

static void
serve_connection(struct connection *connection, short events)
{
	if ((events & POLLOUT) != 0)
		advance(connection);
	if ((events & POLLIN) != 0 && connection->fd >= 0)
		read_some(connection);
	else if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0 && connection->fd >= 0)
		lose(connection);
}

static void
sweep(struct listener *listener)
{
	size_t kept = 0;

	for (size_t i = 0; i < listener->count; i++) {
		if (finished(listener->connections[i]))
			connection_free(&listener->connections[i]);
		else
			listener->connections[kept++] = listener->connections[i];
	}
	listener->count = kept;
}

/* One turn. Connections that are accepted in it come after those that were polled. */
static void
turn(struct listener *listener)
{
	size_t doors = listener->doors->count, connections = listener->count, n;
	struct timespec pause;
	bool bounded;

	n = fill_polled(listener);
	bounded = time_to_sleep(listener, &pause);
	if (ppoll(listener->polled, n, bounded ? &pause : NULL, NULL) < 0)
		return; /* interrupted */
	if (listener->accept_again_ms != 0 && gp_clock_mono_ms() >= listener->accept_again_ms)
		listener->accept_again_ms = 0;
	if (listener->polled[1].revents != 0)
		take_answers(listener);
	for (size_t i = 0; i < connections; i++)
		if (listener->polled[2 + doors + i].revents != 0)
			serve_connection(listener->connections[i], listener->polled[2 + doors + i].revents);
	for (size_t i = 0; i < doors; i++)
		if (listener->polled[2 + i].revents != 0)
			accept_one(listener, &listener->doors->door[i]);
	if (listener->polled[0].revents != 0)
		take_signal(listener);
	check_deadlines(listener, gp_clock_mono_ms());
	sweep(listener);
	go_if_time(listener);
}

/* The time for those that are sending is over. */
static void
end_all(struct listener *listener)
{
	for (size_t i = 0; i < listener->count; i++) {
		struct connection *connection = listener->connections[i];

		if (connection->waiting != NULL)
			give_up(connection);
		gp_lmtp_hang_up(connection->session, "4.3.2", "guildpost is stopping", true);
		send_replies(connection);
		connection_free(&listener->connections[i]);
	}
	listener->count = 0;
}

static void
loop(struct listener *listener)
{
	while (listener->stop_at == 0 ||
	       ((listener->count > 0 || listener->waiting > 0) && gp_clock_mono_ms() < listener->stop_at))
		turn(listener);
	end_all(listener);
}

/* --- beginning and end -------------------------------------------------------------------------- */

/* A descriptor for each connection, another for each large message. */
static void
raise_descriptors(int64_t connections)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)connections * 2 + 64;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < want)
		gp_log(GP_LOG_ERROR, "receive.limit", "descriptors", gp_log_int((int64_t)limit.rlim_cur), "wanted",
		    gp_log_int((int64_t)want), NULL);
}

static int
catch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* before the thread is made, which inherits it */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file limit is a full disk: 452, not death */
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
listener_release(struct listener *listener)
{
	if (listener->signals >= 0)
		(void)close(listener->signals);
	free(listener->folder);
	free(listener->polled);
	free(listener->connections);
}

enum gp_rc
gp_listen(const struct gp_listening *settings, struct gp_doors *doors, void (*ready)(void), struct gp_err *err)
{
	SCOPED(listener_release) struct listener listener = { .settings = settings, .doors = doors, .signals = -1 };
	SCOPED(gp_free_str) char *path = gp_strdup(settings->database);

	listener.folder = gp_strdup(dirname(path));
	listener.signals = catch_signals();
	raise_descriptors(settings->max_connections);
	GP_TRY(gp_committer_start(settings->database, &listener.committer, err));
	ready();
	loop(&listener);
	if (!gp_committer_stop(&listener.committer, gp_clock_mono_ms() + 1000))
		return gp_fail_as(err, 75, "4.3.0", "the store was locked when guildpost stopped; nothing is lost");
	return GP_OK;
}
