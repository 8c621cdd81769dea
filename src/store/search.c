#include "guildpost/store/search.h"

#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_CCtx_refPrefix */
#include <zstd.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "store/file.h"
#include "store/fts.h"
#include "store/gaps.h"

#define PREFIX_MAX   (4u << 20) /* octets of the raw that a patch may point into, at most */
#define PREFIX_LEAST (16u << 10)
#define TEXT_MAX     (64u << 20) /* octets that a patch may yield */
#define PATCH_LEVEL  3
#define MERGE_PAGES  200 /* of the index, a transaction */
#define WORTH_IT     4 /* what came is a part of the index, at least so large */

/* --- the kept text -------------------------------------------------------------------------- */

/* One of each a thread, for they are dear to make. */
static _Thread_local ZSTD_CCtx *packer;
static _Thread_local ZSTD_DCtx *unpacker;

/* How much of n octets a patch that yields a text of text_n octets may point into: the text stands behind the header, or
 * in one of the first parts. To make ready what comes behind it, attachments mostly, would take longer than all the rest. */
static size_t
prefix_size(size_t n, size_t text_n)
{
	size_t most = PREFIX_LEAST + 4 * text_n;

	most = most < PREFIX_MAX ? most : PREFIX_MAX;
	return n < most ? n : most;
}

/* Nothing stays nothing; *ret_patch: caller frees. */
static enum gp_rc
make_patch(
    const struct gp_indexing *indexing, const struct gp_buf *text, char **ret_patch, size_t *ret_n, struct gp_err *err)
{
	size_t n = text->len, size = ZSTD_compressBound(n);

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
	(void)ZSTD_CCtx_refPrefix(packer, indexing->octets, prefix_size(indexing->size, n));
	*ret_n = ZSTD_compress2(packer, *ret_patch, size, text->data, n);
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
		(void)ZSTD_DCtx_refPrefix(unpacker, in[0].data, prefix_size(in[0].n, (size_t)size));
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

struct text { /* what is indexed of a message */
	char *language, *labels;
	int64_t date;
	size_t own; /* octets */
	struct gp_buf whole; /* own words first */
};

static void
release_text(struct text *text)
{
	free(text->language);
	free(text->labels);
	gp_buf_release(&text->whole);
}

/* What its row and its space tell. */
static enum gp_rc
start_text(struct gp_db *db, int64_t message_id, struct text *text, struct gp_err *err)
{
	static const char sql[] = "SELECT s.language, m.date, char(3) || 's' || m.space_id ||"
				  " CASE WHEN m.attachments > 0 THEN ' a' ELSE '' END || char(3) AS labels"
				  " FROM message m JOIN space s ON s.space_id = m.space_id WHERE m.id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", message_id);
	GP_TRY(gp_query_next(query, &found, err));
	text->language = gp_strdup(found ? gp_col_text(query, "language") : "");
	text->labels = gp_strdup(found ? gp_col_text(query, "labels") : "");
	text->date = found ? gp_col_int(query, "date") : 0;
	return GP_OK;
}

static enum gp_rc
keep_text(struct gp_db *db, const struct gp_indexing *indexing, const struct text *text, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_text (id, raw_id, language, own, patch)"
				  " VALUES (:id, :raw, :language, :own, :patch)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *patch = NULL;
	size_t n;

	GP_TRY(make_patch(indexing, &text->whole, &patch, &n, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", indexing->id);
	gp_bind_int(query, ":raw", indexing->raw_id);
	gp_bind_text(query, ":language", text->language);
	gp_bind_int(query, ":own", (int64_t)text->own);
	gp_bind_blob(query, ":patch", patch, n);
	return gp_query_do(query, err);
}

static enum gp_rc
index_text(struct gp_db *db, const struct gp_indexing *indexing, const struct text *text, struct gp_err *err)
{
	/* Exactly what the view yields. No SELECT: around one SQLite opens a savepoint, at whose end the index writes out
	 * what it has gathered, a piece for each message. */
	static const char sql[] = "INSERT INTO message_index (rowid, text, subject, author) VALUES (:id,"
				  " char(1) || :language || ' ' || :own || char(1) || :text, char(1) || :language || "
				  "char(1) || :subject, :labels || :author)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", indexing->id);
	gp_bind_text(query, ":language", text->language);
	gp_bind_int(query, ":own", (int64_t)text->own);
	gp_bind_text(query, ":text", text->whole.data);
	gp_bind_text(query, ":subject", indexing->subject);
	gp_bind_text(query, ":labels", text->labels);
	gp_bind_text(query, ":author", indexing->author);
	return gp_query_do(query, err);
}

enum gp_rc
gp_index_add(struct gp_db *db, const struct gp_indexing *indexing, struct gp_err *err)
{
	static const char ranking[] = "INSERT INTO message_rank (id, date, own_words) VALUES (:id, :date, :words)";
	SCOPED(release_text) struct text text = { .whole = GP_BUF_INIT(TEXT_MAX) };
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	gp_buf_adds(&text.whole, indexing->own);
	text.own = text.whole.len;
	gp_buf_addc(&text.whole, '\n');
	gp_buf_adds(&text.whole, indexing->rest);
	GP_TRY(start_text(db, indexing->id, &text, err));
	GP_TRY(keep_text(db, indexing, &text, err));
	GP_TRY(index_text(db, indexing, &text, err));
	GP_TRY(gp_query_open(db, ranking, &query, err));
	gp_bind_int(query, ":id", indexing->id);
	gp_bind_int(query, ":date", text.date);
	gp_bind_int(query, ":words", gp_fts_own_words());
	return gp_query_do(query, err);
}

enum gp_rc
gp_index_remove(struct gp_db *db, int64_t message_id, struct gp_err *err)
{
	/* The index reads the old text through the view, so it goes first. */
	static const char *const steps[] = {
		"DELETE FROM message_index WHERE rowid = :id AND EXISTS (SELECT 1 FROM message_text WHERE id = :id)",
		"DELETE FROM message_text WHERE id = :id",
		"DELETE FROM message_rank WHERE id = :id",
	};

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":id", message_id);
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}

