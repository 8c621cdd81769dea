#include "guildpost/store/search.h"

#include <ctype.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define RANKED	  2000 /* hits that are ranked, the newest of them: ranking looks at each */
#define QUERY_MAX (64u << 10)

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

/* --- finding -------------------------------------------------------------------------------- */

/* Names of authors are not stemmed; all else is, by the language of the space (store/fts.h). */
static char *
with_language(const char *expression, const char *language)
{
	static const char author[] = "author : ";
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4 * QUERY_MAX);
	const size_t n = sizeof(author) - 1;
	bool inside = false;

	for (const char *c = expression; *c != '\0'; c++) {
		gp_buf_addc(&out, *c);
		if (*c != '"')
			continue;
		inside = !inside; /* a doubled quote within a phrase goes out and in again, without a language */
		if (inside && (c == expression || c[-1] != '"') &&
		    ((size_t)(c - expression) < n || memcmp(c - n, author, n) != 0))
			gp_buf_addf(&out, "\x01%s\x01", language);
	}
	return gp_buf_take(&out);
}

static char *
full_expression(const struct gp_search *search)
{
	if (*search->match != '\0' && *search->without != '\0')
		return gp_printf("(%s) NOT (%s)", search->match, search->without);
	return gp_strdup(search->match);
}

/* On one line; the ends of lines are only where they happened to be in the mail. Without the language in front. */
static char *
flat(const char *text)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(8192);

	if (*text == '\x01')
		text += 1 + strcspn(text + 1, "\x01");
	text += *text == '\x01';
	for (; *text != '\0'; text++)
		if (!isspace((unsigned char)*text))
			gp_buf_addc(&out, *text);
		else if (out.len > 0 && out.data[out.len - 1] != ' ')
			gp_buf_addc(&out, ' ');
	return gp_buf_take(&out);
}

static enum gp_rc
find_snippet(struct gp_db *db, const char *match, int64_t id, char **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT snippet(message_index, -1, '[', ']', '...', 24) AS snippet FROM message_index"
				  " WHERE message_index MATCH :match AND rowid = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_text(query, ":match", match);
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = flat(found ? gp_col_text(query, "snippet") : "");
	return GP_OK;
}

static enum gp_rc
hand_out(
    struct gp_db *db, struct gp_query *query, const char *match, gp_hit_each *each, void *context, struct gp_err *err)
{
	SCOPED(gp_free_str) char *snippet = NULL;
	struct gp_hit hit = { .id = gp_col_int(query, "id"),
		.date = gp_col_int(query, "date"),
		.msgid = gp_col_text(query, "msgid"),
		.thread = gp_col_text(query, "token"),
		.from_name = gp_col_text(query, "from_name"),
		.from_address = gp_col_text(query, "from_address"),
		.subject = gp_col_text(query, "subject"),
		.score = gp_col_real(query, "score") };

	if (*match != '\0')
		GP_TRY(find_snippet(db, match, hit.id, &snippet, err));
	else
		snippet = flat(gp_col_text(query, "excerpt"));
	hit.snippet = snippet;
	return each(context, &hit, err);
}

static int64_t
end_of(const struct gp_search *search)
{
	return search->until != 0 ? search->until : INT64_MAX;
}

/* With words: ranked, a word in the subject or of the author above one of the text, and that above a quoted one; of what
 * ranks about alike the newest. Without: the newest first. */
#define ALIKE(of) "round(" of "score, 1) DESC, " of "date DESC, " of "id DESC"
#define HITS                                                                                                           \
	"(SELECT m.id, m.date, m.thread_id, gp_rank(message_index, m.own_words, 2.0, 6.0, 3.0) AS score"               \
	"   FROM message_index CROSS JOIN message m ON m.id = message_index.rowid"                                     \
	"   WHERE message_index MATCH :match AND message_index.rowid BETWEEN :first AND :last"                         \
	"     AND m.space_id = :space AND m.date >= :since AND m.date < :until"                                        \
	"     AND (:attachment = 0 OR m.attachments > 0)"                                                              \
	"   ORDER BY message_index.rowid DESC LIMIT :ranked)"
