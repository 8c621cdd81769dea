/* Who may post where (STANDARDS.md section 8, RCV-13, RCV-20, CAL-25). */
#include "unit/says.h"

#include "guildpost/base/err.h"
#include "guildpost/guild/admit.h"

#define A_POST .from_count = 1, .size = 1000

static const struct {
	const char *says;
	struct gp_admit facts;
	enum gp_admission want;
	const char *reason; /* a word of it, "" for none */
} cases[] = {
	{ "a member posts", { .posting = "members", .member = true, A_POST }, GP_ADMIT_ACCEPT, "" },
	{ "a stranger waits for a steward", { .posting = "members", A_POST }, GP_ADMIT_HOLD, "not a member" },
	{ "where anyone posts a stranger posts", { .posting = "anyone", A_POST }, GP_ADMIT_ACCEPT, "" },
	{ "in a moderated space a member waits", { .posting = "moderated", .member = true, A_POST }, GP_ADMIT_HOLD,
	    "looked at" },
	{ "and a steward does not", { .posting = "moderated", .member = true, .steward = true, A_POST },
	    GP_ADMIT_ACCEPT, "" },
	{ "where stewards post a member is refused", { .posting = "stewards", .member = true, A_POST }, GP_ADMIT_REFUSE,
	    "only stewards" },
	{ "and a steward is not", { .posting = "stewards", .member = true, .steward = true, A_POST }, GP_ADMIT_ACCEPT,
	    "" },
	{ "where members may answer, a member's answer is none of a stranger",
	    { .posting = "stewards", .members_reply = true, .reply = true, .member = true, A_POST }, GP_ADMIT_ACCEPT,
	    "" },
	{ "but what a member begins is refused as before",
	    { .posting = "stewards", .members_reply = true, .member = true, A_POST }, GP_ADMIT_REFUSE,
	    "only stewards" },
	{ "and a stranger's answer too", { .posting = "stewards", .members_reply = true, .reply = true, A_POST },
	    GP_ADMIT_REFUSE, "only stewards" },
	{ "in a moderated space an answer goes through, where the space says so",
	    { .posting = "moderated", .members_reply = true, .reply = true, .member = true, A_POST }, GP_ADMIT_ACCEPT,
	    "" },
	{ "a steward's name without proof waits where proof could be had",
	    { .posting = "stewards", .member = true, .steward = true, .can_prove = true, A_POST }, GP_ADMIT_HOLD,
	    "without proof" },
	{ "and with proof it does not",
	    { .posting = "stewards",
		.member = true,
		.steward = true,
		.can_prove = true,
		.proof = GP_PROOF_PASS,
		A_POST },
	    GP_ADMIT_ACCEPT, "" },
	{ "a member whose domain says no waits",
	    { .posting = "members", .member = true, .proof = GP_PROOF_FAIL, .can_prove = true, A_POST }, GP_ADMIT_HOLD,
	    "vouch" },
	{ "a member without any proof posts where a name is enough",
	    { .posting = "members", .member = true, .can_prove = true, A_POST }, GP_ADMIT_ACCEPT, "" },
	{ "a first post waits where the space asks for it",
	    { .posting = "members", .member = true, .hold_first_posts = true, A_POST }, GP_ADMIT_HOLD, "first post" },
	{ "a second one does not",
	    { .posting = "members", .member = true, .hold_first_posts = true, .posts_before = 1, A_POST },
	    GP_ADMIT_ACCEPT, "" },
	{ "two authors are one too many (RCV-20)", { .posting = "anyone", .from_count = 2 }, GP_ADMIT_HOLD, "several" },
	{ "no author is one too few", { .posting = "anyone", .from_count = 0 }, GP_ADMIT_HOLD, "no author" },
	{ "a field that stands twice (RCV-20)", { .posting = "anyone", .duplicates = true, A_POST }, GP_ADMIT_HOLD,
	    "twice" },
	{ "mail of another list waits, also a member's (RCV-13)",
	    { .posting = "members", .member = true, .from_list = true, A_POST }, GP_ADMIT_HOLD,
	    "another mailing list" },
	{ "an invitation is not distributed (CAL-25)",
	    { .posting = "members", .member = true, .invitation = true, A_POST }, GP_ADMIT_HOLD, "invitation" },
	{ "what could not be read waits", { .posting = "anyone", .unread = true, A_POST }, GP_ADMIT_HOLD, "odd" },
	{ "too large for this space", { .posting = "anyone", .max_size = 999, A_POST }, GP_ADMIT_REFUSE, "too large" },
	{ "just as large as allowed", { .posting = "anyone", .max_size = 1000, A_POST }, GP_ADMIT_ACCEPT, "" },
	{ "the tenth post of an author within an hour",
	    { .posting = "members", .member = true, .author_limit = 10, .author_lately = 9, A_POST }, GP_ADMIT_ACCEPT,
	    "" },
	{ "the eleventh waits",
	    { .posting = "members", .member = true, .author_limit = 10, .author_lately = 10, A_POST }, GP_ADMIT_HOLD,
	    "very often" },
	{ "a steward could free it himself",
	    { .posting = "members", .member = true, .steward = true, .author_limit = 10, .author_lately = 10, A_POST },
	    GP_ADMIT_ACCEPT, "" },
	{ "no limit is none",
	    { .posting = "members", .member = true, .author_lately = 500, .space_lately = 500, A_POST },
	    GP_ADMIT_ACCEPT, "" },
	{ "the two hundred and first of a space waits, whoever wrote it",
	    { .posting = "members", .member = true, .steward = true, .space_limit = 200, .space_lately = 200, A_POST },
	    GP_ADMIT_HOLD, "very much" },
	{ "a stranger waits for being a stranger, however often he writes",
	    { .posting = "members", .author_limit = 10, .author_lately = 10, A_POST }, GP_ADMIT_HOLD, "not a member" },
	{ "a closed space refuses its stewards, too", { .posting = "anyone", .closed = true, .steward = true, A_POST },
	    GP_ADMIT_REFUSE, "closed" },
};

static void
each_author_is_judged_by_the_space(void **state)
{
	const char *reason;

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SAYS(cases[i].says, gp_admit(&cases[i].facts, &reason) == cases[i].want);
		SAYS(cases[i].says, strstr(reason, cases[i].reason) != NULL);
		SAYS(cases[i].says, (*cases[i].reason == '\0') == (*reason == '\0'));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_author_is_judged_by_the_space) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
