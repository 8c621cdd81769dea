#include "guildpost/store/consent.h"

#include "guildpost/mail/crypt.h"

enum gp_rc
gp_consent_add(struct gp_db *db, const struct gp_consent *consent, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO consent (member_id, space_id, how, at, request_id, msgid, notice)"
	    " SELECT :member, :space, :how, :at, nullif(:request, 0), :msgid, :notice WHERE :how <> 'operator'"
	    " OR NOT EXISTS (SELECT 1 FROM consent"
	    "  WHERE member_id = :member AND space_id = :space AND withdrawn_at IS NULL)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", consent->member_id);
	gp_bind_int(query, ":space", consent->space_id);
	gp_bind_text(query, ":how", consent->how);
	gp_bind_int(query, ":at", consent->at);
	gp_bind_int(query, ":request", consent->request_id);
	gp_bind_text(query, ":msgid", consent->msgid);
	gp_bind_text(query, ":notice", consent->notice);
	return gp_query_do(query, err);
}

enum gp_rc
gp_consent_withdraw(struct gp_db *db, int64_t member_id, int64_t space_id, int64_t now, struct gp_err *err)
{
	static const char sql[] = "UPDATE consent SET withdrawn_at = :now WHERE member_id = :member"
				  " AND (:space = 0 OR space_id = :space) AND withdrawn_at IS NULL";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":space", space_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_consent_list(struct gp_db *db, int64_t member_id, gp_consent_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT c.member_id, c.space_id, c.at, c.withdrawn_at, c.request_id, c.how, c.msgid,"
				  " c.notice, s.name FROM consent c JOIN space s ON s.space_id = c.space_id"
				  " WHERE c.member_id = :member ORDER BY c.consent_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(each(context,
		    &(struct gp_consent){ .member_id = gp_col_int(query, "member_id"),
			.space_id = gp_col_int(query, "space_id"),
			.at = gp_col_int(query, "at"),
			.withdrawn_at = gp_col_int(query, "withdrawn_at"),
			.request_id = gp_col_int(query, "request_id"),
			.how = gp_col_text(query, "how"),
			.msgid = gp_col_text(query, "msgid"),
			.notice = gp_col_text(query, "notice"),
			.space = gp_col_text(query, "name") },
		    err));
	}
}

enum gp_rc
gp_notice_keep(struct gp_db *db, const char *name, const char *language, const char *words, int64_t now,
    char ret_version[GP_NOTICE_SIZE], struct gp_err *err)
{
	static const char sql[] = "INSERT INTO notice (version, words, since) VALUES (:version, :words, :now)"
				  " ON CONFLICT (version) DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	unsigned char hash[32];
	char hex[17];

	gp_sha256(words, strlen(words), hash);
	gp_hex(hash, 8, hex);
	(void)snprintf(ret_version, GP_NOTICE_SIZE, "%.32s-%.8s-%s", name, language, hex);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":version", ret_version);
	gp_bind_text(query, ":words", words);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}