#define WITH_WORDS(hits)                                                                                               \
	"SELECT h.id, h.score, h.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt, t.token FROM"       \
	" (SELECT id, date, score FROM " hits " ORDER BY " ALIKE(                                                      \
	    "") " LIMIT :limit) h"                                                                                     \
		" JOIN message m ON m.id = h.id JOIN thread t ON t.thread_id = m.thread_id ORDER BY " ALIKE("h.")
static const char with_words[] = WITH_WORDS(HITS);
static const char with_words_by_thread[] = WITH_WORDS(
    "(SELECT id, date, score FROM (SELECT id, date, score, row_number() OVER (PARTITION BY thread_id ORDER BY " ALIKE(
	"") ") AS nth FROM " HITS ") WHERE nth = 1)");
#define WITHOUT_WORDS(more)                                                                                            \
	"SELECT m.id, 0.0 AS score, m.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt, t.token"       \
	" FROM message m JOIN thread t ON t.thread_id = m.thread_id"                                                   \
	" WHERE m.space_id = :space AND m.date >= :since AND m.date < :until"                                          \
	"   AND (:attachment = 0 OR m.attachments > 0)"                                                                \
	"   AND (:without = '' OR m.id NOT IN (SELECT rowid FROM message_index WHERE message_index MATCH "             \
	":without))" more " ORDER BY m.date DESC, m.id DESC LIMIT :limit"
static const char without_words[] = WITHOUT_WORDS("");
static const char without_words_by_thread[] = WITHOUT_WORDS(
    " AND NOT EXISTS (SELECT 1 FROM message y WHERE y.thread_id = m.thread_id AND y.id <> m.id"
    "   AND (y.date, y.id) > (m.date, m.id) AND y.date < :until AND (:attachment = 0 OR y.attachments > 0))");

/* Between which numbers the posts of a span of time lie: the index knows numbers alone, and would pass every hit there
 * is. */
static enum gp_rc
bind_span(struct gp_db *db, struct gp_query *query, const struct gp_space *space, const struct gp_search *search,
    struct gp_err *err)
{
	static const char sql[] = "SELECT coalesce(min(id), 0) AS first, coalesce(max(id), 0) AS last FROM message"
				  " WHERE space_id = :space AND date >= :since AND date < :until";
	SCOPED(gp_query_free) struct gp_query *span = NULL;
	bool found;

	gp_bind_int(query, ":first", 0);
	gp_bind_int(query, ":last", INT64_MAX);
	if (search->since == 0 && search->until == 0)
		return GP_OK;
	GP_TRY(gp_query_open(db, sql, &span, err));
	gp_bind_int(span, ":space", space->id);
	gp_bind_int(span, ":since", search->since);
	gp_bind_int(span, ":until", end_of(search));
	GP_TRY(gp_query_next(span, &found, err));
	gp_bind_int(query, ":first", gp_col_int(span, "first"));
	gp_bind_int(query, ":last", gp_col_int(span, "last"));
	return GP_OK;
}

/* What the engine is asked: one of four statements, and the words of the query in the language of the space. */
static enum gp_rc
open_search(
    struct gp_db *db, const struct gp_search *search, const char *match, struct gp_query **ret, struct gp_err *err)
{
	if (*match != '\0')
		return gp_query_open(db, search->by_thread ? with_words_by_thread : with_words, ret, err);
	return gp_query_open(db, search->by_thread ? without_words_by_thread : without_words, ret, err);
}

enum gp_rc
gp_search_run(struct gp_db *db, const struct gp_space *space, const struct gp_search *search, int64_t limit,
    gp_hit_each *each, void *context, struct gp_err *err)
{
	SCOPED(gp_free_str) char *plain = full_expression(search);
	SCOPED(gp_free_str) char *match = with_language(plain, space->language);
	SCOPED(gp_free_str) char *without = with_language(search->without, space->language);
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(open_search(db, search, match, &query, err));
	if (*match != '\0') {
		gp_bind_text(query, ":match", match);
		gp_bind_int(query, ":ranked", RANKED);
		GP_TRY(bind_span(db, query, space, search, err));
	} else {
		gp_bind_text(query, ":without", without);
	}
	gp_bind_int(query, ":space", space->id);
	gp_bind_int(query, ":since", search->since);
	gp_bind_int(query, ":until", end_of(search));
	gp_bind_int(query, ":attachment", search->attachment);
	gp_bind_int(query, ":limit", limit);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(hand_out(db, query, match, each, context, err));
	}
}
