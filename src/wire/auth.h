/* auth.h - the user's name and password, shown to the smarthost (RFC 4954).  Floor: wire. */
#pragma once
#include "wire/link.h"

/* SCRAM-SHA-256, PLAIN or LOGIN, the first of these that is offered; nothing when the road names no user. Only inside TLS
 * (SND-13). TEMP 4.7.8 none of them is offered; 4.7.5 no TLS, or a server that does not know the password itself; or what
 * it said. Refused means that no mail is sent: going on without would look like a bounce of every member. */
GP_MUST_CHECK enum gp_rc gp_auth(
    struct gp_link *link, const struct gp_road *road, const char *password, struct gp_err *err);
