#include "guildpost/store/bounce.h"

#define DAY	  86400
#define FORTNIGHT (14 * DAY)

static enum gp_rc
is_known(struct gp_db *db, const struct gp_bounce *bounce, bool *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT 1 AS one FROM bounce WHERE member_id = :member AND outbox_id = :outbox"
				  " AND (verdict = :verdict OR verdict = 'mass') LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", bounce->member_id);
	gp_bind_int(query, ":outbox", bounce->outbox_id);
	gp_bind_text(query, ":verdict", bounce->verdict);
	return gp_query_next(query, ret, err);
}

/* What comes back while nothing is sent (of a probe) is spent at once. */
enum gp_rc
gp_bounce_add(struct gp_db *db, const struct gp_bounce *bounce, bool *ret_new, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO bounce (member_id, community_id, outbox_id, domain, status, verdict, said, spent, at)"
	    " VALUES (nullif(:member, 0), nullif(:community, 0), :outbox, :domain, :status, :verdict, :said,"
	    "  EXISTS (SELECT 1 FROM member WHERE member_id = :member AND state = 'bouncing'), :at)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool known = false;

	if (bounce->member_id != 0)
		GP_TRY(is_known(db, bounce, &known, err));
	*ret_new = !known;
	if (known)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", bounce->member_id);
	gp_bind_int(query, ":community", bounce->community_id);
	gp_bind_int(query, ":outbox", bounce->outbox_id);
	gp_bind_text(query, ":domain", bounce->domain);
	gp_bind_text(query, ":status", bounce->status);
	gp_bind_text(query, ":verdict", bounce->verdict);
	gp_bind_text(query, ":said", bounce->said);
	gp_bind_int(query, ":at", bounce->at);
	return gp_query_do(query, err);
}

enum gp_rc
gp_bounce_first(
    struct gp_db *db, int64_t member_id, const char *status, int64_t since, int64_t *ret_at, struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(min(at), 0) AS first FROM bounce"
				  " WHERE member_id = :member AND at > :since AND status = :status"
				  " AND spent = 0 AND verdict <> 'mass'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":since", since);
	gp_bind_text(query, ":status", status);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_at = gp_col_int(query, "first");
	return GP_OK;
}

enum gp_rc
gp_bounce_days(struct gp_db *db, int64_t member_id, int64_t since, int64_t *ret_hard_days, int64_t *ret_bad_days,
    struct gp_err *err)
{
	static const char sql[] =
	    "SELECT count(DISTINCT CASE WHEN verdict = 'permanent' THEN at / 86400 END) AS hard,"
	    " count(DISTINCT at / 86400) AS bad FROM bounce"
	    " WHERE member_id = :member AND at > :since AND spent = 0 AND verdict IN ('permanent', 'temporary')";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_hard_days = gp_col_int(query, "hard");
	*ret_bad_days = gp_col_int(query, "bad");
	return GP_OK;
}

/* Nobody asks how many they are beyond twice those who fail, and a community may be large. */
static enum gp_rc
count_members(
    struct gp_db *db, int64_t community_id, const char *domain, int64_t most, int64_t *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT count(*) AS members FROM (SELECT 1 FROM member m WHERE m.community_id = :community"
	    " AND m.state IN ('active', 'paused', 'bouncing')"
	    " AND (:domain = '' OR substr(m.address_key, instr(m.address_key, '@') + 1) = :domain) LIMIT :most)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":domain", domain);
	gp_bind_int(query, ":most", most);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = gp_col_int(query, "members");
	return GP_OK;
}

enum gp_rc
gp_bounce_crowd(struct gp_db *db, int64_t community_id, const char *domain, int64_t since, int64_t now,
    struct gp_bounce_crowd *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT count(DISTINCT CASE WHEN at > :since THEN member_id END) AS failing,"
	    " count(DISTINCT CASE WHEN verdict = 'mass' AND at / 86400 < :now / 86400 THEN at / 86400 END) AS mass"
	    "  FROM bounce WHERE community_id = :community AND at > :fortnight AND member_id IS NOT NULL"
	    "   AND (:domain = '' OR domain = :domain) AND verdict IN ('permanent', 'temporary', 'mass')";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":domain", domain);
	gp_bind_int(query, ":since", since);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":fortnight", now - FORTNIGHT);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = (struct gp_bounce_crowd){ .failing = gp_col_int(query, "failing"),
		.mass_days = gp_col_int(query, "mass") };
	return count_members(db, community_id, domain, 2 * ret->failing + 1, &ret->members, err);
}

