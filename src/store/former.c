#include "guildpost/store/former.h"

#include "guildpost/mail/crypt.h"
#include "guildpost/store/member.h"
#include "guildpost/store/setting.h"

#define ERASED "@erased.invalid"

void
gp_pseudonym(int64_t member_id, char out[GP_PSEUDONYM_SIZE])
{
	(void)snprintf(out, GP_PSEUDONYM_SIZE, "former-%lld" ERASED, (long long)member_id);
}

bool
gp_is_pseudonym(const char *address)
{
	size_t n = strlen(address), erased = sizeof(ERASED) - 1;

	return n > erased && strcmp(address + n - erased, ERASED) == 0;
}

/* --- the hash ------------------------------------------------------------------------------- */

enum gp_rc
gp_address_mac(struct gp_db *db, const char *address_key, char ret_hex[GP_ADDRESS_MAC_SIZE], struct gp_err *err)
{
	SCOPED(gp_free_str) char *key = NULL;
	unsigned char random[32], mac[32];
	char hex[65];

	GP_TRY(gp_setting_get(db, "forgotten_key", &key, err));
	if (key == NULL) {
		gp_random(random, sizeof(random));
		gp_hex(random, sizeof(random), hex);
		GP_TRY(gp_setting_put(db, "forgotten_key", hex, err));
		key = gp_strdup(hex);
	}
	gp_hmac_sha256(key, strlen(key), address_key, strlen(address_key), mac);
	gp_hex(mac, sizeof(mac), ret_hex);
	return GP_OK;
}

/* --- who it is ------------------------------------------------------------------------------ */

enum gp_rc
gp_former_put(
    struct gp_db *db, int64_t community_id, const char *address_key, const struct gp_former *former, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO former (community_id, address_mac, why, member_id, at)"
				  " VALUES (:community, :mac, :why, nullif(:member, 0), :at)"
				  " ON CONFLICT (community_id, address_mac) DO UPDATE"
				  " SET why = excluded.why, member_id = excluded.member_id, at = excluded.at";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char mac[GP_ADDRESS_MAC_SIZE];

	GP_TRY(gp_address_mac(db, address_key, mac, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":mac", mac);
	gp_bind_text(query, ":why", former->why);
	gp_bind_int(query, ":member", former->member_id);
	gp_bind_int(query, ":at", former->at);
	return gp_query_do(query, err);
}

enum gp_rc
gp_former_mac(struct gp_db *db, const char *address_key, char ret_hex[GP_ADDRESS_MAC_SIZE], struct gp_err *err)
{
	SCOPED(gp_free_str) char *key = NULL;

	ret_hex[0] = '\0';
	GP_TRY(gp_setting_get(db, "forgotten_key", &key, err));
	return key != NULL ? gp_address_mac(db, address_key, ret_hex, err) : GP_OK;
}

enum gp_rc
gp_former_find(
    struct gp_db *db, int64_t community_id, const char *address_key, struct gp_former *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT why, member_id, at FROM former"
				  " WHERE community_id = :community AND address_mac = :mac";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char mac[GP_ADDRESS_MAC_SIZE];
	bool found;

	*ret = (struct gp_former){ .why = "" };
	GP_TRY(gp_former_mac(db, address_key, mac, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":mac", mac);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	(void)snprintf(ret->why, sizeof(ret->why), "%s", gp_col_text(query, "why"));
	ret->member_id = gp_col_int(query, "member_id");
	ret->at = gp_col_int(query, "at");
	return GP_OK;
}

enum gp_rc
gp_former_drop(struct gp_db *db, int64_t community_id, const char *address_key, int64_t member_id, struct gp_err *err)
{
	static const char sql[] = "DELETE FROM former WHERE (community_id = :community AND address_mac = :mac)"
				  " OR member_id = nullif(:member, 0)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char mac[GP_ADDRESS_MAC_SIZE];

	GP_TRY(gp_address_mac(db, address_key, mac, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":mac", mac);
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}

static enum gp_rc
run_member(struct gp_db *db, const char *sql, int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_former_unlink(struct gp_db *db, int64_t member_id, struct gp_err *err)
{
	return run_member(
	    db, "UPDATE former SET why = 'forgotten', member_id = NULL WHERE member_id = :member", member_id, err);
}

/* --- who left ------------------------------------------------------------------------------- */

enum gp_rc
gp_departing_next(struct gp_db *db, int64_t before, int64_t *ret_member_id, int64_t *ret_next, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT m.member_id, m.left_at FROM member m WHERE m.left_at IS NOT NULL"
	    " AND NOT EXISTS (SELECT 1 FROM errand e WHERE e.member_id = m.member_id) ORDER BY m.left_at LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret_member_id = *ret_next = 0;
	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret_next = gp_col_int(query, "left_at");
	*ret_member_id = *ret_next <= before ? gp_col_int(query, "member_id") : 0;
	return GP_OK;
}

/* What a settled question was about; how often a mailbox was asked to join stays counted, by the hash. */
static enum gp_rc
blank_requests(struct gp_db *db, const char *key, int64_t now, struct gp_err *err)
{
	static const char sql[] = "UPDATE request SET address = '', name = '', mode = '', msgid = '',"
				  " limit_key = CASE kind WHEN 'join' THEN limit_key ELSE '' END"
				  " WHERE (settled_at IS NOT NULL OR expires_at <= :now) AND (lower(address) = :key OR "
				  "instr(lower(mode), :key) > 0)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":key", key);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

/* Who said no meanwhile has said more than that they left. */
static enum gp_rc
take_address(struct gp_db *db, const struct gp_member *member, const char *key, int64_t now, struct gp_err *err)
{
	struct gp_former former;

	GP_TRY(gp_former_find(db, member->community_id, key, &former, err));
	if (former.why[0] == '\0')
		former = (struct gp_former){ .why = "left", .at = member->left_at };
	former.member_id = member->id;
	GP_TRY(gp_former_put(db, member->community_id, key, &former, err));
	return blank_requests(db, key, now, err);
}

enum gp_rc
gp_depart(struct gp_db *db, const struct gp_member *member, int64_t now, struct gp_err *err)
{
	static const char blank[] = "UPDATE member SET address = :address, address_key = :address, name = '',"
				    " timezone = '', language = '', paused_until = NULL, left_at = NULL"
				    " WHERE member_id = :member";
	SCOPED(gp_strs_release) struct gp_strs keys = { 0 };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char address[GP_PSEUDONYM_SIZE];

	gp_strs_add(&keys, member->address_key);
	GP_TRY(gp_member_keys(db, member->id, &keys, err));
	for (size_t i = 0; i < keys.count; i++)
		GP_TRY(take_address(db, member, keys.v[i], now, err));
	GP_TRY(run_member(db, "DELETE FROM member_alias WHERE member_id = :member", member->id, err));
	GP_TRY(run_member(db, "DELETE FROM member_role WHERE member_id = :member", member->id, err));
	GP_TRY(run_member(db, "DELETE FROM suspension WHERE member_id = :member", member->id, err));
	gp_pseudonym(member->id, address);
	GP_TRY(gp_query_open(db, blank, &query, err));
	gp_bind_text(query, ":address", address);
	gp_bind_int(query, ":member", member->id);
	return gp_query_do(query, err);
}
