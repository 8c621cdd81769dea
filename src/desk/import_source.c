#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "desk/importing.h"
#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"

#define READ_AT_ONCE (256u << 10)

static enum gp_rc
cannot_read(struct gp_err *err, const char *path, const char *why)
{
	return gp_fail_as(err, 66, "5.3.5", "cannot read %s: %s", path, why);
}

/* --- a file, packed or not ------------------------------------------------------------------ */

struct stream { /* one of the two: gzip's, which passes plain files through, or zstd's */
	gzFile gz;
	ZSTD_DStream *zstd;
	int fd; /* of zstd; the gzFile owns its own */
	char *packed;
	ZSTD_inBuffer in;
	int64_t size, read; /* of the file, 0: unknown; how far we are */
	size_t left; /* of the zstd frame, 0: none is open */
};

static void
close_stream(struct stream *stream)
{
	if (stream->gz != NULL)
		(void)gzclose(stream->gz);
	(void)ZSTD_freeDStream(stream->zstd);
	if (stream->fd >= 0)
		(void)close(stream->fd);
	free(stream->packed);
}

static enum gp_rc
open_stream(struct stream *stream, int fd, const char *path, struct gp_err *err)
{
	static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned char head[4];

	if (pread(fd, head, 4, 0) == 4 && memcmp(head, magic, 4) == 0) {
		stream->fd = fd;
		stream->zstd = ZSTD_createDStream();
		stream->packed = gp_grow(NULL, READ_AT_ONCE);
		if (stream->zstd == NULL)
			abort();
		return GP_OK;
	}
	stream->gz = gzdopen(fd, "rb");
	if (stream->gz == NULL) {
		(void)close(fd);
		return cannot_read(err, path, "no memory");
	}
	(void)gzbuffer(stream->gz, READ_AT_ONCE);
	return GP_OK;
}

/* 0 at the end, -1 when it is damaged or cut off. */
static ssize_t
read_zstd(struct stream *stream, char *to, size_t room)
{
	ZSTD_outBuffer out = { to, room, 0 };

	while (out.pos == 0) {
		if (stream->in.pos == stream->in.size) {
			ssize_t n = read(stream->fd, stream->packed, READ_AT_ONCE);

			if (n <= 0)
				return n < 0 || stream->left != 0 ? -1 : 0;
			stream->read += n;
			stream->in = (ZSTD_inBuffer){ stream->packed, (size_t)n, 0 };
		}
		stream->left = ZSTD_decompressStream(stream->zstd, &out, &stream->in);
		if (ZSTD_isError(stream->left))
			return -1;
	}
	return (ssize_t)out.pos;
}

static ssize_t
read_stream(struct stream *stream, char *to, size_t room)
{
	int code = 0, n;

	if (stream->zstd != NULL)
		return read_zstd(stream, to, room);
	n = gzread(stream->gz, to, (unsigned)room);
	stream->read = gzoffset(stream->gz);
	if (n > 0)
		return n;
	/* A file cut off in the middle of its compressed stream tells so here, or only at its end. */
	(void)gzerror(stream->gz, &code);
	return n < 0 || (code != Z_OK && code != Z_STREAM_END) ? -1 : 0;
}

static enum gp_rc
feed(struct gp_source *source, struct stream *stream, struct gp_mbox *mbox, double share, struct gp_err *err)
{
	SCOPED(gp_free_str) char *octets = gp_grow(NULL, READ_AT_ONCE);
	double before = *source->done;
	ssize_t n;

	while ((n = read_stream(stream, octets, READ_AT_ONCE)) > 0) {
		if (stream->size > 0)
			*source->done = before + share * (double)stream->read / (double)stream->size;
		GP_TRY(gp_mbox_feed(mbox, octets, (size_t)n, err));
	}
	GP_TRY(gp_mbox_end(mbox, n < 0, err));
	*source->done = before + share;
	if (n < 0)
		return gp_fail_as(
		    err, 65, "5.6.0", "%s is damaged or cut off; what could be read of it is in", source->path);
	return GP_OK;
}

