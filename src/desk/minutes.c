#include "desk/minutes.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/log.h"
#include "guildpost/desk/plan.h"
#include "guildpost/store/minutes.h"
#include "guildpost/store/space.h"

#define MARK	   "#minutes"
#define BACK	   (21 * 86400) /* older ones nobody writes any more */
#define DATES_MOST 30 /* of one meeting */

static bool
begins(const char *text)
{
	return strncasecmp(text, MARK, strlen(MARK)) == 0 && !isalnum((unsigned char)text[strlen(MARK)]);
}

bool
minutes_in(const struct gp_reading *reading)
{
	return begins(reading->subject_base) || begins(reading->first_line);
}

struct looking {
	struct gp_desk *desk;
	int64_t now;
};

/* A meeting that cannot be read is for whoever wrote it to mend; the brief comes without it. */
static enum gp_rc
add_dates(void *context, const struct gp_meeting *meeting, struct gp_err *err)
{
	const struct looking *look = context;
	SCOPED(gp_plan_release) struct gp_plan plan = { 0 };
	struct gp_minutes date = { .meeting_id = meeting->id, .space_id = meeting->space_id };
	struct gp_err why;
	int64_t occurrence, start;
	bool more;

	if (strcmp(meeting->state, "confirmed") != 0)
		return GP_OK;
	if (gp_plan_open(look->desk->db, meeting, &plan, &why) != GP_OK) {
		gp_log(GP_LOG_ERROR, "minutes.unread", "meeting", meeting->ref, "why", why.text, NULL);
		return GP_OK;
	}
	more = gp_schedule_next(&plan.schedule, look->now - BACK, &occurrence, &start);
	for (int i = 0; i < DATES_MOST && more && start + meeting->duration <= look->now; i++) {
		date.start_at = start;
		more = gp_schedule_next(&plan.schedule, start, &occurrence, &start);
		date.next_at = more ? start : INT64_MAX;
		GP_TRY(gp_minutes_put(look->desk->db, &date, err));
	}
	return GP_OK;
}

static enum gp_rc
look_into(void *context, const struct gp_space *space, struct gp_err *err)
{
	const struct looking *look = context;

	return strcmp(space->state, "open") == 0 ? gp_meeting_list(look->desk->db, space->id, add_dates, context, err)
						 : GP_OK;
}

enum gp_rc
minutes_gather(struct gp_desk *desk, int64_t community_id, int64_t now, struct gp_err *err)
{
	struct looking look = { desk, now };

	return gp_space_list(desk->db, community_id, look_into, &look, err);
}
