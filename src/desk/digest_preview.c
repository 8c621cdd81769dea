#include "desk/digest.h"

#include "guildpost/mail/address.h"

/* The window's length is that of the mode, whatever day the space's own letter comes. */
static enum gp_rc
window_start(const struct gp_zone *zone, const char *mode, int64_t until, int64_t *ret_after, struct gp_err *err)
{
	struct gp_wall wall;

	gp_zone_to_wall(zone, until, &wall);
	if (strcmp(mode, "daily") == 0) {
		*ret_after = until - 86400;
	} else if (strcmp(mode, "weekly") == 0) {
		*ret_after = until - 7 * 86400;
	} else if (strcmp(mode, "monthly") == 0) {
		wall.year -= wall.month == 1;
		wall.month = wall.month == 1 ? 12 : wall.month - 1;
		*ret_after = gp_zone_from_wall(zone, &wall);
	} else {
		return gp_fail_as(err, 64, "5.5.4", "`%.20s` is no mode of a digest: daily, weekly or monthly", mode);
	}
	return GP_OK;
}

/* What deliver would put into the slots of this member's copy. The leave token is a secret of the real copy. */
static void
fill(
    const struct digest *digest, const struct gp_member *member, const struct digest_values *values, struct gp_buf *out)
{
	SCOPED(gp_buf_release) struct gp_buf to = GP_BUF_INIT(4096), leave = GP_BUF_INIT(4096);
	const char *filled[GP_COUNT(digest->mail.slots)];
	char address[GP_ADDRESS_MAX];

	gp_space_address(digest->space, "", address);
	gp_header_mailbox(&to, "To", member != NULL ? member->name : digest->space->title,
	    member != NULL ? member->address : address);
	gp_space_address(digest->space, "leave", address);
	gp_buf_addf(&leave, "List-Unsubscribe: <mailto:%s>\r\n", address);
	for (size_t i = 0; i < digest->mail.slot_count; i++) {
		const char *name = digest->mail.slots[i].name;

		filled[i] = strcmp(name, "to") == 0		 ? to.data
			    : strcmp(name, "unsubscribe") == 0	 ? leave.data
			    : strcmp(name, "personal") == 0	 ? values->text.data
			    : strcmp(name, "personal-html") == 0 ? values->html.data
								 : "";
	}
	gp_composed_fill(&digest->mail, filled, out);
}

static enum gp_rc
preview(struct digest *digest, const struct gp_member *member, int64_t after, struct gp_buf *out, struct gp_err *err)
{
	struct digest_values values = { GP_BUF_INIT(1 << 16), GP_BUF_INIT(1 << 16) };
	SCOPED(gp_free_str)
	char *seed = gp_printf(
	    "preview %s %s %s %lld", digest->space->name, digest->mode, digest->language, (long long)digest->until);
	enum gp_rc rc = digest_gather(digest, NULL, after, err);

	if (rc == GP_OK && digest->thread_count > 0) {
		rc = digest_write(digest, seed, digest->until, err);
		if (rc == GP_OK && member != NULL)
			rc = digest_personal(digest, member->id, &values, err);
		if (rc == GP_OK)
			fill(digest, member, &values, out);
	}
	gp_buf_release(&values.text);
	gp_buf_release(&values.html);
	return rc;
}

enum gp_rc
gp_digest_preview(struct gp_desk *desk, const struct gp_space *space, const char *mode, int64_t until,
    const struct gp_member *member, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	bool own_zone = member != NULL && *member->timezone != '\0';
	bool own_language = member != NULL && *member->language != '\0';
	SCOPED(digest_release)
	struct digest digest = { .desk = desk,
		.space = space,
		.mode = mode,
		.language = own_language ? member->language : space->language,
		.due_at = until,
		.through = INT64_MAX,
		.until = until };
	int64_t after = 0;

	gp_composed_init(&digest.mail);
	GP_TRY(gp_zone_open(own_zone ? member->timezone : space->timezone, &zone, err));
	digest.zone = zone;
	GP_TRY(window_start(zone, mode, until, &after, err));
	return preview(&digest, member, after, out, err);
}

enum gp_rc
gp_digest_lately(struct gp_desk *desk, const struct gp_space *space, const struct gp_member *member, int64_t now,
    struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(digest_release)
	struct digest digest = { .desk = desk,
		.space = space,
		.mode = "weekly",
		.language = *member->language != '\0' ? member->language : space->language,
		.due_at = now,
		.through = INT64_MAX };
	int64_t newest, after = 0;

	gp_composed_init(&digest.mail);
	GP_TRY(gp_issue_newest(desk->db, space->id, INT64_MAX, &newest, err));
	if (newest == 0)
		return GP_OK;
	GP_TRY(gp_zone_open(*member->timezone != '\0' ? member->timezone : space->timezone, &zone, err));
	digest.zone = zone;
	digest.until = newest;
	GP_TRY(window_start(zone, digest.mode, newest, &after, err));
	GP_TRY(digest_gather(&digest, NULL, after, err));
	return digest.thread_count > 0 ? digest_write_items(&digest, out, err) : GP_OK;
}
