/* Members, versioned subscriptions, the ledger, whom the robot has answered. */
#include "unit/store/scratch.h"

#include "guildpost/store/answered.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/member.h"
#include "guildpost/store/setting.h"
#include "guildpost/store/space.h"

#define NOW 1780300800

static int64_t
community_with_space(struct gp_db *db, int64_t *ret_space)
{
	struct gp_community community = { .name = (char[]){ "weavers" },
		.title = (char[]){ "Weavers" },
		.timezone = (char[]){ "UTC" },
		.language = (char[]){ "en" },
		.state = (char[]){ "open" } };
	char none[] = "", members[] = "members", freely[] = "free", own[] = "own", open[] = "open",
	     rhythm[] = "daily at 8:00";
	struct gp_space space = { .name = community.name,
		.domain = (char[]){ "lists.example.org" },
		.title = community.title,
		.visibility = members,
		.posting = members,
		.first_posts = freely,
		.reply_to = (char[]){ "space" },
		.prefix = none,
		.footer = none,
		.delivery = own,
		.joining = open,
		.replies = (char[]){ "posting" },
		.brief = (char[]){ "monday" },
		.rhythm = rhythm,
		.timezone = community.timezone,
		.language = community.language,
		.state = open };
	struct gp_err err;
	int64_t id;

	SAYS("a community is made", gp_community_insert(db, &community, NOW, &id, &err) == GP_OK);
	space.community_id = id;
	SAYS("with its main space", gp_space_insert(db, &space, NOW, ret_space, &err) == GP_OK);
	return id;
}

static int64_t
member(struct gp_db *db, int64_t community, const char *address)
{
	SCOPED(gp_free_str) char *copy = gp_strdup(address);
	char none[] = "", active[] = "active", level[] = "peripheral";
	struct gp_member row = { .community_id = community,
		.address = copy,
		.address_key = copy,
		.name = none,
		.level = level,
		.timezone = none,
		.language = none,
		.state = active,
		.joined_at = NOW };
	struct gp_err err;
	int64_t id;

	SAYS("a member is added", gp_member_insert(db, &row, &id, &err) == GP_OK);
	return id;
}

static void
a_change_of_mode_closes_one_version_and_opens_the_next(void **state)
{
	struct scratch s;
	struct gp_subscription first, second, none;
	struct gp_err err;
	int64_t space, ann, event;

	(void)state;
	scratch_open(&s);
	ann = member(s.db, community_with_space(s.db, &space), "ann@example.org");
	SAYS("she subscribes", gp_subscription_put(s.db, space, ann, "weekly", NOW, &err) == GP_OK);
	SAYS("her version is open", gp_subscription_find(s.db, space, ann, &first, &err) == GP_OK && first.id > 0);
	SAYS("it begins at its event", gp_event_last(s.db, &event, &err) == GP_OK && first.from_event == event);
	SAYS("her first digest begins there too", first.digested_through == event && first.digested_at == NOW);
	SAYS("the same mode again", gp_subscription_put(s.db, space, ann, "weekly", NOW + 9, &err) == GP_OK);
	SAYS("takes no event", gp_event_last(s.db, &event, &err) == GP_OK && event == first.from_event);
	SAYS("another mode", gp_subscription_put(s.db, space, ann, "each", NOW + 99, &err) == GP_OK);
	SAYS("opens another version", gp_subscription_find(s.db, space, ann, &second, &err) == GP_OK &&
					  second.id != first.id && strcmp(second.mode, "each") == 0);
	SAYS("the digest's cursor goes over, so that there is no gap and no double",
	    second.digested_through == first.digested_through);
	SAYS("and the next one keeps the next promised minute", second.digested_at == NOW + 99);
	SAYS("out of the space", gp_subscription_put(s.db, space, ann, NULL, NOW + 999, &err) == GP_OK);
	SAYS("none is open", gp_subscription_find(s.db, space, ann, &none, &err) == GP_OK && none.id == 0);
	SAYS("a token that names an old version still finds whom it meant",
	    gp_subscription_owner(s.db, first.id, &none.member_id, &none.space_id, &err) == GP_OK &&
		none.member_id == ann && none.space_id == space);
	scratch_close(&s);
}

static void
the_ledger_only_grows(void **state)
{
	struct scratch s;
	struct gp_err err;

	(void)state;
	scratch_open(&s);
	for (int i = 0; i < 5; i++)
		SAYS("an act is written down",
		    gp_ledger_add(s.db, NOW + i, 0, 0, "operator", "member.add", "{\"member\":1}", &err) == GP_OK);
	SAYS("the chain holds", gp_ledger_verify(s.db, &err) == GP_OK);
	SAYS("a person is erased: payload and salt go",
	    gp_db_run(s.db, "UPDATE ledger SET payload = NULL, salt = NULL WHERE ledger_id = 2", &err) == GP_OK);
	SAYS("and the chain still holds (rule 14)", gp_ledger_verify(s.db, &err) == GP_OK);
	SAYS("a row is not taken out", gp_db_run(s.db, "DELETE FROM ledger WHERE ledger_id = 4", &err) != GP_OK);
	SAYS("nor rewritten",
	    gp_db_run(s.db, "UPDATE ledger SET act = 'member.set' WHERE ledger_id = 4", &err) != GP_OK);
	scratch_close(&s);
}

