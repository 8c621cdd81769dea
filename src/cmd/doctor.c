#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/zone.h"
#include "guildpost/desk/road_check.h"
#include "guildpost/wire/probe.h"

struct patient {
	struct gp_app *app;
	int failed;
};

static void
finding(struct patient *patient, const char *check, const char *result, const char *text, const char *remedy)
{
	struct gp_app *app = patient->app;

	gp_out_text(app, "check", check);
	gp_out_text(app, "result", result);
	gp_out_text(app, "text", text);
	gp_out_text(app, "remedy", remedy);
	gp_out_row(app);
	patient->failed += strcmp(result, "fail") == 0;
}

static void
check_configuration(struct patient *patient)
{
	struct gp_err err = { .text = "" };

	if (gp_app_config(patient->app, &err) == GP_OK)
		finding(patient, "configuration", "ok", patient->app->config.path, "");
	else
		finding(patient, "configuration", "fail", err.text, "mend that line, or name another file with -c");
}

static void
check_store(struct patient *patient)
{
	struct gp_err err = { .text = "" };
	char text[64];

	if (gp_app_open(patient->app, GP_DB_READ, &err) != GP_OK) {
		finding(patient, "store", "fail", err.text, "see the text; nothing else works without the store");
		return;
	}
	(void)snprintf(text, sizeof(text), "schema %d", gp_schema_newest());
	finding(patient, "schema", "ok", text, "");
	if (gp_db_verify(patient->app->db, false, &err) != GP_OK)
		finding(patient, "store", "fail", err.text, "guildpost restore FILE");
	else
		finding(patient, "store", "ok", patient->app->config.database, "");
}

static void
check_disk(struct patient *patient)
{
	struct statvfs disk;
	char text[80];
	int64_t left, wanted = patient->app->config.min_free_disk;

	if (statvfs(patient->app->config.database, &disk) < 0) {
		finding(patient, "disk", "fail", strerror(errno), "see the key `database`");
		return;
	}
	left = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	(void)snprintf(text, sizeof(text), "%lld MiB left", (long long)(left >> 20));
	if (left < wanted)
		finding(patient, "disk", "fail", text, "below min-free-disk mail is answered 452: free some space");
	else if (left < 3 * wanted)
		finding(patient, "disk", "warn", text, "free some space, or lower min-free-disk");
	else
		finding(patient, "disk", "ok", text, "");
}

static void
check_templates(struct patient *patient)
{
	SCOPED(gp_free_str) char *file = gp_printf("%s/en/join-confirm.txt", patient->app->config.templates);

	if (access(file, R_OK) == 0)
		finding(patient, "templates", "ok", patient->app->config.templates, "");
	else
		finding(patient, "templates", "fail", file, "set the key `templates` to the folder that holds en/");
}

static void
check_zones(struct patient *patient)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_err err;

	if (gp_zone_open("Europe/Berlin", &zone, &err) == GP_OK)
		finding(patient, "time zones", "ok", "tzdata", "");
	else
		finding(patient, "time zones", "fail", err.text, "install tzdata");
}

/* The part of a smarthost URL that gp_probe() connects to; NULL for implicit TLS, which it does not speak. */
static char *
probe_place(const char *url)
{
	const char *at = strchr(url, '@'), *host;

	if (strncmp(url, "lmtp+unix:", 10) == 0)
		return gp_printf("unix:%s", url + 10);
	if (strncmp(url, "smtp://", 7) != 0)
		return NULL;
	host = at != NULL ? at + 1 : url + 7;
	return strrchr(host, ':') > strrchr(host, ']') ? gp_strdup(host) : gp_printf("%s:25", host);
}

static void
check_maildir(struct patient *patient, const char *folder)
{
	if (access(folder, W_OK) == 0)
		finding(patient, "smarthost", "ok", "mail is written to folders, for trying it out", "");
	else if (errno == ENOENT)
		finding(patient, "smarthost", "ok", "mail will be written to folders, for trying it out", "");
	else
		finding(patient, "smarthost", "fail", strerror(errno), "see the key `smarthost`");
}

