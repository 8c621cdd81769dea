#include "guildpost/cmd/commands.h"

#include "cmd/archive.h"
#include "guildpost/store/search.h"

#define SEARCH_LIMIT 20
#define HEAP	     (768u << 10) /* octets that most searches need */

static enum gp_rc
show_hit(void *context, const struct gp_hit *hit, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	if (!app->json) {
		gp_out_time(app, "date", hit->date);
		gp_out_text(app, "from", *hit->from_name != '\0' ? hit->from_name : hit->from_address);
		gp_out_text(app, "thread", hit->thread);
		gp_out_text(app, "subject", hit->subject);
		gp_out_text(app, "snippet", hit->snippet);
		gp_out_row(app);
		return GP_OK;
	}
	gp_out_int(app, "id", hit->id);
	gp_out_text(app, "message_id", hit->msgid);
	gp_out_text(app, "thread", hit->thread);
	gp_out_text(app, "from_name", hit->from_name);
	gp_out_text(app, "from_address", hit->from_address);
	gp_out_text(app, "subject", hit->subject);
	gp_out_time(app, "date", hit->date);
	gp_out_real(app, "score", hit->score);
	gp_out_text(app, "snippet", hit->snippet);
	gp_out_row(app);
	return GP_OK;
}

static enum gp_rc
read_limit(const char *text, int64_t *ret_limit, struct gp_err *err)
{
	char *end;

	*ret_limit = SEARCH_LIMIT;
	if (text == NULL)
		return GP_OK;
	*ret_limit = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *ret_limit < 1 || *ret_limit > 10000)
		return gp_usage(err, "--limit wants a number from 1 to 10000, not `%s`", text);
	return GP_OK;
}

enum gp_rc
gp_cmd_archive_search(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_search_release) struct gp_search search = { 0 };
	SCOPED(gp_buf_release) struct gp_buf words = GP_BUF_INIT(64u << 10);
	const char *limit_text = gp_option(&argc, argv, "--limit");
	bool by_thread = gp_option_flag(&argc, argv, "--threads");
	int64_t limit;

	/* Not gp_option_end(): -word is part of the query. */
	if (argc < 3)
		return gp_usage(err, "usage: guildpost archive search SPACE QUERY [--threads] [--limit N]");
	GP_TRY(read_limit(limit_text, &limit, err));
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--") != 0)
			gp_buf_addf(&words, "%s ", argv[i]);
	GP_TRY(gp_search_parse(words.data, &search, err));
	search.by_thread = by_thread;
	gp_mem_ready(HEAP);
	GP_TRY(gp_archive_open(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_search_run(app->db, space, &search, limit, show_hit, app, err));
	gp_out_end(app);
	return GP_OK;
}
