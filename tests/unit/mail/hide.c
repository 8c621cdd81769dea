/* No address of anybody in what strangers see. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/hide.h"

static const struct {
	const char *says, *text, *want;
} texts[] = {
	{ "plain text stays", "Twelve ends, at 3 o'clock.", "Twelve ends, at 3 o'clock." },
	{ "an address loses its local part", "write to ann.lee@example.org, please",
	    "write to ...@example.org, please" },
	{ "also between brackets", "Ann <ann+loom@example.org> wrote:", "Ann <...@example.org> wrote:" },
	{ "and behind mailto:", "mailto:ann@example.org?subject=x", "mailto:...@example.org?subject=x" },
	{ "a quoted local part too", "\"ann lee\"@example.org", "...@example.org" },
	{ "and one in another script", "\u00fcmit@\u00f6rnek.example", "...@\u00f6rnek.example" },
	{ "several in a row", "a@b.example,c@d.example", "...@b.example,...@d.example" },
	{ "a handle is no address", "ask @ann there", "ask @ann there" },
	{ "an at sign alone is none", "3 @ 4", "3 @ 4" },
	{ "nor one at the end", "me@", "me@" },
};

static void
addresses_are_hidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(texts); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);

		gp_hide_addresses(&out, texts[i].text);
		SAYS_TEXT(texts[i].says, out.data, texts[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(addresses_are_hidden) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
