/* Windows of a digest: intervals of events, closed in time, moved once (DESIGN.md rule 4). */
#include "unit/store/scratch.h"

#include "guildpost/store/issue.h"
#include "guildpost/store/member.h"

#define NOW 1780300800

static void
run(struct gp_db *db, const char *sql)
{
	struct gp_err err;

	if (gp_db_run(db, sql, &err) != GP_OK)
		fail_msg("%s: %s %s", sql, err.text, err.detail);
}

/* A space with two members; events are given by hand, as the desk would have taken them. */
static void
furnish(struct gp_db *db)
{
	run(db, "INSERT INTO community (community_id, name, title, timezone, language, created_at)"
		" VALUES (1, 'weavers', 'Weavers', 'Europe/Berlin', 'en', 0)");
	run(db,
	    "INSERT INTO space (space_id, community_id, name, domain, title, rhythm, timezone, language, created_at)"
	    " VALUES (1, 1, 'weavers', 'lists.example.org', 'Weavers', 'weekly on thursday at 08:00', 'Europe/Berlin',"
	    " 'en', 0)");
	run(db, "INSERT INTO member (member_id, community_id, address, address_key, joined_at) VALUES"
		" (1, 1, 'ann@example.org', 'ann@example.org', 0), (2, 1, 'wil@example.org', 'wil@example.org', 0)");
	run(db, "INSERT INTO thread (thread_id, space_id, token, created_at) VALUES (1, 1, 't1aaa', 0)");
	run(db, "INSERT INTO raw (raw_id, sha256, size, octets, received_at) VALUES (1, x'00', 0, x'', 0)");
}

static void
post(struct gp_db *db, int64_t event, int64_t filed_at, bool imported)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *msgid = gp_printf("<%lld@example.org>", (long long)event);
	struct gp_err err;

	SAYS("a post is filed",
	    gp_query_open(db,
		"INSERT INTO message (space_id, raw_id, event, filed_at, imported, msgid, place, thread_id, from_name,"
		" from_address, subject, subject_base, date, received_at, size)"
		" VALUES (1, 1, :event, :at, :imported, :msgid, :event, 1, 'Ann', 'ann@example.org', 's', 's', :at, "
		":at, 1)",
		&query, &err) == GP_OK);
	gp_bind_int(query, ":event", event);
	gp_bind_int(query, ":at", filed_at);
	gp_bind_int(query, ":imported", imported);
	gp_bind_text(query, ":msgid", msgid);
	SAYS("into the archive", gp_query_do(query, &err) == GP_OK);
}

static const struct {
	const char *says;
	struct gp_span add[4];
	size_t count;
	const char *want;
} reaches[] = {
	{ "one span is one span", { { 10, 20 } }, 1, "10-20" },
	{ "what touches is one", { { 10, 20 }, { 20, 30 } }, 2, "10-30" },
	{ "what does not stays two", { { 10, 14 }, { 20, 31 } }, 2, "10-14 20-31" },
	{ "nothing is left out", { { 10, 10 }, { 12, 11 }, { 20, 31 } }, 3, "20-31" },
};

static void
spans_join_where_they_touch(void **state)
{
	struct gp_reach many = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(reaches); i++) {
		SCOPED(gp_buf_release) struct gp_buf got = GP_BUF_INIT(1000);
		struct gp_reach reach = { .count = 0 };

		for (size_t j = 0; j < reaches[i].count; j++)
			gp_reach_add(&reach, reaches[i].add[j].after, reaches[i].add[j].through);
		gp_reach_format(&reach, &got);
		SAYS_TEXT(reaches[i].says, got.data, reaches[i].want);
	}
	for (int64_t i = 0; i < 20; i++)
		gp_reach_add(&many, i * 10, i * 10 + 5);
	for (int64_t i = 0; i < 20; i++)
		SAYS("however often the mode changes, nothing owed is lost", gp_reach_holds(&many, i * 10 + 3));
	SAYS("an end belongs to it, a beginning does not", gp_reach_holds(&many, 5) && !gp_reach_holds(&many, 0));
}

static void
a_window_closes_at_the_last_event_filed_in_time(void **state)
{
	struct scratch s;
	struct gp_err err;
	int64_t through, event;

	(void)state;
	scratch_open(&s);
	furnish(s.db);
	run(s.db, "UPDATE counter SET event = 9");
	SAYS("an empty space closes at the counter",
	    gp_issue_close(s.db, 1, NOW, &through, &err) == GP_OK && through == 9);
	post(s.db, 10, NOW - 60, false);
	post(s.db, 12, NOW, false);
	run(s.db, "UPDATE counter SET event = 13");
	SAYS("what was filed at the very second is in it",
	    gp_issue_close(s.db, 1, NOW, &through, &err) == GP_OK && through == 13);
	post(s.db, 15, NOW + 1, false);
	run(s.db, "UPDATE counter SET event = 15");
	SAYS("a second later is not", gp_issue_close(s.db, 1, NOW, &through, &err) == GP_OK && through == 14);
	post(s.db, 16, NOW - 9999, true);
	SAYS("an import behind it opens nothing again",
	    gp_issue_first_event(s.db, 1, 15, 99, &event, &err) == GP_OK && event == 100);
	SAYS("the first live post is found",
	    gp_issue_first_event(s.db, 1, 10, 14, &event, &err) == GP_OK && event == 12);
	scratch_close(&s);
}

