#include "guildpost/desk/enrol.h"

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/check.h"
#include "guildpost/desk/note.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/consent.h"
#include "guildpost/store/former.h"
#include "guildpost/store/request.h"

#define DEFAULT_MODE "weekly"

static bool
one_of(const char *value, const char *const *choices)
{
	for (; *choices != NULL; choices++)
		if (strcmp(value, *choices) == 0)
			return true;
	return false;
}

bool
gp_mode_ok(const char *mode)
{
	return one_of(mode, (const char *const[]){ "each", "daily", "weekly", "monthly", "meetings", "none", NULL });
}

static enum gp_rc
check_mode(const char *mode, struct gp_err *err)
{
	if (!gp_mode_ok(mode))
		return gp_fail_as(err, 64, "5.5.4",
		    "`%.20s` is no delivery mode; the modes are: each, daily, weekly, monthly, meetings, none", mode);
	return GP_OK;
}

static enum gp_rc
check_newcomer(const struct gp_newcomer *newcomer, char key[GP_ADDRESS_MAX], struct gp_err *err)
{
	GP_TRY(gp_address_key(newcomer->address, key, err));
	GP_TRY(check_mode(newcomer->mode != NULL ? newcomer->mode : DEFAULT_MODE, err));
	if (newcomer->timezone != NULL && *newcomer->timezone != '\0')
		GP_TRY(gp_check_zone(newcomer->timezone, err));
	if (newcomer->language != NULL && *newcomer->language != '\0')
		GP_TRY(gp_check_language(newcomer->language, err));
	if (newcomer->role != NULL && !one_of(newcomer->role, (const char *const[]){ "steward", "host", NULL }))
		return gp_fail_as(err, 64, "5.5.4", "`%.20s` is no role; the roles are: steward, host", newcomer->role);
	return GP_OK;
}

static enum gp_rc
find_member(struct gp_desk *desk, int64_t community_id, const char *address, struct gp_member **ret, struct gp_err *err)
{
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_member_find(desk->db, community_id, key, ret, err));
	if (*ret == NULL)
		return gp_fail_as(err, 67, "5.1.1", "%.100s is not a member here; see: guildpost member list", address);
	return GP_OK;
}

/* Who has left is none any more, whatever is still known. */
static enum gp_rc
find_present(
    struct gp_desk *desk, int64_t community_id, const char *address, struct gp_member **ret, struct gp_err *err)
{
	GP_TRY(find_member(desk, community_id, address, ret, err));
	if (strcmp((*ret)->state, "left") == 0)
		return gp_fail_as(
		    err, 67, "5.1.1", "%.100s has left; bring them in again with: guildpost member add", address);
	return GP_OK;
}

static void
replace(char **field, const char *value)
{
	if (value == NULL)
		return;
	free(*field);
	*field = gp_strdup(value);
}

static struct gp_member *
blank_member(int64_t community_id, const char *key, int64_t now)
{
	struct gp_member *member = gp_new(sizeof(*member));

	*member = (struct gp_member){ .community_id = community_id,
		.address_key = gp_strdup(key),
		.name = gp_strdup(""),
		.level = gp_strdup("peripheral"),
		.timezone = gp_strdup(""),
		.language = gp_strdup(""),
		.state = gp_strdup("active"),
		.joined_at = now };
	return member;
}

static enum gp_rc
put_member(struct gp_desk *desk, int64_t community_id, const struct gp_newcomer *newcomer, const char *key, int64_t now,
    struct gp_member **ret, struct gp_err *err)
{
	struct gp_member *member;

