#include "guildpost/desk/notice.h"

#include "desk/budget.h"
#include "desk/date.h"
#include "guildpost/base/mem.h"
#include "guildpost/base/zone.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/member.h"
#include "guildpost/store/outbox.h"
#include "guildpost/store/ride.h"
#include "guildpost/store/setting.h"

static int
space_offset(const struct gp_space *space, int64_t now)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_err ignored;

	if (space == NULL || gp_zone_open(space->timezone, &zone, &ignored) != GP_OK)
		return 0;
	return gp_zone_offset(zone, now);
}

/* Message-ID from the next event number: unique, and fixed when the row is made (DESIGN.md rule 9). */
static enum gp_rc
make_msgid(struct gp_desk *desk, const struct gp_notice *notice, char *out, size_t size, struct gp_err *err)
{
	SCOPED(gp_free_str) char *seed = NULL;
	int64_t event, filed_at;

	(void)snprintf(out, size, "%s", notice->msgid != NULL ? notice->msgid : "");
	if (notice->msgid != NULL)
		return GP_OK;
	GP_TRY(gp_event_next(desk->db, notice->now, &event, &filed_at, err));
	seed = gp_printf("notice %s %lld %lld", notice->template_name, (long long)event, (long long)notice->now);
	gp_msgid_make(desk->domain, seed, out, size);
	return GP_OK;
}

/* What the notice says, else the member's own, else the space's; English where there is no such text (I18-08). */
static enum gp_rc
choose_language(struct gp_desk *desk, const struct gp_notice *notice, char out[GP_LANGUAGE_SIZE], struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	const char *wanted = notice->language != NULL ? notice->language : "";

	if (*wanted == '\0' && notice->member_id != 0) {
		GP_TRY(gp_member_load(desk->db, notice->member_id, &member, err));
		wanted = member != NULL ? member->language : "";
	}
	if (*wanted == '\0')
		wanted = notice->space != NULL ? notice->space->language : "en";
	gp_template_language(desk->templates, wanted, notice->template_name, out);
	return GP_OK;
}

static enum gp_rc
rhythm_text(struct gp_desk *desk, const char *language, const char *rhythm, char **ret_own, struct gp_err *err)
{
	struct gp_recur recur;
	struct gp_err ignored;

	if (gp_recur_parse_rhythm(rhythm, &recur, &ignored) == GP_OK)
		return gp_recur_text(desk, language, &recur, ret_own, err);
	*ret_own = gp_strdup(rhythm);
	return GP_OK;
}

/* What rules and settings give in English is said in the reader's language; the texts are kept in own. */
static enum gp_rc
translate(struct gp_desk *desk, const char *language, struct gp_var *var, struct gp_strs *own, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = NULL;

	if (var->value == NULL || *var->value == '\0')
		return GP_OK;
	if (strcmp(var->name, "rhythm") == 0)
		GP_TRY(rhythm_text(desk, language, var->value, &text, err));
	else if (strcmp(var->name, "reason") == 0 || strcmp(var->name, "mode") == 0 || strcmp(var->name, "level") == 0)
		text = gp_template_phrase(desk->templates, language, var->value);
	else
		return GP_OK;
	gp_strs_add(own, text);
	var->value = own->v[own->count - 1];
	return GP_OK;
}

static enum gp_rc
render(struct gp_desk *desk, const struct gp_notice *notice, const char *language, char **ret_subject,
    struct gp_buf *ret_body, struct gp_err *err)
{
	const struct gp_space *space = notice->space;
	SCOPED(gp_strs_release) struct gp_strs own = { 0 };
	struct gp_var vars[40];
	char address[GP_ADDRESS_MAX] = "", help[GP_ADDRESS_MAX] = "";
	size_t count = 0;

	if (notice->text != NULL) {
		gp_buf_adds(ret_body, notice->text);
		*ret_subject = gp_strdup(notice->subject);
		return GP_OK;
	}
	if (space != NULL) {
		gp_space_address(space, "", address);
		gp_space_address(space, "help", help);
	}
	vars[count++] = (struct gp_var){ "space", space != NULL ? space->title : desk->domain };
	vars[count++] = (struct gp_var){ "space_name", space != NULL ? space->name : "" };
	vars[count++] = (struct gp_var){ "space_address", address };
	vars[count++] = (struct gp_var){ "help_address", help };
	vars[count++] = (struct gp_var){ "to_address", notice->to_address };
	for (size_t i = 0; i < notice->var_count && count < GP_COUNT(vars); i++) {
		vars[count] = notice->vars[i];
		GP_TRY(translate(desk, language, &vars[count++], &own, err));
	}
	return gp_template_render(
	    desk->templates, language, notice->template_name, vars, count, ret_subject, ret_body, err);
}

enum gp_rc
gp_notice_render(struct gp_desk *desk, const struct gp_notice *notice, char **ret_subject, struct gp_buf *ret_body,
    struct gp_err *err)
{
	char language[GP_LANGUAGE_SIZE];

	GP_TRY(choose_language(desk, notice, language, err));
	return render(desk, notice, language, ret_subject, ret_body, err);
}

static enum gp_rc
enqueue(struct gp_desk *desk, const struct gp_notice *notice, const struct gp_composed *composed, struct gp_err *err)
{
	struct gp_outbox_new row = { .kind = notice->kind,
		.space_id = notice->space != NULL ? notice->space->id : 0,
		.composed = composed,
		.now = notice->now };
	struct gp_outbox_to to = { .key = notice->member_id > 0 ? notice->member_id : 1,
		.address = notice->to_address,
		.member_id = notice->member_id,
		.subscription_id = notice->subscription_id };
	int64_t id;

	GP_TRY(gp_outbox_add(desk->db, &row, &id, err));
	return gp_outbox_add_recipient(desk->db, id, &to, err);
}

