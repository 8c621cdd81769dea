/* hold.h - held posts: asked about, settled, called for again.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/store/held.h"

/* A mail that shows the post and can be answered with one word, to one steward, or to all of them (to NULL).
 * template_name: "held-post", "held-again". */
GP_MUST_CHECK enum gp_rc gp_held_ask(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, const char *template_name, const struct gp_member *to, int64_t now,
    struct gp_err *err);

/* So many posts of a community that wait get a mail of their own within a day; what comes beyond is listed in one mail,
 * once a day at most, whose numbered lines act as those of a brief. This sends it when it is due, and tells the other
 * stewards in one mail what was settled of it. *ret_next as below. */
GP_MUST_CHECK enum gp_rc gp_held_many_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
#define GP_HELD_OWN_MAILS   5
#define GP_HELD_SECOND_CALL (24 * 3600) /* seconds of silence */

/* The clock's part: the second call after 24 h; after 72 h back to its author with an apology (PRODUCT.md section 8).
 * *ret_next: when the next is due, 0 for never. */
GP_MUST_CHECK enum gp_rc gp_held_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
