/* SEC-01, I18-01, SND-08: the one header writer. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/compose.h"

static void
a_value_cannot_end_its_line(void **state)
{
	static const char *const evil[] = { "a\r\nBcc: victim@example.org", "a\nX: y", "a\rX: y", "\r\n\r\nbody",
		"tab\there", "bell\a", "del\x7f", "a\r\n b", "\xe2\x80\xae\x64rowssap" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(evil); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(65536);
		const char *at;

		gp_header_text(&out, "Subject", evil[i]);
		gp_header_mailbox(&out, "From", evil[i], "ann@example.org");
		gp_header_mailbox(&out, "To", "Ann", evil[i]);
		gp_header_token(&out, "References", evil[i]);
		for (at = out.data; *at != '\0'; at = strstr(at, "\r\n") + 2)
			SAYS("every line is one of our fields or a fold",
			    *at == ' ' || strncmp(at, "Subject: ", 9) == 0 || strncmp(at, "From: ", 6) == 0 ||
				strncmp(at, "To: ", 4) == 0 || strncmp(at, "References: ", 12) == 0);
		for (at = out.data; *at != '\0'; at++)
			SAYS("no control stays but CRLF", (unsigned char)*at >= 0x20 ||
							      (*at == '\r' && at[1] == '\n') ||
							      (*at == '\n' && at[-1] == '\r'));
		SAYS("no bidi control stays (I18-07)", strstr(out.data, "\xe2\x80\xae") == NULL);
	}
}

static size_t
longest_line(const char *text)
{
	size_t longest = 0, n;

	for (; *text != '\0'; text += n + 2) {
		n = (size_t)(strstr(text, "\r\n") - text);
		longest = n > longest ? n : longest;
	}
	return longest;
}

static void
long_values_fold(void **state)
{
	static const struct {
		const char *says, *piece;
	} cases[] = {
		{ "English words", "weaving and dyeing " },
		{ "Thai without blanks (I18-01)", "\xe0\xb8\x81\xe0\xb8\xb2\xe0\xb8\xa3\xe0\xb8\x97\xe0\xb8\xad" },
		{ "emoji", "\xf0\x9f\xa7\xb6\xf0\x9f\xa7\xb5" },
		{ "one word without end", "x" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_buf_release) struct gp_buf value = GP_BUF_INIT(65536);
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(65536);

		for (size_t n = 0; n < 300; n++)
			gp_buf_adds(&value, cases[i].piece);
		gp_header_text(&out, "Subject", value.data);
		SAYS(cases[i].says, !out.full && out.len > 300);
		SAYS("no line is over 998 octets (SND-08)", longest_line(out.data) <= 998);
		SAYS("an encoded line has at most 76",
		    strstr(out.data, "=?UTF-8") == NULL || longest_line(out.data) <= 76);
		SAYS("no fold is blank alone", strstr(out.data, "\r\n \r\n") == NULL);
	}
}

static void
mailboxes_are_written_right(void **state)
{
	static const struct {
		const char *says, *display, *address, *want;
	} cases[] = {
		{ "a bare address", "", "ann@example.org", "To: ann@example.org\r\n" },
		{ "a name is quoted", "Ann Lee", "ann@example.org", "To: \"Ann Lee\" <ann@example.org>\r\n" },
		{ "quotes and backslashes are escaped", "Ann \"the\\loom\" Lee", "a@b.example",
		    "To: \"Ann \\\"the\\\\loom\\\" Lee\" <a@b.example>\r\n" },
		{ "a comma is harmless", "Lee, Ann", "a@b.example", "To: \"Lee, Ann\" <a@b.example>\r\n" },
		{ "a name beyond ASCII is an encoded word, without quotes", "J\xc3\xb6rg", "j@b.example",
		    "To: =?UTF-8?B?SsO2cmc=?= <j@b.example>\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);

		gp_header_mailbox(&out, "To", cases[i].display, cases[i].address);
		SAYS_TEXT(cases[i].says, out.data, cases[i].want);
	}
}

static void
dates_are_written_in_their_zone(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);

	(void)state;
	gp_header_date(&out, "Date", 1780300800, 7200);
	SAYS_TEXT("east of Greenwich", out.data, "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\n");
	gp_buf_clear(&out);
	gp_header_date(&out, "Date", 1780300800, -12600);
	SAYS_TEXT("west by half hours", out.data, "Date: Mon, 01 Jun 2026 04:30:00 -0330\r\n");
	gp_buf_clear(&out);
	gp_header_date(&out, "Date", -1, 0);
	SAYS_TEXT("before the epoch", out.data, "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n");
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Seeds are counted by the store, so they go on where they were after a restart (SND-11). */
static void
a_million_ids_differ(void **state)
{
	enum { COUNT = 1000000 };
	uint64_t *heads = gp_new_array(COUNT, sizeof(*heads));
	char seed[64], id[160];
	size_t twice = 0;

	(void)state;
	gp_msgid_make("lists.example.org", "notice welcome 17 1780300800", id, sizeof(id));
	SAYS("an id is ours, in lower case, and tells nothing", strlen(id) == 1 + 40 + 19 &&
								    strspn(id + 1, "0123456789abcdef") == 40 &&
								    strcmp(id + 41, "@lists.example.org>") == 0);
	for (size_t i = 0; i < COUNT; i++) {
		(void)snprintf(seed, sizeof(seed), "notice welcome %zu 1780300800", i);
		gp_msgid_make("lists.example.org", seed, id, sizeof(id));
		id[17] = '\0';
		heads[i] = strtoull(id + 1, NULL, 16);
	}
	qsort(heads, COUNT, sizeof(*heads), by_value);
	for (size_t i = 1; i < COUNT; i++)
		twice += heads[i] == heads[i - 1];
	free(heads);
	SAYS("a million ids differ in their first 64 bits", twice == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_cannot_end_its_line),
		cmocka_unit_test(long_values_fold),
		cmocka_unit_test(mailboxes_are_written_right),
		cmocka_unit_test(dates_are_written_in_their_zone),
		cmocka_unit_test(a_million_ids_differ),
	};

	return cmocka_run_group_tests_name("mail/header_write", tests, NULL, NULL);
}
