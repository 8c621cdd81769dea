/* meeting.h - meetings, who was asked, what they answered.  Floor: store.
 * Whatever changes something is called inside a write transaction. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"
#include "guildpost/store/member.h"

struct gp_meeting {
	int64_t id, space_id, sequence, timed_sequence, duration, cursor, created_at, changed_at;
	char *ref, *uid, *title, *start_local, *timezone, *rrule, *location, *agenda, *state;
	char *owed; /* what members must still be told: "", "all", or an occurrence on the wall */
};
void gp_meeting_free(struct gp_meeting **meeting);
GP_MUST_CHECK enum gp_rc gp_meeting_insert(
    struct gp_db *db, const struct gp_meeting *meeting, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_meeting_update(struct gp_db *db, const struct gp_meeting *meeting, struct gp_err *err);
/* NULL when there is none. ref in either case; uid likewise (CAL-06). */
GP_MUST_CHECK enum gp_rc gp_meeting_find(
    struct gp_db *db, int64_t space_id, const char *ref, struct gp_meeting **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_meeting_by_uid(
    struct gp_db *db, int64_t space_id, const char *uid, struct gp_meeting **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_meeting_load(struct gp_db *db, int64_t id, struct gp_meeting **ret, struct gp_err *err);
/* The first one of which members must still be told something; NULL when there is none. */
GP_MUST_CHECK enum gp_rc gp_meeting_owing(struct gp_db *db, struct gp_meeting **ret, struct gp_err *err);
/* "M3" when there are two. */
GP_MUST_CHECK enum gp_rc gp_meeting_next_ref(struct gp_db *db, int64_t space_id, char ret_ref[24], struct gp_err *err);
typedef enum gp_rc gp_meeting_each(void *context, const struct gp_meeting *meeting, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_meeting_list(
    struct gp_db *db, int64_t space_id, gp_meeting_each *each, void *context, struct gp_err *err);

/* Dates of a series that differ; occurrence and start_local on the wall of the meeting ("2026-12-10T19:00:00"). */
struct gp_meeting_date {
	char occurrence[24], start_local[24]; /* start_local "" when cancelled */
	bool cancelled;
};
GP_MUST_CHECK enum gp_rc gp_meeting_date_put(
    struct gp_db *db, int64_t meeting_id, const struct gp_meeting_date *date, struct gp_err *err);
/* By occurrence; *ret_dates is the caller's to free. */
GP_MUST_CHECK enum gp_rc gp_meeting_dates(
    struct gp_db *db, int64_t meeting_id, struct gp_meeting_date **ret_dates, size_t *ret_count, struct gp_err *err);
/* When the time of the whole moves, its exceptions and the answers to single dates fall. */
GP_MUST_CHECK enum gp_rc gp_meeting_dates_drop(struct gp_db *db, int64_t meeting_id, struct gp_err *err);

struct gp_invitation {
	int64_t id, meeting_id, member_id, sequence, at;
	char first_msgid[160], msgid[160];
};
/* Makes or renews the invitation of (meeting_id, member_id); the first msgid stays. */
GP_MUST_CHECK enum gp_rc gp_invitation_put(
    struct gp_db *db, const struct gp_invitation *invitation, int64_t *ret_id, struct gp_err *err);
/* id 0 in *ret when there is none. */
GP_MUST_CHECK enum gp_rc gp_invitation_load(
    struct gp_db *db, int64_t id, struct gp_invitation *ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_invitation_find(
    struct gp_db *db, int64_t meeting_id, int64_t member_id, struct gp_invitation *ret, struct gp_err *err);
/* The one that was mailed with this message-id (angle brackets), in this space. */
GP_MUST_CHECK enum gp_rc gp_invitation_by_msgid(
    struct gp_db *db, int64_t space_id, const char *msgid, struct gp_invitation *ret, struct gp_err *err);

/* Whom to write about a meeting, by member id above `after`, at most `limit`: those invited before who are members still;
 * and unless invited_only everyone with an open subscription of any mode but none who is active and does not pause. */
struct gp_invitee {
	struct gp_member *member;
	struct gp_invitation invitation; /* id 0: not invited yet */
	int64_t subscription_id; /* 0: none open */
	char partstat[16]; /* known answer to the whole, "" for none */
	int64_t partstat_sequence;
};
struct gp_invitees {
	struct gp_invitee *v;
	size_t count;
};
void gp_invitees_release(struct gp_invitees *invitees);
GP_MUST_CHECK enum gp_rc gp_invitees_load(struct gp_db *db, const struct gp_meeting *meeting, bool invited_only,
    int64_t after, int limit, int64_t now, struct gp_invitees *ret, struct gp_err *err);

struct gp_rsvp {
	int64_t meeting_id, member_id, sequence, dtstamp, at;
	const char *occurrence; /* "" for the whole, else the original start as YYYYMMDDTHHMMSSZ */
	const char *partstat, *comment;
	bool provisional; /* From was not proved (CAL-22) */
};
struct gp_rsvp_state {
	bool found, provisional;
	int64_t sequence, dtstamp;
	char partstat[16];
};
GP_MUST_CHECK enum gp_rc gp_rsvp_find(struct gp_db *db, int64_t meeting_id, int64_t member_id, const char *occurrence,
    struct gp_rsvp_state *ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_rsvp_put(struct gp_db *db, const struct gp_rsvp *rsvp, struct gp_err *err);
/* Every answer, by address; the strings are borrowed for the call. */
typedef enum gp_rc gp_rsvp_each(
    void *context, const struct gp_rsvp *rsvp, const char *address, const char *name, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_rsvp_list(
    struct gp_db *db, int64_t meeting_id, gp_rsvp_each *each, void *context, struct gp_err *err);
/* How the invited members who are still here answered for a date; its own answer outranks that for the series, and one
 * from before the last change of time is none (CAL-20). */
struct gp_rsvp_tally {
	int64_t yes, no, maybe, silent;
};
GP_MUST_CHECK enum gp_rc gp_rsvp_count(struct gp_db *db, const struct gp_meeting *meeting, const char *occurrence,
    struct gp_rsvp_tally *ret, struct gp_err *err);
