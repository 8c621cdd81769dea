#include "guildpost/store/member.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/former.h"
#include "guildpost/store/setting.h"

#define MEMBER_COLUMNS                                                                                                 \
	"m.member_id, m.community_id, m.address, m.address_key, m.name, m.level, m.timezone, m.language, m.state,"     \
	" m.paused_until, m.joined_at, m.own_posts, m.named_copies, m.left_at, m.left_self"

void
gp_member_free(struct gp_member **member)
{
	struct gp_member *m = *member;

	if (m == NULL)
		return;
	free(m->address);
	free(m->address_key);
	free(m->name);
	free(m->level);
	free(m->timezone);
	free(m->language);
	free(m->state);
	free(m);
	*member = NULL;
}

static struct gp_member *
from_row(struct gp_query *query)
{
	struct gp_member *m = gp_new(sizeof(*m));

	m->id = gp_col_int(query, "member_id");
	m->community_id = gp_col_int(query, "community_id");
	m->address = gp_strdup(gp_col_text(query, "address"));
	m->address_key = gp_strdup(gp_col_text(query, "address_key"));
	m->name = gp_strdup(gp_col_text(query, "name"));
	m->level = gp_strdup(gp_col_text(query, "level"));
	m->timezone = gp_strdup(gp_col_text(query, "timezone"));
	m->language = gp_strdup(gp_col_text(query, "language"));
	m->state = gp_strdup(gp_col_text(query, "state"));
	m->paused_until = gp_col_int(query, "paused_until");
	m->joined_at = gp_col_int(query, "joined_at");
	m->no_own_posts = gp_col_int(query, "own_posts") == 0;
	m->no_named_copies = gp_col_int(query, "named_copies") == 0;
	m->left_at = gp_col_int(query, "left_at");
	m->left_self = gp_col_int(query, "left_self") != 0;
	return m;
}

static enum gp_rc
each_row(struct gp_query *query, gp_member_each *each, void *context, struct gp_err *err)
{
	bool found;

	for (;;) {
		SCOPED(gp_member_free) struct gp_member *member = NULL;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		member = from_row(query);
		GP_TRY(each(context, member, err));
	}
}

/* Nobody is mailed on the strength of this: whoever asks knows the address. */
static enum gp_rc
find_former(struct gp_db *db, int64_t community_id, const char *address_key, struct gp_member **ret, struct gp_err *err)
{
	struct gp_former former;

	GP_TRY(gp_former_find(db, community_id, address_key, &former, err));
	if (former.member_id == 0)
		return GP_OK;
	GP_TRY(gp_member_load(db, former.member_id, ret, err));
	if (*ret == NULL)
		return GP_OK;
	free((*ret)->address);
	free((*ret)->address_key);
	(*ret)->address = gp_strdup(address_key);
	(*ret)->address_key = gp_strdup(address_key);
	return GP_OK;
}

enum gp_rc
gp_member_find(
    struct gp_db *db, int64_t community_id, const char *address_key, struct gp_member **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member m"
				  " WHERE m.community_id = :community AND m.address_key = :key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":key", address_key);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return found ? GP_OK : find_former(db, community_id, address_key, ret, err);
}

enum gp_rc
gp_member_by_address(
    struct gp_db *db, int64_t community_id, const char *address, struct gp_member **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member_alias a JOIN member m USING (member_id)"
				  " WHERE a.community_id = :community AND a.address_key = :key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char key[GP_ADDRESS_MAX];
	struct gp_err ignored;
	bool found;

	*ret = NULL;
	if (gp_address_key(address, key, &ignored) != GP_OK)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":key", key);
	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		*ret = from_row(query);
	return found ? GP_OK : gp_member_find(db, community_id, key, ret, err);
}

