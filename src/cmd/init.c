#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/guild/route.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/setting.h"

struct choice {
	const char *folder, *domain, *listen, *smarthost, *templates;
	bool play;
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

/* Every key, commented: what an operator sees first, so it is written to be read. */
static void
write_config(struct gp_buf *out, const struct choice *choice)
{
	gp_buf_addf(out,
	    "# guildpost.conf - made by guildpost init. `key = value`; man guildpost explains each.\n\n"
	    "# Where spaces live: SPACE@this. May be given again for another domain.\n"
	    "domain = %s\n\n"
	    "# The store: one file, with its journal and locks beside it. On a local disk.\n"
	    "database = %s/guildpost.db\n\n"
	    "# Where the MTA hands mail over by LMTP: unix:PATH or ADDRESS:PORT. May be given again.\n"
	    "listen = %s\n"
	    "# Of the unix socket: its mode, and the group that may connect.\n"
	    "#listen-mode = 0660\n"
	    "#listen-group = postfix\n\n"
	    "# Beyond these: 421; 552 5.3.4 (stated in LHLO); 452 while the disk has less left.\n"
	    "#max-connections = 200\n"
	    "#max-message-size = 25MiB\n"
	    "#min-free-disk = 500MiB\n\n"
	    "# Whose Authentication-Results are believed (your own MTA's name). On a TCP listener\n"
	    "# only with trust-tcp = yes, since any local user can connect there.\n"
	    "#trusted-authserv-id = mx.%s\n"
	    "#trust-tcp = no\n"
	    "# A field set by your own MTA: such mail is dropped with a ledger line.\n"
	    "#spam-header = X-Spam-Flag: YES\n\n"
	    "# Where mail goes out. In order of preference when given again:\n"
	    "#   smtp://127.0.0.1:25   smtp://user@mx.example.org:587   smtps://user@mx.example.org\n"
	    "#   lmtp+unix:/path       maildir:DIR (for trying it out: DIR/<recipient>/new)\n"
	    "smarthost = %s\n"
	    "#smarthost-password-file = %s/smarthost.password\n"
	    "#smarthost-ca-file = /etc/ssl/certs/ca-certificates.crt\n"
	    "# Connections at once; recipients per transaction for shared copies.\n"
	    "#smarthost-connections = 4\n"
	    "#smarthost-recipients = 100\n\n"
	    "# Who is told when something needs a hand; gets mail to postmaster@ and abuse@.\n"
	    "operator = postmaster@%s\n\n"
	    "# Mail text, per language.\n"
	    "templates = %s\n",
	    choice->domain, choice->folder, choice->listen, choice->domain, choice->smarthost, choice->folder,
	    choice->domain, choice->templates);
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

enum gp_rc
gp_cmd_init(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct choice choice = { .domain = gp_option(&argc, argv, "--domain"),
		.listen = gp_option(&argc, argv, "--listen"),
		.smarthost = gp_option(&argc, argv, "--smarthost"),
		.play = gp_option_flag(&argc, argv, "--play") };
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(16384);
	SCOPED(gp_free_str) char *templates = find_templates(app->program);
	SCOPED(gp_free_str) char *listen_default = NULL;
	SCOPED(gp_free_str) char *maildir = NULL;
	SCOPED(gp_free_str) char *config = NULL;
	SCOPED(gp_free_str) char *database = NULL;
	char folder[PATH_MAX];

	GP_TRY(
	    gp_option_end(argc, argv, 1, 1, "init DIR [--domain D] [--listen ADDR] [--smarthost URL] [--play]", err));
	if (mkdir(argv[1], 0755) < 0 && errno != EEXIST)
		return gp_fail_as(err, 73, "5.3.5", "cannot make the folder %s: %s", argv[1], strerror(errno));
	if (realpath(argv[1], folder) == NULL)
		return gp_fail_as(err, 73, "5.3.5", "cannot use the folder %s: %s", argv[1], strerror(errno));
	if (choice.domain == NULL)
		choice.domain = "lists.example.org";
	GP_TRY(check_domain(choice.domain, err));
	listen_default = gp_printf("unix:%s/lmtp.sock", folder);
	maildir = gp_printf("maildir:%s/mail", folder);
	choice.folder = folder;
	choice.templates = templates;
	choice.listen = choice.listen != NULL ? choice.listen : listen_default;
	choice.smarthost = choice.smarthost != NULL ? choice.smarthost : maildir;
	config = gp_printf("%s/guildpost.conf", folder);
	database = gp_printf("%s/guildpost.db", folder);
	if (access(config, F_OK) == 0 || access(database, F_OK) == 0)
		return gp_fail_as(err, 73, "5.3.5", "%s holds a guildpost already; init overwrites nothing", folder);
	write_config(&text, &choice);
	GP_TRY(make_store(database, choice.play, err));
	GP_TRY(write_new_file(config, &text, err));
	if (!app->quiet)
		say_next(&choice);
	return GP_OK;
}
