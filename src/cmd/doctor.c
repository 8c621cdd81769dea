#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "guildpost/base/zone.h"
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

/* How Postfix or Exim hand over the whole domain; printed whenever one of them is found. */
static void
check_mta(struct patient *patient)
{
	const char *where = patient->app->config.listen.v[0], *domain = patient->app->config.domains.v[0];
	bool is_unix = strncmp(where, "unix:", 5) == 0;
	SCOPED(gp_free_str) char *remedy = NULL;

	if (access("/usr/sbin/postfix", X_OK) == 0) {
		remedy = gp_printf(
		    "main.cf: relay_domains = %s; recipient_delimiter = +; transport_maps = inline:{ { %s = "
		    "lmtp:%s%s } }; relay_recipient_maps =; address_verify via "
		    "smtpd_recipient_restrictions = ..., reject_unverified_recipient",
		    domain, domain, is_unix ? "" : "inet:", where);
		finding(patient, "mta", "ok", "Postfix is installed", remedy);
	} else if (access("/usr/sbin/exim4", X_OK) == 0) {
		remedy = gp_printf("a router with domains = %s and a transport with driver = lmtp, %s = %s", domain,
		    is_unix ? "socket" : "smtp on", where + (is_unix ? 5 : 0));
		finding(patient, "mta", "ok", "Exim is installed", remedy);
	} else {
		remedy = gp_printf("hand mail for %s to %s by LMTP", domain, where);
		finding(patient, "mta", "warn", "no MTA that doctor knows", remedy);
	}
}

enum gp_rc
gp_cmd_doctor(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct patient patient = { app, 0 };

	GP_TRY(gp_option_end(argc, argv, 0, 0, "doctor", err));
	gp_out_begin(app);
	check_configuration(&patient);
	if (patient.failed == 0) {
		check_store(&patient);
		check_disk(&patient);
		check_templates(&patient);
		check_zones(&patient);
		for (size_t i = 0; i < app->config.smarthosts.count; i++)
			check_smarthost(&patient, app->config.smarthosts.v[i]);
		for (size_t i = 0; i < app->config.listen.count; i++)
			check_listen(&patient, app->config.listen.v[i]);
		check_mta(&patient);
	}
	gp_out_end(app);
	if (patient.failed > 0)
		return gp_fail_as(
		    err, 78, "5.3.5", "%d check%s failed", patient.failed, patient.failed == 1 ? "" : "s");
	return GP_OK;
}
