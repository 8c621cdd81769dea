/* archive.h - what the archive commands share.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/space.h"

/* PERM exit 67 when there is no such space. */
GP_MUST_CHECK enum gp_rc gp_archive_space(
    struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err);
