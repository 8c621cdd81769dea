#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

static int
bell_file(const struct gp_db *db, const char *name, int flags)
{
	SCOPED(gp_free_str) char *path = gp_printf("%s.bell-%s", gp_db_path(db), name);

	if ((flags & O_RDWR) == O_RDWR && mkfifo(path, 0600) < 0 && errno != EEXIST)
		return -1;
	return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

void
gp_bell_ring(const struct gp_db *db, const char *name)
{
	int fd = bell_file(db, name, O_WRONLY); /* ENXIO: nobody waits */

	if (fd < 0)
		return;
	if (write(fd, "!", 1) < 0 && errno != EAGAIN) /* EAGAIN: full of rings already */
		(void)errno;
	(void)close(fd);
}

int
gp_bell_open(const struct gp_db *db, const char *name)
{
	return bell_file(db, name, O_RDWR); /* O_RDWR: no end of file when the last writer leaves */
}

void
gp_bell_drain(int fd)
{
	char rings[256];

	while (fd >= 0 && read(fd, rings, sizeof(rings)) == (ssize_t)sizeof(rings))
		;
}
