#include "guildpost/store/pack.h"

#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_createDDict_byReference */
#include <zstd.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "store/packing.h"

#define LEVEL	    3 /* 5 saves 2 % of the file more and takes twice as long */
#define BLOCK	    (128u << 10) /* octets as they came */
#define PIECE	    (16u << 10) /* of a block: what stands behind a post need not be unpacked with it */
#define OCTETS_MAX  (160u << 20)
#define KEPT_READY  8 /* dictionaries that stay digested */
#define WORTH_IT(n) ((n) - (n) / 16) /* at least a sixteenth smaller, else as it came */

enum gp_rc
gp_packer_new(struct gp_db *db, int64_t space_id, struct gp_packer **ret_packer, struct gp_err *err)
{
	SCOPED(gp_packer_free) struct gp_packer *packer = gp_new(sizeof(*packer));

	packer->db = db;
	packer->space_id = space_id;
	packer->open = (struct gp_buf)GP_BUF_INIT(BLOCK);
	packer->context = ZSTD_createCCtx();
	if (packer->context == NULL)
		abort();
	GP_TRY(gp_packer_load(packer, err));
	*ret_packer = TAKE(packer);
	return GP_OK;
}

void
gp_packer_clear(struct gp_packer *packer)
{
	for (size_t i = 0; i < packer->block_count; i++)
		free(packer->blocks[i].octets);
	packer->block_count = packer->count = 0;
	gp_buf_clear(&packer->open);
}

void
gp_packer_free(struct gp_packer **packer)
{
	if (*packer == NULL)
		return;
	gp_packer_clear(*packer);
	free((*packer)->v);
	free((*packer)->blocks);
	gp_buf_release(&(*packer)->open);
	(void)ZSTD_freeCCtx((*packer)->context);
	(void)ZSTD_freeCDict((*packer)->digested);
	free(*packer);
	*packer = NULL;
}

void
gp_packer_use(struct gp_packer *packer, int64_t dictionary, const void *octets, size_t n)
{
	(void)ZSTD_freeCDict(packer->digested);
	packer->digested = ZSTD_createCDict(octets, n, LEVEL);
	if (packer->digested == NULL)
		abort();
	packer->dictionary = dictionary;
}

/* --- packing -------------------------------------------------------------------------------- */

/* The next octets, up to in->size. */
static bool
squeeze_piece(ZSTD_CCtx *context, ZSTD_inBuffer *in, bool last, ZSTD_outBuffer *out)
{
	size_t left;

	do {
		left = ZSTD_compressStream2(context, out, in, last ? ZSTD_e_end : ZSTD_e_flush);
		if (ZSTD_isError(left) || (left > 0 && out->pos == out->size))
			return false;
	} while (left > 0);
	return true;
}

/* The size with which it lies in `to`; 0: it did not get smaller than `room`. */
static size_t
squeeze(ZSTD_CCtx *context, const ZSTD_CDict *dictionary, const void *octets, size_t n, char *to, size_t room)
{
	ZSTD_inBuffer in = { octets, 0, 0 };
	ZSTD_outBuffer out = { to, room, 0 };

	(void)ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0); /* the row names it */
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_stableInBuffer, 1); /* no copy of it is made */
	if (dictionary != NULL)
		(void)ZSTD_CCtx_refCDict(context, dictionary);
	(void)ZSTD_CCtx_setPledgedSrcSize(context, n);
	do {
		in.size = n <= BLOCK && n - in.size > PIECE + PIECE / 2 ? in.size + PIECE : n;
		if (!squeeze_piece(context, &in, in.size == n, &out))
			return 0;
	} while (in.size < n);
	return out.pos;
}

static void
close_block(struct gp_packer *packer, const void *octets, size_t n)
{
	struct gp_packed_block *block;

	if (packer->block_count == packer->block_cap) {
		packer->block_cap = packer->block_cap * 2 + 16;
		packer->blocks = gp_grow(packer->blocks, packer->block_cap * sizeof(*packer->blocks));
	}
	block = &packer->blocks[packer->block_count++];
	*block = (struct gp_packed_block){ .octets = gp_grow(NULL, n + 1), .dictionary = packer->dictionary };
	block->n = squeeze(packer->context, packer->digested, octets, n, block->octets, WORTH_IT(n));
	block->plain = block->n == 0;
	if (block->plain) {
		memcpy(block->octets, octets, n);
		block->n = n;
		block->dictionary = 0;
	}
	block->octets = gp_grow(block->octets, block->n + 1);
}

