#include "guildpost/guild/route.h"

#include <ctype.h>

#include "guildpost/base/mem.h"
#include "guildpost/guild/command.h"
#include "guildpost/guild/token.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/utf8.h"

#define NAME_MAX_OCTETS 22

/* What stands behind the delimiter and is no command; the commands are in guild/command.h. */
static const struct {
	const char *word;
	enum gp_route_to to;
	const char *canonical;
} words[] = {
	{ "cal", GP_TO_CALENDAR, "cal" },
	{ "request", GP_TO_REQUEST, "request" },
	{ "owner", GP_TO_STEWARD, "steward" },
	{ "steward", GP_TO_STEWARD, "steward" },
	{ "editor", GP_TO_STEWARD, "steward" },
	{ "admin", GP_TO_STEWARD, "steward" },
	{ "ledger", GP_TO_WORD, "ledger" },
	{ "brief", GP_TO_WORD, "brief" },
	{ "thread", GP_TO_WORD, "thread" },
	{ "bounces", GP_TO_BOUNCE, "" },
};
static const char *const operators[] = { "postmaster", "abuse", "mailer-daemon" };

/* Tokens are read leniently: i and l for 1, o for 0 (they are not in the alphabet). */
static void
fold_token(char *token)
{
	for (char *c = token; *c != '\0'; c++)
		*c = *c == 'i' || *c == 'l' ? '1' : *c == 'o' ? '0' : *c;
}

static bool
put_token(struct gp_route *route, const char *ext)
{
	char folded[sizeof(route->token)];
	size_t n = strlen(ext);

	if (n >= sizeof(folded) || strpbrk(ext, "0123456789") == NULL)
		return false;
	memcpy(folded, ext, n + 1);
	fold_token(folded);
	if (gp_token_is_thread(folded))
		route->to = GP_TO_THREAD;
	else if (n == 29 && strchr("cxhrvs", folded[0]) != NULL)
		route->to = GP_TO_SECRET;
	else if (n == 31 && folded[0] == 'b')
		route->to = GP_TO_BOUNCE;
	else
		return false;
	memcpy(route->token, folded, n + 1);
	return true;
}

static bool
put_command(struct gp_route *route, const char *ext, bool plus)
{
	struct gp_command command;
	char line[GP_COMMAND_LINE];

	if (!gp_command_read_address(ext, plus, &command))
		return false;
	gp_command_format(&command, line);
	route->to = GP_TO_WORD;
	(void)snprintf(route->word, sizeof(route->word), "%.15s", line);
	return true;
}

static bool
put_word(struct gp_route *route, const char *ext, bool plus)
{
	for (size_t i = 0; i < GP_COUNT(words); i++)
		if (strcmp(words[i].word, ext) == 0) {
			route->to = words[i].to;
			(void)snprintf(route->word, sizeof(route->word), "%s", words[i].canonical);
			return true;
		}
	return put_command(route, ext, plus);
}

/* A word, a token, "confirm" DELIM token, or a word "-" token. */
static bool
put_ext(struct gp_route *route, const char *ext)
{
	bool plus = ext[-1] != '-';
	const char *delimiter;

	if (put_word(route, ext, plus) || put_token(route, ext))
		return true;
	delimiter = strpbrk(ext, "+-");
	return delimiter != NULL && put_token(route, delimiter + 1) && route->to == GP_TO_SECRET;
}

struct lookup {
	gp_route_exists *exists;
	void *context;
	const char *domain;
};

static bool
put_space(struct gp_route *route, const struct lookup *lookup, const char *name, size_t n)
{
	if (n == 0 || n > NAME_MAX_OCTETS)
		return false;
	(void)snprintf(route->space, sizeof(route->space), "%.*s", (int)n, name);
	return lookup->exists(lookup->context, route->space, lookup->domain);
}

/* ADR-04: the exact name first, then from the right each delimiter; so the longest name wins. A blank stands for "+"
 * where a mail client took the plus sign for one (DIG-06). */
static bool
resolve(struct gp_route *route, const struct lookup *lookup, const char *local)
{
	if (put_space(route, lookup, local, strlen(local))) {
		route->to = GP_TO_POST;
		return true;
	}
	for (size_t i = strlen(local); i-- > 1;)
		if ((local[i] == '+' || local[i] == '-' || local[i] == ' ') && put_space(route, lookup, local, i) &&
		    put_ext(route, local + i + 1))
			return true;
	if (strncmp(local, "owner-", 6) == 0 && put_space(route, lookup, local + 6, strlen(local + 6))) {
		route->to = GP_TO_STEWARD;
		(void)snprintf(route->word, sizeof(route->word), "steward");
		return true;
	}
	return false;
}

/* The local part as it is meant: quotes and backslashes off, folded to lower case. */
static void
plain_local(const char *address, size_t n, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < size; i++) {
		if (address[i] == '"' || (address[i] == '\\' && i + 1 < n && address[++i] == '\0'))
			continue;
		out[used++] = (char)tolower((unsigned char)address[i]);
	}
	out[used] = '\0';
}

enum gp_rc
gp_route_parse(
    const char *address, gp_route_exists *exists, void *context, struct gp_route *ret_route, struct gp_err *err)
{
	const char *domain_at = gp_address_domain(address);
	char local[80], domain[256];

	*ret_route = (struct gp_route){ 0 };
	if (!gp_is_ascii(address))
		return gp_fail_as(err, 67, "5.6.7", "the address needs SMTPUTF8, which is not offered");
	if (!gp_address_ok(address))
		return gp_fail_as(err, 65, "5.1.3", "bad address syntax");
	plain_local(address, (size_t)(domain_at - address) - 1, local, sizeof(local));
	plain_local(domain_at, strlen(domain_at), domain, sizeof(domain));
	for (size_t i = 0; i < GP_COUNT(operators); i++)
		if (strcmp(local, operators[i]) == 0 && exists(context, "", domain)) {
			ret_route->to = GP_TO_OPERATOR;
			return GP_OK;
		}
	if (resolve(ret_route, &(struct lookup){ exists, context, domain }, local))
		return GP_OK;
	return gp_fail_as(err, 67, "5.1.1", "no such address here");
}

enum gp_rc
gp_route_check_name(const char *name, struct gp_err *err)
{
	const char *dash = strrchr(name, '-');
	size_t n = strlen(name);
	struct gp_route unused = { 0 };
	bool ok = n > 0 && n <= NAME_MAX_OCTETS && name[0] != '-' && name[n - 1] != '-' && strstr(name, "--") == NULL;

	if (!ok || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
		return gp_fail_as(err, 64, "5.1.3",
		    "`%.40s` is no name for a space: 1 to 22 of a-z, 0-9 and single inner \"-\"", name);
	if (dash != NULL &&
	    (put_word(&unused, dash + 1, false) || (dash[1] == 't' && strpbrk(dash, "0123456789") != NULL)))
		return gp_fail_as(
		    err, 64, "5.1.3", "`%.40s` would be taken for a command address; choose another name", name);
	for (size_t i = 0; i < GP_COUNT(operators); i++)
		if (strcmp(name, operators[i]) == 0 || strncmp(name, "owner-", 6) == 0)
			return gp_fail_as(
			    err, 64, "5.1.3", "`%.40s` is kept for the operator; choose another name", name);
	return GP_OK;
}
