#include "guildpost/desk/community.h"

#include "guildpost/desk/check.h"

#include <ctype.h>

#include "guildpost/base/mem.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/admit.h"
#include "guildpost/guild/recur.h"
#include "guildpost/guild/route.h"

#define DEFAULT_RHYTHM "weekly on thursday at 08:00"

/* --- what a value may be -------------------------------------------------------------------- */

static enum gp_rc
keep(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	(void)detail;
	if (strpbrk(value, "\r\n") != NULL)
		return gp_fail_as(err, 64, "5.5.4", "the value must be one line");
	*ret = gp_strdup(value);
	return GP_OK;
}

static enum gp_rc
check_text(const char *value, const char *most, char **ret, struct gp_err *err)
{
	if (strlen(value) > (size_t)atoi(most))
		return gp_fail_as(err, 64, "5.5.4", "the value may be at most %s octets long", most);
	return keep(value, NULL, ret, err);
}

/* Several paragraphs. */
static enum gp_rc
check_paragraphs(const char *value, const char *most, char **ret, struct gp_err *err)
{
	if (strlen(value) > (size_t)atoi(most))
		return gp_fail_as(err, 64, "5.5.4", "the text may be at most %s octets long", most);
	if (strpbrk(value, "\r\t\v\f\033") != NULL)
		return gp_fail_as(err, 64, "5.5.4", "the text may hold nothing but lines: no tabs, no controls");
	*ret = gp_strdup(value);
	return GP_OK;
}

static enum gp_rc
check_title(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	if (*value == '\0')
		return gp_fail_as(err, 64, "5.5.4", "a title cannot be empty");
	return check_text(value, detail, ret, err);
}

static enum gp_rc
check_choice(const char *value, const char *choices, char **ret, struct gp_err *err)
{
	size_t n = strlen(value);

	for (const char *c = choices; *c != '\0'; c += strcspn(c, " "), c += *c == ' ')
		if (strcspn(c, " ") == n && strncmp(c, value, n) == 0)
			return keep(value, NULL, ret, err);
	return gp_fail_as(err, 64, "5.5.4", "`%.40s` is none of: %s", value, choices);
}

static enum gp_rc
check_zone(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	GP_TRY(gp_check_zone(value, err));
	return keep(value, detail, ret, err);
}

static enum gp_rc
check_language(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	GP_TRY(gp_check_language(value, err));
	return keep(value, detail, ret, err);
}

/* Kept in its canonical words, so that every reader of it sees the same. */
static enum gp_rc
check_rhythm(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(400);
	struct gp_recur recur;

	(void)detail;
	GP_TRY(gp_recur_parse_rhythm(value, &recur, err));
	gp_recur_format(&recur, &text);
	*ret = gp_buf_take(&text);
	return GP_OK;
}

static enum gp_rc
check_size(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	static const struct {
		const char *unit;
		long long octets;
	} units[] = { { "", 1 }, { "K", 1024 }, { "KiB", 1024 }, { "kB", 1000 }, { "M", 1 << 20 }, { "MiB", 1 << 20 },
		{ "MB", 1000000 } };
	char *end;
	long long n = strtoll(value, &end, 10);

	(void)detail;
	for (size_t i = 0; i < GP_COUNT(units); i++)
		if (isdigit((unsigned char)*value) && strcmp(end, units[i].unit) == 0 && n <= 1 << 20) {
			*ret = gp_printf("%lld", n * units[i].octets);
			return GP_OK;
		}
	if (isdigit((unsigned char)*value) && *end == '\0' && n <= 1 << 30) {
		*ret = gp_printf("%lld", n);
		return GP_OK;
	}
	return gp_fail_as(
	    err, 64, "5.5.4", "`%.20s` is no size; write such as 500KiB or 5MiB, or 0 for no own limit", value);
}

