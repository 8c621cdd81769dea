/* forget.h - `forget me`, agreed to.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/store/member.h"

/* Out of the community at once, and an errand that takes the rest away; inside a write transaction. posts: what they wrote
 * goes too. The member's struct stays as it was, for the mail that says so. */
GP_MUST_CHECK enum gp_rc forget_begin(struct gp_desk *desk, const struct gp_member *member, int64_t space_id,
    bool posts, const char *by, int64_t now, struct gp_err *err);
