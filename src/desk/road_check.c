#include "guildpost/desk/road_check.h"

#include <strings.h>

#include "guildpost/base/mem.h"
#include "guildpost/desk/notice.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/field.h"
#include "guildpost/store/setting.h"

#define SETTING "road_check" /* "MSGID SPACE_ID" of the last one */

/* --- sending -------------------------------------------------------------------------------- */

/* The first that is open: its fields stand for those of all. */
static enum gp_rc
take_first(void *context, const struct gp_space *space, struct gp_err *err)
{
	int64_t *first = context;

	(void)err;
	if (*first == 0 && strcmp(space->state, "closed") != 0)
		*first = space->id;
	return GP_OK;
}

static enum gp_rc
send_within(struct gp_desk *desk, const struct gp_space *space, const char *address, int64_t now, struct gp_err *err)
{
	SCOPED(gp_free_str) char *seed = NULL;
	SCOPED(gp_free_str) char *setting = NULL;
	char msgid[160];
	struct gp_notice notice = { .kind = "report",
		.template_name = "road-check",
		.language = "en",
		.space = space,
		.to_name = "",
		.to_address = address,
		.msgid = msgid,
		.now = now };
	int64_t event, filed_at;
	bool sent;

	GP_TRY(gp_event_next(desk->db, now, &event, &filed_at, err));
	seed = gp_printf("road check %lld %lld", (long long)event, (long long)now);
	gp_msgid_make(desk->domain, seed, msgid, sizeof(msgid));
	GP_TRY(gp_notice_send(desk, &notice, &sent, err));
	if (!sent)
		return gp_fail_as(err, 75, "4.7.1", "too much has gone to that address lately; try again later");
	setting = gp_printf("%s %lld", msgid, (long long)space->id);
	return gp_setting_put(desk->db, SETTING, setting, err);
}

