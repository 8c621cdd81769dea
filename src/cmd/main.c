/* main.c - the words of the command line, and who serves them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <strings.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/cmd/app.h"
#include "guildpost/cmd/commands.h"
#include "guildpost/desk/reader.h"

static enum gp_rc help(struct gp_app *app, int argc, char **argv, struct gp_err *err);
static enum gp_rc reader(struct gp_app *app, int argc, char **argv, struct gp_err *err);

static const struct gp_command commands[] = {
	{ "init", "[DIR] [--domain D] [--listen ADDR] [--smarthost URL] [--play]",
	    "make a configuration and a database", gp_cmd_init },
	{ "serve", "", "receive, desk and deliver in the foreground; restarts one that dies", gp_cmd_serve },
	{ "receive", "", "the LMTP server", gp_cmd_receive },
	{ "desk", "[--once]", "sort what came in, and keep the clock", gp_cmd_desk },
	{ "deliver", "[--once]", "work the outbox: send what is due", gp_cmd_deliver },
	{ "accept", "[--sender ADDR] RECIPIENT...", "take one message from standard input", gp_cmd_accept },
	{ "status", "[--prometheus FILE]", "what waits, the rates, and the memory of each process", gp_cmd_status },
	{ "doctor", "[--send ADDRESS | --received FILE]", "check configuration, store, disk, smarthost and MTA",
	    gp_cmd_doctor },
	{ "community create", "NAME [--title T] [--steward ADDR] [--timezone TZ] [--language L] [--rhythm TEXT]",
	    "a community and its main space", gp_cmd_community_create },
	{ "community show", "NAME", "its settings", gp_cmd_community_show },
	{ "community list", "", "every community", gp_cmd_community_list },
	{ "community set", "NAME KEY VALUE", "change a setting", gp_cmd_community_set },
	{ "community close", "NAME", "its spaces take mail no longer; the archive stays", gp_cmd_community_close },
	{ "space create", "COMMUNITY NAME [--visibility V] [--posting P]", "a further space", gp_cmd_space_create },
	{ "space show", "SPACE", "its settings", gp_cmd_space_show },
	{ "space list", "[COMMUNITY]", "every space", gp_cmd_space_list },
	{ "space set", "SPACE KEY VALUE", "change a setting", gp_cmd_space_set },
	{ "member add",
	    "COMMUNITY ADDRESS [--name N] [--delivery MODE] [--role steward|host] [--guest] [--timezone TZ] "
	    "[--language L]",
	    "bring a member in, or change one", gp_cmd_member_add },
	{ "member remove", "COMMUNITY ADDRESS", "out of every space", gp_cmd_member_remove },
	{ "member set", "COMMUNITY ADDRESS KEY VALUE", "change a setting of a member", gp_cmd_member_set },
	{ "member show", "COMMUNITY ADDRESS", "one member", gp_cmd_member_show },
	{ "member list", "COMMUNITY [--all]", "the members; --all: those who left, too", gp_cmd_member_list },
	{ "member import", "COMMUNITY FILE.csv [--confirmed]", "invite, or with --confirmed add, whom a CSV file names",
	    gp_cmd_member_import },
	{ "subscribe", "SPACE ADDRESS [--delivery MODE]", "a member into a further space", gp_cmd_subscribe },
	{ "unsubscribe", "SPACE ADDRESS", "a member out of a space", gp_cmd_unsubscribe },
	{ "archive import", "SPACE PATH...",
	    "mbox (also .gz, .zst), Maildir, MH, .eml, public-inbox, or -; sends nothing", gp_cmd_archive_import },
	{ "aside list", "[SPACE]", "messages that an import could not file", gp_cmd_aside_list },
	{ "aside show", "ID [--raw]", "one of them, whole", gp_cmd_aside_show },
	{ "aside drop", "ID", "it has been seen to: out of the store", gp_cmd_aside_drop },
	{ "archive list", "SPACE", "every post of a space", gp_cmd_archive_list },
	{ "archive threads", "SPACE [--limit N [--page N]]", "its conversations, the latest first",
	    gp_cmd_archive_threads },
	{ "archive thread", "SPACE ID", "one conversation as a tree", gp_cmd_archive_thread },
	{ "archive show", "SPACE MESSAGE-ID [--raw]", "one post", gp_cmd_archive_show },
	{ "archive search", "SPACE QUERY [--threads] [--limit N]",
	    "words, \"phrases\", from: subject: since: until: has:attachment prefix* -word", gp_cmd_archive_search },
	{ "archive render", "SPACE DIR [--url URL]",
	    "a public space as plain pages and a feed; what has not changed stays", gp_cmd_archive_render },
	{ "thread join", "SPACE ID ID", "two conversations as one, for ever", gp_cmd_thread_join },
	{ "thread split", "SPACE MESSAGE-ID", "a post and all that answers it as a conversation of its own",
	    gp_cmd_thread_split },
	{ "archive export", "SPACE [--format mboxrd|maildir|eml] [-o PATH]", "all posts, octet for octet",
	    gp_cmd_archive_export },
	{ "archive stats", "SPACE", "posts, threads and people a month, as a chart", gp_cmd_archive_stats },
	{ "archive remove", "SPACE MESSAGE-ID", "one post out of every copy that is here", gp_cmd_archive_remove },
	{ "archive reindex", "[SPACE]", "all that is derived of the posts, anew", gp_cmd_archive_reindex },
	{ "archive check", "", "is the whole store what it should be?", gp_cmd_archive_check },
	{ "explain", "[--sender ADDR] [--recipient ADDR] [FILE|MBOX]",
	    "what guildpost understands of a message, offline", gp_cmd_explain },
	{ "digest preview", "SPACE [--mode weekly] [--until TIME] [--member ADDR]",
	    "the digest of a window, on standard output", gp_cmd_digest_preview },
	{ "digest list", "SPACE", "the issues that went out", gp_cmd_digest_list },
	{ "meeting create",
	    "SPACE --title T --start LOCAL [--timezone TZ] [--duration 1h] [--repeat TEXT] [--until DATE|--count N]"
	    " [--location L] [--agenda TEXT]",
	    "plan a meeting and invite the members", gp_cmd_meeting_create },
	{ "meeting list", "SPACE", "the meetings of a space, and who comes to the next date", gp_cmd_meeting_list },
	{ "meeting show", "SPACE REF", "one meeting and its answers", gp_cmd_meeting_show },
	{ "meeting move", "SPACE REF [--date D] --start LOCAL", "another time for all of it, or for one date",
	    gp_cmd_meeting_move },
	{ "meeting cancel", "SPACE REF [--date D]", "call off all of it, or one date", gp_cmd_meeting_cancel },
	{ "held list", "[SPACE]", "posts that wait for a steward", gp_cmd_held_list },
	{ "held show", "ID", "one of them, whole", gp_cmd_held_show },
	{ "held free", "ID", "post it", gp_cmd_held_free },
	{ "held refuse", "ID [WHY]", "send its author a refusal", gp_cmd_held_refuse },
	{ "why", "ADDRESS [--limit N]", "what was sent to an address, when, with what result", gp_cmd_why },
	{ "ledger", "[SPACE] [--limit N]", "who did what, and whether somebody has changed that since", gp_cmd_ledger },
	{ "inbox list", "", "what came in and is not sorted yet", gp_cmd_inbox_list },
	{ "inbox show", "ID [--raw]", "one of these, with its octets", gp_cmd_inbox_show },
	{ "inbox retry", "ID", "let the desk take it again", gp_cmd_inbox_retry },
	{ "inbox drop", "ID", "out of the inbox", gp_cmd_inbox_drop },
	{ "outbox list", "[SPACE]", "what waits to go out", gp_cmd_outbox_list },
	{ "outbox show", "ID", "one row, its exceptions and its header", gp_cmd_outbox_show },
	{ "outbox retry", "ID", "try now what was put off, refused or given up", gp_cmd_outbox_retry },
	{ "outbox hold", "ID", "send nothing more of it until released", gp_cmd_outbox_hold },
	{ "outbox release", "ID", "let a held one go out", gp_cmd_outbox_release },
	{ "outbox drop", "ID", "send it to nobody else, for ever", gp_cmd_outbox_drop },
	{ "backup", "FILE", "a consistent, marked copy, while running", gp_cmd_backup },
	{ "restore", "FILE", "bring a backup back; its outbox is held until released", gp_cmd_restore },
	{ "upgrade", "", "climb to this program's schema", gp_cmd_upgrade },
	{ "help", "[COMMAND]", "this list, or one command", help },
	{ "reader", "", NULL, reader }, /* the desk's child; not for people */
};