struct seen {
	struct gp_issue_reader reader;
	int count;
};

static enum gp_rc
take(void *context, const struct gp_issue_reader *reader, struct gp_err *err)
{
	struct seen *seen = context;

	(void)err;
	seen->reader = *reader;
	seen->count++;
	return GP_OK;
}

static struct seen
readers(struct gp_db *db, const char *mode, int64_t due)
{
	struct seen seen = { .count = 0 };
	struct gp_err err;

	SAYS("readers are found",
	    gp_issue_readers(db, 1, "Europe/Berlin", "en", mode, "Europe/Berlin", due, take, &seen, &err) == GP_OK);
	return seen;
}

static void
a_cursor_moves_once(void **state)
{
	struct scratch s;
	struct gp_err err;
	struct seen seen;
	bool moved;

	(void)state;
	scratch_open(&s);
	furnish(s.db);
	SAYS("he subscribes", gp_subscription_put(s.db, 1, 2, "weekly", NOW, &err) == GP_OK);
	SAYS("nothing is due at the instant he came", readers(s.db, "weekly", NOW).count == 0);
	seen = readers(s.db, "weekly", NOW + 100);
	SAYS("a later minute is his", seen.count == 1 && seen.reader.member_id == 2);
	SAYS("and nobody's of another mode", readers(s.db, "daily", NOW + 100).count == 0);
	SAYS("his cursor moves", gp_issue_move(s.db, &seen.reader, 50, NOW + 100, &moved, &err) == GP_OK && moved);
	SAYS("whoever composed the same beside us comes too late",
	    gp_issue_move(s.db, &seen.reader, 50, NOW + 100, &moved, &err) == GP_OK && !moved);
	SAYS("the minute is settled", readers(s.db, "weekly", NOW + 100).count == 0);
	seen = readers(s.db, "weekly", NOW + 200);
	SAYS("he leaves", gp_subscription_put(s.db, 1, 2, NULL, NOW + 150, &err) == GP_OK);
	SAYS("and gets nothing that was composed before",
	    gp_issue_move(s.db, &seen.reader, 60, NOW + 200, &moved, &err) == GP_OK && !moved);
	scratch_close(&s);
}

static void
what_is_owed_follows_from_the_versions(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf got = GP_BUF_INIT(1000);
	struct gp_reach reach;
	struct scratch s;
	struct gp_err err;
	struct seen seen;

	(void)state;
	scratch_open(&s);
	furnish(s.db);
	/* Read weekly from 10, each post from 20, weekly from 30; had a letter through 12. */
	run(s.db, "INSERT INTO subscription (space_id, member_id, mode, from_event, to_event, digested_through,"
		  " digested_at) VALUES (1, 2, 'weekly', 10, 20, 12, 0), (1, 2, 'each', 20, 30, 12, 0),"
		  " (1, 2, 'weekly', 30, NULL, 12, 0)");
	seen = readers(s.db, "weekly", NOW);
	SAYS("he is owed", seen.count == 1 && gp_issue_reach(s.db, 1, &seen.reader, 40, &reach, &err) == GP_OK);
	gp_reach_format(&reach, &got);
	SAYS_TEXT("what lay in his weekly times, without what he had as copies", got.data, "12-19 29-40");
	run(s.db, "UPDATE subscription SET mode = 'none' WHERE from_event = 30");
	SAYS("who wants nothing is owed nothing", readers(s.db, "weekly", NOW).count == 0);
	run(s.db, "UPDATE subscription SET mode = 'each' WHERE from_event = 30");
	seen = readers(s.db, "weekly", NOW);
	SAYS("who went over to each post is owed one last letter",
	    seen.count == 1 && gp_issue_reach(s.db, 1, &seen.reader, 40, &reach, &err) == GP_OK);
	gp_buf_clear(&got);
	gp_reach_format(&reach, &got);
	SAYS_TEXT("over what came before", got.data, "12-19");
	run(s.db, "UPDATE subscription SET digested_through = 40 WHERE from_event = 30");
	SAYS("and then no more", readers(s.db, "weekly", NOW).count == 0);
	run(s.db, "UPDATE subscription SET digested_through = 12, mode = 'weekly' WHERE from_event = 30");
	run(s.db, "UPDATE member SET state = 'paused', paused_until = 1780300900 WHERE member_id = 2");
	SAYS("nothing is due while he rests", readers(s.db, "weekly", NOW).count == 0);
	SAYS("and all of it after", readers(s.db, "weekly", NOW + 100).count == 1);
	run(s.db, "UPDATE member SET state = 'bouncing' WHERE member_id = 2");
	SAYS("nothing goes to an address that bounces", readers(s.db, "weekly", NOW + 100).count == 0);
	scratch_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_join_where_they_touch),
		cmocka_unit_test(a_window_closes_at_the_last_event_filed_in_time),
		cmocka_unit_test(a_cursor_moves_once),
		cmocka_unit_test(what_is_owed_follows_from_the_versions),
	};

	return cmocka_run_group_tests_name("store/issue", tests, NULL, NULL);
}
