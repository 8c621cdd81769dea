#include "store/audience.h"

#define SCAN_MAX 2000 /* subscriptions looked at in one claim: a large space of digest readers must not hold the lock */

/* Whoever was subscribed at the event, minus who has left, been suspended or chosen none since (DESIGN.md rule 3). A pause
 * is a version of its own: what was filed before it is still sent, what is filed in it comes in a digest.
 * Readers of digests get a post one by one when they wrote in its thread before; thread and author are looked up here,
 * since threads may have been joined since. */
static const char by_event[] =
    "SELECT s.member_id AS recipient_key, s.member_id, s.subscription_id, m.address, m.name, '{}' AS slot_values,"
    " (m.state IN ('active', 'paused')"
    "  AND EXISTS (SELECT 1 FROM subscription o WHERE o.space_id = s.space_id AND o.member_id = s.member_id"
    "   AND o.to_event IS NULL AND o.mode <> 'none')"
    "  AND ((s.mode = 'each' AND s.resting = 0 AND (s.member_id <> :author OR m.own_posts = 1)) OR (s.mode IN "
    "('daily', 'weekly', 'monthly')"
    "   AND s.member_id <> :author AND coalesce(m.paused_until, 0) <= :now"
    "   AND EXISTS (SELECT 1 FROM message p WHERE p.space_id = s.space_id AND p.member_id = s.member_id"
    "    AND p.thread_id = :thread AND p.event < :event)))"
    "  AND NOT EXISTS (SELECT 1 FROM named n WHERE n.space_id = s.space_id AND n.event = :event"
    "   AND n.member_id = s.member_id)) AS wanted"
    " FROM subscription s JOIN member m ON m.member_id = s.member_id"
    " WHERE s.space_id = :space AND s.member_id > :after AND s.member_id <= :through"
    "  AND s.from_event <= :event AND (s.to_event IS NULL OR s.to_event > :event)"
    " ORDER BY s.member_id";
/* Named one by one when the row was made. A digest is not for who has left since; a receipt for leaving is. */
static const char by_list[] =
    "SELECT r.recipient_key, r.member_id, r.subscription_id, r.address, coalesce(m.name, '') AS name, r.slot_values,"
    " (:kind <> 'digest' OR r.member_id IS NULL OR coalesce(m.state, 'left') <> 'left') AS wanted"
    " FROM outbox_recipient r LEFT JOIN member m ON m.member_id = r.member_id"
    " WHERE r.outbox_id = :outbox AND r.recipient_key > :after AND r.recipient_key <= :through"
    " ORDER BY r.recipient_key";

static enum gp_rc
load_values(struct gp_db *db, const char *json, struct gp_strs *ret, struct gp_err *err)
{
	static const char sql[] = "SELECT key, value FROM json_each(:json)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	if (strcmp(json, "{}") == 0)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":json", json);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_strs_add(ret, gp_col_text(query, "key"));
		gp_strs_add(ret, gp_col_text(query, "value"));
	}
}

static enum gp_rc
add_recipient(struct gp_db *db, struct gp_claim *claim, struct gp_query *found, int64_t slice_id, int64_t attempts,
    struct gp_err *err)
{
	struct gp_recipient *to;

	if (claim->count % 16 == 0)
		claim->to = gp_grow(claim->to, (claim->count + 16) * sizeof(*claim->to));
	to = &claim->to[claim->count++];
	*to = (struct gp_recipient){ .key = gp_col_int(found, "recipient_key"),
		.slice_id = slice_id,
		.member_id = gp_col_int(found, "member_id"),
		.subscription_id = gp_col_int(found, "subscription_id"),
		.attempts = attempts,
		.address = gp_strdup(gp_col_text(found, "address")),
		.name = gp_strdup(gp_col_text(found, "name")) };
	return load_values(db, gp_col_text(found, "slot_values"), &to->values, err);
}

static enum gp_rc
open_resolver(struct gp_db *db, const struct gp_audience *row, const struct gp_claim *claim, const struct gp_cut *cut,
    int64_t now, struct gp_query **ret, struct gp_err *err)
{
	GP_TRY(gp_query_open(db, row->by_event ? by_event : by_list, ret, err));
	gp_bind_int(*ret, ":after", cut->after);
	gp_bind_int(*ret, ":through", cut->through);
	if (!row->by_event) {
		gp_bind_int(*ret, ":outbox", row->id);
		gp_bind_text(*ret, ":kind", claim->kind);
		return GP_OK;
	}
	gp_bind_int(*ret, ":space", row->space_id);
	gp_bind_int(*ret, ":event", row->event);
	gp_bind_int(*ret, ":thread", row->thread_id);
	gp_bind_int(*ret, ":author", row->author_id);
	gp_bind_int(*ret, ":now", now);
	return GP_OK;
}

enum gp_rc
gp_audience_resolve(struct gp_db *db, const struct gp_audience *row, struct gp_cut *cut, int64_t slice_id,
    int64_t attempts, int64_t now, struct gp_claim *claim, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	size_t before = claim->count, scanned = 0;
	bool found;

	cut->last = cut->after;
	GP_TRY(open_resolver(db, row, claim, cut, now, &query, err));
	while (claim->count - before < cut->most && scanned++ < SCAN_MAX) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found) {
			cut->exhausted = true;
			return GP_OK;
		}
		cut->last = gp_col_int(query, "recipient_key");
		if (gp_col_int(query, "wanted") != 0)
			GP_TRY(add_recipient(db, claim, query, slice_id, attempts, err));
	}
	return GP_OK;
}

enum gp_rc
gp_audience_ahead(
    struct gp_db *db, const struct gp_audience *row, int64_t after, size_t most, size_t *ret_count, struct gp_err *err)
{
	/* Out of the index alone. */
	static const char of_space[] = "SELECT count(*) AS n FROM (SELECT 1 FROM subscription"
				       " WHERE space_id = :id AND member_id > :after AND from_event <= :event"
				       " LIMIT :most)";
	static const char of_list[] = "SELECT count(*) AS n FROM (SELECT 1 FROM outbox_recipient"
				      " WHERE outbox_id = :id AND recipient_key > :after LIMIT :most)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, row->by_event ? of_space : of_list, &query, err));
	gp_bind_int(query, ":id", row->by_event ? row->space_id : row->id);
	if (row->by_event)
		gp_bind_int(query, ":event", row->event);
	gp_bind_int(query, ":after", after);
	gp_bind_int(query, ":most", (int64_t)most);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_count = (size_t)gp_col_int(query, "n");
	return GP_OK;
}
