#include "guildpost/guild/authres.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/err.h"

#define WORD_MAX 256

/* A cursor over the tokens of a field: words (also quoted ones), and ";" "=" "/" alone. Comments and folds are passed
 * over (RFC 5322 section 3.2.2: they nest, and a backslash quotes in them). */
struct cursor {
	const char *at;
	char word[WORD_MAX]; /* of the last token; one octet for a mark */
	bool quoted;
};

static const char *
skip_comment(const char *c)
{
	int depth = 0;

	do {
		if (*c == '\\' && c[1] != '\0')
			c++;
		else if (*c == '(')
			depth++;
		else if (*c == ')')
			depth--;
		c++;
	} while (*c != '\0' && depth > 0);
	return c;
}

static void
put(struct cursor *cursor, size_t *n, char c)
{
	if (*n + 1 < WORD_MAX)
		cursor->word[(*n)++] = c;
}

static bool
is_mark(char c)
{
	return c == ';' || c == '=' || c == '(' || c == '"' || isspace((unsigned char)c);
}

/* False at the end. */
static bool
next_token(struct cursor *cursor)
{
	const char *c = cursor->at;
	size_t n = 0;

	while (isspace((unsigned char)*c) || *c == '(')
		c = *c == '(' ? skip_comment(c) : c + 1;
	cursor->quoted = *c == '"';
	if (*c == '\0') {
		cursor->at = c;
		return false;
	}
	if (cursor->quoted) {
		for (c++; *c != '\0' && *c != '"'; c++) {
			c += *c == '\\' && c[1] != '\0';
			put(cursor, &n, *c);
		}
		c += *c == '"';
	} else if (*c == ';' || *c == '=') {
		put(cursor, &n, *c++);
	} else {
		while (*c != '\0' && !is_mark(*c))
			put(cursor, &n, *c++);
	}
	cursor->word[n] = '\0';
	cursor->at = c;
	return true;
}

static bool
is(const struct cursor *cursor, const char *mark)
{
	return !cursor->quoted && strcmp(cursor->word, mark) == 0;
}

static bool
trusted(const char *id, const char *ids)
{
	size_t n = strlen(id);

	for (; *ids != '\0'; ids += strcspn(ids, " "), ids += *ids == ' ')
		if (n > 0 && strcspn(ids, " ") == n && strncasecmp(ids, id, n) == 0)
			return true;
	return false;
}

/* One "method=result property=value ..." up to the semicolon. */
struct result {
	char method[32], verdict[32];
	char header_from[WORD_MAX], header_d[WORD_MAX], header_i[WORD_MAX];
};

static void
keep_property(struct result *result, const char *name, const char *value)
{
	const struct {
		const char *name;
		char *field;
	} kept[] = { { "header.from", result->header_from }, { "header.d", result->header_d },
		{ "header.i", result->header_i } };

	for (size_t i = 0; i < GP_COUNT(kept); i++)
		if (strcasecmp(kept[i].name, name) == 0)
			(void)snprintf(kept[i].field, WORD_MAX, "%s", value);
}

/* False when nothing is left. A "none" without "=" gives an empty method. */
static bool
next_result(struct cursor *cursor, struct result *result)
{
	char name[WORD_MAX] = "";
	bool value = false, any = false;

	*result = (struct result){ .method = "" };
	while (next_token(cursor)) {
		any = true;
		if (is(cursor, ";"))
			return true;
		if (is(cursor, "=")) {
			value = true;
			continue;
		}
		if (!value) {
			(void)snprintf(name, sizeof(name), "%s", cursor->word);
			continue;
		}
		value = false;
		if (result->method[0] != '\0') {
			keep_property(result, name, cursor->word);
			continue;
		}
		/* "dkim/1=pass": the version is not of the name. */
		(void)snprintf(result->method, sizeof(result->method), "%.*s", (int)strcspn(name, "/"), name);
		(void)snprintf(
		    result->verdict, sizeof(result->verdict), "%.*s", (int)sizeof(result->verdict) - 1, cursor->word);
	}
	return any;
}

static const char *
domain_part(const char *value)
{
	const char *at = strrchr(value, '@');

	return at != NULL ? at + 1 : value;
}

/* Relaxed alignment: the same domain, or the signer's is a parent of it that has a dot itself. */
static bool
aligned(const char *signer, const char *from_domain)
{
	size_t n = strlen(signer), m = strlen(from_domain);

	if (n == 0 || strchr(signer, '.') == NULL)
		return false;
	return strcasecmp(signer, from_domain) == 0 ||
	       (m > n && from_domain[m - n - 1] == '.' && strcasecmp(from_domain + m - n, signer) == 0);
}

static enum gp_proof
judge(const struct result *result, const char *from_domain)
{
	bool pass = strcasecmp(result->verdict, "pass") == 0;

	if (strcasecmp(result->method, "dmarc") == 0 && strcasecmp(domain_part(result->header_from), from_domain) == 0)
		return pass ? GP_PROOF_PASS : strcasecmp(result->verdict, "fail") == 0 ? GP_PROOF_FAIL : GP_PROOF_NONE;
	if (strcasecmp(result->method, "dkim") == 0 && pass &&
	    (aligned(result->header_d, from_domain) || strcasecmp(domain_part(result->header_i), from_domain) == 0))
		return GP_PROOF_PASS;
	return GP_PROOF_NONE;
}

static enum gp_proof
read_field(const char *value, const char *authserv_ids, const char *from_domain)
{
	struct cursor cursor = { .at = value };
	enum gp_proof proof = GP_PROOF_NONE, one;
	struct result result;

	if (!next_token(&cursor) || !trusted(cursor.word, authserv_ids))
		return GP_PROOF_NONE;
	while (next_token(&cursor) && !is(&cursor, ";"))
		continue; /* a version */
	while (next_result(&cursor, &result)) {
		one = judge(&result, from_domain);
		if (one == GP_PROOF_PASS)
			return one;
		proof = one != GP_PROOF_NONE ? one : proof;
	}
	return proof;
}

enum gp_proof
gp_authres_read(const struct gp_strs *values, const char *authserv_ids, const char *from_domain)
{
	enum gp_proof proof = GP_PROOF_NONE, one;

	if (*authserv_ids == '\0' || *from_domain == '\0')
		return GP_PROOF_NONE;
	for (size_t i = 0; i < values->count; i++) {
		one = read_field(values->v[i], authserv_ids, from_domain);
		if (one == GP_PROOF_PASS)
			return one;
		proof = one != GP_PROOF_NONE ? one : proof;
	}
	return proof;
}