static enum gp_rc
run_for(struct gp_db *db, const char *sql, int64_t community_id, const char *domain, int64_t since,
    int64_t *ret_changes, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":domain", domain);
	gp_bind_int(query, ":since", since);
	GP_TRY(gp_query_do(query, err));
	*ret_changes = gp_db_changes(db);
	return GP_OK;
}

enum gp_rc
gp_bounce_forgive(
    struct gp_db *db, int64_t community_id, const char *domain, int64_t since, int64_t *ret_back, struct gp_err *err)
{
#define FORGIVEN                                                                                                       \
	"SELECT b.member_id FROM bounce b WHERE b.community_id = :community AND b.at > :since"                         \
	" AND (:domain = '' OR b.domain = :domain) AND b.verdict = 'mass'"
	static const char mark[] = "UPDATE bounce SET verdict = 'mass', spent = 0 WHERE community_id = :community"
				   " AND at > :since AND (:domain = '' OR domain = :domain)"
				   " AND verdict IN ('permanent', 'temporary')";
	static const char back[] =
	    "UPDATE member SET state = 'active' WHERE state = 'bouncing' AND member_id IN ("
	    "SELECT s.member_id FROM suspension s WHERE s.since > :since AND s.member_id IN (" FORGIVEN "))";
	static const char drop[] = "DELETE FROM suspension WHERE since > :since AND member_id IN (" FORGIVEN ")";
	int64_t ignored;

	GP_TRY(run_for(db, mark, community_id, domain, since, &ignored, err));
	GP_TRY(run_for(db, back, community_id, domain, since, ret_back, err));
	return run_for(db, drop, community_id, domain, since, &ignored, err);
}

enum gp_rc
gp_bounce_forget(struct gp_db *db, int64_t before, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM bounce WHERE at <= :before", &query, err));
	gp_bind_int(query, ":before", before);
	return gp_query_do(query, err);
}

/* --- suspended ------------------------------------------------------------------------------- */

enum gp_rc
gp_suspend(struct gp_db *db, int64_t member_id, const char *status, int64_t now, int64_t next_probe, struct gp_err *err)
{
	static const char insert[] =
	    "INSERT INTO suspension (member_id, since, status, next_probe) VALUES (:member, :now, :status, :next)"
	    " ON CONFLICT (member_id) DO UPDATE SET since = excluded.since, status = excluded.status, probes = 0,"
	    " next_probe = excluded.next_probe";
	static const char *const steps[] = {
		"UPDATE member SET state = 'bouncing' WHERE member_id = :member",
		"UPDATE bounce SET spent = 1 WHERE member_id = :member",
	};
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, insert, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":now", now);
	gp_bind_text(query, ":status", status);
	gp_bind_int(query, ":next", next_probe);
	GP_TRY(gp_query_do(query, err));
	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *step = NULL;

		GP_TRY(gp_query_open(db, steps[i], &step, err));
		gp_bind_int(step, ":member", member_id);
		GP_TRY(gp_query_do(step, err));
	}
	return GP_OK;
}

enum gp_rc
gp_suspension_due(struct gp_db *db, int64_t now, struct gp_suspension *ret, int64_t *ret_next, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT s.member_id, s.since, s.probes, s.next_probe FROM suspension s"
	    " JOIN member m ON m.member_id = s.member_id WHERE m.state = 'bouncing' ORDER BY s.next_probe LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_suspension){ 0 };
	*ret_next = 0;
	GP_TRY(gp_query_open(db, sql, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret_next = gp_col_int(query, "next_probe");
	if (*ret_next <= now)
		*ret = (struct gp_suspension){ .member_id = gp_col_int(query, "member_id"),
			.since = gp_col_int(query, "since"),
			.probes = gp_col_int(query, "probes") };
	return GP_OK;
}

enum gp_rc
gp_suspension_asked(struct gp_db *db, int64_t member_id, int64_t next_probe, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "UPDATE suspension SET probes = probes + 1, next_probe = :next WHERE member_id = :member", &query, err));
	gp_bind_int(query, ":next", next_probe);
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}