enum gp_rc
gp_index_own_text(struct gp_db *db, int64_t message_id, char **ret_own, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const char *text;
	int64_t own;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT text FROM indexed WHERE id = :id", &query, err));
	gp_bind_int(query, ":id", message_id);
	GP_TRY(gp_query_next(query, &found, err));
	text = found ? gp_col_text(query, "text") : "";
	text += gp_fts_mark(text, strlen(text), NULL, &own);
	*ret_own = gp_strndup(text, own > 0 ? (size_t)own : 0);
	return GP_OK;
}

enum gp_rc
gp_index_anew(struct gp_db *db, struct gp_err *err)
{
	static const char made_by[] = "SELECT sql FROM sqlite_schema WHERE name = 'message_index'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *make = NULL;
	bool found;

	GP_TRY(gp_query_open(db, made_by, &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	make = gp_strdup(gp_col_text(query, "sql"));
	gp_query_free(&query);
	if (!found)
		return gp_fail_as(
		    err, 74, "5.3.0", "the database has lost the table of its search index; restore a backup");
	GP_TRY(gp_db_drop_index(db, err));
	GP_TRY(gp_db_run(db, make, err));
	GP_TRY(gp_db_run(
	    db, "INSERT INTO message_index (message_index, rank) VALUES ('pgsz', 4330)", err)); /* as at first */
	return gp_db_run(db, "DELETE FROM message_text; DELETE FROM message_rank", err);
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
gp_index_bulk(struct gp_db *db, bool begins, struct gp_err *err)
{
	static const char *const usual[] = {
		"INSERT INTO message_index (message_index, rank) VALUES ('automerge', 4)",
		"INSERT INTO message_index (message_index, rank) VALUES ('crisismerge', 16)",
	};
	static const char *const seldom[] = {
		"INSERT INTO message_index (message_index, rank) VALUES ('automerge', 16)",
		"INSERT INTO message_index (message_index, rank) VALUES ('crisismerge', 32)",
	};
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(db, &tx, err));
	for (size_t i = 0; i < GP_COUNT(usual); i++)
		GP_TRY(gp_db_run(db, begins ? seldom[i] : usual[i], err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_index_merge(struct gp_db *db, int64_t came, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool more;

	GP_TRY(gp_query_open(db, "SELECT coalesce(max(id), 0) AS n FROM message_text", &query, err));
	GP_TRY(gp_query_next(query, &more, err));
	more = came > 0 && came * WORTH_IT >= gp_col_int(query, "n");
	gp_query_free(&query);
	for (int64_t pages = -MERGE_PAGES; more; pages = MERGE_PAGES)
		GP_TRY(merge_some(db, pages, &more, err));
	return GP_OK;
}

/* Negative: all of the index is to become one, which also goes on where it was broken off; then piece by piece. */
static enum gp_rc
merge_all(struct gp_db *db, int64_t most_ms, bool *ret_merged, struct gp_err *err)
{
	int64_t begun = gp_clock_mono_ms();
	bool more;

	*ret_merged = false;
	GP_TRY(merge_some(db, -MERGE_PAGES, &more, err));
	while (more) {
		if (most_ms > 0 && gp_clock_mono_ms() - begun > most_ms)
			return GP_OK;
		GP_TRY(merge_some(db, MERGE_PAGES, &more, err));
	}
	*ret_merged = true;
	return GP_OK;
}

enum gp_rc
gp_index_compact(struct gp_db *db, struct gp_leaving *leaving, int64_t most_ms, bool *ret_left, struct gp_err *err)
{
	bool merged;

	*ret_left = false;
	if (leaving->page == 0) {
		GP_TRY(merge_all(db, most_ms, &merged, err));
		leaving->page = merged ? 1 : 0;
	}
	return leaving->page > 0 ? gp_gaps_blank(db, leaving, most_ms, ret_left, err) : GP_OK;
}

enum gp_rc
gp_index_verify(struct gp_db *db, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)";
	static const char ranks[] = "SELECT EXISTS (SELECT 1 FROM message m JOIN message_text t ON t.id = m.id"
				    " LEFT JOIN message_rank r ON r.id = m.id WHERE r.date IS NOT m.date) AS wrong";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_query_free) struct gp_query *ranked = NULL;
	bool row;
	enum gp_rc rc = gp_query_open(db, sql, &query, err);

	if (rc == GP_OK)
		rc = gp_query_do(query, err);
	if (rc == GP_OK)
		rc = gp_query_open(db, ranks, &ranked, err);
	if (rc == GP_OK)
		rc = gp_query_next(ranked, &row, err);
	if (rc == GP_OK && gp_col_int(ranked, "wrong") == 0)
		return rc;
	return gp_fail_as(err, 74, "5.3.0",
	    "the search index does not agree with the archive; make it anew with: guildpost archive reindex");
}
