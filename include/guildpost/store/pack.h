/* pack.h - raw octets made small: zstd, with a dictionary for each space, learnt from its own posts.  Floor: store.
 * What a row yields stays what came in, octet for octet (DESIGN.md rule 1); only how it lies in the file changes. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/store/db.h"

struct gp_packed { /* octets as a row of `raw` keeps them */
	char *octets; /* owned */
	size_t n, size; /* as kept; as they came */
	bool plain; /* packing did not pay */
	int64_t dictionary; /* 0: none */
	unsigned char sha256[32]; /* of what came */
};
void gp_packed_release(struct gp_packed *packed);

struct gp_packer; /* of one space: its newest dictionary, and whether it is time for another */
GP_MUST_CHECK enum gp_rc gp_packer_new(
    struct gp_db *db, int64_t space_id, struct gp_packer **ret_packer, struct gp_err *err);
void gp_packer_free(struct gp_packer **packer);
/* Touches no database: before the transaction that gp_raw_insert_packed() is part of. */
void gp_packer_pack(struct gp_packer *packer, const void *octets, size_t n, struct gp_packed *ret);

/* Learns a dictionary when the space has grown enough since the last one (at 256 posts, then at 16 times as many), or with
 * `last` at 32 already, for an import that ends; then packs anew what has none. A dictionary holds only what at least
 * three posts have in common, so that a post which is removed leaves nothing of its own in it. Short transactions of its
 * own: not inside one. posts: how many have been filed in the space since the last call. */
GP_MUST_CHECK enum gp_rc gp_packer_learn(
    struct gp_packer *packer, int64_t posts, bool last, int64_t now, struct gp_err *err);
/* Packs up to `most` posts of the space that lie as they came or without a dictionary. Not inside a transaction.
 * *cursor: a raw_id, 0 at first; *ret_more: ask again. */
GP_MUST_CHECK enum gp_rc gp_packer_repack(
    struct gp_packer *packer, int64_t most, int64_t *cursor, bool *ret_more, struct gp_err *err);

/* What a row holds, as it came. dictionary n 0: none. False when it is damaged. */
bool gp_unpack(const struct gp_octets *kept, const struct gp_octets *dictionary, struct gp_buf *out);
