/* archive.h - the archive read: lists, threads as trees, single posts, all of it in order.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_post { /* borrowed: valid until each() returns */
	int64_t id, raw_id, thread_id, parent_id; /* parent 0: none here */
	int64_t date, received_at, size, attachments;
	bool imported;
	int depth; /* below the root of its tree; only from gp_archive_thread() */
	const char *msgid, *thread, *parent; /* thread: its token; parent: message-id or NULL */
	const char *from_name, *from_address, *subject, *line_end, *excerpt;
};
typedef enum gp_rc gp_post_each(void *context, const struct gp_post *post, struct gp_err *err);

/* By date, oldest first. */
GP_MUST_CHECK enum gp_rc gp_archive_list(
    struct gp_db *db, int64_t space_id, gp_post_each *each, void *context, struct gp_err *err);
/* The newest `limit`, newest first. */
GP_MUST_CHECK enum gp_rc gp_archive_latest(
    struct gp_db *db, int64_t space_id, int64_t limit, gp_post_each *each, void *context, struct gp_err *err);
/* A thread as a tree: each post behind its parent, brothers by date. */
GP_MUST_CHECK enum gp_rc gp_archive_thread(
    struct gp_db *db, int64_t thread_id, gp_post_each *each, void *context, struct gp_err *err);
/* One post; *ret_found false: not here. msgid with or without angle brackets. each may be NULL. */
GP_MUST_CHECK enum gp_rc gp_archive_find(struct gp_db *db, int64_t space_id, const char *msgid, gp_post_each *each,
    void *context, bool *ret_found, struct gp_err *err);
/* The same by its number. */
GP_MUST_CHECK enum gp_rc gp_archive_number(struct gp_db *db, int64_t space_id, int64_t id, gp_post_each *each,
    void *context, bool *ret_found, struct gp_err *err);
/* Up to `limit` posts with an id above `after`, in the order of filing. *ret_last: the id of the last one, `after` when
 * there was none. For bulk work that must not hold a snapshot for minutes. */
GP_MUST_CHECK enum gp_rc gp_archive_next(struct gp_db *db, int64_t space_id, int64_t after, int64_t limit,
    gp_post_each *each, void *context, int64_t *ret_last, struct gp_err *err);

struct gp_thread_summary { /* borrowed */
	int64_t thread_id, started, last, posts, people;
	const char *token, *subject; /* of its first post */
};
typedef enum gp_rc gp_thread_each(void *context, const struct gp_thread_summary *summary, struct gp_err *err);
/* The latest first. */
GP_MUST_CHECK enum gp_rc gp_archive_threads(
    struct gp_db *db, int64_t space_id, gp_thread_each *each, void *context, struct gp_err *err);

struct gp_month_count { /* borrowed; months without a post are passed over */
	int year, month;
	int64_t posts, people, threads; /* threads: that began in it */
};
typedef enum gp_rc gp_month_each(void *context, const struct gp_month_count *count, struct gp_err *err);
/* By date, UTC, the oldest first. */
GP_MUST_CHECK enum gp_rc gp_archive_months(
    struct gp_db *db, int64_t space_id, gp_month_each *each, void *context, struct gp_err *err);

/* Do threads, places, parents and kept texts agree with the posts? PERM 5.3.0 saying what does not. */
GP_MUST_CHECK enum gp_rc gp_archive_verify(struct gp_db *db, struct gp_err *err);
