#include "guildpost/store/search.h"

#include <ctype.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define QUERY_MAX (64u << 10) /* octets */

/* --- what a person typed -------------------------------------------------------------------- */

void
gp_search_release(struct gp_search *search)
{
	free(search->match);
	free(search->without);
	*search = (struct gp_search){ 0 };
}

struct term {
	const char *text;
	size_t n;
	bool prefix, minus;
};
struct parsing {
	struct gp_search *search;
	struct gp_buf match, without;
};

/* Has it a letter or digit? Mere punctuation is no word to the index. */
static bool
is_word(const struct term *term)
{
	for (size_t i = 0; i < term->n; i++)
		if (isalnum((unsigned char)term->text[i]) || (unsigned char)term->text[i] >= 0x80)
			return true;
	return false;
}

/* A quoted string of FTS5, where nothing but the quote itself means anything. Words side by side must all be there; what
 * must not be there is joined by OR. */
static void
add_term(struct parsing *parsing, const char *column, const struct term *term)
{
	struct gp_buf *out = term->minus ? &parsing->without : &parsing->match;

	if (!is_word(term))
		return;
	if (out->len > 0)
		gp_buf_adds(out, term->minus ? " OR " : " ");
	if (column != NULL)
		gp_buf_addf(out, "%s : ", column);
	gp_buf_addc(out, '"');
	for (size_t i = 0; i < term->n; i++)
		if (term->text[i] == '"')
			gp_buf_adds(out, "\"\"");
		else
			gp_buf_addc(out, term->text[i]);
	gp_buf_adds(out, term->prefix ? "\" *" : "\"");
}

/* A year, a month or a day as [*ret_begin, *ret_end), or an instant as itself. */
static bool
read_time(const char *text, int64_t *ret_begin, int64_t *ret_end)
{
	size_t n = strlen(text), digits = strspn(text, "0123456789-");
	int year, month;
	char day[16];

	if (digits == n && n == 4) {
		year = (int)strtol(text, NULL, 10);
		*ret_begin = gp_days_from_civil(year, 1, 1) * 86400;
		*ret_end = gp_days_from_civil(year + 1, 1, 1) * 86400;
		return true;
	}
	if (digits == n && n == 7 && text[4] == '-') {
		(void)snprintf(day, sizeof(day), "%s-01", text);
		if (!gp_clock_parse(day, ret_begin))
			return false;
		year = (int)strtol(text, NULL, 10);
		month = (int)strtol(text + 5, NULL, 10);
		*ret_end = gp_days_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) * 86400;
		return true;
	}
	if (!gp_clock_parse(text, ret_begin))
		return false;
	*ret_end = *ret_begin + (n == 10 ? 86400 : 0);
	return true;
}

static enum gp_rc
refuse_minus(const char *field, struct gp_err *err)
{
	return gp_fail_as(err, 64, "5.5.4", "-%s says nothing; a minus goes before a word, from: or subject:", field);
}

static enum gp_rc
take_since(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_strndup(term->text, term->n);
	int64_t end;

	if (term->minus)
		return refuse_minus("since:", err);
	if (!read_time(text, &parsing->search->since, &end))
		return gp_fail_as(err, 64, "5.5.4", "since: wants a date such as 2026-11-24, not `%s`", text);
	return GP_OK;
}

static enum gp_rc
take_until(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_strndup(term->text, term->n);
	int64_t begin;

	if (term->minus)
		return refuse_minus("until:", err);
	if (!read_time(text, &begin, &parsing->search->until))
		return gp_fail_as(err, 64, "5.5.4", "until: wants a date such as 2026-11-24, not `%s`", text);
	return GP_OK;
}

static enum gp_rc
take_from(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	if (!is_word(term))
		return gp_fail_as(err, 64, "5.5.4", "from: wants a name or an address, such as from:ann");
	add_term(parsing, "author", term);
	return GP_OK;
}

static enum gp_rc
take_subject(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	if (!is_word(term))
		return gp_fail_as(err, 64, "5.5.4", "subject: wants a word, such as subject:loom");
	add_term(parsing, "subject", term);
	return GP_OK;
}

static enum gp_rc
take_has(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	if (term->minus)
		return refuse_minus("has:", err);
	if (term->n < 6 || strncasecmp(term->text, "attachments", term->n) != 0)
		return gp_fail_as(err, 64, "5.5.4", "has: knows only has:attachment");
	parsing->search->attachment = true;
	return GP_OK;
}

static const struct {
	const char *name;
	enum gp_rc (*take)(struct parsing *parsing, const struct term *term, struct gp_err *err);
} fields[] = { { "from:", take_from }, { "subject:", take_subject }, { "since:", take_since }, { "until:", take_until },
	{ "has:", take_has } };

/* A word up to a blank, or a phrase up to its closing quote or the end; *at goes behind it. */
static struct term
next_term(const char **at, bool minus)
{
	struct term term = { .minus = minus };

	if (**at == '"') {
		term.text = ++*at;
		term.n = strcspn(*at, "\"");
		*at += term.n + ((*at)[term.n] == '"');
	} else {
		term.text = *at;
		term.n = strcspn(*at, " \t\r\n\"");
		*at += term.n;
		if (term.n > 1 && term.text[term.n - 1] == '*') {
			term.n--;
			term.prefix = true;
		}
		return term;
	}
	if (**at == '*') {
		term.prefix = true;
		++*at;
	}
	return term;
}

static enum gp_rc
parse_one(struct parsing *parsing, const char **at, struct gp_err *err)
{
	bool minus = **at == '-' && (*at)[1] != '\0' && strchr(" \t\r\n", (*at)[1]) == NULL;
	struct term term;

	*at += minus;
	for (size_t i = 0; i < GP_COUNT(fields); i++) {
		size_t n = strlen(fields[i].name);

		if (strncasecmp(*at, fields[i].name, n) != 0)
			continue;
		*at += n;
		term = next_term(at, minus);
		return fields[i].take(parsing, &term, err);
	}
	term = next_term(at, minus);
	add_term(parsing, NULL, &term);
	return GP_OK;
}

enum gp_rc
gp_search_parse(const char *text, struct gp_search *ret, struct gp_err *err)
{
	SCOPED(gp_search_release) struct gp_search search = { 0 };
	SCOPED(gp_buf_release) struct gp_buf match = GP_BUF_INIT(QUERY_MAX);
	SCOPED(gp_buf_release) struct gp_buf without = GP_BUF_INIT(QUERY_MAX);
	struct parsing parsing = { .search = &search, .match = match, .without = without };
	enum gp_rc rc = GP_OK;

	while (rc == GP_OK && *(text += strspn(text, " \t\r\n")) != '\0')
		rc = parse_one(&parsing, &text, err);
	match = parsing.match;
	without = parsing.without;
	GP_TRY(rc);
	if (match.full || without.full)
		return gp_fail_as(err, 64, "5.5.4", "that is too long a question for a search");
	if (match.len == 0 && without.len == 0 && search.since == 0 && search.until == 0 && !search.attachment)
		return gp_fail_as(err, 64, "5.5.4",
		    "there is no word to look for; write words, \"a phrase\", begin*, -without, from:ann, subject:loom,"
		    " since:2026-05, until:2026 or has:attachment");
	search.match = gp_strdup(match.data);
	search.without = gp_strdup(without.data);
	*ret = search;
	search = (struct gp_search){ 0 };
	return GP_OK;
}
