/* digest.c - the digest of a window on standard output, and the issues that went out.  Floor: cmd. */
#include "guildpost/desk/digest.h"

#include "guildpost/base/clock.h"
#include "guildpost/cmd/commands.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/issue.h"
#include "cmd/names.h"

static enum gp_rc
find_member(struct gp_app *app, const struct gp_space *space, const char *address, struct gp_member **ret_member,
    struct gp_err *err)
{
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_member_find(app->db, space->community_id, key, ret_member, err));
	if (*ret_member == NULL)
		return gp_fail_as(err, 67, "5.1.1", "nobody with that address is a member; see: guildpost member list");
	return GP_OK;
}

/* Says on standard error where something was said, so that the next try need not be a guess. */
static enum gp_rc
nothing_said(struct gp_app *app, const struct gp_space *space, int64_t until, struct gp_err *err)
{
	char newest[GP_RFC3339_SIZE] = "";
	int64_t date;

	GP_TRY(gp_issue_newest(app->db, space->id, until, &date, err));
	gp_clock_format(date, newest);
	if (date == 0)
		(void)fprintf(stderr, "guildpost: nothing was said before that, so there would be no digest\n");
	else
		(void)fprintf(stderr,
		    "guildpost: nothing was said in that window, so there would be no digest; the newest post before "
		    "it is of %s, try --until %s\n",
		    newest, newest);
	return GP_OK;
}

enum gp_rc
gp_cmd_digest_preview(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *mode = gp_option(&argc, argv, "--mode"), *until_text = gp_option(&argc, argv, "--until");
	const char *address = gp_option(&argc, argv, "--member");
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(GP_MAIL_MAX);
	int64_t until = gp_clock_now();

	GP_TRY(gp_option_end(
	    argc, argv, 1, 1, "digest preview SPACE [--mode weekly] [--until TIME] [--member ADDR]", err));
	if (until_text != NULL && !gp_clock_parse(until_text, &until))
		return gp_usage(err, "--until wants a time such as 2026-06-04T08:00:00Z, not `%s`", until_text);
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	if (address != NULL)
		GP_TRY(find_member(app, space, address, &member, err));
	GP_TRY(gp_digest_preview(&app->desk, space, mode != NULL ? mode : "weekly", until, member, &out, err));
	if (out.len == 0)
		return nothing_said(app, space, until, err);
	(void)fwrite(out.data, 1, out.len, stdout);
	return GP_OK;
}

static enum gp_rc
show_issue(void *context, const struct gp_issue *issue, struct gp_err *err)
{
	struct gp_app *app = context;

	(void)err;
	gp_out_int(app, "number", issue->number);
	gp_out_text(app, "space", issue->space_name);
	gp_out_text(app, "mode", issue->mode);
	gp_out_time(app, "sent", issue->due_at);
	gp_out_int(app, "posts", issue->posts);
	gp_out_int(app, "threads", issue->threads);
	gp_out_text(app, "subject", issue->subject);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_digest_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "digest list SPACE", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	gp_out_begin(app);
	GP_TRY(gp_issue_list(app->db, space->id, show_issue, app, err));
	gp_out_end(app);
	return GP_OK;
}
