#include "guildpost/cmd/commands.h"

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/upkeep.h"
#include "guildpost/store/aside.h"
#include "guildpost/store/raw.h"

static enum gp_rc
print_row(void *context, const struct gp_aside *aside, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	gp_out_int(app, "id", aside->id);
	gp_out_text(app, "space", aside->space);
	gp_out_text(app, "source", aside->source);
	gp_out_int(app, "size", aside->size);
	gp_out_time(app, "since", aside->since);
	gp_out_text(app, "reason", aside->reason);
	gp_out_row(app);
	return GP_OK;
}

GP_COMMAND(aside_list)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 0, 1, "aside list [SPACE]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	if (argc > 1)
		GP_TRY(gp_name_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_aside_list(app->db, space != NULL ? space->id : 0, print_row, app, err));
	gp_out_end(app);
	return GP_OK;
}

static enum gp_rc
find(struct gp_app *app, const char *word, gp_aside_each *each, void *context, struct gp_err *err)
{
	char *end;
	long long number = strtoll(word, &end, 10);
	bool found;

	if (*word == '\0' || *end != '\0' || number <= 0)
		return gp_usage(err, "`%.30s` is no number of a message set aside; see: guildpost aside list", word);
	GP_TRY(gp_aside_find(app->db, number, each, context, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "no message %lld is set aside; see: guildpost aside list", number);
	return GP_OK;
}

/* The facts, then the octets as they stood in the source. */
static enum gp_rc
show(void *context, const struct gp_aside *aside, struct gp_err *err)
{
	struct gp_app *app = context;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(1u << 30);

	GP_TRY(gp_raw_load(app->db, aside->raw_id, &octets, err));
	(void)fwrite(octets.data, 1, octets.len, stdout);
	return GP_OK;
}

static enum gp_rc
show_facts(void *context, const struct gp_aside *aside, struct gp_err *err)
{
	struct gp_app *app = context;

	gp_out_begin(app);
	GP_TRY(print_row(app, aside, err));
	gp_out_end(app);
	if (app->json)
		return GP_OK;
	(void)putchar('\n');
	return show(app, aside, err);
}

GP_COMMAND(aside_show)
{
	bool raw = gp_option_flag(&argc, argv, "--raw");

	GP_TRY(gp_option_end(argc, argv, 1, 1, "aside show ID [--raw]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	return find(app, argv[1], raw ? show : show_facts, app, err);
}

/* The act and its ledger line, or neither (DESIGN.md rule 14). */
static enum gp_rc
drop(void *context, const struct gp_aside *aside, struct gp_err *err)
{
	struct gp_app *app = context;
	const struct gp_note note = {
		.now = gp_clock_now(), .space_id = aside->space_id, .actor = "operator", .act = "aside.drop"
	};

	GP_TRY(gp_aside_drop(app->db, aside, err));
	GP_TRY(gp_leaving_begin(&app->desk, err));
	return gp_note(&app->desk, &note, err, "aside", gp_log_int(aside->id), "reason", aside->reason, NULL);
}

GP_COMMAND(aside_drop)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_option_end(argc, argv, 1, 1, "aside drop ID", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_tx_begin(app->db, &tx, err));
	GP_TRY(find(app, argv[1], drop, app, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(app->db, "desk");
	if (!app->quiet)
		(void)printf("It is gone; an import that meets it again passes it over.\n");
	return GP_OK;
}
