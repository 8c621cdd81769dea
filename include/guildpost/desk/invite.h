/* invite.h - meetings: invitations out, answers in.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"

/* A calendar REPLY, COUNTER or REFRESH to the space's calendar address, or the word yes, no, maybe to an r-token or as
 * the first line of a reply to it. Read although automatic (RCV-14). */
gp_arrival_handler gp_rsvp_take;