	GP_TRY(gp_member_find(desk->db, community_id, key, ret, err));
	member = *ret;
	if (member == NULL)
		member = *ret = blank_member(community_id, key, now);
	if (strcmp(member->state, "left") == 0 && !newcomer->undone)
		GP_TRY(gp_role_drop_all(desk->db, member->id, err));
	replace(&member->address, newcomer->address);
	replace(&member->name, newcomer->name);
	replace(&member->timezone, newcomer->timezone);
	replace(&member->language, newcomer->language);
	if (!newcomer->undone)
		replace(&member->level, newcomer->guest			      ? "guest"
					: strcmp(member->level, "guest") == 0 ? "peripheral"
									      : NULL);
	/* Whoever is a member already does not become unconfirmed by an invitation. */
	if (!newcomer->unconfirmed || member->id == 0 || strcmp(member->state, "left") == 0)
		replace(&member->state, newcomer->unconfirmed ? "unconfirmed" : "active");
	member->left_at = 0;
	return member->id != 0 ? gp_member_update(desk->db, member, err)
			       : gp_member_insert(desk->db, member, &member->id, err);
}

static enum gp_rc
need_space(struct gp_desk *desk, const char *name, struct gp_space **ret, struct gp_err *err)
{
	GP_TRY(gp_space_find(desk->db, name, ret, err));
	if (*ret == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no space `%.40s`; see: guildpost space list", name);
	return GP_OK;
}

/* Into the main space. A member who is there keeps the mode unless another is named. */
static enum gp_rc
put_subscription(
    struct gp_desk *desk, const char *space_name, int64_t member_id, const char *mode, int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct gp_subscription open;

	GP_TRY(need_space(desk, space_name, &space, err));
	GP_TRY(gp_subscription_find(desk->db, space->id, member_id, &open, err));
	if (mode == NULL && open.id != 0)
		return GP_OK;
	return gp_subscription_put(desk->db, space->id, member_id, mode != NULL ? mode : DEFAULT_MODE, now, err);
}

/* Somebody else's word: that the member knows of it is the operator's to show (SUB-09). */
static enum gp_rc
note_word(struct gp_desk *desk, int64_t space_id, int64_t member_id, int64_t now, struct gp_err *err)
{
	return gp_consent_add(desk->db,
	    &(struct gp_consent){
		.member_id = member_id, .space_id = space_id, .how = "operator", .at = now, .msgid = "", .notice = "" },
	    err);
}

/* Whoever wished to be forgotten comes back by an answer of their own, and by nobody else's word; who left or said no is
 * not invited either (SUB-09). member: by the address, NULL when there is none. */
static enum gp_rc
check_former(
    struct gp_desk *desk, int64_t community_id, const struct gp_newcomer *newcomer, const char *key, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct gp_former former;
	char day[GP_RFC3339_SIZE];

	if (newcomer->answered)
		return GP_OK;
	GP_TRY(gp_former_find(desk->db, community_id, key, &former, err));
	gp_clock_format(former.at, day);
	if (strcmp(former.why, "forgotten") == 0)
		return gp_fail_as(err, 69, "5.7.1",
		    "%.100s asked on %.10s to be forgotten, and can come back only by asking to join",
		    newcomer->address, day);
	if (!newcomer->unconfirmed)
		return GP_OK;
	if (strcmp(former.why, "declined") == 0)
		return gp_fail_as(err, 69, "5.7.1",
		    "%.100s said no on %.10s, and is not asked again; they can ask to join", newcomer->address, day);
	GP_TRY(gp_member_find(desk->db, community_id, key, &member, err));
	if (member != NULL && strcmp(member->state, "left") == 0 && member->left_self)
		return gp_fail_as(err, 69, "5.7.1",
		    "%.100s has left, and is not invited again; they can ask to join, or: guildpost member add",
		    newcomer->address);
	return GP_OK;
}

enum gp_rc
gp_enrol_admit(struct gp_desk *desk, const char *community_name, const struct gp_newcomer *newcomer, const char *by,
    int64_t now, int64_t *ret_member_id, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	char key[GP_ADDRESS_MAX], number[GP_ACTOR_SIZE];

	GP_TRY(check_newcomer(newcomer, key, err));
	GP_TRY(gp_community_need(desk, community_name, &community, err));
	GP_TRY(check_former(desk, community->id, newcomer, key, err));
	GP_TRY(put_member(desk, community->id, newcomer, key, now, &member, err));
	GP_TRY(gp_former_drop(desk->db, community->id, key, member->id, err));
	if (newcomer->role != NULL)
		GP_TRY(gp_role_add(desk->db, member->id, newcomer->role, err));
	if (!newcomer->unconfirmed)
		GP_TRY(put_subscription(desk, community_name, member->id, newcomer->mode, now, err));
	GP_TRY(need_space(desk, community_name, &space, err));
	if (!newcomer->unconfirmed && !newcomer->answered)
		GP_TRY(note_word(desk, space->id, member->id, now, err));
	*ret_member_id = member->id;
	gp_actor(member->id, number);
	return gp_note(desk,
	    &(struct gp_note){ now, community->id, 0, by != NULL ? by : number,
		newcomer->unconfirmed ? "member.invite" : "member.add" },
	    err, "who", number, "mode", newcomer->mode, "role", newcomer->role, NULL);
}

enum gp_rc
gp_enrol_add(struct gp_desk *desk, const char *community, const struct gp_newcomer *newcomer, const char *by,
    int64_t now, int64_t *ret_member_id, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_to_invite one = { .since = now, .next_at = now };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_enrol_admit(desk, community, newcomer, by, now, ret_member_id, err));
	if (newcomer->unconfirmed) {
		one.member_id = *ret_member_id;
		(void)snprintf(one.mode, sizeof(one.mode), "%s", newcomer->mode != NULL ? newcomer->mode : "");
		GP_TRY(gp_to_invite_add(desk->db, &one, err));
	}
	GP_TRY(gp_tx_commit(&tx, err));
	if (newcomer->unconfirmed)
		gp_bell_ring(desk->db, "desk");
	return GP_OK;
}