enum gp_rc
gp_member_load(struct gp_db *db, int64_t id, struct gp_member **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member m WHERE m.member_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

static void
bind_member(struct gp_query *query, const struct gp_member *member)
{
	gp_bind_text(query, ":address", member->address);
	gp_bind_text(query, ":key", member->address_key);
	gp_bind_text(query, ":name", member->name);
	gp_bind_text(query, ":level", member->level);
	gp_bind_text(query, ":timezone", member->timezone);
	gp_bind_text(query, ":language", member->language);
	gp_bind_text(query, ":state", member->state);
	if (member->paused_until > 0)
		gp_bind_int(query, ":paused", member->paused_until);
	gp_bind_int(query, ":own", member->no_own_posts ? 0 : 1);
	gp_bind_int(query, ":named", member->no_named_copies ? 0 : 1);
}

enum gp_rc
gp_member_insert(struct gp_db *db, const struct gp_member *member, int64_t *ret_id, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO member (community_id, address, address_key, name, level, timezone, language, state,"
	    " paused_until, own_posts, named_copies, joined_at) VALUES (:community, :address, :key, :name, :level,"
	    " :timezone, :language, :state, :paused, :own, :named, :joined)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_member(query, member);
	gp_bind_int(query, ":community", member->community_id);
	gp_bind_int(query, ":joined", member->joined_at);
	GP_TRY(gp_query_do(query, err));
	*ret_id = gp_db_inserted(db);
	return GP_OK;
}

enum gp_rc
gp_member_update(struct gp_db *db, const struct gp_member *member, struct gp_err *err)
{
	static const char sql[] =
	    "UPDATE member SET address = :address, address_key = :key, name = :name, level = :level,"
	    " timezone = :timezone, language = :language, state = :state, paused_until = :paused,"
	    " own_posts = :own, named_copies = :named, left_at = nullif(:left, 0), left_self = :self"
	    " WHERE member_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	bind_member(query, member);
	gp_bind_int(query, ":left", member->left_at);
	gp_bind_int(query, ":self", member->left_self ? 1 : 0);
	gp_bind_int(query, ":id", member->id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_member_list(struct gp_db *db, int64_t community_id, gp_member_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member m WHERE m.community_id = :community"
				  " ORDER BY m.address_key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	return each_row(query, each, context, err);
}

enum gp_rc
gp_member_with_role(
    struct gp_db *db, int64_t community_id, const char *role, gp_member_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member m JOIN member_role r USING (member_id)"
				  " WHERE m.community_id = :community AND r.role = :role AND m.state <> 'left'"
				  " ORDER BY m.member_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", community_id);
	gp_bind_text(query, ":role", role);
	return each_row(query, each, context, err);
}

enum gp_rc
gp_role_has(struct gp_db *db, int64_t member_id, const char *role, bool *ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "SELECT 1 FROM member_role r JOIN member m USING (member_id)"
	    " WHERE r.member_id = :id AND r.role = :role AND m.state <> 'left'",
	    &query, err));
	gp_bind_int(query, ":id", member_id);
	gp_bind_text(query, ":role", role);
	return gp_query_next(query, ret, err);
}

enum gp_rc
gp_role_add(struct gp_db *db, int64_t member_id, const char *role, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO member_role (member_id, role) VALUES (:id, :role) ON CONFLICT DO NOTHING";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", member_id);
	gp_bind_text(query, ":role", role);
	return gp_query_do(query, err);
}

enum gp_rc
gp_role_drop_all(struct gp_db *db, int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM member_role WHERE member_id = :id", &query, err));
	gp_bind_int(query, ":id", member_id);
	return gp_query_do(query, err);
}

enum gp_rc
gp_role_list(struct gp_db *db, int64_t member_id, struct gp_strs *ret_roles, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db,
	    "SELECT r.role FROM member_role r JOIN member m USING (member_id)"
	    " WHERE r.member_id = :id AND m.state <> 'left' ORDER BY r.role",
	    &query, err));
	gp_bind_int(query, ":id", member_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_strs_add(ret_roles, gp_col_text(query, "role"));
	}
}

/* --- further addresses ---------------------------------------------------------------------- */

enum gp_rc
gp_member_address_add(
    struct gp_db *db, const struct gp_member *member, const char *address, int64_t now, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO member_alias (community_id, address_key, address, member_id, added_at)"
	    " VALUES (:community, :key, :address, :member, :now) ON CONFLICT (community_id, address_key)"
	    " DO UPDATE SET address = :address, member_id = :member, added_at = :now";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":community", member->community_id);
	gp_bind_text(query, ":key", key);
	gp_bind_text(query, ":address", address);
	gp_bind_int(query, ":member", member->id);
	gp_bind_int(query, ":now", now);
	return gp_query_do(query, err);
}

