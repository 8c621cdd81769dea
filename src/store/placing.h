/* placing.h - which conversation a message continues, whatever the order of arrival.  Private to the store.
 *
 * Every message-id that was ever cited or filed in a space has a place, and a place names its thread. A message joins
 * the threads of all that it cites, so threads are the connected parts of one graph, and a graph does not know in which
 * order it was told. The parent is the last cited message that is here; it is chosen anew when a better one comes. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/guild/token.h"
#include "guildpost/store/db.h"

/* The number that stands for a message-id (with angle brackets) of a space: 63 bits of a hash. Among ten million ids two
 * meet by chance once in 200,000 archives; who makes two of his own meet has joined his own two posts. */
int64_t gp_place(int64_t space_id, const char *msgid);

struct gp_placing {
	int64_t space_id, date, now;
	const char *msgid, *subject_base;
	const struct gp_strs *references; /* with angle brackets, oldest first; what is cited, not oneself */
	const char *conversation; /* cited before all these, "" for none (mail/reading.h) */
	int64_t member_id; /* who wrote it, 0: nobody whom we send copies */
	bool by_subject; /* cites nothing, has a reply prefix: looks for its elders by subject */
	const char *token; /* of the recipient address, "" for none: wins over references */
	const struct gp_token_keys *keys;
};
/* What a message may cite for threads: not itself, nothing twice, none of our digests (a digest is cited by the answers to
 * each of its threads, and would tie them all together), with a token only what stands in that thread. */
GP_MUST_CHECK enum gp_rc gp_thread_references(
    struct gp_db *db, const struct gp_placing *placing, struct gp_strs *ret, struct gp_err *err);
/* Gives an id its place in this thread where it has none. */
GP_MUST_CHECK enum gp_rc gp_thread_keep(
    struct gp_db *db, int64_t space_id, const char *msgid, int64_t thread_id, struct gp_err *err);
/* The thread of a message that is about to be filed; joins threads as needed. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_thread_place(
    struct gp_db *db, const struct gp_placing *placing, int64_t *ret_thread_id, struct gp_err *err);
/* Once the message has its row and its citations: its parent, and it as the parent of those who waited for it. */
GP_MUST_CHECK enum gp_rc gp_thread_settle(struct gp_db *db, int64_t message_id, struct gp_err *err);
/* When a message goes: first those who may lose it as parent (*ret_ids: caller frees), and once its row is gone, their
 * next best. */
GP_MUST_CHECK enum gp_rc gp_thread_waiting(
    struct gp_db *db, int64_t message_id, int64_t **ret_ids, size_t *ret_count, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_thread_resettle(struct gp_db *db, const int64_t *ids, size_t count, struct gp_err *err);

/* For those who mend threads by hand: an empty thread; two as one (*thread_id becomes the one that stays) unless they were
 * parted by hand; the ids that a query with :id gives as `id` (*ret_ids: caller frees). */
GP_MUST_CHECK enum gp_rc gp_thread_new(struct gp_db *db, int64_t space_id, const struct gp_token_keys *keys,
    int64_t now, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_thread_unite(struct gp_db *db, int64_t *thread_id, int64_t other, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_thread_collect(
    struct gp_db *db, const char *sql, int64_t id, int64_t **ret_ids, size_t *ret_count, struct gp_err *err);
/* A statement about two threads, :a and :b. */
GP_MUST_CHECK enum gp_rc gp_thread_run(struct gp_db *db, const char *sql, int64_t a, int64_t b, struct gp_err *err);
/* Were these two parted by hand, and not joined again? */
GP_MUST_CHECK enum gp_rc gp_mend_parted(struct gp_db *db, int64_t a, int64_t b, bool *ret, struct gp_err *err);
/* The thread of a message that msgid was joined to by hand; 0 for none. */
GP_MUST_CHECK enum gp_rc gp_mend_joined(
    struct gp_db *db, int64_t space_id, const char *msgid, int64_t *ret_thread_id, struct gp_err *err);
