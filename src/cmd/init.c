#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/config_text.h"
#include "guildpost/base/clock.h"
#include "guildpost/guild/route.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/setting.h"

struct choice {
	const char *folder, *domain, *listen, *smarthost, *templates;
	bool play;
};
struct value {
	const char *key, *text;
};

/* From a checkout the templates lie beside build/, else where `make install` puts them. */
static char *
find_templates(const char *program)
{
	SCOPED(gp_free_str) char *copy = gp_strdup(program);
	const char *folder = dirname(copy);
	char real[PATH_MAX];

	for (size_t i = 0; i < 3; i++) {
		SCOPED(gp_free_str)
		char *place = i == 0   ? gp_printf("%s/../templates", folder)
			      : i == 1 ? gp_printf("%s/../../templates", folder)
				       : gp_printf("%s/../share/guildpost/templates", folder);

		if (realpath(place, real) != NULL)
			return gp_strdup(real);
	}
	return gp_strdup("/usr/share/guildpost/templates");
}

/* Mail to postmaster@ of our own domain comes back to the operator, so the operator must live elsewhere: in the domain
 * above it, where there is one. */
static char *
operator_of(const char *domain)
{
	const char *parent = strchr(domain, '.');

	return gp_printf("postmaster@%s", parent != NULL && strchr(parent + 1, '.') != NULL ? parent + 1 : domain);
}

/* The template's line of a chosen key, commented out or not, takes the chosen value; all else is copied. */
static void
write_line(struct gp_buf *out, const char *line, size_t n, const struct value *values, size_t count)
{
	const char *name = *line == '#' ? line + 1 : line;

	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(values[i].key);

		if (strncmp(name, values[i].key, length) != 0 || strncmp(name + length, " = ", 3) != 0)
			continue;
		gp_buf_addf(out, "%.*s%s = %s\n", (int)(name - line), line, values[i].key, values[i].text);
		return;
	}
	gp_buf_add(out, line, n);
}

/* conf/guildpost.conf with the choices in it: what an operator sees first is written once. */
static void
write_config(struct gp_buf *out, const struct choice *choice)
{
	SCOPED(gp_free_str) char *database = gp_printf("%s/guildpost.db", choice->folder);
	SCOPED(gp_free_str) char *authserv = gp_printf("mx.%s", choice->domain);
	SCOPED(gp_free_str) char *password = gp_printf("%s/smarthost.password", choice->folder);
	SCOPED(gp_free_str) char *operator_address = operator_of(choice->domain);
	const struct value values[] = {
		{ "domain", choice->domain },
		{ "operator", operator_address },
		{ "database", database },
		{ "templates", choice->templates },
		{ "listen", choice->listen },
		{ "trusted-authserv-id", authserv },
		{ "smarthost", choice->smarthost },
		{ "smarthost-password-file", password },
	};

	for (const char *line = gp_config_text; *line != '\0';) {
		size_t n = strcspn(line, "\n") + 1;

		write_line(out, line, n, values, GP_COUNT(values));
		line += n;
	}
}

static enum gp_rc
write_new_file(const char *path, const struct gp_buf *text, struct gp_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	bool ok;

	if (fd < 0)
		return gp_fail_as(
		    err, 73, "5.3.5", "cannot make %s: %s; init overwrites nothing", path, strerror(errno));
	ok = write(fd, text->data, text->len) == (ssize_t)text->len && fsync(fd) == 0;
	if (close(fd) < 0 || !ok)
		return gp_fail_as(err, 74, "4.3.0", "cannot write %s: %s", path, strerror(errno));
	return GP_OK;
}

static enum gp_rc
make_store(const char *path, bool play, struct gp_err *err)
{
	SCOPED(gp_db_free) struct gp_db *db = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_db_create(path, &db, err));
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_keys_create(db, play, gp_clock_now(), err));
	if (play)
		GP_TRY(gp_setting_put(db, "play", "yes", err));
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
check_domain(const char *domain, struct gp_err *err)
{
	SCOPED(gp_free_str) char *address = gp_printf("postmaster@%s", domain);

	if (!gp_address_ok(address))
		return gp_usage(err, "`%s` is no domain; give one such as --domain lists.example.org", domain);
	return GP_OK;
}

