#include "guildpost/store/search.h"

#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_CCtx_refPrefix */
#include <ctype.h>
#include <zstd.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define PREFIX_MAX  (4u << 20) /* octets of the raw that a patch may point into */
#define TEXT_MAX    (64u << 20) /* octets that a patch may yield */
#define PATCH_LEVEL 3
#define RANKED	    20000 /* hits that are ranked, the newest of them: ranking looks at each */
#define MERGE_PAGES 200 /* of the index, a transaction */
#define QUERY_MAX   (64u << 10)

/* --- the kept text -------------------------------------------------------------------------- */

/* One of each a thread, for they are dear to make. */
static _Thread_local ZSTD_CCtx *packer;
static _Thread_local ZSTD_DCtx *unpacker;

static size_t
prefix_size(size_t n)
{
	return n < PREFIX_MAX ? n : PREFIX_MAX;
}

/* Nothing stays nothing; *ret_patch: caller frees. */
static enum gp_rc
make_patch(const struct gp_indexing *indexing, const char *text, char **ret_patch, size_t *ret_n, struct gp_err *err)
{
	size_t n = strlen(text), size = ZSTD_compressBound(n);

	*ret_patch = gp_new(size);
	*ret_n = 0;
	if (n == 0)
		return GP_OK;
	if (packer == NULL && (packer = ZSTD_createCCtx()) == NULL)
		abort();
	(void)ZSTD_CCtx_reset(packer, ZSTD_reset_session_and_parameters);
	(void)ZSTD_CCtx_setParameter(packer, ZSTD_c_compressionLevel, PATCH_LEVEL);
	(void)ZSTD_CCtx_setParameter(
	    packer, ZSTD_c_checksumFlag, 1); /* over other octets it must fail, not yield rubbish */
	(void)ZSTD_CCtx_refPrefix(packer, indexing->octets, prefix_size(indexing->size));
	*ret_n = ZSTD_compress2(packer, *ret_patch, size, text, n);
	if (ZSTD_isError(*ret_n))
		return gp_err_detail(err, gp_fail(err, "4.3.0", "cannot keep the text of a message"), "zstd: %s",
		    ZSTD_getErrorName(*ret_n));
	return GP_OK;
}

/* gp_patch(raw octets, patch): the text that was indexed. */
static bool
apply_patch(const struct gp_octets *in, int count, char **ret_text, size_t *ret_n)
{
	SCOPED(gp_free_str) char *text = NULL;
	unsigned long long size;
	size_t n;

	*ret_n = 0;
	if (count != 2)
		return false;
	size = in[1].n == 0 ? 0 : ZSTD_getFrameContentSize(in[1].data, in[1].n);
	if (size > TEXT_MAX) /* also "unknown" and "error", which are the largest numbers */
		return false;
	text = gp_new((size_t)size + 1);
	if (in[1].n > 0) {
		if (unpacker == NULL && (unpacker = ZSTD_createDCtx()) == NULL)
			abort();
		(void)ZSTD_DCtx_reset(unpacker, ZSTD_reset_session_only);
		(void)ZSTD_DCtx_refPrefix(unpacker, in[0].data, prefix_size(in[0].n));
		n = ZSTD_decompressDCtx(unpacker, text, (size_t)size, in[1].data, in[1].n);
		if (ZSTD_isError(n) || n != size)
			return false;
	}
	*ret_n = (size_t)size;
	*ret_text = TAKE(text);
	return true;
}

const struct gp_db_function_row gp_search_functions[] = { { "gp_patch", 2, apply_patch }, { NULL, 0, NULL } };

/* --- the index ------------------------------------------------------------------------------ */

static enum gp_rc
keep_text(struct gp_db *db, const struct gp_indexing *indexing, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_text (id, raw_id, own, rest) VALUES (:id, :raw, :own, :rest)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *own = NULL;
	SCOPED(gp_free_str) char *rest = NULL;
	size_t own_n, rest_n;

	GP_TRY(make_patch(indexing, indexing->own, &own, &own_n, err));
	GP_TRY(make_patch(indexing, indexing->rest, &rest, &rest_n, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", indexing->id);
	gp_bind_int(query, ":raw", indexing->raw_id);
	gp_bind_blob(query, ":own", own, own_n);
	gp_bind_blob(query, ":rest", rest, rest_n);
	return gp_query_do(query, err);
}

enum gp_rc
gp_index_add(struct gp_db *db, const struct gp_indexing *indexing, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_index (rowid, subject, author, own, rest)"
				  " VALUES (:id, :subject, :author, :own, :rest)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(keep_text(db, indexing, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", indexing->id);
	gp_bind_text(query, ":subject", indexing->subject);
	gp_bind_text(query, ":author", indexing->author);
	gp_bind_text(query, ":own", indexing->own);
	gp_bind_text(query, ":rest", indexing->rest);
	return gp_query_do(query, err);
}

enum gp_rc
gp_index_remove(struct gp_db *db, int64_t message_id, struct gp_err *err)
{
	/* The index reads the old text through the view, so it goes first. */
	static const char *const steps[] = {
		"DELETE FROM message_index WHERE rowid = :id AND EXISTS (SELECT 1 FROM message_text WHERE id = :id)",
		"DELETE FROM message_text WHERE id = :id",
	};

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":id", message_id);
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}