static enum gp_rc
read_file(struct gp_source *source, const char *path, double share, struct gp_err *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	SCOPED(gp_mbox_free) struct gp_mbox *mbox = NULL;
	SCOPED(close_stream) struct stream stream = { .fd = -1 };
	struct stat facts;

	source->path = standard_input ? "standard input" : path;
	if (fd < 0 || fstat(fd, &facts) < 0)
		return cannot_read(err, path, strerror(errno));
	source->file_time = S_ISREG(facts.st_mode) ? facts.st_mtime : source->now;
	stream.size = S_ISREG(facts.st_mode) ? facts.st_size : 0;
	GP_TRY(open_stream(&stream, fd, path, err));
	mbox = gp_mbox_new(GP_IMPORT_MESSAGE_MAX, source->each, source->context);
	return feed(source, &stream, mbox, share, err);
}

/* --- folders -------------------------------------------------------------------------------- */

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* "12", as MH names its messages; "12.eml" is none of them. */
static int
is_number(const struct dirent *entry)
{
	return entry->d_name[0] != '\0' && strspn(entry->d_name, "0123456789") == strlen(entry->d_name);
}

static int
is_eml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return visible(entry) && dot != NULL && strcasecmp(dot, ".eml") == 0;
}

struct names {
	struct dirent **v;
	int count;
};

static void
free_names(struct names *names)
{
	for (int i = 0; i < names->count; i++)
		free(names->v[i]);
	free(names->v);
}

/* One message a file, in order of names: 2 before 10. *ret_files: how many there were. */
static enum gp_rc
read_folder(struct gp_source *source, const char *folder, int (*wanted)(const struct dirent *entry), double share,
    int64_t *ret_files, struct gp_err *err)
{
	SCOPED(free_names) struct names names = { NULL, 0 };
	struct stat facts;

	names.count = scandir(folder, &names.v, wanted, versionsort);
	if (names.count < 0) {
		names.count = 0;
		return cannot_read(err, folder, strerror(errno));
	}
	for (int i = 0; i < names.count; i++) {
		SCOPED(gp_free_str) char *path = gp_printf("%s/%s", folder, names.v[i]->d_name);

		if (stat(path, &facts) < 0 || !S_ISREG(facts.st_mode))
			continue;
		++*ret_files;
		GP_TRY(read_file(source, path, share / names.count, err));
	}
	return GP_OK;
}

enum gp_rc
gp_source_read(struct gp_source *source, const char *path, struct gp_err *err)
{
	SCOPED(gp_free_str) char *cur = gp_printf("%s/cur", path);
	SCOPED(gp_free_str) char *fresh = gp_printf("%s/new", path);
	struct stat facts;
	int64_t files = 0;

	if (strcmp(path, "-") == 0)
		return read_file(source, path, 1, err);
	if (stat(path, &facts) < 0)
		return cannot_read(err, path, strerror(errno));
	if (!S_ISDIR(facts.st_mode))
		return read_file(source, path, 1, err);
	if (access(cur, F_OK) == 0 && access(fresh, F_OK) == 0) {
		GP_TRY(read_folder(source, cur, visible, 0.5, &files, err));
		return read_folder(source, fresh, visible, 0.5, &files, err);
	}
	if (gp_git_is_inbox(path))
		return gp_git_read(source, path, err);
	GP_TRY(read_folder(source, path, is_eml, 1, &files, err));
	if (files == 0)
		GP_TRY(read_folder(source, path, is_number, 1, &files, err));
	if (files == 0)
		return gp_fail_as(err, 66, "5.3.5",
		    "%s holds no mail: no Maildir (cur and new), no files that end in .eml, no numbered files (MH), "
		    "no public-inbox",
		    path);
	return GP_OK;
}
