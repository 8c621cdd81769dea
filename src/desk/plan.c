#include "guildpost/desk/plan.h"

void
gp_plan_release(struct gp_plan *plan)
{
	gp_zone_free(&plan->zone);
	free(plan->exceptions);
	*plan = (struct gp_plan){ 0 };
}

static enum gp_rc
read_exceptions(struct gp_db *db, int64_t meeting_id, struct gp_plan *plan, struct gp_err *err)
{
	SCOPED(gp_free_ptr) struct gp_meeting_date *dates = NULL;
	size_t count = 0;

	GP_TRY(gp_meeting_dates(db, meeting_id, &dates, &count, err));
	plan->exceptions = gp_new_array(count + 1, sizeof(*plan->exceptions));
	for (size_t i = 0; i < count; i++) {
		struct gp_exception *exception = &plan->exceptions[plan->count];

		if (gp_wall_parse(dates[i].occurrence, &exception->occurrence) &&
		    (dates[i].cancelled || gp_wall_parse(dates[i].start_local, &exception->start)))
			plan->count++;
	}
	return GP_OK;
}

enum gp_rc
gp_plan_open(struct gp_db *db, const struct gp_meeting *meeting, struct gp_plan *ret_plan, struct gp_err *err)
{
	*ret_plan = (struct gp_plan){ 0 };
	if (!gp_wall_parse(meeting->start_local, &ret_plan->start))
		return gp_fail(err, "5.3.0", "the start of meeting %s cannot be read", meeting->ref);
	GP_TRY(gp_zone_open(meeting->timezone, &ret_plan->zone, err));
	GP_TRY(gp_recur_parse_rrule(meeting->rrule, &ret_plan->start, ret_plan->zone, &ret_plan->recur, err));
	GP_TRY(read_exceptions(db, meeting->id, ret_plan, err));
	ret_plan->schedule = (struct gp_schedule){ ret_plan->zone, &ret_plan->recur, ret_plan->exceptions,
		ret_plan->count };
	return GP_OK;
}
