/* The one door to SQLite: the ladder, transactions, the bell, copies. */
#include "unit/store/scratch.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "guildpost/store/setting.h"

static int64_t
count(struct gp_db *db, const char *sql)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_err err;
	bool row;

	SAYS(sql, gp_query_open(db, sql, &query, &err) == GP_OK && gp_query_next(query, &row, &err) == GP_OK && row);
	return gp_col_int(query, "n");
}

static void
put(struct gp_db *db, const char *name)
{
	struct gp_err err;

	SAYS("a setting is put", gp_setting_put(db, name, "1", &err) == GP_OK);
}

static void
a_new_store_is_private_and_complete(void **state)
{
	struct scratch s;
	struct stat facts;
	struct gp_err err;
	int number;

	(void)state;
	scratch_open(&s);
	SAYS("its mode is 0600", stat(s.path, &facts) == 0 && (facts.st_mode & 0777) == 0600);
	SAYS(
	    "it has the newest schema", gp_schema_number(s.db, &number, &err) == GP_OK && number == gp_schema_newest());
	SAYS("it is sound", gp_db_verify(s.db, true, &err) == GP_OK);
	SAYS("a second one over it is refused", gp_db_create(s.path, &s.db, &err) == GP_PERM && err.sysexit == 73);
	scratch_close(&s);
}

static void
a_transaction_is_whole_or_not_at_all(void **state)
{
	static const char sql[] = "SELECT count(*) AS n FROM setting";
	struct scratch s;
	struct gp_err err;

	(void)state;
	scratch_open(&s);
	{
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

		SAYS("it begins", gp_tx_begin(s.db, &tx, &err) == GP_OK);
		put(s.db, "lost");
	}
	SAYS("left without a commit it has not been", count(s.db, sql) == 0 && !gp_db_in_tx(s.db));
	{
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

		SAYS("another begins", gp_tx_begin(s.db, &tx, &err) == GP_OK);
		put(s.db, "kept");
		SAYS("and is committed", gp_tx_commit(&tx, &err) == GP_OK);
	}
	SAYS("what was committed is there", count(s.db, sql) == 1);
	scratch_close(&s);
}

static void
events_rise_and_instants_never_fall(void **state)
{
	struct scratch s;
	struct gp_err err;
	int64_t event, at;

	(void)state;
	scratch_open(&s);
	SAYS("the first", gp_event_next(s.db, 1000, &event, &at, &err) == GP_OK && event == 1 && at == 1000);
	SAYS("a clock that steps back does not show",
	    gp_event_next(s.db, 900, &event, &at, &err) == GP_OK && event == 2);
	SAYS("in the instant (DESIGN.md rule 4)", at == 1000);
	scratch_close(&s);
}

/* A store as an older release left it climbs from step 1 to the newest. */
static void
the_ladder_is_climbed_from_its_first_step(void **state)
{
	struct scratch s, old;
	struct gp_db *db = NULL;
	struct gp_err err;
	SCOPED(gp_free_str) char *make = NULL;
	int number = 0;

	(void)state;
	scratch_open(&s);
	scratch_open(&old);
	gp_db_free(&old.db);
	make = gp_printf("cd %s && rm -f guildpost.db* && { cat src/store/schema/0001-*.sql; "
			 "echo 'PRAGMA application_id=1735421811; PRAGMA user_version=1; PRAGMA journal_mode=WAL;'; "
			 "echo \"INSERT INTO setting VALUES ('kept','yes');\"; } | sqlite3 %s >%s/out",
	    ".", old.path, old.folder);
	(void)unlink(old.path);
	SAYS("a store of step 1 is made", system(make) == 0);
	SAYS("it is refused with what to do", gp_db_open(old.path, 0, &db, &err) == GP_PERM && err.sysexit == 78);
	SAYS("which is upgrade", strstr(err.text, "guildpost upgrade") != NULL);
	SAYS("an upgrade opens it alone", gp_db_open(old.path, GP_DB_EXCLUSIVE | GP_DB_ANY_SCHEMA, &db, &err) == GP_OK);
	SAYS("and climbs", gp_schema_climb(db, 0, &err) == GP_OK);
	SAYS("to the top", gp_schema_number(db, &number, &err) == GP_OK && number == gp_schema_newest());
	SAYS("what was there is there", count(db, "SELECT count(*) AS n FROM setting WHERE name = 'kept'") == 1);
	gp_db_free(&db);
	SAYS("now everybody may open it", gp_db_open(old.path, 0, &db, &err) == GP_OK);
	gp_db_free(&db);
	scratch_open(&old);
	scratch_close(&old);
	scratch_close(&s);
}

