#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "guildpost/store/ledger.h"

static enum gp_rc
out_act(void *context, const struct gp_ledger_row *row, struct gp_err *err)
{
	struct gp_app *app = context;
	const char *details = row->payload != NULL && *row->payload != '\0' ? row->payload : NULL;

	(void)err;
	gp_out_int(app, "id", row->id);
	gp_out_time(app, "at", row->at);
	gp_out_text(app, "space", row->space);
	gp_out_text(app, "actor", row->actor);
	gp_out_text(app, "who", row->who);
	gp_out_text(app, "act", row->act);
	if (details != NULL)
		gp_out_raw(app, "details", details, details);
	else
		gp_out_null(app, "details");
	gp_out_row(app);
	return GP_OK;
}

static enum gp_rc
read_limit(const char *text, int64_t *ret, struct gp_err *err)
{
	char *end = NULL;

	*ret = text != NULL ? strtoll(text, &end, 10) : 0;
	if (end != NULL && (*end != '\0' || *ret <= 0))
		return gp_usage(err, "--limit wants a number above 0, not `%.20s`", text);
	return GP_OK;
}

/* The main space has what concerns the community as a whole, too. */
static enum gp_rc
community_of(struct gp_app *app, const struct gp_space *space, int64_t *ret, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;

	GP_TRY(gp_community_load(app->db, space->community_id, &community, err));
	*ret = community != NULL && strcmp(community->name, space->name) == 0 ? community->id : 0;
	return GP_OK;
}

GP_COMMAND(ledger)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	const char *limit_text = gp_option(&argc, argv, "--limit");
	int64_t community_id = 0, limit;
	enum gp_rc rc;

	GP_TRY(gp_option_end(argc, argv, 0, 1, "ledger [SPACE] [--limit N]", err));
	GP_TRY(read_limit(limit_text, &limit, err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	if (argc > 1) {
		GP_TRY(gp_name_space(app, argv[1], &space, err));
		GP_TRY(community_of(app, space, &community_id, err));
	}
	gp_out_begin(app);
	rc = gp_ledger_list(app->db, space != NULL ? space->id : 0, community_id, limit, out_act, app, err);
	gp_out_end(app);
	/* What was read is worth what the chain says. */
	return rc == GP_OK ? gp_ledger_verify(app->db, err) : rc;
}
