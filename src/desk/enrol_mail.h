/* enrol_mail.h - joining and leaving by mail: what desk/command.c and desk/wish.c ask of it.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"

/* Asks the author whether they want to join (SUB-01). mode: "" the usual one, or a mode, and wishes in lines below it that
 * are fulfilled with the joining. */
GP_MUST_CHECK enum gp_rc enrol_join(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *mode, struct gp_err *err);
/* Asks this address whether it wants to leave; strangers get the same mail (SEC-04). */
GP_MUST_CHECK enum gp_rc enrol_ask_leave(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, struct gp_err *err);
/* Out of the community by its main space, out of a further space by that one. Says nothing; undo: the token that takes it
 * back for a week, for a good-bye. */
GP_MUST_CHECK enum gp_rc enrol_leave(struct gp_desk *desk, const struct gp_arrival *arrival,
    const struct gp_member *member, const char *by, char undo[GP_TOKEN_SIZE], struct gp_err *err);
/* What the community agreed on, indented; nothing is added when there is none. */
GP_MUST_CHECK enum gp_rc enrol_charter(
    struct gp_desk *desk, const struct gp_space *space, struct gp_buf *out, struct gp_err *err);
