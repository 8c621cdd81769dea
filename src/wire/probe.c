#include "guildpost/wire/probe.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/wire/connect.h"

#define PROBE_MS 5000

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
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
		if (reply->full || gp_wait_fd(fd, POLLIN, deadline) != 1 || (n = read(fd, octets, sizeof(octets))) <= 0)
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

	fd = gp_connect(where, deadline);
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
