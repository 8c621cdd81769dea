#include "guildpost/store/outbox.h"

#include "guildpost/base/mem.h"

#define KEEP_TRYING (5 * 86400) /* seconds: SND-07 */

static enum gp_rc
add_octets(struct gp_db *db, int64_t id, const struct gp_composed *composed, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO outbox_mail (outbox_id, octets) VALUES (:id, zeroblob(:size))";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	gp_bind_int(query, ":size", (int64_t)(composed->octets.len + composed->tail_n));
	GP_TRY(gp_query_do(query, err));
	GP_TRY(gp_blob_put(db, "outbox_mail", "octets", id, 0, composed->octets.data, composed->octets.len, err));
	if (composed->tail_n == 0)
		return GP_OK;
	return gp_blob_put(
	    db, "outbox_mail", "octets", id, composed->octets.len, composed->tail, composed->tail_n, err);
}

enum gp_rc
gp_outbox_add(struct gp_db *db, const struct gp_outbox_new *row, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO outbox (kind, space_id, audience, event, thread_id, slots, msgid, created_at, expires_at)"
	    " VALUES (:kind, nullif(:space, 0), :audience, nullif(:event, 0), nullif(:thread, 0), :slots, :msgid,"
	    " :now, :expires)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_buf_release) struct gp_buf slots = GP_BUF_INIT(4096);

	gp_slots_format(row->composed, &slots);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":kind", row->kind);
	gp_bind_int(query, ":space", row->space_id);
	gp_bind_text(query, ":audience", row->event > 0 ? "event" : "list");
	gp_bind_int(query, ":event", row->event);
	gp_bind_int(query, ":thread", row->thread_id);
	gp_bind_text(query, ":slots", slots.data);
	gp_bind_text(query, ":msgid", row->composed->msgid);
	gp_bind_int(query, ":now", row->now);
	gp_bind_int(query, ":expires", row->expires_at != 0 ? row->expires_at : row->now + KEEP_TRYING);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return add_octets(db, *ret_id, row->composed, err);
}

enum gp_rc
gp_outbox_add_recipient(struct gp_db *db, int64_t outbox_id, const struct gp_outbox_to *to, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO outbox_recipient (outbox_id, recipient_key, address, member_id, subscription_id, slot_values)"
	    " VALUES (:outbox, :key, :address, nullif(:member, 0), nullif(:subscription, 0), :values)";
	const char *values = to->slot_values;
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":key", to->key);
	gp_bind_text(query, ":address", to->address);
	gp_bind_int(query, ":member", to->member_id);
	gp_bind_int(query, ":subscription", to->subscription_id);
	gp_bind_text(query, ":values", values != NULL && *values != '\0' ? values : "{}");
	return gp_query_do(query, err);
}