static void
a_copy_is_marked_and_refused(void **state)
{
	struct scratch s;
	struct gp_db *db = NULL;
	struct gp_err err;
	SCOPED(gp_free_str) char *copy = NULL;

	(void)state;
	scratch_open(&s);
	copy = gp_printf("%s/copy.db", s.folder);
	put(s.db, "kept");
	SAYS("a copy is made", gp_db_copy(s.db, copy, &err) == GP_OK);
	SAYS("over none that is there", gp_db_copy(s.db, copy, &err) == GP_PERM && err.sysexit == 73);
	SAYS("a copy is not run on", gp_db_open(copy, 0, &db, &err) == GP_PERM && err.sysexit == 78);
	SAYS("the text names restore", strstr(err.text, "restore") != NULL);
	SAYS("it may be read", gp_db_open(copy, GP_DB_READ, &db, &err) == GP_OK);
	SAYS("and holds what the store held", count(db, "SELECT count(*) AS n FROM setting WHERE name = 'kept'") == 1);
	gp_db_free(&db);
	scratch_close(&s);
}

static void
what_is_no_store_is_named(void **state)
{
	struct scratch s;
	struct gp_db *db = NULL;
	struct gp_err err;
	SCOPED(gp_free_str) char *other = NULL;
	SCOPED(gp_free_str) char *make = NULL;

	(void)state;
	scratch_open(&s);
	other = gp_printf("%s/other.db", s.folder);
	SAYS("a missing one is 78 and says init", gp_db_open(other, 0, &db, &err) != GP_OK && err.sysexit == 78);
	SAYS("with its path", strstr(err.text, other) != NULL && strstr(err.text, "init") != NULL);
	make = gp_printf("echo 'CREATE TABLE t(x);' | sqlite3 %s", other);
	SAYS("somebody else's database is made", system(make) == 0);
	SAYS("and is refused", gp_db_open(other, 0, &db, &err) == GP_PERM && err.sysexit == 78);
	gp_free_str(&make);
	make = gp_printf("echo 'no database at all, however long it may be' > %s", other);
	SAYS("a text file is made", system(make) == 0);
	SAYS("and is refused", gp_db_open(other, 0, &db, &err) != GP_OK && db == NULL);
	scratch_close(&s);
}

static void
the_bell_wakes_who_waits(void **state)
{
	struct scratch s;
	struct pollfd wait = { -1, POLLIN, 0 };

	(void)state;
	scratch_open(&s);
	gp_bell_ring(s.db, "desk");
	wait.fd = gp_bell_open(s.db, "desk");
	SAYS("a ring that nobody waited for is lost", wait.fd >= 0 && poll(&wait, 1, 0) == 0);
	gp_bell_ring(s.db, "desk");
	gp_bell_ring(s.db, "desk");
	SAYS("the next wakes", poll(&wait, 1, 1000) == 1);
	gp_bell_drain(wait.fd);
	SAYS("and is over when drained", poll(&wait, 1, 0) == 0);
	for (int i = 0; i < 100000; i++)
		gp_bell_ring(s.db, "desk");
	SAYS("a bell that is full blocks nobody", poll(&wait, 1, 0) == 1);
	(void)close(wait.fd);
	scratch_close(&s);
}

/* Only one may hold it alone, and only when nobody else is there (DESIGN.md rule 6). */
static void
upgrade_waits_for_an_empty_house(void **state)
{
	struct scratch s;
	struct gp_db *db = NULL;
	struct gp_err err;

	(void)state;
	scratch_open(&s);
	SAYS("while it is open", gp_db_open(s.path, GP_DB_EXCLUSIVE, &db, &err) == GP_TEMP && err.sysexit == 75);
	gp_db_free(&s.db);
	SAYS("when it is shut", gp_db_open(s.path, GP_DB_EXCLUSIVE, &db, &err) == GP_OK);
	SAYS("then nobody else comes in", gp_db_open(s.path, 0, &s.db, &err) == GP_TEMP && err.sysexit == 75);
	gp_db_free(&db);
	scratch_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_store_is_private_and_complete),
		cmocka_unit_test(a_transaction_is_whole_or_not_at_all),
		cmocka_unit_test(events_rise_and_instants_never_fall),
		cmocka_unit_test(the_ladder_is_climbed_from_its_first_step),
		cmocka_unit_test(a_copy_is_marked_and_refused),
		cmocka_unit_test(what_is_no_store_is_named),
		cmocka_unit_test(the_bell_wakes_who_waits),
		cmocka_unit_test(upgrade_waits_for_an_empty_house),
	};

	return cmocka_run_group_tests_name("store/db", tests, NULL, NULL);
}
