/* archive.h - what the archive commands share.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/space.h"

/* Opens for reading and finds the space: how every command that reads begins. */
GP_MUST_CHECK enum gp_rc gp_archive_open(
    struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err);
/* The keys of a post that INTERFACE.md promises. */
void gp_archive_columns(struct gp_app *app, const struct gp_post *post);
