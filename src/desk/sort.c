#include "guildpost/desk/sort.h"

#include <strings.h>

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/base/tally.h"
#include "guildpost/desk/command.h"
#include "guildpost/desk/brief.h"
#include "guildpost/desk/digest.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/find.h"
#include "guildpost/desk/invite.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/post.h"
#include "guildpost/desk/reader.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/held.h"
#include "guildpost/store/raw.h"

#define BATCH	     16 /* rows a commit, at most */
#define BATCH_OCTETS (1024 * 1024) /* and octets read ahead for it, so that the desk stays small */

/* --- octets and what was understood of them ------------------------------------------------- */

void
gp_understood_release(struct gp_understood *message)
{
	gp_buf_release(&message->octets);
	gp_reading_release(&message->reading);
}

enum gp_rc
gp_understood_load(
    struct gp_desk *desk, int64_t raw_id, int64_t received, struct gp_understood *ret, struct gp_err *err)
{
	*ret = (struct gp_understood){ .octets = GP_BUF_INIT(GP_MAIL_MAX) };
	GP_TRY(gp_raw_load(desk->db, raw_id, &ret->octets, err));
	return gp_reader_read(gp_desk_reader(desk), ret->octets.data, ret->octets.len, received, &ret->reading, err);
}

/* --- who takes what ------------------------------------------------------------------------- */

#define TO(route)  (1u << GP_TO_##route)
#define KIND(kind) (1u << GP_KIND_##kind)
#define ANY_KIND   (~0u)
#define ANY_ROUTE  (~0u)
/* What is automatic is shown only to those who read it although it is (RCV-14). */
#define NO_MACHINE                                                                                                     \
	(ANY_KIND &                                                                                                    \
	    ~(KIND(BOUNCE) | KIND(COMPLAINT) | KIND(AUTO_REPLY) | KIND(NOTIFICATION) | KIND(LOOP) | KIND(REACTION)))
static const struct {
	unsigned routes, kinds;
	gp_arrival_handler *take;
} handlers[] = {
	{ TO(OPERATOR), ANY_KIND, gp_operator_take },
	{ ANY_ROUTE, KIND(COMPLAINT), gp_complaint_take },
	{ TO(BOUNCE), ANY_KIND, gp_bounce_take },
	{ TO(CALENDAR) | TO(SECRET), ANY_KIND, gp_rsvp_take },
	{ TO(POST) | TO(THREAD), KIND(RSVP), gp_rsvp_take }, /* clients that answer To instead of the organiser */
	{ TO(SECRET), NO_MACHINE, gp_brief_take },
	{ TO(SECRET), ANY_KIND, gp_enrol_take },
	{ TO(SECRET), NO_MACHINE, gp_moderate_take },
	{ TO(WORD) | TO(REQUEST), NO_MACHINE, gp_find_take },
	{ TO(WORD), NO_MACHINE, gp_steward_word_take },
	{ TO(WORD), NO_MACHINE, gp_mend_take },
	{ TO(WORD) | TO(REQUEST) | TO(SECRET), NO_MACHINE, gp_command_take },
	{ TO(STEWARD), NO_MACHINE, gp_steward_take },
	{ TO(POST), NO_MACHINE, gp_digest_reply_take },
	{ TO(POST), KIND(COMMAND) | KIND(POST), gp_command_take },
	{ TO(POST) | TO(THREAD), NO_MACHINE & ~KIND(RSVP), gp_post_take },
};

/* Never answered, and passed on to nobody: a machine's mail, and a reaction (RCV-22; counted by a later issue). */
static bool
is_silent(enum gp_kind kind)
{
	return (NO_MACHINE & 1u << kind) == 0 || kind == GP_KIND_RSVP;
}

static enum gp_rc
not_understood(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	char actor[GP_ACTOR_SIZE];

	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "nobody takes it", err);
	gp_arrival_actor(arrival, actor);
	GP_TRY(gp_note(desk,
	    &(struct gp_note){
		arrival->now, arrival->to->space->community_id, arrival->to->space->id, actor, "mail.unclear" },
	    err, "sid", arrival->row->session, NULL));
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "not-understood", .kind = "receipt", .limit_kind = "unclear" }, err);
}

