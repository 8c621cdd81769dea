#include "guildpost/store/setting.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"

enum gp_rc
gp_setting_get(struct gp_db *db, const char *name, char **ret_value, struct gp_err *err)
{
	static const char sql[] = "SELECT value FROM setting WHERE name = :name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret_value = NULL;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":name", name);
	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		*ret_value = gp_strdup(gp_col_text(query, "value"));
	return GP_OK;
}

enum gp_rc
gp_setting_put(struct gp_db *db, const char *name, const char *value, struct gp_err *err)
{
	static const char put[] = "INSERT INTO setting (name, value) VALUES (:name, :value)"
				  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	static const char drop[] = "DELETE FROM setting WHERE name = :name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, value != NULL ? put : drop, &query, err));
	gp_bind_text(query, ":name", name);
	if (value != NULL)
		gp_bind_text(query, ":value", value);
	return gp_query_do(query, err);
}

enum gp_rc
gp_event_next(struct gp_db *db, int64_t now, int64_t *ret_event, int64_t *ret_filed_at, struct gp_err *err)
{
	/* In two steps: RETURNING opens a savepoint within the statement, at which FTS5 writes out all that it has gathered. */
	static const char step[] =
	    "UPDATE counter SET event = event + 1, filed_at = max(filed_at, :now) WHERE only = 1";
	static const char read[] = "SELECT event, filed_at FROM counter WHERE only = 1";
	SCOPED(gp_query_free) struct gp_query *stepping = NULL;
	SCOPED(gp_query_free) struct gp_query *reading = NULL;
	bool found;

	GP_TRY(gp_query_open(db, step, &stepping, err));
	gp_bind_int(stepping, ":now", now);
	GP_TRY(gp_query_do(stepping, err));
	GP_TRY(gp_query_open(db, read, &reading, err));
	GP_TRY(gp_query_next(reading, &found, err));
	*ret_event = gp_col_int(reading, "event");
	*ret_filed_at = gp_col_int(reading, "filed_at");
	return GP_OK;
}

enum gp_rc
gp_event_last(struct gp_db *db, int64_t *ret_event, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT event FROM counter WHERE only = 1", &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	*ret_event = found ? gp_col_int(query, "event") : 0;
	return GP_OK;
}

enum gp_rc
gp_keys_load(struct gp_db *db, struct gp_token_keys *ret_keys, struct gp_err *err)
{
	static const char sql[] = "SELECT kid, secret, signs FROM token_key ORDER BY kid";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret_keys = (struct gp_token_keys){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	for (;;) {
		size_t n;
		const void *secret;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found || ret_keys->count == (int)GP_COUNT(ret_keys->key))
			return GP_OK;
		secret = gp_col_blob(query, "secret", &n);
		if (n != sizeof(ret_keys->key[0].secret))
			continue;
		ret_keys->key[ret_keys->count].kid = gp_col_text(query, "kid")[0];
		memcpy(ret_keys->key[ret_keys->count].secret, secret, n);
		if (gp_col_int(query, "signs") != 0)
			ret_keys->signing = ret_keys->count;
		ret_keys->count++;
	}
}

enum gp_rc
gp_keys_create(struct gp_db *db, bool play, int64_t now, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO token_key (kid, secret, created_at, signs) VALUES ('0', :secret, :now, 1)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	unsigned char secret[32];

	if (play)
		gp_sha256("play", 4, secret);
	else
		gp_random(secret, sizeof(secret));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_blob(query, ":secret", secret, sizeof(secret));
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}
