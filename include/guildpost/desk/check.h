/* check.h - what communities, spaces and members have in common: a name that must be there, values that must be right.
 * Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

/* PERM exit 67 when there is none of this name. */
GP_MUST_CHECK enum gp_rc gp_community_need(
    struct gp_desk *desk, const char *name, struct gp_community **ret, struct gp_err *err);

/* Checks that settings of spaces and of members share. PERM exit 64 with a text that says what to write instead. */
GP_MUST_CHECK enum gp_rc gp_check_zone(const char *name, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_check_language(const char *tag, struct gp_err *err);
