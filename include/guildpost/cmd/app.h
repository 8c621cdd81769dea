/* app.h - what every subcommand is handed.  Floor: cmd. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"
#include "guildpost/base/json.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/desk.h"
#include "guildpost/store/db.h"

struct gp_config { /* conf/guildpost.conf says what each key means */
	char *path;
	struct gp_strs domains, listen, authserv_ids, smarthosts;
	char *database, *listen_group, *spam_header, *operator_address, *templates;
	char *smarthost_password_file, *smarthost_ca_file;
	unsigned listen_mode;
	int64_t max_connections, max_message_size, min_free_disk;
	int64_t smarthost_connections, smarthost_recipients;
	bool trust_tcp;
};
struct gp_app {
	const char *program; /* path of our binary, absolute */
	const char *config_path; /* -c, $GUILDPOST_CONF, or the default */
	bool json, quiet, verbose, now_given;
	struct gp_config config; /* empty until gp_app_config() */
	struct gp_db *db; /* NULL until gp_app_open() */
	struct gp_desk desk;
};

/* PERM 5.3.5 exit 78: unreadable, unknown key (line and nearest known key named), bad value. */
GP_MUST_CHECK enum gp_rc gp_config_read(const char *path, struct gp_config *ret_config, struct gp_err *err);
void gp_config_release(struct gp_config *config);

/* Reads the configuration (once). */
GP_MUST_CHECK enum gp_rc gp_app_config(struct gp_app *app, struct gp_err *err);
/* Configuration, database (flags of gp_db_open), desk. Without GP_DB_READ, --now needs a play store: else PERM exit 64. */
GP_MUST_CHECK enum gp_rc gp_app_open(struct gp_app *app, unsigned flags, struct gp_err *err);
void gp_app_release(struct gp_app *app);

/* One row of the command table in main.c. run: argv[0] is the command's own name (its last word).
 * Returns GP_OK or an error that main prints as "guildpost: TEXT" and turns into an exit status. */
struct gp_command {
	const char *name; /* "archive import" */
	const char *usage; /* "SPACE PATH..." */
	const char *says; /* one line for help */
	enum gp_rc (*run)(struct gp_app *app, int argc, char **argv, struct gp_err *err);
};
/* PERM exit 64 with the command's usage. */
enum gp_rc gp_usage(struct gp_err *err, const char *fmt, ...) GP_PRINTF(2, 3);

/* Options: takes "--name VALUE" or "--name=VALUE" out of argv; NULL when it is not there.
 * gp_option_flag likewise for a bare "--name". gp_option_end: PERM exit 64 for any option left; returns the count of
 * words left (argv[1..]) through ret_count. */
const char *gp_option(int *argc, char **argv, const char *name);
bool gp_option_flag(int *argc, char **argv, const char *name);
GP_MUST_CHECK enum gp_rc gp_option_end(
    int argc, char **argv, int least, int most, const char *usage, struct gp_err *err);

/* What people and programs read: the same calls write a table or JSON Lines.
 *   gp_out_begin(app); per row: gp_out_text(app, "name", value) ...; gp_out_row(app); at the end gp_out_end(app).
 * A table is as wide as its contents; in JSON every key is written, in the order of the calls. */
void gp_out_begin(struct gp_app *app);
void gp_out_text(struct gp_app *app, const char *key, const char *value); /* NULL: null, "-" */
void gp_out_int(struct gp_app *app, const char *key, int64_t value);
void gp_out_real(struct gp_app *app, const char *key, double value);
void gp_out_bool(struct gp_app *app, const char *key, bool value);
void gp_out_time(struct gp_app *app, const char *key, int64_t t); /* 0: null */
void gp_out_null(struct gp_app *app, const char *key);
void gp_out_raw(
    struct gp_app *app, const char *key, const char *json, const char *shown); /* nested JSON; shown in the table */
void gp_out_row(struct gp_app *app);
void gp_out_end(struct gp_app *app);
