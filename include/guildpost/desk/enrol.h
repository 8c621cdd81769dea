/* enrol.h - communities, spaces and members: every change by mail or by hand goes through here and leaves a ledger row
 * (DESIGN.md rule 14).  Floor: desk.  Each function is one transaction of its own unless it says otherwise. */
#pragma once
#include "guildpost/desk/sort.h"

struct gp_newcomer {
	const char *address, *name, *mode; /* mode NULL: weekly (PRODUCT.md section 4) */
	const char *timezone, *language; /* "" : the community's */
	const char *role; /* "steward", "host" or NULL */
	bool guest, unconfirmed;
};
/* Into a community and its main space, by the operator's word. PERM exit 67 no such community, exit 64 bad address, zone
 * or mode; a member who is there already is changed to what is given. by: "operator", "member:17". */
GP_MUST_CHECK enum gp_rc gp_enrol_add(struct gp_desk *desk, const char *community, const struct gp_newcomer *newcomer,
    const char *by, int64_t now, int64_t *ret_member_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_enrol_remove(
    struct gp_desk *desk, const char *community, const char *address, const char *by, int64_t now, struct gp_err *err);
/* mode NULL: out of it. */
GP_MUST_CHECK enum gp_rc gp_enrol_subscribe(struct gp_desk *desk, const char *space, const char *address,
    const char *mode, const char *by, int64_t now, struct gp_err *err);
bool gp_mode_ok(const char *mode); /* each daily weekly monthly meetings none */

/* Join and leave by mail: a request is answered with a confirmation, the confirmation acts (SUB-01 to SUB-05). */
gp_arrival_handler gp_enrol_take;
