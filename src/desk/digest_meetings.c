#include "desk/digest.h"

#include "guildpost/guild/meeting.h"
#include "guildpost/store/meeting.h"

#define AHEAD	     (14 * 86400) /* seconds */
#define MEETINGS_MAX 5

static void
read_exceptions(const struct gp_meeting_date *dates, size_t count, struct gp_exception *ret)
{
	for (size_t i = 0; i < count; i++) {
		(void)gp_wall_parse(dates[i].occurrence, &ret[i].occurrence);
		if (!dates[i].cancelled)
			(void)gp_wall_parse(dates[i].start_local, &ret[i].start);
	}
}

static void
add_dates(struct digest *digest, const struct gp_meeting *row, const struct gp_schedule *schedule)
{
	int64_t start = digest->due_at, occurrence;

	for (int i = 0; i < MEETINGS_MAX; i++) {
		struct digest_meeting meeting = { .id = row->id };

		if (!gp_schedule_next(schedule, start, &occurrence, &start) || start > digest->due_at + AHEAD)
			return;
		meeting.start = start;
		meeting.title = digest_fit(row->title, 60);
		meeting.location = digest_fit(row->location, 60);
		gp_occurrence_format(occurrence, meeting.occurrence);
		digest->meetings = gp_grow(digest->meetings, (digest->meeting_count + 1) * sizeof(meeting));
		digest->meetings[digest->meeting_count++] = meeting;
	}
}

/* A row that cannot be read is for the room that wrote it to mend; the digest goes out without. */
static enum gp_rc
add_meeting(void *context, const struct gp_meeting *row, struct gp_err *err)
{
	struct digest *digest = context;
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_free_ptr) struct gp_meeting_date *dates = NULL;
	SCOPED(gp_free_ptr) struct gp_exception *exceptions = NULL;
	struct gp_recur recur;
	struct gp_wall start;
	struct gp_err ignored;
	size_t count = 0;

	if (strcmp(row->state, "confirmed") != 0 || !gp_wall_parse(row->start_local, &start) ||
	    gp_zone_open(row->timezone, &zone, &ignored) != GP_OK ||
	    gp_recur_parse_rrule(row->rrule, &start, zone, &recur, &ignored) != GP_OK)
		return GP_OK;
	GP_TRY(gp_meeting_dates(digest->desk->db, row->id, &dates, &count, err));
	exceptions = gp_new_array(count + 1, sizeof(*exceptions));
	read_exceptions(dates, count, exceptions);
	add_dates(digest, row, &(struct gp_schedule){ zone, &recur, exceptions, count });
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
	GP_TRY(gp_meeting_list(digest->desk->db, digest->space->id, add_meeting, digest, err));
	if (digest->meeting_count > 1)
		qsort(digest->meetings, digest->meeting_count, sizeof(*digest->meetings), by_start);
	while (digest->meeting_count > MEETINGS_MAX) {
		gp_free_str(&digest->meetings[--digest->meeting_count].title);
		gp_free_str(&digest->meetings[digest->meeting_count].location);
	}
	return GP_OK;
}