struct spaces {
	int64_t id[1000];
	size_t count;
};

static enum gp_rc
collect_space(void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err)
{
	struct spaces *spaces = context;

	(void)space_name;
	(void)err;
	if (spaces->count < GP_COUNT(spaces->id))
		spaces->id[spaces->count++] = subscription->space_id;
	return GP_OK;
}

enum gp_rc
gp_enrol_part(struct gp_desk *desk, int64_t member_id, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct spaces spaces = { .count = 0 };
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_member_load(desk->db, member_id, &member, err));
	if (member == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no such member");
	GP_TRY(gp_subscription_list(desk->db, member_id, collect_space, &spaces, err));
	for (size_t i = 0; i < spaces.count; i++)
		GP_TRY(gp_subscription_put(desk->db, spaces.id[i], member_id, NULL, now, err));
	GP_TRY(gp_consent_withdraw(desk->db, member_id, 0, now, err));
	gp_actor(member_id, number);
	replace(&member->state, "left");
	member->paused_until = 0;
	member->left_at = gp_is_pseudonym(member->address) ? 0 : now;
	member->left_self = strcmp(by, number) == 0;
	GP_TRY(gp_member_update(desk->db, member, err));
	/* Their own leaving can be undone, which gives the roles back. */
	if (!member->left_self)
		GP_TRY(gp_role_drop_all(desk->db, member_id, err));
	return gp_note(
	    desk, &(struct gp_note){ now, member->community_id, 0, by, "member.leave" }, err, "who", number, NULL);
}

enum gp_rc
gp_enrol_remove(struct gp_desk *desk, const char *community_name, const char *address, const char *by, int64_t now,
    struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_community_need(desk, community_name, &community, err));
	GP_TRY(find_present(desk, community->id, address, &member, err));
	GP_TRY(gp_enrol_part(desk, member->id, by, now, err));
	return gp_tx_commit(&tx, err);
}

/* --- one key of a member -------------------------------------------------------------------- */

struct change {
	struct gp_desk *desk;
	const char *community;
	struct gp_member *member;
	int64_t now;
};

