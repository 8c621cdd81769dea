#include "guildpost/wire/doors.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/wire/connect.h"

#define BACKLOG		 512
#define FIRST_HANDED_FD	 3 /* SD_LISTEN_FDS_START */
#define STALE_TIMEOUT_MS 1000

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* The descriptor, which is the taker's from here on. */
static int
take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static enum gp_rc
add(struct gp_doors *doors, int fd, bool is_unix, char *made_path, struct gp_err *err)
{
	if (doors->count == GP_DOORS) {
		(void)close(fd);
		free(made_path);
		return gp_fail_as(err, 78, "5.3.5", "too many addresses to listen on; %d are enough", GP_DOORS);
	}
	doors->door[doors->count++] = (struct gp_door){ fd, is_unix, made_path };
	return GP_OK;
}

/* --- handed over by systemd --------------------------------------------------------------------- */

static int
handed_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid())
		return 0;
	return (int)strtol(count, NULL, 10);
}

static enum gp_rc
take_handed(int count, struct gp_doors *doors, struct gp_err *err)
{
	for (int fd = FIRST_HANDED_FD; fd < FIRST_HANDED_FD + count; fd++) {
		struct sockaddr_storage address;
		socklen_t n = sizeof(address);

		if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
			return gp_fail_as(
			    err, 78, "5.3.5", "what systemd handed over as %d is no socket: %s", fd, strerror(errno));
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		GP_TRY(add(doors, fd, address.ss_family == AF_UNIX, NULL, err));
	}
	return GP_OK;
}

/* --- unix --------------------------------------------------------------------------------------- */

/* True when the socket at this path is a leftover that nobody answers, and was taken away. */
static bool
remove_stale(const char *where, const char *path)
{
	SCOPED(close_fd) int fd = -1;
	struct stat facts;

	if (lstat(path, &facts) < 0 || !S_ISSOCK(facts.st_mode))
		return false;
	fd = gp_connect(where, gp_clock_mono_ms() + STALE_TIMEOUT_MS);
	return fd < 0 && errno == ECONNREFUSED && unlink(path) == 0;
}

static enum gp_rc
unix_refused(const char *where, struct gp_err *err)
{
	if (errno == EADDRINUSE)
		return gp_fail_as(err, 75, "4.3.0", "somebody listens on %s already; is guildpost running?", where);
	return gp_fail_as(err, 78, "5.3.5", "cannot listen on %s: %s; see the key `listen`", where, strerror(errno));
}

/* Nobody can connect until the group is right: it is made with mode 0600, and opened last. */
static enum gp_rc
share(const char *path, unsigned mode, const char *group, struct gp_err *err)
{
	const struct group *found = *group != '\0' ? getgrnam(group) : NULL;

	if (*group != '\0' && found == NULL)
		return gp_fail_as(err, 78, "5.3.5", "there is no group `%s`; see the key `listen-group`", group);
	if (found != NULL && chown(path, (uid_t)-1, found->gr_gid) < 0)
		return gp_fail_as(err, 78, "5.3.5",
		    "cannot give %s to the group `%s`: %s; run as root or as a member of it", path, group,
		    strerror(errno));
	if (chmod(path, mode) < 0)
		return gp_fail_as(err, 78, "5.3.5", "cannot set the mode of %s: %s", path, strerror(errno));
	return GP_OK;
}

