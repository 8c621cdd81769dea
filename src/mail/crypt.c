#include "guildpost/mail/crypt.h"

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"

struct gp_sha256_state {
	struct sha256_ctx context;
};

void
gp_sha256(const void *octets, size_t n, unsigned char out[32])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, n, octets);
	sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

struct gp_sha256_state *
gp_sha256_new(void)
{
	struct gp_sha256_state *state = gp_new(sizeof(*state));

	sha256_init(&state->context);
	return state;
}

void
gp_sha256_add(struct gp_sha256_state *state, const void *octets, size_t n)
{
	sha256_update(&state->context, n, octets);
}

void
gp_sha256_end(struct gp_sha256_state **state, unsigned char out[32])
{
	sha256_digest(&(*state)->context, SHA256_DIGEST_SIZE, out);
	free(*state);
	*state = NULL;
}

void
gp_hmac_sha256(const void *key, size_t key_n, const void *octets, size_t n, unsigned char out[32])
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, key_n, key);
	hmac_sha256_update(&context, n, octets);
	hmac_sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

void
gp_pbkdf2_sha256(const char *password, const void *salt, size_t salt_n, int rounds, unsigned char out[32])
{
	pbkdf2_hmac_sha256(
	    strlen(password), (const uint8_t *)password, (unsigned)rounds, salt_n, salt, SHA256_DIGEST_SIZE, out);
}

char *
gp_base64(const void *octets, size_t n)
{
	char *out = gp_new(BASE64_ENCODE_RAW_LENGTH(n) + 1);

	base64_encode_raw(out, n, octets);
	return out;
}

bool
gp_same_octets(const void *a, const void *b, size_t n)
{
	return memeql_sec(a, b, n) != 0;
}

/* Up to 256 octets at a time come whole, or not at all. */
void
gp_random(void *out, size_t n)
{
	char *to = out;

	for (size_t part; n > 0; to += part, n -= part) {
		part = n < 256 ? n : 256;
		if (getrandom(to, part, 0) != (ssize_t)part)
			abort();
	}
}

void
gp_hex(const void *octets, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = octets;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[at[i] >> 4];
		out[2 * i + 1] = digits[at[i] & 15];
	}
	out[2 * n] = '\0';
}