static enum gp_rc
hand_over(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	bool taken = false;

	for (size_t i = 0; i < GP_COUNT(handlers) && !taken; i++) {
		if ((handlers[i].routes & 1u << arrival->to->route.to) == 0 ||
		    (handlers[i].kinds & 1u << arrival->kind) == 0)
			continue;
		GP_TRY(handlers[i].take(desk, arrival, &taken, err));
	}
	if (taken)
		return GP_OK;
	return is_silent(arrival->kind) ? gp_drop(desk, arrival, gp_kind_name(arrival->kind), err)
					: not_understood(desk, arrival, err);
}

/* --- what is dropped before anybody takes it ------------------------------------------------ */

/* True when the header has this line, such as "X-Spam-Flag: YES": the name in any case, the value at its beginning. */
static bool
has_field(const struct gp_buf *octets, const char *line)
{
	size_t name_n = strcspn(line, ":");
	const char *value = line + name_n + (line[name_n] == ':'), *end = octets->data + octets->len;

	value += strspn(value, " \t");
	for (const char *c = octets->data; c < end && *c != '\r' && *c != '\n';) {
		if ((size_t)(end - c) > name_n && strncasecmp(c, line, name_n) == 0 && c[name_n] == ':') {
			const char *got = c + name_n + 1;

			got += strspn(got, " \t");
			if (strncasecmp(got, value, strlen(value)) == 0)
				return true;
		}
		c = memchr(c, '\n', (size_t)(end - c));
		if (c == NULL)
			return false;
		c++;
	}
	return false;
}

/* Our mark or our List-Id on what comes in: it has been here (RCV-11). */
static bool
is_loop(const struct gp_desk *desk, const struct gp_arrival *arrival)
{
	if (arrival->to->space == NULL)
		return false;
	for (size_t i = 0; i < arrival->reading->loop_marks.count; i++)
		if (gp_loop_mark_is_ours(desk, arrival->to->space, arrival->reading->loop_marks.v[i]))
			return true;
	return arrival->kind == GP_KIND_LOOP;
}

static enum gp_rc
deal(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	if (*desk->spam_header != '\0' && has_field(arrival->octets, desk->spam_header))
		return gp_drop(desk, arrival, "spam", err);
	if (arrival->to->route.to != GP_TO_BOUNCE && is_loop(desk, arrival))
		return gp_drop(desk, arrival, "loop", err);
	return hand_over(desk, arrival, err);
}

/* --- one row -------------------------------------------------------------------------------- */

struct work {
	struct gp_inbox_row *row;
	struct gp_understood message, held;
	bool has_held;
};

static void
work_release(struct work *work)
{
	gp_inbox_row_free(&work->row);
	gp_understood_release(&work->message);
	if (work->has_held)
		gp_understood_release(&work->held);
}

/* A member is who has joined and not left: to all others we are as to strangers (SEC-04). */
static enum gp_rc
find_author(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_member **ret, struct gp_err *err)
{
	if (arrival->to->space == NULL)
		return GP_OK;
	GP_TRY(
	    gp_member_by_address(desk->db, arrival->to->space->community_id, arrival->reading->from_address, ret, err));
	if (*ret != NULL && (strcmp((*ret)->state, "left") == 0 || strcmp((*ret)->state, "unconfirmed") == 0))
		gp_member_free(ret);
	return GP_OK;
}

/* Without a Received field above it stands nothing that our MTA wrote: then nobody has vouched for anything (LST-14). */
static enum gp_proof
proof_of(const struct gp_desk *desk, const struct gp_arrival *arrival)
{
	const struct gp_reading *reading = arrival->reading;

	if (!arrival->row->trusted || reading->received_count == 0 || reading->from_count != 1)
		return GP_PROOF_NONE;
	return gp_authres_read(&reading->auth_results, desk->authserv_ids, gp_address_domain(reading->from_address));
}

static enum gp_kind
kind_of(const struct gp_arrival *arrival)
{
	const struct gp_resolved *to = arrival->to;
	char list_id[200] = "";
	const char *why;

	if (to->space != NULL)
		(void)snprintf(list_id, sizeof(list_id), "%.*s.%s", (int)strcspn(to->space->name, "@"), to->space->name,
		    to->space->domain);
	return gp_classify(arrival->reading,
	    &(struct gp_envelope){ .sender = arrival->row->sender,
		.recipient = arrival->row->recipient,
		.local_ext = to->route.word[0] != '\0' ? to->route.word : to->route.token,
		.list_id = list_id },
	    &why);
}

