/* crypt.h - hashes, MACs and random octets (libnettle's one home).  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

void gp_sha256(const void *octets, size_t n, unsigned char out[32]);
struct gp_sha256_state;
struct gp_sha256_state *gp_sha256_new(void);
void gp_sha256_add(struct gp_sha256_state *state, const void *octets, size_t n);
void gp_sha256_end(struct gp_sha256_state **state, unsigned char out[32]); /* frees; leaves NULL */
void gp_hmac_sha256(const void *key, size_t key_n, const void *octets, size_t n, unsigned char out[32]);
/* RFC 8018 section 5.2, a key of 32 octets. */
void gp_pbkdf2_sha256(const char *password, const void *salt, size_t salt_n, int rounds, unsigned char out[32]);
bool gp_same_octets(const void *a, const void *b, size_t n); /* constant time */
void gp_random(void *out, size_t n);
/* One line without its end. Caller frees, and wipes where it was a secret. */
char *gp_base64(const void *octets, size_t n);
void gp_hex(const void *octets, size_t n, char *out); /* out holds 2n + 1 */
