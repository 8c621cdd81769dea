/* minutes.h - what was said at a meeting, for those who were not there.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/mail/reading.h"

/* Does this post tell about a meeting? Its subject or its first own line begins with "#minutes". */
bool minutes_in(const struct gp_reading *reading);
/* Which dates of a community's meetings are over of late, so that the brief can ask for what is due. Inside a write
 * transaction. */
GP_MUST_CHECK enum gp_rc minutes_gather(struct gp_desk *desk, int64_t community_id, int64_t now, struct gp_err *err);
