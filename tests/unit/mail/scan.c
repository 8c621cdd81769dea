/* The look before the libraries: what is over a limit is refused, and the worst is looked at in time. */
#include "unit/says.h"

#include <time.h>

#include "guildpost/base/buf.h"
#include "guildpost/mail/message.h"
#include "guildpost/mail/scan.h"

#define BIG (25u << 20)

static struct gp_buf
repeated(const char *before, const char *what, size_t times, const char *after)
{
	struct gp_buf out = GP_BUF_INIT(64u << 20);

	gp_buf_adds(&out, before);
	for (size_t i = 0; i < times; i++)
		gp_buf_adds(&out, what);
	gp_buf_adds(&out, after);
	return out;
}

/* n multiparts inside each other. */
static struct gp_buf
nested(size_t n)
{
	struct gp_buf out = GP_BUF_INIT(64u << 20);

	for (size_t i = 0; i < n; i++)
		gp_buf_addf(&out, "Content-Type: multipart/mixed; boundary=\"b%zu\"\n\n--b%zu\n", i, i);
	gp_buf_adds(&out, "\nhello\n");
	return out;
}

static void
limits_are_kept(void **state)
{
	const struct {
		const char *says, *refused;
		struct gp_buf octets;
	} rows[] = {
		{ "twenty multiparts may nest", "", nested(20) },
		{ "twenty-one may not", "nesting", nested(21) },
		{ "ten thousand neither", "nesting", nested(10000) },
		{ "twenty messages may nest", "", repeated("", "Content-Type: message/rfc822\n\n", 20, "\nx\n") },
		{ "forty thousand may not", "nesting",
		    repeated("", "Content-Type: message/rfc822\n\n", 40000, "\nx\n") },
		{ "messages in digests count without saying so", "nesting",
		    repeated("", "Content-Type: multipart/digest; boundary=x\n\n--x\n\n", 30, "\nx\n") },
		{ "four hundred parts are read", "",
		    repeated("Content-Type: multipart/mixed; boundary=x\n\n", "--x\n\na\n", 400, "--x--\n") },
		{ "two hundred thousand are not", "parts",
		    repeated("Content-Type: multipart/mixed; boundary=x\n\n", "--x\n\na\n", 200000, "--x--\n") },
		{ "a thousand fields are read", "", repeated("", "A: b\n", 1000, "\nx\n") },
		{ "more are not", "header", repeated("", "A: b\n", 1001, "\nx\n") },
		{ "a header over 256 KiB is not read", "header",
		    repeated("Subject: ", "aaaaaaaaaaaaaaaa", 20000, "\n\nx\n") },
		{ "comments nest sixty-four deep", "", repeated("To: ", "(", 64, "\n\nx\n") },
		{ "and no deeper", "header", repeated("To: ", "(", 150000, "\n\nx\n") },
		{ "nor in a part's header", "header",
		    repeated("Content-Type: multipart/mixed; boundary=x\n\n--x\nTo: ", "(", 65, "\n\nx\n--x--\n") },
		{ "a bracket in the text is free", "", repeated("To: a@b\n\n", "(", 1000, "\n") },
		{ "a boundary of 71 octets is refused", "boundary",
		    repeated("Content-Type: multipart/mixed; boundary=", "x", 71, "\n\nx\n") },
		{ "types hidden in what looks like text are counted", "parts",
		    repeated("Subject: x\n\n", "Content-Type: message/rfc822\n\n", 30000, "") },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_buf_release) struct gp_buf octets = rows[i].octets;
		struct gp_scan scan;

		gp_scan(octets.data, octets.len, &scan);
		SAYS_TEXT(rows[i].says, scan.refused, rows[i].refused);
	}
}

static void
what_is_refused_still_says_who_wrote_it(void **state)
{
	SCOPED(gp_buf_release)
	struct gp_buf octets = repeated(
	    "From: Ann <ann@a.example>\nSubject: x\n", "Content-Type: message/rfc822\n\n", 40000, "");
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(octets.data, octets.len, 0, &reading);
	assert_string_equal(reading.refused, "nesting");
	assert_string_equal(reading.from_address, "ann@a.example");
	assert_string_equal(reading.text, "");
}

/* Bounds with room for a busy machine and for sanitizers; what they catch is quadratic. */
static void
the_worst_of_25_mb_is_read_in_time(void **state)
{
	static const struct {
		const char *says, *before, *what, *after;
	} rows[] = {
		{ "marks of quotes", "Subject: x\n\n", ">\n", "" },
		{ "one line of marks", "Subject: x\n\n", ">", "" },
		{ "one line of letters", "Subject: x\n\n", "a", "" },
		{ "lines of letters", "Subject: x\n\n", "a\n", "" },
		{ "lines that could be attributions", "Subject: x\n\n", "On 1 May 2020 at 10:00 a@b wrote:\n", "" },
		{ "lines that could be headers of a quote", "Subject: x\n\n", "From: a\nSent: b\n", "" },
		{ "rules", "Subject: x\n\n", "----------------------------\n", "" },
		{ "tags that open", "Content-Type: text/html\n\n", "<b>", "" },
		{ "tags that close", "Content-Type: text/html\n\n<i><b><u>", "</a>", "" },
		{ "links", "Content-Type: text/html\n\n", "<a href=http://a.example/x>y</a>", "" },
		{ "entities", "Content-Type: text/html\n\n", "&lt;", "" },
		{ "comments that never end", "Content-Type: text/html\n\n", "<!--", "" },
		{ "attributes that never end", "Content-Type: text/html\n\n<a ", "b='", "" },
		{ "base64", "Content-Transfer-Encoding: base64\n\n", "aGVsbG8gd29ybGQK\n", "" },
		{ "soft line breaks", "Content-Transfer-Encoding: quoted-printable\n\n", "=\n", "" },
		{ "equals signs", "Content-Transfer-Encoding: quoted-printable\n\n", "= ", "" },
		{ "almost boundaries", "Content-Type: multipart/mixed; boundary=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n",
		    "--xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "" },
		{ "a report of addresses", "From: MAILER-DAEMON@a.example\nSubject: failure\n\n",
		    "550 a@b.example 5.1.1 c@d.example\n", "" },
		{ "a status of groups", "Content-Type: message/delivery-status\n\n",
		    "Final-Recipient: rfc822; a@b.example\n\n", "" },
		{ "letters of Shift-JIS", "Content-Type: text/plain; charset=shift_jis\n\n", "\x82\xa0", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_buf_release)
		struct gp_buf octets = repeated(
		    rows[i].before, rows[i].what, BIG / strlen(rows[i].what), rows[i].after);
		SCOPED(gp_reading_release) struct gp_reading reading;
		clock_t begun = clock();
		double took;

		gp_message_read(octets.data, octets.len, 0, &reading);
		took = (double)(clock() - begun) / CLOCKS_PER_SEC;
		if (getenv("GP_VERBOSE") != NULL)
			print_message("%-45s %.2f s\n", rows[i].says, took);
		SAYS(rows[i].says, took < 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(what_is_refused_still_says_who_wrote_it),
		cmocka_unit_test(the_worst_of_25_mb_is_read_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