/* By somebody who has the file, and sqlite3 at hand. */
static void
the_chain_finds_what_was_done_behind_its_back(void **state)
{
	static const struct {
		const char *says, *sql, *row;
	} cases[] = {
		{ "who did it", "UPDATE ledger SET actor = 'member:9' WHERE ledger_id = 3", "row 3" },
		{ "what was done", "UPDATE ledger SET act = 'member.set' WHERE ledger_id = 3", "row 3" },
		{ "when", "UPDATE ledger SET at = at - 86400 WHERE ledger_id = 3", "row 3" },
		{ "where", "UPDATE ledger SET space_id = 2 WHERE ledger_id = 3", "row 3" },
		{ "in which community", "UPDATE ledger SET community_id = 2 WHERE ledger_id = 3", "row 3" },
		{ "with what", "UPDATE ledger SET payload = '{}' WHERE ledger_id = 3", "row 3" },
		{ "the salt", "UPDATE ledger SET salt = x'00' WHERE ledger_id = 3", "row 3" },
		{ "a row taken out", "DELETE FROM ledger WHERE ledger_id = 3", "row 4" },
		{ "the first taken out", "DELETE FROM ledger WHERE ledger_id = 1", "row 2" },
		{ "two that changed places",
		    "UPDATE ledger SET ledger_id = 9 WHERE ledger_id = 3;"
		    "UPDATE ledger SET ledger_id = 3 WHERE ledger_id = 4;"
		    "UPDATE ledger SET ledger_id = 4 WHERE ledger_id = 9",
		    "row 3" },
		{ "one put in",
		    "INSERT INTO ledger SELECT 6, at, community_id, space_id, actor, act, payload, salt,"
		    " payload_hash, chain FROM ledger WHERE ledger_id = 5",
		    "row 6" },
	};
	struct gp_err err = { .text = "" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct scratch s;

		scratch_open(&s);
		for (int n = 0; n < 5; n++)
			SAYS("an act is written down", gp_ledger_add(s.db, NOW + n, 1, 1, "operator", "member.add",
							   "{\"member\":1}", &err) == GP_OK);
		SAYS("the chain holds", gp_ledger_verify(s.db, &err) == GP_OK);
		SAYS(cases[i].says, gp_db_run(s.db, "DROP TRIGGER ledger_stays", &err) == GP_OK &&
					gp_db_run(s.db, "DROP TRIGGER ledger_grows", &err) == GP_OK &&
					gp_db_run(s.db, cases[i].sql, &err) == GP_OK);
		SAYS(cases[i].says, gp_ledger_verify(s.db, &err) == GP_PERM && strstr(err.text, cases[i].row) != NULL);
		scratch_close(&s);
	}
}

static void
the_robot_answers_once_a_day(void **state)
{
	struct scratch s;
	struct gp_err err;
	bool first;
	int sent = 0;

	(void)state;
	scratch_open(&s);
	SAYS("the first help", gp_answered_first(s.db, "ann@example.org", "help", NOW, &first, &err) == GP_OK && first);
	for (int i = 0; i < 1000; i++) {
		SAYS("asked again", gp_answered_first(s.db, "ann@example.org", "help", NOW + i, &first, &err) == GP_OK);
		SAYS("there is no second answer that day (RCV-16)", !first);
	}
	SAYS("another kind", gp_answered_first(s.db, "ann@example.org", "join", NOW, &first, &err) == GP_OK && first);
	SAYS("another person", gp_answered_first(s.db, "raj@example.org", "help", NOW, &first, &err) == GP_OK && first);
	SAYS("the next day",
	    gp_answered_first(s.db, "ann@example.org", "help", NOW + 86401, &first, &err) == GP_OK && first);
	for (int i = 0; i < 40; i++) {
		SCOPED(gp_free_str) char *kind = gp_printf("kind%d", i);

		SAYS("many kinds", gp_answered_first(s.db, "eve@example.org", kind, NOW + i, &first, &err) == GP_OK);
		sent += first;
	}
	SAYS("twenty a week in all", sent == 20);
	scratch_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_of_mode_closes_one_version_and_opens_the_next),
		cmocka_unit_test(the_ledger_only_grows),
		cmocka_unit_test(the_chain_finds_what_was_done_behind_its_back),
		cmocka_unit_test(the_robot_answers_once_a_day),
	};

	return cmocka_run_group_tests_name("store/people", tests, NULL, NULL);
}
