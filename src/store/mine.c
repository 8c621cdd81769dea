#include "guildpost/store/mine.h"

#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%SZ', " column ", 'unixepoch')"
#define OWN_ADDRESSES                                                                                                  \
	"(SELECT address_key FROM member WHERE member_id = :member"                                                    \
	" UNION SELECT address_key FROM member_alias WHERE member_id = :member)"

/* Each statement gives one column, `row`; :member is its only parameter. */
static const struct {
	const char *name, *sql;
} sections[] = {
	{ "member",
	    "SELECT json_object('community', c.name, 'address', m.address, 'name', m.name, 'level', m.level,"
	    " 'state', m.state, 'timezone', m.timezone, 'language', m.language, 'joined', " TIME(
		"m.joined_at") ","
			       " 'paused_until', " TIME(
				   "m.paused_until") ", 'own_posts', m.own_posts, 'named_copies', m.named_copies)"
						     " AS row FROM member m JOIN community c ON c.community_id = "
						     "m.community_id WHERE m.member_id = :member" },
	{ "addresses", "SELECT json_object('address', address, 'added', " TIME(
			   "added_at") ") AS row FROM member_alias"
				       " WHERE member_id = :member ORDER BY added_at" },
	{ "roles", "SELECT json_object('role', role) AS row FROM member_role WHERE member_id = :member" },
	{ "subscriptions",
	    "SELECT json_object('space', s.name, 'delivery', u.mode, 'ended', json(iif(u.to_event IS NULL, 'false',"
	    " 'true'))) AS row FROM subscription u JOIN space s ON s.space_id = u.space_id"
	    " WHERE u.member_id = :member ORDER BY u.subscription_id" },
	{ "consent",
	    "SELECT json_object('space', s.name, 'how', c.how, 'at', " TIME("c.at") ", 'withdrawn', " TIME(
		"c.withdrawn_at") ", 'answer', c.msgid, 'token', c.request_id, 'notice', c.notice, 'words', n.words)"
				  " AS row FROM consent c JOIN space s ON s.space_id = c.space_id LEFT JOIN notice n "
				  "ON n.version = c.notice"
				  " WHERE c.member_id = :member ORDER BY c.consent_id" },
	{ "posts", "SELECT json_object('space', s.name, 'message_id', p.msgid, 'thread', t.token, 'subject', p.subject,"
		   " 'date', " TIME("p.date") ", 'received', " TIME(
		       "p.received_at") ", 'size', p.size) AS row"
					" FROM message p JOIN space s ON s.space_id = p.space_id JOIN thread t ON "
					"t.thread_id = p.thread_id"
					" WHERE p.member_id = :member"
					"  AND s.community_id = (SELECT community_id FROM member WHERE member_id = "
					":member) ORDER BY p.id" },
	{ "held", "SELECT json_object('space', s.name, 'subject', h.subject, 'reason', h.reason, 'since', " TIME(
		      "h.since") ","
				 " 'state', h.state) AS row FROM held h JOIN space s ON s.space_id = h.space_id"
				 " WHERE lower(h.from_address) IN " OWN_ADDRESSES " ORDER BY h.held_id" },
	{ "answers",
	    "SELECT json_object('meeting', g.title, 'ref', g.ref, 'occurrence', r.occurrence, 'answer', r.partstat,"
	    " 'comment', r.comment, 'at', " TIME(
		"r.at") ") AS row FROM rsvp r"
			" JOIN meeting g ON g.meeting_id = r.meeting_id WHERE r.member_id = :member ORDER BY r.at" },
	{ "requests",
	    "SELECT json_object('kind', r.kind, 'space', s.name, 'address', r.address, 'wish', r.mode, 'at', " TIME(
		"r.created_at") ", 'settled', " TIME("r.settled_at") ") AS row FROM request r"
								     " JOIN space s ON s.space_id = r.space_id WHERE "
								     "lower(r.address) IN " OWN_ADDRESSES
								     " ORDER BY r.request_id" },
	{ "mail", "SELECT json_object('kind', o.kind, 'space', s.name, 'message_id', o.msgid, 'address', r.address, "
		  "'at', " TIME("o.created_at") ", 'state', o.state) AS row FROM outbox_recipient r"
						" JOIN outbox o ON o.outbox_id = r.outbox_id LEFT JOIN space s ON "
						"s.space_id = o.space_id"
						" WHERE r.member_id = :member ORDER BY o.outbox_id" },
	{ "failures", "SELECT json_object('status', status, 'verdict', verdict, 'said', said, 'at', " TIME(
			  "at") ") AS row"
				" FROM bounce WHERE member_id = :member ORDER BY at" },
	{ "acts", "SELECT json_object('at', " TIME(
		      "at") ", 'act', act, 'payload', json(nullif(payload, ''))) AS row"
			    " FROM ledger WHERE actor = 'member:' || :member ORDER BY ledger_id" },
};

enum gp_rc
gp_mine_list(struct gp_db *db, int64_t member_id, gp_mine_each *each, void *context, struct gp_err *err)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;
		bool found;

		GP_TRY(gp_query_open(db, sections[i].sql, &query, err));
		gp_bind_int(query, ":member", member_id);
		for (;;) {
			GP_TRY(gp_query_next(query, &found, err));
			if (!found)
				break;
			GP_TRY(each(context, sections[i].name, gp_col_text(query, "row"), err));
		}
	}
	return GP_OK;
}

enum gp_rc
gp_mine_posts(struct gp_db *db, int64_t member_id, int64_t after, int64_t limit, gp_mine_post_each *each, void *context,
    struct gp_err *err)
{
	static const char sql[] =
	    "SELECT id, raw_id, received_at, size, from_address FROM message WHERE member_id = :member AND id > :after"
	    " AND space_id IN (SELECT s.space_id FROM space s JOIN member m ON m.community_id = s.community_id"
	    "  WHERE m.member_id = :member) ORDER BY id LIMIT :limit";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":limit", limit);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(each(context,
		    &(struct gp_mine_post){ .id = gp_col_int(query, "id"),
			.raw_id = gp_col_int(query, "raw_id"),
			.received_at = gp_col_int(query, "received_at"),
			.size = gp_col_int(query, "size"),
			.from_address = gp_col_text(query, "from_address") },
		    err));
	}
}