void
gp_packer_pack(struct gp_packer *packer)
{
	if (packer->open.len > 0)
		close_block(packer, packer->open.data, packer->open.len);
	gp_buf_clear(&packer->open);
}

void
gp_packer_add(struct gp_packer *packer, const void *octets, size_t n)
{
	struct gp_packed_post *post;

	if (packer->open.len + n > BLOCK)
		gp_packer_pack(packer);
	if (packer->count == packer->cap) {
		packer->cap = packer->cap * 2 + 16;
		packer->v = gp_grow(packer->v, packer->cap * sizeof(*packer->v));
	}
	post = &packer->v[packer->count++];
	*post = (struct gp_packed_post){ .size = n, .block = packer->block_count, .at = packer->open.len };
	gp_sha256(octets, n, post->sha256);
	if (n > BLOCK)
		close_block(packer, octets, n); /* has one to itself */
	else
		gp_buf_add(&packer->open, octets, n);
}

/* --- into the store ------------------------------------------------------------------------- */

static enum gp_rc
put_block(struct gp_query *query, const struct gp_packed_block *block, struct gp_err *err)
{
	gp_bind_text(query, ":coding", block->plain ? "plain" : "zstd");
	gp_bind_int(query, ":dictionary", block->dictionary);
	gp_bind_blob(query, ":octets", block->octets, block->n);
	return gp_query_do(query, err);
}

enum gp_rc
gp_packer_store(struct gp_packer *packer, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO block (space_id, coding, dictionary, octets)"
				  " VALUES (:space, :coding, nullif(:dictionary, 0), :octets)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_int(query, ":space", packer->space_id);
	for (size_t i = 0; i < packer->block_count; i++) {
		GP_TRY(put_block(query, &packer->blocks[i], err));
		packer->blocks[i].id = gp_db_inserted(packer->db);
	}
	return GP_OK;
}

enum gp_rc
gp_packer_insert(struct gp_packer *packer, size_t post, int64_t now, int64_t *ret_raw_id, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO raw (sha256, size, received_at, block, at, octets)"
				  " VALUES (:sha256, :size, :now, :block, :at, x'')";
	const struct gp_packed_post *in = &packer->v[post];
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_blob(query, ":sha256", in->sha256, 32);
	gp_bind_int(query, ":size", (int64_t)in->size);
	gp_bind_int(query, ":now", now);
	gp_bind_int(query, ":block", packer->blocks[in->block].id);
	gp_bind_int(query, ":at", (int64_t)in->at);
	GP_TRY(gp_query_do(query, err));
	*ret_raw_id = gp_db_inserted(packer->db);
	return GP_OK;
}

/* --- unpacking ------------------------------------------------------------------------------ */

struct ready { /* a dictionary digested: dear to do, and the next row wants the same */
	char *octets;
	size_t n;
	ZSTD_DDict *digested;
};
static _Thread_local struct ready ready[KEPT_READY];
static _Thread_local size_t next_ready;
static _Thread_local ZSTD_DCtx *unpacker;

static const ZSTD_DDict *
digest(const struct gp_octets *dictionary)
{
	struct ready *slot;

	for (size_t i = 0; i < KEPT_READY; i++)
		if (ready[i].n == dictionary->n && memcmp(ready[i].octets, dictionary->data, dictionary->n) == 0)
			return ready[i].digested;
	slot = &ready[next_ready++ % KEPT_READY];
	(void)ZSTD_freeDDict(slot->digested);
	free(slot->octets);
	slot->octets = gp_memdup(dictionary->data, dictionary->n);
	slot->n = dictionary->n;
	slot->digested = ZSTD_createDDict_byReference(slot->octets, slot->n);
	if (slot->digested == NULL)
		abort();
	return slot->digested;
}

struct opened { /* the block unpacked last: the next post asked for is often in the same one */
	char *kept; /* as it lies in the store */
	size_t kept_n, at; /* at: so much of it is unpacked */
	char *
	    octets; /* BLOCK of them, made with the unpacker: as a part of each thread, every process would begin with it */
	size_t n;
};
static _Thread_local struct opened opened;

/* For a block of its own, and from its beginning. */
static void
begin_frame(const struct gp_octets *dictionary)
{
	const ZSTD_DDict *digested = dictionary->n > 0 ? digest(dictionary) : NULL;

	if (unpacker == NULL && (unpacker = ZSTD_createDCtx()) == NULL)
		abort();
	if (opened.octets == NULL)
		opened.octets = gp_new(BLOCK);
	opened.kept_n = opened.at = opened.n = 0;
	(void)ZSTD_DCtx_reset(unpacker, ZSTD_reset_session_and_parameters);
	(void)ZSTD_DCtx_refDDict(unpacker, digested);
	(void)ZSTD_decompressBegin_usingDDict(unpacker, digested);
}

