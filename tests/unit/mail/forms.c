/* The forms in which mail arrives, the obsolete and the broken among them: what is read of each. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/message.h"
#include "guildpost/mail/utf8.h"

#define FROM  "From: Ann Lee <ann@a.example>\n"
#define MIXED FROM "Content-Type: multipart/mixed; boundary=x\n\n"
#define NOW   1780400000 /* 2026-06-02 */

static struct gp_reading
read_of(const char *octets, size_t n)
{
	struct gp_reading reading;

	gp_message_read(octets, n, NOW, &reading);
	return reading;
}

static void
text_is_read_in_every_form(void **state)
{
	static const struct {
		const char *says, *octets, *text;
	} rows[] = {
		{ "a header with blanks before the colon", "From : a@b.example\nSubject  : x\n\ny\n", "y\n" },
		{ "an mbox line inside", FROM ">From me\nSubject: x\n\ny\n", "y\n" },
		{ "a fold of blanks alone goes on", FROM "Subject: x\n \n z\n\ny\n", "y\n" },
		{ "a header without a blank line ends at what is no field", FROM "Hello all,\ny\n", "Hello all,\ny\n" },
		{ "LF and CR LF mixed", "From: a@b.example\r\nSubject: x\n\r\na\r\nb\nc\r\n", "a\nb\nc\n" },
		{ "a content type of one word is plain text", FROM "Content-Type: text\n\ny\n", "y\n" },
		{ "a content type that is broken is plain text", FROM "Content-Type: ;;;\n\ny\n", "y\n" },
		{ "an encoding that nobody knows is taken as it is", FROM "Content-Transfer-Encoding: x-odd\n\ny\n",
		    "y\n" },
		{ "an encoding with a comment", FROM "Content-Transfer-Encoding: base64 (Ann's)\n\nQQ==\n", "A" },
		{ "an encoding in quotes and capitals", FROM "Content-Transfer-Encoding: BASE64\n\nQQ==\n", "A" },
		{ "base64 with what is none of it, and a footer beneath",
		    FROM "Content-Transfer-Encoding: base64\n\nS!G*V\ns\n\nbG8=\n-- \nlist\n", "Hello" },
		{ "quoted-printable in small letters", FROM "Content-Transfer-Encoding: quoted-printable\n\n=c3=bc\n",
		    "ü\n" },
		{ "quoted-printable with blanks at the end of a soft line",
		    FROM "Content-Transfer-Encoding: quoted-printable\n\na= \nb\n", "ab\n" },
		{ "quoted-printable with equals signs that are none",
		    FROM "Content-Transfer-Encoding: quoted-printable\n\na=zz =\n", "a=zz " },
		{ "a boundary in quotes with blanks",
		    FROM "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\n\ny\n--a b--\n", "y" },
		{ "a preamble and an epilogue are not read", MIXED "This is MIME.\n--x\n\ny\n--x--\nbye\n", "y" },
		{ "a last boundary that is missing", MIXED "--x\n\ny\n--x\n\nz\n", "y\nz" },
		{ "blanks behind a boundary", MIXED "--x  \n\ny\n--x--  \n", "y" },
		{ "an empty part", MIXED "--x\n\n--x\n\ny\n--x--\n", "y" },
		{ "multiparts inside each other",
		    MIXED "--x\nContent-Type: multipart/mixed; boundary=xy\n\n--xy\n\ny\n--xy--\n--x\n\nz\n--x--\n",
		    "y\nz" },
		{ "soft breaks of flowed text are closed",
		    FROM "Content-Type: text/plain; format=flowed\n\nThe warp \nis tight.\n\nNext.\n",
		    "The warp is tight.\n\nNext.\n" },
		{ "DelSp takes the blank away",
		    FROM "Content-Type: text/plain; format=\"flowed\"; delsp=yes\n\nたて \nいと\n", "たていと\n" },
		{ "flowed quotes keep their depth",
		    FROM "Content-Type: text/plain; format=flowed\n\n> a \n> b\n>> c \n> d\ne\n",
		    "> a b\n>> c \n> d\ne\n" },
		{ "stuffing falls", FROM "Content-Type: text/plain; format=flowed\n\n From here\n  two\n",
		    "From here\n two\n" },
		{ "a signature does not flow", FROM "Content-Type: text/plain; format=flowed\n\nBye \n-- \nAnn\n",
		    "Bye \n-- \nAnn\n" },
		{ "a part that is signed is read",
		    FROM "Content-Type: multipart/signed; boundary=x; "
			 "protocol=\"application/pgp-signature\"\n\n--x\n\ny\n--x\n"
			 "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP "
			 "SIGNATURE-----\n--x--\n",
		    "y" },
		{ "a part that is encrypted is left alone",
		    FROM
		    "Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\n"
		    "Version: 1\n--x\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n--x--\n",
		    "" },
		{ "a file uuencoded in the text is taken out", FROM "\nSee:\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye.\n",
		    "See:\nBye.\n" },
		{ "a text that talks of a begin keeps it", FROM "\nbegin 644 times\nand go on\nend\n",
		    "begin 644 times\nand go on\nend\n" },
		{ "an alternative of nothing readable",
		    FROM
		    "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: image/png\n\nz\n--x--\n",
		    "" },
		{ "a message that is a picture", FROM "Content-Type: image/png\n\nz\n", "" },
		{ "a raw body of KOI8-R, whose subject says so",
		    "From: a@b.example\nSubject: =?koi8-r?B?8NLJ18XU?=\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет\n" },
		{ "a part without a label beside one that has it",
		    MIXED "--x\nContent-Type: text/plain; "
			  "charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n--x\n\n\xf0\xd2\xc9\n--x--\n",
		    "Привет\nПри" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading = read_of(rows[i].octets, strlen(rows[i].octets));

		SAYS_TEXT(rows[i].says, reading.text, rows[i].text);
	}
}

static void
headers_are_read_in_every_form(void **state)
{
	static const struct {
		const char *says, *octets, *from, *name, *subject;
	} rows[] = {
		{ "an address alone", "From: ann@a.example\nSubject: x\n\n", "ann@a.example", "", "x" },
		{ "a name behind, in brackets", "From: ann@a.example (Ann Lee)\nSubject: x\n\n", "ann@a.example",
		    "Ann Lee", "x" },
		{ "a source route", "From: <@r.example,@s.example:ann@a.example>\nSubject: x\n\n", "ann@a.example", "",
		    "x" },
		{ "a name with dots and no quotes", "From: Ann B. Lee <ann@a.example>\nSubject: x\n\n", "ann@a.example",
		    "Ann B. Lee", "x" },
		{ "quotes that never end", "From: \"Ann <ann@a.example>\nSubject: x\n\n", "ann@a.example", "Ann", "x" },
		{ "a name in quotes with a comma", "From: \"Lee, Ann\" <ann@a.example>\nSubject: x\n\n",
		    "ann@a.example", "Lee, Ann", "x" },
		{ "raw UTF-8 (RFC 6532)", "From: Jörg <j@a.example>\nSubject: Grüße\n\n", "j@a.example", "Jörg",
		    "Grüße" },
		{ "raw windows-1252",
		    "From: J\xf6rg <j@a.example>\nSubject: Gr\xfc\xdf"
		    "e\n\n",
		    "j@a.example", "Jörg", "Grüße" },
		{ "raw 8 bits in the charset of the body",
		    "From: \xe9\xed\xff <j@a.example>\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; "
		    "charset=windows-1251\n\n",
		    "j@a.example", "йня", "Привет" },
		{ "raw 8 bits in the charset of a part",
		    "From: j@a.example\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: multipart/mixed; "
		    "boundary=x\n\n"
		    "--x\nContent-Type: text/plain; charset=\"windows-1251\"\n\n\xe9\n--x--\n",
		    "j@a.example", "", "Привет" },
		{ "an internationalised domain",
		    "From: a@b\xc3\xbc"
		    "cher.example\nSubject: x\n\n",
		    "a@xn--bcher-kva.example", "", "x" },
		{ "a folded subject of encoded words",
		    "From: a@b.example\nSubject: =?utf-8?B?w7w=?=\n =?utf-8?B?w7w=?=\n\n", "a@b.example", "", "üü" },
		{ "a name that would turn the line round",
		    "From: A\xe2\x80\xae"
		    "B <a@b.example>\nSubject: \xe2\x81\xa6x\xe2\x80\xab\n\n",
		    "a@b.example", "AB", "x" },
		{ "names of fields in any case", "FROM: a@b.example\nsubject: x\n\n", "a@b.example", "", "x" },
		{ "a group", "From: Us: a@b.example;\nSubject: x\n\n", "a@b.example", "", "x" },
		{ "no author", "Subject: x\n\n", "", "", "x" },
		{ "an author who cannot be answered", "From: nobody\nSubject: x\n\n", "", "nobody", "x" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading = read_of(rows[i].octets, strlen(rows[i].octets));

		SAYS_TEXT(rows[i].says, reading.from_address, rows[i].from);
		SAYS_TEXT(rows[i].says, reading.from_name, rows[i].name);
		SAYS_TEXT(rows[i].says, reading.subject, rows[i].subject);
	}
}

static void
parts_are_known_for_what_they_are(void **state)
{
	static const struct {
		const char *says, *octets, *type, *filename; /* of the last part */
		int64_t size;
		bool encrypted;
	} rows[] = {
		{ "winmail.dat by its name",
		    MIXED "--x\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\n\nz\n--x--\n",
		    "application/ms-tnef", "winmail.dat", 1, false },
		{ "winmail.dat that has lost its name", MIXED "--x\nContent-Type: application/ms-tnef\n\nz\n--x--\n",
		    "application/ms-tnef", "winmail.dat", 1, false },
		{ "a file uuencoded in the text", FROM "\nSee:\nbegin 644 ../cat.txt\n#0V%T\n`\nend\n",
		    "application/octet-stream", "cat.txt", 3, false },
		{ "a part uuencoded as its header says",
		    MIXED
		    "--x\nContent-Type: image/gif; name=cat.gif\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 "
		    "cat.gif\n#0V%T\n`\nend\n--x--\n",
		    "image/gif", "cat.gif", 3, false },
		{ "S/MIME that is encrypted",
		    FROM "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nz\n",
		    "application/pkcs7-mime", "smime.p7m", 2, true },
		{ "a signature",
		    FROM "Content-Type: multipart/signed; boundary=x\n\n--x\n\ny\n--x\nContent-Type: "
			 "application/pkcs7-signature; "
			 "name=smime.p7s\nContent-Transfer-Encoding: base64\n\nQUFB\n--x--\n",
		    "application/pkcs7-signature", "smime.p7s", 3, false },
		{ "a piece of a message", FROM "Content-Type: message/partial; id=\"a\"; number=1\n\nz\n",
		    "message/partial", "", 2, false },
		{ "a name in pieces with a charset (RFC 2231)",
		    MIXED "--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*1=\"e.pdf\"; "
			  "filename*0*=utf-8''Gr%C3%BC%C3%9F\n\nz\n--x--\n",
		    "application/pdf", "Grüße.pdf", 1, false },
		{ "a name in an encoded word (Outlook)",
		    MIXED "--x\nContent-Type: application/pdf; name=\"=?utf-8?B?R3LDvMOfZS5wZGY=?=\"\n\nz\n--x--\n",
		    "application/pdf", "Grüße.pdf", 1, false },
		{ "a name in raw 8 bits",
		    MIXED "--x\nContent-Type: application/pdf; name=\"Gr\xfc\xdf"
			  "e.pdf\"\n\nz\n--x--\n",
		    "application/pdf", "Grüße.pdf", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading = read_of(rows[i].octets, strlen(rows[i].octets));
		const struct gp_part *last;

		SAYS(rows[i].says, reading.part_count > 0);
		last = &reading.parts[reading.part_count - 1];
		SAYS_TEXT(rows[i].says, last->type, rows[i].type);
		SAYS_TEXT(rows[i].says, last->filename, rows[i].filename);
		SAYS(rows[i].says, last->size == rows[i].size);
		SAYS(rows[i].says, reading.encrypted == rows[i].encrypted);
	}
}

static void
ids_that_are_none_are_made_and_stay_the_same(void **state)
{
	static const struct {
		const char *says, *id;
		bool made;
	} rows[] = {
		{ "a good one", "<k1@a.example>", false },
		{ "a good one with odd letters", "<a=b$c/d@[1.2.3.4]>", false },
		{ "one with a blank in it", "<a b@c.example>", true },
		{ "one without a domain", "<abc@>", true },
		{ "one without an at sign", "<abc>", true },
		{ "one without brackets", "a@b.example", true },
		{ "two at once", "<a@b.example> <c@d.example>", true },
		{ "one in raw 8 bits", "<\xc3\xbc@b.example>", true },
		{ "none", "", true },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *octets = gp_printf(FROM "Message-ID: %s\n\nx\n", rows[i].id);
		SCOPED(gp_free_str)
		char *other = gp_printf("Received: again\n" FROM "Message-ID: %s\n\nx\n", rows[i].id);
		SCOPED(gp_reading_release) struct gp_reading once = read_of(octets, strlen(octets));
		SCOPED(gp_reading_release) struct gp_reading again = read_of(other, strlen(other));

		SAYS(rows[i].says, once.message_id_made == rows[i].made);
		SAYS_TEXT(rows[i].says, once.message_id, again.message_id);
		if (!rows[i].made)
			SAYS_TEXT(rows[i].says, once.message_id, rows[i].id);
	}
}

static void
dates_that_cannot_be_are_none(void **state)
{
	static const struct {
		const char *says, *date;
		int64_t want; /* 0: none */
	} rows[] = {
		{ "as the RFC says", "Tue, 02 Jun 2026 10:00:00 +0200", 1780387200 },
		{ "of nobody's zone", "Tue, 02 Jun 2026 08:00:00 -0000", 1780387200 },
		{ "two digits of a year", "2 Jun 26 08:00 GMT", 1780387200 },
		{ "before there was mail", "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
		{ "years ahead", "Mon, 2 Jan 2040 00:00:00 +0000", 0 },
		{ "no date", "soon", 0 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *octets = gp_printf(FROM "Date: %s\n\nx\n", rows[i].date);
		SCOPED(gp_reading_release) struct gp_reading reading = read_of(octets, strlen(octets));

		SAYS(rows[i].says, reading.date == rows[i].want);
	}
}

/* The hashes do not depend on line ends, nor on where pieces end while they are made. */
static void
line_ends_do_not_change_what_a_message_is(void **state)
{
	(void)state;
	for (size_t n = 4080; n < 4110; n++) {
		SCOPED(gp_buf_release) struct gp_buf lf = GP_BUF_INIT(65536), crlf = GP_BUF_INIT(65536);
		SCOPED(gp_reading_release) struct gp_reading one = { 0 }, other = { 0 };

		gp_buf_adds(&lf, "From: a@b.example\n\n");
		gp_buf_adds(&crlf, "From: a@b.example\r\n\r\n");
		for (size_t i = 0; i < n; i++) {
			gp_buf_adds(&lf, i % 97 == 0 ? "\n" : i % 89 == 0 ? "\r" : "a");
			gp_buf_adds(&crlf, i % 97 == 0 ? "\r\n" : i % 89 == 0 ? "\r" : "a");
		}
		gp_message_read(lf.data, lf.len, NOW, &one);
		gp_message_read(crlf.data, crlf.len, NOW, &other);
		assert_memory_equal(one.body_sha256, other.body_sha256, 32);
		assert_memory_equal(one.delivery_sha256, other.delivery_sha256, 32);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_in_every_form),
		cmocka_unit_test(headers_are_read_in_every_form),
		cmocka_unit_test(parts_are_known_for_what_they_are),
		cmocka_unit_test(ids_that_are_none_are_made_and_stay_the_same),
		cmocka_unit_test(dates_that_cannot_be_are_none),
		cmocka_unit_test(line_ends_do_not_change_what_a_message_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
