/* brief_mail.h - what composing a brief and obeying its numbers share.  Floor: desk. */
#pragma once
#include "guildpost/desk/brief.h"

/* The brief of a community to one steward; inside a write transaction. *ret_lines: how many numbers it has; 0 and nothing
 * to say: not sent. */
struct brief {
	const char *kind; /* "brief", "held" (store/brief.h) */
	int64_t id; /* of the row that its numbers belong to */
	int64_t since, now;
	const struct gp_space *space; /* the main one */
};
GP_MUST_CHECK enum gp_rc brief_send(struct gp_desk *desk, const struct brief *brief, const struct gp_member *steward,
    bool *ret_sent, struct gp_err *err);
/* The numbers alone, where there is no steward to send them to. */
GP_MUST_CHECK enum gp_rc brief_number(struct gp_desk *desk, const struct brief *brief, struct gp_err *err);
/* The main space of a community; NULL when there is none that is open. */
GP_MUST_CHECK enum gp_rc brief_space(
    struct gp_desk *desk, int64_t community_id, struct gp_space **ret, struct gp_err *err);
/* A day in the steward's language and zone: "2 June". */
GP_MUST_CHECK enum gp_rc brief_day(struct gp_desk *desk, const struct gp_space *space, const struct gp_member *steward,
    int64_t t, char **ret, struct gp_err *err);
