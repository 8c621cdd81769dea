#include "guildpost/cmd/commands.h"

#include <errno.h>

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"

#define CSV_MAX (64u << 20)

enum gp_rc
gp_cmd_member_add(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct gp_newcomer newcomer = { .name = gp_option(&argc, argv, "--name"),
		.mode = gp_option(&argc, argv, "--delivery"),
		.role = gp_option(&argc, argv, "--role"),
		.timezone = gp_option(&argc, argv, "--timezone"),
		.language = gp_option(&argc, argv, "--language"),
		.guest = gp_option_flag(&argc, argv, "--guest") };
	SCOPED(gp_free_str) char *community = NULL;
	const char *domain;
	int64_t id;

	GP_TRY(gp_option_end(argc, argv, 2, 2,
	    "member add COMMUNITY ADDRESS [--name N] [--delivery MODE] [--role steward|host] [--guest] [--timezone TZ] "
	    "[--language L]",
	    err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &community, &domain, err));
	newcomer.address = argv[2];
	return gp_enrol_add(&app->desk, community, &newcomer, "operator", gp_clock_now(), &id, err);
}

enum gp_rc
gp_cmd_member_remove(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_free_str) char *community = NULL;
	const char *domain;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "member remove COMMUNITY ADDRESS", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &community, &domain, err));
	return gp_enrol_remove(&app->desk, community, argv[2], "operator", gp_clock_now(), err);
}

enum gp_rc
gp_cmd_member_set(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_free_str) char *community = NULL;
	const char *domain;

	if (argc != 5)
		return gp_usage(err, "usage: guildpost member set COMMUNITY ADDRESS KEY VALUE");
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &community, &domain, err));
	return gp_enrol_set(&app->desk, community, argv[2], argv[3], argv[4], "operator", gp_clock_now(), err);
}

/* --- show and list -------------------------------------------------------------------------- */

struct subscriptions {
	struct gp_buf json, shown;
};

static enum gp_rc
add_subscription(void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err)
{
	struct subscriptions *list = context;

	(void)err;
	gp_buf_adds(&list->json, list->json.len > 1 ? "," : "");
	gp_buf_adds(&list->json, "{\"space\":");
	gp_json_string(&list->json, space_name);
	gp_buf_addf(&list->json, ",\"delivery\":\"%s\"}", subscription->mode);
	gp_buf_addf(&list->shown, "%s%s %s", list->shown.len > 0 ? ", " : "", space_name, subscription->mode);
	return GP_OK;
}

static void
out_roles(struct gp_app *app, const struct gp_strs *roles)
{
	SCOPED(gp_buf_release) struct gp_buf json = GP_BUF_INIT(4096);
	SCOPED(gp_buf_release) struct gp_buf shown = GP_BUF_INIT(4096);

	gp_buf_addc(&json, '[');
	for (size_t i = 0; i < roles->count; i++) {
		gp_buf_adds(&json, i > 0 ? "," : "");
		gp_json_string(&json, roles->v[i]);
		gp_buf_addf(&shown, "%s%s", i > 0 ? ", " : "", roles->v[i]);
	}
	gp_buf_addc(&json, ']');
	gp_out_raw(app, "roles", json.data, shown.len > 0 ? shown.data : "-");
}

static enum gp_rc
out_columns(struct gp_app *app, const struct gp_member *member, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs roles = { NULL, 0, 0 };
	struct subscriptions list = { GP_BUF_INIT(1 << 20), GP_BUF_INIT(1 << 20) };
	enum gp_rc rc;

	GP_TRY(gp_role_list(app->db, member->id, &roles, err));
	gp_buf_addc(&list.json, '[');
	rc = gp_subscription_list(app->db, member->id, add_subscription, &list, err);
	gp_buf_addc(&list.json, ']');
	gp_out_text(app, "address", member->address);
	gp_out_text(app, "name", member->name);
	gp_out_text(app, "level", member->level);
	out_roles(app, &roles);
	gp_out_text(app, "timezone", member->timezone);
	gp_out_text(app, "language", member->language);
	gp_out_text(app, "state", member->state);
	gp_out_time(app, "paused_until", member->paused_until);
	gp_out_raw(app, "subscriptions", list.json.data, list.shown.len > 0 ? list.shown.data : "-");
	gp_buf_release(&list.json);
	gp_buf_release(&list.shown);
	return rc;
}

