/* commands.h - the subcommands; main.c has their table.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"

#define GP_COMMAND(name) enum gp_rc gp_cmd_##name(struct gp_app *app, int argc, char **argv, struct gp_err *err)

/* src/cmd/init.c, backup.c, doctor.c */
GP_COMMAND(init);
GP_COMMAND(backup);
GP_COMMAND(restore);
GP_COMMAND(upgrade);
GP_COMMAND(doctor);
