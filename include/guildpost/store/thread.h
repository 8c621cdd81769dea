/* thread.h - conversations, by the token of their address.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/guild/token.h"
#include "guildpost/store/db.h"

/* The thread that this token names (aliases followed); 0 when there is none. */
GP_MUST_CHECK enum gp_rc gp_thread_by_token(
    struct gp_db *db, int64_t space_id, const char *token, int64_t *ret_thread_id, struct gp_err *err);
/* The token of a thread: caller's array. */
GP_MUST_CHECK enum gp_rc gp_thread_token(
    struct gp_db *db, int64_t thread_id, char ret_token[GP_TOKEN_SIZE], struct gp_err *err);
