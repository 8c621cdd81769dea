#include "desk/post_mail.h"

#include <strings.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/address.h"

/* Domains whose mail is refused when a list sends it on under their name (LST-11): what the policy record would say is
 * looked up by a later issue, which may use DNS; until then the great ones are known by name. */
static const char *const strict_domains[] = { "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "rocketmail.com",
	"aol.com", "icloud.com", "me.com", "mac.com", "mail.ru", "proton.me", "protonmail.com" };

static bool
is_strict(const char *address)
{
	const char *domain = gp_address_domain(address);

	for (size_t i = 0; i < GP_COUNT(strict_domains); i++)
		if (strcasecmp(domain, strict_domains[i]) == 0)
			return true;
	return false;
}

/* "Ann Lee via Weavers", with no "@" in it: what looks like an address in a name is what phishing looks like (LST-12). */
static char *
via_name(const struct gp_reading *reading, const struct gp_space *space)
{
	const char *name = *reading->from_name != '\0' ? reading->from_name : reading->from_address;

	return gp_printf("%.*s via %s", (int)strcspn(name, "@<"), name, space->title);
}

enum gp_rc
gp_post_compose(struct gp_desk *desk, const struct gp_space *space, const struct gp_buf *octets,
    const struct gp_reading *reading, int64_t received_at, struct gp_composed *ret, struct gp_err *err)
{
	struct gp_list_facts facts = gp_space_facts(space);
	SCOPED(gp_free_str) char *name = via_name(reading, space);
	char mark[GP_LOOP_MARK_MAX], address[GP_ADDRESS_MAX];
	bool to_space = strcmp(space->reply_to, "space") == 0;
	/* Whatever we change breaks what the author's domain has signed. */
	bool rewrite = is_strict(reading->from_address);
	struct gp_post_edit edit = { .list = &facts,
		.loop_mark = mark,
		.msgid = reading->message_id_made ? reading->message_id : NULL,
		.prefix = space->prefix,
		.footer = space->footer,
		.authserv_ids = desk->authserv_ids,
		.received = received_at };

	gp_space_address(space, "", address);
	gp_loop_mark(desk, space, mark);
	facts.has_archive = false;
	if (to_space)
		edit.reply_to = address;
	if (rewrite) {
		edit.from_name = name;
		edit.from_address = address;
		/* The author stays reachable: by Reply-To where answers go to the author (LST-12). */
		if (!to_space)
			edit.reply_to = *reading->reply_to != '\0' ? reading->reply_to : reading->from_address;
	}
	GP_TRY(gp_compose_post(octets->data, octets->len, &edit, ret, err));
	(void)snprintf(ret->msgid, sizeof(ret->msgid), "%s", reading->message_id);
	return GP_OK;
}