/* How many an hour. */
static enum gp_rc
check_count(const char *value, const char *detail, char **ret, struct gp_err *err)
{
	size_t n = strspn(value, "0123456789");

	(void)detail;
	if (n == 0 || n > 6 || value[n] != '\0')
		return gp_fail_as(err, 64, "5.5.4",
		    "`%.20s` is no number of posts an hour; write such as 10, or 0 for no limit", value);
	return keep(value, NULL, ret, err);
}

/* --- the one table of keys ------------------------------------------------------------------ */

struct key {
	const char *name;
	enum gp_rc (*check)(const char *value, const char *detail, char **ret, struct gp_err *err);
	const char *detail;
	size_t of_space; /* offset of the string in gp_space */
	size_t of_community; /* in gp_community; 0: it has none */
	bool number; /* of_space is that of an int64_t */
};
#define SPACE(member)	offsetof(struct gp_space, member)
#define BOTH(member)	SPACE(member), offsetof(struct gp_community, member), false
#define TEXTUAL(member) SPACE(member), 0, false
#define NUMBER(member)	SPACE(member), 0, true
static const struct key keys[] = {
	{ "title", check_title, "120", BOTH(title) },
	{ "timezone", check_zone, NULL, BOTH(timezone) },
	{ "language", check_language, NULL, BOTH(language) },
	{ "rhythm", check_rhythm, NULL, TEXTUAL(rhythm) },
	{ "visibility", check_choice, "public members private", TEXTUAL(visibility) },
	{ "posting", check_choice, "anyone members moderated stewards", TEXTUAL(posting) },
	{ "first-posts", check_choice, "free held", TEXTUAL(first_posts) },
	{ "reply-to", check_choice, "author space", TEXTUAL(reply_to) },
	{ "prefix", check_text, "40", TEXTUAL(prefix) },
	{ "footer", check_text, "1000", TEXTUAL(footer) },
	{ "max-size", check_size, NULL, NUMBER(max_size) },
	{ "author-limit", check_count, NULL, NUMBER(author_limit) },
	{ "space-limit", check_count, NULL, NUMBER(space_limit) },
	{ "brief", check_choice, "monday tuesday wednesday thursday friday saturday sunday never", TEXTUAL(brief) },
	{ "charter", check_paragraphs, "8000", TEXTUAL(charter) },
	{ "delivery", check_choice, "own shared", TEXTUAL(delivery) },
	{ "replies", check_choice, "posting members", TEXTUAL(replies) },
	{ "join", check_choice, "open approved invited closed", TEXTUAL(joining) },
};

static enum gp_rc
find_key(const char *name, const struct key **ret, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf known = GP_BUF_INIT(400);

	for (size_t i = 0; i < GP_COUNT(keys); i++) {
		if (strcmp(keys[i].name, name) == 0) {
			*ret = &keys[i];
			return GP_OK;
		}
		gp_buf_addf(&known, "%s%s", i > 0 ? ", " : "", keys[i].name);
	}
	return gp_fail_as(err, 64, "5.5.4", "there is no key `%.20s`; the keys are: %s", name, known.data);
}

static void
replace(void *row, size_t offset, const char *value)
{
	char **field = (char **)((char *)row + offset);

	free(*field);
	*field = gp_strdup(value);
}

static void
put_space(struct gp_space *space, const struct key *key, const char *value)
{
	if (key->number)
		*(int64_t *)((char *)space + key->of_space) = strtoll(value, NULL, 10);
	else
		replace(space, key->of_space, value);
}