enum gp_rc
gp_member_address_drop(
    struct gp_db *db, const struct gp_member *member, const char *address, bool *ret_was, struct gp_err *err)
{
	static const char sql[] = "DELETE FROM member_alias WHERE member_id = :member AND address_key = :key";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	char key[GP_ADDRESS_MAX];

	GP_TRY(gp_address_key(address, key, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member->id);
	gp_bind_text(query, ":key", key);
	GP_TRY(gp_query_do(query, err));
	*ret_was = gp_db_changes(db) > 0;
	return GP_OK;
}

static enum gp_rc
list_aliases(struct gp_db *db, const char *sql, int64_t member_id, struct gp_strs *ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", member_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		gp_strs_add(ret, gp_col_text(query, "alias"));
	}
}

enum gp_rc
gp_member_addresses(struct gp_db *db, int64_t member_id, struct gp_strs *ret_addresses, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT address AS alias FROM member_alias WHERE member_id = :id ORDER BY added_at, address";

	return list_aliases(db, sql, member_id, ret_addresses, err);
}

enum gp_rc
gp_member_keys(struct gp_db *db, int64_t member_id, struct gp_strs *ret_keys, struct gp_err *err)
{
	return list_aliases(
	    db, "SELECT address_key AS alias FROM member_alias WHERE member_id = :id", member_id, ret_keys, err);
}

enum gp_rc
gp_member_named(struct gp_db *db, int64_t space_id, int64_t event, int64_t member_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db,
	    "INSERT INTO named (space_id, event, member_id) VALUES (:space, :event, :member) ON CONFLICT DO NOTHING",
	    &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":event", event);
	gp_bind_int(query, ":member", member_id);
	return gp_query_do(query, err);
}

/* --- subscriptions -------------------------------------------------------------------------- */

static void
subscription_from_row(struct gp_query *query, struct gp_subscription *ret)
{
	ret->id = gp_col_int(query, "subscription_id");
	ret->space_id = gp_col_int(query, "space_id");
	ret->member_id = gp_col_int(query, "member_id");
	ret->from_event = gp_col_int(query, "from_event");
	ret->digested_through = gp_col_int(query, "digested_through");
	ret->digested_at = gp_col_int(query, "digested_at");
	ret->resting = gp_col_int(query, "resting") != 0;
	(void)snprintf(ret->mode, sizeof(ret->mode), "%s", gp_col_text(query, "mode"));
}

enum gp_rc
gp_subscription_find(
    struct gp_db *db, int64_t space_id, int64_t member_id, struct gp_subscription *ret, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT subscription_id, space_id, member_id, from_event, digested_through, digested_at, mode, resting"
	    "  FROM subscription WHERE space_id = :space AND member_id = :member AND to_event IS NULL";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	*ret = (struct gp_subscription){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":member", member_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (found)
		subscription_from_row(query, ret);
	return GP_OK;
}

static enum gp_rc
close_version(struct gp_db *db, int64_t id, int64_t event, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "UPDATE subscription SET to_event = :event WHERE subscription_id = :id", &query, err));
	gp_bind_int(query, ":event", event);
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

/* Whoever gets each post and pauses gets none: those of the pause are owed in a digest. */
static enum gp_rc
rests(struct gp_db *db, int64_t member_id, const char *mode, int64_t now, bool *ret, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	*ret = false;
	if (mode == NULL || strcmp(mode, "each") != 0)
		return GP_OK;
	GP_TRY(
	    gp_query_open(db, "SELECT 1 FROM member WHERE member_id = :member AND paused_until > :now", &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":now", now);
	return gp_query_next(query, ret, err);
}

enum gp_rc
gp_subscription_put(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *mode, int64_t now, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO subscription (space_id, member_id, mode, from_event, digested_through, digested_at, resting)"
	    " VALUES (:space, :member, :mode, :event, :through, :at, :resting)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_subscription open;
	int64_t event, filed_at;
	bool resting;

	GP_TRY(gp_subscription_find(db, space_id, member_id, &open, err));
	GP_TRY(rests(db, member_id, mode, now, &resting, err));
	if (mode != NULL && strcmp(open.mode, mode) == 0 && open.resting == resting)
		return GP_OK;
	GP_TRY(gp_event_next(db, now, &event, &filed_at, err));
	if (open.id != 0)
		GP_TRY(close_version(db, open.id, event, err));
	if (mode == NULL)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":member", member_id);
	gp_bind_text(query, ":mode", mode);
	gp_bind_int(query, ":event", event);
	gp_bind_int(query, ":through", open.id != 0 ? open.digested_through : event);
	gp_bind_int(query, ":at", now);
	gp_bind_int(query, ":resting", resting ? 1 : 0);
	return gp_query_do(query, err);
}