static enum gp_rc
set_name(const struct change *change, const char *value, struct gp_err *err)
{
	(void)err;
	replace(&change->member->name, value);
	return GP_OK;
}

static enum gp_rc
set_delivery(const struct change *change, const char *value, struct gp_err *err)
{
	GP_TRY(check_mode(value, err));
	change->member->left_at = 0;
	return put_subscription(change->desk, change->community, change->member->id, value, change->now, err);
}

static enum gp_rc
set_timezone(const struct change *change, const char *value, struct gp_err *err)
{
	if (*value != '\0')
		GP_TRY(gp_check_zone(value, err));
	replace(&change->member->timezone, value);
	return GP_OK;
}

static enum gp_rc
set_language(const struct change *change, const char *value, struct gp_err *err)
{
	if (*value != '\0')
		GP_TRY(gp_check_language(value, err));
	replace(&change->member->language, value);
	return GP_OK;
}

/* "member" takes the roles away. */
static enum gp_rc
set_role(const struct change *change, const char *value, struct gp_err *err)
{
	if (!one_of(value, (const char *const[]){ "steward", "host", "member", NULL }))
		return gp_fail_as(
		    err, 64, "5.5.4", "`%.20s` is no role; write steward, host, or member for none", value);
	if (strcmp(value, "member") == 0)
		return gp_role_drop_all(change->desk->db, change->member->id, err);
	return gp_role_add(change->desk->db, change->member->id, value, err);
}

static enum gp_rc
set_level(const struct change *change, const char *value, struct gp_err *err)
{
	if (!one_of(value, (const char *const[]){ "core", "active", "peripheral", "guest", NULL }))
		return gp_fail_as(err, 64, "5.5.4", "`%.20s` is no level: core, active, peripheral, guest", value);
	replace(&change->member->level, value);
	return GP_OK;
}

static enum gp_rc
set_pause(const struct change *change, const char *value, struct gp_err *err)
{
	int64_t until = 0;

	if (strcmp(value, "no") != 0 && (!gp_clock_parse(value, &until) || until <= change->now))
		return gp_fail_as(err, 64, "5.5.4",
		    "`%.30s` is no day to come; write such as 2026-12-31, or no to end a pause", value);
	change->member->paused_until = until;
	replace(&change->member->state, until > 0 ? "paused" : "active");
	GP_TRY(gp_member_update(change->desk->db, change->member, err));
	return gp_subscription_pause(change->desk->db, change->member->id, change->now, err);
}

/* By hand only out of what the robot or the member put there. */
static enum gp_rc
set_state(const struct change *change, const char *value, struct gp_err *err)
{
	if (!one_of(value, (const char *const[]){ "active", "bouncing", NULL }))
		return gp_fail_as(err, 64, "5.5.4",
		    "`%.20s` cannot be set; write active or bouncing (see also: member set ... pause, member remove)",
		    value);
	replace(&change->member->state, value);
	return GP_OK;
}

static const struct member_key {
	const char *name;
	enum gp_rc (*set)(const struct change *change, const char *value, struct gp_err *err);
} member_keys[] = { { "name", set_name }, { "delivery", set_delivery }, { "timezone", set_timezone },
	{ "language", set_language }, { "role", set_role }, { "level", set_level }, { "pause", set_pause },
	{ "state", set_state } };

static enum gp_rc
set_key(const struct change *change, const char *key, const char *value, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf known = GP_BUF_INIT(200);

	for (size_t i = 0; i < GP_COUNT(member_keys); i++) {
		if (strcmp(member_keys[i].name, key) == 0)
			return member_keys[i].set(change, value, err);
		gp_buf_addf(&known, "%s%s", i > 0 ? ", " : "", member_keys[i].name);
	}
	return gp_fail_as(err, 64, "5.5.4", "there is no key `%.20s`; the keys are: %s", key, known.data);
}

