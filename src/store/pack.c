#include "guildpost/store/pack.h"

#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_createDDict_byReference */
#include <zstd.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "store/packing.h"

#define LEVEL	    3 /* 6 saves 2 % of the file more and takes twice as long */
#define OCTETS_MAX  (160u << 20)
#define KEPT_READY  8 /* dictionaries that stay digested */
#define WORTH_IT(n) ((n) - (n) / 16) /* at least a sixteenth smaller, else as it came */
#define PIECE	    (128u << 10)

/* --- packing -------------------------------------------------------------------------------- */

void
gp_packed_release(struct gp_packed *packed)
{
	free(packed->octets);
	*packed = (struct gp_packed){ 0 };
}

enum gp_rc
gp_packer_new(struct gp_db *db, int64_t space_id, struct gp_packer **ret_packer, struct gp_err *err)
{
	SCOPED(gp_packer_free) struct gp_packer *packer = gp_new(sizeof(*packer));

	packer->db = db;
	packer->space_id = space_id;
	packer->context = ZSTD_createCCtx();
	if (packer->context == NULL)
		abort();
	GP_TRY(gp_packer_load(packer, err));
	*ret_packer = TAKE(packer);
	return GP_OK;
}

void
gp_packer_free(struct gp_packer **packer)
{
	if (*packer == NULL)
		return;
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

/* The size with which it lies in `to`, or 0 when it did not get smaller than `room`. */
static size_t
squeeze(struct gp_packer *packer, const void *octets, size_t n, char *to, size_t room)
{
	size_t size;

	(void)ZSTD_CCtx_reset(packer->context, ZSTD_reset_session_and_parameters);
	(void)ZSTD_CCtx_setParameter(packer->context, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(packer->context, ZSTD_c_dictIDFlag, 0); /* the row names it */
	if (packer->digested != NULL)
		(void)ZSTD_CCtx_refCDict(packer->context, packer->digested);
	size = ZSTD_compress2(packer->context, to, room, octets, n);
	return ZSTD_isError(size) ? 0 : size; /* no room: it does not pay */
}

void
gp_packer_pack(struct gp_packer *packer, const void *octets, size_t n, struct gp_packed *ret)
{
	char *kept = gp_grow(NULL, n + 1);
	size_t size = squeeze(packer, octets, n, kept, WORTH_IT(n));

	*ret = (struct gp_packed){ .n = size, .size = n, .plain = size == 0 };
	gp_sha256(octets, n, ret->sha256);
	if (ret->plain) {
		memcpy(kept, octets, n);
		ret->n = n;
		ret->octets = kept;
		return;
	}
	ret->dictionary = packer->dictionary;
	ret->octets = gp_grow(kept, size);
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

bool
gp_unpack(const struct gp_octets *kept, const struct gp_octets *dictionary, struct gp_buf *out)
{
	static _Thread_local char piece[PIECE];
	ZSTD_inBuffer in = { kept->data, kept->n, 0 };
	size_t left = 1;

	if (unpacker == NULL && (unpacker = ZSTD_createDCtx()) == NULL)
		abort();
	(void)ZSTD_DCtx_reset(unpacker, ZSTD_reset_session_and_parameters);
	if (dictionary->n > 0)
		(void)ZSTD_DCtx_refDDict(unpacker, digest(dictionary));
	while (left > 0) {
		ZSTD_outBuffer room = { piece, sizeof(piece), 0 };

		left = ZSTD_decompressStream(unpacker, &room, &in);
		if (ZSTD_isError(left) || out->full || (left > 0 && room.pos == 0 && in.pos == in.size))
			return false;
		gp_buf_add(out, piece, room.pos);
	}
	return in.pos == in.size;
}

/* gp_octets(coding, dictionary, octets): as they came. */
static bool
call_unpack(const struct gp_octets *in, int count, char **ret_octets, size_t *ret_n)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(OCTETS_MAX);

	if (count != 3)
		return false;
	if (in[0].n == 5 && memcmp(in[0].data, "plain", 5) == 0)
		gp_buf_add(&out, in[2].data, in[2].n);
	else if (!gp_unpack(&in[2], &in[1], &out))
		return false;
	*ret_n = out.len;
	*ret_octets = gp_buf_take(&out);
	return true;
}

const struct gp_db_function_row gp_pack_functions[] = { { "gp_octets", 3, call_unpack }, { NULL, 0, NULL } };
