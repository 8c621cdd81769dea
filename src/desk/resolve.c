#include "guildpost/desk/resolve.h"

#include <strings.h>

#include "guildpost/base/mem.h"
#include "guildpost/store/message.h"

/* What the parser of addresses asks with: it knows no errors, so a busy store is remembered here. */
struct finder {
	struct gp_desk *desk;
	struct gp_space *space;
	enum gp_rc rc;
	struct gp_err err;
};

static bool
is_served(const struct gp_desk *desk, const char *domain)
{
	if (desk->domains == NULL)
		return strcasecmp(desk->domain, domain) == 0;
	for (size_t i = 0; i < desk->domains->count; i++)
		if (strcasecmp(desk->domains->v[i], domain) == 0)
			return true;
	return false;
}

/* True when there is a space stored under this name that lives at this domain; it is kept in the finder. */
static bool
find_stored(struct finder *finder, const char *stored, const char *domain)
{
	gp_space_free(&finder->space);
	if (finder->rc == GP_OK)
		finder->rc = gp_space_find(finder->desk->db, stored, &finder->space, &finder->err);
	return finder->rc == GP_OK && finder->space != NULL && strcasecmp(finder->space->domain, domain) == 0;
}

/* A name stands bare where it was made while one domain was served, else with its domain (INTERFACE.md). */
static bool
exists(void *context, const char *name, const char *domain)
{
	struct finder *finder = context;
	char stored[400];

	if (*name == '\0')
		return is_served(finder->desk, domain);
	(void)snprintf(stored, sizeof(stored), "%s@%s", name, domain);
	return find_stored(finder, name, domain) || find_stored(finder, stored, domain);
}

/* One text for every address that is not here: nobody learns from it which part was wrong (SEC-04). */
static enum gp_rc
not_here(struct gp_err *err)
{
	return gp_fail_as(err, 67, "5.1.1", "no such address here");
}

static int64_t wrong_tokens;

int64_t
gp_wrong_tokens(void)
{
	return wrong_tokens;
}

static enum gp_rc
wrong_token(struct gp_err *err)
{
	wrong_tokens++;
	return not_here(err);
}

static enum gp_rc
find_thread(struct gp_desk *desk, struct gp_resolved *to, struct gp_err *err)
{
	GP_TRY(gp_thread_by_token(desk->db, to->space->id, to->route.token, &to->thread_id, err));
	return to->thread_id != 0 ? GP_OK : not_here(err);
}

/* An expired secret passes: why it does nothing any more is told by mail. */
static enum gp_rc
check_token(struct gp_desk *desk, int64_t now, struct gp_resolved *to, struct gp_err *err)
{
	const char *token = to->route.token, *name = to->space->name;

	switch (to->route.to) {
	case GP_TO_THREAD:
		return find_thread(desk, to, err);
	case GP_TO_SECRET:
		to->token = gp_token_read(&desk->keys, token, name, now, &to->purpose, &to->id);
		return to->token != GP_TOKEN_BAD ? GP_OK : wrong_token(err);
	case GP_TO_BOUNCE: /* without a token (SPACE-bounces@) it names nobody, and is still a bounce */
		if (*token == '\0')
			return GP_OK;
		return gp_token_read_bounce(&desk->keys, token, name, &to->id, &to->outbox_id) ? GP_OK
											       : wrong_token(err);
	default:
		return GP_OK;
	}
}

enum gp_rc
gp_resolve(struct gp_desk *desk, const char *address, int64_t now, struct gp_resolved *ret, struct gp_err *err)
{
	SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
	struct finder finder = { .desk = desk, .rc = GP_OK };
	enum gp_rc rc = gp_route_parse(address, exists, &finder, &to.route, err);

	to.space = finder.space;
	if (finder.rc != GP_OK) { /* not to be known is no answer to a stranger who may be right (RCV-08) */
		*err = finder.err;
		return finder.rc;
	}
	GP_TRY(rc);
	if (to.space != NULL) {
		(void)snprintf(to.route.space, sizeof(to.route.space), "%s", to.space->name);
		if (strcmp(to.space->state, "closed") == 0)
			return gp_fail_as(err, 67, "5.2.1", "this community has closed; nothing is taken in any more");
		GP_TRY(check_token(desk, now, &to, err));
	}
	*ret = to;
	to.space = NULL;
	return GP_OK;
}

void
gp_resolved_release(struct gp_resolved *resolved)
{
	gp_space_free(&resolved->space);
}