enum gp_rc
gp_enrol_set(struct gp_desk *desk, const char *community_name, const char *address, const char *key, const char *value,
    const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_community_need(desk, community_name, &community, err));
	GP_TRY(find_present(desk, community->id, address, &member, err));
	GP_TRY(set_key(&(struct change){ desk, community_name, member, now }, key, value, err));
	GP_TRY(gp_member_update(desk->db, member, err));
	gp_actor(member->id, number);
	GP_TRY(gp_note(desk, &(struct gp_note){ now, community->id, 0, by, "member.set" }, err, "who", number, "key",
	    key, "value", strcmp(key, "name") == 0 ? NULL : value, NULL));
	return gp_tx_commit(&tx, err);
}

/* --- back from a pause ----------------------------------------------------------------------- */

static enum gp_rc
bring_back(struct gp_desk *desk, int64_t now, bool *ret_found, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char number[GP_ACTOR_SIZE];

	GP_TRY(gp_member_pause_over(desk->db, now, &member, err));
	*ret_found = member != NULL;
	if (member == NULL)
		return GP_OK;
	gp_member_free(&member);
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_member_pause_over(desk->db, now, &member, err)); /* as it stands now that nobody else writes */
	if (member == NULL)
		return GP_OK;
	member->paused_until = 0;
	if (strcmp(member->state, "paused") == 0)
		replace(&member->state, "active");
	GP_TRY(gp_member_update(desk->db, member, err));
	GP_TRY(gp_subscription_pause(desk->db, member->id, now, err));
	gp_actor(member->id, number);
	GP_TRY(gp_note(
	    desk, &(struct gp_note){ now, member->community_id, 0, "robot", "member.back" }, err, "who", number, NULL));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_pause_tick(struct gp_desk *desk, int64_t now, int64_t *ret_next, struct gp_err *err)
{
	bool found = true;

	while (found)
		GP_TRY(bring_back(desk, now, &found, err));
	return gp_member_pause_next(desk->db, ret_next, err);
}

/* Out of the last space is not out of the community, which would surprise whoever moves somebody from one to another; but
 * who is in none for a week has left (desk/depart.c). Stewards and hosts have something to do without one. */
static enum gp_rc
mark_away(struct gp_desk *desk, struct gp_member *member, int64_t now, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs roles = { 0 };
	struct spaces spaces = { .count = 0 };

	GP_TRY(gp_role_list(desk->db, member->id, &roles, err));
	GP_TRY(gp_subscription_list(desk->db, member->id, collect_space, &spaces, err));
	if (strcmp(member->state, "left") == 0)
		return GP_OK;
	member->left_at = spaces.count == 0 && roles.count == 0 ? now : 0;
	return gp_member_update(desk->db, member, err);
}

enum gp_rc
gp_enrol_subscribe(struct gp_desk *desk, const char *space_name, const char *address, const char *mode, const char *by,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char number[GP_ACTOR_SIZE];

	if (mode != NULL)
		GP_TRY(check_mode(mode, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(need_space(desk, space_name, &space, err));
	GP_TRY(find_member(desk, space->community_id, address, &member, err));
	if (mode != NULL && (strcmp(member->state, "left") == 0 || strcmp(member->state, "unconfirmed") == 0))
		return gp_fail_as(err, 67, "5.1.1",
		    "%.100s has left or not confirmed yet; bring them in first: guildpost member add", address);
	GP_TRY(gp_subscription_put(desk->db, space->id, member->id, mode, now, err));
	if (mode != NULL)
		GP_TRY(note_word(desk, space->id, member->id, now, err));
	else
		GP_TRY(gp_consent_withdraw(desk->db, member->id, space->id, now, err));
	GP_TRY(mark_away(desk, member, now, err));
	gp_actor(member->id, number);
	GP_TRY(gp_note(desk,
	    &(struct gp_note){
		now, space->community_id, space->id, by, mode != NULL ? "member.subscribe" : "member.unsubscribe" },
	    err, "who", number, "mode", mode, NULL));
	return gp_tx_commit(&tx, err);
}