static enum gp_rc
need_space(struct gp_desk *desk, const char *name, struct gp_space **ret, struct gp_err *err)
{
	GP_TRY(gp_space_find(desk->db, name, ret, err));
	if (*ret == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no space `%.40s`; see: guildpost space list", name);
	return GP_OK;
}

static enum gp_rc
change_space(struct gp_desk *desk, const char *name, const struct key *key, const char *value, const char *by,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(need_space(desk, name, &space, err));
	put_space(space, key, value);
	GP_TRY(gp_space_update(desk->db, space, err));
	return gp_note(desk, &(struct gp_note){ now, space->community_id, space->id, by, "space.set" }, err, "key",
	    key->name, "value", value, NULL);
}

enum gp_rc
gp_space_set(struct gp_desk *desk, const char *space, const char *name, const char *value, const char *by, int64_t now,
    struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *kept = NULL;
	const struct key *key;

	GP_TRY(find_key(name, &key, err));
	GP_TRY(key->check(value, key->detail, &kept, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(change_space(desk, space, key, kept, by, now, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_community_set(struct gp_desk *desk, const char *name, const char *key_name, const char *value, const char *by,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *kept = NULL;
	const struct key *key;

	GP_TRY(find_key(key_name, &key, err));
	GP_TRY(key->check(value, key->detail, &kept, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_community_need(desk, name, &community, err));
	if (key->of_community != 0) {
		replace(community, key->of_community, kept);
		GP_TRY(gp_community_update(desk->db, community, err));
	}
	GP_TRY(change_space(desk, name, key, kept, by, now, err));
	return gp_tx_commit(&tx, err);
}

/* --- making and closing --------------------------------------------------------------------- */

static char *
title_of(const char *name)
{
	char *title = gp_strndup(name, strcspn(name, "@"));

	*title = (char)toupper((unsigned char)*title);
	return title;
}

static enum gp_rc
insert_space(struct gp_desk *desk, const struct gp_space *space, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *taken = NULL;
	int64_t id;

	GP_TRY(gp_space_find(desk->db, space->name, &taken, err));
	if (taken != NULL)
		return gp_fail_as(err, 73, "5.5.4", "there is a space `%.40s` already", space->name);
	GP_TRY(gp_space_insert(desk->db, space, now, &id, err));
	return gp_note(desk, &(struct gp_note){ now, space->community_id, id, by, "space.create" }, err, "name",
	    space->name, NULL);
}

/* A space with every default; strings are borrowed by the caller's leave (they are only read). */
#define TEXT(literal) ((char *)(uintptr_t)(literal))
static struct gp_space
default_space(const struct gp_desk *desk, int64_t community_id, const char *name, const char *domain)
{
	return (struct gp_space){ .community_id = community_id,
		.name = TEXT(name),
		.domain = TEXT(domain != NULL ? domain : desk->domain),
		.visibility = TEXT("members"),
		.posting = TEXT("members"),
		.first_posts = TEXT("free"),
		.reply_to = TEXT("space"),
		.prefix = TEXT(""),
		.footer = TEXT(""),
		.delivery = TEXT("own"),
		.joining = TEXT("open"),
		.replies = TEXT("posting"),
		.brief = TEXT("monday"),
		.charter = TEXT(""),
		.author_limit = GP_AUTHOR_LIMIT,
		.space_limit = GP_SPACE_LIMIT,
		.state = TEXT("open") };
}

static enum gp_rc
check_name(const char *name, struct gp_err *err)
{
	SCOPED(gp_free_str) char *local = gp_strndup(name, strcspn(name, "@"));

	return gp_route_check_name(local, err);
}

static enum gp_rc
insert_community(struct gp_desk *desk, struct gp_community *community, const char *domain, const char *rhythm,
    const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *taken = NULL;
	struct gp_space space;

	GP_TRY(gp_community_find(desk->db, community->name, &taken, err));
	if (taken != NULL)
		return gp_fail_as(err, 73, "5.5.4", "there is a community `%.40s` already", community->name);
	GP_TRY(gp_community_insert(desk->db, community, now, &community->id, err));
	GP_TRY(gp_note(desk, &(struct gp_note){ now, community->id, 0, by, "community.create" }, err, "name",
	    community->name, NULL));
	space = default_space(desk, community->id, community->name, domain);
	space.title = community->title;
	space.timezone = community->timezone;
	space.language = community->language;
	space.rhythm = TEXT(rhythm);
	return insert_space(desk, &space, by, now, err);
}

enum gp_rc
gp_community_create(
    struct gp_desk *desk, const struct gp_community_new *wanted, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *title = NULL;
	SCOPED(gp_free_str) char *rhythm = NULL;
	const char *zone = wanted->timezone != NULL ? wanted->timezone : "UTC";
	const char *language = wanted->language != NULL ? wanted->language : "en";
	struct gp_community community = {
		.name = TEXT(wanted->name), .timezone = TEXT(zone), .language = TEXT(language), .state = TEXT("open")
	};
	int64_t member_id;

	GP_TRY(check_name(wanted->name, err));
	GP_TRY(gp_check_zone(zone, err));
	GP_TRY(gp_check_language(language, err));
	GP_TRY(check_rhythm(wanted->rhythm != NULL ? wanted->rhythm : DEFAULT_RHYTHM, NULL, &rhythm, err));
	if (wanted->title != NULL)
		GP_TRY(check_title(wanted->title, "120", &title, err));
	else
		title = title_of(wanted->name);
	community.title = title;
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(insert_community(desk, &community, wanted->domain, rhythm, by, now, err));
	if (wanted->steward != NULL)
		GP_TRY(gp_enrol_admit(desk, wanted->name,
		    &(struct gp_newcomer){ .address = wanted->steward, .role = "steward" }, by, now, &member_id, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_space_create(struct gp_desk *desk, const char *community_name, const char *name, const char *domain,
    const char *visibility, const char *posting, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_space_free) struct gp_space *main_space = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_free_str) char *title = title_of(name);
	SCOPED(gp_free_str) char *checked_visibility = NULL;
	SCOPED(gp_free_str) char *checked_posting = NULL;
	struct gp_space space;

	GP_TRY(check_name(name, err));
	GP_TRY(check_choice(
	    visibility != NULL ? visibility : "members", "public members private", &checked_visibility, err));
	GP_TRY(check_choice(
	    posting != NULL ? posting : "members", "anyone members moderated stewards", &checked_posting, err));
	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_community_need(desk, community_name, &community, err));
	GP_TRY(need_space(desk, community_name, &main_space, err));
	space = default_space(desk, community->id, name, domain);
	space.title = title;
	space.visibility = checked_visibility;
	space.posting = checked_posting;
	space.timezone = community->timezone;
	space.language = community->language;
	space.rhythm = main_space->rhythm;
	GP_TRY(insert_space(desk, &space, by, now, err));
	return gp_tx_commit(&tx, err);
}

struct ids {
	int64_t id[1000];
	size_t count;
};

static enum gp_rc
collect_space(void *context, const struct gp_space *space, struct gp_err *err)
{
	struct ids *ids = context;

	if (ids->count == GP_COUNT(ids->id))
		return gp_fail(err, "5.3.0", "too many spaces in one community");
	ids->id[ids->count++] = space->id;
	return GP_OK;
}

enum gp_rc
gp_community_close(struct gp_desk *desk, const char *name, const char *by, int64_t now, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct ids ids = { .count = 0 };

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	GP_TRY(gp_community_need(desk, name, &community, err));
	replace(community, offsetof(struct gp_community, state), "closed");
	GP_TRY(gp_community_update(desk->db, community, err));
	GP_TRY(gp_space_list(desk->db, community->id, collect_space, &ids, err));
	for (size_t i = 0; i < ids.count; i++) {
		SCOPED(gp_space_free) struct gp_space *space = NULL;

		GP_TRY(gp_space_load(desk->db, ids.id[i], &space, err));
		replace(space, SPACE(state), "closed");
		GP_TRY(gp_space_update(desk->db, space, err));
	}
	GP_TRY(gp_note(desk, &(struct gp_note){ now, community->id, 0, by, "community.close" }, err, NULL));
	return gp_tx_commit(&tx, err);
}
