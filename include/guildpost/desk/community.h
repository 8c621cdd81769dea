/* community.h - communities and spaces made, and their settings changed; each act leaves a ledger row.  Floor: desk.
 * Each function is one transaction of its own. by: "operator" or "member:17". */
#pragma once
#include "guildpost/desk/desk.h"

struct gp_community_new {
	const char *name, *domain; /* name as stored; domain NULL: the first of the configuration */
	const char *title; /* NULL: made of the name */
	const char *timezone, *language, *rhythm; /* NULL: UTC, en, weekly on thursday at 08:00 */
	const char *steward; /* address of the first steward, or NULL */
};
/* A community and its main space of the same name. PERM exit 64: a bad name, zone, language, rhythm or address; exit 73:
 * the name is taken. */
GP_MUST_CHECK enum gp_rc gp_community_create(
    struct gp_desk *desk, const struct gp_community_new *community, const char *by, int64_t now, struct gp_err *err);
/* All spaces of it take mail no longer (5.2.1); the archive stays. PERM exit 67: no such community. */
GP_MUST_CHECK enum gp_rc gp_community_close(
    struct gp_desk *desk, const char *name, const char *by, int64_t now, struct gp_err *err);

/* A further space, with the community's zone, language and rhythm. visibility, posting: NULL for the default. */
GP_MUST_CHECK enum gp_rc gp_space_create(struct gp_desk *desk, const char *community, const char *name,
    const char *domain, const char *visibility, const char *posting, const char *by, int64_t now, struct gp_err *err);

/* One key of a space, or of a community: its own title, zone and language, and whatever its main space has.
 * PERM exit 67: no such space; exit 64: no such key (the known ones are named) or a value that it cannot have. */
GP_MUST_CHECK enum gp_rc gp_space_set(struct gp_desk *desk, const char *space, const char *key, const char *value,
    const char *by, int64_t now, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_community_set(struct gp_desk *desk, const char *community, const char *key,
    const char *value, const char *by, int64_t now, struct gp_err *err);
