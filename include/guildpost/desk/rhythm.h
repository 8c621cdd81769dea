/* rhythm.h - more, less, rest: the words in the foot of every digest, by mail.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/store/request.h"

/* True when the line begins with a word that changes what a member gets: each, daily, weekly, monthly, meetings, or
 * pause with a number of days or weeks ("pause", "pause 10d", "pause 4w"; four weeks when none is said, a year at most).
 * ret_wish: "daily", "pause 28" (days); out holds GP_WISH_SIZE. */
#define GP_WISH_SIZE 24
bool gp_rhythm_wish(const char *line, char out[GP_WISH_SIZE]);

/* Does it for an author whose From is proved, and tells; else asks for a confirmation by reply (STANDARDS.md section 8).
 * Inside the write transaction of the arrival. */
GP_MUST_CHECK enum gp_rc gp_rhythm_act(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *wish, struct gp_err *err);
/* The confirmation came: request->mode is the wish. */
GP_MUST_CHECK enum gp_rc gp_rhythm_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err);
/* SPACE+daily@, SPACE+pause@, ...; and the words sent to SPACE-request@. */
gp_arrival_handler gp_rhythm_take;
