/* bounce.h - failures, whoever reports them, become a judgement about a member or about us (SND-04 to SND-06).
 * Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/store/request.h"

/* The clock's part: what the smarthost refused, that nobody has looked at yet. */
GP_MUST_CHECK enum gp_rc gp_bounce_tick(struct gp_desk *desk, int64_t now, struct gp_err *err);
/* Asks who is suspended whether mail gets through again, now and then; whoever answers is back (SND-06). */
GP_MUST_CHECK enum gp_rc gp_probe_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
/* The answer to such a question: request->address. */
GP_MUST_CHECK enum gp_rc gp_probe_answered(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err);
