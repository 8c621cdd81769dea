#include "guildpost/cmd/commands.h"

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/store/inbox.h"
#include "guildpost/store/raw.h"

static void
print_row(struct gp_app *app, const struct gp_inbox_row *row)
{
	gp_out_int(app, "id", row->id);
	gp_out_text(app, "recipient", row->recipient);
	gp_out_text(app, "sender", *row->sender != '\0' ? row->sender : "<>");
	gp_out_time(app, "received", row->received_at);
	gp_out_int(app, "size", row->size);
	gp_out_int(app, "strikes", row->strikes);
	gp_out_text(app, "reason", row->reason);
}

static enum gp_rc
each_row(void *context, const struct gp_inbox_row *row, struct gp_err *err)
{
	(void)err;
	print_row(context, row);
	gp_out_row(context);
	return GP_OK;
}

GP_COMMAND(inbox_list)
{
	GP_TRY(gp_option_end(argc, argv, 0, 0, "inbox list", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	gp_out_begin(app);
	GP_TRY(gp_inbox_list(app->db, each_row, app, err));
	gp_out_end(app);
	return GP_OK;
}

/* The row that a person has named. */
static enum gp_rc
load(struct gp_app *app, const char *id, struct gp_inbox_row **ret, struct gp_err *err)
{
	char *end;
	long long number = strtoll(id, &end, 10);

	if (*id == '\0' || *end != '\0' || number <= 0)
		return gp_usage(err, "`%s` is no number of a message; see: guildpost inbox list", id);
	GP_TRY(gp_inbox_load(app->db, number, ret, err));
	if (*ret == NULL)
		return gp_fail_as(err, 67, "5.1.1",
		    "no message %lld waits in the inbox; it may have been sorted already, see: guildpost inbox list",
		    number);
	return GP_OK;
}

/* The facts, then the octets as they came: what a person needs to judge a message on which the reader died. */
static enum gp_rc
show(struct gp_app *app, const struct gp_inbox_row *row, bool octets_only, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(1u << 30);

	if (!octets_only) {
		gp_out_begin(app);
		print_row(app, row);
		gp_out_text(app, "state", row->state);
		gp_out_row(app);
		gp_out_end(app);
	}
	if (app->json && !octets_only)
		return GP_OK;
	GP_TRY(gp_raw_load(app->db, row->raw_id, &octets, err));
	if (!octets_only)
		(void)putchar('\n');
	(void)fwrite(octets.data, 1, octets.len, stdout);
	return GP_OK;
}

GP_COMMAND(inbox_show)
{
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *row = NULL;
	bool raw = gp_option_flag(&argc, argv, "--raw");

	GP_TRY(gp_option_end(argc, argv, 1, 1, "inbox show ID [--raw]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(load(app, argv[1], &row, err));
	return show(app, row, raw, err);
}

typedef enum gp_rc act_on(struct gp_db *db, int64_t id, struct gp_err *err);

/* The act and its ledger line, or neither (DESIGN.md rule 14). */
static enum gp_rc
act(struct gp_app *app, const char *id, const char *name, act_on *run, struct gp_err *err)
{
	SCOPED(gp_inbox_row_free) struct gp_inbox_row *row = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	const struct gp_note note = { .now = gp_clock_now(), .actor = "operator", .act = name };

	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_tx_begin(app->db, &tx, err));
	GP_TRY(load(app, id, &row, err));
	GP_TRY(run(app->db, row->id, err));
	GP_TRY(gp_note(&app->desk, &note, err, "inbox", gp_log_int(row->id), "recipient", row->recipient, "reason",
	    *row->reason != '\0' ? row->reason : NULL, NULL));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(app->db, "desk");
	return GP_OK;
}

GP_COMMAND(inbox_retry)
{
	GP_TRY(gp_option_end(argc, argv, 1, 1, "inbox retry ID", err));
	GP_TRY(act(app, argv[1], "inbox.retry", gp_inbox_retry, err));
	(void)printf("The desk takes it again.\n");
	return GP_OK;
}

GP_COMMAND(inbox_drop)
{
	GP_TRY(gp_option_end(argc, argv, 1, 1, "inbox drop ID", err));
	GP_TRY(act(app, argv[1], "inbox.drop", gp_inbox_delete, err));
	(void)printf("It is out of the inbox; its octets are kept for 90 days.\n");
	return GP_OK;
}
