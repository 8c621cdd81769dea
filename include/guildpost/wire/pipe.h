/* pipe.h - one message to the running receive, by LMTP, for whoever may not open the store.  Floor: wire. */
#pragma once
#include <stdbool.h>
#include "guildpost/base/mem.h"
#include "guildpost/desk/intake.h"

/* Hands `in` (sender, recipients, octets; after gp_intake_end) to the first of `listen` ("127.0.0.1:2424", "unix:PATH")
 * that answers. All recipients are asked for first; when one is refused nothing is sent. *ret_answered false: nobody is
 * there, nothing has happened. Else the outcome for all recipients together:
 * GP_OK durably stored for every one; TEMP exit 75 not for all, send it again (what is stored twice acts once);
 * PERM exit 67 unknown here, 65 bad syntax, 69 refused. */
GP_MUST_CHECK enum gp_rc gp_pipe_hand_over(
    const struct gp_strs *listen, const struct gp_intake *in, bool *ret_answered, struct gp_err *err);
