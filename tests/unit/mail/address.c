#include "unit/says.h"

#include "guildpost/mail/address.h"

static void
only_addresses_are_addresses(void **state)
{
	static const struct {
		const char *says, *address;
		bool good;
	} cases[] = {
		{ "a plain one", "ann@example.org", true },
		{ "plus and dots", "ann.lee+weaving@mail.example.org", true },
		{ "a quoted local part", "\"ann lee\"@example.org", true },
		{ "an address literal", "ann@[192.0.2.1]", true },
		{ "an IPv6 literal", "ann@[IPv6:2001:db8::1]", true },
		{ "an A-label", "ann@xn--bcher-kva.example", true },
		{ "a blank inside", "ann lee@example.org", false },
		{ "a line end", "ann@example.org\r\nRCPT TO:<evil@example.org>", false },
		{ "an angle bracket", "ann@example.org>", false },
		{ "no local part", "@example.org", false },
		{ "no domain", "ann@", false },
		{ "two at signs", "ann@lee@example.org", false },
		{ "a dot at the end", "ann.@example.org", false },
		{ "a label that begins with a hyphen", "ann@-example.org", false },
		{ "an empty label", "ann@example..org", false },
		{ "8 bits", "\xc3\xa4nn@example.org", false },
		{ "a local part of 65 octets",
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org", false },
		{ "nothing", "", false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		SAYS(cases[i].says, gp_address_ok(cases[i].address) == cases[i].good);
}

static void
keys_are_compared(void **state)
{
	static const struct {
		const char *says, *address, *key;
	} cases[] = {
		{ "case is folded (SUB-06)", "Ann.Lee@Example.ORG", "ann.lee@example.org" },
		{ "dots and tags stay significant", "a.nn+x@example.org", "a.nn+x@example.org" },
		{ "a U-label becomes an A-label (I18-06)",
		    "ann@b\xc3\xbc"
		    "cher.example",
		    "ann@xn--bcher-kva.example" },
		{ "sharp s stays itself under UTS 46",
		    "ann@stra\xc3\x9f"
		    "e.example",
		    "ann@xn--strae-oqa.example" },
		{ "what is no address has none", "ann", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		char key[GP_ADDRESS_MAX] = "";
		struct gp_err err;

		SAYS(cases[i].says, (gp_address_key(cases[i].address, key, &err) == GP_OK) == (*cases[i].key != '\0'));
		SAYS_TEXT(cases[i].says, key, cases[i].key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_addresses_are_addresses),
		cmocka_unit_test(keys_are_compared),
	};

	return cmocka_run_group_tests_name("mail/address", tests, NULL, NULL);
}
