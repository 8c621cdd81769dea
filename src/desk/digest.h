/* digest.h - one issue of a digest while it is made: gathered, ranked, written.  Floor: desk. */
#pragma once
#include "guildpost/base/zone.h"
#include "guildpost/desk/digest.h"
#include "guildpost/guild/score.h"
#include "guildpost/mail/template.h"
#include "guildpost/store/issue.h"

struct digest_post {
	int64_t id, date, member_id;
	char *name, *subject, *excerpt, *msgid; /* name: as shown */
	char *from_name, *address; /* as they came; never shown */
	bool question;
};
struct digest_thread {
	int64_t id;
	char token[GP_TOKEN_SIZE];
	char *title;
	struct digest_post opening; /* may be older than the window */
	bool began, newcomer; /* in this window; by somebody's first post here */
	size_t first, count; /* posts[first] .. : those of the window, by date */
	int people;
	const struct digest_post *quote, *answer; /* NULL where nothing is worth quoting */
	int number; /* as printed; 0: only counted */
};
struct digest_meeting {
	int64_t id, start;
	char *title, *location;
	char occurrence[24]; /* YYYYMMDDTHHMMSSZ of its first start */
};
struct digest_writer { /* a member who has written in a thread, so that answers there are his business */
	int64_t member_id, since;
	size_t thread;
};
struct digest {
	struct gp_desk *desk;
	const struct gp_space *space;
	const char *mode, *language; /* borrowed */
	const struct gp_zone *zone;
	int64_t due_at; /* the promised instant: ages and meetings are counted from it */
	int64_t through, until; /* what is known by then: an event, and for a preview an instant */
	struct digest_post *posts;
	size_t post_count;
	struct digest_thread *threads;
	size_t thread_count;
	struct gp_rank *ranks; /* in the order of reading; context: its digest_thread */
	int people;
	struct digest_meeting *meetings; /* by start */
	size_t meeting_count;
	struct digest_writer *writers;
	size_t writer_count;
	/* written */
	char *subject, *msgid;
	struct gp_composed mail;
};

/* Who is to read it, for the personal strip; 0 for nobody. */
struct digest_values {
	struct gp_buf text, html; /* encoded lines for the slots "personal" and "personal-html" */
};

/* digest_gather.c. The fields above `posts` are the caller's; reach NULL: by dates (after, until]. Borrowed texts must
 * outlive the digest. */
enum gp_rc digest_gather(struct digest *digest, const struct gp_reach *reach, int64_t after, struct gp_err *err);
void digest_release(struct digest *digest);

/* digest_meetings.c: what is ahead in the next 14 days. */
enum gp_rc digest_gather_meetings(struct digest *digest, struct gp_err *err);

/* digest_piece.c: small pieces of text out of templates/LANGUAGE/NAME.txt or .html. Caller frees. */
enum gp_rc digest_piece(const struct digest *digest, bool html, const char *name, const struct gp_var *vars,
    size_t count, char **ret_piece, struct gp_err *err);
/* A date by the template: "date" (Thursday 4 June 2026), "date-short" (4 June), "date-time" (Thu 4 June 17:00). */
enum gp_rc digest_date(const struct digest *digest, const char *name, int64_t t, char **ret_text, struct gp_err *err);
char *digest_name(const char *from_name, const char *from_address); /* as shown: never an address (DIG-14) */
char *digest_fit(const char *text, int columns); /* cut with an ellipsis */
int digest_words(const char *text);
bool digest_is_rtl(const char *text); /* holds Hebrew, Arabic or the like (I18-07) */

/* digest_write.c: subject and the composed mail, from what was gathered. seed: names the issue for its message-id. */
enum gp_rc digest_write(struct digest *digest, const char *seed, int64_t date, struct gp_err *err);

/* The text alone, without personal strip and foot: for a mail that tells what was said lately. */
enum gp_rc digest_write_items(struct digest *digest, struct gp_buf *out, struct gp_err *err);

/* digest_personal.c: at most three lines; empty buffers when there is nothing for this member. */
enum gp_rc digest_personal(
    const struct digest *digest, int64_t member_id, struct digest_values *ret_values, struct gp_err *err);
