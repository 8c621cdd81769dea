/* Links that open a new mail (DIG-06, DIG-07). */
#include "guildpost/mail/mailto.h"

#include <stdlib.h>
#include <string.h>

#include "guildpost/base/mem.h"
#include "unit/says.h"

static const struct {
	const char *says;
	struct gp_mailto link;
	const char *want;
} cases[] = {
	{ "a plus in the address is written %2B", { .address = "weavers+t4fz7@lists.example.org" },
	    "mailto:weavers%2Bt4fz7@lists.example.org" },
	{ "a blank is %20, never a plus", { .address = "a@b.example", .subject = "Re: Warp tension" },
	    "mailto:a@b.example?subject=Re%3A%20Warp%20tension" },
	{ "what would end the link is encoded", { .address = "a@b.example", .subject = "R&D #1 100%?" },
	    "mailto:a@b.example?subject=R%26D%20%231%20100%25%3F" },
	{ "a line break is %0D%0A, in a body", { .address = "a@b.example", .body = "yes\nthanks" },
	    "mailto:a@b.example?body=yes%0D%0Athanks" },
	{ "a message-id goes along as a bonus, and the link works without it",
	    { .address = "a@b.example", .subject = "Re: x", .in_reply_to = "<k+1@a.example>" },
	    "mailto:a@b.example?subject=Re%3A%20x&in-reply-to=%3Ck%2B1%40a.example%3E"
	    "&references=%3Ck%2B1%40a.example%3E" },
	{ "UTF-8 is encoded by octets, not as encoded words", { .address = "a@b.example", .subject = "Gr\303\274n" },
	    "mailto:a@b.example?subject=Gr%C3%BCn" },
	{ "a control cannot smuggle a field in", { .address = "a@b.example", .subject = "x\r\x07y" },
	    "mailto:a@b.example?subject=xy" },
};

static void
links_survive_every_handler(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);

		gp_mailto_add(&out, &cases[i].link);
		SAYS_TEXT(cases[i].says, out.data, cases[i].want);
	}
}

static void
no_link_is_too_long(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 16);
	SCOPED(gp_free_str) char *text = gp_new(4001);

	(void)state;
	memset(text, ' ', 4000);
	gp_buf_adds(&out, "before? ");
	gp_mailto_add(&out, &(struct gp_mailto){ .address = "a+b@c.example", .subject = text, .in_reply_to = text });
	SAYS_TEXT("what does not fit is left out whole", out.data, "before? mailto:a%2Bb@c.example");
	gp_buf_clear(&out);
	memset(text, 'x', 4000);
	gp_mailto_add(&out, &(struct gp_mailto){ .address = "a@c.example", .body = text });
	SAYS("a body is cut at 500 octets", out.len == strlen("mailto:a@c.example?body=") + 500);
	memset(text + 900, '\0', 1);
	gp_mailto_add(&out, &(struct gp_mailto){ .address = "a@c.example", .subject = text, .in_reply_to = "<i@x>" });
	SAYS("the bonus stays where it fits", strstr(out.data, "in-reply-to=%3Ci%40x%3E") != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_survive_every_handler),
		cmocka_unit_test(no_link_is_too_long),
	};

	return cmocka_run_group_tests_name("mail/mailto", tests, NULL, NULL);
}
