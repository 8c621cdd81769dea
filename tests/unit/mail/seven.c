/* Mail with 8-bit octets, made to fit servers that take 7 (SND-09). */
#include "unit/says.h"

#include "guildpost/mail/seven.h"

#define TEXT "Content-Type: text/plain; charset=utf-8\r\n"

static const struct {
	const char *says, *in, *want;
} rows[] = {
	{ "what is ASCII stays", "Subject: x\r\n\r\nhello\r\n", "Subject: x\r\n\r\nhello\r\n" },
	{ "text becomes quoted-printable", TEXT "\r\nK\xc3\xb6ln liegt am Rhein\r\n",
	    TEXT
	    "Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n\r\nK=C3=B6ln liegt am Rhein\r\n" },
	{ "the field is said once",
	    TEXT "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n\r\nK\xc3\xb6ln am Rhein\r\n",
	    TEXT "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nK=C3=B6ln am Rhein\r\n" },
	{ "mostly 8 bits: base64", "MIME-Version: 1.0\r\n" TEXT "\r\n\xc3\xb6\xc3\xb6\r\n",
	    "MIME-Version: 1.0\r\n" TEXT "Content-Transfer-Encoding: base64\r\n\r\nw7bDtg0K\r\n" },
	{ "raw text without any MIME gets a name", "Subject: x\r\n\r\nK\xf6ln liegt am Rhein\r\n",
	    "Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n\r\nK=F6ln liegt am Rhein\r\n" },
	{ "raw octets in quoted-printable are quoted",
	    TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=B6 \xc3\xb6\r\n",
	    TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=B6 =C3=B6\r\n" },
	{ "raw octets in base64 fall",
	    TEXT "Content-Transfer-Encoding: base64\r\n\r\nw7\xc3"
		 "bD\r\n",
	    TEXT "Content-Transfer-Encoding: base64\r\n\r\nw7bD\r\n" },
	{ "the last line before a boundary keeps having no end",
	    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" TEXT
	    "\r\nam Rhein: K\xc3\xb6ln\r\n--b\r\n\r\nplain\r\n--b--\r\n",
	    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" TEXT
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\nam Rhein: K=C3=B6ln\r\n--b\r\n\r\nplain\r\n--b--\r\n" },
	{ "an attached message is recoded within, and its covers say so",
	    "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" TEXT
	    "\r\nam Rhein: K\xc3\xb6ln\r\n",
	    "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" TEXT
	    "Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n\r\nam Rhein: K=C3=B6ln\r\n" },
	{ "what is signed inside stays, and its cover says 8bit",
	    "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
	    "Content-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n\r\n\xc3\xb6\r\n--c--\r\n--b--\r\n",
	    "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
	    "Content-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n\r\n\xc3\xb6\r\n--c--\r\n--b--\r\n" },
	{ "a raw subject becomes an encoded-word", "Subject: K\xc3\xb6ln\r\n\r\nx\r\n",
	    "Subject: =?UTF-8?B?S8O2bG4=?=\r\n\r\nx\r\n" },
	{ "a raw name too, and its address stays", "From: J\xc3\xb6rg <j@example.org>\r\n\r\nx\r\n",
	    "From: =?UTF-8?B?SsO2cmc=?= <j@example.org>\r\n\r\nx\r\n" },
	{ "a raw file name becomes RFC 2231",
	    "Content-Disposition: attachment; filename=\"K\xc3\xb6ln.pdf\"; size=3\r\n\r\nx\r\n",
	    "Content-Disposition: attachment;\r\n filename*=UTF-8''K%C3%B6ln.pdf;\r\n size=3\r\n\r\nx\r\n" },
	{ "an id is no text", "Message-ID: <\xc3\xb6@x>\r\n\r\nx\r\n", "Message-ID: <??@x>\r\n\r\nx\r\n" },
};

static void
each_row_is_made_to_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_composed_release) struct gp_composed in;
		SCOPED(gp_composed_release) struct gp_composed out;
		struct gp_err err;
		bool lost;

		gp_composed_init(&in);
		gp_composed_init(&out);
		gp_buf_adds(&in.octets, rows[i].in);
		SAYS(rows[i].says, gp_seven_make(&in, true, &out, &lost, &err) == GP_OK && !lost);
		SAYS_TEXT(rows[i].says, out.octets.data, rows[i].want);
	}
}

static void
every_prefix_is_survived_and_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		for (size_t n = 0; n <= strlen(rows[i].in); n++) {
			SCOPED(gp_composed_release) struct gp_composed in;
			SCOPED(gp_composed_release) struct gp_composed out;
			struct gp_eight eight;
			struct gp_err err;
			bool lost;

			gp_composed_init(&in);
			gp_composed_init(&out);
			gp_buf_add(&in.octets, rows[i].in, n);
			SAYS(rows[i].says, gp_seven_make(&in, true, &out, &lost, &err) == GP_OK);
			gp_eight_look(&out, &eight);
			SAYS(rows[i].says, strstr(rows[i].in, "signed") != NULL || (!eight.head && !eight.body));
		}
}

static void
slots_stand_where_they_stood(void **state)
{
	SCOPED(gp_composed_release) struct gp_composed in;
	SCOPED(gp_composed_release) struct gp_composed out;
	struct gp_err err;
	bool lost;

	(void)state;
	gp_composed_init(&in);
	gp_composed_init(&out);
	gp_buf_adds(&in.octets, "Subject: K\xc3\xb6ln\r\n");
	gp_composed_slot(&in, "to");
	gp_buf_adds(&in.octets, "X: y\r\n");
	gp_composed_slot(&in, "unsubscribe");
	gp_buf_adds(&in.octets, "\r\nK\xc3\xb6ln liegt am Rhein\r\n");
	SAYS("it is made", gp_seven_make(&in, true, &out, &lost, &err) == GP_OK);
	SAYS("between the same fields", strncmp(out.octets.data + out.slots[0].offset, "X: y\r\n", 6) == 0);
	SAYS("and behind the last", strncmp(out.octets.data + out.slots[1].offset, "Content-Transfer", 16) == 0);

	gp_composed_slot(&in, "personal");
	gp_buf_adds(&in.octets, "more\r\n");
	gp_composed_release(&out);
	gp_composed_init(&out);
	SAYS("none may stand inside what is recoded", gp_seven_make(&in, true, &out, &lost, &err) == GP_PERM);
	SAYS("as the status says", strcmp(err.status, "5.6.3") == 0);
}

static void
an_address_beyond_ascii_is_told(void **state)
{
	SCOPED(gp_composed_release) struct gp_composed in;
	SCOPED(gp_composed_release) struct gp_composed out;
	struct gp_err err;
	bool lost;

	(void)state;
	gp_composed_init(&in);
	gp_composed_init(&out);
	gp_buf_adds(&in.octets, "From: \xc3\xb6@example.org\r\n\r\nx\r\n");
	SAYS("it is made", gp_seven_make(&in, false, &out, &lost, &err) == GP_OK);
	SAYS("and the loss is told", lost);
	SAYS("a group with nobody in it stands there", strstr(out.octets.data, ":;\r\n") != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_made_to_fit),
		cmocka_unit_test(every_prefix_is_survived_and_fits),
		cmocka_unit_test(slots_stand_where_they_stood),
		cmocka_unit_test(an_address_beyond_ascii_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
