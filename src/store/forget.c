#include "guildpost/store/forget.h"

#include "guildpost/base/buf.h"
#include "guildpost/store/former.h"
#include "guildpost/store/raw.h"
#include "store/sent.h"

/* --- the member ----------------------------------------------------------------------------- */

static enum gp_rc
list_keys(struct gp_db *db, const struct gp_member *member, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs keys = { 0 };

	gp_buf_addf(out, "%s\n%s", member->name, member->address_key);
	GP_TRY(gp_member_keys(db, member->id, &keys, err));
	for (size_t i = 0; i < keys.count; i++)
		gp_buf_addf(out, "\n%s", keys.v[i]);
	return GP_OK;
}

enum gp_rc
gp_forget_member(struct gp_db *db, const struct gp_member *member, char **ret_about, struct gp_err *err)
{
	static const char blank[] = "UPDATE member SET address = :address, address_key = :address, name = '',"
				    " timezone = '', language = '', state = 'left', paused_until = NULL, left_at = NULL"
				    " WHERE member_id = :member";
	SCOPED(gp_buf_release) struct gp_buf about = GP_BUF_INIT(1 << 20);
	SCOPED(gp_query_free) struct gp_query *blanking = NULL;
	SCOPED(gp_query_free) struct gp_query *dropping = NULL;
	char address[GP_PSEUDONYM_SIZE];

	GP_TRY(list_keys(db, member, &about, err));
	gp_pseudonym(member->id, address);
	GP_TRY(gp_query_open(db, blank, &blanking, err));
	gp_bind_text(blanking, ":address", address);
	gp_bind_int(blanking, ":member", member->id);
	GP_TRY(gp_query_do(blanking, err));
	GP_TRY(gp_query_open(db, "DELETE FROM member_alias WHERE member_id = :member", &dropping, err));
	gp_bind_int(dropping, ":member", member->id);
	*ret_about = gp_buf_take(&about);
	return gp_query_do(dropping, err);
}

/* --- octets --------------------------------------------------------------------------------- */

void
gp_forget_raw_release(struct gp_forget_raw *raw)
{
	free(raw->msgid);
	free(raw->line_end);
	free(raw->from_address);
	*raw = (struct gp_forget_raw){ 0 };
}

enum gp_rc
gp_forget_raw_next(struct gp_db *db, int64_t after, struct gp_forget_raw *ret, bool *ret_found, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT r.raw_id, coalesce(m.id, 0) AS id, m.space_id, s.community_id, m.member_id, m.imported, m.msgid,"
	    " m.line_end, m.from_address, coalesce(m.received_at, r.received_at) AS received_at,"
	    " EXISTS (SELECT 1 FROM inbox i WHERE i.raw_id = r.raw_id)"
	    "  OR EXISTS (SELECT 1 FROM held h WHERE h.raw_id = r.raw_id AND h.state = 'held') AS needed"
	    " FROM raw r LEFT JOIN message m ON m.raw_id = r.raw_id LEFT JOIN space s ON s.space_id = m.space_id"
	    " WHERE r.raw_id > :after ORDER BY r.raw_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", after);
	GP_TRY(gp_query_next(query, ret_found, err));
	if (!*ret_found)
		return GP_OK;
	*ret = (struct gp_forget_raw){ .raw_id = gp_col_int(query, "raw_id"),
		.id = gp_col_int(query, "id"),
		.space_id = gp_col_int(query, "space_id"),
		.community_id = gp_col_int(query, "community_id"),
		.member_id = gp_col_int(query, "member_id"),
		.received_at = gp_col_int(query, "received_at"),
		.imported = gp_col_int(query, "imported") != 0,
		.needed = gp_col_int(query, "needed") != 0,
		.msgid = gp_strdup(gp_col_text(query, "msgid")),
		.line_end = gp_strdup(gp_col_text(query, "line_end")),
		.from_address = gp_strdup(gp_col_text(query, "from_address")) };
	return GP_OK;
}

enum gp_rc
gp_forget_replace(struct gp_db *db, const struct gp_forget_raw *post, int64_t raw_id, size_t size, struct gp_err *err)
{
	static const char sql[] = "UPDATE message SET raw_id = :raw, size = :size, scrubbed = 1 WHERE id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":raw", raw_id);
	gp_bind_int(query, ":size", (int64_t)size);
	gp_bind_int(query, ":id", post->id);
	GP_TRY(gp_query_do(query, err));
	return gp_raw_delete(db, post->raw_id, err);
}

enum gp_rc
gp_forget_raw_drop(struct gp_db *db, int64_t raw_id, struct gp_err *err)
{
	static const char *const users[] = {
		"DELETE FROM held WHERE raw_id = :raw AND state <> 'held'",
		"UPDATE aside SET raw_id = NULL WHERE raw_id = :raw",
	};

	for (size_t i = 0; i < GP_COUNT(users); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, users[i], &query, err));
		gp_bind_int(query, ":raw", raw_id);
		GP_TRY(gp_query_do(query, err));
	}
	return gp_raw_delete(db, raw_id, err);
}

/* --- rows ----------------------------------------------------------------------------------- */

#define DONE "(SELECT outbox_id FROM outbox WHERE state IN ('sent', 'failed', 'dropped'))"