static void
check_smarthost(struct patient *patient, const char *url)
{
	SCOPED(gp_buf_release) struct gp_buf reply = GP_BUF_INIT(8192);
	SCOPED(gp_free_str) char *place = probe_place(url);
	SCOPED(gp_free_str) char *hello = NULL;
	struct gp_err err;
	bool lmtp = strncmp(url, "lmtp", 4) == 0;

	if (strncmp(url, "maildir:", 8) == 0) {
		check_maildir(patient, url + 8);
		return;
	}
	if (place == NULL) {
		finding(patient, "smarthost", "warn", url, "implicit TLS is tried at the first mail; see outbox list");
		return;
	}
	hello = gp_printf("%s %s", lmtp ? "LHLO" : "EHLO", patient->app->config.domains.v[0]);
	if (gp_probe(place, hello, &reply, &err) != GP_OK)
		finding(patient, "smarthost", "fail", err.text, "start the MTA, or set the key `smarthost`");
	else if (strcasestr(reply.data, "PIPELINING") == NULL)
		finding(patient, "smarthost", "warn", "answers, without PIPELINING", "sending will be slow");
	else
		finding(patient, "smarthost", "ok", url, "");
}

static void
check_listen(struct patient *patient, const char *where)
{
	SCOPED(gp_buf_release) struct gp_buf reply = GP_BUF_INIT(8192);
	struct gp_err err;

	if (gp_probe(where, "LHLO doctor", &reply, &err) == GP_OK)
		finding(patient, "receive", "ok", where, "");
	else
		finding(patient, "receive", "warn", err.text, "guildpost serve");
}

/* Mail to postmaster@ and abuse@ of our domains goes to the operator: who must not live there, or it goes round. */
static void
check_operator(struct patient *patient)
{
	const struct gp_config *config = &patient->app->config;
	const char *at = strchr(config->operator_address, '@');

	for (size_t i = 0; at != NULL && i < config->domains.count; i++)
		if (strcasecmp(at + 1, config->domains.v[i]) == 0) {
			finding(patient, "operator", "warn", config->operator_address,
			    "set the key `operator` to an address in another domain: this one leads back here");
			return;
		}
	finding(patient, "operator", "ok", config->operator_address, "");
}

/* "a.example, b.example", or with a value: "{ a.example = VALUE }, { b.example = VALUE }" */
static void
add_domains(struct gp_buf *out, const struct gp_strs *domains, const char *value)
{
	for (size_t i = 0; i < domains->count; i++) {
		gp_buf_adds(out, i > 0 ? ", " : "");
		if (value == NULL)
			gp_buf_adds(out, domains->v[i]);
		else
			gp_buf_addf(out, "{ %s = %s }", domains->v[i], value);
	}
}

/* Lines for main.cf. Unknown addresses are probed for and refused at RCPT, on the first hop (RCV-09): what is refused
 * after Postfix has taken it becomes a bounce to a sender who is often forged. */
static void
postfix_lines(struct gp_buf *out, const struct gp_config *config)
{
	const char *where = config->listen.v[0];
	bool is_unix = strncmp(where, "unix:", 5) == 0;
	SCOPED(gp_free_str) char *next_hop = gp_printf("lmtp:%s%s", is_unix ? "" : "inet:", where);

	gp_buf_adds(out, "recipient_delimiter = +\nrelay_domains = ");
	add_domains(out, &config->domains, NULL);
	gp_buf_adds(out, "\ntransport_maps = inline:{ ");
	add_domains(out, &config->domains, next_hop);
	gp_buf_adds(out, " }\nrelay_recipient_maps =\nunverified_recipient_reject_code = 550\n"
			 "smtpd_recipient_restrictions = check_recipient_access inline:{ ");
	add_domains(out, &config->domains, "reject_unverified_recipient");
	gp_buf_adds(out, " }\n");
	if (is_unix)
		gp_buf_adds(
		    out, "# Debian runs lmtp in a chroot, which hides the socket: postconf -F lmtp/unix/chroot=n\n");
}

static void
exim_lines(struct gp_buf *out, const struct gp_config *config)
{
	const char *where = config->listen.v[0], *port = strrchr(where, ':');
	bool is_unix = strncmp(where, "unix:", 5) == 0;

	gp_buf_adds(out, "# a router, before those for local users:\nguildpost:\n  driver = accept\n  domains = ");
	for (size_t i = 0; i < config->domains.count; i++)
		gp_buf_addf(out, "%s%s", i > 0 ? " : " : "", config->domains.v[i]);
	gp_buf_adds(out, "\n  transport = guildpost\n# a transport:\nguildpost:\n");
	if (is_unix)
		gp_buf_addf(out, "  driver = lmtp\n  socket = %s\n", where + 5);
	else
		gp_buf_addf(out,
		    "  driver = smtp\n  protocol = lmtp\n  hosts = %.*s\n  port = %s\n  hosts_override\n"
		    "  allow_localhost\n",
		    (int)(port - where), where, port + 1);
	gp_buf_adds(out, "# and in the RCPT ACL, so that unknown addresses are refused on the first hop:\n"
			 "#   verify = recipient/callout=use_sender,defer_ok\n");
}

