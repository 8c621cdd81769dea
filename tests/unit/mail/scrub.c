/* A person taken out of a message, and nothing else (SUB-09). */
#include "unit/says.h"

#include "guildpost/mail/scrub.h"

#define NOBODY "former-7@erased.invalid"

static const struct {
	const char *says;
	bool own;
	const char *in, *want; /* want NULL: it stays as it is */
} rows[] = {
	{ "a message without them stays, octet for octet", false,
	    "From: Ben <ben@b.example>\r\nX: \xff\r\n\r\nHello \xff\r\n", NULL },
	{ "an address in a text falls, however it is written", false, "From: b@b.example\r\n\r\nAsk ANN@A.example.\r\n",
	    "From: b@b.example\r\n\r\nAsk " NOBODY ".\r\n" },
	{ "one that only ends or begins like it stays", false,
	    "From: b@b.example\r\n\r\njoann@a.example ann@a.example.org x.ann@a.example ann@a.example-x\r\n", NULL },
	{ "in a header the name before it goes too", false, "To: c@c.example, Ann Lee <ann@a.example>\r\n\r\nHi\r\n",
	    "To: c@c.example, former member <" NOBODY ">\r\n\r\nHi\r\n" },
	{ "with its quotes and its comma", false, "To: \"Lee, Ann\" <ann@a.example>, c@c.example\r\n\r\nHi\r\n",
	    "To: former member <" NOBODY ">, c@c.example\r\n\r\nHi\r\n" },
	{ "and as an encoded word", false, "Cc: =?utf-8?q?Ann_Lee?=\r\n <ann@a.example>\r\n\r\nHi\r\n",
	    "Cc: former member <" NOBODY ">\r\n\r\nHi\r\n" },
	{ "a whole name falls, a part of it does not", false,
	    "From: b@b.example\n\nAnn Lee said so; Ann Leeway and Ann did not.\n",
	    "From: b@b.example\n\nformer member said so; Ann Leeway and Ann did not.\n" },
	{ "of their own only what a thread needs stays in the header", true,
	    "Received: from ann\r\nFrom: Ann Lee <ann@a.example>\r\nX-Face: ann\r\nSubject: Sett\r\nReferences: "
	    "<1@x>\r\n\r\nHi\r\n",
	    "From: former member <" NOBODY ">\r\nSubject: Sett\r\nReferences: <1@x>\r\n\r\nHi\r\n" },
	{ "an encoded part is decoded, cleaned and encoded again; its brothers stay", false,
	    "From: b@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYW5uQGEuZXhhbXBsZQ0K\r\n--b\r\nContent-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYW5uQGEuZXhhbXBsZQ0K\r\n--b--\r\n",
	    "From: b@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nZm9ybWVyLTdAZXJhc2VkLmludmFsaWQNCg==\r\n--b\r\nContent-Type: "
	    "image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYW5uQGEuZXhhbXBsZQ0K\r\n--b--\r\n" },
	{ "and what stands in the clear where its octets are damaged", false,
	    "From: b@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkK\r\n\001<ann@a.example>\r\nSGkK\r\n",
	    "From: b@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkK\r\n\001<" NOBODY ">\r\nSGkK\r\n" },
	{ "quoted-printable too, also where a line was broken within", false,
	    "From: b@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAsk ann@a.=\r\nexample now\r\n",
	    "From: b@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAsk " NOBODY " now\r\n" },
	{ "a message in a message is one", false,
	    "From: b@b.example\r\nContent-Type: message/rfc822\r\n\r\nFrom: Ann Lee <ann@a.example>\r\nX-Kept: "
	    "yes\r\n\r\nHi\r\n",
	    "From: b@b.example\r\nContent-Type: message/rfc822\r\n\r\nFrom: former member <" NOBODY
	    ">\r\nX-Kept: yes\r\n\r\nHi\r\n" },
};

static struct gp_scrub
scrub_of(const struct gp_strs *addresses, bool own)
{
	return (struct gp_scrub){ .addresses = addresses,
		.name = "Ann Lee",
		.instead = NOBODY,
		.instead_name = "former member",
		.own = own };
}

static void
a_person_goes_and_nothing_else(void **state)
{
	SCOPED(gp_strs_release) struct gp_strs addresses = { 0 };

	(void)state;
	gp_strs_add(&addresses, "ann@a.example");
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 16);
		const struct gp_scrub scrub = scrub_of(&addresses, rows[i].own);
		const char *want = rows[i].want != NULL ? rows[i].want : rows[i].in;
		bool changed = gp_scrub_message(rows[i].in, strlen(rows[i].in), &scrub, &out);

		SAYS_TEXT(rows[i].says, out.data, want);
		SAYS(rows[i].says, changed == (rows[i].want != NULL));
		SAYS("nothing is left to find",
		    !gp_scrub_finds(out.data, out.len, &scrub) || strstr(want, "base64") != NULL);
	}
}

static void
every_prefix_is_survived(void **state)
{
	SCOPED(gp_strs_release) struct gp_strs addresses = { 0 };

	(void)state;
	gp_strs_add(&addresses, "ann@a.example");
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		const struct gp_scrub scrub = scrub_of(&addresses, rows[i].own);

		for (size_t n = 0; n <= strlen(rows[i].in); n++) {
			SCOPED(gp_buf_release) struct gp_buf once = GP_BUF_INIT(1 << 16), twice = GP_BUF_INIT(1 << 16);
			struct gp_scrub again = scrub;

			again.own = false;
			(void)gp_scrub_message(rows[i].in, n, &scrub, &once);
			SAYS("what was cleaned is clean", !gp_scrub_message(once.data, once.len, &again, &twice));
			SAYS("and stays", once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_person_goes_and_nothing_else),
		cmocka_unit_test(every_prefix_is_survived) };

	return cmocka_run_group_tests_name("mail/scrub", tests, NULL, NULL);
}
