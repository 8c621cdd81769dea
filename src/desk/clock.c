#include "guildpost/desk/clock.h"

#include "desk/bounce.h"
#include "desk/hold.h"
#include "guildpost/base/log.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/brief.h"
#include "guildpost/desk/digest.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/errand.h"
#include "guildpost/desk/invite.h"
#include "guildpost/desk/outgoing.h"
#include "guildpost/store/answered.h"
#include "guildpost/store/bounce.h"
#include "guildpost/store/keep.h"
#include "guildpost/store/outbox.h"
#include "guildpost/store/pack.h"
#include "guildpost/store/request.h"
#include "guildpost/desk/upkeep.h"
#include "guildpost/store/setting.h"

#define DAY	      86400
#define KEEP_KEYS     (40 * DAY) /* RCV-17 wants 30 at least */
#define KEEP_OCTETS   (90 * DAY)
#define KEEP_ANSWERED (8 * DAY) /* the longest limit looks back a week (RCV-16) */
#define KEEP_REQUESTS (40 * DAY) /* SUB-02 looks back 30 days */
#define PIECE	      500
#define AGAIN	      60 /* seconds until what went wrong is tried again */

static enum gp_rc
get_number(struct gp_desk *desk, const char *name, int64_t *ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = NULL;

	GP_TRY(gp_setting_get(desk->db, name, &text, err));
	*ret = text != NULL ? strtoll(text, NULL, 10) : 0;
	return GP_OK;
}

static enum gp_rc
put_number(struct gp_desk *desk, const char *name, int64_t value, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_printf("%lld", (long long)value);

	return gp_setting_put(desk->db, name, text, err);
}

/* One piece, one transaction, so that mail goes on in between. */
static enum gp_rc
forget_piece(struct gp_desk *desk, int64_t now, int64_t *cursor, bool *ret_more, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t keys, rows;
	bool octets;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_delivery_forget(desk->db, now - KEEP_KEYS, PIECE, &keys, err));
	GP_TRY(gp_raw_forget(desk->db, now - KEEP_OCTETS, PIECE, cursor, &octets, err));
	GP_TRY(gp_outbox_forget(desk->db, now - KEEP_OCTETS, PIECE, &rows, err));
	GP_TRY(gp_answered_forget(desk->db, now - KEEP_ANSWERED, err));
	GP_TRY(gp_request_forget(desk->db, now - KEEP_REQUESTS, err));
	GP_TRY(gp_bounce_forget(desk->db, now - KEEP_OCTETS, err));
	*ret_more = keys == PIECE || rows == PIECE || octets;
	if (!*ret_more)
		GP_TRY(put_number(desk, "kept_house", now, err));
	return gp_tx_commit(&tx, err);
}

/* Once a day. The sweep over the octets begins anew each time: a post that is removed by then loses them too. */
static enum gp_rc
keep_house(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	int64_t last, cursor = 0;
	bool more = true;

	GP_TRY(get_number(desk, "kept_house", &last, err));
	if (now - last >= DAY || now < last) {
		while (more)
			GP_TRY(forget_piece(desk, now, &cursor, &more, err));
		for (more = true; more;)
			GP_TRY(gp_pack_some(desk->db, now, &more, err));
	}
	*ret_next = (now - last >= DAY || now < last ? now : last) + DAY;
	return GP_OK;
}

/* --- all of it ------------------------------------------------------------------------------ */

static enum gp_rc
bounces(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	(void)ret_next;
	return gp_bounce_tick(desk, now, err);
}

static enum gp_rc
outgoing(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	(void)ret_next;
	return gp_outgoing_tick(desk, now, err);
}

static enum gp_rc
invitations(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	(void)ret_next;
	return gp_invite_run(desk, now, NULL, err);
}

static enum gp_rc
digests(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	return gp_digest_run(desk, now, ret_next, NULL, err);
}

/* Each says when it wants to be asked again; 0: not before something is written. */
static const struct {
	const char *name;
	enum gp_rc (*run)(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
} parts[] = {
	{ "bounces", bounces },
	{ "outgoing", outgoing },
	{ "probes", gp_probe_tick },
	{ "held", gp_held_tick },
	{ "pauses", gp_pause_tick }, /* before the digests, which go by it */
	{ "newcomers", gp_enrol_tick },
	{ "departures", gp_depart_tick },
	{ "practice", gp_practice_tick },
	{ "brief", gp_brief_tick },
	{ "invitations", invitations },
	{ "digests", digests },
	{ "errands", gp_errand_tick },
	{ "leaving", gp_leaving_tick }, /* what an errand took away, too */
	{ "house", keep_house },
};

/* What is wrong with one part keeps no other waiting, and does not end the desk: it is tried again. */
enum gp_rc
gp_desk_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	enum gp_rc worst = GP_OK;

	*ret_next = now + DAY;
	for (size_t i = 0; i < GP_COUNT(parts); i++) {
		struct gp_err why = { .text = "" };
		int64_t next = 0;
		enum gp_rc rc = parts[i].run(desk, now, &next, &why);

		if (rc != GP_OK) {
			gp_log(GP_LOG_ERROR, "desk.part", "part", parts[i].name, "dsn", why.status, "why", why.text,
			    "detail", why.detail[0] != '\0' ? why.detail : NULL, NULL);
			next = now + AGAIN;
		}
		if (rc == GP_TEMP) {
			worst = rc;
			*err = why;
		}
		if (next != 0 && next < *ret_next)
			*ret_next = next > now ? next : now + AGAIN; /* what is overdue still could not be done */
	}
	return worst;
}