static enum gp_rc
reader(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	(void)app;
	(void)argc;
	(void)argv;
	if (fcntl(3, F_GETFD) < 0)
		return gp_usage(err, "`reader` is what desk runs to read a message; nobody calls it by hand");
	exit(gp_reader_main());
}

static enum gp_rc
help(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	bool any = false;

	(void)app;
	if (argc == 1)
		(void)printf("usage: guildpost [-c FILE] [--now TIME] [--json] [-q|-v] COMMAND ...\n\n");
	for (size_t i = 0; i < GP_COUNT(commands); i++) {
		if (commands[i].says == NULL || (argc > 1 && strncmp(commands[i].name, argv[1], strlen(argv[1])) != 0))
			continue;
		(void)printf("  %s%s%s\n      %s\n", commands[i].name, *commands[i].usage != '\0' ? " " : "",
		    commands[i].usage, commands[i].says);
		any = true;
	}
	if (!any)
		return gp_usage(err, "there is no command `%s`; see: guildpost help", argv[1]);
	if (argc == 1)
		(void)printf("\nThe manual: man guildpost\n");
	return GP_OK;
}

/* The longest name that the words begin with; ret_words: how many it has. */
static const struct gp_command *
find_command(int argc, char **argv, int *ret_words)
{
	const struct gp_command *best = NULL;

	*ret_words = 0;
	for (size_t i = 0; i < GP_COUNT(commands); i++) {
		const char *name = commands[i].name, *blank = strchr(name, ' ');
		size_t first = blank != NULL ? (size_t)(blank - name) : strlen(name);
		int words = blank != NULL ? 2 : 1;

		if (argc < words || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0)
			continue;
		if (blank != NULL && strcmp(argv[1], blank + 1) != 0)
			continue;
		if (words > *ret_words) {
			best = &commands[i];
			*ret_words = words;
		}
	}
	return best;
}

