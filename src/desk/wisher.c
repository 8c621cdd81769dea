#include "desk/wish.h"

#include "guildpost/base/zone.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/request.h"

#define DAY 86400

/* --- what is said --------------------------------------------------------------------------- */

void
wisher_release(struct wisher *wisher)
{
	gp_member_free(&wisher->member);
	gp_buf_release(&wisher->text);
	gp_free_str(&wisher->subject);
}

const char *
wisher_language(const struct wisher *wisher)
{
	return wisher->member != NULL ? wisher->member->language : "";
}

enum gp_rc
wish_say(struct wisher *wisher, const char *template_name, const struct gp_var *vars, size_t count, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *subject = NULL;
	struct gp_var all[32];
	size_t n = 0;

	for (; n < count && n + 1 < GP_COUNT(all); n++)
		all[n] = vars[n];
	all[n++] = (struct gp_var){ "alone", wisher->alone ? "1" : "" };
	GP_TRY(gp_notice_render(wisher->desk,
	    &(struct gp_notice){ .template_name = template_name,
		.language = wisher_language(wisher),
		.space = wisher->arrival->to->space,
		.to_address = wisher->address,
		.vars = all,
		.var_count = n },
	    &subject, &body, err));
	if (!wisher->alone)
		gp_buf_addf(&wisher->text, "  > %s\n\n", wisher->line);
	gp_buf_add(&wisher->text, body.data, body.len);
	gp_buf_adds(&wisher->text, wisher->alone ? "" : "\n");
	wisher->template_name = template_name;
	if (wisher->subject == NULL)
		wisher->subject = TAKE(subject);
	return GP_OK;
}

enum gp_rc
wish_say_changed(struct wisher *wisher, const char *what, const char *value, struct gp_err *err)
{
	static const char *const results[] = { "each", "daily", "weekly", "monthly", "meetings", "none", "until",
		"back", "language", "timezone", "own_on", "own_off", "copies_on", "copies_off", "who", "needless",
		"stranger", "asked", "exporting", "address_added", "address_main", "address_dropped", "address_not" };
	struct gp_var vars[GP_COUNT(results) + 3];
	char weekly[GP_ADDRESS_MAX], leave[GP_ADDRESS_MAX];
	size_t n = 0;

	for (; n < GP_COUNT(results); n++)
		vars[n] = (struct gp_var){ results[n], strcmp(results[n], what) == 0 ? value : "" };
	gp_space_address(wisher->arrival->to->space, "weekly", weekly);
	gp_space_address(wisher->arrival->to->space, "leave", leave);
	vars[n++] = (struct gp_var){ "weekly_address", weekly };
	vars[n++] = (struct gp_var){ "leave_address", leave };
	vars[n++] = (struct gp_var){ "main_address", wisher->member != NULL ? wisher->member->address : "" };
	return wish_say(wisher, "changed", vars, n, err);
}

enum gp_rc
wish_send(struct wisher *wisher, const char *limit, struct gp_err *err)
{
	const struct gp_arrival *arrival = wisher->arrival;

	return gp_notice_send(wisher->desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = wisher->template_name,
		.subject = wisher->subject,
		.text = wisher->text.data,
		.language = wisher_language(wisher),
		.space = arrival->to->space,
		.to_name = wisher->member != NULL ? wisher->member->name : "",
		.to_address = wisher->address,
		.member_id = wisher->member != NULL ? wisher->member->id : 0,
		.reply_ext = wisher->reply_ext,
		.in_reply_to = arrival->reading->message_id_made ? NULL : arrival->reading->message_id,
		.limit_kind = limit,
		.now = arrival->now },
	    NULL, err);
}

/* --- how they are known --------------------------------------------------------------------- */

enum gp_rc
wish_zone(const struct gp_space *space, const struct gp_member *member, struct gp_zone **ret, struct gp_err *err)
{
	if (member != NULL && *member->timezone != '\0' && gp_zone_open(member->timezone, ret, err) == GP_OK)
		return GP_OK;
	return gp_zone_open(space->timezone, ret, err);
}

void
wish_context(const struct gp_space *space, const struct gp_member *member, int64_t now, struct gp_command_context *ret,
    char *name)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_wall wall = { .year = 1970, .month = 1, .day = 1 };
	struct gp_err ignored;

	(void)snprintf(name, GP_COMMAND_VALUE, "%.*s", (int)strcspn(space->name, "@"), space->name);
	if (wish_zone(space, member, &zone, &ignored) == GP_OK)
		gp_zone_to_wall(zone, now, &wall);
	*ret = (struct gp_command_context){ name, wall.year, wall.month, wall.day };
}

enum gp_rc
wish_token(struct wisher *wisher, struct gp_err *err)
{
	const struct gp_space *space = wisher->arrival->to->space;
	struct gp_request request = { .kind = "choose",
		.space_id = space->id,
		.address = (char *)(uintptr_t)wisher->address,
		.mode = (char *)(uintptr_t) "",
		.expires_at = wisher->arrival->now + 7 * DAY };
	int64_t id;

	GP_TRY(gp_request_insert(wisher->desk->db, &request, wisher->arrival->now, &id, err));
	gp_token_make(&wisher->desk->keys, 's', space->name, (uint64_t)id, request.expires_at, wisher->reply_ext);
	return GP_OK;
}
