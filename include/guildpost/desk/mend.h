/* mend.h - threads joined and split by hand, remembered for ever, each with a line in the ledger.  Floor: desk.
 * Inside a write transaction; a refusal has written nothing. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/store/thread.h"

/* a, b: tokens of thread addresses. ret_token: of the thread that both are now. The other's address stays good.
 * PERM exit 67 when there is no such thread, exit 64 when both are one already. */
GP_MUST_CHECK enum gp_rc gp_threads_join(struct gp_desk *desk, const struct gp_space *space, const char *a,
    const char *b, const char *by, int64_t now, char ret_token[GP_TOKEN_SIZE], struct gp_err *err);
/* msgid, with or without angle brackets, and all that answers it get a thread of their own.
 * PERM exit 67 when it is not here, exit 65 when it begins its thread. */
GP_MUST_CHECK enum gp_rc gp_threads_split(struct gp_desk *desk, const struct gp_space *space, const char *msgid,
    const char *by, int64_t now, char ret_token[GP_TOKEN_SIZE], struct gp_err *err);
