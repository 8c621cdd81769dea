#include "guildpost/wire/probe.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define PROBE_MS 5000

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = { fd, events, 0 };
	int64_t left = deadline - gp_clock_mono_ms();

	return poll(&p, 1, left > 0 ? (int)left : 0);
}

static int
connect_to(const struct sockaddr *address, socklen_t n, int64_t deadline)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), failure = 0;
	socklen_t size = sizeof(failure);

	if (fd < 0)
		return -1;
	if (connect(fd, address, n) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_for(fd, POLLOUT, deadline) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0)
		return fd;
	if (failure != 0)
		errno = failure;
	else if (errno == EINPROGRESS)
		errno = ETIMEDOUT;
	failure = errno;
	(void)close(fd);
	errno = failure;
	return -1;
}

static int
connect_unix(const char *path, int64_t deadline)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect_to((struct sockaddr *)&address, sizeof(address), deadline);
}

static int
connect_tcp(const char *where, int64_t deadline)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	const char *colon = strrchr(where, ':');
	SCOPED(gp_free_str) char *host = NULL;
	int fd = -1;

	errno = EINVAL;
	if (colon == NULL)
		return -1;
	host = where[0] == '[' ? gp_strndup(where + 1, (size_t)(colon - where) - 2)
			       : gp_strndup(where, (size_t)(colon - where));
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	for (struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
		fd = connect_to(at->ai_addr, at->ai_addrlen, deadline);
	freeaddrinfo(found);
	return fd;
}

/* Reads until a reply's last line ("250 ..."); false on end, time-out, or a reply that is not 2xx. */
static bool
read_reply(int fd, struct gp_buf *reply, int64_t deadline)
{
	size_t line = 0;
	char octets[1024];

	for (;;) {
		char *end = memchr(reply->data + line, '\n', reply->len - line);
		ssize_t n;

		if (end != NULL && end - (reply->data + line) >= 4 && reply->data[line + 3] == ' ')
			return reply->data[line] == '2';
		if (end != NULL) {
			line = (size_t)(end - reply->data) + 1;
			continue;
		}
		if (reply->full || wait_for(fd, POLLIN, deadline) != 1 || (n = read(fd, octets, sizeof(octets))) <= 0)
			return false;
		gp_buf_add(reply, octets, (size_t)n);
	}
}

enum gp_rc
gp_probe(const char *where, const char *hello, struct gp_buf *ret_reply, struct gp_err *err)
{
	SCOPED(close_fd) int fd = -1;
	SCOPED(gp_free_str) char *line = gp_printf("%s\r\n", hello);
	int64_t deadline = gp_clock_mono_ms() + PROBE_MS;

	fd = strncmp(where, "unix:", 5) == 0 ? connect_unix(where + 5, deadline) : connect_tcp(where, deadline);
	if (fd < 0)
		return gp_fail(err, "4.4.1", "%s does not answer: %s", where, strerror(errno));
	if (!read_reply(fd, ret_reply, deadline))
		return gp_fail(err, "4.4.1", "%s gives no 220 greeting: %.80s", where, ret_reply->data);
	gp_buf_clear(ret_reply);
	if (write(fd, line, strlen(line)) < 0 || !read_reply(fd, ret_reply, deadline))
		return gp_fail(err, "4.4.1", "%s refuses %s: %.80s", where, hello, ret_reply->data);
	if (write(fd, "QUIT\r\n", 6) < 0)
		return GP_OK; /* it answered; how it takes our leave does not matter */
	return GP_OK;
}
