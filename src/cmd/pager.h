/* pager.h - what is long goes through a pager, as git does it.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"

/* When standard output is a terminal and no JSON is wanted, what is written from now on goes to $GUILDPOST_PAGER, else
 * $PAGER, else less, which ends by itself when all fits the screen; "" or "cat" is no pager. The program's end waits for
 * it. Where it cannot be started, nothing changes. */
void gp_pager_begin(const struct gp_app *app);