/* Of a block that holds one large post: in pieces, so that it is never whole in memory but in out. */
static bool
unpack_large(const struct gp_octets *block, const struct gp_octets *dictionary, size_t at, size_t n, struct gp_buf *out)
{
	ZSTD_inBuffer in = { block->data, block->n, 0 };
	size_t passed = 0, left = 1, wanted = out->len + n;

	begin_frame(dictionary); /* its room is wanted */
	while (left > 0 && passed < at + n) {
		ZSTD_outBuffer room = { opened.octets, BLOCK, 0 };
		size_t skip, end;

		left = ZSTD_decompressStream(unpacker, &room, &in);
		if (ZSTD_isError(left) || out->full || (left > 0 && room.pos == 0 && in.pos == in.size))
			return false;
		skip = at > passed ? at - passed : 0;
		end = at + n - passed < room.pos ? at + n - passed : room.pos;
		if (skip < end)
			gp_buf_add(out, opened.octets + skip, end - skip);
		passed += room.pos;
	}
	return out->len == wanted;
}

/* Into `opened`, where it may lie already, as far as it is wanted and a piece more at most. */
static bool
open_block(const struct gp_octets *block, const struct gp_octets *dictionary, size_t wanted)
{
	size_t next, n;

	if (opened.kept_n != block->n || memcmp(opened.kept, block->data, block->n) != 0) {
		begin_frame(dictionary);
		opened.kept = gp_grow(opened.kept, block->n);
		memcpy(opened.kept, block->data, block->n);
		opened.kept_n = block->n;
	}
	while (opened.n < wanted) {
		next = ZSTD_nextSrcSizeToDecompress(unpacker);
		if (next == 0 || next > opened.kept_n - opened.at)
			break; /* the end, or cut off */
		n = ZSTD_decompressContinue(
		    unpacker, opened.octets + opened.n, BLOCK - opened.n, opened.kept + opened.at, next);
		if (ZSTD_isError(n))
			break;
		opened.at += next;
		opened.n += n;
	}
	if (opened.n < wanted)
		opened.kept_n = 0;
	return opened.n >= wanted;
}

bool
gp_unpack(const struct gp_octets *block, const struct gp_octets *dictionary, size_t at, size_t n, struct gp_buf *out)
{
	if (block->n == 0 || at > SIZE_MAX - n)
		return false;
	if (ZSTD_getFrameContentSize(block->data, block->n) > BLOCK) /* also "unknown" and "error" */
		return unpack_large(block, dictionary, at, n, out);
	if (!open_block(block, dictionary, at + n))
		return false;
	gp_buf_add(out, opened.octets + at, n);
	return !out->full;
}

/* gp_octets(coding, dictionary, octets, at, size): as they came; coding NULL where they are in no block. */
static bool
call_unpack(const struct gp_octets *in, int count, char **ret_octets, size_t *ret_n)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(OCTETS_MAX);
	size_t at, n;

	if (count != 5)
		return false;
	at = (size_t)strtoull(in[3].data, NULL, 10);
	n = (size_t)strtoull(in[4].data, NULL, 10);
	if (in[0].n == 4 && memcmp(in[0].data, "zstd", 4) == 0) {
		if (!gp_unpack(&in[2], &in[1], at, n, &out))
			return false;
	} else {
		if (at > in[2].n || n > in[2].n - at)
			return false;
		gp_buf_add(&out, (const char *)in[2].data + at, n);
	}
	*ret_n = out.len;
	*ret_octets = gp_buf_take(&out);
	return true;
}

const struct gp_db_function_row gp_pack_functions[] = { { "gp_octets", 5, call_unpack }, { NULL, 0, NULL } };

/* --- taken out again ------------------------------------------------------------------------ */

struct hole { /* in a block */
	int64_t block;
	size_t at, n;
	struct gp_buf octets; /* of the whole block */
};

static void
release_hole(struct hole *hole)
{
	gp_buf_release(&hole->octets);
}

static enum gp_rc
damaged(struct gp_err *err)
{
	return gp_fail_as(err, 74, "5.3.0", "the octets of a message are damaged; restore a backup");
}