/* Here when it came and gone since: a space closed, a thread removed. Said to nobody: the 250 was given (RCV-10). */
static enum gp_rc
nowhere(struct gp_desk *desk, const struct work *work, const struct gp_err *why, int64_t now, struct gp_err *err)
{
	gp_log(GP_LOG_INFO, "sort.dropped", "sid", work->row->session, "rcpt", work->row->recipient, "why", why->text,
	    NULL);
	return gp_note(desk, &(struct gp_note){ now, 0, 0, "robot", "mail.dropped" }, err, "rcpt", work->row->recipient,
	    "why", why->text, NULL);
}

static enum gp_rc
understand_and_deal(struct gp_desk *desk, struct work *work, int64_t now, struct gp_err *err)
{
	SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
	SCOPED(gp_member_free) struct gp_member *author = NULL;
	struct gp_arrival arrival = { .row = work->row,
		.to = &to,
		.reading = &work->message.reading,
		.octets = &work->message.octets,
		.held = work->has_held ? &work->held : NULL,
		.now = now };
	struct gp_err why = { .text = "" };
	enum gp_rc rc = gp_resolve(desk, work->row->recipient, now, &to, &why);

	if (rc == GP_PERM)
		return nowhere(desk, work, &why, now, err);
	if (rc != GP_OK) {
		*err = why;
		return rc;
	}
	GP_TRY(find_author(desk, &arrival, &author, err));
	arrival.author = author;
	arrival.proof = proof_of(desk, &arrival);
	arrival.proved = arrival.proof == GP_PROOF_PASS;
	arrival.kind = kind_of(&arrival);
	gp_log(GP_LOG_DEBUG, "sort.kind", "sid", work->row->session, "kind", gp_kind_name(arrival.kind), NULL);
	return deal(desk, &arrival, err);
}

/* Inside the write transaction. The delivery key comes first: what the MTA sends again acts once (DESIGN.md rule 11). */
static enum gp_rc
settle_row(struct gp_desk *desk, struct work *work, int64_t now, struct gp_err *err)
{
	char key[GP_ADDRESS_MAX];
	bool first;

	if (gp_address_key(work->row->recipient, key, err) != GP_OK)
		(void)snprintf(key, sizeof(key), "%s", work->row->recipient);
	GP_TRY(gp_delivery_first(desk->db, key, work->message.reading.delivery_sha256, now, &first, err));
	if (first)
		GP_TRY(understand_and_deal(desk, work, now, err));
	else
		gp_log(GP_LOG_INFO, "sort.duplicate", "sid", work->row->session, "rcpt", work->row->recipient, NULL);
	return gp_inbox_delete(desk->db, work->row->id, err);
}