static enum gp_rc
open_unix(const char *where, unsigned mode, const char *group, struct gp_doors *doors, struct gp_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	SCOPED(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const char *path = where + 5;
	mode_t mask = umask(0177);
	int bound;

	if (strlen(path) >= sizeof(address.sun_path)) {
		(void)umask(mask);
		return gp_fail_as(err, 78, "5.3.5", "the socket's path is too long (107 octets at most): %s", path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	bound = bind(fd, (struct sockaddr *)&address, sizeof(address));
	if (bound < 0 && errno == EADDRINUSE && remove_stale(where, path))
		bound = bind(fd, (struct sockaddr *)&address, sizeof(address));
	else if (bound < 0 && access(path, F_OK) == 0)
		errno = EADDRINUSE;
	(void)umask(mask);
	if (bound < 0 || listen(fd, BACKLOG) < 0)
		return unix_refused(where, err);
	GP_TRY(add(doors, take_fd(&fd), true, gp_strdup(path), err));
	return share(path, mode, group, err);
}

/* --- TCP ---------------------------------------------------------------------------------------- */

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static enum gp_rc
open_one_tcp(const char *where, const struct addrinfo *at, struct gp_doors *doors, struct gp_err *err)
{
	SCOPED(close_fd) int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
		return gp_fail_as(err, errno == EADDRINUSE ? 75 : 78, errno == EADDRINUSE ? "4.3.0" : "5.3.5",
		    "cannot listen on %s: %s; see the key `listen`", where, strerror(errno));
	if (!is_loopback(at->ai_addr))
		gp_log(GP_LOG_ERROR, "receive.open", "listen", where, "why",
		    "anybody who reaches this address can send mail in; LMTP is meant for loopback (RFC 2033)", NULL);
	return add(doors, take_fd(&fd), false, NULL, err);
}

static void
free_found(struct addrinfo **found)
{
	if (*found != NULL)
		freeaddrinfo(*found);
}

static enum gp_rc
open_tcp(const char *where, struct gp_doors *doors, struct gp_err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	SCOPED(free_found) struct addrinfo *found = NULL;
	SCOPED(gp_free_str) char *host = NULL;
	const char *colon = strrchr(where, ':');

	if (colon == NULL || colon == where)
		return gp_fail_as(err, 78, "5.3.5",
		    "`%s` is no address to listen on; write 127.0.0.1:2424, [::1]:2424 or unix:/path", where);
	if (strcmp(colon, ":25") == 0)
		return gp_fail_as(err, 78, "5.3.5",
		    "LMTP never listens on port 25 (RFC 2033 section 5); choose another, such as 127.0.0.1:2424");
	host = where[0] == '[' && colon[-1] == ']' ? gp_strndup(where + 1, (size_t)(colon - where) - 2)
						   : gp_strndup(where, (size_t)(colon - where));
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return gp_fail_as(err, 78, "5.3.5", "`%s` cannot be listened on: no such host or port", where);
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		GP_TRY(open_one_tcp(where, at, doors, err));
	return GP_OK;
}

/* --- all ---------------------------------------------------------------------------------------- */

static enum gp_rc
open_all(const struct gp_strs *listen, unsigned mode, const char *group, struct gp_doors *doors, struct gp_err *err)
{
	int handed = handed_count();

	if (handed > 0)
		return take_handed(handed, doors, err);
	for (size_t i = 0; i < listen->count; i++) {
		const char *where = listen->v[i];

		if (strncmp(where, "unix:", 5) == 0)
			GP_TRY(open_unix(where, mode, group, doors, err));
		else
			GP_TRY(open_tcp(where, doors, err));
	}
	return GP_OK;
}

enum gp_rc
gp_doors_open(const struct gp_strs *listen, unsigned mode, const char *group, struct gp_doors *ret, struct gp_err *err)
{
	SCOPED(gp_doors_release) struct gp_doors doors = { .count = 0 };

	GP_TRY(open_all(listen, mode, group, &doors, err));
	*ret = doors;
	doors.count = 0;
	return GP_OK;
}

void
gp_doors_release(struct gp_doors *doors)
{
	for (size_t i = 0; i < doors->count; i++) {
		if (doors->door[i].made_path != NULL)
			(void)unlink(doors->door[i].made_path);
		gp_free_str(&doors->door[i].made_path);
		(void)close(doors->door[i].fd);
	}
	doors->count = 0;
}

void
gp_notify(const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *where = getenv("NOTIFY_SOCKET");
	SCOPED(close_fd) int fd = -1;
	size_t n;

	if (where == NULL || (*where != '/' && *where != '@') || (n = strlen(where)) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, where, n);
	if (*where == '@')
		address.sun_path[0] = '\0'; /* an abstract name begins with NUL */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		gp_log(GP_LOG_ERROR, "notify.failed", "why", strerror(errno), NULL);
}
