/* Header fields: unfolded, decoded, taken apart, in the forms that arrive and not only in those of the RFC. */
#include "unit/says.h"

#include "guildpost/mail/field.h"
#include "guildpost/mail/utf8.h"

static void
encoded_words_read_as_meant(void **state)
{
	static const struct {
		const char *says, *raw, *charset, *want;
	} rows[] = {
		{ "plain text is left alone", "Warp tension", "", "Warp tension" },
		{ "a Q word in UTF-8", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "", "Grüße" },
		{ "an underscore is a blank", "=?utf-8?Q?a_b?=", "", "a b" },
		{ "a B word", "=?UTF-8?B?R3LDvMOfZQ==?=", "", "Grüße" },
		{ "bad padding does no harm", "=?UTF-8?B?R3LDvMOfZQ?=", "", "Grüße" },
		{ "white space between words falls", "=?utf-8?Q?a?= \t=?utf-8?Q?b?=", "", "ab" },
		{ "white space beside text stays", "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "", "a b c" },
		{ "a character cut in two words is one", "=?utf-8?B?w7w=?= =?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "", "üü" },
		{ "a word inside quotes is read", "\"=?utf-8?Q?J=C3=B6rg?=\"", "", "\"Jörg\"" },
		{ "a word with blanks is read", "=?utf-8?Q?two words?=", "", "two words" },
		{ "a language tag is passed over", "=?utf-8*de?Q?=C3=BC?=", "", "ü" },
		{ "latin1 means windows-1252", "=?iso-8859-1?Q?=80_=93x=94?=", "", "€ “x”" },
		{ "GB2312 means GB18030", "=?gb2312?B?xOO6w4FAgg==?=", "", "你好丂\xef\xbf\xbd" },
		{ "ISO-2022-JP", "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "", "日本" },
		{ "KOI8-R", "=?koi8-r?B?8NLJ18XU?=", "", "Привет" },
		{ "an unknown charset that holds UTF-8", "=?x-nowhere?Q?=C3=BC?=", "", "ü" },
		{ "an unknown charset that does not", "=?x-nowhere?Q?=FC?=", "", "ü" },
		{ "raw UTF-8 is read",
		    "Gr\xc3\xbc\xc3\x9f"
		    "e",
		    "", "Grüße" },
		{ "raw 8 bit is read by the body's charset", "\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r", "Привет" },
		{ "raw 8 bit without one is windows-1252",
		    "Gr\xfc\xdf"
		    "e",
		    "", "Grüße" },
		{ "a word that never ends is text", "=?utf-8?Q?abc", "", "=?utf-8?Q?abc" },
		{ "line ends and controls become blanks or fall", "=?utf-8?Q?a=0D=0ABcc:_x=00=07y?=", "", "a Bcc: xy" },
		{ "bidi controls fall", "=?utf-8?B?YeKAriDigKpi?=", "", "a b" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str)
		char *got = gp_words_decode(rows[i].raw, strlen(rows[i].raw), rows[i].charset, 1000);

		SAYS_TEXT(rows[i].says, got, rows[i].want);
	}
}

static void
parameters_read_as_meant(void **state)
{
	static const struct {
		const char *says, *value, *name, *want;
	} rows[] = {
		{ "a token", "text/plain; charset=utf-8", "charset", "utf-8" },
		{ "a quoted string", "text/plain; charset=\"utf-8\"; format=flowed", "format", "flowed" },
		{ "names have no case", "text/plain; CharSet=UTF-8", "charset", "UTF-8" },
		{ "a missing one is empty", "text/plain", "charset", "" },
		{ "a semicolon in quotes is no end", "a/b; name=\"x;y.txt\"; z=1", "name", "x;y.txt" },
		{ "a quote may be escaped", "a/b; name=\"a\\\"b\"", "name", "a\"b" },
		{ "an unquoted name with blanks", "attachment; filename=my file.pdf; size=3", "filename",
		    "my file.pdf" },
		{ "RFC 2231 with a charset", "attachment; filename*=UTF-8''%e2%82%ac%20rates", "filename", "€ rates" },
		{ "RFC 2231 in sections", "a/b; name*0=\"abc\"; name*1=\"def\"", "name", "abcdef" },
		{ "sections in any order", "a/b; name*1=\"def\"; name*0=\"abc\"", "name", "abcdef" },
		{ "sections encoded in part", "a/b; name*0*=iso-8859-1'de'J%F6; name*1=\"rg.txt\"", "name",
		    "Jörg.txt" },
		{ "RFC 2231 before the plain form", "a/b; filename=\"e.txt\"; filename*=utf-8''%C3%BC.txt", "filename",
		    "ü.txt" },
		{ "an encoded word, as Outlook writes it", "a/b; name=\"=?utf-8?B?w7wudHh0?=\"", "name", "ü.txt" },
		{ "a parameter behind a comment", "text/plain (hi; there); charset=utf-8", "charset", "utf-8" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *got = gp_value_param(rows[i].value, rows[i].name);

		SAYS_TEXT(rows[i].says, got, rows[i].want);
	}
}

static void
mailboxes_read_as_meant(void **state)
{
	static const struct {
		const char *says, *value;
		size_t count;
		const char *name, *address; /* of the last */
	} rows[] = {
		{ "name and brackets", "Ann Lee <ann@a.example>", 1, "Ann Lee", "ann@a.example" },
		{ "a bare address", "ann@a.example", 1, "", "ann@a.example" },
		{ "a comment is the name in the oldest form", "ann@a.example (Ann Lee)", 1, "Ann Lee",
		    "ann@a.example" },
		{ "a comma in a quoted name is no end", "\"Lee, Ann\" <ann@a.example>", 1, "Lee, Ann",
		    "ann@a.example" },
		{ "two mailboxes are two", "a@a.example, Bob <b@b.example>", 2, "Bob", "b@b.example" },
		{ "a missing comma makes two, not one glued", "a@x.example b@x.example", 2, "", "b@x.example" },
		{ "a quoted name before a bare address", "\"J\xf6rg, Dr\" a@x.example", 1, "Jörg, Dr", "a@x.example" },
		{ "a bracket that never closes", "Ann <a@x.example", 1, "Ann", "a@x.example" },
		{ "no address at all", "undisclosed", 1, "undisclosed", "" },
		{ "an empty pair of brackets", "<>", 1, "", "" },
		{ "an empty value is nobody", "", 0, NULL, NULL },
		{ "a group is opened", "Friends: a@a.example, b@b.example;", 2, "", "b@b.example" },
		{ "an empty group is nobody", "undisclosed-recipients:;", 0, NULL, NULL },
		{ "a source route is forgotten", "<@r.example:ann@a.example>", 1, "", "ann@a.example" },
		{ "an encoded name", "=?utf-8?Q?J=C3=B6rg?= <j@x.example>", 1, "Jörg", "j@x.example" },
		{ "an archive's way of hiding", "ann at a.example (Ann Lee)", 1, "Ann Lee", "ann@a.example" },
		{ "an address with a line end smuggled in is none", "<a@x.example\x01>", 1, "", "" },
		{ "a quoted local part", "\"a b\"@x.example", 1, "", "\"a b\"@x.example" },
		{ "an internationalised domain becomes its A-label",
		    "<ann@b\xc3\xbc"
		    "cher.example>",
		    1, "", "ann@xn--bcher-kva.example" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_mailboxes_release) struct gp_mailboxes boxes = { 0 };

		gp_mailboxes_read(rows[i].value, "", &boxes);
		SAYS(rows[i].says, boxes.count == rows[i].count);
		if (rows[i].count == 0)
			continue;
		SAYS_TEXT(rows[i].says, boxes.v[boxes.count - 1].name, rows[i].name);
		SAYS_TEXT(rows[i].says, boxes.v[boxes.count - 1].address, rows[i].address);
	}
}

static void
message_ids_are_checked_octet_for_octet(void **state)
{
	static const struct {
		const char *says, *id;
		bool ok;
	} rows[] = {
		{ "a usual one", "<k1@a.example>", true },
		{ "strange but printable signs", "<$a/b=c+d@[1.2.3.4]>", true },
		{ "no brackets", "k1@a.example", false },
		{ "no domain", "<k1@>", false },
		{ "no local part", "<@a.example>", false },
		{ "no at", "<k1>", false },
		{ "a blank within", "<a b@c>", false },
		{ "8 bit", "<\xc3\xbc@c>", false },
		{ "two of them", "<a@b><c@d>", false },
	};
	SCOPED(gp_strs_release) struct gp_strs ids = { 0 };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		SAYS(rows[i].says, gp_msgid_ok(rows[i].id, strlen(rows[i].id)) == rows[i].ok);
	gp_msgids_scan("your mail of Monday <a@b>,<c@d> (x) <bad id@e> <a@b> <<f@g>>", &ids);
	assert_int_equal(ids.count, 3);
	assert_string_equal(ids.v[0], "<a@b>");
	assert_string_equal(ids.v[1], "<c@d>");
	assert_string_equal(ids.v[2], "<f@g>");
}

static void
dates_read_as_meant(void **state)
{
	static const struct {
		const char *says, *value;
		int64_t want; /* -1: none */
	} rows[] = {
		{ "as the RFC has it", "Tue, 02 Jun 2026 09:00:00 +0200", 1780383600 },
		{ "without a weekday and seconds", "2 Jun 2026 07:00 GMT", 1780383600 },
		{ "with a comment", "Tue, 2 Jun 2026 07:00:00 +0000 (UTC)", 1780383600 },
		{ "-0000 says nothing of the zone", "Tue, 2 Jun 2026 07:00:00 -0000", 1780383600 },
		{ "names of zones", "Tue, 2 Jun 2026 03:00:00 EDT", 1780383600 },
		{ "a two-digit year", "2 Jun 98 07:00:00 +0000", 896770800 },
		{ "ctime's order", "Tue Jun  2 07:00:00 2026", 1780383600 },
		{ "hyphens", "02-Jun-2026 07:00:00 +0000", 1780383600 },
		{ "RFC 3339", "2026-06-02T09:00:00+02:00", 1780383600 },
		{ "an impossible hour", "2 Jun 2026 99:99:99 +0000", -1 },
		{ "no date", "yesterday", -1 },
		{ "nothing", "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		int64_t t = -1;

		if (!gp_mail_date_parse(rows[i].value, &t))
			t = -1;
		SAYS(rows[i].says, t == rows[i].want);
	}
}

static void
subjects_lose_their_prefixes(void **state)
{
	static const struct {
		const char *says, *subject, *base;
		bool reply;
	} rows[] = {
		{ "none", "Warp tension", "warp tension", false },
		{ "Re", "Re: Warp", "warp", true },
		{ "stacked in languages", "AW: Re: SV: [weavers] RE: Warp", "warp", true },
		{ "numbered", "Re[2]: Warp", "warp", true },
		{ "full width", "回复：Warp", "warp", true },
		{ "a tag", "[weavers] Warp", "warp", false },
		{ "a tag alone stays", "[weavers]", "[weavers]", false },
		{ "a forward is no reply", "Fwd: Warp", "warp", false },
		{ "letters beyond ASCII fold", "Re: ÄRGER Ё", "ärger ё", true },
		{ "a word that begins like one", "Retting flax", "retting flax", false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		bool reply;
		SCOPED(gp_free_str) char *base = gp_subject_base(rows[i].subject, &reply);

		SAYS_TEXT(rows[i].says, base, rows[i].base);
		SAYS(rows[i].says, reply == rows[i].reply);
	}
}

static void
broken_headers_are_read_to_their_end(void **state)
{
	static const struct {
		const char *says, *octets;
		size_t count;
		const char *body;
	} rows[] = {
		{ "fields and body", "A: 1\nB: 2\n\nbody", 2, "body" },
		{ "folded", "A: 1\n 2\n\nbody", 1, "body" },
		{ "CR LF", "A: 1\r\nB: 2\r\n\r\nbody", 2, "body" },
		{ "an mbox line first", "From ann Mon\nFrom: a@b\n\nbody", 1, "body" },
		{ "a line without a colon between known fields", "From: a@b\nrubbish\nSubject: x\n\nbody", 2, "body" },
		{ "a missing blank line", "Subject: x\nDear all,\n\nmore", 1, "Dear all,\n\nmore" },
		{ "a fold of blanks alone", "A: 1\n \nB: 2\n\nbody", 2, "body" },
		{ "no header", "Hello there\nwe meet\n", 0, "Hello there\nwe meet\n" },
		{ "no body", "A: 1\n", 1, "" },
		{ "nothing", "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_fields_release) struct gp_fields fields;

		gp_fields_read(rows[i].octets, strlen(rows[i].octets), &fields);
		SAYS(rows[i].says, fields.count == rows[i].count);
		SAYS_TEXT(rows[i].says, rows[i].octets + fields.body, rows[i].body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded_words_read_as_meant),
		cmocka_unit_test(parameters_read_as_meant),
		cmocka_unit_test(mailboxes_read_as_meant),
		cmocka_unit_test(message_ids_are_checked_octet_for_octet),
		cmocka_unit_test(dates_read_as_meant),
		cmocka_unit_test(subjects_lose_their_prefixes),
		cmocka_unit_test(broken_headers_are_read_to_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
