#include "guildpost/desk/desk.h"

#include "guildpost/desk/reader.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/setting.h"

enum gp_rc
gp_desk_init(struct gp_desk *desk, struct gp_db *db, struct gp_err *err)
{
	desk->db = db;
	return gp_keys_load(db, &desk->keys, err);
}

void
gp_desk_release(struct gp_desk *desk)
{
	gp_reader_free(&desk->reader);
}

struct gp_reader *
gp_desk_reader(struct gp_desk *desk)
{
	if (desk->reader == NULL)
		desk->reader = gp_reader_new(desk->program);
	return desk->reader;
}

void
gp_space_address(const struct gp_space *space, const char *ext, char *out)
{
	/* Where several domains are served the name carries its own, which is no part of the local part. */
	int n = (int)strcspn(space->name, "@");

	(void)snprintf(out, GP_ADDRESS_MAX, "%.*s%s%s@%s", n, space->name, *ext != '\0' ? "+" : "", ext, space->domain);
}

void
gp_space_list_id(const struct gp_space *space, char *out, size_t size)
{
	(void)snprintf(out, size, "%.*s.%s", (int)strcspn(space->name, "@"), space->name, space->domain);
}

struct gp_list_facts
gp_space_facts(const struct gp_space *space)
{
	return (struct gp_list_facts){ .space = space->name, .domain = space->domain, .title = space->title };
}

static void
mark_mac(const struct gp_token_keys *keys, int i, const char *list_id, char out[41])
{
	unsigned char mac[32];
	char text[320];

	(void)snprintf(text, sizeof(text), "loop %s", list_id);
	gp_hmac_sha256(keys->key[i].secret, 32, text, strlen(text), mac);
	gp_hex(mac, 20, out);
}

void
gp_loop_mark(const struct gp_desk *desk, const struct gp_space *space, char *out)
{
	char list_id[300], mac[41];

	gp_space_list_id(space, list_id, sizeof(list_id));
	mark_mac(&desk->keys, desk->keys.signing, list_id, mac);
	(void)snprintf(out, GP_LOOP_MARK_MAX, "%s %s", list_id, mac);
}

bool
gp_loop_mark_is_ours(const struct gp_desk *desk, const struct gp_space *space, const char *mark)
{
	char list_id[300], mac[41];
	size_t n;

	gp_space_list_id(space, list_id, sizeof(list_id));
	n = strlen(list_id);
	if (strncmp(mark, list_id, n) != 0 || mark[n] != ' ' || strlen(mark + n + 1) != 40)
		return false;
	for (int i = 0; i < desk->keys.count; i++) {
		mark_mac(&desk->keys, i, list_id, mac);
		if (gp_same_octets(mac, mark + n + 1, 40))
			return true;
	}
	return false;
}
