#include <ctype.h>

#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"

#define EXT_SIZE    29 /* octets of a secret (STANDARDS.md section 9) */
#define TOKENS_MOST 20 /* looked up in one report */

/* Providers blank the member's address in a report; what they leave is our own token in List-Unsubscribe (LST-21). It
 * stands somewhere in the octets, perhaps behind a soft line break of quoted-printable. */
static void
unfold(const struct gp_buf *octets, struct gp_buf *out)
{
	for (const char *c = octets->data, *end = c + octets->len; c < end; c++) {
		if (*c == '=' && end - c > 2 && c[1] == '\r' && c[2] == '\n')
			c += 2;
		else if (*c == '=' && end - c > 1 && c[1] == '\n')
			c += 1;
		else
			gp_buf_addc(out, *c != '\0' ? *c : ' ');
	}
}

static bool
is_address_octet(char c)
{
	return isalnum((unsigned char)c) || strchr("+-._@", c) != NULL;
}

/* The whole address around an "x" token behind a delimiter, or "". */
static void
address_around(const char *text, const char *delimiter, char out[GP_ADDRESS_MAX])
{
	const char *from = delimiter, *to = delimiter + 1;

	out[0] = '\0';
	while (from > text && is_address_octet(from[-1]) && delimiter - from < 64)
		from--;
	while (*to != '\0' && is_address_octet(*to) && to - delimiter < 200)
		to++;
	if (to - delimiter > EXT_SIZE + 1 && delimiter[EXT_SIZE + 1] == '@' && to - from < GP_ADDRESS_MAX)
		(void)snprintf(out, GP_ADDRESS_MAX, "%.*s", (int)(to - from), from);
}

/* *ret_member_id 0: none of our tokens stands in it; then whoever sent it has shown nothing. */
static enum gp_rc
find_subscription(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t *ret_member_id, int64_t *ret_space_id,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(GP_MAIL_MAX);
	int looked_up = 0;

	*ret_member_id = 0;
	unfold(arrival->octets, &text);
	for (const char *at = text.data; (at = strpbrk(at, "+-")) != NULL && looked_up < TOKENS_MOST; at++) {
		SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
		char address[GP_ADDRESS_MAX];
		struct gp_err ignored;

		if ((at[1] | 0x20) != 'x' || !isdigit((unsigned char)at[2]))
			continue;
		address_around(text.data, at, address);
		if (*address == '\0')
			continue;
		looked_up++;
		if (gp_resolve(desk, address, arrival->now, &to, &ignored) != GP_OK || to.route.to != GP_TO_SECRET ||
		    to.purpose != 'x')
			continue;
		return gp_subscription_owner(desk->db, (int64_t)to.id, ret_member_id, ret_space_id, err);
	}
	return GP_OK;
}

static enum gp_rc
tell_stewards(
    struct gp_desk *desk, const struct gp_space *space, const struct gp_member *member, int64_t now, struct gp_err *err)
{
	const struct gp_var vars[] = { { "name", member->name }, { "address", member->address } };

	return gp_notice_stewards(desk,
	    &(struct gp_notice){ .kind = "report",
		.template_name = "member-complained",
		.space = space,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.now = now },
	    member->id, err);
}

/* --- no more mail --------------------------------------------------------------------------- */

struct spaces { /* from which the member gets something */
	int64_t id[1000];
	size_t count;
};

static enum gp_rc
take_space(void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err)
{
	struct spaces *spaces = context;

	(void)space_name;
	(void)err;
	if (strcmp(subscription->mode, "none") != 0 && spaces->count < GP_COUNT(spaces->id))
		spaces->id[spaces->count++] = subscription->space_id;
	return GP_OK;
}

/* Whoever calls mail of one space spam does not look which it is. */
static enum gp_rc
silence(struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_space *space,
    const struct gp_member *member, struct gp_err *err)
{
	struct spaces spaces = { .count = 0 };
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_subscription_list(desk->db, member->id, take_space, &spaces, err));
	/* The second report of the same member finds nothing left to do. */
	if (spaces.count == 0)
		return GP_OK;
	for (size_t i = 0; i < spaces.count; i++)
		GP_TRY(gp_subscription_put(desk->db, spaces.id[i], member->id, "none", arrival->now, err));
	gp_actor(member->id, number);
	gp_log(GP_LOG_INFO, "member.complained", "sid", arrival->row->session, "space", space->name, "member",
	    gp_log_int(member->id), NULL);
	GP_TRY(gp_note(desk,
	    &(struct gp_note){ arrival->now, space->community_id, space->id, "robot", "member.complained" }, err, "who",
	    number, NULL));
	return tell_stewards(desk, space, member, arrival->now, err);
}

enum gp_rc
gp_complaint_act(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_done, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	int64_t member_id, space_id = 0;

	GP_TRY(find_subscription(desk, arrival, &member_id, &space_id, err));
	*ret_done = member_id != 0;
	if (member_id == 0)
		return GP_OK;
	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	GP_TRY(gp_space_load(desk->db, space_id, &space, err));
	return member == NULL || space == NULL ? GP_OK : silence(desk, arrival, space, member, err);
}

enum gp_rc
gp_complaint_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	bool done;

	*ret_taken = true;
	GP_TRY(gp_complaint_act(desk, arrival, &done, err));
	return done ? GP_OK : gp_drop(desk, arrival, "a complaint without a token", err);
}
