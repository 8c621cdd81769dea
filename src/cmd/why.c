#include "guildpost/store/why.h"

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/cmd/commands.h"

#define LIMIT 200

static enum gp_rc
add_try(void *context, const struct gp_try *attempt, struct gp_err *err)
{
	struct gp_buf *json = context;
	char at[GP_RFC3339_SIZE];
	const struct {
		const char *key, *value;
	} texts[] = { { "at", at }, { "result", attempt->result }, { "status", attempt->status },
		{ "reply", attempt->reply } };

	(void)err;
	gp_clock_format(attempt->at, at);
	gp_buf_addf(json, "%s{\"code\":%lld", json->len > 1 ? "," : "", (long long)attempt->code);
	for (size_t i = 0; i < GP_COUNT(texts); i++) {
		gp_buf_addf(json, ",\"%s\":", texts[i].key);
		gp_json_string(json, texts[i].value);
	}
	gp_buf_addc(json, '}');
	return GP_OK;
}

static const char *
or_null(const char *text)
{
	return *text != '\0' ? text : NULL;
}

static enum gp_rc
out_sending(void *context, const struct gp_sending *sending, struct gp_err *err)
{
	struct gp_app *app = context;
	SCOPED(gp_buf_release) struct gp_buf tries = GP_BUF_INIT(1 << 20);

	gp_out_int(app, "id", sending->outbox_id);
	gp_out_text(app, "kind", sending->kind);
	gp_out_text(app, "space", or_null(sending->space));
	gp_out_time(app, "created", sending->created_at);
	gp_out_text(app, "result", sending->result);
	gp_out_time(app, "at", sending->at);
	gp_out_int(app, "attempts", sending->attempts);
	gp_out_time(app, "next_attempt", sending->next_attempt);
	if (app->json) {
		gp_out_text(app, "address", sending->address);
		gp_out_text(app, "message_id", or_null(sending->msgid));
		gp_out_int(app, "code", sending->code);
		gp_out_text(app, "status", or_null(sending->status));
	}
	gp_out_text(app, "reply", or_null(sending->reply));
	if (app->json) {
		gp_buf_addc(&tries, '[');
		GP_TRY(gp_why_tries(app->db, sending->outbox_id, sending->key, add_try, &tries, err));
		gp_buf_addc(&tries, ']');
		gp_out_raw(app, "history", tries.data, "");
	}
	gp_out_row(app);
	return GP_OK;
}

GP_COMMAND(why)
{
	const char *limit_text = gp_option(&argc, argv, "--limit");
	int64_t limit = LIMIT;
	char *end;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "why ADDRESS [--limit N]", err));
	if (limit_text != NULL) {
		limit = strtoll(limit_text, &end, 10);
		if (*end != '\0' || limit <= 0)
			return gp_usage(err, "--limit wants a number above 0, not `%.20s`", limit_text);
	}
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	gp_out_begin(app);
	GP_TRY(gp_why(app->db, argv[1], limit, out_sending, app, err));
	gp_out_end(app);
	return GP_OK;
}
