/* Addresses of smarthosts, and the names of folders. */
#include "unit/says.h"

#include "guildpost/wire/maildir.h"
#include "guildpost/wire/smarthost.h"

static const struct {
	const char *says, *url;
	enum gp_road_kind kind;
	const char *user, *host, *port, *path;
	bool local;
} roads[] = {
	{ "the own MTA", "smtp://127.0.0.1:25", GP_ROAD_SMTP, NULL, "127.0.0.1", "25", NULL, true },
	{ "without a port", "smtp://localhost", GP_ROAD_SMTP, NULL, "localhost", "25", NULL, true },
	{ "an IPv6 literal", "smtp://[::1]:2525", GP_ROAD_SMTP, NULL, "::1", "2525", NULL, true },
	{ "submission", "smtp://user@mx.example.org:587", GP_ROAD_SMTP, "user", "mx.example.org", "587", NULL, false },
	{ "a user that is an address", "smtps://ann@example.org@mx.example.org", GP_ROAD_SMTPS, "ann@example.org",
	    "mx.example.org", "465", NULL, false },
	{ "a slash at the end", "smtps://mx.example.org/", GP_ROAD_SMTPS, NULL, "mx.example.org", "465", NULL, false },
	{ "a literal far away is not local", "smtp://[2001:db8::1]", GP_ROAD_SMTP, NULL, "2001:db8::1", "25", NULL,
	    false },
	{ "LMTP over a unix socket", "lmtp+unix:/run/lmtp", GP_ROAD_LMTP_UNIX, NULL, NULL, NULL, "/run/lmtp", true },
	{ "folders", "maildir:/var/mail out", GP_ROAD_MAILDIR, NULL, NULL, NULL, "/var/mail out", true },
};

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
smarthosts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(roads); i++) {
		SCOPED(gp_road_release) struct gp_road road = { .local = false };
		struct gp_err err;

		SAYS(roads[i].says, gp_road_parse(roads[i].url, &road, &err) == GP_OK);
		SAYS(roads[i].says, road.kind == roads[i].kind && road.local == roads[i].local);
		SAYS(roads[i].says, same(road.user, roads[i].user) && same(road.host, roads[i].host));
		SAYS(roads[i].says, same(road.port, roads[i].port) && same(road.path, roads[i].path));
	}
}

static void
what_is_none_is_refused_with_the_forms(void **state)
{
	static const char *const urls[] = { "", "mx.example.org", "http://mx.example.org", "smtp://",
		"smtp://host:", "smtp://:25", "smtp://host:25x", "smtp://[::1", "smtp://host/path",
		"maildir:", "lmtp+unix:", "smtp://user@" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(urls); i++) {
		SCOPED(gp_road_release) struct gp_road road = { .local = false };
		struct gp_err err = { .text = "" };

		SAYS(urls[i], gp_road_parse(urls[i], &road, &err) == GP_PERM);
		SAYS(urls[i], err.sysexit == 78 && strstr(err.text, "smtp://127.0.0.1:25") != NULL);
	}
}

static void
recipients_become_folders(void **state)
{
	static const struct {
		const char *says, *recipient, *want;
	} rows[] = {
		{ "an address is its own folder", "ann@example.org", "ann@example.org" },
		{ "a slash leads nowhere", "a/../../b@example.org", "a%2F..%2F..%2Fb@example.org" },
		{ "a leading dot hides nothing", "..@example.org", "%2E.@example.org" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *name = gp_maildir_name(rows[i].recipient);

		SAYS_TEXT(rows[i].says, name, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smarthosts_are_read),
		cmocka_unit_test(what_is_none_is_refused_with_the_forms),
		cmocka_unit_test(recipients_become_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
