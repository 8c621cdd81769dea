#include "guildpost/store/meeting.h"

/* Who was asked, and what they answered; src/store/meeting.c has the meetings themselves. */

static void
take_invitation(struct gp_query *query, struct gp_invitation *ret)
{
	ret->id = gp_col_int(query, "invitation_id");
	ret->meeting_id = gp_col_int(query, "meeting_id");
	ret->member_id = gp_col_int(query, "member_id");
	ret->sequence = gp_col_int(query, "sequence");
	ret->at = gp_col_int(query, "at");
	(void)snprintf(ret->first_msgid, sizeof(ret->first_msgid), "%s", gp_col_text(query, "first_msgid"));
	(void)snprintf(ret->msgid, sizeof(ret->msgid), "%s", gp_col_text(query, "msgid"));
}

static enum gp_rc
one(struct gp_query *query, struct gp_invitation *ret, struct gp_err *err)
{
	bool found;

	*ret = (struct gp_invitation){ 0 };
	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		take_invitation(query, ret);
	return GP_OK;
}

enum gp_rc
gp_invitation_put(struct gp_db *db, const struct gp_invitation *invitation, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO invitation (meeting_id, member_id, sequence, at, first_msgid, msgid)"
	    " VALUES (:meeting, :member, :sequence, :at, :msgid, :msgid)"
	    " ON CONFLICT (meeting_id, member_id)"
	    " DO UPDATE SET sequence = excluded.sequence, at = excluded.at, msgid = excluded.msgid"
	    " RETURNING invitation_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", invitation->meeting_id);
	gp_bind_int(query, ":member", invitation->member_id);
	gp_bind_int(query, ":sequence", invitation->sequence);
	gp_bind_int(query, ":at", invitation->at);
	gp_bind_text(query, ":msgid", invitation->msgid);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_id = gp_col_int(query, "invitation_id");
	return gp_query_next(query, &found, err);
}

enum gp_rc
gp_invitation_load(struct gp_db *db, int64_t id, struct gp_invitation *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT invitation_id, meeting_id, member_id, sequence, at, first_msgid, msgid"
				  " FROM invitation WHERE invitation_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	return one(query, ret, err);
}

enum gp_rc
gp_invitation_find(
    struct gp_db *db, int64_t meeting_id, int64_t member_id, struct gp_invitation *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT invitation_id, meeting_id, member_id, sequence, at, first_msgid, msgid"
				  " FROM invitation WHERE meeting_id = :meeting AND member_id = :member";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting_id);
	gp_bind_int(query, ":member", member_id);
	return one(query, ret, err);
}

enum gp_rc
gp_invitation_by_msgid(
    struct gp_db *db, int64_t space_id, const char *msgid, struct gp_invitation *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT i.invitation_id, i.meeting_id, i.member_id, i.sequence, i.at, i.first_msgid, i.msgid"
	    "  FROM invitation i JOIN meeting m ON m.meeting_id = i.meeting_id"
	    " WHERE (i.first_msgid = :msgid OR i.msgid = :msgid) AND m.space_id = :space";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":msgid", msgid);
	gp_bind_int(query, ":space", space_id);
	return one(query, ret, err);
}

/* --- whom to write -------------------------------------------------------------------------- */

void
gp_invitees_release(struct gp_invitees *invitees)
{
	for (size_t i = 0; i < invitees->count; i++)
		gp_member_free(&invitees->v[i].member);
	free(invitees->v);
	*invitees = (struct gp_invitees){ NULL, 0 };
}

static enum gp_rc
load_members(struct gp_db *db, struct gp_invitees *invitees, struct gp_err *err)
{
	for (size_t i = 0; i < invitees->count; i++)
		GP_TRY(gp_member_load(db, invitees->v[i].invitation.member_id, &invitees->v[i].member, err));
	return GP_OK;
}

enum gp_rc
gp_invitees_load(struct gp_db *db, const struct gp_meeting *meeting, bool invited_only, int64_t after, int limit,
    int64_t now, struct gp_invitees *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT m.member_id, i.invitation_id, coalesce(i.meeting_id, :meeting) AS meeting_id, i.sequence, i.at,"
	    "       i.first_msgid, i.msgid, s.subscription_id, r.partstat, r.sequence AS answered"
	    "  FROM space sp JOIN member m ON m.community_id = sp.community_id"
	    "  LEFT JOIN subscription s ON s.space_id = sp.space_id AND s.member_id = m.member_id AND s.to_event IS "
	    "NULL"
	    "  LEFT JOIN invitation i ON i.meeting_id = :meeting AND i.member_id = m.member_id"
	    "  LEFT JOIN rsvp r ON r.meeting_id = :meeting AND r.member_id = m.member_id AND r.occurrence = ''"
	    " WHERE sp.space_id = :space AND m.member_id > :after"
	    "   AND ((i.invitation_id IS NOT NULL AND m.state IN ('active', 'paused'))"
	    "     OR (:invited_only = 0 AND m.state = 'active' AND s.mode <> 'none'"
	    "         AND coalesce(m.paused_until, 0) <= :now))"
	    " ORDER BY m.member_id LIMIT :limit";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_invitees_release) struct gp_invitees found = { NULL, 0 };
	bool more;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting->id);
	gp_bind_int(query, ":space", meeting->space_id);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":invited_only", invited_only);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":limit", limit);
	found.v = gp_new_array((size_t)limit, sizeof(*found.v));
	for (;;) {
		struct gp_invitee *invitee = &found.v[found.count];

		GP_TRY(gp_query_next(query, &more, err));
		if (!more)
			break;
		take_invitation(query, &invitee->invitation);
		invitee->subscription_id = gp_col_int(query, "subscription_id");
		invitee->partstat_sequence = gp_col_int(query, "answered");
		(void)snprintf(invitee->partstat, sizeof(invitee->partstat), "%s", gp_col_text(query, "partstat"));
		found.count++;
	}
	GP_TRY(load_members(db, &found, err));
	*ret = found;
	found = (struct gp_invitees){ NULL, 0 };
	return GP_OK;
}

