/* setting.h - what the store knows of itself: play, mark, counters, keys.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/guild/token.h"
#include "guildpost/store/db.h"

/* ret_value: caller frees; NULL when not set. */
GP_MUST_CHECK enum gp_rc gp_setting_get(struct gp_db *db, const char *name, char **ret_value, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_setting_put(struct gp_db *db, const char *name, const char *value, struct gp_err *err);

/* Takes the next event number and its filing instant, inside the write transaction:
 * numbers rise by one, instants never fall (DESIGN.md rules 3 and 4). */
GP_MUST_CHECK enum gp_rc gp_event_next(
    struct gp_db *db, int64_t now, int64_t *ret_event, int64_t *ret_filed_at, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_event_last(struct gp_db *db, int64_t *ret_event, struct gp_err *err);

/* The keys of tokens (guild/token.h). They live in the database, so that a copy is whole. A play store has a fixed
 * key, so that a play can be repeated octet for octet; never use one for real mail. */
GP_MUST_CHECK enum gp_rc gp_keys_load(struct gp_db *db, struct gp_token_keys *ret_keys, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_keys_create(struct gp_db *db, bool play, int64_t now, struct gp_err *err);
