/* budget.h - may this robot mail go out? The mail budget (PRODUCT.md, promise 3) and the limits of answers (RCV-16).
 * Floor: desk. */
#pragma once
#include "guildpost/desk/notice.h"

/* Inside a write transaction; remembers what it allows. */
GP_MUST_CHECK enum gp_rc gp_budget_ask(
    struct gp_desk *desk, const struct gp_notice *notice, bool *ret_may, struct gp_err *err);