static enum gp_rc
set_now(struct gp_app *app, const char *text, struct gp_err *err)
{
	int64_t now;

	if (!gp_clock_parse(text, &now))
		return gp_usage(err, "--now wants a time such as 2026-11-24T08:00:00Z, not `%s`", text);
	gp_clock_set(now);
	app->now_given = true;
	return GP_OK;
}

/* GUILDPOST_TEST_CLOCK=FILE. Only a play store takes it, as it does --now. */
static enum gp_rc
follow_clock(struct gp_app *app, const char *path, struct gp_err *err)
{
	if (!gp_clock_follow(path))
		return gp_usage(err, "GUILDPOST_TEST_CLOCK: cannot read %s: %s", path, strerror(errno));
	app->now_given = true;
	return GP_OK;
}

/* Options before the command; *ret_next is where the command stands. */
static enum gp_rc
global_options(struct gp_app *app, int argc, char **argv, int *ret_next, struct gp_err *err)
{
	static char version_word[] = "version", help_word[] = "help"; /* the options are commands too */
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			app->config_path = argv[++i];
		else if (strcmp(argv[i], "--now") == 0 && i + 1 < argc)
			GP_TRY(set_now(app, argv[++i], err));
		else if (strncmp(argv[i], "--now=", 6) == 0)
			GP_TRY(set_now(app, argv[i] + 6, err));
		else if (strcmp(argv[i], "--json") == 0)
			app->json = true;
		else if (strcmp(argv[i], "-q") == 0)
			app->quiet = true;
		else if (strcmp(argv[i], "-v") == 0)
			app->verbose = true;
		else if (strcmp(argv[i], "--version") == 0)
			argv[i] = version_word;
		else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			argv[i] = help_word;
		else
			return gp_usage(err, "unknown option %s; see: guildpost help", argv[i]);
		if (argv[i] == version_word || argv[i] == help_word)
			break;
	}
	*ret_next = i;
	return GP_OK;
}

