/* brief.h - the stewards' brief: once a week what wants a hand, in numbered lines that act; and what practice says of
 * members (PRODUCT.md sections 4 and 8).  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"

/* On Monday at 07:00 of the community's zone, to each steward in his language; one without a line is not sent. */
GP_MUST_CHECK enum gp_rc gp_brief_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);
/* Once a day: levels over 13 weeks, and the question whether a frequent writer wants each post. */
GP_MUST_CHECK enum gp_rc gp_practice_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err);

/* A reply to a brief: "1 free", "2 greet", one a line; all of them or none, and one answer says how each fared. */
gp_arrival_handler gp_brief_take;
/* SPACE+brief@ and SPACE+ledger@: now, to a steward's own address. */
gp_arrival_handler gp_steward_word_take;