enum gp_rc
gp_road_check_send(struct gp_desk *desk, const char *address, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	int64_t first = 0;

	if (!gp_address_ok(address))
		return gp_fail_as(err, 64, "5.1.3", "`%.60s` is no address", address);
	GP_TRY(gp_space_list(desk->db, 0, take_first, &first, err));
	if (first == 0)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no space yet to write for; see: guildpost community create");
	GP_TRY(gp_space_load(desk->db, first, &space, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(send_within(desk, space, address, now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

/* --- comparing ------------------------------------------------------------------------------ */

struct comparing {
	const struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_fields *fields; /* as they arrived */
	const char *msgid; /* as it was sent */
	gp_road_finding *found;
	void *context;
};

static void
check_msgid(const struct comparing *c)
{
	SCOPED(gp_free_str) char *text = gp_field_text(gp_fields_find(c->fields, "Message-ID"), "", 250);
	SCOPED(gp_free_str) char *says = NULL;

	if (strcmp(text, c->msgid) == 0) {
		c->found(c->context, "message-id", "ok", text, "");
		return;
	}
	says = gp_printf("sent as %s, arrived as %s", c->msgid, *text != '\0' ? text : "none");
	c->found(c->context, "message-id", "fail", says,
	    "have the smarthost leave it alone; till then answers find their thread by its address only");
}

/* True when the field is there with this value, its folding aside. */
static bool
arrived(const struct comparing *c, const struct gp_field *sent)
{
	SCOPED(gp_free_str) char *name = gp_strndup(sent->name, sent->name_n);
	SCOPED(gp_free_str) char *was = gp_field_text(sent, "", 1000);
	SCOPED(gp_free_str) char *is = gp_field_text(gp_fields_find(c->fields, name), "", 1000);

	return strcmp(was, is) == 0;
}

static void
check_list(const struct comparing *c)
{
	SCOPED(gp_composed_release) struct gp_composed sent;
	SCOPED(gp_fields_release) struct gp_fields fields = { 0 };
	const struct gp_list_facts facts = gp_space_facts(c->space);
	SCOPED(gp_buf_release) struct gp_buf gone = GP_BUF_INIT(1000);

	gp_composed_init(&sent);
	gp_header_list(&sent, &facts);
	gp_fields_read(sent.octets.data, sent.octets.len, &fields);
	for (size_t i = 0; i < fields.count; i++)
		if (!arrived(c, &fields.v[i]))
			gp_buf_addf(
			    &gone, "%s%.*s", gone.len > 0 ? ", " : "", (int)fields.v[i].name_n, fields.v[i].name);
	if (gp_fields_find(c->fields, "List-Unsubscribe") == NULL)
		gp_buf_addf(&gone, "%sList-Unsubscribe", gone.len > 0 ? ", " : "");
	if (gone.len == 0)
		c->found(c->context, "list fields", "ok", "as they were sent", "");
	else
		c->found(c->context, "list fields", "warn", gone.data,
		    "these are missing or changed: members cannot leave by their mail program's button, nor sort by "
		    "them");
}

/* Relaxed alignment (RFC 7489 section 3.1.1), without a list of public suffixes: one lies within the other. */
static bool
aligned(const char *ours, const char *signs)
{
	size_t n = strlen(ours), m = strlen(signs);
	const char *longer = n > m ? ours : signs, *shorter = n > m ? signs : ours;
	size_t extra = strlen(longer) - strlen(shorter);

	if (strchr(shorter, '.') == NULL || strcasecmp(longer + extra, shorter) != 0)
		return false;
	return extra == 0 || longer[extra - 1] == '.';
}

/* The tag d= of a signature (RFC 6376 section 3.5), "" without one. Caller frees. */
static char *
signing_domain(const struct gp_field *field)
{
	SCOPED(gp_free_str) char *value = gp_field_text(field, "", 4000);

	for (const char *tag = value; *tag != '\0'; tag += strcspn(tag, ";"), tag += *tag == ';') {
		tag += strspn(tag, " \t");
		if (strncmp(tag, "d=", 2) == 0)
			return gp_strndup(tag + 2, strcspn(tag + 2, "; \t"));
	}
	return gp_strdup("");
}

static void
check_signature(const struct comparing *c)
{
	SCOPED(gp_free_str) char *others = gp_strdup("");

	for (size_t i = 0; i < c->fields->count; i++) {
		char *domain;

		if (!gp_field_is(&c->fields->v[i], "DKIM-Signature"))
			continue;
		domain = signing_domain(&c->fields->v[i]);
		if (aligned(c->desk->domain, domain)) {
			c->found(c->context, "dkim", "ok", domain, "");
			free(domain);
			return;
		}
		free(others);
		others = domain;
	}
	c->found(c->context, "dkim", "warn", *others != '\0' ? others : "not signed",
	    "have the smarthost sign for our own domain, else large providers take our mail for spam");
}

/* What the mailbox's own server says of the signature, if it says anything (RFC 8601). */
static void
check_verdict(const struct comparing *c)
{
	const struct gp_field *field = gp_fields_find(c->fields, "Authentication-Results");
	SCOPED(gp_free_str) char *text = gp_field_text(field, "", 2000);

	if (strcasestr(text, "dkim=fail") != NULL)
		c->found(c->context, "dkim verdict", "fail", "the receiving server says: dkim=fail",
		    "something behind the signer changes our mail");
	else if (strcasestr(text, "dkim=pass") != NULL)
		c->found(c->context, "dkim verdict", "ok", "the receiving server says: dkim=pass", "");
}

enum gp_rc
gp_road_check_compare(
    struct gp_desk *desk, const char *octets, size_t n, gp_road_finding *found, void *context, struct gp_err *err)
{
	static void (*const checks[])(
	    const struct comparing *) = { check_msgid, check_list, check_signature, check_verdict };
	SCOPED(gp_fields_release) struct gp_fields fields = { 0 };
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_free_str) char *setting = NULL;
	struct comparing comparing = { .desk = desk, .fields = &fields, .found = found, .context = context };
	char msgid[160];
	long long space_id;

	GP_TRY(gp_setting_get(desk->db, SETTING, &setting, err));
	if (setting == NULL || sscanf(setting, "%159s %lld", msgid, &space_id) != 2)
		return gp_fail_as(
		    err, 69, "5.5.0", "there is nothing to compare it with; first: guildpost doctor --send ADDRESS");
	GP_TRY(gp_space_load(desk->db, space_id, &space, err));
	if (space == NULL)
		return gp_fail_as(err, 69, "5.5.0", "its space is gone; send another: guildpost doctor --send ADDRESS");
	gp_fields_read(octets, n, &fields);
	if (fields.count == 0)
		return gp_fail_as(err, 65, "5.6.0", "this is no mail: give the whole message, with its header");
	comparing.space = space;
	comparing.msgid = msgid;
	for (size_t i = 0; i < GP_COUNT(checks); i++)
		checks[i](&comparing);
	return GP_OK;
}
