/* thread.h - conversations, by the token of their address.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/guild/token.h"
#include "guildpost/store/db.h"

/* The thread that this token names (aliases followed); 0 when there is none. */
GP_MUST_CHECK enum gp_rc gp_thread_by_token(
    struct gp_db *db, int64_t space_id, const char *token, int64_t *ret_thread_id, struct gp_err *err);
/* Mended by hand, and remembered: what arrives later and what is read again heeds it. Inside a write transaction.
 * Two threads become one, the elder; *ret_thread_id names it. Whoever was parted before is no longer. */
GP_MUST_CHECK enum gp_rc gp_thread_join(
    struct gp_db *db, int64_t a, int64_t b, int64_t *ret_thread_id, struct gp_err *err);
/* A message leaves its thread for one of its own, with all that answers it. 0, and nothing done, when nothing would be
 * left behind. */
GP_MUST_CHECK enum gp_rc gp_thread_split(struct gp_db *db, int64_t message_id, const struct gp_token_keys *keys,
    int64_t now, int64_t *ret_thread_id, struct gp_err *err);
/* The token of a thread: caller's array. */
GP_MUST_CHECK enum gp_rc gp_thread_token(
    struct gp_db *db, int64_t thread_id, char ret_token[GP_TOKEN_SIZE], struct gp_err *err);
