#include "guildpost/store/restore.h"

#include "guildpost/base/mem.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/setting.h"

/* Runs sql, which may name :now; *ret_changes may be NULL. */
static enum gp_rc
run_at(struct gp_db *db, const char *sql, int64_t now, int64_t *ret_changes, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_do(query, err));
	if (ret_changes != NULL)
		*ret_changes = gp_db_changes(db);
	return GP_OK;
}

enum gp_rc
gp_store_calm(struct gp_db *db, int64_t now, struct gp_calmed *ret, struct gp_err *err)
{
	static const char hold[] = "UPDATE outbox SET state = 'held', reason = 'restored from a backup at ' || :now ||"
				   " ': it may have gone out already' WHERE state = 'due'";
	static const char free_slices[] = "UPDATE slice SET state = 'deferred', slot = NULL, next_attempt = :now";
	static const char aside[] =
	    "UPDATE inbox SET state = 'poisoned', reason = 'restored from a backup at ' || :now ||"
	    " ': it may have been sorted already' WHERE state <> 'poisoned'";
	static const char rhythms[] = "UPDATE subscription SET digested_at = :now,"
				      " digested_through = (SELECT event FROM counter) WHERE to_event IS NULL";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(run_at(db, hold, now, &ret->outbox, err));
	GP_TRY(run_at(db, free_slices, now, NULL, err));
	GP_TRY(run_at(db, aside, now, &ret->inbox, err));
	GP_TRY(run_at(db, rhythms, now, NULL, err));
	GP_TRY(gp_setting_put(db, "marked", NULL, err));
	GP_TRY(gp_ledger_add(db, now, 0, 0, "operator", "store.restore", "", err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_store_climb(struct gp_db *db, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char payload[48];
	int before;

	GP_TRY(gp_schema_number(db, &before, err));
	GP_TRY(gp_schema_climb(db, 0, err));
	if (before == gp_schema_newest())
		return GP_OK;
	(void)snprintf(payload, sizeof(payload), "{\"from\":%d,\"to\":%d}", before, gp_schema_newest());
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_ledger_add(db, now, 0, 0, "operator", "store.upgrade", payload, err));
	return gp_tx_commit(&tx, err);
}
