/* sent.h - what the smarthost said to each copy that it took, a worked-off range at a time.  Private to the store.
 * One row for hundreds of recipients: a row each would be most of what a post to thousands writes to the disk. What was sent
 * since a range was begun has none when its worker is killed; then only the time is known, from the marks of the row. */
#pragma once
#include "guildpost/store/slice.h"

/* Of a claim that is being finished; nothing when nobody of it was delivered to. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_sent_note(
    struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, int64_t now, struct gp_err *err);
/* The last of them. *ret_at 0: there is none for this recipient. */
GP_MUST_CHECK enum gp_rc gp_sent_find(
    struct gp_db *db, int64_t outbox_id, int64_t key, int64_t *ret_at, struct gp_reply *ret_reply, struct gp_err *err);
/* The post of this space whose copy to this member went on under another id, since the smarthost rewrites ids and its reply
 * held the new one, or makes them out of what it calls the mail in its queue. Of the newest posts only. *ret_msgid: caller
 * frees; NULL when there is none. */
GP_MUST_CHECK enum gp_rc gp_sent_renamed(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *msgid, char **ret_msgid, struct gp_err *err);
/* The address falls out of what the smarthost said. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_sent_forget(struct gp_db *db, const char *address, struct gp_err *err);
