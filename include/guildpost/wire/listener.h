/* listener.h - the LMTP server: many connections in one poll loop, one committer thread.  Floor: wire. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/desk/desk.h"
#include "guildpost/wire/doors.h"

#define GP_IDLE_MS 300000 /* RFC 5321 section 4.5.3.2: at least five minutes */

struct gp_listening {
	struct gp_desk *desk; /* its database is read for recipients, by the loop alone */
	const char *database; /* opened once more for the committer */
	int64_t max_connections; /* more get 421 4.3.2 */
	int64_t max_message_size, min_free_disk; /* octets */
	bool trust_tcp; /* Authentication-Results may be believed on TCP as well */
	int64_t idle_ms;
};
/* Serves until SIGTERM or SIGINT, then finishes what is in hand: nobody new, 421 to those that are idle, at most 20 s for
 * those that are sending, every commit answered. ready: called once when mail is accepted.
 * Failures of gp_db_open(); TEMP exit 75 when it had to leave with the store locked (all those peers have their 451). */
GP_MUST_CHECK enum gp_rc gp_listen(
    const struct gp_listening *settings, struct gp_doors *doors, void (*ready)(void), struct gp_err *err);