/* :member */
static const char *const of_member[] = {
	"DELETE FROM member_role WHERE member_id = :member",
	"DELETE FROM bounce WHERE member_id = :member",
	"DELETE FROM suspension WHERE member_id = :member",
	"DELETE FROM asked_once WHERE member_id = :member",
	"DELETE FROM ride WHERE member_id = :member",
	"DELETE FROM to_invite WHERE member_id = :member",
	"DELETE FROM named WHERE member_id = :member",
	"DELETE FROM consent WHERE member_id = :member",
	"DELETE FROM errand WHERE member_id = :member AND what = 'export'",
	"DELETE FROM brief_line WHERE ref = :member AND what IN ('newcomer', 'quiet', 'bounced')",
	"DELETE FROM brief_done WHERE ref = :member AND what IN ('newcomer', 'quiet', 'bounced')",
	"DELETE FROM request WHERE limit_key GLOB 'agree ' || :member || ' *'",
	"UPDATE rsvp SET comment = '' WHERE member_id = :member",
	"UPDATE outcome SET address = '', reply = '' WHERE recipient_key = :member AND outbox_id IN " DONE,
	"UPDATE attempt SET reply = '' WHERE recipient_key = :member AND outbox_id IN " DONE,
	/* The chain covers their hash, and still holds (DESIGN.md rule 14). */
	"UPDATE ledger SET payload = NULL, salt = NULL WHERE payload IS NOT NULL AND (actor = 'member:' || :member"
	" OR instr(payload, '\"member:' || :member || '\"') > 0)",
};

/* :key, an address as it is compared; some with :before */
static const char *const of_address[] = {
	"DELETE FROM answered WHERE address_key = :key",
	"DELETE FROM held WHERE lower(from_address) = :key OR lower(sender) = :key",
	"DELETE FROM inbox WHERE state = 'poisoned' AND lower(sender) = :key",
	"UPDATE outbox_recipient SET address = '', slot_values = '{}' WHERE lower(address) = :key"
	" AND outbox_id IN " DONE,
	"UPDATE outcome SET address = '', reply = '' WHERE lower(address) = :key AND outbox_id IN " DONE,
	"UPDATE outcome SET reply = '' WHERE instr(lower(reply), :key) > 0",
	"UPDATE attempt SET reply = '' WHERE instr(lower(reply), :key) > 0",
	"UPDATE outbox SET last_reply = '' WHERE instr(lower(last_reply), :key) > 0",
	"UPDATE outbox SET reason = '' WHERE instr(lower(reason), :key) > 0",
	"UPDATE slice SET last_reply = '' WHERE instr(lower(last_reply), :key) > 0",
	"UPDATE bounce SET said = '' WHERE instr(lower(said), :key) > 0",
	"UPDATE road_rest SET reply = '' WHERE instr(lower(reply), :key) > 0",
	"DELETE FROM outbox_mail WHERE outbox_id IN " DONE " AND instr(lower(CAST(octets AS TEXT)), :key) > 0",
};
static const char of_requests[] = "DELETE FROM request WHERE created_at <= :before"
				  " AND (lower(address) = :key OR instr(lower(mode), :key) > 0)";

static enum gp_rc
run_member(struct gp_db *db, const char *sql, int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}

static enum gp_rc
run_address(struct gp_db *db, const char *sql, const char *key, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":key", key);
	return gp_query_do(query, err);
}

static enum gp_rc
run_requests(struct gp_db *db, const char *key, int64_t before, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, of_requests, &query, err));
	gp_bind_text(query, ":key", key);
	gp_bind_int(query, ":before", before);
	return gp_query_do(query, err);
}

enum gp_rc
gp_forget_rows(struct gp_db *db, int64_t member_id, const struct gp_strs *addresses, int64_t before, struct gp_err *err)
{
	for (size_t i = 0; i < GP_COUNT(of_member); i++)
		GP_TRY(run_member(db, of_member[i], member_id, err));
	for (size_t a = 0; a < addresses->count; a++) {
		for (size_t i = 0; i < GP_COUNT(of_address); i++)
			GP_TRY(run_address(db, of_address[i], addresses->v[a], err));
		GP_TRY(run_requests(db, addresses->v[a], before, err));
		GP_TRY(gp_sent_forget(db, addresses->v[a], err));
	}
	return GP_OK;
}

enum gp_rc
gp_forget_waits(struct gp_db *db, const struct gp_strs *addresses, int64_t before, bool *ret, struct gp_err *err)
{
	/* Mail that names them is as much to be waited for as mail to them: a copy that a slow server takes tomorrow. */
	static const char sql[] =
	    "SELECT 1 FROM outbox o WHERE o.state NOT IN ('sent', 'failed', 'dropped') AND o.created_at <= :before"
	    " AND (EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = o.outbox_id AND lower(r.address) = "
	    ":key)"
	    "  OR EXISTS (SELECT 1 FROM outbox_mail b WHERE b.outbox_id = o.outbox_id"
	    "   AND instr(lower(CAST(b.octets AS TEXT)), :key) > 0)) LIMIT 1";

	*ret = false;
	for (size_t i = 0; i < addresses->count && !*ret; i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, sql, &query, err));
		gp_bind_text(query, ":key", addresses->v[i]);
		gp_bind_int(query, ":before", before);
		GP_TRY(gp_query_next(query, ret, err));
	}
	return GP_OK;
}