/* No mail, but it will be read all the same. */
static enum gp_rc
ride(struct gp_desk *desk, const struct gp_notice *notice, bool *ret_sent, struct gp_err *err)
{
	bool rides;

	GP_TRY(gp_ride_add(desk->db, notice->member_id, notice->space->id, notice->ride, notice->now, &rides, err));
	if (ret_sent != NULL)
		*ret_sent = rides;
	return GP_OK;
}

enum gp_rc
gp_notice_send(struct gp_desk *desk, const struct gp_notice *notice, bool *ret_sent, struct gp_err *err)
{
	SCOPED(gp_composed_release) struct gp_composed composed;
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *subject = NULL;
	char from[GP_ADDRESS_MAX], reply[GP_ADDRESS_MAX], mark[GP_LOOP_MARK_MAX] = "", msgid[160];
	char language[GP_LANGUAGE_SIZE];
	struct gp_list_facts facts = { 0 };
	bool may;

	gp_composed_init(&composed);
	GP_TRY(gp_budget_ask(desk, notice, &may, err));
	if (ret_sent != NULL)
		*ret_sent = may;
	if (!may)
		return notice->ride != NULL ? ride(desk, notice, ret_sent, err) : GP_OK;
	(void)snprintf(from, sizeof(from), "postmaster@%s", desk->domain);
	(void)snprintf(reply, sizeof(reply), "%s", desk->operator_address);
	if (notice->space != NULL) {
		facts = gp_space_facts(notice->space);
		gp_space_address(notice->space, "steward", from);
		gp_space_address(notice->space,
		    notice->reply_ext != NULL && *notice->reply_ext != '\0' ? notice->reply_ext : "steward", reply);
		gp_loop_mark(desk, notice->space, mark);
	}
	if (notice->reply_to != NULL && gp_address_ok(notice->reply_to))
		(void)snprintf(reply, sizeof(reply), "%s", notice->reply_to);
	GP_TRY(choose_language(desk, notice, language, err));
	GP_TRY(render(desk, notice, language, &subject, &body, err));
	GP_TRY(make_msgid(desk, notice, msgid, sizeof(msgid), err));
	GP_TRY(gp_compose_letter(
	    &(struct gp_letter){ .from_name = notice->space != NULL ? notice->space->title : "guildpost",
		.from_address = from,
		.to_name = notice->to_name,
		.to_address = notice->to_address,
		.reply_to = strcmp(reply, from) != 0 ? reply : NULL,
		.subject = subject,
		.msgid = msgid,
		.in_reply_to = notice->in_reply_to,
		.references = notice->in_reply_to,
		.auto_submitted = notice->in_reply_to != NULL ? "auto-replied" : "auto-generated",
		.precedence = "bulk",
		.language = language,
		.list = notice->space != NULL ? &facts : NULL,
		.loop_mark = mark,
		.date = notice->now,
		.date_offset = space_offset(notice->space, notice->now),
		.text = body.data,
		.flowed = true,
		.attached_message = notice->attached_message,
		.attached_n = notice->attached_n,
		.files = notice->files,
		.file_count = notice->file_count },
	    &composed, err));
	return enqueue(desk, notice, &composed, err);
}

/* --- to those who look after things --------------------------------------------------------- */

enum gp_rc
gp_notice_operator(struct gp_desk *desk, const struct gp_notice *notice, struct gp_err *err)
{
	struct gp_notice copy = *notice;

	copy.to_name = "";
	copy.to_address = desk->operator_address;
	copy.member_id = 0;
	return gp_notice_send(desk, &copy, NULL, err);
}

struct stewards {
	int64_t member_id[100];
	struct gp_strs names, addresses;
	size_t count;
};

static enum gp_rc
collect_steward(void *context, const struct gp_member *member, struct gp_err *err)
{
	struct stewards *stewards = context;

	(void)err;
	if (stewards->count == GP_COUNT(stewards->member_id))
		return GP_OK;
	stewards->member_id[stewards->count++] = member->id;
	gp_strs_add(&stewards->names, member->name);
	gp_strs_add(&stewards->addresses, member->address);
	return GP_OK;
}

static void
stewards_release(struct stewards *stewards)
{
	gp_strs_release(&stewards->names);
	gp_strs_release(&stewards->addresses);
}

enum gp_rc
gp_notice_stewards(struct gp_desk *desk, const struct gp_notice *notice, int64_t except, struct gp_err *err)
{
	SCOPED(stewards_release) struct stewards stewards = { .count = 0 };
	struct gp_notice copy = *notice;

	GP_TRY(gp_member_with_role(desk->db, notice->space->community_id, "steward", collect_steward, &stewards, err));
	if (stewards.count == 0)
		return gp_notice_operator(desk, notice, err);
	for (size_t i = 0; i < stewards.count; i++) {
		if (stewards.member_id[i] == except)
			continue;
		copy.member_id = stewards.member_id[i];
		copy.to_name = stewards.names.v[i];
		copy.to_address = stewards.addresses.v[i];
		GP_TRY(gp_notice_send(desk, &copy, NULL, err));
	}
	return GP_OK;
}
