#include "guildpost/store/outbox.h"

#include "guildpost/base/clock.h"
#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "guildpost/desk/outgoing.h"
#include "guildpost/store/slice.h"

static void
out_row(struct gp_app *app, const struct gp_outbox_row *row)
{
	gp_out_int(app, "id", row->id);
	gp_out_text(app, "kind", row->kind);
	gp_out_text(app, "space", *row->space != '\0' ? row->space : NULL);
	gp_out_text(app, "state", row->state);
	if (row->recipients < 0)
		gp_out_null(app, "recipients");
	else
		gp_out_int(app, "recipients", row->recipients);
	gp_out_int(app, "delivered", row->delivered);
	gp_out_int(app, "deferred", row->deferred);
	gp_out_int(app, "refused", row->refused);
	gp_out_time(app, "next_attempt", row->next_attempt);
	gp_out_text(app, "last_reply", *row->last_reply != '\0' ? row->last_reply : NULL);
}

static enum gp_rc
list_row(void *context, const struct gp_outbox_row *row, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	out_row(app, row);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_outbox_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 0, 1, "outbox list [SPACE]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	if (argc > 1)
		GP_TRY(gp_name_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_outbox_list(app->db, space != NULL ? space->id : 0, gp_clock_now(), list_row, app, err));
	gp_out_end(app);
	return GP_OK;
}

static enum gp_rc
parse_id(const char *text, int64_t *ret, struct gp_err *err)
{
	char *end;
	long long id = strtoll(text, &end, 10);

	if (*text == '\0' || *end != '\0' || id <= 0)
		return gp_usage(err, "`%s` is no number of an outbox row; see: guildpost outbox list", text);
	*ret = id;
	return GP_OK;
}

/* --- show ----------------------------------------------------------------------------------- */

struct exceptions {
	struct gp_buf json, text;
};

static void
exceptions_release(struct exceptions *exceptions)
{
	gp_buf_release(&exceptions->json);
	gp_buf_release(&exceptions->text);
}

static enum gp_rc
add_exception(void *context, const struct gp_outcome *outcome, struct gp_err *err)
{
	struct exceptions *to = context;
	char at[GP_RFC3339_SIZE];
	const struct {
		const char *key, *value;
	} texts[] = { { "address", outcome->address }, { "result", outcome->result }, { "status", outcome->status },
		{ "reply", outcome->reply }, { "at", at } };

	(void)err;
	gp_clock_format(outcome->at, at);
	gp_buf_addf(&to->json, "%s{\"code\":%lld", to->json.len > 0 ? "," : "", (long long)outcome->code);
	for (size_t i = 0; i < GP_COUNT(texts); i++) {
		gp_buf_addf(&to->json, ",\"%s\":", texts[i].key);
		gp_json_string(&to->json, texts[i].value);
	}
	gp_buf_addc(&to->json, '}');
	gp_buf_addf(&to->text, "  %s  %s  %s: %lld %s %s\n", at, outcome->address, outcome->result,
	    (long long)outcome->code, outcome->status, outcome->reply);
	return GP_OK;
}

/* The header of the mail as it was composed; slots are empty. */
static enum gp_rc
load_header(struct gp_app *app, const struct gp_outbox_row *row, struct gp_composed *mail, struct gp_err *err)
{
	char *end;

	if (row->size == 0)
		return GP_OK;
	GP_TRY(gp_outbox_mail(app->db, row->id, mail, err));
	end = memmem(mail->octets.data, mail->octets.len, "\r\n\r\n", 4);
	if (end != NULL)
		gp_buf_cut(&mail->octets, (size_t)(end + 2 - mail->octets.data));
	return GP_OK;
}

