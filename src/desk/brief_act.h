/* brief_act.h - what the numbered lines of a brief can do.  Floor: desk. */
#pragma once
#include "desk/brief_mail.h"
#include "desk/handlers.h"
#include "guildpost/store/brief.h"

struct obeying {
	struct gp_desk *desk;
	const struct gp_arrival *arrival;
	const struct gp_member *steward;
	const char *by; /* "member:17" */
};
/* One line of a reply: a number, a word, and what stands behind it. */
struct order {
	int number;
	const struct deed *deed;
	struct gp_brief_ref ref;
	char *why;
};
/* Inside the write transaction. *ret_result: what the answer says of it, the name of a section of brief-result. */
typedef enum gp_rc deed_act(
    const struct obeying *o, const struct order *order, const char **ret_result, struct gp_err *err);
struct deed {
	const char *what; /* of a line (store/brief.h) */
	const char *word;
	deed_act *act;
};
/* What a line wants that says this behind its number; NULL: that is not plain. ret_why: behind the word. */
const struct deed *brief_deed(const char *what, const char *line, const char **ret_why);
