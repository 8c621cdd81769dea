#include "wire/scram.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/transfer.h"

#define HASH	   32
#define ROUNDS_MAX 1000000 /* half a second of work: more is an attack, or a mistake */
#define HEADER	   "n,," /* no channel binding, no other identity; "biws" is its base64 */

/* RFC 5802 section 5.1: "," and "=" mean something in the message. */
static void
add_name(struct gp_buf *out, const char *user)
{
	for (; *user != '\0'; user++)
		if (*user == ',')
			gp_buf_adds(out, "=2C");
		else if (*user == '=')
			gp_buf_adds(out, "=3D");
		else
			gp_buf_addc(out, *user);
}

void
gp_scram_init(struct gp_scram *scram, const char *user, const char *password, const char *nonce)
{
	struct gp_buf first = GP_BUF_INIT(1024);
	unsigned char random[18];

	gp_random(random, sizeof(random));
	*scram = (struct gp_scram){ .password = password };
	scram->nonce = nonce != NULL ? gp_strdup(nonce) : gp_base64(random, sizeof(random));
	gp_buf_adds(&first, "n=");
	add_name(&first, user);
	gp_buf_addf(&first, ",r=%s", scram->nonce);
	scram->first = gp_buf_take(&first);
}

void
gp_scram_release(struct gp_scram *scram)
{
	free(scram->first);
	free(scram->nonce);
	*scram = (struct gp_scram){ 0 };
}

char *
gp_scram_first(const struct gp_scram *scram)
{
	return gp_printf(HEADER "%s", scram->first);
}

/* "r=...,s=...,i=4096": each in its place (RFC 5802 section 7). Caller frees both. */
static bool
parse_first(const char *said, char **ret_nonce, char **ret_salt, int *ret_rounds)
{
	const char *salt = strstr(said, ",s="), *rounds = salt != NULL ? strstr(salt + 3, ",i=") : NULL;
	long n = rounds != NULL ? strtol(rounds + 3, NULL, 10) : 0;

	if (strncmp(said, "r=", 2) != 0 || n < 1 || n > ROUNDS_MAX)
		return false;
	*ret_nonce = gp_strndup(said + 2, (size_t)(salt - said) - 2);
	*ret_salt = gp_strndup(salt + 3, (size_t)(rounds - salt) - 3);
	*ret_rounds = (int)n;
	return true;
}

static void
prove(struct gp_scram *scram, const unsigned char salted[HASH], const char *message, unsigned char proof[HASH])
{
	unsigned char client[HASH], stored[HASH], signature[HASH], server[HASH];

	gp_hmac_sha256(salted, HASH, "Client Key", 10, client);
	gp_sha256(client, HASH, stored);
	gp_hmac_sha256(stored, HASH, message, strlen(message), signature);
	for (size_t i = 0; i < HASH; i++)
		proof[i] = client[i] ^ signature[i];
	gp_hmac_sha256(salted, HASH, "Server Key", 10, server);
	gp_hmac_sha256(server, HASH, message, strlen(message), scram->server_signature);
	explicit_bzero(client, sizeof(client));
}

enum gp_rc
gp_scram_final(struct gp_scram *scram, const char *server_first, char **ret_final, struct gp_err *err)
{
	SCOPED(gp_free_str) char *nonce = NULL;
	SCOPED(gp_free_str) char *salt = NULL;
	SCOPED(gp_free_str) char *message = NULL;
	SCOPED(gp_free_str) char *coded = NULL;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(1024);
	unsigned char salted[HASH], proof[HASH];
	size_t n = strlen(scram->nonce);
	int rounds;

	if (!parse_first(server_first, &nonce, &salt, &rounds))
		return gp_fail(err, "4.7.8", "the smarthost's challenge is none of SCRAM");
	if (strncmp(nonce, scram->nonce, n) != 0 || nonce[n] == '\0')
		return gp_fail(err, "4.7.8", "the smarthost answers another SCRAM exchange than ours");
	gp_decode_base64(&octets, salt, strlen(salt));
	gp_pbkdf2_sha256(scram->password, octets.data, octets.len, rounds, salted);
	message = gp_printf("%s,%s,c=biws,r=%s", scram->first, server_first, nonce);
	prove(scram, salted, message, proof);
	explicit_bzero(salted, sizeof(salted));
	coded = gp_base64(proof, HASH);
	*ret_final = gp_printf("c=biws,r=%s,p=%s", nonce, coded);
	return GP_OK;
}

enum gp_rc
gp_scram_check(const struct gp_scram *scram, const char *server_final, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(256);

	if (strncmp(server_final, "v=", 2) == 0)
		gp_decode_base64(&octets, server_final + 2, strcspn(server_final + 2, ","));
	if (octets.len != HASH || !gp_same_octets(octets.data, scram->server_signature, HASH))
		return gp_fail(err, "4.7.5", "the smarthost does not prove that it knows the password itself");
	return GP_OK;
}
