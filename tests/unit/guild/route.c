/* STANDARDS.md section 9: what an address of ours means. */
#include "unit/says.h"

#include "guildpost/guild/route.h"

/* Two spaces, one of whose names looks like the other's command; one domain. */
static bool
exists(void *context, const char *name, const char *domain)
{
	(void)context;
	if (strcmp(domain, "lists.example.org") != 0)
		return false;
	return *name == '\0' || strcmp(name, "potters") == 0 || strcmp(name, "potters-join-us") == 0;
}

static const struct {
	const char *says, *address, *status; /* status "" : it resolves */
	enum gp_route_to to;
	const char *space, *word, *token;
} cases[] = {
	{ "the bare address posts", "potters@lists.example.org", "", GP_TO_POST, "potters", "", "" },
	{ "case does not matter (ADR-02)", "POTTERS+Join@Lists.Example.ORG", "", GP_TO_WORD, "potters", "join", "" },
	{ "a word behind + asks", "potters+help@lists.example.org", "", GP_TO_WORD, "potters", "help", "" },
	{ "and behind - too", "potters-subscribe@lists.example.org", "", GP_TO_WORD, "potters", "join", "" },
	{ "old words are read", "potters-unsubscribe@lists.example.org", "", GP_TO_WORD, "potters", "leave", "" },
	{ "the longest name wins (ADR-04)", "potters-join-us@lists.example.org", "", GP_TO_POST, "potters-join-us", "",
	    "" },
	{ "also with a word", "potters-join-us+leave@lists.example.org", "", GP_TO_WORD, "potters-join-us", "leave",
	    "" },
	{ "-request is known (ADR-05)", "potters-request@lists.example.org", "", GP_TO_REQUEST, "potters", "request",
	    "" },
	{ "owner- in front is the stewards", "owner-potters@lists.example.org", "", GP_TO_STEWARD, "potters", "steward",
	    "" },
	{ "a blank for the plus sign (DIG-06)", "\"potters leave\"@lists.example.org", "", GP_TO_WORD, "potters",
	    "leave", "" },
	{ "a word of another language", "potters+abmelden@lists.example.org", "", GP_TO_WORD, "potters", "leave", "" },
	{ "not behind a hyphen", "potters-abmelden@lists.example.org", "5.1.1", GP_TO_POST, "", "", "" },
	{ "two words of another server", "potters-subscribe-digest@lists.example.org", "", GP_TO_WORD, "potters",
	    "join weekly", "" },
	{ "a mode", "potters+monthly@lists.example.org", "", GP_TO_WORD, "potters", "monthly", "" },
	{ "without mail", "potters+nomail@lists.example.org", "", GP_TO_WORD, "potters", "none", "" },
	{ "the longest of each (ADR-01)", "potters-join-us+unsubscribe-c0000000000000000000000000000@lists.example.org",
	    "", GP_TO_SECRET, "potters-join-us", "", "c0000000000000000000000000000" },
	{ "the calendar", "potters+cal@lists.example.org", "", GP_TO_CALENDAR, "potters", "cal", "" },
	{ "a thread", "potters+t9k2h@lists.example.org", "", GP_TO_THREAD, "potters", "", "t9k2h" },
	{ "look-alikes are folded", "potters+t9klo@lists.example.org", "", GP_TO_THREAD, "potters", "", "t9k10" },
	{ "postmaster is the operator", "postmaster@lists.example.org", "", GP_TO_OPERATOR, "", "", "" },
	{ "abuse too", "Abuse@lists.example.org", "", GP_TO_OPERATOR, "", "", "" },
	{ "an unknown space", "weavers@lists.example.org", "5.1.1", GP_TO_POST, "", "", "" },
	{ "an unknown word, with the same answer (SEC-04)", "potters+frobnicate@lists.example.org", "5.1.1", GP_TO_POST,
	    "", "", "" },
	{ "an unknown domain", "potters@elsewhere.example", "5.1.1", GP_TO_POST, "", "", "" },
	{ "no domain", "potters", "5.1.3", GP_TO_POST, "", "", "" },
	{ "two dots", "potters..x@lists.example.org", "5.1.3", GP_TO_POST, "", "", "" },
	{ "non-ASCII", "p\xc3\xb6tters@lists.example.org", "5.6.7", GP_TO_POST, "", "", "" },
};

static void
addresses_mean_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_route route;
		struct gp_err err = { .status = "" };
		enum gp_rc rc = gp_route_parse(cases[i].address, exists, NULL, &route, &err);

		SAYS_TEXT(cases[i].says, rc == GP_OK ? "" : err.status, cases[i].status);
		if (rc != GP_OK)
			continue;
		SAYS(cases[i].says, route.to == cases[i].to);
		SAYS_TEXT(cases[i].says, route.space, cases[i].space);
		SAYS_TEXT(cases[i].says, route.word, cases[i].word);
		SAYS_TEXT(cases[i].says, route.token, cases[i].token);
	}
}

static void
names_that_would_clash_are_refused(void **state)
{
	static const struct {
		const char *says, *name;
		bool good;
	} names[] = {
		{ "letters and digits", "weavers2", true },
		{ "a single inner hyphen", "join-us", true },
		{ "22 octets (ADR-01)", "abcdefghijklmnopqrstuv", true },
		{ "23 octets", "abcdefghijklmnopqrstuvw", false },
		{ "nothing", "", false },
		{ "capitals", "Weavers", false },
		{ "two hyphens", "we--avers", false },
		{ "a hyphen at the end", "weavers-", false },
		{ "a word of ours at the end", "weavers-join", false },
		{ "a word of another language there", "frauen-hilfe", true },
		{ "what looks like a thread", "weavers-t9k2h", false },
		{ "the operator's", "postmaster", false },
		{ "owner- in front", "owner-weavers", false },
		{ "a dot", "we.avers", false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		struct gp_err err = { .status = "" };

		SAYS(names[i].says, (gp_route_check_name(names[i].name, &err) == GP_OK) == names[i].good);
		SAYS("a refusal says why", names[i].good || *err.text != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_mean_what_they_say),
		cmocka_unit_test(names_that_would_clash_are_refused),
	};

	return cmocka_run_group_tests_name("guild/route", tests, NULL, NULL);
}
