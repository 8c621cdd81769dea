#include "wire/auth.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/transfer.h"
#include "wire/scram.h"

typedef enum gp_rc mechanism(struct gp_link *link, const char *user, const char *password, struct gp_err *err);

static void
wipe(char **secret)
{
	if (*secret != NULL)
		explicit_bzero(*secret, strlen(*secret));
	gp_free_str(secret);
}

/* Says prefix and the base64 of the octets as one line. */
static enum gp_rc
say_coded(struct gp_link *link, const char *prefix, const char *octets, size_t n, int class, const char **ret_said,
    struct gp_err *err)
{
	SCOPED(wipe) char *coded = gp_base64(octets, n);
	SCOPED(wipe) char *line = gp_printf("%s%s\r\n", prefix, coded);

	return gp_link_say(link, line, "AUTH", class, ret_said, err);
}

static enum gp_rc
auth_plain(struct gp_link *link, const char *user, const char *password, struct gp_err *err)
{
	size_t user_n = strlen(user), n = user_n + strlen(password) + 2;
	SCOPED(gp_free_str) char *joined = gp_new(n + 1);
	const char *said;
	enum gp_rc rc;

	memcpy(joined + 1, user, user_n);
	memcpy(joined + 2 + user_n, password, strlen(password));
	rc = say_coded(link, "AUTH PLAIN ", joined, n, 2, &said, err);
	explicit_bzero(joined, n);
	return rc;
}

static enum gp_rc
auth_login(struct gp_link *link, const char *user, const char *password, struct gp_err *err)
{
	const char *said;

	GP_TRY(gp_link_say(link, "AUTH LOGIN\r\n", "AUTH", 3, &said, err));
	GP_TRY(say_coded(link, "", user, strlen(user), 3, &said, err));
	return say_coded(link, "", password, strlen(password), 2, &said, err);
}

static char *
decoded(const char *said)
{
	struct gp_buf out = GP_BUF_INIT(2048);

	gp_decode_base64(&out, said, strlen(said));
	return gp_buf_take(&out);
}

/* The password stays here, and the server must prove that it knows it too. */
static enum gp_rc
auth_scram(struct gp_link *link, const char *user, const char *password, struct gp_err *err)
{
	SCOPED(gp_scram_release) struct gp_scram scram = { .password = NULL };
	SCOPED(gp_free_str) char *first = NULL;
	SCOPED(gp_free_str) char *challenge = NULL;
	SCOPED(gp_free_str) char *final = NULL;
	SCOPED(gp_free_str) char *proof = NULL;
	const char *said;

	gp_scram_init(&scram, user, password, NULL);
	first = gp_scram_first(&scram);
	GP_TRY(say_coded(link, "AUTH SCRAM-SHA-256 ", first, strlen(first), 3, &said, err));
	challenge = decoded(said);
	GP_TRY(gp_scram_final(&scram, challenge, &final, err));
	GP_TRY(say_coded(link, "", final, strlen(final), 3, &said, err));
	proof = decoded(said);
	GP_TRY(gp_scram_check(&scram, proof, err));
	return gp_link_say(link, "\r\n", "AUTH", 2, &said, err);
}

enum gp_rc
gp_auth(struct gp_link *link, const struct gp_road *road, const char *password, struct gp_err *err)
{
	static const struct {
		const char *name;
		mechanism *run;
	} mechanisms[] = { { "SCRAM-SHA-256", auth_scram }, { "PLAIN", auth_plain }, { "LOGIN", auth_login } };

	if (road->user == NULL)
		return GP_OK;
	if (!gp_link_is_safe(link)) /* cannot be: TLS comes first */
		return gp_fail(err, "4.7.5", "AUTH is done only inside TLS");
	for (size_t i = 0; i < GP_COUNT(mechanisms); i++)
		if (gp_link_knows_auth(link, mechanisms[i].name))
			return mechanisms[i].run(link, road->user, password, err);
	return gp_fail(err, "4.7.8", "the smarthost %s offers no AUTH SCRAM-SHA-256, PLAIN or LOGIN", road->host);
}