static enum gp_rc
out_member(void *context, const struct gp_member *member, struct gp_err *err)
{
	GP_TRY(out_columns(context, member, err));
	gp_out_row(context);
	return GP_OK;
}

/* --- how they agreed (SUB-09) --------------------------------------------------------------- */

static void
add_time(struct subscriptions *list, const char *key, const char *word, int64_t t)
{
	char day[GP_RFC3339_SIZE];

	gp_clock_format(t, day);
	gp_buf_addf(&list->json, t != 0 ? ",\"%s\":\"%s\"" : ",\"%s\":null", key, day);
	if (t != 0)
		gp_buf_addf(&list->shown, "%s%.10s", word, day);
}

static void
add_text(struct subscriptions *list, const char *key, const char *value)
{
	gp_buf_addf(&list->json, ",\"%s\":", key);
	gp_json_string(&list->json, value);
}

static enum gp_rc
add_consent(void *context, const struct gp_consent *consent, struct gp_err *err)
{
	static const char *const said[][2] = { { "asked", "by their answer" },
		{ "invited", "invited, by their answer" }, { "undone", "back, by their answer" },
		{ "operator", "by the operator's word" } };
	struct subscriptions *list = context;

	(void)err;
	gp_buf_adds(&list->json, list->json.len > 1 ? ",{" : "{");
	gp_buf_adds(&list->json, "\"space\":");
	gp_json_string(&list->json, consent->space);
	gp_buf_addf(&list->shown, "%s%s ", list->shown.len > 0 ? ", " : "", consent->space);
	for (size_t i = 0; i < GP_COUNT(said); i++)
		if (strcmp(said[i][0], consent->how) == 0)
			gp_buf_adds(&list->shown, said[i][1]);
	add_text(list, "how", consent->how);
	add_time(list, "at", " ", consent->at);
	add_time(list, "withdrawn", " until ", consent->withdrawn_at);
	add_text(list, "answer", consent->msgid);
	add_text(list, "notice", consent->notice);
	gp_buf_addc(&list->json, '}');
	return GP_OK;
}

static enum gp_rc
out_with_consents(struct gp_app *app, const struct gp_member *member, struct gp_err *err)
{
	struct subscriptions list = { GP_BUF_INIT(1 << 20), GP_BUF_INIT(1 << 20) };
	enum gp_rc rc;

	GP_TRY(out_columns(app, member, err));
	gp_buf_addc(&list.json, '[');
	rc = gp_consent_list(app->db, member->id, add_consent, &list, err);
	gp_buf_addc(&list.json, ']');
	gp_out_raw(app, "agreed", list.json.data, list.shown.len > 0 ? list.shown.data : "-");
	gp_out_row(app);
	gp_buf_release(&list.json);
	gp_buf_release(&list.shown);
	return rc;
}

static enum gp_rc
open_community(struct gp_app *app, const char *word, struct gp_community **ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;
	const char *domain;

	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_read(app, word, &name, &domain, err));
	GP_TRY(gp_community_find(app->db, name, ret, err));
	if (*ret == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no community `%.40s`; see: guildpost community list", word);
	return GP_OK;
}

/* Those who left are shown by `show` alone. */
static enum gp_rc
out_present(void *context, const struct gp_member *member, struct gp_err *err)
{
	return strcmp(member->state, "left") == 0 ? GP_OK : out_member(context, member, err);
}

enum gp_rc
gp_cmd_member_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	bool all = gp_option_flag(&argc, argv, "--all");
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "member list COMMUNITY [--all]", err));
	GP_TRY(open_community(app, argv[1], &community, err));
	gp_out_begin(app);
	rc = gp_member_list(app->db, community->id, all ? out_member : out_present, app, err);
	gp_out_end(app);
	return rc;
}

