#include "guildpost/desk/outgoing.h"

#include "guildpost/base/mem.h"
#include "guildpost/desk/notice.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/outbox.h"

/* Which states an act takes, and what to do in the others. */
static const struct {
	const char *name, *states, *hint;
} acts[] = {
	[GP_OUTGOING_RETRY] = { "outbox.retry", " due sending deferred failed sent ",
	    "only what waits or has failed is tried again; a held row wants `outbox release`" },
	[GP_OUTGOING_HOLD] = { "outbox.hold", " due sending deferred ", "only what waits to go out can be held" },
	[GP_OUTGOING_RELEASE] = { "outbox.release", " held ", "only a held row can be released; see `outbox list`" },
	[GP_OUTGOING_DROP] = { "outbox.drop", " due sending deferred held failed ",
	    "it has gone out or been dropped already" },
};

static enum gp_rc
do_act(struct gp_db *db, int64_t id, enum gp_outgoing_act act, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_free_str) char *reason = NULL;

	switch (act) {
	case GP_OUTGOING_RETRY:
		return gp_outbox_retry(db, id, now, err);
	case GP_OUTGOING_RELEASE:
		return gp_outbox_release(db, id, now, err);
	case GP_OUTGOING_DROP:
		return gp_outbox_drop(db, id, err);
	case GP_OUTGOING_HOLD:
		break;
	}
	reason = gp_printf("held by %s", by);
	return gp_outbox_hold(db, id, reason, err);
}

static enum gp_rc
check(const struct gp_outbox_row *row, int64_t id, enum gp_outgoing_act act, struct gp_err *err)
{
	SCOPED(gp_free_str) char *word = NULL;

	if (row == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no outbox row %lld; see: guildpost outbox list", (long long)id);
	word = gp_printf(" %s ", row->state);
	if (strstr(acts[act].states, word) == NULL)
		return gp_fail_as(
		    err, 69, "5.3.0", "outbox row %lld is %s: %s", (long long)id, row->state, acts[act].hint);
	/* What went to everybody is kept no longer; only refused copies can be tried again. */
	if (act == GP_OUTGOING_RETRY && strcmp(row->state, "sent") == 0 && row->refused == 0)
		return gp_fail_as(err, 69, "5.3.0", "outbox row %lld has reached everybody", (long long)id);
	return GP_OK;
}

enum gp_rc
gp_outgoing_act(
    struct gp_desk *desk, int64_t outbox_id, enum gp_outgoing_act act, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_outbox_row_free) struct gp_outbox_row *row = NULL;
	char payload[48];

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_outbox_load(desk->db, outbox_id, now, &row, err));
	GP_TRY(check(row, outbox_id, act, err));
	GP_TRY(do_act(desk->db, outbox_id, act, by, now, err));
	(void)snprintf(payload, sizeof(payload), "{\"outbox\":%lld}", (long long)outbox_id);
	GP_TRY(gp_ledger_add(desk->db, now, 0, row->space_id, by, acts[act].name, payload, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

/* --- to the operator ------------------------------------------------------------------------ */

/* In a report of our own that failed there is nothing to tell: it would be told by the next. */
static enum gp_rc
tell(struct gp_desk *desk, const struct gp_outbox_row *row, int64_t now, struct gp_err *err)
{
	SCOPED(gp_free_str) char *number = gp_printf("%lld", (long long)row->id);
	SCOPED(gp_free_str) char *delivered = gp_printf("%lld", (long long)row->delivered);
	SCOPED(gp_free_str) char *refused = gp_printf("%lld", (long long)row->refused);
	const struct gp_var vars[] = { { "number", number }, { "kind", row->kind },
		{ "space", *row->space != '\0' ? row->space : "-" }, { "reason", row->reason }, { "msgid", row->msgid },
		{ "delivered", delivered }, { "refused", refused } };
	bool held = strcmp(row->state, "held") == 0;

	GP_TRY(gp_outbox_told(desk->db, row->id, err));
	if (strcmp(row->kind, "report") == 0)
		return GP_OK;
	return gp_notice_operator(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = held ? "outbox-held" : "outbox-failed",
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = now },
	    err);
}

enum gp_rc
gp_outgoing_tick(struct gp_desk *desk, int64_t now, struct gp_err *err)
{
	for (;;) {
		SCOPED(gp_outbox_row_free) struct gp_outbox_row *row = NULL;
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

		GP_TRY(gp_outbox_untold(desk->db, now, &row, err));
		if (row == NULL)
			return GP_OK;
		GP_TRY(gp_tx_begin(desk->db, &tx, err));
		GP_TRY(tell(desk, row, now, err));
		GP_TRY(gp_tx_commit(&tx, err));
		gp_bell_ring(desk->db, "deliver");
	}
}
