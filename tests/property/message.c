/* Whatever happens to a message on its way, reading it ends, and gives strings that may be shown. */
#include "unit/says.h"

#include <time.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/message.h"
#include "guildpost/mail/utf8.h"

#define MUTATIONS 20000
#define CHANGES	  8

static const char *const seeds[] = {
	"From: =?utf-8?Q?J=C3=B6rg?= <j@x.example>\r\nTo: weavers@lists.example.org\r\nSubject: Re: [weavers] "
	"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\r\n"
	"Message-ID: <k2@x.example>\r\nReferences: <k0@x.example>\r\n <k1@x.example>\r\nDate: Tue, 2 Jun 2026 09:00:00 "
	"+0200\r\n"
	"Content-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	"Hallo,\r\n\r\nein Zw=F6lfer =80.\r\n\r\nAm 01.06.26 schrieb Ann:\r\n> Welches Blatt?\r\n\r\n-- \r\nJ=F6rg\r\n",
	"From: a@a.example\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\nContent-Type: multipart/alternative; "
	"boundary=y\n\n"
	"--y\nContent-Type: text/plain; format=flowed\n\nWhich?\n--y\nContent-Type: text/html\n\n<p>Which <a "
	"href='http://a.example/'>one</a>?"
	"<blockquote type=cite><ul><li>x</ul></blockquote>\n--y--\n--x\nContent-Type: text/calendar; "
	"method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
	"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260601T000000Z\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@a.example\nEND:VEVENT\nEND:"
	"VCALENDAR\n"
	"--x\nContent-Type: image/png; name*0*=utf-8''%E2%82%AC; name*1=\".png\"\nContent-Transfer-Encoding: "
	"base64\n\niVBORw0KGgo=\n--x--\n",
	"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; "
	"report-type=delivery-status; boundary=z\n\n--z\n\n"
	"<a@a.example>: 550 5.1.1 unknown\n--z\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; "
	"mx\n\nFinal-Recipient: rfc822; a@a.example\n"
	"Action: failed\nStatus: 5.1.1\n\n--z\nContent-Type: message/rfc822\n\nFrom: b@b.example\nTo: "
	"a@a.example\nSubject: x\n\nbody\n--z--\n",
};

static void
check_text(const char *what, const char *s, bool lines)
{
	size_t n = strlen(s);
	uint32_t rune = 0;

	for (size_t i = 0, length; i < n; i += length) {
		length = gp_utf8_next(s + i, n - i, &rune);
		if (length == 0 || !(gp_utf8_shown(rune) || (lines && rune == '\n')))
			fail_msg("%s holds what may not be shown at octet %zu", what, i);
	}
}

static void
check(const char *octets, size_t n)
{
	SCOPED(gp_reading_release) struct gp_reading reading, again;
	SCOPED(gp_buf_release) struct gp_buf encoded = GP_BUF_INIT(16u << 20);
	char *exact = gp_memdup(octets, n); /* of exact size, for the sanitizer */
	struct gp_err err;

	gp_message_read(exact, n, 0, &reading);
	free(exact);
	check_text("subject", reading.subject, false);
	check_text("subject base", reading.subject_base, false);
	check_text("message id", reading.message_id, false);
	check_text("author", reading.from_name, false);
	check_text("address", reading.from_address, false);
	check_text("text", reading.text, true);
	check_text("own text", reading.own_text, true);
	check_text("first line", reading.first_line, false);
	check_text("excerpt", reading.excerpt, false);
	for (size_t i = 0; i < reading.part_count; i++) {
		check_text("type", reading.parts[i].type, false);
		check_text("charset", reading.parts[i].charset, false);
		check_text("filename", reading.parts[i].filename, false);
	}
	for (size_t i = 0; i < reading.bounce_count; i++)
		check_text("recipient", reading.bounces[i].recipient, false);
	for (size_t i = 0; i < reading.calendar_count; i++) {
		check_text("uid", reading.calendars[i].uid, false);
		check_text("summary", reading.calendars[i].summary, true);
	}
	gp_reading_encode(&reading, &encoded);
	assert_int_equal(gp_reading_decode(encoded.data, encoded.len, &again, &err), GP_OK);
}

static void
every_prefix_is_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(seeds); i++)
		for (size_t n = 0; n <= strlen(seeds[i]); n++)
			check(seeds[i], n);
}

static void
random_changes_are_survived(void **state)
{
	static const char nasty[] = "\0\r\n<>()\"\\=?;:-\x80\xff\xe2 @.%&{";
	unsigned seed = getenv("SEED") != NULL ? (unsigned)strtoul(getenv("SEED"), NULL, 10) : (unsigned)time(NULL);

	(void)state;
	print_message("# seed %u\n", seed);
	srandom(seed);
	for (int i = 0; i < MUTATIONS; i++) {
		const char *from = seeds[(size_t)random() % GP_COUNT(seeds)];
		size_t n = strlen(from);
		SCOPED(gp_free_str) char *octets = gp_memdup(from, n + 1);

		for (long changes = random() % CHANGES + 1; changes > 0; changes--) {
			size_t at = (size_t)random() % n, other = (size_t)random() % n, length = (size_t)random() % 30;

			if (random() % 2 == 0)
				octets[at] = nasty[(size_t)random() % (sizeof(nasty) - 1)];
			else if (at + length < n && other + length < n)
				memmove(octets + at, octets + other, length);
		}
		check(octets, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_is_survived),
		cmocka_unit_test(random_changes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
