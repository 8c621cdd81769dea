/* SCRAM-SHA-256, with the exchange that RFC 7677 section 3 shows. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "wire/scram.h"

#define NONCE  "rOprNGfwEbeRWgbNEkqO"
#define SERVER NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

static void
the_exchange_of_the_rfc_is_spoken(void **state)
{
	SCOPED(gp_scram_release) struct gp_scram scram = { .password = NULL };
	SCOPED(gp_free_str) char *first = NULL;
	SCOPED(gp_free_str) char *final = NULL;
	struct gp_err err;

	(void)state;
	gp_scram_init(&scram, "user", "pencil", NONCE);
	first = gp_scram_first(&scram);
	SAYS_TEXT("the client begins", first, "n,,n=user,r=" NONCE);
	SAYS("a good challenge is taken",
	    gp_scram_final(&scram, "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", &final, &err) == GP_OK);
	SAYS_TEXT("it is answered with the proof", final,
	    "c=biws,r=" SERVER ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	SAYS("the server's proof holds",
	    gp_scram_check(&scram, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", &err) == GP_OK);
	SAYS("another does not",
	    gp_scram_check(&scram, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", &err) == GP_TEMP);
	SAYS("none does not", gp_scram_check(&scram, "e=other-error", &err) == GP_TEMP);
}

static void
what_is_no_challenge_gets_no_proof(void **state)
{
	static const struct {
		const char *says, *challenge;
	} rows[] = {
		{ "nothing", "" },
		{ "the nonce of another exchange", "r=xxProNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096" },
		{ "our nonce with nothing of the server's", "r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096" },
		{ "no salt", "r=" SERVER ",i=4096" },
		{ "no rounds", "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==" },
		{ "rounds without end", "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_scram_release) struct gp_scram scram = { .password = NULL };
		SCOPED(gp_free_str) char *final = NULL;
		struct gp_err err;

		gp_scram_init(&scram, "user", "pencil", NONCE);
		SAYS(rows[i].says, gp_scram_final(&scram, rows[i].challenge, &final, &err) == GP_TEMP);
		SAYS(rows[i].says, final == NULL);
	}
}

static void
names_and_nonces_are_safe(void **state)
{
	SCOPED(gp_scram_release) struct gp_scram one = { .password = NULL };
	SCOPED(gp_scram_release) struct gp_scram two = { .password = NULL };
	SCOPED(gp_free_str) char *first = NULL;
	SCOPED(gp_free_str) char *second = NULL;

	(void)state;
	gp_scram_init(&one, "a=b,c", "x", NULL);
	gp_scram_init(&two, "a=b,c", "x", NULL);
	first = gp_scram_first(&one);
	second = gp_scram_first(&two);
	SAYS("comma and equals sign of a name are written out", strncmp(first, "n,,n=a=3Db=2Cc,r=", 17) == 0);
	SAYS("no nonce comes twice", strcmp(first, second) != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exchange_of_the_rfc_is_spoken),
		cmocka_unit_test(what_is_no_challenge_gets_no_proof),
		cmocka_unit_test(names_and_nonces_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
