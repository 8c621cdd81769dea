/* command.h - commands by mail: read, allowed or asked about, done, and answered in one mail.  Floor: desk.
 *
 * The address alone is the command where it can be (SPACE+weekly@). To SPACE-request@, and in reply to a mail that offers
 * choices, commands stand in the subject or from the first own line on, one a line; a blank line or `end` ends them. One
 * that is not understood means that none is run (PRODUCT.md section 3).
 *
 * Reading needs nothing; a change needs a From that is proved and fresh (SEC-03) or a token that was mailed to the member,
 * else it waits for a reply to a question (STANDARDS.md section 8). Joining always asks (SUB-01). */
#pragma once
#include "guildpost/desk/sort.h"
#include "guildpost/guild/command.h"
#include "guildpost/store/request.h"

/* Words, lines, tokens of choices; and what was sent to everybody by mistake (RCV-23). */
gp_arrival_handler gp_command_take;
/* One command of the author's, from elsewhere: the foot of a digest. */
GP_MUST_CHECK enum gp_rc gp_command_act(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_command *command, struct gp_err *err);
/* The confirmation of wishes came: request->mode has their lines, request->address is who wished them. */
GP_MUST_CHECK enum gp_rc gp_command_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err);
/* The same, and nothing is said of it: the lines that came with a joining. */
GP_MUST_CHECK enum gp_rc gp_command_fulfil(
    struct gp_desk *desk, const struct gp_arrival *arrival, const char *address, const char *lines, struct gp_err *err);
/* From is proved, and the mail is fresh (SEC-03): it may change something at once. */
bool gp_command_proved(const struct gp_arrival *arrival);
/* Asks by mail whether these lines are wanted; what is answered comes back as a request of this kind, with them as mode.
 * caught: they were sent to everybody by mistake. */
GP_MUST_CHECK enum gp_rc gp_command_ask(struct gp_desk *desk, const struct gp_arrival *arrival, const char *kind,
    const char *lines, bool caught, struct gp_err *err);
/* The first own line read for the space of this arrival. */
void gp_command_of(const struct gp_arrival *arrival, const char *line, struct gp_command *ret);
