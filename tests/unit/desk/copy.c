/* DESIGN.md rules 8 and 9, SND-01, LST-04: a copy is computed from row and member alone. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/desk/copy.h"

#define NOW 1780300800

struct scene {
	struct gp_desk desk;
	struct gp_space space;
	struct gp_recipient to;
	struct gp_claim claim;
	struct gp_composed mail;
	struct gp_copy copy;
};

static void
scene_init(struct scene *s, const char *address, const char *name)
{
	static char space_name[] = "weavers", domain[] = "lists.example.org";

	*s = (struct scene){ .space = { .id = 1, .name = space_name, .domain = domain } };
	s->desk.keys.count = 1;
	s->desk.keys.key[0].kid = '0';
	memset(s->desk.keys.key[0].secret, 7, 32);
	s->to = (struct gp_recipient){ .key = 17,
		.member_id = 17,
		.subscription_id = 99,
		.address = gp_strdup(address),
		.name = gp_strdup(name) };
	s->claim = (struct gp_claim){ .outbox_id = 5, .created_at = NOW, .to = &s->to, .count = 1 };
	gp_composed_init(&s->mail);
}

static void
scene_release(struct scene *s)
{
	free(s->to.address);
	free(s->to.name);
	gp_strs_release(&s->to.values);
	gp_copy_release(&s->copy);
	gp_composed_release(&s->mail);
}

static char *
joined(const struct gp_copy *copy)
{
	struct gp_buf out = GP_BUF_INIT(1 << 20);
	const char *octets;
	size_t n;

	for (size_t i = 0; (octets = gp_copy_piece(copy, i, &n)) != NULL; i++)
		gp_buf_add(&out, octets, n);
	SAYS("the size is that of the pieces", gp_copy_size(copy) == out.len);
	return gp_buf_take(&out);
}

static void
slots_are_filled_in_their_places(void **state)
{
	struct scene s;
	struct gp_err err;

	(void)state;
	scene_init(&s, "ann@example.org", "Ann Lee");
	gp_buf_adds(&s.mail.octets, "From: x\r\n");
	gp_composed_slot(&s.mail, "to");
	gp_buf_adds(&s.mail.octets, "Subject: y\r\n");
	gp_composed_slot(&s.mail, "unsubscribe");
	gp_buf_adds(&s.mail.octets, "\r\nHello\r\n");
	gp_composed_slot(&s.mail, "personal");
	gp_strs_add(&s.to.values, "personal");
	gp_strs_add(&s.to.values, "For you: 2 replies\r\n");
	SAYS("a copy is made", gp_copy_make(&s.desk, &s.space, &s.claim, 0, &s.mail, &s.copy, &err) == GP_OK);
	{
		SCOPED(gp_free_str) char *text = joined(&s.copy);
		SCOPED(gp_free_str) char *again = NULL;
		const char *leave = strstr(text, "List-Unsubscribe: <mailto:weavers+x");

		SAYS("To stands where its slot is",
		    strstr(text, "From: x\r\nTo: \"Ann Lee\" <ann@example.org>\r\nSubject: y\r\nList-Unsub") == text);
		SAYS("the way out has a token in the address", leave != NULL);
		SAYS("a stored value stands at the end, where its slot is",
		    strcmp(text + strlen(text) - 27, "Hello\r\nFor you: 2 replies\r\n") == 0);
		SAYS("the copy made again",
		    gp_copy_make(&s.desk, &s.space, &s.claim, 0, &s.mail, &s.copy, &err) == GP_OK);
		again = joined(&s.copy);
		SAYS_TEXT("has the same octets", again, text);
	}
	scene_release(&s);
}

static void
the_envelope_names_row_and_recipient(void **state)
{
	struct scene s;
	struct gp_err err;
	uint64_t key = 0, row = 0;
	char token[GP_TOKEN_SIZE] = "";

	(void)state;
	scene_init(&s, "ann@example.org", "");
	gp_buf_adds(&s.mail.octets, "From: x\r\n\r\n");
	SAYS("a copy is made", gp_copy_make(&s.desk, &s.space, &s.claim, 0, &s.mail, &s.copy, &err) == GP_OK);
	(void)snprintf(token, sizeof(token), "%.31s", s.copy.sender + strlen("weavers+"));
	SAYS("the sender's token is read back",
	    gp_token_read_bounce(&s.desk.keys, token, "weavers", &key, &row) && key == 17 && row == 5);
	SAYS("no address of the member is in it", strstr(s.copy.sender, "ann") == NULL);
	SAYS("of the house itself", gp_copy_make(&s.desk, NULL, &s.claim, 0, &s.mail, &s.copy, &err) == GP_OK);
	SAYS_TEXT("the sender is <>", s.copy.sender, "");
	scene_release(&s);
}

static void
what_would_break_the_wire_is_refused(void **state)
{
	static const struct {
		const char *says, *address, *value, *want;
	} rows[] = {
		{ "CR LF in an address is no second command", "a@example.org>\r\nRCPT TO:<b@example.org", "", "5.1.3" },
		{ "an address without a domain", "ann", "", "5.1.3" },
		{ "a value with a bare LF", "ann@example.org", "a\nb\r\n", "5.6.0" },
		{ "a value that ends within a line", "ann@example.org", "a", "5.6.0" },
		{ "a value with a bare CR", "ann@example.org", "a\rb\r\n", "5.6.0" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		struct scene s;
		struct gp_err err = { .text = "" };

		scene_init(&s, rows[i].address, "");
		gp_buf_adds(&s.mail.octets, "From: x\r\n\r\n");
		gp_composed_slot(&s.mail, "personal");
		gp_strs_add(&s.to.values, "personal");
		gp_strs_add(&s.to.values, rows[i].value);
		SAYS(rows[i].says, gp_copy_make(&s.desk, &s.space, &s.claim, 0, &s.mail, &s.copy, &err) == GP_PERM);
		SAYS_TEXT(rows[i].says, err.status, rows[i].want);
		scene_release(&s);
	}
}

static void
octets_that_travel(void **state)
{
	static const struct {
		const char *says, *octets;
		bool travel, eight;
	} rows[] = {
		{ "whole lines travel", "a\r\nb\r\n", true, false },
		{ "nothing travels", "", true, false },
		{ "8-bit is noticed", "\xc3\xa4\r\n", true, true },
		{ "a bare LF does not", "a\nb\r\n", false, false },
		{ "nor LF CR", "a\n\r\n", false, false },
		{ "nor a bare CR", "a\rb\r\n", false, false },
		{ "nor a last line without its end", "a\r\nb", false, false },
		{ "nor CR at the very end", "a\r", false, false },
	};
	SCOPED(gp_free_str) char *line = gp_new(1001);
	bool eight;

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SAYS(rows[i].says, gp_octets_travel(rows[i].octets, strlen(rows[i].octets), &eight) == rows[i].travel);
		SAYS(rows[i].says, !rows[i].travel || eight == rows[i].eight);
	}
	memset(line, 'x', 999);
	memcpy(line + 998, "\r\n", 2);
	SAYS("998 octets and CRLF travel (RFC 5322 section 2.1.1)", gp_octets_travel(line, 1000, &eight));
	line[998] = 'x';
	memcpy(line + 999, "\r\n", 2);
	SAYS("999 do not", !gp_octets_travel(line, 1001, &eight));
	SAYS("nor does a NUL", !gp_octets_travel("a\0b\r\n", 5, &eight));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_filled_in_their_places),
		cmocka_unit_test(the_envelope_names_row_and_recipient),
		cmocka_unit_test(what_would_break_the_wire_is_refused),
		cmocka_unit_test(octets_that_travel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
