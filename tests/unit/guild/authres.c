/* LST-14: whose word is believed about the author, and whose is not. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/guild/authres.h"

static const struct {
	const char *says, *values[3], *ids, *domain;
	enum gp_proof want;
} cases[] = {
	{ "dmarc=pass for the From domain proves it", { "mx.ours.example; dmarc=pass header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "case does not matter", { "MX.Ours.Example; DMARC=Pass header.From=A.Example" }, "mx.ours.example",
	    "a.example", GP_PROOF_PASS },
	{ "dmarc=pass for another domain proves nothing", { "mx.ours.example; dmarc=pass header.from=b.example" },
	    "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "a parent's dmarc=pass proves nothing for the child", { "mx.ours.example; dmarc=pass header.from=a.example" },
	    "mx.ours.example", "x.a.example", GP_PROOF_NONE },
	{ "dmarc=fail is a lack that counts", { "mx.ours.example; dmarc=fail header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_FAIL },
	{ "an aligned signature proves it", { "mx.ours.example; dkim=pass header.d=a.example header.s=k1" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "a parent's signature is aligned", { "mx.ours.example; dkim=pass header.d=a.example" }, "mx.ours.example",
	    "mail.a.example", GP_PROOF_PASS },
	{ "a child's signature is not", { "mx.ours.example; dkim=pass header.d=mail.a.example" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "a name that only ends alike is not aligned", { "mx.ours.example; dkim=pass header.d=a.example" },
	    "mx.ours.example", "nota.example", GP_PROOF_NONE },
	{ "a top level signs for nobody", { "mx.ours.example; dkim=pass header.d=example" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "header.i is read where header.d is missing", { "mx.ours.example; dkim=pass header.i=@a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "a failed signature proves nothing", { "mx.ours.example; dkim=fail header.d=a.example" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "spf proves nothing about From", { "mx.ours.example; spf=pass smtp.mailfrom=a.example" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "another server's word is not read", { "mx.theirs.example; dmarc=pass header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "an id that only begins like ours is another's", { "mx.ours.example.evil; dmarc=pass header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "our id inside another's field is text",
	    { "mx.evil; x=\"mx.ours.example; dmarc=pass header.from=a.example\"" }, "mx.ours.example", "a.example",
	    GP_PROOF_NONE },
	{ "with no id configured nothing is authenticated", { "mx.ours.example; dmarc=pass header.from=a.example" }, "",
	    "a.example", GP_PROOF_NONE },
	{ "each of several ids is trusted", { "mx2.ours.example; dmarc=pass header.from=a.example" },
	    "mx.ours.example mx2.ours.example", "a.example", GP_PROOF_PASS },
	{ "comments are passed over, also nested and with quotes",
	    { "mx.ours.example (our (own) \\) edge) ; dmarc=pass (p=none; dis=none) header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "a verdict inside a comment is none", { "mx.ours.example; dmarc=fail (dmarc=pass header.from=a.example)" },
	    "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "a semicolon inside quotes ends nothing",
	    { "mx.ours.example; spf=fail reason=\"no; dmarc=pass header.from=a.example\"" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "a version behind the id and the method is passed over",
	    { "mx.ours.example 1; dkim/1=pass header.d=a.example" }, "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "blanks around marks do not matter", { "mx.ours.example ;\r\n\tdmarc = pass\r\n header.from = a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "an id in quotes is the same id", { "\"mx.ours.example\"; dmarc=pass header.from=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "none says nothing", { "mx.ours.example; none" }, "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "of two fields of ours a pass wins",
	    { "mx.ours.example; dmarc=fail header.from=a.example", "mx.ours.example; dkim=pass header.d=a.example" },
	    "mx.ours.example", "a.example", GP_PROOF_PASS },
	{ "an empty field says nothing", { "" }, "mx.ours.example", "a.example", GP_PROOF_NONE },
	{ "nor does one that ends in a comment", { "mx.ours.example; dmarc=pass (never closed" }, "mx.ours.example",
	    "a.example", GP_PROOF_NONE },
	{ "without an author there is nothing to prove", { "mx.ours.example; dmarc=pass header.from=" },
	    "mx.ours.example", "", GP_PROOF_NONE },
};

static void
only_our_own_word_is_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct gp_strs values = { NULL, 0, 0 };

		for (size_t v = 0; v < GP_COUNT(cases[i].values) && cases[i].values[v] != NULL; v++)
			gp_strs_add(&values, cases[i].values[v]);
		SAYS(cases[i].says, gp_authres_read(&values, cases[i].ids, cases[i].domain) == cases[i].want);
		gp_strs_release(&values);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_our_own_word_is_believed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
