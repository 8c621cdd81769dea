/* token.h - the secrets in our addresses (STANDARDS.md section 9, SEC-02, ADR-01 to ADR-03, ADR-08).  Floor: guild.
 *   secret = purpose(1) kid(1 digit) expiry-day(3) id(8) mac(16)          29 octets; c x h r v s
 *   bounce = "b" kid(1) subscription(6) mail(7) mac(16)                   31 octets
 *   thread = "t" 4*8 b32 with at least one digit: public, no MAC
 * b32 is 0-9 a-z without i l o u; on reading i, l -> 1 and o -> 0. MAC: HMAC-SHA-256 cut to 80 bits over
 * purpose, kid, space name, id, expiry. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define GP_TOKEN_SIZE 40

struct gp_token_keys { /* filled from the store (gp_keys); the first that signs is used for new tokens */
	struct {
		char kid;
		unsigned char secret[32];
	} key[10];
	int count, signing;
};
enum gp_token_state { GP_TOKEN_BAD, GP_TOKEN_GOOD, GP_TOKEN_EXPIRED };

/* purpose: one of "cxhrvs"; space: its name, lower case; expires: seconds UTC, rounded up to a day. */
void gp_token_make(const struct gp_token_keys *keys, char purpose, const char *space, uint64_t id, int64_t expires,
    char out[GP_TOKEN_SIZE]);
enum gp_token_state gp_token_read(const struct gp_token_keys *keys, const char *token, const char *space, int64_t now,
    char *ret_purpose, uint64_t *ret_id);
/* subscription: recipient key of the copy (member_id for posts); mail: outbox_id. */
void gp_token_make_bounce(const struct gp_token_keys *keys, const char *space, uint64_t recipient_key,
    uint64_t outbox_id, char out[GP_TOKEN_SIZE]);
bool gp_token_read_bounce(const struct gp_token_keys *keys, const char *token, const char *space,
    uint64_t *ret_recipient_key, uint64_t *ret_outbox_id);
/* Deterministic from key and number; attempt > 0 gives another one (length grows with it) when that is taken. */
void gp_token_make_thread(
    const struct gp_token_keys *keys, uint64_t thread_number, int attempt, char out[GP_TOKEN_SIZE]);
bool gp_token_is_thread(const char *token);
