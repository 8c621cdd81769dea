/* issue.h - what digests are made of, who is to get one, and what each dated issue held.  Floor: store.
 * A window is an interval of event numbers, never of times, so that no post is in two issues of a member and none in
 * neither (DESIGN.md rule 4). Times are seconds UTC. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/guild/token.h"
#include "guildpost/store/db.h"

#define GP_SPANS_MAX 8
struct gp_span {
	int64_t after, through; /* events (after, through] */
};
struct gp_reach { /* rising, not touching; more than GP_SPANS_MAX changes of mode in one window join at the end */
	struct gp_span span[GP_SPANS_MAX];
	size_t count;
};
void gp_reach_add(struct gp_reach *reach, int64_t after, int64_t through);
bool gp_reach_holds(const struct gp_reach *reach, int64_t event);
void gp_reach_format(const struct gp_reach *reach, struct gp_buf *out); /* "10-14 20-31" */

/* --- who is to get one ----------------------------------------------------------------------------------------- */

/* Each mode and zone that somebody of the space reads in, with the oldest promised instant that was kept. Somebody who
 * has gone over to `each` is still owed what came before: he counts under his former mode until that has come. */
typedef enum gp_rc gp_issue_clock(
    void *context, const char *mode, const char *timezone, int64_t oldest, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_issue_clocks(struct gp_db *db, int64_t space_id, const char *space_timezone,
    gp_issue_clock *each, void *context, struct gp_err *err);

struct gp_issue_reader {
	int64_t subscription_id, member_id, from_event, digested_through, digested_at;
	const char *address, *name, *language; /* borrowed for the call */
};
typedef enum gp_rc gp_issue_reader_each(void *context, const struct gp_issue_reader *reader, struct gp_err *err);
/* Those of one clock whose last digest was promised before due_at, by member; paused ones are left out while it lasts. */
GP_MUST_CHECK enum gp_rc gp_issue_readers(struct gp_db *db, int64_t space_id, const char *space_timezone,
    const char *space_language, const char *mode, const char *timezone, int64_t due_at, gp_issue_reader_each *each,
    void *context, struct gp_err *err);
/* The last event filed at or before due_at. */
GP_MUST_CHECK enum gp_rc gp_issue_close(
    struct gp_db *db, int64_t space_id, int64_t due_at, int64_t *ret_through, struct gp_err *err);
/* What this reader is owed: the events since his cursor in which he read digests. */
GP_MUST_CHECK enum gp_rc gp_issue_reach(struct gp_db *db, int64_t space_id, const struct gp_issue_reader *reader,
    int64_t through, struct gp_reach *ret_reach, struct gp_err *err);
/* The first live post of the space in (after, through]; through + 1 when there is none. */
GP_MUST_CHECK enum gp_rc gp_issue_first_event(
    struct gp_db *db, int64_t space_id, int64_t after, int64_t through, int64_t *ret_event, struct gp_err *err);
/* Moves a cursor that is still where it was; *ret_moved false when somebody was faster or the reader has left. */
GP_MUST_CHECK enum gp_rc gp_issue_move(struct gp_db *db, const struct gp_issue_reader *from, int64_t through,
    int64_t due_at, bool *ret_moved, struct gp_err *err);

/* --- what is in it --------------------------------------------------------------------------------------------- */

struct gp_issue_post {
	int64_t id, event, thread_id, member_id, date;
	const char *msgid, *from_name, *from_address, *subject, *excerpt; /* borrowed for the call */
	bool question;
};
typedef enum gp_rc gp_issue_post_each(void *context, const struct gp_issue_post *post, struct gp_err *err);
/* Live posts of the window by thread, then date. */
GP_MUST_CHECK enum gp_rc gp_issue_posts(struct gp_db *db, int64_t space_id, const struct gp_reach *reach,
    gp_issue_post_each *each, void *context, struct gp_err *err);
/* For a preview: posts by the instant of filing, imported ones by their own date, in (after, through]. */
GP_MUST_CHECK enum gp_rc gp_issue_posts_between(struct gp_db *db, int64_t space_id, int64_t after, int64_t through,
    gp_issue_post_each *each, void *context, struct gp_err *err);
/* The newest instant that gp_issue_posts_between knows at or before `until`; 0 when there is none. */
GP_MUST_CHECK enum gp_rc gp_issue_newest(
    struct gp_db *db, int64_t space_id, int64_t until, int64_t *ret_date, struct gp_err *err);
/* The post that began a thread: each is called once. */
GP_MUST_CHECK enum gp_rc gp_issue_opening(
    struct gp_db *db, int64_t thread_id, gp_issue_post_each *each, void *context, struct gp_err *err);
/* Somebody other than its author has written in the thread of this opening, by event `through` and instant `until` (each
 * INT64_MAX: no bound). */
GP_MUST_CHECK enum gp_rc gp_issue_answered(struct gp_db *db, const struct gp_issue_post *opening, int64_t through,
    int64_t until, bool *ret_answered, struct gp_err *err);
/* Nothing older by this author stands in the space. */
GP_MUST_CHECK enum gp_rc gp_issue_first_post(
    struct gp_db *db, int64_t space_id, const struct gp_issue_post *post, bool *ret_first, struct gp_err *err);
/* Members who have written in a thread, with the date of their first post there. */
typedef enum gp_rc gp_issue_writer_each(void *context, int64_t member_id, int64_t since, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_issue_writers(
    struct gp_db *db, int64_t thread_id, gp_issue_writer_each *each, void *context, struct gp_err *err);

/* Was invited and has not answered since the time last changed, neither for this date (YYYYMMDDTHHMMSSZ) nor for the
 * series. */
GP_MUST_CHECK enum gp_rc gp_issue_silent(struct gp_db *db, int64_t meeting_id, int64_t member_id,
    const char *occurrence, bool *ret_silent, struct gp_err *err);

/* --- issues ---------------------------------------------------------------------------------------------------- */

struct gp_issue {
	int64_t id, space_id, number, due_at, from_event, through_event, posts, threads;
	const char *mode, *timezone, *language, *reach, *subject, *msgid, *space_name; /* borrowed */
};
/* The row of this issue, made when there is none yet; inside a write transaction. number: the next of the space. */
GP_MUST_CHECK enum gp_rc gp_issue_put(
    struct gp_db *db, const struct gp_issue *issue, int64_t *ret_id, bool *ret_new, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_issue_sent(struct gp_db *db, int64_t issue_id, int64_t outbox_id, struct gp_err *err);
struct gp_issue_item {
	int64_t thread_id, position, posts;
	const char *block; /* waiting thread line more */
	const char *token, *subject; /* when read: of its thread address; of the opening */
};
GP_MUST_CHECK enum gp_rc gp_issue_item_put(
    struct gp_db *db, int64_t issue_id, const struct gp_issue_item *item, struct gp_err *err);
/* A thread stood in the issue of this mode before due_at, not only in its count. */
GP_MUST_CHECK enum gp_rc gp_issue_showed(struct gp_db *db, int64_t space_id, const char *mode, int64_t due_at,
    int64_t thread_id, bool *ret_showed, struct gp_err *err);
/* 0 when no issue of this space has the message-id (angle brackets). */
GP_MUST_CHECK enum gp_rc gp_issue_by_msgid(
    struct gp_db *db, int64_t space_id, const char *msgid, int64_t *ret_id, int64_t *ret_threads, struct gp_err *err);
/* The newest of this subject (without a reply prefix) that was due after `since`: some relays replace our message-id. */
GP_MUST_CHECK enum gp_rc gp_issue_by_subject(struct gp_db *db, int64_t space_id, const char *subject, int64_t since,
    int64_t *ret_id, int64_t *ret_threads, struct gp_err *err);
typedef enum gp_rc gp_issue_item_each(void *context, const struct gp_issue_item *item, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_issue_items(
    struct gp_db *db, int64_t issue_id, gp_issue_item_each *each, void *context, struct gp_err *err);
typedef enum gp_rc gp_issue_each(void *context, const struct gp_issue *issue, struct gp_err *err);
/* Oldest first; space_id 0: of all spaces. */
GP_MUST_CHECK enum gp_rc gp_issue_list(
    struct gp_db *db, int64_t space_id, gp_issue_each *each, void *context, struct gp_err *err);
