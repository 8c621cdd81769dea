#include "guildpost/mail/crypt.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"

struct gp_sha256_state {
	EVP_MD_CTX *context;
};

/* OpenSSL fails here only when it is out of memory or broken: nothing sensible could follow. */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

void
gp_sha256(const void *octets, size_t n, unsigned char out[32])
{
	must(EVP_Digest(octets, n, out, NULL, EVP_sha256(), NULL));
}

struct gp_sha256_state *
gp_sha256_new(void)
{
	struct gp_sha256_state *state = gp_new(sizeof(*state));

	state->context = EVP_MD_CTX_new();
	must(state->context != NULL);
	must(EVP_DigestInit_ex(state->context, EVP_sha256(), NULL));
	return state;
}

void
gp_sha256_add(struct gp_sha256_state *state, const void *octets, size_t n)
{
	must(EVP_DigestUpdate(state->context, octets, n));
}

void
gp_sha256_end(struct gp_sha256_state **state, unsigned char out[32])
{
	must(EVP_DigestFinal_ex((*state)->context, out, NULL));
	EVP_MD_CTX_free((*state)->context);
	free(*state);
	*state = NULL;
}

void
gp_hmac_sha256(const void *key, size_t key_n, const void *octets, size_t n, unsigned char out[32])
{
	must(HMAC(EVP_sha256(), key, (int)key_n, octets, n, out, NULL) != NULL);
}

void
gp_pbkdf2_sha256(const char *password, const void *salt, size_t salt_n, int rounds, unsigned char out[32])
{
	must(PKCS5_PBKDF2_HMAC(password, -1, salt, (int)salt_n, rounds, EVP_sha256(), 32, out));
}

char *
gp_base64(const void *octets, size_t n)
{
	char *out = gp_new(4 * ((n + 2) / 3) + 1);

	(void)EVP_EncodeBlock((unsigned char *)out, octets, (int)n);
	return out;
}

bool
gp_same_octets(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
gp_random(void *out, size_t n)
{
	must(RAND_bytes(out, (int)n));
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
