/* brief.h - what the stewards' brief is made of, and what its numbers mean.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/store/db.h"

/* When the last one was due, 0: never. kind: "brief"; "held", which lists posts that wait. */
GP_MUST_CHECK enum gp_rc gp_brief_last(
    struct gp_db *db, int64_t community_id, const char *kind, int64_t *ret_at, struct gp_err *err);

struct gp_brief_line {
	const char *what; /* held question newcomer quiet minutes bounced; refused: no number, no act */
	int64_t ref; /* held_id, number of a post, minutes_id, member_id */
	const char *name, *address, *text; /* text: subject, title, RFC 3463 status; address of refused: a domain */
	const char *excerpt; /* of held and question */
	const char *space; /* name, where it is not the main one; "" */
	int64_t at; /* since when, or last heard */
	int64_t count; /* of refused: mails */
};
typedef enum gp_rc gp_brief_each(void *context, const struct gp_brief_line *line, struct gp_err *err);
/* What the stewards of a community are told at `now`, in the order of its kind; what is said once, only since `since`. */
struct gp_brief_window {
	const char *kind; /* as of gp_brief_last() */
	int64_t community_id, since, now;
};
GP_MUST_CHECK enum gp_rc gp_brief_gather(
    struct gp_db *db, const struct gp_brief_window *window, gp_brief_each *each, void *context, struct gp_err *err);
/* Mail that the own MTA called spam, and posts that waited too long, since then. */
struct gp_brief_counts {
	int64_t spam, returned;
};
GP_MUST_CHECK enum gp_rc gp_brief_count(
    struct gp_db *db, int64_t community_id, int64_t since, struct gp_brief_counts *ret, struct gp_err *err);

/* Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_brief_insert(
    struct gp_db *db, int64_t community_id, const char *kind, int64_t at, int64_t *ret_id, struct gp_err *err);
/* No brief shows that line again. */
GP_MUST_CHECK enum gp_rc gp_brief_done(
    struct gp_db *db, const char *what, int64_t ref, int64_t now, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_brief_add_line(
    struct gp_db *db, int64_t brief_id, int number, const char *what, int64_t ref, struct gp_err *err);
/* What a number of a brief means; what[0] == 0: nothing. */
struct gp_brief_ref {
	char what[12];
	int64_t ref, community_id;
};
GP_MUST_CHECK enum gp_rc gp_brief_find(
    struct gp_db *db, int64_t brief_id, int number, struct gp_brief_ref *ret, struct gp_err *err);

/* Levels of everybody in a community but guests, by the posts of the last 13 weeks (guild/practice.h). Inside a write
 * transaction. *ret_changed: how many members have another one now. */
GP_MUST_CHECK enum gp_rc gp_levels_update(
    struct gp_db *db, int64_t community_id, int64_t now, int64_t *ret_changed, struct gp_err *err);
/* The next one who reads a digest, writes often or is a steward, and was never asked whether each post is wanted:
 * member and space, 0: nobody. */
GP_MUST_CHECK enum gp_rc gp_often_next(
    struct gp_db *db, int64_t now, int64_t after, int64_t *ret_member_id, int64_t *ret_space_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_asked_once(
    struct gp_db *db, int64_t member_id, const char *what, int64_t now, struct gp_err *err);
