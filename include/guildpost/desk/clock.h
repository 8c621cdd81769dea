/* clock.h - what falls due without anybody writing: digests, second calls, expiries, bounce rules.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

/* Does what is due at now; *ret_next: when to look again at the latest, seconds UTC. */
GP_MUST_CHECK enum gp_rc gp_desk_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