static enum gp_rc
run(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *now = getenv("GUILDPOST_NOW"), *clock_file = getenv("GUILDPOST_TEST_CLOCK");
	const struct gp_command *command;
	int next = 1, words;

	if (now != NULL && *now != '\0')
		GP_TRY(set_now(app, now, err));
	if (clock_file != NULL && *clock_file != '\0')
		GP_TRY(follow_clock(app, clock_file, err));
	GP_TRY(global_options(app, argc, argv, &next, err));
	gp_log_level(app->verbose ? GP_LOG_DEBUG : app->quiet ? GP_LOG_ERROR : GP_LOG_INFO);
	argc -= next;
	argv += next;
	if (argc > 0 && strcmp(argv[0], "version") == 0) {
		(void)printf("guildpost %s\n", GP_VERSION);
		return GP_OK;
	}
	if (argc == 0)
		return gp_usage(err, "a command is missing; see: guildpost help");
	/* --json is taken behind the command as well: people put it there. */
	if (gp_option_flag(&argc, argv, "--json"))
		app->json = true;
	command = find_command(argc, argv, &words);
	if (command == NULL)
		return gp_usage(err, "there is no command `%s%s%s`; see: guildpost help", argv[0], argc > 1 ? " " : "",
		    argc > 1 ? argv[1] : "");
	if (argc > words && strcmp(argv[words], "--help") == 0)
		return help(app, 2, (char *[]){ (char[]){ "help" }, (char *)(uintptr_t)command->name, NULL }, err);
	return command->run(app, argc - words + 1, argv + words - 1, err);
}

/* /proc/self/exe, so that the reader child and a restart find the very same file. */
static const char *
own_path(const char *argv0)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		return argv0;
	path[n] = '\0';
	return path;
}

static int
exit_status(enum gp_rc rc, const struct gp_err *err)
{
	if (rc == GP_OK)
		return 0;
	if (err->sysexit != 0)
		return err->sysexit;
	return rc == GP_TEMP ? 75 : 65;
}

int
main(int argc, char **argv)
{
	struct gp_app app = { .program = own_path(argv[0]), .config_path = getenv("GUILDPOST_CONF") };
	struct gp_err err = { .text = "" };
	enum gp_rc rc;
	int status;

	(void)signal(SIGPIPE, SIG_IGN);
	if (app.config_path == NULL || *app.config_path == '\0')
		app.config_path = "/etc/guildpost/guildpost.conf";
	rc = run(&app, argc, argv, &err);
	if (rc == GP_OK && fflush(stdout) != 0)
		rc = gp_fail_as(&err, 74, "4.3.0", "cannot write the output: %s", strerror(errno));
	if (rc != GP_OK)
		(void)fprintf(stderr, "guildpost: %s\n", err.text);
	if (rc != GP_OK && err.detail[0] != '\0' && app.verbose)
		(void)fprintf(stderr, "guildpost: (%s)\n", err.detail);
	status = exit_status(rc, &err);
	gp_app_release(&app);
	return status;
}