static enum gp_rc
merge_some(struct gp_db *db, int64_t pages, bool *ret_more, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_index (message_index, rank) VALUES ('merge', :pages)";
	static const char total[] = "SELECT total_changes() AS n";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_query_free) struct gp_query *counting = NULL;
	int64_t before;
	bool row;

	GP_TRY(gp_query_open(db, total, &counting, err));
	GP_TRY(gp_query_next(counting, &row, err));
	before = gp_col_int(counting, "n");
	gp_query_rewind(counting);
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":pages", pages);
	GP_TRY(gp_query_do(query, err));
	GP_TRY(gp_query_next(counting, &row, err));
	*ret_more = gp_col_int(counting, "n") - before >= 2; /* as fts5 documents it: less than 2 is nothing */
	gp_query_rewind(counting);
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_index_compact(struct gp_db *db, struct gp_err *err)
{
	bool more;

	/* Negative: all of the index is to become one; then piece by piece. */
	GP_TRY(merge_some(db, -MERGE_PAGES, &more, err));
	while (more)
		GP_TRY(merge_some(db, MERGE_PAGES, &more, err));
	return gp_db_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

enum gp_rc
gp_index_verify(struct gp_db *db, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	if (gp_query_do(query, err) == GP_OK)
		return GP_OK;
	return gp_fail_as(err, 74, "5.3.0",
	    "the search index does not agree with the archive; make it anew with: guildpost archive reindex SPACE");
}

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
take_since(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_strndup(term->text, term->n);
	int64_t end;

	if (!read_time(text, &parsing->search->since, &end))
		return gp_fail_as(err, 64, "5.5.4", "since: wants a date such as 2026-11-24, not `%s`", text);
	return GP_OK;
}

static enum gp_rc
take_until(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	SCOPED(gp_free_str) char *text = gp_strndup(term->text, term->n);
	int64_t begin;

	if (!read_time(text, &begin, &parsing->search->until))
		return gp_fail_as(err, 64, "5.5.4", "until: wants a date such as 2026-11-24, not `%s`", text);
	return GP_OK;
}

static enum gp_rc
take_from(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	(void)err;
	add_term(parsing, "author", term);
	return GP_OK;
}

static enum gp_rc
take_subject(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
	(void)err;
	add_term(parsing, "subject", term);
	return GP_OK;
}

static enum gp_rc
take_has(struct parsing *parsing, const struct term *term, struct gp_err *err)
{
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

		if (strncasecmp(*at, fields[i].name, n) != 0 || (*at)[n] == '\0' || strchr(" \t\r\n", (*at)[n]) != NULL)
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
		return gp_fail_as(err, 64, "5.5.4", "there is no word to look for");
	search.match = gp_strdup(match.data);
	search.without = gp_strdup(without.data);
	*ret = search;
	search = (struct gp_search){ 0 };
	return GP_OK;
}

/* --- finding -------------------------------------------------------------------------------- */

static char *
full_expression(const struct gp_search *search)
{
	if (*search->match != '\0' && *search->without != '\0')
		return gp_printf("(%s) NOT (%s)", search->match, search->without);
	return gp_strdup(search->match);
}

/* On one line; the ends of lines are only where they happened to be in the mail. */
static char *
flat(const char *text)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(8192);

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

/* With words: ranked, a word in the subject or of the author above one of the text, and that above a quoted one. Without:
 * the newest first. */
static const char with_words[] =
    "SELECT h.id, h.score, m.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt, t.token FROM"
    " (SELECT m.id, -bm25(message_index, 6.0, 3.0, 2.0, 0.4) AS score"
    "   FROM message_index CROSS JOIN message m ON m.id = message_index.rowid"
    "   WHERE message_index MATCH :match AND m.space_id = :space AND m.date >= :since"
    "     AND (:until = 0 OR m.date < :until) AND (:attachment = 0 OR m.attachments > 0)"
    "   ORDER BY message_index.rowid DESC LIMIT :ranked) h"
    " JOIN message m ON m.id = h.id JOIN thread t ON t.thread_id = m.thread_id"
    " ORDER BY h.score DESC, m.date DESC, h.id LIMIT :limit";
static const char without_words[] =
    "SELECT m.id, 0.0 AS score, m.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt, t.token"
    " FROM message m JOIN thread t ON t.thread_id = m.thread_id"
    " WHERE m.space_id = :space AND m.date >= :since AND (:until = 0 OR m.date < :until)"
    "   AND (:attachment = 0 OR m.attachments > 0)"
    "   AND (:without = '' OR m.id NOT IN (SELECT rowid FROM message_index WHERE message_index MATCH :without))"
    " ORDER BY m.date DESC, m.id DESC LIMIT :limit";

enum gp_rc
gp_search_run(struct gp_db *db, int64_t space_id, const struct gp_search *search, int64_t limit, gp_hit_each *each,
    void *context, struct gp_err *err)
{
	SCOPED(gp_free_str) char *match = full_expression(search);
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, *match != '\0' ? with_words : without_words, &query, err));
	if (*match != '\0') {
		gp_bind_text(query, ":match", match);
		gp_bind_int(query, ":ranked", RANKED);
	} else {
		gp_bind_text(query, ":without", search->without);
	}
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":since", search->since);
	gp_bind_int(query, ":until", search->until);
	gp_bind_int(query, ":attachment", search->attachment);
	gp_bind_int(query, ":limit", limit);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(hand_out(db, query, match, each, context, err));
	}
}
