#include "guildpost/desk/enrol.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/mem.h"
#include "guildpost/desk/notice.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
#include "guildpost/store/former.h"
#include "guildpost/store/request.h"

#define HOUR	      3600
#define DAY	      86400
#define CONFIRM_DAYS  7 /* SUB-03 */
#define MONTHLY_LIMIT 3
#define SOURCE_LIMIT  50 /* an hour, by one server that proves nothing */
#define INVITED_LIMIT 100 /* an hour: what is put in at once goes out by and by (SUB-08) */
#define DECLINED_DAYS 30
#define ANSWER_DAYS   30 /* after which an invited person is not waited for any more */
#define INVITE_DAYS   30 /* of trying one whose address has had enough questions */
#define HOURLY_LIMIT  500 /* of all of those: a flood of joins must not make us one of mail */

/* One mailbox, one key: a plus tag falls, and Gmail's dots do (SUB-02). For limits alone; identity keeps both (SUB-06). The
 * count outlasts what is known of the person, so that it is kept by a hash (SUB-09). */
static enum gp_rc
limit_key(struct gp_desk *desk, const char *address_key, char out[GP_ADDRESS_MAC_SIZE], struct gp_err *err)
{
	const char *domain = gp_address_domain(address_key);
	size_t local = (size_t)(domain - address_key) - 1, n = 0;
	bool gmail = strcmp(domain, "gmail.com") == 0 || strcmp(domain, "googlemail.com") == 0;
	char mailbox[GP_ADDRESS_MAX];

	for (size_t i = 0; i < local && (i == 0 || address_key[i] != '+'); i++)
		if (!gmail || address_key[i] != '.')
			mailbox[n++] = address_key[i];
	(void)snprintf(mailbox + n, sizeof(mailbox) - n, "@%s", gmail ? "gmail.com" : domain);
	return gp_address_mac(desk->db, mailbox, out, err);
}

/* Whoever answered "no" is left in peace: for a month by those who prove nothing, and by the operator for good. */
static enum gp_rc
said_no(
    struct gp_desk *desk, const struct gp_asking *asking, const char *key, int64_t now, bool *ret, struct gp_err *err)
{
	struct gp_former former;
	bool unproved = asking->source != NULL && *asking->source != '\0';

	GP_TRY(gp_former_find(desk->db, asking->space->community_id, key, &former, err));
	*ret = strcmp(former.why, "declined") == 0 &&
	       (asking->invited || (unproved && now - former.at < (int64_t)DECLINED_DAYS * DAY));
	return GP_OK;
}

/* By who asks: nobody but the operator asks for invitations; a proved author asks for no one else; of all others each
 * server has its share of an hour, and all of them together have theirs. */
static enum gp_rc
within_hour(struct gp_desk *desk, const struct gp_asking *asking, int64_t now, bool *ret, struct gp_err *err)
{
	int64_t of_all, of_source = 0;

	*ret = true;
	if (asking->invited || asking->source == NULL || *asking->source == '\0')
		return GP_OK;
	GP_TRY(gp_request_count(desk->db, "join", NULL, NULL, now - HOUR, &of_all, err));
	GP_TRY(gp_request_count(desk->db, "join", NULL, asking->source, now - HOUR, &of_source, err));
	*ret = of_all < HOURLY_LIMIT && of_source < SOURCE_LIMIT;
	return GP_OK;
}

static enum gp_rc
within_limits(
    struct gp_desk *desk, const struct gp_asking *asking, const char *key, int64_t now, bool *ret, struct gp_err *err)
{
	int64_t day, month;

	GP_TRY(gp_request_count(desk->db, "join", key, NULL, now - DAY, &day, err));
	GP_TRY(gp_request_count(desk->db, "join", key, NULL, now - 30 * DAY, &month, err));
	*ret = day == 0 && month < MONTHLY_LIMIT;
	return *ret ? within_hour(desk, asking, now, ret, err) : GP_OK;
}

/* The words of the question without what names a person, kept to show what was agreed to (SUB-09). */
static enum gp_rc
keep_notice(struct gp_desk *desk, const struct gp_asking *asking, const char *template_name, int64_t now,
    char ret_version[GP_NOTICE_SIZE], struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf words = GP_BUF_INIT(1 << 16);
	SCOPED(gp_free_str) char *subject = NULL;
	char language[GP_LANGUAGE_SIZE];

	gp_template_language(desk->templates, asking->space->language, template_name, language);
	GP_TRY(gp_notice_render(desk,
	    &(struct gp_notice){ .template_name = template_name,
		.language = language,
		.space = asking->space,
		.to_address = "...",
		.vars = (const struct gp_var[]){ { "reply_address", "..." } },
		.var_count = 1 },
	    &subject, &words, err));
	return gp_notice_keep(desk->db, template_name, language, words.data, now, ret_version, err);
}

