/* find.h - the archive asked by mail.  Floor: desk.
 *
 * SPACE+find@ with a query as the subject is answered with at most ten posts and their numbers, SPACE+get@ (or a reply to
 * that answer) with numbers in a line is answered with those posts, five at most, a mail each. A space that is public
 * answers everybody: strangers see own words without snippets, attachments or addresses. One of members answers members,
 * a private one those who are in it; others are told where to join. All through the gate for robot mail (RCV-16). */
#pragma once
#include "guildpost/desk/sort.h"

gp_arrival_handler gp_find_take;
