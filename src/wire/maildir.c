#include "guildpost/wire/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/mem.h"

char *
gp_maildir_name(const char *recipient)
{
	struct gp_buf name = GP_BUF_INIT(4096);

	for (const char *c = recipient; *c != '\0'; c++)
		if (*c == '/' || (*c == '.' && c == recipient))
			gp_buf_addf(&name, "%%%02X", (unsigned char)*c);
		else
			gp_buf_addc(&name, *c);
	return gp_buf_take(&name);
}

static enum gp_rc
trouble(struct gp_err *err, const char *path)
{
	const char *status = errno == ENOSPC || errno == EDQUOT ? "4.3.1" : "4.3.0";

	return gp_fail(err, status, "cannot write %.160s: %s", path, strerror(errno));
}

static enum gp_rc
make_folders(const char *folder, const char *home, struct gp_err *err)
{
	static const char *const below[] = { "", "/tmp", "/new", "/cur" };

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return trouble(err, folder);
	for (size_t i = 0; i < GP_COUNT(below); i++) {
		SCOPED(gp_free_str) char *path = gp_printf("%s%s", home, below[i]);

		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return trouble(err, path);
	}
	return GP_OK;
}

static void
close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static bool
write_all(int fd, const char *octets, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, octets, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		octets += done;
		n -= (size_t)done;
	}
	return true;
}

static enum gp_rc
write_copy(const char *path, const struct gp_copy *copy, struct gp_err *err)
{
	SCOPED(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	SCOPED(gp_free_str) char *top = gp_printf("Return-Path: <%s>\r\n", copy->sender);
	const char *octets;
	size_t n;

	if (fd < 0 || !write_all(fd, top, strlen(top)))
		return trouble(err, path);
	for (size_t i = 0; (octets = gp_copy_piece(copy, i, &n)) != NULL; i++)
		if (!write_all(fd, octets, n))
			return trouble(err, path);
	return fsync(fd) < 0 ? trouble(err, path) : GP_OK;
}

/* The name in the folder must be on disk too. */
static enum gp_rc
sync_folder(const char *path, struct gp_err *err)
{
	SCOPED(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? trouble(err, path) : GP_OK;
}

enum gp_rc
gp_maildir_put(const char *folder, const struct gp_copy *copy, const char *recipient, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = gp_maildir_name(recipient);
	SCOPED(gp_free_str) char *home = gp_printf("%s/%s", folder, name);
	SCOPED(gp_free_str) char *new = gp_printf("%s/new", home);
	SCOPED(gp_free_str)
	char *from = gp_printf("%s/tmp/%lld.%lld.guildpost", home, (long long)copy->outbox_id, (long long)copy->key);
	SCOPED(gp_free_str)
	char *to = gp_printf("%s/%lld.%lld.guildpost", new, (long long)copy->outbox_id, (long long)copy->key);

	GP_TRY(make_folders(folder, home, err));
	GP_TRY(write_copy(from, copy, err));
	if (rename(from, to) < 0)
		return trouble(err, to);
	return sync_folder(new, err);
}
