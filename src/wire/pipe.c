#include "guildpost/wire/pipe.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/wire/connect.h"

#define CONNECT_MS 5000
#define REPLY_MS   60000 /* receive itself gives up after 30 s */

struct client {
	int fd;
	struct gp_buf in; /* read, not yet taken */
	char line[600]; /* the last line of the last reply */
};

static void
client_release(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	gp_buf_release(&client->in);
}

static enum gp_rc
lost(struct gp_err *err)
{
	return gp_fail(err, "4.4.2", "receive does not answer any more; try again later");
}

static enum gp_rc
put(struct client *client, const char *octets, size_t n, struct gp_err *err)
{
	int64_t deadline = gp_clock_mono_ms() + REPLY_MS;

	while (n > 0) {
		ssize_t sent = send(client->fd, octets, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN && gp_wait_fd(client->fd, POLLOUT, deadline) == 1)
			continue;
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return lost(err);
		octets += sent;
		n -= (size_t)sent;
	}
	return GP_OK;
}

/* Takes one line out of what was read; false when there is no whole one. */
static bool
take_line(struct client *client)
{
	char *end = memchr(client->in.data, '\n', client->in.len);
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - client->in.data);
	(void)snprintf(
	    client->line, sizeof(client->line), "%.*s", (int)(n > 0 && end[-1] == '\r' ? n - 1 : n), client->in.data);
	memmove(client->in.data, end + 1, client->in.len - n - 1);
	gp_buf_cut(&client->in, client->in.len - n - 1);
	return true;
}

/* The last line of the next reply goes to client->line. */
static enum gp_rc
get_reply(struct client *client, struct gp_err *err)
{
	int64_t deadline = gp_clock_mono_ms() + REPLY_MS;
	char octets[4096];

	for (;;) {
		ssize_t n;

		while (take_line(client))
			if (strlen(client->line) < 4 || client->line[3] != '-')
				return GP_OK;
		if (client->in.full || gp_wait_fd(client->fd, POLLIN, deadline) != 1)
			return lost(err);
		n = recv(client->fd, octets, sizeof(octets), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return lost(err);
		if (n > 0)
			gp_buf_add(&client->in, octets, (size_t)n);
	}
}

static int
exit_of(const char *status)
{
	static const struct {
		const char *status;
		int exit;
	} exits[] = { { "5.1.1", 67 }, { "5.2.1", 67 }, { "5.6.7", 67 }, { "5.1.3", 65 }, { "5.1.7", 65 } };

	for (size_t i = 0; i < GP_COUNT(exits); i++)
		if (strcmp(exits[i].status, status) == 0)
			return exits[i].exit;
	return status[0] == '5' ? 69 : 75;
}

/* "550 5.1.1 no such address here" as the error that it is. */
static enum gp_rc
judge(const char *line, const char *about, struct gp_err *err)
{
	char status[10] = "4.3.0";
	int code = 0, at = 0;

	if (line[0] == '2' || line[0] == '3')
		return GP_OK;
	if (sscanf(line, "%d %9[0-9.] %n", &code, status, &at) < 2 || (code >= 500) != (status[0] == '5'))
		(void)snprintf(status, sizeof(status), "%s", code >= 500 ? "5.0.0" : "4.3.0");
	return gp_fail_as(err, exit_of(status), status, "%s%s%s", about, *about != '\0' ? ": " : "", line + at);
}

static enum gp_rc ask(struct client *client, const char *about, struct gp_err *err, const char *fmt, ...)
    GP_PRINTF(4, 5);
static enum gp_rc
ask(struct client *client, const char *about, struct gp_err *err, const char *fmt, ...)
{
	char command[1200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(command))
		return gp_fail_as(err, 65, "5.1.3", "bad address syntax");
	GP_TRY(put(client, command, (size_t)n, err));
	GP_TRY(get_reply(client, err));
	return judge(client->line, about, err);
}

/* Dots at line starts are doubled. The message has CR LF at all its line ends (see cmd/accept.c), or keeps a bare LF as
 * data: then no dot behind it is a line start. */
static enum gp_rc
put_stuffed(struct client *client, const char *octets, size_t n, char last[2], struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1u << 20);

	for (size_t i = 0; i < n; i++) {
		if (octets[i] == '.' && last[0] == '\r' && last[1] == '\n')
			gp_buf_addc(&out, '.');
		gp_buf_addc(&out, octets[i]);
		last[0] = last[1];
		last[1] = octets[i];
	}
	return put(client, out.data, out.len, err);
}

static enum gp_rc
put_message(struct client *client, const struct gp_spool *spool, struct gp_err *err)
{
	char piece[65536], last[2] = { '\r', '\n' };

	for (size_t at = 0; at < spool->size;) {
		size_t n = spool->size - at < sizeof(piece) ? spool->size - at : sizeof(piece);
		ssize_t got = (ssize_t)n;

		if (spool->fd < 0)
			memcpy(piece, spool->memory.data + at, n);
		else
			got = pread(spool->fd, piece, n, (off_t)at);
		if (got <= 0)
			return gp_fail_as(err, 75, "4.3.0", "cannot read the message back: %s", strerror(errno));
		GP_TRY(put_stuffed(client, piece, (size_t)got, last, err));
		at += (size_t)got;
	}
	return last[0] == '\r' && last[1] == '\n' ? put(client, ".\r\n", 3, err) : put(client, "\r\n.\r\n", 5, err);
}

/* The worst of one reply a recipient: a refusal for good only when none of them may still come right. */
static enum gp_rc
outcome(struct client *client, const struct gp_intake *in, struct gp_err *err)
{
	enum gp_rc worst = GP_OK;
	struct gp_err one;

	for (size_t i = 0; i < in->recipients.count; i++) {
		enum gp_rc rc;

		GP_TRY(get_reply(client, err));
		rc = judge(client->line, in->recipients.v[i], &one);
		if (rc != GP_OK && worst != GP_TEMP) {
			worst = rc;
			*err = one;
		}
	}
	return worst;
}

static enum gp_rc
transact(struct client *client, const struct gp_intake *in, struct gp_err *err)
{
	GP_TRY(ask(client, "", err, "LHLO localhost\r\n"));
	GP_TRY(ask(client, "", err, "MAIL FROM:<%s> SIZE=%zu\r\n", in->sender, in->octets.size));
	for (size_t i = 0; i < in->recipients.count; i++)
		GP_TRY(ask(client, in->recipients.v[i], err, "RCPT TO:<%s>\r\n", in->recipients.v[i]));
	GP_TRY(ask(client, "", err, "DATA\r\n"));
	GP_TRY(put_message(client, &in->octets, err));
	GP_TRY(outcome(client, in, err));
	/* It is stored; how our leave is taken does not matter. */
	(void)!send(client->fd, "QUIT\r\n", 6, MSG_NOSIGNAL);
	return GP_OK;
}

enum gp_rc
gp_pipe_hand_over(const struct gp_strs *listen, const struct gp_intake *in, bool *ret_answered, struct gp_err *err)
{
	*ret_answered = false;
	for (size_t i = 0; i < listen->count; i++) {
		SCOPED(client_release) struct client client = { .fd = -1, .in = GP_BUF_INIT(65536) };

		client.fd = gp_connect(listen->v[i], gp_clock_mono_ms() + CONNECT_MS);
		if (client.fd < 0)
			continue;
		/* A full house (421) is as good as nobody: the store may be free all the same. */
		if (get_reply(&client, err) != GP_OK || judge(client.line, "", err) != GP_OK)
			continue;
		*ret_answered = true;
		return transact(&client, in, err);
	}
	return GP_OK;
}
