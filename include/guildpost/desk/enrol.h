/* enrol.h - members: every change by mail or by hand goes through here and leaves a ledger row
 * (DESIGN.md rule 14).  Floor: desk.  Each function is one transaction of its own unless it says otherwise. */
#pragma once
#include "guildpost/desk/sort.h"

struct gp_newcomer {
	const char *address, *name, *mode; /* mode NULL: weekly (PRODUCT.md section 4) */
	const char *timezone, *language; /* "" : the community's */
	const char *role; /* "steward", "host" or NULL */
	bool guest, unconfirmed; /* unconfirmed: invited by mail; no subscription until the answer comes (SUB-08) */
	bool
	    answered; /* they said yes to a mail of ours, which the caller writes down; else it is the operator's word */
	bool undone; /* they took a leaving back: their roles are theirs again */
};
/* Into a community and its main space, by the operator's word. PERM exit 67 no such community, exit 64 bad address, zone
 * or mode; a member who is there already is changed to what is given. by: "operator", "member:17". */
GP_MUST_CHECK enum gp_rc gp_enrol_add(struct gp_desk *desk, const char *community, const struct gp_newcomer *newcomer,
    const char *by, int64_t now, int64_t *ret_member_id, struct gp_err *err);
/* The same, inside a write transaction. by NULL: the newcomer's own doing. */
GP_MUST_CHECK enum gp_rc gp_enrol_admit(struct gp_desk *desk, const char *community, const struct gp_newcomer *newcomer,
    const char *by, int64_t now, int64_t *ret_member_id, struct gp_err *err);
/* Out of every space. PERM exit 67 when there is no such community or member; who has left is none. */
GP_MUST_CHECK enum gp_rc gp_enrol_remove(
    struct gp_desk *desk, const char *community, const char *address, const char *by, int64_t now, struct gp_err *err);
/* The same for a member at hand, inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_enrol_part(
    struct gp_desk *desk, int64_t member_id, const char *by, int64_t now, struct gp_err *err);
/* One key of a member: name, delivery, timezone, language, role, level, pause, state. PERM exit 64 bad key or value. */
GP_MUST_CHECK enum gp_rc gp_enrol_set(struct gp_desk *desk, const char *community, const char *address, const char *key,
    const char *value, const char *by, int64_t now, struct gp_err *err);
/* Brings back whoever's pause has ended; a transaction each. *ret_next: the next end of a pause, 0: none. */
GP_MUST_CHECK enum gp_rc gp_pause_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
/* A member into a further space of the community. mode NULL: out of it. */
GP_MUST_CHECK enum gp_rc gp_enrol_subscribe(struct gp_desk *desk, const char *space, const char *address,
    const char *mode, const char *by, int64_t now, struct gp_err *err);
bool gp_mode_ok(const char *mode); /* each daily weekly monthly meetings none */

/* Asks by mail whether this address wants to join; inside a write transaction. by the operator's import: template
 * "join-invited", else "join-confirm". *ret_sent false: the limits of SUB-02 say no. */
struct gp_asking {
	const struct gp_space *space;
	const char *address, *name, *mode;
	bool invited;
	const char *source; /* domain whose server asks; "" when the author is proved, or nobody asks by mail */
	const char *in_reply_to; /* message-id or NULL */
};
GP_MUST_CHECK enum gp_rc gp_enrol_ask(
    struct gp_desk *desk, const struct gp_asking *asking, int64_t now, bool *ret_sent, struct gp_err *err);

/* Invites who was put in unconfirmed: at most a hundred an hour, and nobody more often than SUB-02 allows. *ret_next: when
 * to ask again, 0: nobody waits. */
GP_MUST_CHECK enum gp_rc gp_enrol_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);

/* A hash instead of the address of who left a week ago (SUB-09); a transaction each. *ret_next as above. */
GP_MUST_CHECK enum gp_rc gp_depart_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);

/* Join and leave by mail: a request is answered with a confirmation, the confirmation acts (SUB-01 to SUB-05). */
gp_arrival_handler gp_enrol_take;