static void
say_next(const struct choice *choice)
{
	(void)printf("Made %s/guildpost.conf and %s/guildpost.db%s.\n\nNext:\n"
		     "  export GUILDPOST_CONF=%s/guildpost.conf\n"
		     "  guildpost community create weavers --title \"Weavers\" --steward you@example.org \\\n"
		     "      --timezone Europe/Berlin --rhythm \"weekly on thursday at 08:00\"\n"
		     "  guildpost member add weavers ann@example.org --name \"Ann Lee\" --delivery each\n"
		     "  guildpost serve\n  guildpost doctor          # says what the MTA needs\n",
	    choice->folder, choice->folder, choice->play ? " (a play store: its clock may be moved)" : "",
	    choice->folder);
}

/* Without DIR the configuration is there already, such as the one in /etc: only the store that it names is made. */
static enum gp_rc
init_store(struct gp_app *app, const struct choice *choice, struct gp_err *err)
{
	if (choice->domain != NULL || choice->listen != NULL || choice->smarthost != NULL)
		return gp_usage(
		    err, "those options go into a new configuration; name its folder: guildpost init DIR ...");
	GP_TRY(gp_app_config(app, err));
	if (access(app->config.database, F_OK) == 0)
		return gp_fail_as(
		    err, 73, "5.3.5", "%s is there already; init overwrites nothing", app->config.database);
	GP_TRY(make_store(app->config.database, choice->play, err));
	if (!app->quiet)
		(void)printf("Made %s.\n\nNext: guildpost doctor\n", app->config.database);
	return GP_OK;
}

static enum gp_rc
init_folder(struct gp_app *app, const char *dir, struct choice *choice, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(16384);
	SCOPED(gp_free_str) char *templates = find_templates(app->program);
	SCOPED(gp_free_str) char *listen_default = NULL;
	SCOPED(gp_free_str) char *maildir = NULL;
	SCOPED(gp_free_str) char *config = NULL;
	SCOPED(gp_free_str) char *database = NULL;
	char folder[PATH_MAX];

	choice->domain = choice->domain != NULL ? choice->domain : "lists.example.org";
	GP_TRY(check_domain(choice->domain, err));
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return gp_fail_as(err, 73, "5.3.5", "cannot make the folder %s: %s", dir, strerror(errno));
	if (realpath(dir, folder) == NULL)
		return gp_fail_as(err, 73, "5.3.5", "cannot use the folder %s: %s", dir, strerror(errno));
	listen_default = gp_printf("unix:%s/lmtp.sock", folder);
	maildir = gp_printf("maildir:%s/mail", folder);
	choice->folder = folder;
	choice->templates = templates;
	choice->listen = choice->listen != NULL ? choice->listen : listen_default;
	choice->smarthost = choice->smarthost != NULL ? choice->smarthost : maildir;
	config = gp_printf("%s/guildpost.conf", folder);
	database = gp_printf("%s/guildpost.db", folder);
	if (access(config, F_OK) == 0 || access(database, F_OK) == 0)
		return gp_fail_as(err, 73, "5.3.5", "%s holds a guildpost already; init overwrites nothing", folder);
	write_config(&text, choice);
	GP_TRY(make_store(database, choice->play, err));
	GP_TRY(write_new_file(config, &text, err));
	if (!app->quiet)
		say_next(choice);
	return GP_OK;
}

enum gp_rc
gp_cmd_init(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct choice choice = { .domain = gp_option(&argc, argv, "--domain"),
		.listen = gp_option(&argc, argv, "--listen"),
		.smarthost = gp_option(&argc, argv, "--smarthost"),
		.play = gp_option_flag(&argc, argv, "--play") };

	GP_TRY(
	    gp_option_end(argc, argv, 0, 1, "init [DIR] [--domain D] [--listen ADDR] [--smarthost URL] [--play]", err));
	return argc == 1 ? init_store(app, &choice, err) : init_folder(app, argv[1], &choice, err);
}
