/* errand_step.h - long work that a member asked for (store/errand.h), one step at a time.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/store/errand.h"
#include "guildpost/store/member.h"

/* One step, with a transaction of its own, in which the errand is moved on or ended. member: whom it is for. */
typedef enum gp_rc errand_step(struct gp_desk *desk, const struct gp_errand *errand, const struct gp_member *member,
    int64_t now, struct gp_err *err);
errand_step export_step; /* sends the member one mail more of what is kept about them */
errand_step forget_step; /* takes a piece of what is kept about them away */