enum gp_rc
gp_cmd_member_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_option_end(argc, argv, 2, 2, "member show COMMUNITY ADDRESS", err));
	GP_TRY(open_community(app, argv[1], &community, err));
	GP_TRY(gp_address_key(argv[2], key, err));
	GP_TRY(gp_member_find(app->db, community->id, key, &member, err));
	if (member == NULL)
		return gp_fail_as(err, 67, "5.1.1", "%.100s is not a member here; see: guildpost member list", argv[2]);
	gp_out_begin(app);
	GP_TRY(out_with_consents(app, member, err));
	gp_out_end(app);
	return GP_OK;
}

/* --- further spaces ------------------------------------------------------------------------- */

static enum gp_rc
subscribe(struct gp_app *app, char **argv, const char *mode, struct gp_err *err)
{
	SCOPED(gp_free_str) char *space = NULL;
	const char *domain;

	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &space, &domain, err));
	return gp_enrol_subscribe(&app->desk, space, argv[2], mode, "operator", gp_clock_now(), err);
}

enum gp_rc
gp_cmd_subscribe(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *mode = gp_option(&argc, argv, "--delivery");

	GP_TRY(gp_option_end(argc, argv, 2, 2, "subscribe SPACE ADDRESS [--delivery MODE]", err));
	return subscribe(app, argv, mode != NULL ? mode : "weekly", err);
}

enum gp_rc
gp_cmd_unsubscribe(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	GP_TRY(gp_option_end(argc, argv, 2, 2, "unsubscribe SPACE ADDRESS", err));
	return subscribe(app, argv, NULL, err);
}

/* --- import of a CSV file (RFC 4180) -------------------------------------------------------- */

/* One field at *at; quotes doubled inside quotes. *ret_last: the line ends with it. False: a quote is not closed. */
static bool
csv_field(const char **at, struct gp_buf *field, bool *ret_last)
{
	const char *c = *at;
	bool quoted = *c == '"';

	gp_buf_clear(field);
	c += quoted;
	while (*c != '\0' && (quoted || (*c != ',' && *c != '\n' && *c != '\r'))) {
		if (quoted && *c == '"' && c[1] != '"') {
			quoted = false;
			c++;
			continue;
		}
		c += quoted && *c == '"'; /* doubled */
		gp_buf_addc(field, *c++);
	}
	*ret_last = *c != ',';
	while (*c == '\r')
		c++;
	*at = *c != '\0' ? c + 1 : c;
	return !quoted;
}

static bool
csv_line(const char **at, struct gp_strs *fields)
{
	SCOPED(gp_buf_release) struct gp_buf field = GP_BUF_INIT(64 * 1024);
	bool last = false;

	while (!last) {
		if (!csv_field(at, &field, &last) || field.full)
			return false;
		gp_strs_add(fields, field.data);
	}
	return true;
}

static const char *
csv_value(const struct gp_strs *heads, const struct gp_strs *fields, const char *name)
{
	for (size_t i = 0; i < heads->count && i < fields->count; i++)
		if (strcmp(heads->v[i], name) == 0)
			return *fields->v[i] != '\0' ? fields->v[i] : NULL;
	return NULL;
}

static enum gp_rc
check_heads(const struct gp_strs *heads, struct gp_err *err)
{
	static const char *const known[] = { "address", "name", "delivery", "role", "timezone", "language" };
	bool address = false;

	for (size_t i = 0; i < heads->count; i++) {
		bool found = false;

		for (size_t k = 0; k < GP_COUNT(known); k++)
			found |= strcmp(heads->v[i], known[k]) == 0;
		if (!found)
			return gp_fail_as(err, 65, "5.6.0",
			    "line 1: unknown column `%.40s`; the columns are address, name, delivery, role, timezone, "
			    "language",
			    heads->v[i]);
		address |= strcmp(heads->v[i], "address") == 0;
	}
	return address ? GP_OK
		       : gp_fail_as(err, 65, "5.6.0",
			     "line 1 must name the columns, one of them `address`: address,name,delivery");
}

