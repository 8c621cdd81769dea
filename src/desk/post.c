#include "guildpost/desk/post.h"

#include <strings.h>

#include "desk/handlers.h"
#include "desk/minutes.h"
#include "desk/post_mail.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/admit.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/author.h"
#include "guildpost/store/minutes.h"

#define LOOKED_AT 250 /* posts, at least, in which those of one author are counted */

/* --- may it be posted ----------------------------------------------------------------------- */

/* Does it cite a post of this space? */
static enum gp_rc
answers_here(
    struct gp_desk *desk, const struct gp_space *space, const struct gp_reading *reading, bool *ret, struct gp_err *err)
{
	*ret = false;
	for (size_t i = reading->references.count; i-- > 0 && !*ret;)
		GP_TRY(gp_message_is_here(desk->db, space->id, reading->references.v[i], ret, err));
	return GP_OK;
}

/* How much came of late, where there is a limit. Looking back as far as the limits reach is enough. */
static enum gp_rc
gather_lately(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_admit *ret, struct gp_err *err)
{
	const struct gp_member *author = arrival->author;
	int64_t since = arrival->row->received_at - GP_LIMIT_WINDOW;
	int64_t most = ret->space_limit + 1 > LOOKED_AT ? ret->space_limit + 1 : LOOKED_AT;
	struct gp_lately lately;

	if (ret->space_limit == 0 && (ret->author_limit == 0 || ret->steward))
		return GP_OK;
	GP_TRY(gp_posts_lately(desk->db, arrival->to->space->id, author != NULL ? author->id : 0,
	    arrival->reading->from_address, since, most, &lately, err));
	ret->author_lately = lately.author;
	ret->space_lately = lately.space;
	return GP_OK;
}

static enum gp_rc
gather(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_admit *ret, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const struct gp_reading *reading = arrival->reading;
	const struct gp_member *author = arrival->author;
	int64_t author_id = author != NULL ? author->id : 0;

	*ret = (struct gp_admit){ .posting = space->posting,
		.hold_first_posts = strcmp(space->first_posts, "held") == 0,
		.members_reply = strcmp(space->replies, "members") == 0,
		.reply = arrival->to->route.to == GP_TO_THREAD,
		.closed = strcmp(space->state, "open") != 0,
		.max_size = space->max_size,
		.author_limit = space->author_limit,
		.space_limit = space->space_limit,
		.can_prove = *desk->authserv_ids != '\0',
		.member = author != NULL,
		.proof = arrival->proof,
		.from_count = gp_address_ok(reading->from_address) ? reading->from_count : 0,
		.duplicates = reading->duplicates.count > 0,
		.from_list = arrival->kind == GP_KIND_LIST,
		.invitation = arrival->kind == GP_KIND_INVITE,
		.unread = *reading->refused != '\0',
		.size = (int64_t)arrival->octets->len };
	if (author != NULL)
		GP_TRY(gp_role_has(desk->db, author->id, "steward", &ret->steward, err));
	if (ret->members_reply && !ret->reply)
		GP_TRY(answers_here(desk, space, reading, &ret->reply, err));
	if (ret->hold_first_posts)
		GP_TRY(gp_author_posts(desk->db, space->id, author_id, reading->from_address, &ret->posts_before, err));
	return gather_lately(desk, arrival, ret, err);
}

static enum gp_rc
refuse(struct gp_desk *desk, const struct gp_arrival *arrival, const char *reason, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const struct gp_var vars[] = { { "subject", arrival->reading->subject }, { "reason", reason }, { "why", "" } };
	char actor[GP_ACTOR_SIZE];

	gp_log(GP_LOG_INFO, "post.refused", "sid", arrival->row->session, "space", space->name, "why", reason, "msgid",
	    arrival->reading->message_id, NULL);
	gp_arrival_actor(arrival, actor);
	GP_TRY(gp_note(desk, &(struct gp_note){ arrival->now, space->community_id, space->id, actor, "post.refused" },
	    err, "why", reason, "msgid", arrival->reading->message_id, NULL));
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "post-refused",
		.kind = "receipt",
		.limit_kind = "refused",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

static enum gp_rc
accept(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	const struct gp_resolved *to = arrival->to;
	struct gp_filed filed;

	GP_TRY(gp_post_file(desk, to->space, arrival->row->raw_id, arrival->octets, arrival->reading,
	    to->route.to == GP_TO_THREAD ? to->route.token : "", arrival->row->received_at, arrival->now, &filed, err));
	if (filed.conflict)
		return gp_post_hold(desk, arrival, "its Message-ID belongs to another post", err);
	if (filed.duplicate)
		gp_log(GP_LOG_INFO, "post.duplicate", "sid", arrival->row->session, "space", to->space->name, "msgid",
		    arrival->reading->message_id, NULL);
	return GP_OK;
}

enum gp_rc
gp_post_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	struct gp_admit facts;
	const char *reason;

	*ret_taken = true;
	GP_TRY(gather(desk, arrival, &facts, err));
	switch (gp_admit(&facts, &reason)) {
	case GP_ADMIT_ACCEPT:
		return accept(desk, arrival, err);
	case GP_ADMIT_HOLD:
		return gp_post_hold(desk, arrival, reason, err);
	case GP_ADMIT_REFUSE:
	default:
		return refuse(desk, arrival, reason, err);
	}
}

