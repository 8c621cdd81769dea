#include "desk/handlers.h"

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
		.limit_kind = arrival->proved && !answer->limited ? NULL : answer->limit_kind,
		.now = arrival->now },
	    NULL, err);
}

enum gp_rc
gp_answer_expired(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "token-expired",
		.kind = "receipt",
		.limit_kind = "token-expired",
		.vars = (const struct gp_var[]){ { "subject", arrival->reading->subject } },
		.var_count = 1 },
	    err);
}
