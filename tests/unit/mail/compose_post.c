/* LST-01, LST-02, LST-03, LST-13: what a list may change in a post, and nothing else. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/compose.h"

static const struct gp_list_facts facts = { .space = "weavers", .domain = "lists.example.org", .title = "Weavers" };

static struct gp_post_edit
plain_edit(void)
{
	return (struct gp_post_edit){ .list = &facts,
		.loop_mark = "weavers.lists.example.org 0123",
		.prefix = "",
		.footer = "",
		.authserv_ids = "mx.example.org",
		.received = 1780300800 };
}

static char *
compose(const char *octets, size_t n, const struct gp_post_edit *edit)
{
	SCOPED(gp_composed_release) struct gp_composed composed;
	struct gp_buf out = GP_BUF_INIT(GP_MAIL_MAX);
	const char *const none[] = { "" };
	struct gp_err err;

	gp_composed_init(&composed);
	if (gp_compose_post(octets, n, edit, &composed, &err) != GP_OK)
		return gp_strdup("");
	gp_composed_fill(&composed, none, &out);
	return gp_buf_take(&out);
}

static const char post[] = "Return-Path: <ann@example.org>\r\n"
			   "Received: from mx\r\n"
			   "DKIM-Signature: v=1; a=rsa-sha256;\r\n\th=from:subject; bh=xyz\r\n"
			   "From: Ann Lee <ann@example.org>\r\n"
			   "To: weavers@lists.example.org\r\n"
			   "Bcc: secret@example.org\r\n"
			   "Subject: Warp\r\n tension\r\n"
			   "Message-ID: <k1@example.org>\r\n"
			   "Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n"
			   "List-Unsubscribe: <mailto:other@elsewhere.example>\r\n"
			   "List-Id: <old.elsewhere.example>\r\n"
			   "Disposition-Notification-To: ann@example.org\r\n"
			   "Authentication-Results: mx.example.org; dkim=pass\r\n"
			   "Authentication-Results: foreign.example; dkim=pass\r\n"
			   "X-Own: kept  as\t is\r\n"
			   "\r\n"
			   "Body  with  blanks \r\n.dot\r\n";

static void
only_what_a_list_may_change_is_changed(void **state)
{
	struct gp_post_edit edit = plain_edit();
	SCOPED(gp_free_str) char *out = compose(post, sizeof(post) - 1, &edit);
	static const struct {
		const char *says, *text;
		bool there;
	} cases[] = {
		{ "the author stays", "From: Ann Lee <ann@example.org>\r\n", true },
		{ "the id stays", "Message-ID: <k1@example.org>\r\n", true },
		{ "a folded field stays as it was folded", "Subject: Warp\r\n tension\r\n", true },
		{ "the signature stays", "DKIM-Signature: v=1; a=rsa-sha256;\r\n\th=from:subject; bh=xyz\r\n", true },
		{ "own fields stay octet for octet", "X-Own: kept  as\t is\r\n", true },
		{ "the body stays octet for octet", "\r\n\r\nBody  with  blanks \r\n.dot\r\n", true },
		{ "foreign results stay", "foreign.example; dkim=pass", true },
		{ "results in our name go", "mx.example.org; dkim", false },
		{ "Bcc goes", "secret@example.org", false },
		{ "the read receipt goes", "Disposition-Notification-To", false },
		{ "the return path goes", "Return-Path", false },
		{ "another list's fields go", "elsewhere.example", false },
		{ "ours come", "List-Id: <weavers.lists.example.org>\r\n", true },
		{ "the loop mark comes", "X-Guildpost-Loop: weavers.lists.example.org 0123\r\n", true },
		{ "Precedence comes", "Precedence: list\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		SAYS(cases[i].says, (strstr(out, cases[i].text) != NULL) == cases[i].there);
}

static void
what_cannot_travel_is_mended(void **state)
{
	struct gp_post_edit edit = plain_edit();
	static const char bare[] = "From: a@b.example\nSubject: x\n\nline one\nline\rtwo\0end";
	SCOPED(gp_free_str) char *out = NULL;
	SCOPED(gp_buf_release) struct gp_buf large = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *long_line = NULL;
	size_t line = 0;

	(void)state;
	edit.msgid = "<made@lists.example.org>";
	out = compose(bare, sizeof(bare) - 1, &edit);
	SAYS("bare line ends become CRLF, NUL falls", strstr(out, "\r\n\r\nline one\r\nline\r\ntwoend\r\n") != NULL);
	SAYS("a missing Date comes (RCV-19)", strstr(out, "Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n") != NULL);
	SAYS("a missing id comes (RCV-18)", strstr(out, "Message-ID: <made@lists.example.org>\r\n") != NULL);
	for (const char *c = out; *c != '\0'; c++)
		SAYS(
		    "no CR or LF stands alone (SND-08)", (*c != '\n' || c[-1] == '\r') && (*c != '\r' || c[1] == '\n'));
	gp_buf_adds(&large, "From: a@b.example\r\nMessage-ID: <a@b>\r\n\r\n");
	for (int i = 0; i < 5000; i++)
		gp_buf_addc(&large, 'x');
	edit.msgid = NULL;
	long_line = compose(large.data, large.len, &edit);
	for (const char *c = long_line; *c != '\0'; c++) {
		line = *c == '\n' ? 0 : line + 1;
		SAYS("no line is over 998 octets and its CR", line <= 999);
	}
}

static void
a_prefix_does_not_stack(void **state)
{
	struct gp_post_edit edit = plain_edit();
	SCOPED(gp_free_str) char *once = NULL;
	SCOPED(gp_free_str) char *twice = NULL;

	(void)state;
	edit.prefix = "[weavers]";
	once = compose(post, sizeof(post) - 1, &edit);
	twice = compose(once, strlen(once), &edit);
	SAYS("it stands there once", strstr(once, "Subject: [weavers] Warp\r\n") != NULL);
	SAYS("a second round leaves it (LST-08)", strstr(strstr(twice, "[weavers]") + 1, "[weavers]") == NULL);
}

static void
slots_stand_between_whole_lines(void **state)
{
	SCOPED(gp_composed_release) struct gp_composed composed;
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1024);
	SCOPED(gp_buf_release) struct gp_buf copy = GP_BUF_INIT(65536);
	struct gp_post_edit edit = plain_edit();
	const char *values[] = { "List-Unsubscribe: <mailto:weavers+x1@lists.example.org>\r\n" };
	struct gp_err err;

	(void)state;
	gp_composed_init(&composed);
	SAYS("a post is composed", gp_compose_post(post, sizeof(post) - 1, &edit, &composed, &err) == GP_OK);
	SAYS("with one slot", composed.slot_count == 1);
	SAYS("behind a line end", composed.octets.data[composed.slots[0].offset - 1] == '\n');
	gp_slots_format(&composed, &text);
	SAYS(
	    "the slots are read back", gp_slots_parse(text.data, &composed, &err) == GP_OK && composed.slot_count == 1);
	gp_composed_fill(&composed, values, &copy);
	SAYS("the value stands in the header",
	    strstr(copy.data, values[0]) != NULL && strstr(copy.data, values[0]) < strstr(copy.data, "\r\n\r\n"));
	SAYS("a slot behind the end is refused", gp_slots_parse("unsubscribe 99999999", &composed, &err) != GP_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_list_may_change_is_changed),
		cmocka_unit_test(what_cannot_travel_is_mended),
		cmocka_unit_test(a_prefix_does_not_stack),
		cmocka_unit_test(slots_stand_between_whole_lines),
	};

	return cmocka_run_group_tests_name("mail/compose_post", tests, NULL, NULL);
}