/* CROSS, here and below: a look into each space, of which there are few, not over all subscriptions. */

/* Open versions of a member that do not say whether he pauses, one at a time. */
static enum gp_rc
next_unsettled(struct gp_db *db, int64_t member_id, int64_t now, int64_t *ret_space_id, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT s.space_id FROM member m CROSS JOIN space p CROSS JOIN subscription s"
	    "   ON s.space_id = p.space_id AND s.member_id = m.member_id"
	    " WHERE m.member_id = :member AND s.to_event IS NULL AND s.mode = 'each'"
	    "   AND s.resting <> (coalesce(m.paused_until, 0) > :now) ORDER BY s.space_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_space_id = found ? gp_col_int(query, "space_id") : 0;
	return GP_OK;
}

enum gp_rc
gp_subscription_pause(struct gp_db *db, int64_t member_id, int64_t now, struct gp_err *err)
{
	int64_t space_id;

	for (;;) {
		GP_TRY(next_unsettled(db, member_id, now, &space_id, err));
		if (space_id == 0)
			return GP_OK;
		GP_TRY(gp_subscription_put(db, space_id, member_id, "each", now, err));
	}
}

enum gp_rc
gp_member_pause_over(struct gp_db *db, int64_t now, struct gp_member **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT " MEMBER_COLUMNS " FROM member m WHERE m.paused_until <= :now"
				  " ORDER BY m.paused_until LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":now", now);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = found ? from_row(query) : NULL;
	return GP_OK;
}

enum gp_rc
gp_member_pause_next(struct gp_db *db, int64_t *ret_until, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT min(paused_until) AS until FROM member WHERE paused_until > 0", &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	*ret_until = gp_col_int(query, "until");
	return GP_OK;
}

enum gp_rc
gp_subscription_list(struct gp_db *db, int64_t member_id, gp_subscription_each *each, void *context, struct gp_err *err)
{
	static const char sql[] = "SELECT s.subscription_id, s.space_id, s.member_id, s.from_event, "
				  "s.digested_through, s.digested_at, s.mode, s.resting,"
				  " p.name FROM space p CROSS JOIN subscription s ON s.space_id = p.space_id"
				  " WHERE s.member_id = :member AND s.to_event IS NULL ORDER BY p.name";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_subscription subscription;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":member", member_id);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		subscription_from_row(query, &subscription);
		GP_TRY(each(context, gp_col_text(query, "name"), &subscription, err));
	}
}

enum gp_rc
gp_subscription_owner(
    struct gp_db *db, int64_t subscription_id, int64_t *ret_member_id, int64_t *ret_space_id, struct gp_err *err)
{
	static const char sql[] = "SELECT member_id, space_id FROM subscription WHERE subscription_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", subscription_id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_member_id = found ? gp_col_int(query, "member_id") : 0;
	*ret_space_id = found ? gp_col_int(query, "space_id") : 0;
	return GP_OK;
}

enum gp_rc
gp_subscription_last_mode(struct gp_db *db, int64_t space_id, int64_t member_id, char ret_mode[12], struct gp_err *err)
{
	static const char sql[] = "SELECT mode FROM subscription WHERE space_id = :space AND member_id = :member"
				  " ORDER BY from_event DESC LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":member", member_id);
	GP_TRY(gp_query_next(query, &found, err));
	(void)snprintf(ret_mode, 12, "%s", found ? gp_col_text(query, "mode") : "");
	return GP_OK;
}
