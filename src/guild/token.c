#include "guildpost/guild/token.h"

#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"

#define MAC_CHARS 16 /* of 5 bits: 80 bits, the lower bound of RFC 2104 section 5 */
#define DAY	  86400
#define DAY_EPOCH 18262 /* 2020-01-01: three characters then last until 2109 */

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void
put_number(char *out, uint64_t n, int chars)
{
	for (int i = chars - 1; i >= 0; i--, n >>= 5)
		out[i] = alphabet[n & 31];
}

static bool
get_number(const char *in, int chars, uint64_t *ret)
{
	*ret = 0;
	for (int i = 0; i < chars; i++) {
		const char *at = in[i] != '\0' ? strchr(alphabet, in[i]) : NULL;

		if (at == NULL)
			return false;
		*ret = *ret << 5 | (uint64_t)(at - alphabet);
	}
	return true;
}

static void
put_mac(const unsigned char secret[32], const char *head, size_t head_n, const char *space, char *out)
{
	SCOPED(gp_buf_release) struct gp_buf signed_text = GP_BUF_INIT(512);
	unsigned char mac[32];
	uint64_t bits = 0;

	gp_buf_add(&signed_text, head, head_n);
	gp_buf_addc(&signed_text, ' ');
	gp_buf_adds(&signed_text, space);
	gp_hmac_sha256(secret, 32, signed_text.data, signed_text.len, mac);
	for (int half = 0; half < 2; half++) {
		for (int i = 0; i < 5; i++)
			bits = bits << 8 | mac[half * 5 + i];
		put_number(out + half * (MAC_CHARS / 2), bits & 0xffffffffffULL, MAC_CHARS / 2);
	}
	out[MAC_CHARS] = '\0';
}

/* The MAC stands behind head_n characters; any key may have made it. */
static bool
mac_holds(const struct gp_token_keys *keys, const char *token, size_t head_n, const char *space)
{
	char mac[MAC_CHARS + 1];

	if (strlen(token) != head_n + MAC_CHARS)
		return false;
	for (int i = 0; i < keys->count; i++)
		if (keys->key[i].kid == token[1]) {
			put_mac(keys->key[i].secret, token, head_n, space, mac);
			return gp_same_octets(mac, token + head_n, MAC_CHARS);
		}
	return false;
}

void
gp_token_make(const struct gp_token_keys *keys, char purpose, const char *space, uint64_t id, int64_t expires,
    char out[GP_TOKEN_SIZE])
{
	out[0] = purpose;
	out[1] = keys->key[keys->signing].kid;
	put_number(out + 2, (uint64_t)((expires + DAY - 1) / DAY - DAY_EPOCH), 3);
	put_number(out + 5, id, 8);
	put_mac(keys->key[keys->signing].secret, out, 13, space, out + 13);
}

enum gp_token_state
gp_token_read(const struct gp_token_keys *keys, const char *token, const char *space, int64_t now, char *ret_purpose,
    uint64_t *ret_id)
{
	uint64_t day;

	if (strlen(token) != 29 || strchr("cxhrvs", token[0]) == NULL || !get_number(token + 2, 3, &day) ||
	    !get_number(token + 5, 8, ret_id) || !mac_holds(keys, token, 13, space))
		return GP_TOKEN_BAD;
	*ret_purpose = token[0];
	return now > (int64_t)(day + DAY_EPOCH) * DAY ? GP_TOKEN_EXPIRED : GP_TOKEN_GOOD;
}

void
gp_token_make_bounce(const struct gp_token_keys *keys, const char *space, uint64_t recipient_key, uint64_t outbox_id,
    char out[GP_TOKEN_SIZE])
{
	out[0] = 'b';
	out[1] = keys->key[keys->signing].kid;
	put_number(out + 2, recipient_key, 6);
	put_number(out + 8, outbox_id, 7);
	put_mac(keys->key[keys->signing].secret, out, 15, space, out + 15);
}

bool
gp_token_read_bounce(const struct gp_token_keys *keys, const char *token, const char *space,
    uint64_t *ret_recipient_key, uint64_t *ret_outbox_id)
{
	return token[0] == 'b' && strlen(token) == 31 && get_number(token + 2, 6, ret_recipient_key) &&
	       get_number(token + 8, 7, ret_outbox_id) && mac_holds(keys, token, 15, space);
}

void
gp_token_make_thread(const struct gp_token_keys *keys, uint64_t thread_number, int attempt, char out[GP_TOKEN_SIZE])
{
	char head[48], mac[MAC_CHARS + 1];
	size_t n = 4 + (size_t)(attempt < 4 ? attempt : 4);

	(void)snprintf(head, sizeof(head), "thread %llu %d", (unsigned long long)thread_number, attempt);
	put_mac(keys->key[keys->signing].secret, head, strlen(head), "", mac);
	out[0] = 't';
	memcpy(out + 1, mac, n);
	out[n + 1] = '\0';
	/* A digit tells a token from a word, so there is always one (ADR-02). */
	if (strpbrk(out, "0123456789") == NULL)
		out[n] = (char)('0' + (strchr(alphabet, out[n]) - alphabet) % 10);
}

bool
gp_token_is_thread(const char *token)
{
	size_t n = strlen(token);

	return token[0] == 't' && n >= 5 && n <= 9 && strspn(token + 1, alphabet) == n - 1 &&
	       strpbrk(token, "0123456789") != NULL;
}
