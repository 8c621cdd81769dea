/* names.h - what several commands do with a name of a space or community, and how one thing is shown.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"

/* The name as stored: NAME@FIRST-DOMAIN is NAME. ret_domain: NULL for the first domain. PERM exit 64 for a domain that
 * is not served. *ret_name: caller frees. */
GP_MUST_CHECK enum gp_rc gp_name_read(
    struct gp_app *app, const char *word, char **ret_name, const char **ret_domain, struct gp_err *err);

/* The space of that name. PERM exit 67 when there is none. */
GP_MUST_CHECK enum gp_rc gp_name_space(
    struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err);

/* One thing: a JSON object, or lines of key and value for people. */
struct gp_shown {
	const char *key, *value;
};
void gp_show(struct gp_app *app, const struct gp_shown *pairs, size_t count);