/* ret_lines: what the MTA's configuration needs, whichever MTA is here. */
static void
check_mta(struct patient *patient, struct gp_buf *ret_lines)
{
	const struct gp_config *config = &patient->app->config;
	const char *seen = "no MTA that doctor knows", *result = "warn";

	if (access("/usr/sbin/postfix", X_OK) == 0) {
		seen = "Postfix is installed; into its main.cf:";
		result = "ok";
		postfix_lines(ret_lines, config);
	} else if (access("/usr/sbin/exim4", X_OK) == 0) {
		seen = "Exim is installed; into its configuration:";
		result = "ok";
		exim_lines(ret_lines, config);
	} else {
		gp_buf_adds(ret_lines, "hand over by LMTP, to ");
		gp_buf_addf(ret_lines, "%s, all mail for ", config->listen.v[0]);
		add_domains(ret_lines, &config->domains, NULL);
		gp_buf_adds(ret_lines, "\n");
	}
	finding(patient, "mta", result, seen, patient->app->json ? ret_lines->data : "see below");
}

static enum gp_rc
verdict(const struct patient *patient, struct gp_err *err)
{
	if (patient->failed > 0)
		return gp_fail_as(
		    err, 78, "5.3.5", "%d check%s failed", patient->failed, patient->failed == 1 ? "" : "s");
	return GP_OK;
}

/* --- the road there and back (SND-12) ------------------------------------------------------- */

static void
road_finding(void *context, const char *check, const char *result, const char *text, const char *remedy)
{
	finding(context, check, result, text, remedy);
}

static enum gp_rc
read_mail(const char *path, struct gp_buf *out, struct gp_err *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char octets[16384];
	size_t n;
	bool failed;

	if (file == NULL)
		return gp_fail_as(err, 66, "5.3.5", "cannot open %s: %s", path, strerror(errno));
	while ((n = fread(octets, 1, sizeof(octets), file)) > 0)
		gp_buf_add(out, octets, n);
	failed = ferror(file) != 0;
	if (file != stdin)
		(void)fclose(file);
	if (failed || out->full)
		return gp_fail_as(err, 65, "5.3.4", "%s cannot be read, or is larger than a mail of ours", path);
	return GP_OK;
}

static enum gp_rc
send_check(struct gp_app *app, const char *address, struct gp_err *err)
{
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_road_check_send(&app->desk, address, gp_clock_now(), err));
	if (!app->quiet)
		(void)fprintf(stderr,
		    "A mail goes to %s. Save it there whole, then: guildpost doctor --received FILE\n", address);
	return GP_OK;
}

static enum gp_rc
compare_check(struct gp_app *app, const char *path, struct gp_err *err)
{
	struct patient patient = { app, 0 };
	SCOPED(gp_buf_release) struct gp_buf mail = GP_BUF_INIT(1 << 20);

	GP_TRY(read_mail(path, &mail, err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	gp_out_begin(app);
	GP_TRY(gp_road_check_compare(&app->desk, mail.data, mail.len, road_finding, &patient, err));
	gp_out_end(app);
	return verdict(&patient, err);
}

enum gp_rc
gp_cmd_doctor(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct patient patient = { app, 0 };
	SCOPED(gp_buf_release) struct gp_buf mta_lines = GP_BUF_INIT(8192);
	const char *to = gp_option(&argc, argv, "--send"), *received = gp_option(&argc, argv, "--received");

	GP_TRY(gp_option_end(argc, argv, 0, 0, "doctor [--send ADDRESS | --received FILE]", err));
	if (to != NULL || received != NULL)
		return to != NULL ? send_check(app, to, err) : compare_check(app, received, err);
	gp_out_begin(app);
	check_configuration(&patient);
	if (patient.failed == 0) {
		check_store(&patient);
		check_disk(&patient);
		check_templates(&patient);
		check_zones(&patient);
		check_operator(&patient);
		for (size_t i = 0; i < app->config.smarthosts.count; i++)
			check_smarthost(&patient, app->config.smarthosts.v[i]);
		for (size_t i = 0; i < app->config.listen.count; i++)
			check_listen(&patient, app->config.listen.v[i]);
		check_mta(&patient, &mta_lines);
	}
	gp_out_end(app);
	if (!app->json && mta_lines.len > 0)
		(void)printf("\nThe MTA needs:\n\n%s\n", mta_lines.data);
	return verdict(&patient, err);
}
