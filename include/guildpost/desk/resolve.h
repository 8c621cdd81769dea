/* resolve.h - an address of ours, looked up: which space, which right.  Floor: desk. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/desk/desk.h"
#include "guildpost/guild/route.h"
#include "guildpost/store/space.h"

struct gp_resolved {
	struct gp_route route;
	struct gp_space *space; /* NULL only for GP_TO_OPERATOR */
	enum gp_token_state token; /* of GP_TO_SECRET: GOOD or EXPIRED, never BAD */
	char purpose; /* of GP_TO_SECRET: one of "cxhrvs" */
	uint64_t id; /* of GP_TO_SECRET; of GP_TO_BOUNCE the recipient key */
	uint64_t outbox_id; /* of GP_TO_BOUNCE */
	int64_t thread_id; /* of GP_TO_THREAD, aliases followed */
};
/* address: as in RCPT TO, without brackets. All that is not here fails alike (SEC-04): PERM 5.1.1 exit 67 for an unknown
 * space, word, thread, or a token whose MAC is wrong; 5.1.3 bad syntax; 5.6.7 non-ASCII; 5.2.1 (exit 67) a closed space.
 * An expired token is resolved: what follows is explained by mail. TEMP 4.3.0 when the store is busy. */
GP_MUST_CHECK enum gp_rc gp_resolve(
    struct gp_desk *desk, const char *address, int64_t now, struct gp_resolved *ret, struct gp_err *err);
void gp_resolved_release(struct gp_resolved *resolved);

/* How many addresses with a wrong token this process was asked about: for who counts guesses (ADR-03). */
int64_t gp_wrong_tokens(void);
