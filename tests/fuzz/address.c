/* Lists of addresses and of message-ids; addresses of ours. */
#include "fuzz.h"

#include "guildpost/guild/route.h"
#include "guildpost/guild/token.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/field.h"

static bool
exists(void *context, const char *name, const char *domain)
{
	(void)context;
	return strcmp(domain, "lists.example.org") == 0 && (*name == '\0' || strcmp(name, "weavers") == 0);
}

static void
route(const char *address)
{
	struct gp_route where;
	struct gp_err err;

	if (gp_route_parse(address, exists, NULL, &where, &err) == GP_OK && strlen(where.token) > 64)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_free_str)
	char *value = gp_strndup((const char *)octets, n),
	     *shown = gp_utf8_cleaned((const char *)octets, n, false, 4096);
	SCOPED(gp_mailboxes_release) struct gp_mailboxes boxes = { 0 };
	SCOPED(gp_strs_release) struct gp_strs ids = { 0 };
	char key[GP_ADDRESS_MAX], again[GP_ADDRESS_MAX];
	struct gp_err err;

	gp_mailboxes_read(value, n % 2 == 0 ? "" : "shift_jis", &boxes);
	for (size_t i = 0; i < boxes.count; i++) {
		must_be_clean(boxes.v[i].name, false);
		must_be_clean(boxes.v[i].address, false);
		if (*boxes.v[i].address != '\0' && !gp_address_ok(boxes.v[i].address))
			abort();
	}
	gp_msgids_scan(value, &ids);
	for (size_t i = 0; i < ids.count; i++)
		if (!gp_msgid_ok(ids.v[i], strlen(ids.v[i])))
			abort();
	if (gp_address_key(shown, key, &err) == GP_OK &&
	    (gp_address_key(key, again, &err) != GP_OK || strcmp(key, again) != 0))
		abort(); /* a key is its own key */
	route(value);
	return 0;
}