struct import {
	struct gp_app *app;
	const char *community;
	struct gp_strs heads;
	bool confirmed;
	int64_t line, taken, refused;
};

/* One member a transaction: a bad line costs only itself, and mail goes on meanwhile. */
static enum gp_rc
import_line(struct import *import, const struct gp_strs *fields, struct gp_err *err)
{
	struct gp_newcomer newcomer = { .address = csv_value(&import->heads, fields, "address"),
		.name = csv_value(&import->heads, fields, "name"),
		.mode = csv_value(&import->heads, fields, "delivery"),
		.role = csv_value(&import->heads, fields, "role"),
		.timezone = csv_value(&import->heads, fields, "timezone"),
		.language = csv_value(&import->heads, fields, "language"),
		.unconfirmed = !import->confirmed };
	struct gp_err bad = { .text = "" };
	enum gp_rc rc;
	int64_t id;

	if (newcomer.address == NULL && fields->count <= 1)
		return GP_OK; /* an empty line */
	rc = newcomer.address == NULL ? gp_fail(&bad, "5.6.0", "no address")
				      : gp_enrol_add(&import->app->desk, import->community, &newcomer, "operator",
					    gp_clock_now(), &id, &bad);
	if (rc == GP_TEMP || bad.sysexit == 67 || bad.sysexit == 78) {
		*err = bad;
		return rc;
	}
	if (rc != GP_OK)
		(void)fprintf(stderr, "line %lld: %s\n", (long long)import->line, bad.text);
	import->taken += rc == GP_OK;
	import->refused += rc != GP_OK;
	return GP_OK;
}

static enum gp_rc
import_text(struct import *import, const char *text, struct gp_err *err)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* spreadsheets write a byte order mark */
	import->line = 1;
	if (!csv_line(&text, &import->heads))
		return gp_fail_as(err, 65, "5.6.0", "line 1: a quote is not closed");
	GP_TRY(check_heads(&import->heads, err));
	while (*text != '\0') {
		SCOPED(gp_strs_release) struct gp_strs fields = { NULL, 0, 0 };

		import->line++;
		if (!csv_line(&text, &fields))
			return gp_fail_as(err, 65, "5.6.0",
			    "line %lld: a quote is not closed; the lines before it are in", (long long)import->line);
		GP_TRY(import_line(import, &fields, err));
	}
	return GP_OK;
}

static enum gp_rc
read_file(const char *path, struct gp_buf *out, struct gp_err *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char octets[16384];
	size_t n;
	bool failed;

	if (file == NULL)
		return gp_fail_as(err, 66, "5.3.0", "cannot read %.100s: %s", path, strerror(errno));
	while ((n = fread(octets, 1, sizeof(octets), file)) > 0)
		gp_buf_add(out, octets, n);
	failed = ferror(file) != 0;
	if (file != stdin)
		(void)fclose(file);
	return failed || out->full || memchr(out->data, '\0', out->len) != NULL
		   ? gp_fail_as(err, 65, "5.6.0", "%.100s is no CSV file, or larger than 64 MiB", path)
		   : GP_OK;
}

enum gp_rc
gp_cmd_member_import(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct import import = { .app = app, .confirmed = gp_option_flag(&argc, argv, "--confirmed") };
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(CSV_MAX);
	SCOPED(gp_free_str) char *community = NULL;
	const char *domain;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 2, 2, "member import COMMUNITY FILE.csv [--confirmed]", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &community, &domain, err));
	GP_TRY(read_file(argv[2], &text, err));
	import.community = community;
	rc = import_text(&import, text.data, err);
	gp_strs_release(&import.heads);
	GP_TRY(rc);
	if (!app->quiet)
		(void)fprintf(stderr, "%lld %s, %lld refused\n", (long long)import.taken,
		    import.confirmed ? "are members"
				     : "are invited by mail, a hundred an hour, and become members by answering",
		    (long long)import.refused);
	return import.refused > 0
		   ? gp_fail_as(err, 65, "5.6.0", "%lld lines were not taken, see above; the others are in",
			 (long long)import.refused)
		   : GP_OK;
}
