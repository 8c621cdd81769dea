/* A whole message, read: parts, charsets, ids, dates, duplicates, hashes. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/message.h"
#include "guildpost/mail/utf8.h"

#define FROM "From: Ann Lee <ann@a.example>\n"
#define NOW  1780400000 /* 2026-06-02 */

static void
text_is_found_in_every_shape(void **state)
{
	static const struct {
		const char *says, *octets, *text;
	} rows[] = {
		{ "plain", FROM "\nGrüße\n", "Grüße\n" },
		{ "CR LF", FROM "Subject: x\r\n\r\na\r\nb\r\n", "a\nb\n" },
		{ "CR alone", "From: a@b.example\rSubject: x\r\ra\rb\r", "a\nb\n" },
		{ "latin1 means windows-1252", FROM "Content-Type: text/plain; charset=iso-8859-1\n\n\x80 \xfc\n",
		    "€ ü\n" },
		{ "no label, 8 bit", FROM "\n\xfc\n", "ü\n" },
		{ "no label, Japanese escapes", FROM "\n\033$BF|K\\\033(B\n", "日本\n" },
		{ "a wrong label leaves marks, not holes", FROM "Content-Type: text/plain; charset=utf-8\n\na\xfcz\n",
		    "a\xef\xbf\xbdz\n" },
		{ "UTF-7 is refused", FROM "Content-Type: text/plain; charset=utf-7\n\n+AGE-\n", "+AGE-\n" },
		{ "NUL falls, the rest stays",
		    FROM
		    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\na=00b\n",
		    "ab\n" },
		{ "base64", FROM "Content-Transfer-Encoding: base64\n\nR3LDvMOfZQ==\n", "Grüße" },
		{ "plain before HTML",
		    FROM "Content-Type: multipart/alternative; boundary=x\n\n--x\n\na\n--x\nContent-Type: "
			 "text/html\n\n<b>b</b>\n--x--\n",
		    "a" },
		{ "HTML when plain is empty",
		    FROM "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: "
			 "text/plain\n\n\n--x\nContent-Type: "
			 "text/html\n\n<b>b</b>\n--x--\n",
		    "b\n" },
		{ "HTML alone", FROM "Content-Type: text/html; charset=utf-8\n\n<p>Grüße</p>\n", "Grüße\n" },
		{ "HTML inside related inside alternative",
		    FROM "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: multipart/related; "
			 "boundary=y\n\n--y\n"
			 "Content-Type: text/html\n\n<b>b</b>\n--y--\n--x--\n",
		    "b\n" },
		{ "two texts around a picture",
		    FROM "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\nContent-Type: "
			 "image/png\n\nz\n--x\n\nb\n--x--\n",
		    "a\nb" },
		{ "an attached text is no text",
		    FROM "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\nContent-Disposition: attachment; "
			 "filename=b.txt\n\nb\n--x--\n",
		    "a" },
		{ "a boundary that is missing", FROM "Content-Type: multipart/mixed\n\na\n", "a\n" },
		{ "a boundary that never comes", FROM "Content-Type: multipart/mixed; boundary=x\n\na\n", "a" },
		{ "a part that is cut off", FROM "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na", "a" },
		{ "no body", FROM, "" },
		{ "nothing at all", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(rows[i].octets, strlen(rows[i].octets), NOW, &reading);
		SAYS_TEXT(rows[i].says, reading.text, rows[i].text);
	}
}

static void
parts_are_named_safely(void **state)
{
	static const struct {
		const char *says, *header, *name;
	} rows[] = {
		{ "a usual name", "Content-Disposition: attachment; filename=\"sett.pdf\"\n", "sett.pdf" },
		{ "name= of the type", "Content-Type: application/pdf; name=\"sett.pdf\"\n", "sett.pdf" },
		{ "a path is cut (SEC-07)", "Content-Disposition: attachment; filename=\"../../etc/passwd\"\n",
		    "passwd" },
		{ "one of Windows too", "Content-Disposition: attachment; filename=\"C:\\\\x\\\\y.txt\"\n", "y.txt" },
		{ "a name that hides does not", "Content-Disposition: attachment; filename=\".bashrc\"\n", "bashrc" },
		{ "text turned round is turned back",
		    "Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEfdp.exe\n", "afdp.exe" },
		{ "RFC 2231", "Content-Disposition: attachment; filename*=utf-8''%E7%B9%94.pdf\n", "織.pdf" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *octets = gp_printf("%s%s\nx\n", FROM, rows[i].header);
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(octets, strlen(octets), NOW, &reading);
		SAYS(rows[i].says, reading.part_count == 1);
		SAYS_TEXT(rows[i].says, reading.parts[0].filename, rows[i].name);
	}
}

static void
bad_message_ids_are_made_anew_and_stay_the_same(void **state)
{
	static const char *const bad[] = { "", "Message-ID: <a b@c>\n", "Message-ID: k1@a.example\n",
		"Message-ID: <k1>\n", "Message-ID: <a@b> <c@d>\n" };
	SCOPED(gp_reading_release) struct gp_reading good;

	(void)state;
	for (size_t i = 0; i < GP_COUNT(bad); i++) {
		SCOPED(gp_free_str) char *octets = gp_printf("%s%s\nx\n", FROM, bad[i]);
		SCOPED(gp_free_str) char *again = gp_printf("Received: by mx\n%s%s\nx\n", FROM, bad[i]);
		SCOPED(gp_reading_release) struct gp_reading first, second;

		gp_message_read(octets, strlen(octets), NOW, &first);
		gp_message_read(again, strlen(again), NOW + 60, &second);
		SAYS(bad[i], first.message_id_made && first.message_id[0] == '<');
		SAYS_TEXT(bad[i], second.message_id, first.message_id);
	}
	gp_message_read(FROM "Message-ID: <k1@A.example>\n\n", strlen(FROM) + 28, NOW, &good);
	assert_false(good.message_id_made);
	assert_string_equal(good.message_id, "<k1@A.example>");
}

static void
what_may_stand_once_is_counted(void **state)
{
	static const struct {
		const char *says, *octets;
		int from_count;
		size_t duplicates;
	} rows[] = {
		{ "one author", FROM "\n", 1, 0 },
		{ "no From", "Subject: x\n\n", 0, 0 },
		{ "an empty From", "From: \n\n", 0, 0 },
		{ "two From fields (RCV-20)", FROM "From: b@b.example\n\n", 2, 1 },
		{ "two authors in one", "From: a@a.example, b@b.example\n\n", 2, 0 },
		{ "a group", "From: us: a@a.example, b@b.example;\n\n", 2, 0 },
		{ "two subjects and two dates", FROM "Subject: a\nSubject: b\nDate: x\nDate: y\n\n", 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(rows[i].octets, strlen(rows[i].octets), NOW, &reading);
		SAYS(rows[i].says, reading.from_count == rows[i].from_count);
		SAYS(rows[i].says, reading.duplicates.count == rows[i].duplicates);
	}
}

static void
absurd_dates_are_none(void **state)
{
	static const struct {
		const char *says, *date;
		int64_t want;
	} rows[] = {
		{ "a good one", "Date: Tue, 02 Jun 2026 09:00:00 +0200\n", 1780383600 },
		{ "none", "", 0 },
		{ "1970", "Date: Thu, 01 Jan 1970 00:00:00 +0000\n", 0 },
		{ "2040", "Date: Sun, 01 Jan 2040 00:00:00 +0000\n", 0 },
		{ "rubbish", "Date: soon\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *octets = gp_printf("%s%s\nx\n", FROM, rows[i].date);
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(octets, strlen(octets), NOW, &reading);
		SAYS(rows[i].says, reading.date == rows[i].want);
	}
}

static void
references_lead_to_the_parent(void **state)
{
	static const char octets[] = FROM
	    "Message-ID: <k9@a>\nReferences: <k1@a> text <k2@a>\n\t<bad id@a> <k9@a> <k1@a>\n"
	    "In-Reply-To: Ann's message of Monday <k3@a>\n\nx\n";
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(octets, sizeof(octets) - 1, NOW, &reading);
	assert_int_equal(reading.references.count, 3); /* itself left out, one twice, a bad one */
	assert_string_equal(reading.references.v[0], "<k1@a>");
	assert_string_equal(reading.references.v[2], "<k3@a>");
	assert_string_equal(reading.in_reply_to.v[0], "<k3@a>");
}

static void
the_same_mail_has_the_same_hash(void **state)
{
	static const char first[] = "Received: by one\nReturn-Path: <x>\n" FROM "Subject: x\n\nbody\n";
	static const char second[] = "Received: by two\r\n folded\r\nDelivered-To: y\r\nFrom: Ann Lee "
				     "<ann@a.example>\r\nSubject: x\r\n\r\nbody\r\n";
	static const char other[] = FROM "Subject: y\n\nbody\n\n";
	SCOPED(gp_reading_release) struct gp_reading a, b, c;

	(void)state;
	gp_message_read(first, sizeof(first) - 1, NOW, &a);
	gp_message_read(second, sizeof(second) - 1, NOW, &b);
	gp_message_read(other, sizeof(other) - 1, NOW, &c);
	assert_memory_equal(a.delivery_sha256, b.delivery_sha256, 32);
	assert_memory_not_equal(a.delivery_sha256, c.delivery_sha256, 32);
	assert_memory_equal(a.body_sha256, c.body_sha256, 32);
}

static void
only_results_above_the_first_received_are_kept(void **state)
{
	static const char octets[] = "Authentication-Results: mx.ours; dmarc=pass\nReceived: by mx.ours\n"
				     "Authentication-Results: mx.ours; dmarc=pass (forged)\n" FROM "\nx\n";
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(octets, sizeof(octets) - 1, NOW, &reading);
	assert_int_equal(reading.auth_results.count, 1);
	assert_string_equal(reading.auth_results.v[0], "mx.ours; dmarc=pass");
	assert_int_equal(reading.received_count, 1);
}

static void
encrypted_mail_leaves_no_words(void **state)
{
	static const char *const rows[] = {
		FROM "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=x\n\n--x\n"
		     "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--x\nContent-Type: "
		     "application/octet-stream\n\nzzz\n--x--\n",
		FROM "\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n",
		FROM "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: "
		     "base64\n\nMIAG\n",
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(rows[i], strlen(rows[i]), NOW, &reading);
		SAYS(rows[i], reading.encrypted);
		SAYS_TEXT(rows[i], reading.own_text, "");
		SAYS_TEXT(rows[i], reading.excerpt, "");
	}
}

static void
strings_are_clean(void **state)
{
	static const struct {
		const char *says, *in, *out;
		bool lines;
	} rows[] = {
		{ "controls fall",
		    "a\x01"
		    "b\x7f"
		    "c\xc2\x85",
		    "abc", true },
		{ "bidi overrides and isolates fall (I18-07)",
		    "a\xe2\x80\xae"
		    "b\xe2\x81\xa6"
		    "c",
		    "abc", true },
		{ "malformed octets are marked", "a\xc3(\xed\xa0\x80",
		    "a\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", true },
		{ "line ends are LF",
		    "a\r\nb\rc\xe2\x80\xa8"
		    "d",
		    "a\nb\nc\nd", true },
		{ "in one line white space folds", "  a\r\n\t b  ", "a b", false },
		{ "joined emoji stay", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
		    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac", true },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *got = gp_utf8_cleaned(rows[i].in, strlen(rows[i].in), rows[i].lines, 100);

		SAYS_TEXT(rows[i].says, got, rows[i].out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_found_in_every_shape),
		cmocka_unit_test(parts_are_named_safely),
		cmocka_unit_test(bad_message_ids_are_made_anew_and_stay_the_same),
		cmocka_unit_test(what_may_stand_once_is_counted),
		cmocka_unit_test(absurd_dates_are_none),
		cmocka_unit_test(references_lead_to_the_parent),
		cmocka_unit_test(the_same_mail_has_the_same_hash),
		cmocka_unit_test(only_results_above_the_first_received_are_kept),
		cmocka_unit_test(encrypted_mail_leaves_no_words),
		cmocka_unit_test(strings_are_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
