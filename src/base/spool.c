#include "guildpost/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "guildpost/base/mem.h"

#define PIECE 32768

static enum gp_rc
file_failed(struct gp_err *err, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return gp_err_detail(err, gp_fail(err, "4.3.1", "no disk space for a large message; try again later"),
		    "%s: %s", what, strerror(errno));
	return gp_err_detail(err, gp_fail_as(err, 74, "4.3.0", "a large message cannot be set down; try again later"),
	    "%s: %s", what, strerror(errno));
}

static enum gp_rc
make_file(struct gp_spool *spool, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;

	spool->fd = open(spool->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd >= 0)
		return GP_OK;
	/* Some file systems know no file without a name from birth. */
	name = gp_printf("%s/.guildpost-spool-XXXXXX", spool->folder);
	spool->fd = mkostemp(name, O_CLOEXEC);
	if (spool->fd < 0)
		return file_failed(err, name);
	(void)unlink(name);
	return GP_OK;
}

enum gp_rc
gp_spool_flush(struct gp_spool *spool, struct gp_err *err)
{
	size_t done = 0;

	while (spool->fd >= 0 && done < spool->memory.len) {
		ssize_t n = write(spool->fd, spool->memory.data + done, spool->memory.len - done);

		if (n < 0 && errno != EINTR)
			return file_failed(err, "write");
		done += n > 0 ? (size_t)n : 0;
	}
	if (spool->fd >= 0)
		gp_buf_release(&spool->memory); /* it was as large as the threshold, and many may be open at once */
	return GP_OK;
}

enum gp_rc
gp_spool_add(struct gp_spool *spool, const void *octets, size_t n, struct gp_err *err)
{
	const char *at = octets;

	while (n > 0) {
		/* In pieces, so that memory stays below its ceiling whatever is given at once. */
		size_t piece = n < PIECE ? n : PIECE;

		gp_buf_add(&spool->memory, at, piece);
		spool->size += piece;
		at += piece;
		n -= piece;
		if (spool->memory.len <= (spool->fd < 0 ? spool->threshold : PIECE))
			continue;
		if (spool->fd < 0)
			GP_TRY(make_file(spool, err));
		GP_TRY(gp_spool_flush(spool, err));
	}
	return GP_OK;
}

void
gp_spool_release(struct gp_spool *spool)
{
	gp_buf_release(&spool->memory);
	if (spool->fd >= 0)
		(void)close(spool->fd);
	spool->fd = -1;
	spool->size = 0;
}
