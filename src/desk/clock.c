#include "guildpost/desk/clock.h"

#include "desk/bounce.h"
#include "desk/hold.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/digest.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/invite.h"
#include "guildpost/store/keep.h"
#include "guildpost/store/setting.h"

#define DAY	    86400
#define KEEP_KEYS   (40 * DAY) /* RCV-17 wants 30 at least */
#define KEEP_OCTETS (90 * DAY)
#define PIECE	    500

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
	int64_t keys;
	bool octets;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_delivery_forget(desk->db, now - KEEP_KEYS, PIECE, &keys, err));
	GP_TRY(gp_raw_forget(desk->db, now - KEEP_OCTETS, PIECE, cursor, &octets, err));
	*ret_more = keys == PIECE || octets;
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
	if (now - last >= DAY || now < last)
		while (more)
			GP_TRY(forget_piece(desk, now, &cursor, &more, err));
	*ret_next = (now - last >= DAY || now < last ? now : last) + DAY;
	return GP_OK;
}

static void
sooner(int64_t *next, int64_t t)
{
	if (t != 0 && t < *next)
		*next = t;
}

enum gp_rc
gp_desk_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	int64_t held, back, digest, house;

	*ret_next = now + DAY;
	GP_TRY(gp_bounce_tick(desk, now, err));
	GP_TRY(gp_held_tick(desk, now, &held, err));
	GP_TRY(gp_pause_tick(desk, now, &back, err)); /* before the digests, which go by it */
	GP_TRY(gp_invite_run(desk, now, NULL, err));
	GP_TRY(gp_digest_run(desk, now, &digest, NULL, err));
	GP_TRY(keep_house(desk, now, &house, err));
	sooner(ret_next, held);
	sooner(ret_next, back);
	sooner(ret_next, digest);
	sooner(ret_next, house);
	return GP_OK;
}