/* --- answers -------------------------------------------------------------------------------- */

enum gp_rc
gp_rsvp_find(struct gp_db *db, int64_t meeting_id, int64_t member_id, const char *occurrence, struct gp_rsvp_state *ret,
    struct gp_err *err)
{
	static const char sql[] = "SELECT partstat, sequence, dtstamp, provisional FROM rsvp"
				  " WHERE meeting_id = :meeting AND member_id = :member AND occurrence = :occurrence";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	*ret = (struct gp_rsvp_state){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting_id);
	gp_bind_int(query, ":member", member_id);
	gp_bind_text(query, ":occurrence", occurrence);
	GP_TRY(gp_query_next(query, &ret->found, err));
	if (!ret->found)
		return GP_OK;
	ret->sequence = gp_col_int(query, "sequence");
	ret->dtstamp = gp_col_int(query, "dtstamp");
	ret->provisional = gp_col_int(query, "provisional") != 0;
	(void)snprintf(ret->partstat, sizeof(ret->partstat), "%s", gp_col_text(query, "partstat"));
	return GP_OK;
}

enum gp_rc
gp_rsvp_put(struct gp_db *db, const struct gp_rsvp *rsvp, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO rsvp (meeting_id, member_id, occurrence, partstat, comment, sequence, dtstamp, at, "
	    "provisional)"
	    " VALUES (:meeting, :member, :occurrence, :partstat, :comment, :sequence, :dtstamp, :at, :provisional)"
	    " ON CONFLICT (meeting_id, member_id, occurrence) DO UPDATE SET partstat = excluded.partstat,"
	    " comment = excluded.comment, sequence = excluded.sequence, dtstamp = excluded.dtstamp, at = excluded.at,"
	    " provisional = excluded.provisional";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", rsvp->meeting_id);
	gp_bind_int(query, ":member", rsvp->member_id);
	gp_bind_text(query, ":occurrence", rsvp->occurrence);
	gp_bind_text(query, ":partstat", rsvp->partstat);
	gp_bind_text(query, ":comment", rsvp->comment);
	gp_bind_int(query, ":sequence", rsvp->sequence);
	gp_bind_int(query, ":dtstamp", rsvp->dtstamp);
	gp_bind_int(query, ":at", rsvp->at);
	gp_bind_int(query, ":provisional", rsvp->provisional);
	return gp_query_do(query, err);
}

enum gp_rc
gp_rsvp_list(struct gp_db *db, int64_t meeting_id, gp_rsvp_each *each, void *context, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT r.member_id, r.occurrence, r.partstat, r.comment, r.sequence, r.dtstamp, r.at, r.provisional,"
	    "       m.address, m.name FROM rsvp r JOIN member m ON m.member_id = r.member_id"
	    " WHERE r.meeting_id = :meeting ORDER BY m.address_key, r.occurrence";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting_id);
	for (;;) {
		struct gp_rsvp rsvp = { .meeting_id = meeting_id };

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		rsvp.member_id = gp_col_int(query, "member_id");
		rsvp.occurrence = gp_col_text(query, "occurrence");
		rsvp.partstat = gp_col_text(query, "partstat");
		rsvp.comment = gp_col_text(query, "comment");
		rsvp.sequence = gp_col_int(query, "sequence");
		rsvp.dtstamp = gp_col_int(query, "dtstamp");
		rsvp.at = gp_col_int(query, "at");
		rsvp.provisional = gp_col_int(query, "provisional") != 0;
		GP_TRY(each(context, &rsvp, gp_col_text(query, "address"), gp_col_text(query, "name"), err));
	}
}

enum gp_rc
gp_rsvp_count(struct gp_db *db, const struct gp_meeting *meeting, const char *occurrence, struct gp_rsvp_tally *ret,
    struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(d.partstat, w.partstat, '') AS partstat, count(*) AS n"
				  "  FROM invitation i JOIN member m ON m.member_id = i.member_id AND m.state <> 'left'"
				  "  LEFT JOIN rsvp d ON d.meeting_id = i.meeting_id AND d.member_id = i.member_id"
				  "   AND d.occurrence = :occurrence AND d.sequence >= :timed"
				  "  LEFT JOIN rsvp w ON w.meeting_id = i.meeting_id AND w.member_id = i.member_id"
				  "   AND w.occurrence = '' AND w.sequence >= :timed"
				  " WHERE i.meeting_id = :meeting GROUP BY 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_rsvp_tally){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":meeting", meeting->id);
	gp_bind_text(query, ":occurrence", occurrence);
	gp_bind_int(query, ":timed", meeting->timed_sequence);
	for (;;) {
		const char *partstat;
		int64_t *to;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		partstat = gp_col_text(query, "partstat");
		to = strcmp(partstat, "ACCEPTED") == 0	  ? &ret->yes
		     : strcmp(partstat, "DECLINED") == 0  ? &ret->no
		     : strcmp(partstat, "TENTATIVE") == 0 ? &ret->maybe
							  : &ret->silent;
		*to += gp_col_int(query, "n");
	}
}
