/* enrol_mail.h - joining and leaving by mail: what desk/command.c, desk/wish.c and desk/confirm.c ask of it.  Floor: desk. */
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
/* ret: whoever leaves this space leaves the community. */
GP_MUST_CHECK enum gp_rc enrol_leaves_wholly(
    struct gp_desk *desk, const struct gp_space *space, bool *ret, struct gp_err *err);
/* What the community agreed on, indented; nothing is added when there is none. */
GP_MUST_CHECK enum gp_rc enrol_charter(
    struct gp_desk *desk, const struct gp_space *space, struct gp_buf *out, struct gp_err *err);

struct gp_request;
/* A question that waits for an answer to this token for a week. what: its kind, address, name, mode. */
GP_MUST_CHECK enum gp_rc enrol_request(struct gp_desk *desk, const struct gp_space *space,
    const struct gp_request *what, int64_t now, char token[GP_TOKEN_SIZE], struct gp_err *err);
/* Whose answer came is in, and what shows that they wanted it is written down. by NULL: nobody else's word was asked. */
GP_MUST_CHECK enum gp_rc enrol_admit(struct gp_desk *desk, const struct gp_arrival *arrival,
    const struct gp_request *request, const char *by, int64_t *ret_member_id, struct gp_err *err);
/* With the charter and what was said lately. back: they are in again within a week. */
GP_MUST_CHECK enum gp_rc enrol_welcome(
    struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, bool back, struct gp_err *err);
/* With a good-bye; twice is once. */
GP_MUST_CHECK enum gp_rc enrol_leave_now(
    struct gp_desk *desk, const struct gp_arrival *arrival, int64_t member_id, const char *by, struct gp_err *err);
/* The token of List-Unsubscribe: acts at once, whoever sends it (LST-04, SUB-05), also a machine (RCV-14). */
GP_MUST_CHECK enum gp_rc enrol_leave_by_token(
    struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err);