/* All that the block of this row holds: columns coding, octets, dictionary. */
static enum gp_rc
whole_block(struct gp_query *query, struct gp_buf *out, struct gp_err *err)
{
	struct gp_octets kept, dictionary;
	size_t size;

	kept.data = gp_col_blob(query, "octets", &kept.n);
	dictionary.data = gp_col_blob(query, "dictionary", &dictionary.n);
	if (strcmp(gp_col_text(query, "coding"), "plain") == 0) {
		gp_buf_add(out, kept.data, kept.n);
		return out->full ? damaged(err) : GP_OK;
	}
	size = (size_t)ZSTD_getFrameContentSize(kept.data, kept.n);
	return size <= OCTETS_MAX && gp_unpack(&kept, &dictionary, 0, size, out) ? GP_OK : damaged(err);
}

/* hole->block 0: these octets are in none. */
static enum gp_rc
find_hole(struct gp_db *db, int64_t raw_id, struct hole *hole, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT b.block_id, r.at, r.size, b.coding, b.octets, d.octets AS dictionary FROM raw r"
	    " JOIN block b ON b.block_id = r.block"
	    " LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary WHERE r.raw_id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", raw_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	hole->block = gp_col_int(query, "block_id");
	hole->at = (size_t)gp_col_int(query, "at");
	hole->n = (size_t)gp_col_int(query, "size");
	GP_TRY(whole_block(query, &hole->octets, err));
	return hole->at + hole->n <= hole->octets.len ? GP_OK : damaged(err);
}

/* Packed anew without a dictionary. */
static enum gp_rc
replace_block(struct gp_db *db, int64_t block_id, const struct gp_buf *octets, struct gp_err *err)
{
	static const char sql[] = "UPDATE block SET coding = :coding, dictionary = nullif(:dictionary, 0),"
				  " octets = :octets WHERE block_id = :id";
	SCOPED(gp_packer_free) struct gp_packer *packer = gp_new(sizeof(*packer)); /* of no space */
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	packer->context = ZSTD_createCCtx();
	packer->open = (struct gp_buf)GP_BUF_INIT(0);
	close_block(packer, octets->data, octets->len);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", block_id);
	return put_block(query, &packer->blocks[0], err);
}

enum gp_rc
gp_pack_blank(struct gp_db *db, int64_t raw_id, struct gp_err *err)
{
	SCOPED(release_hole) struct hole hole = { .octets = GP_BUF_INIT(OCTETS_MAX) };

	GP_TRY(find_hole(db, raw_id, &hole, err));
	if (hole.block == 0 || hole.n == 0)
		return GP_OK;
	memset(hole.octets.data + hole.at, 0, hole.n);
	return replace_block(db, hole.block, &hole.octets, err);
}

/* --- dictionaries that must go -------------------------------------------------------------- */

static enum gp_rc
drop_dictionary(struct gp_db *db, int64_t id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, "DELETE FROM dictionary WHERE dictionary_id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	return gp_query_do(query, err);
}

/* One block less that needs it; without any, the dictionary itself. A transaction. */
static enum gp_rc
weed_one(struct gp_db *db, int64_t id, bool *ret_more, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT b.block_id, b.coding, b.octets, d.octets AS dictionary FROM block b"
	    " JOIN dictionary d ON d.dictionary_id = b.dictionary WHERE b.dictionary = :id LIMIT 1";
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t block;

	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, ret_more, err));
	if (*ret_more) {
		block = gp_col_int(query, "block_id");
		GP_TRY(whole_block(query, &octets, err));
		gp_query_free(&query);
		GP_TRY(replace_block(db, block, &octets, err));
	} else {
		GP_TRY(drop_dictionary(db, id, err));
	}
	gp_query_free(&query);
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
next_dictionary(
    struct gp_db *db, gp_dictionary_each *each, void *context, int64_t *id, bool *ret_gone, struct gp_err *err)
{
	static const char sql[] = "SELECT dictionary_id, octets FROM dictionary WHERE dictionary_id > :after"
				  " ORDER BY dictionary_id LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const char *octets;
	bool found;
	size_t n;

	*ret_gone = false;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":after", *id);
	GP_TRY(gp_query_next(query, &found, err));
	*id = found ? gp_col_int(query, "dictionary_id") : 0;
	if (found) {
		octets = gp_col_blob(query, "octets", &n);
		each(context, octets, n, ret_gone);
	}
	return GP_OK;
}

enum gp_rc
gp_pack_weed(struct gp_db *db, gp_dictionary_each *each, void *context, struct gp_err *err)
{
	int64_t id = 0;
	bool more;

	do {
		GP_TRY(next_dictionary(db, each, context, &id, &more, err));
		while (more)
			GP_TRY(weed_one(db, id, &more, err));
	} while (id != 0);
	return GP_OK;
}
