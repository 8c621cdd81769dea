#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/restore.h"
#include "guildpost/store/setting.h"

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* That somebody made a copy of all mail is written down. A copy is made also of a store that can take no line any more (a
 * full disk is when it is wanted most), and then the log has to do. */
static void
note_backup(struct gp_app *app)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_db_free) struct gp_db *db = NULL;
	struct gp_err err = { .text = "" };

	if (gp_db_open(app->config.database, 0, &db, &err) != GP_OK || gp_tx_begin(db, &tx, &err) != GP_OK ||
	    gp_ledger_add(db, gp_clock_now(), 0, 0, "operator", "store.backup", "", &err) != GP_OK ||
	    gp_tx_commit(&tx, &err) != GP_OK)
		gp_log(GP_LOG_ERROR, "backup.unnoted", "why", err.text, "detail", err.detail, NULL);
}

enum gp_rc
gp_cmd_backup(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct stat facts;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "backup FILE", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_db_copy(app->db, argv[1], err));
	note_backup(app);
	if (stat(argv[1], &facts) < 0)
		return gp_fail_as(err, 74, "4.3.0", "the copy %s has gone: %s", argv[1], strerror(errno));
	gp_log(GP_LOG_INFO, "backup.made", "file", argv[1], "octets", gp_log_int(facts.st_size), NULL);
	return GP_OK;
}

static enum gp_rc
copy_file(const char *from, const char *to, struct gp_err *err)
{
	SCOPED(close_fd) int in = open(from, O_RDONLY | O_CLOEXEC);
	SCOPED(close_fd) int out = -1;
	ssize_t n;

	if (in < 0)
		return gp_fail_as(err, 66, "4.3.0", "cannot read %s: %s", from, strerror(errno));
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return gp_fail_as(err, 73, "4.3.0", "cannot make %s: %s", to, strerror(errno));
	while ((n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0)) > 0)
		;
	if (n < 0 || fsync(out) < 0)
		return gp_fail_as(err, 74, "4.3.0", "cannot copy %s to %s: %s", from, to, strerror(errno));
	return GP_OK;
}

/* What stands in the way is kept beside it under another name: a restore never destroys a store. */
static enum gp_rc
step_aside(const char *path, struct gp_err *err)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char stamp[GP_RFC3339_SIZE];

	gp_clock_format(gp_clock_now(), stamp);
	for (size_t i = 0; i < GP_COUNT(suffixes); i++) {
		SCOPED(gp_free_str) char *old = gp_printf("%s%s", path, suffixes[i]);
		SCOPED(gp_free_str) char *aside = gp_printf("%s.before-%s%s", path, stamp, suffixes[i]);

		if (rename(old, aside) < 0 && errno != ENOENT)
			return gp_fail_as(err, 74, "4.3.0", "cannot set %s aside: %s", old, strerror(errno));
	}
	return GP_OK;
}

/* Holding the run lock of the place where the store will live: nobody runs there now. */
static enum gp_rc
lock_place(const char *path, struct gp_db **ret_db, struct gp_err *err)
{
	if (access(path, F_OK) < 0)
		return GP_OK;
	return gp_db_open(path, GP_DB_EXCLUSIVE | GP_DB_ANY_SCHEMA | GP_DB_MARKED | GP_DB_READ, ret_db, err);
}

static enum gp_rc
check_copy(const char *path, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *copy = NULL;
	SCOPED(gp_free_str) char *marked = NULL;

	GP_TRY(gp_db_open(path, GP_DB_MARKED | GP_DB_ANY_SCHEMA, &copy, err));
	GP_TRY(gp_setting_get(copy, "marked", &marked, err));
	if (marked == NULL)
		return gp_fail_as(err, 65, "5.3.5", "%s is no copy made by guildpost backup", path);
	return gp_db_verify(copy, false, err);
}

enum gp_rc
gp_cmd_restore(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *present = NULL;
	SCOPED(gp_db_free) struct gp_db *db = NULL;
	SCOPED(gp_free_str) char *arriving = NULL;
	struct gp_calmed calmed = { 0, 0 };

	GP_TRY(gp_option_end(argc, argv, 1, 1, "restore FILE", err));
	GP_TRY(gp_app_config(app, err));
	arriving = gp_printf("%s.restoring", app->config.database);
	if (access(argv[1], R_OK) < 0)
		return gp_fail_as(err, 66, "4.3.0", "cannot read %s: %s", argv[1], strerror(errno));
	GP_TRY(lock_place(app->config.database, &present, err));
	GP_TRY(copy_file(argv[1], arriving, err));
	GP_TRY(check_copy(arriving, err));
	gp_db_free(&present);
	GP_TRY(step_aside(app->config.database, err));
	if (rename(arriving, app->config.database) < 0)
		return gp_fail_as(err, 74, "4.3.0", "cannot name %s: %s", app->config.database, strerror(errno));
	GP_TRY(gp_db_open(app->config.database, GP_DB_EXCLUSIVE | GP_DB_MARKED | GP_DB_ANY_SCHEMA, &db, err));
	GP_TRY(gp_store_climb(db, gp_clock_now(), err));
	GP_TRY(gp_store_calm(db, gp_clock_now(), &calmed, err));
	(void)printf("Restored %s.\nHeld: %lld mails that waited to go out (guildpost outbox list, release).\n"
		     "Set aside: %lld that waited to be sorted (guildpost inbox list, retry).\n"
		     "Digests go on from now.\n",
	    app->config.database, (long long)calmed.outbox, (long long)calmed.inbox);
	return GP_OK;
}

enum gp_rc
gp_cmd_upgrade(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	int before;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "upgrade", err));
	GP_TRY(gp_app_open(app, GP_DB_EXCLUSIVE | GP_DB_ANY_SCHEMA, err));
	GP_TRY(gp_schema_number(app->db, &before, err));
	if (before > gp_schema_newest())
		return gp_fail_as(err, 78, "5.3.5",
		    "the database has schema %d, this program knows only %d; "
		    "install a newer guildpost",
		    before, gp_schema_newest());
	GP_TRY(gp_store_climb(app->db, gp_clock_now(), err));
	(void)printf(before == gp_schema_newest() ? "The schema is %d already.\n" : "The schema is now %d.\n",
	    gp_schema_newest());
	return GP_OK;
}
