/* fail.c - a library to be preloaded: the disk fails at the n-th call, or forgets at a power cut what was not synced;
 * the clock jumps.
 *
 *   FAIL_CALL   write, sync or lock; FAIL_AT=N: the N-th such call on a file of the database fails; FAIL_TIMES: how many
 *               from there on (1); FAIL_ERRNO: with which number. statement: SQLite's are counted, none fails
 *   FAIL_COUNT  a file that gets the number of calls at the end, so that a test knows how far to go
 *   CLOCK       a file of eight octets: so many seconds (in the machine's order) the wall clock is wrong; it may change
 * meanwhile
 *   POWER       a folder: at each sync the file as it stands is copied there; after a cut that is what is left */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long calls;

static void *
real(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	return found;
}

static bool
path_of(int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	if (n <= 0)
		return false;
	out[n] = '\0';
	return strstr(out, "guildpost.db") != NULL && strstr(out, ".tally") == NULL && strstr(out, ".bell") == NULL &&
	       strstr(out, ".run") == NULL && strstr(out, ".slot") == NULL;
}

__attribute__((destructor)) static void
report(void)
{
	const char *path = getenv("FAIL_COUNT");
	FILE *file = path != NULL ? fopen(path, "w") : NULL;

	if (file != NULL) {
		(void)fprintf(file, "%ld\n", calls);
		(void)fclose(file);
	}
}

static bool
fails(const char *what, int fd)
{
	const char *call = getenv("FAIL_CALL"), *at = getenv("FAIL_AT"), *times = getenv("FAIL_TIMES");
	const char *number = getenv("FAIL_ERRNO");
	char path[PATH_MAX];
	long first = at != NULL ? strtol(at, NULL, 10) : 0, n = times != NULL ? strtol(times, NULL, 10) : 1, this;

	if (call == NULL || strcmp(call, what) != 0 || !path_of(fd, path))
		return false;
	this = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	if (first <= 0 || this < first || this >= first + n)
		return false;
	errno = number != NULL ? (int)strtol(number, NULL, 10) : EIO;
	return true;
}

ssize_t
pwrite64(int fd, const void *octets, size_t n, off64_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off64_t);

	if (next == NULL)
		*(void **)&next = real("pwrite64");
	return fails("write", fd) ? -1 : next(fd, octets, n, at);
}

ssize_t
pwrite(int fd, const void *octets, size_t n, off_t at)
{
	return pwrite64(fd, octets, n, at);
}

/* A statement is counted at its first step. */
int
sqlite3_step(void *statement)
{
	static int (*next)(void *), (*busy)(void *);
	const char *call = getenv("FAIL_CALL");

	if (next == NULL) {
		*(void **)&next = real("sqlite3_step");
		*(void **)&busy = real("sqlite3_stmt_busy");
	}
	if (call != NULL && strcmp(call, "statement") == 0 && !busy(statement))
		(void)__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	return next(statement);
}

/* Whole or not at all, as the disk that we play. */
static void
copy(const char *path, const char *part, const char *to)
{
	char block[65536];
	int in = open(path, O_RDONLY | O_CLOEXEC), out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	while (in >= 0 && out >= 0 && (n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			abort();
	(void)close(in);
	(void)close(out);
	(void)rename(part, to);
}

/* One after the other: a slow copy of what stood there earlier must not come in the place of a later one. */
static void
keep(int fd)
{
	const char *folder = getenv("POWER");
	char path[PATH_MAX], part[2 * PATH_MAX], to[2 * PATH_MAX];
	const char *name;
	int turn;

	if (folder == NULL || !path_of(fd, path) || (name = strrchr(path, '/')) == NULL)
		return;
	(void)snprintf(part, sizeof(part), "%s%s.part", folder, name);
	(void)snprintf(to, sizeof(to), "%s%s", folder, name);
	turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (turn < 0 || flock(turn, LOCK_EX) != 0)
		abort();
	copy(path, part, to);
	(void)close(turn);
}

int
fdatasync(int fd)
{
	static int (*next)(int);

	if (next == NULL)
		*(void **)&next = real("fdatasync");
	if (fails("sync", fd))
		return -1;
	keep(fd);
	return getenv("POWER") != NULL ? 0 : next(fd);
}

int
fsync(int fd)
{
	static int (*next)(int);

	if (next == NULL)
		*(void **)&next = real("fsync");
	if (fails("sync", fd))
		return -1;
	keep(fd);
	return getenv("POWER") != NULL ? 0 : next(fd);
}

static int
lock(const char *name, int fd, int command, void *argument)
{
	int (*next)(int, int, ...);

	*(void **)&next = real(name);
	if ((command == F_SETLK || command == F_SETLKW) && ((struct flock *)argument)->l_type != F_UNLCK &&
	    fails("lock", fd))
		return -1;
	return next(fd, command, argument);
}

int
fcntl64(int fd, int command, ...)
{
	va_list ap;
	void *argument;

	va_start(ap, command);
	argument = va_arg(ap, void *);
	va_end(ap);
	return lock("fcntl64", fd, command, argument);
}

int
fcntl(int fd, int command, ...)
{
	va_list ap;
	void *argument;

	va_start(ap, command);
	argument = va_arg(ap, void *);
	va_end(ap);
	return lock("fcntl64", fd, command, argument);
}

/* Of a reader without file system the mapping stays, since it was made before. */
static const int64_t *clock_error;

__attribute__((constructor)) static void
map_clock(void)
{
	const char *path = getenv("CLOCK");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = fd >= 0 ? mmap(NULL, sizeof(*clock_error), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (map != MAP_FAILED)
		clock_error = map;
	if (fd >= 0)
		(void)close(fd);
}

int
clock_gettime(clockid_t which, struct timespec *out)
{
	static int (*next)(clockid_t, struct timespec *);
	int rc;

	if (next == NULL)
		*(void **)&next = real("clock_gettime");
	rc = next(which, out);
	if (rc == 0 && which == CLOCK_REALTIME && clock_error != NULL)
		out->tv_sec += __atomic_load_n(clock_error, __ATOMIC_RELAXED);
	return rc;
}

time_t
time(time_t *out)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
