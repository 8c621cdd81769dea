#include "desk/handlers.h"

#include <strings.h>

#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"

void
gp_arrival_actor(const struct gp_arrival *arrival, char out[32])
{
	if (arrival->author != NULL)
		gp_actor(arrival->author->id, out);
	else
		(void)snprintf(out, 32, "stranger");
}

enum gp_rc
gp_drop(struct gp_desk *desk, const struct gp_arrival *arrival, const char *why, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	char actor[GP_ACTOR_SIZE];

	gp_log(GP_LOG_INFO, "sort.dropped", "sid", arrival->row->session, "space", space != NULL ? space->name : NULL,
	    "kind", gp_kind_name(arrival->kind), "why", why, "msgid", arrival->reading->message_id, NULL);
	gp_arrival_actor(arrival, actor);
	return gp_note(desk,
	    &(struct gp_note){ arrival->now, space != NULL ? space->community_id : 0, space != NULL ? space->id : 0,
		actor, "mail.dropped" },
	    err, "why", why, "sid", *arrival->row->session != '\0' ? arrival->row->session : NULL, NULL);
}

bool
gp_answerable(const struct gp_arrival *arrival)
{
	return *arrival->row->sender != '\0' && !gp_kind_is_automatic(arrival->kind) && arrival->kind != GP_KIND_LIST &&
	       arrival->reading->from_count == 1 && gp_address_ok(arrival->reading->from_address);
}

enum gp_rc
gp_answer(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_answer *answer, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;

	if (!gp_answerable(arrival))
		return GP_OK;
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = answer->kind,
		.template_name = answer->template_name,
		.language = arrival->author != NULL ? arrival->author->language : "",
		.space = arrival->to->space,
		.to_name = arrival->author != NULL ? arrival->author->name : "",
		.to_address = reading->from_address,
		.member_id = arrival->author != NULL ? arrival->author->id : 0,
		.reply_ext = answer->reply_ext,
		.in_reply_to = reading->message_id_made ? NULL : reading->message_id,
		.vars = answer->vars,
		.var_count = answer->var_count,
		.limit_kind = arrival->proved ? NULL : answer->limit_kind,
		.now = arrival->now },
	    NULL, err);
}

/* --- mail that is for a person, not for us -------------------------------------------------- */

/* Our own report to an operator whose address is ours comes back here: forwarded, it would go round for ever. */
static bool
is_own_report(const struct gp_desk *desk, const struct gp_reading *reading)
{
	char own[GP_ADDRESS_MAX];

	(void)snprintf(own, sizeof(own), "postmaster@%s", desk->domain);
	return strncmp(reading->auto_submitted, "auto-", 5) == 0 && strcasecmp(reading->from_address, own) == 0;
}

/* Whole, whatever it is: a complaint about us is often a machine's (RFC 2142). */
enum gp_rc
gp_operator_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;
	const struct gp_var vars[] = { { "recipient", arrival->row->recipient },
		{ "from", *reading->from_address != '\0' ? reading->from_address : "<>" },
		{ "subject", reading->subject } };
	bool done;

	*ret_taken = true;
	if (arrival->kind == GP_KIND_COMPLAINT)
		GP_TRY(gp_complaint_act(desk, arrival, &done, err));
	if (is_own_report(desk, reading))
		return gp_drop(desk, arrival, "the operator's address is one of ours; see the key `operator`", err);
	gp_log(GP_LOG_INFO, "sort.operator", "sid", arrival->row->session, "rcpt", arrival->row->recipient, NULL);
	return gp_notice_operator(desk,
	    &(struct gp_notice){ .kind = "forward",
		.template_name = "operator-mail",
		.reply_to = gp_kind_is_automatic(arrival->kind) ? NULL : reading->from_address,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.attached_message = arrival->octets->data,
		.attached_n = arrival->octets->len,
		.now = arrival->now },
	    err);
}

enum gp_rc
gp_steward_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const struct gp_reading *reading = arrival->reading;
	const struct gp_space *space = arrival->to->space;
	const struct gp_var vars[] = { { "from_name", reading->from_name }, { "from_address", reading->from_address },
		{ "subject", reading->subject }, { "text", reading->text } };
	char actor[GP_ACTOR_SIZE];

	*ret_taken = true;
	gp_arrival_actor(arrival, actor);
	GP_TRY(gp_note(
	    desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "mail.steward" }, err, NULL));
	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "forward",
		.template_name = "steward-mail",
		.space = space,
		.reply_to = reading->from_address,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.attached_message = arrival->octets->data,
		.attached_n = arrival->octets->len,
		.now = arrival->now },
	    0, err);
}