/* --- filed and sent on ---------------------------------------------------------------------- */

static const char *
line_end_of(const struct gp_buf *octets)
{
	size_t lf = 0, crlf = 0;
	const char *c = octets->data, *end = c + octets->len;

	while ((c = memchr(c, '\n', (size_t)(end - c))) != NULL) {
		lf++;
		crlf += c > octets->data && c[-1] == '\r';
		c++;
	}
	return crlf == lf ? "crlf" : crlf == 0 ? "lf" : "mixed";
}

static enum gp_rc
member_id_of(struct gp_desk *desk, const struct gp_space *space, const char *address, int64_t *ret, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;

	GP_TRY(gp_member_by_address(desk->db, space->community_id, address, &member, err));
	*ret = member != NULL && strcmp(member->state, "left") != 0 ? member->id : 0;
	return GP_OK;
}

/* Members whom To or Cc names get their copy all the same, since an address there may not work; but for who chose not to. */
static enum gp_rc
keep_named(struct gp_desk *desk, const struct gp_space *space, const struct gp_reading *reading, int64_t event,
    struct gp_err *err)
{
	for (size_t i = 0; i < reading->named.count; i++) {
		SCOPED(gp_member_free) struct gp_member *member = NULL;

		GP_TRY(gp_member_by_address(desk->db, space->community_id, reading->named.v[i], &member, err));
		if (member != NULL && member->no_named_copies)
			GP_TRY(gp_member_named(desk->db, space->id, event, member->id, err));
	}
	return GP_OK;
}

static enum gp_rc
send_copies(struct gp_desk *desk, const struct gp_space *space, const struct gp_buf *octets,
    const struct gp_reading *reading, const struct gp_filed *filed, int64_t received_at, int64_t now,
    struct gp_err *err)
{
	SCOPED(gp_composed_release) struct gp_composed composed;
	int64_t outbox_id;

	gp_composed_init(&composed);
	GP_TRY(gp_post_compose(desk, space, octets, reading, received_at, &composed, err));
	return gp_outbox_add(desk->db,
	    &(struct gp_outbox_new){ .kind = "post",
		.space_id = space->id,
		.composed = &composed,
		.event = filed->event,
		.thread_id = filed->thread_id,
		.now = now },
	    &outbox_id, err);
}

enum gp_rc
gp_post_file(struct gp_desk *desk, const struct gp_space *space, int64_t raw_id, const struct gp_buf *octets,
    const struct gp_reading *reading, const char *thread_token, int64_t received_at, int64_t now,
    struct gp_filed *ret_filed, struct gp_err *err)
{
	struct gp_filing filing = { .space_id = space->id,
		.raw_id = raw_id,
		.octets = octets->data,
		.size = octets->len,
		.reading = reading,
		.thread_token = thread_token,
		.now = now,
		.received_at = received_at,
		.line_end = line_end_of(octets),
		.keys = &desk->keys };

	GP_TRY(member_id_of(desk, space, reading->from_address, &filing.member_id, err));
	GP_TRY(gp_message_file(desk->db, &filing, ret_filed, err));
	if (ret_filed->duplicate || ret_filed->conflict)
		return GP_OK;
	gp_log(GP_LOG_INFO, "post.filed", "space", space->name, "from", reading->from_address, "msgid",
	    reading->message_id, "thread", gp_log_int(ret_filed->thread_id), "octets", gp_log_int((int64_t)octets->len),
	    NULL);
	GP_TRY(keep_named(desk, space, reading, ret_filed->event, err));
	if (minutes_in(reading))
		GP_TRY(gp_minutes_posted(desk->db, space->id, received_at, ret_filed->id, err));
	return send_copies(desk, space, octets, reading, ret_filed, received_at, now, err);
}
