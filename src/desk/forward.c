/* Mail that is for a person, not for us: to the operator, to the stewards. */
#include <strings.h>

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"

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
