/* bounce.h - failures, whoever reports them, become a judgement about a member or about us (SND-04 to SND-06).
 * Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

/* The clock's part: what the smarthost refused, that nobody has looked at yet. */
GP_MUST_CHECK enum gp_rc gp_bounce_tick(struct gp_desk *desk, int64_t now, struct gp_err *err);
