/* errand.h - long work that members asked for: `export me`, `forget me` (SUB-09).  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

/* Does what is due of it, a while at most. *ret_next: when to ask again, 0: nothing waits. */
GP_MUST_CHECK enum gp_rc gp_errand_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
