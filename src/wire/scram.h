/* scram.h - SCRAM-SHA-256 as the client speaks it (RFC 5802, RFC 7677), without channel binding: the TLS below has a
 * certificate that was checked.  Floor: wire.  Pure but for the nonce. */
#pragma once
#include "guildpost/base/err.h"

struct gp_scram {
	const char *password; /* borrowed */
	char *first; /* client-first-message-bare */
	char *nonce;
	unsigned char server_signature[32];
};
/* nonce NULL: a random one. Passwords are used as they are: SASLprep changes nothing in ASCII. */
void gp_scram_init(struct gp_scram *scram, const char *user, const char *password, const char *nonce);
void gp_scram_release(struct gp_scram *scram);
/* Each message is plain text, not base64; caller frees. */
char *gp_scram_first(const struct gp_scram *scram);
/* The answer to what the server said. TEMP 4.7.8 when that is no SCRAM, names another nonce, or wants more than a million
 * rounds. */
GP_MUST_CHECK enum gp_rc gp_scram_final(
    struct gp_scram *scram, const char *server_first, char **ret_final, struct gp_err *err);
/* TEMP 4.7.5 when the server does not prove that it knows the password. */
GP_MUST_CHECK enum gp_rc gp_scram_check(const struct gp_scram *scram, const char *server_final, struct gp_err *err);
