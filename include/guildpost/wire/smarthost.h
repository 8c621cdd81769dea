/* smarthost.h - where mail goes out: SMTP, LMTP, or folders for trying it out.  Floor: wire.
 * Owned by one single-threaded process that owes nothing: libesmtp may die with it (LIBRARIES section 2). */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/desk/copy.h"
#include "guildpost/guild/fate.h"

enum gp_road_kind { GP_ROAD_SMTP, GP_ROAD_SMTPS, GP_ROAD_LMTP_UNIX, GP_ROAD_MAILDIR };
struct gp_road { /* one `smarthost` of the configuration */
	enum gp_road_kind kind;
	char *user, *host, *port; /* user NULL: no AUTH; host without brackets */
	char *path; /* of the socket or folder */
	bool local; /* loopback, unix socket, folder: TLS is not wanted */
};
/* "smtp://[user@]HOST[:PORT]", "smtps://...", "lmtp+unix:PATH", "maildir:DIR". PERM 5.3.5 exit 78 that shows the forms. */
GP_MUST_CHECK enum gp_rc gp_road_parse(const char *url, struct gp_road *ret, struct gp_err *err);
void gp_road_release(struct gp_road *road);

struct gp_smarthost;
/* Connects to nothing yet. road is borrowed. hello: our name in EHLO. ca_file: "" for the system's.
 * password_file: "" for none; read at every connection. */
struct gp_smarthost *gp_smarthost_new(
    const struct gp_road *road, const char *hello, const char *ca_file, const char *password_file);
void gp_smarthost_free(struct gp_smarthost **smarthost); /* takes leave of the server */

struct gp_road_offer { /* what the server that is connected takes */
	bool eight, utf8; /* 8BITMIME, SMTPUTF8 */
};
/* Who hands copies over, one by one, and is told how each fared before the next is asked for. */
struct gp_courier {
	void *context;
	/* NULL: no more. What is handed over fits the offer. */
	const struct gp_copy *(*next)(void *context, const struct gp_road_offer *offer);
	/* fared[i]: of the i-th recipient of the copy handed over last. GP_FATE_NONE: the server takes fewer at once, and
	 * this one was too many. */
	void (*fared)(void *context, const struct gp_fared *fared);
};
/* Sends until there are no more copies. The connection is kept for the next call.
 * TEMP with what the road said, when it is closed: the copy handed over last may have been told GP_FATE_ROAD or nothing. */
GP_MUST_CHECK enum gp_rc gp_smarthost_send(
    struct gp_smarthost *smarthost, const struct gp_courier *courier, struct gp_err *err);
/* Ends an idle connection. */
void gp_smarthost_rest(struct gp_smarthost *smarthost);
