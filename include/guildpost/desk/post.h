/* post.h - a post: admitted and filed, or held for the stewards.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/store/message.h"

/* A post to the space, or to one of its threads: accept, hold or refuse (guild/admit.h). */
gp_arrival_handler gp_post_take;
/* Files and puts the copies into the outbox; inside a write transaction. A duplicate or a conflict (RCV-17) sends nothing.
 * thread_token: of the recipient address, "" for none. */
GP_MUST_CHECK enum gp_rc gp_post_file(struct gp_desk *desk, const struct gp_space *space, int64_t raw_id,
    const struct gp_buf *octets, const struct gp_reading *reading, const char *thread_token, int64_t received_at,
    int64_t now, struct gp_filed *ret_filed, struct gp_err *err);
/* Holds; tells the stewards by a mail that shows the post and is answered with one word; inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_post_hold(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *reason, struct gp_err *err);
/* Settle a held post; each is one transaction of its own. by: "operator" or "member:17". The first answer wins: *ret_first.
 * PERM exit 67 when there is no such held post. refuse: why goes to the author, "" for none. */
GP_MUST_CHECK enum gp_rc gp_held_free_post(
    struct gp_desk *desk, int64_t held_id, const char *by, int64_t now, bool *ret_first, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_held_refuse_post(struct gp_desk *desk, int64_t held_id, const char *by, const char *why,
    int64_t now, bool *ret_first, struct gp_err *err);
