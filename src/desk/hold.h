/* hold.h - held posts: asked about, settled, called for again.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/store/held.h"

/* A mail to the stewards that shows the post and can be answered with one word. template_name: "held-post", "held-again". */
GP_MUST_CHECK enum gp_rc gp_held_ask(struct gp_desk *desk, const struct gp_held *held, const struct gp_space *space,
    const struct gp_understood *message, const char *template_name, int64_t now, struct gp_err *err);

/* The clock's part: the second call after 24 h; after 72 h back to its author with an apology (PRODUCT.md section 8).
 * *ret_next: when the next is due, 0 for never. */
GP_MUST_CHECK enum gp_rc gp_held_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
