/* outgoing.h - what a person does to mail that waits to go out; each act leaves a ledger row.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

enum gp_outgoing_act { GP_OUTGOING_RETRY, GP_OUTGOING_HOLD, GP_OUTGOING_RELEASE, GP_OUTGOING_DROP };
/* One transaction of its own. by: "operator", "member:17". PERM exit 67 when there is no such row; 69 when it is in no
 * state for this act (the text says which act would do). */
GP_MUST_CHECK enum gp_rc gp_outgoing_act(
    struct gp_desk *desk, int64_t outbox_id, enum gp_outgoing_act act, const char *by, int64_t now, struct gp_err *err);

/* Tells the operator of each mail that is held since nobody takes it, or has failed: nothing stops without a word. */
GP_MUST_CHECK enum gp_rc gp_outgoing_tick(struct gp_desk *desk, int64_t now, struct gp_err *err);
