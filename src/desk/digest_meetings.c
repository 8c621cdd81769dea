#include "desk/digest.h"

#include "guildpost/guild/recur.h"

#define AHEAD	     (14 * 86400) /* seconds */
#define MEETINGS_MAX 5
#define DATES_MAX    16 /* of one series in 14 days: daily, and then some */

static void
occurrence_key(int64_t t, char out[24])
{
	SCOPED(gp_zone_free) struct gp_zone *utc = NULL;
	struct gp_wall wall;
	struct gp_err ignored;

	*out = '\0';
	if (gp_zone_open("UTC", &utc, &ignored) != GP_OK)
		return;
	gp_zone_to_wall(utc, t, &wall);
	(void)snprintf(out, 24, "%04d%02d%02dT%02d%02d%02dZ", wall.year % 10000, wall.month % 100, wall.day % 100,
	    wall.hour % 100, wall.minute % 100, wall.second % 100);
}

/* One date, where it is now: moved, or fallen. */
static enum gp_rc
add_date(struct digest *digest, const struct gp_issue_meeting *row, const struct gp_zone *zone, int64_t t,
    struct gp_err *err)
{
	struct digest_meeting meeting = { .id = row->id, .start = t };
	struct gp_wall wall;
	bool cancelled;
	char moved[24];

	occurrence_key(t, meeting.occurrence);
	GP_TRY(gp_issue_meeting_date(digest->desk->db, row->id, meeting.occurrence, &cancelled, moved, err));
	if (*moved != '\0' && gp_wall_parse(moved, &wall))
		meeting.start = gp_zone_from_wall(zone, &wall);
	if (cancelled || meeting.start < digest->due_at || meeting.start > digest->due_at + AHEAD)
		return GP_OK;
	meeting.title = digest_fit(row->title, 60);
	meeting.location = digest_fit(row->location, 60);
	digest->meetings = gp_grow(digest->meetings, (digest->meeting_count + 1) * sizeof(meeting));
	digest->meetings[digest->meeting_count++] = meeting;
	return GP_OK;
}

/* A row that cannot be read is for the room that wrote it to mend; the digest goes out without. */
static enum gp_rc
add_meeting(void *context, const struct gp_issue_meeting *row, struct gp_err *err)
{
	struct digest *digest = context;
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_recur recur = { .freq = GP_ONCE };
	struct gp_wall start;
	struct gp_err ignored;
	int64_t t = digest->due_at - 1;

	if (!gp_wall_parse(row->start_local, &start) || gp_zone_open(row->timezone, &zone, &ignored) != GP_OK)
		return GP_OK;
	if (*row->rrule == '\0')
		return add_date(digest, row, zone, gp_zone_from_wall(zone, &start), err);
	if (gp_recur_parse_rrule(row->rrule, &start, zone, &recur, &ignored) != GP_OK)
		return GP_OK;
	for (int i = 0; i < DATES_MAX && gp_recur_next(&recur, zone, t, &t) && t <= digest->due_at + AHEAD; i++)
		GP_TRY(add_date(digest, row, zone, t, err));
	return GP_OK;
}

static int
by_start(const void *left, const void *right)
{
	const struct digest_meeting *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

enum gp_rc
digest_gather_meetings(struct digest *digest, struct gp_err *err)
{
	GP_TRY(gp_issue_meetings(digest->desk->db, digest->space->id, add_meeting, digest, err));
	if (digest->meeting_count > 1)
		qsort(digest->meetings, digest->meeting_count, sizeof(*digest->meetings), by_start);
	while (digest->meeting_count > MEETINGS_MAX) {
		gp_free_str(&digest->meetings[--digest->meeting_count].title);
		gp_free_str(&digest->meetings[digest->meeting_count].location);
	}
	return GP_OK;
}
