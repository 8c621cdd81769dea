#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/raw.h"
#include "store/packing.h"

#define PIECE	   (1u << 20) /* octets a transaction */
#define LEAST	   (128 << 10) /* octets: a whole block */
#define OCTETS_MAX (160u << 20)

struct ids {
	int64_t *v;
	size_t count, cap;
};

static void
release_ids(struct ids *ids)
{
	free(ids->v);
}

static enum gp_rc
space_with_much(struct gp_db *db, int64_t *ret_space, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT m.space_id FROM raw r JOIN message m ON m.raw_id = r.raw_id WHERE r.block IS NULL"
	    " AND r.raw_id NOT IN (SELECT raw_id FROM held) GROUP BY m.space_id HAVING sum(r.size) >= :least LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":least", LEAST);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_space = found ? gp_col_int(query, "space_id") : 0;
	return GP_OK;
}

/* Outside the transaction: packing takes time. */
static enum gp_rc
take_piece(struct gp_packer *packer, struct ids *ids, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT r.raw_id FROM raw r JOIN message m ON m.raw_id = r.raw_id WHERE r.block IS NULL"
	    " AND m.space_id = :space AND r.raw_id NOT IN (SELECT raw_id FROM held) ORDER BY r.raw_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	size_t n = 0;
	bool found;

	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_int(query, ":space", packer->space_id);
	while (n < PIECE) {
		SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			break;
		if (ids->count == ids->cap) {
			ids->cap = ids->cap * 2 + 64;
			ids->v = gp_grow(ids->v, ids->cap * sizeof(*ids->v));
		}
		ids->v[ids->count++] = gp_col_int(query, "raw_id");
		GP_TRY(gp_raw_load(packer->db, ids->v[ids->count - 1], &octets, err));
		gp_packer_add(packer, octets.data, octets.len);
		n += octets.len;
	}
	gp_packer_pack(packer);
	return GP_OK;
}

enum gp_rc
gp_packer_move(struct gp_packer *packer, size_t post, int64_t raw_id, struct gp_err *err)
{
	static const char sql[] = "UPDATE raw SET block = :block, at = :at, octets = x''"
				  " WHERE raw_id = :id AND block IS NULL AND sha256 = :sha256";
	const struct gp_packed_post *in = &packer->v[post];
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);
	unsigned char sha256[32];

	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_int(query, ":id", raw_id);
	gp_bind_int(query, ":block", packer->blocks[in->block].id);
	gp_bind_int(query, ":at", (int64_t)in->at);
	gp_bind_blob(query, ":sha256", in->sha256, 32);
	GP_TRY(gp_query_do(query, err));
	if (gp_db_changes(packer->db) == 0) /* removed since it was read; its place in the block must not be kept */
		return gp_fail(err, "4.3.0", "a post went while it was packed; try again");
	GP_TRY(gp_raw_load(packer->db, raw_id, &octets, err));
	gp_sha256(octets.data, octets.len, sha256);
	return memcmp(sha256, in->sha256, 32) == 0
		   ? GP_OK
		   : gp_fail_as(err, 74, "5.3.0", "a message does not unpack to what came in");
}

enum gp_rc
gp_pack_some(struct gp_db *db, int64_t now, bool *ret_more, struct gp_err *err)
{
	SCOPED(release_ids) struct ids ids = { NULL, 0, 0 };
	SCOPED(gp_packer_free) struct gp_packer *packer = NULL;
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t space;

	GP_TRY(space_with_much(db, &space, err));
	*ret_more = space != 0;
	if (space == 0)
		return GP_OK;
	GP_TRY(gp_packer_new(db, space, &packer, err));
	GP_TRY(gp_packer_learn(packer, 0, false, now, err));
	GP_TRY(take_piece(packer, &ids, err));
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_packer_store(packer, err));
	for (size_t i = 0; i < ids.count; i++)
		GP_TRY(gp_packer_move(packer, i, ids.v[i], err));
	return gp_tx_commit(&tx, err);
}
