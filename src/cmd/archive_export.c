#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/archive.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "guildpost/mail/mbox.h"
#include "guildpost/store/raw.h"

#define OCTETS_MAX (160u << 20) /* a message and its quoting */
#define AT_ONCE	   64 /* posts a query, so that no snapshot is held for minutes */

struct export
{
	struct gp_app *app;
	const char *folder; /* one file a message goes there, or NULL */
	bool maildir; /* it is a Maildir; else files that end in .eml */
	FILE *out;
	struct gp_progress progress;
	int64_t written, total;
};

static enum gp_rc
cannot_write(struct gp_err *err, const char *path)
{
	return gp_fail_as(err, 74, "4.3.0", "cannot write %s: %s", path, strerror(errno));
}

static enum gp_rc
write_mbox(struct export *export, const struct gp_post *post, const struct gp_buf *octets, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(OCTETS_MAX);

	gp_mbox_write(&out, post->from_address, post->received_at, octets->data, octets->len);
	if (out.full)
		return gp_fail_as(err, 74, "5.3.4", "a message is too large to be written: %s", post->msgid);
	if (fwrite(out.data, 1, out.len, export->out) != out.len)
		return cannot_write(err, "the output");
	return GP_OK;
}

static void
close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
	*file = NULL;
}

/* Under another name first (in tmp, as Maildir wants it), so that no reader sees half a message. */
static enum gp_rc
write_alone(struct export *export, const struct gp_post *post, const struct gp_buf *octets, struct gp_err *err)
{
	SCOPED(gp_free_str)
	char *name = export->maildir ? gp_printf("%lld.%lld.guildpost:2,S", (long long)post->date, (long long)post->id)
				     : gp_printf("%07lld.eml", (long long)export->written + 1);
	SCOPED(gp_free_str)
	char *partial = gp_printf("%s/%s%s", export->folder, export->maildir ? "tmp/" : ".", name);
	SCOPED(gp_free_str) char *path = gp_printf("%s/%s%s", export->folder, export->maildir ? "cur/" : "", name);
	SCOPED(close_file) FILE *file = fopen(partial, "wbxe");

	if (file == NULL)
		return cannot_write(err, partial);
	if (fwrite(octets->data, 1, octets->len, file) != octets->len || fflush(file) != 0)
		return cannot_write(err, partial);
	if (rename(partial, path) < 0)
		return cannot_write(err, path);
	return GP_OK;
}

static enum gp_rc
write_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct export *export = context;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);

	GP_TRY(gp_raw_load(export->app->db, post->raw_id, &octets, err));
	GP_TRY(
	    export->folder != NULL ? write_alone(export, post, &octets, err) : write_mbox(export, post, &octets, err));
	export->written++;
	gp_progress_tell(&export->progress, export->written, (double)export->written / (double)(export->total + 1));
	return GP_OK;
}

static enum gp_rc
write_all(struct export *export, const struct gp_space *space, struct gp_err *err)
{
	int64_t members, after = 0, last = -1;

	GP_TRY(gp_space_counts(export->app->db, space->id, &members, &export->total, err));
	export->progress = gp_progress_begin(export->app, "posts");
	while (after != last) {
		last = after;
		GP_TRY(gp_archive_next(export->app->db, space->id, last, AT_ONCE, write_post, export, &after, err));
	}
	gp_progress_end(&export->progress);
	return GP_OK;
}

static enum gp_rc
export_folder(struct export *export, const struct gp_space *space, const char *folder, struct gp_err *err)
{
	static const char *const parts[] = { "", "/tmp", "/new", "/cur" };

	if (folder == NULL)
		return gp_usage(err, "this format is a folder of files; say where with -o PATH");
	for (size_t i = 0; i < (export->maildir ? GP_COUNT(parts) : 1); i++) {
		SCOPED(gp_free_str) char *path = gp_printf("%s%s", folder, parts[i]);

		if (mkdir(path, 0700) < 0)
			return gp_fail_as(err, 73, "5.3.5", "cannot make %s: %s; an export overwrites nothing", path,
			    strerror(errno));
	}
	export->folder = folder;
	return write_all(export, space, err);
}

/* Under its own name only when it is whole: an export cut short is never taken for one. */
static enum gp_rc
export_file(struct export *export, const struct gp_space *space, const char *path, struct gp_err *err)
{
	SCOPED(gp_free_str) char *partial = gp_printf("%s.partial", path);
	SCOPED(close_file) FILE *file = NULL;
	int fd;

	if (access(path, F_OK) == 0)
		return gp_fail_as(err, 73, "5.3.5", "%s exists already; an export overwrites nothing", path);
	fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (file == NULL)
		return gp_fail_as(err, 73, "4.3.0", "cannot make %s: %s", partial, strerror(errno));
	export->out = file;
	GP_TRY(write_all(export, space, err));
	if (fflush(file) != 0 || fsync(fd) < 0)
		return cannot_write(err, partial);
	if (rename(partial, path) < 0)
		return cannot_write(err, path);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_export(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct export export = { .app = app, .out = stdout };
	const char *format = gp_option(&argc, argv, "--format"), *path = gp_option(&argc, argv, "-o");

	bool maildir = format != NULL && strcmp(format, "maildir") == 0;
	bool eml = format != NULL && strcmp(format, "eml") == 0;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "archive export SPACE [--format mboxrd|maildir|eml] [-o PATH]", err));
	if (format != NULL && strcmp(format, "mboxrd") != 0 && !maildir && !eml)
		return gp_usage(err, "--format is mboxrd, maildir or eml, not `%s`", format);
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	export.maildir = maildir;
	if (maildir || eml)
		return export_folder(&export, space, path, err);
	if (path != NULL && strcmp(path, "-") != 0)
		return export_file(&export, space, path, err);
	return write_all(&export, space, err);
}