enum gp_rc
gp_enrol_ask(struct gp_desk *desk, const struct gp_asking *asking, int64_t now, bool *ret_sent, struct gp_err *err)
{
	char key[GP_ADDRESS_MAX], limit[GP_ADDRESS_MAC_SIZE], token[GP_TOKEN_SIZE], reply[GP_ADDRESS_MAX];
	const char *template_name = asking->invited ? "join-invited" : "join-confirm";
	char notice[GP_NOTICE_SIZE];
	struct gp_request request = { .kind = "join",
		.notice = notice,
		.space_id = asking->space->id,
		.address = (char *)(uintptr_t)asking->address,
		.limit_key = limit,
		.source = (char *)(uintptr_t)asking->source,
		.name = (char *)(uintptr_t)asking->name,
		.mode = (char *)(uintptr_t)asking->mode,
		.expires_at = now + CONFIRM_DAYS * DAY };
	int64_t id;

	GP_TRY(gp_address_key(asking->address, key, err));
	GP_TRY(limit_key(desk, key, limit, err));
	GP_TRY(said_no(desk, asking, key, now, ret_sent, err));
	if (*ret_sent) {
		*ret_sent = false;
		return GP_OK;
	}
	GP_TRY(within_limits(desk, asking, limit, now, ret_sent, err));
	if (!*ret_sent)
		return GP_OK;
	GP_TRY(keep_notice(desk, asking, template_name, now, notice, err));
	GP_TRY(gp_request_insert(desk->db, &request, now, &id, err));
	gp_token_make(&desk->keys, 'c', asking->space->name, (uint64_t)id, request.expires_at, token);
	gp_space_address(asking->space, token, reply);
	return gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "confirm",
		.template_name = template_name,
		.space = asking->space,
		.to_address = asking->address,
		.reply_ext = token,
		.in_reply_to = asking->in_reply_to,
		.vars = (const struct gp_var[]){ { "reply_address", reply } },
		.var_count = 1,
		.now = now },
	    ret_sent, err);
}

/* --- who is to be invited ------------------------------------------------------------------- */

/* Not now means tomorrow: this mailbox has been asked lately, by us or by others who used us for it (SUB-02). Whoever says
 * nothing, or cannot be asked, is in the end known no more than who left. */
static enum gp_rc
invite(struct gp_desk *desk, const struct gp_to_invite *one, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	bool sent;

	GP_TRY(gp_member_load(desk->db, one->member_id, &member, err));
	if (member == NULL || strcmp(member->state, "unconfirmed") != 0) /* has come by themselves, or was taken out */
		return gp_to_invite_drop(desk->db, one->member_id, err);
	GP_TRY(gp_community_load(desk->db, member->community_id, &community, err));
	GP_TRY(gp_space_find(desk->db, community != NULL ? community->name : "", &space, err));
	if (space == NULL)
		return gp_to_invite_drop(desk->db, one->member_id, err);
	GP_TRY(gp_enrol_ask(desk,
	    &(struct gp_asking){
		.space = space, .address = member->address, .name = member->name, .mode = one->mode, .invited = true },
	    now, &sent, err));
	if (!sent && now - one->since <= (int64_t)INVITE_DAYS * DAY)
		return gp_to_invite_later(desk->db, one->member_id, now + DAY, err);
	member->left_at = now + (int64_t)ANSWER_DAYS * DAY;
	GP_TRY(gp_member_update(desk->db, member, err));
	return gp_to_invite_drop(desk->db, one->member_id, err);
}

enum gp_rc
gp_enrol_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	struct gp_to_invite one;
	int64_t asked;

	for (;;) {
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

		GP_TRY(gp_to_invite_next(desk->db, now, &one, err));
		*ret_next = one.next_at;
		if (one.member_id == 0)
			return GP_OK;
		GP_TRY(gp_request_invited(desk->db, now - HOUR, &asked, err));
		*ret_next = now + HOUR / 12;
		if (asked >= INVITED_LIMIT)
			return GP_OK;
		GP_TRY(gp_tx_begin(desk->db, &tx, err));
		GP_TRY(invite(desk, &one, now, err));
		GP_TRY(gp_tx_commit(&tx, err));
		gp_bell_ring(desk->db, "deliver");
	}
}
