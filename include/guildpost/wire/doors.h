/* doors.h - the sockets that receive listens on.  Floor: wire. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"

#define GP_DOORS 16

struct gp_door {
	int fd; /* listening, non-blocking */
	bool is_unix; /* who comes in here is known by the mode of the socket */
	char *made_path; /* a unix socket that we made, and take away again; NULL otherwise */
};
struct gp_doors {
	struct gp_door door[GP_DOORS];
	size_t count;
};

/* Opens what systemd has handed over (LISTEN_FDS for this LISTEN_PID: sd_listen_fds(3)), or else each of `listen`: "HOST:PORT",
 * "[v6]:PORT", "unix:PATH". A unix socket that nobody answers is replaced. mode and group ("" for none) are those of unix
 * sockets; an address outside loopback is opened with a warning in the log.
 * PERM 5.3.5 exit 78: a bad address, port 25 (RCV-01), an unknown group, no such folder; TEMP exit 75: in use. */
GP_MUST_CHECK enum gp_rc gp_doors_open(
    const struct gp_strs *listen, unsigned mode, const char *group, struct gp_doors *ret, struct gp_err *err);
void gp_doors_release(struct gp_doors *doors); /* closes, and unlinks the unix sockets that were made */

/* Tells systemd, where it asked to be told (sd_notify(3)): "READY=1", "STOPPING=1". */
void gp_notify(const char *state);
