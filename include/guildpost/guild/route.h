/* route.h - what an address of ours means: the parser of STANDARDS.md section 9 (ADR-01 to ADR-08).  Floor: guild.
 * Pure: the caller answers whether a space exists through a callback. */
#pragma once
#include <stdbool.h>
#include "guildpost/base/err.h"

enum gp_route_to {
	GP_TO_POST,
	GP_TO_WORD,
	GP_TO_THREAD,
	GP_TO_SECRET,
	GP_TO_BOUNCE,
	GP_TO_CALENDAR,
	GP_TO_REQUEST,
	GP_TO_STEWARD,
	GP_TO_OPERATOR, /* postmaster@, abuse@, mailer-daemon@ of a domain */
};
struct gp_route {
	enum gp_route_to to;
	char space[288]; /* name as stored: "weavers" or "weavers@other.example" where several domains are served */
	char word[16]; /* a command as guild/command.h writes it: join, weekly, ...; steward, request, cal */
	char token[72]; /* folded to lower case, i l o read as 1 1 0 */
};
/* exists: true when a space `name` is served at `domain`; name "": whether the domain is served. */
typedef bool gp_route_exists(void *context, const char *name, const char *domain);

/* address: as in RCPT TO without brackets, quoted local parts included.
 * PERM 5.1.3 bad syntax; 5.1.1 not here; 5.6.7 non-ASCII. Says nothing of whether a token is genuine. */
GP_MUST_CHECK enum gp_rc gp_route_parse(
    const char *address, gp_route_exists *exists, void *context, struct gp_route *ret_route, struct gp_err *err);

/* PERM 5.1.3 exit 64 with the reason when a space may not have this name (ADR-04). */
GP_MUST_CHECK enum gp_rc gp_route_check_name(const char *name, struct gp_err *err);