static void
show_json(struct gp_app *app, const struct gp_outbox_row *row, const struct exceptions *exceptions, const char *header)
{
	SCOPED(gp_free_str) char *list = gp_printf("[%s]", exceptions->json.data);

	gp_out_begin(app);
	out_row(app, row);
	gp_out_text(app, "reason", *row->reason != '\0' ? row->reason : NULL);
	gp_out_text(app, "message_id", row->msgid);
	gp_out_int(app, "size", row->size);
	gp_out_time(app, "created", row->created_at);
	gp_out_time(app, "expires", row->expires_at);
	gp_out_raw(app, "exceptions", list, "");
	gp_out_text(app, "header", header);
	gp_out_row(app);
	gp_out_end(app);
}

static void
show_text(const struct gp_outbox_row *row, const struct exceptions *exceptions, const char *header)
{
	char created[GP_RFC3339_SIZE], expires[GP_RFC3339_SIZE], next[GP_RFC3339_SIZE] = "-";

	gp_clock_format(row->created_at, created);
	gp_clock_format(row->expires_at, expires);
	if (row->next_attempt != 0)
		gp_clock_format(row->next_attempt, next);
	(void)printf("%s %lld, %s%s%s, %s%s%s\n", row->kind, (long long)row->id, *row->space != '\0' ? "of " : "",
	    row->space, *row->space != '\0' ? "" : "of the house", row->state, *row->reason != '\0' ? ": " : "",
	    row->reason);
	(void)printf("delivered %lld, deferred %lld, refused %lld", (long long)row->delivered, (long long)row->deferred,
	    (long long)row->refused);
	if (row->recipients >= 0)
		(void)printf(", of %lld", (long long)row->recipients);
	(void)printf("\ncreated %s, next attempt %s, given up %s\nlast reply: %s\n", created, next, expires,
	    *row->last_reply != '\0' ? row->last_reply : "-");
	if (exceptions->text.len > 0)
		(void)printf("\nExceptions:\n%s", exceptions->text.data);
	(void)printf("\n");
	for (const char *c = header; *c != '\0'; c++)
		if (*c != '\r')
			(void)putchar(*c);
}

enum gp_rc
gp_cmd_outbox_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_outbox_row_free) struct gp_outbox_row *row = NULL;
	SCOPED(exceptions_release)
	struct exceptions exceptions = { GP_BUF_INIT(64u << 20), GP_BUF_INIT(64u << 20) };
	SCOPED(gp_composed_release) struct gp_composed mail;
	int64_t id = 0;

	gp_composed_init(&mail);
	GP_TRY(gp_option_end(argc, argv, 1, 1, "outbox show ID", err));
	GP_TRY(parse_id(argv[1], &id, err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_outbox_load(app->db, id, gp_clock_now(), &row, err));
	if (row == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no outbox row %lld; see: guildpost outbox list", (long long)id);
	GP_TRY(gp_outcome_list(app->db, id, add_exception, &exceptions, err));
	GP_TRY(load_header(app, row, &mail, err));
	if (app->json)
		show_json(app, row, &exceptions, mail.octets.data);
	else
		show_text(row, &exceptions, mail.octets.data);
	return GP_OK;
}

/* --- acts ----------------------------------------------------------------------------------- */

static enum gp_rc
act(struct gp_app *app, int argc, char **argv, enum gp_outgoing_act which, const char *usage, struct gp_err *err)
{
	int64_t id = 0;

	GP_TRY(gp_option_end(argc, argv, 1, 1, usage, err));
	GP_TRY(parse_id(argv[1], &id, err));
	GP_TRY(gp_app_open(app, 0, err));
	return gp_outgoing_act(&app->desk, id, which, "operator", gp_clock_now(), err);
}

GP_COMMAND(outbox_retry)
{
	return act(app, argc, argv, GP_OUTGOING_RETRY, "outbox retry ID", err);
}

GP_COMMAND(outbox_hold)
{
	return act(app, argc, argv, GP_OUTGOING_HOLD, "outbox hold ID", err);
}

GP_COMMAND(outbox_release)
{
	return act(app, argc, argv, GP_OUTGOING_RELEASE, "outbox release ID", err);
}

GP_COMMAND(outbox_drop)
{
	return act(app, argc, argv, GP_OUTGOING_DROP, "outbox drop ID", err);
}
