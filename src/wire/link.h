/* link.h - the one connection to a smarthost: opened, made safe, kept over many transactions.  Floor: wire.
 * Plain or TLS (OpenSSL's one home on this floor), TCP or unix socket, SMTP or LMTP; greeting, EHLO and STARTTLS are done
 * here, and AUTH through here (auth.h), so that the library which speaks the transactions sees none of them (LIBRARIES: it
 * goes on without AUTH when that is refused, checks the wrong name, and takes octets injected before TLS for those inside
 * it). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/guild/fate.h"
#include "guildpost/wire/smarthost.h"

struct gp_link;
struct gp_link_offer { /* what EHLO offered */
	bool pipelining, eight, utf8, dsn;
	int64_t size; /* octets, 0: says none */
};

/* TEMP 4.4.1 nobody there; 4.4.2 lost or too slow; 4.4.3 no such name; 4.7.5 no TLS that can be trusted; or what the
 * server said. Nobody has shown who they are yet: see auth.h. hello: our name in EHLO. */
GP_MUST_CHECK enum gp_rc gp_link_open(
    const struct gp_road *road, const char *hello, const char *ca_file, struct gp_link **ret_link, struct gp_err *err);
void gp_link_free(struct gp_link **link); /* says QUIT when it can be said */
const struct gp_link_offer *gp_link_offers(const struct gp_link *link);

/* One line out (with CRLF), one reply in, of this class (2: done, 3: go on). ret_said: what a 3xx reply said, until the
 * next call. TEMP as gp_link_open(). what: for the text of a failure. */
GP_MUST_CHECK enum gp_rc gp_link_say(
    struct gp_link *link, const char *line, const char *what, int class, const char **ret_said, struct gp_err *err);
bool gp_link_is_safe(const struct gp_link *link); /* TLS, with a certificate that held */
bool gp_link_knows_auth(const struct gp_link *link, const char *mechanism);

/* What is put is gathered until a flush, or until 64 KiB. Every wait ends at the deadline; then the link is lost. */
void gp_link_deadline(struct gp_link *link, int64_t ms);
bool gp_link_put(struct gp_link *link, const void *octets, size_t n);
bool gp_link_flush(struct gp_link *link);
bool gp_link_reply(struct gp_link *link, struct gp_reply *ret); /* waits for one whole reply; false: lost */
bool gp_link_is_lmtp(const struct gp_link *link);
bool gp_link_lost(const struct gp_link *link);
void gp_link_lose(struct gp_link *link); /* the server has taken leave: nothing more is said */
/* True when nothing has come unasked: else the server has left, or said 421, while the connection was idle. */
bool gp_link_quiet(struct gp_link *link);