static enum gp_rc
settle_rows(struct gp_desk *desk, struct work *work, size_t count, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	for (size_t i = 0; i < count; i++)
		GP_TRY(settle_row(desk, &work[i], now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_tally_add(gp_db_path(desk->db), GP_TALLY_SORTED, (int64_t)count, now);
	return GP_OK;
}

/* --- when it goes wrong --------------------------------------------------------------------- */

static enum gp_rc
tell_poisoned(struct gp_desk *desk, const struct gp_inbox_row *row, const char *reason, int64_t now, struct gp_err *err)
{
	char id[24];
	const struct gp_var vars[] = { { "id", id }, { "reason", reason }, { "recipient", row->recipient },
		{ "sender", *row->sender != '\0' ? row->sender : "<>" } };

	(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
	return gp_notice_operator(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "inbox-poisoned",
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = now },
	    err);
}

/* A row that nobody gets through: at the second time it is set aside whole, and the operator hears of it once. */
static enum gp_rc
strike(struct gp_desk *desk, const struct gp_inbox_row *row, const struct gp_err *why, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	bool poisoned;

	gp_log(GP_LOG_ERROR, "sort.strike", "sid", row->session, "inbox", gp_log_int(row->id), "dsn", why->status,
	    "why", why->text, "detail", why->detail[0] != '\0' ? why->detail : NULL, NULL);
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_inbox_strike(desk->db, row->id, why->text, &poisoned, err));
	if (poisoned)
		GP_TRY(tell_poisoned(desk, row, why->text, now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	if (poisoned)
		gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

static bool
store_is_busy(enum gp_rc rc, const struct gp_err *err)
{
	return rc == GP_TEMP && strncmp(err->status, "4.3.", 4) == 0 && err->sysexit != 78 && err->status[4] < '2';
}

/* What failed for now is passed over until the next round; what can never be done is a strike. */
static enum gp_rc
put_off(struct gp_desk *desk, const struct gp_inbox_row *row, enum gp_rc rc, const struct gp_err *why, int64_t now,
    struct gp_err *err)
{
	if (rc == GP_PERM)
		return strike(desk, row, why, now, err);
	gp_log(GP_LOG_ERROR, "sort.later", "sid", row->session, "inbox", gp_log_int(row->id), "dsn", why->status, "why",
	    why->text, "detail", why->detail[0] != '\0' ? why->detail : NULL, NULL);
	desk->sort_after = row->id;
	return GP_OK;
}

/* --- a few rows ----------------------------------------------------------------------------- */

/* An answer to a held post may free it: then that post is wanted, read, inside the transaction that must not wait. */
static enum gp_rc
prefetch_held(struct gp_desk *desk, struct work *work, int64_t now, struct gp_err *err)
{
	SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
	SCOPED(gp_held_free) struct gp_held *held = NULL;
	struct gp_err ignored;

	if (gp_resolve(desk, work->row->recipient, now, &to, &ignored) != GP_OK || to.route.to != GP_TO_SECRET ||
	    to.purpose != 'h')
		return GP_OK;
	GP_TRY(gp_held_load(desk->db, (int64_t)to.id, &held, err));
	if (held == NULL || strcmp(held->state, "held") != 0)
		return GP_OK;
	work->has_held = true;
	return gp_understood_load(desk, held->raw_id, held->since, &work->held, err);
}

static enum gp_rc
read_row(struct gp_desk *desk, struct work *work, int64_t now, struct gp_err *err)
{
	GP_TRY(gp_understood_load(desk, work->row->raw_id, work->row->received_at, &work->message, err));
	return prefetch_held(desk, work, now, err);
}

struct batch {
	struct work work[BATCH];
	size_t count;
};

static void
batch_release(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		work_release(&batch->work[i]);
}

/* Fills the batch with rows that were read. *ret_seen: rows that were looked at, read or not. */
static enum gp_rc
fill_batch(struct gp_desk *desk, struct batch *batch, int64_t now, size_t *ret_seen, struct gp_err *err)
{
	int64_t after = desk->sort_after;
	size_t octets = 0;

	for (*ret_seen = 0; *ret_seen < BATCH && octets < BATCH_OCTETS; (*ret_seen)++) {
		struct work *work = &batch->work[batch->count];
		struct gp_err why = { .text = "" };
		enum gp_rc rc;

		*work = (struct work){ .message = { .octets = GP_BUF_INIT(0) } };
		GP_TRY(gp_inbox_next(desk->db, after, &work->row, err));
		if (work->row == NULL)
			return GP_OK;
		after = work->row->id;
		rc = read_row(desk, work, now, &why);
		octets += work->message.octets.len;
		if (rc == GP_OK) {
			batch->count++;
			continue;
		}
		rc = put_off(desk, work->row, rc, &why, now, err);
		work_release(work);
		GP_TRY(rc);
	}
	return GP_OK;
}

static enum gp_rc
settle_alone(struct gp_desk *desk, struct work *work, int64_t now, struct gp_err *err)
{
	struct gp_err why = { .text = "" };
	enum gp_rc rc = settle_rows(desk, work, 1, now, &why);

	if (rc == GP_OK)
		return GP_OK;
	if (!store_is_busy(rc, &why))
		return put_off(desk, work->row, rc, &why, now, err);
	*err = why;
	return rc;
}

enum gp_rc
gp_sort_next(struct gp_desk *desk, int64_t now, bool *ret_found, struct gp_err *err)
{
	SCOPED(batch_release) struct batch batch = { .count = 0 };
	struct gp_err why = { .text = "" };
	size_t seen;
	enum gp_rc rc;

	GP_TRY(fill_batch(desk, &batch, now, &seen, err));
	*ret_found = seen > 0;
	if (seen == 0)
		desk->sort_after = 0; /* the next round begins anew with what was passed over */
	if (batch.count == 0)
		return GP_OK;
	rc = settle_rows(desk, batch.work, batch.count, now, &why);
	if (rc != GP_OK && store_is_busy(rc, &why)) {
		*err = why;
		return rc;
	}
	for (size_t i = 0; rc != GP_OK && i < batch.count; i++)
		GP_TRY(settle_alone(desk, &batch.work[i], now, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}
