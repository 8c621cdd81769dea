/* plan.h - a meeting row, understood: its zone, its rule, the dates that differ.  Floor: desk. */
#pragma once
#include "guildpost/guild/meeting.h"
#include "guildpost/store/meeting.h"

struct gp_plan {
	struct gp_zone *zone;
	struct gp_recur recur;
	struct gp_wall start;
	struct gp_exception *exceptions;
	size_t count;
	struct gp_schedule schedule; /* points into the above: do not copy the plan */
};
GP_MUST_CHECK enum gp_rc gp_plan_open(
    struct gp_db *db, const struct gp_meeting *meeting, struct gp_plan *ret_plan, struct gp_err *err);
void gp_plan_release(struct gp_plan *plan);
