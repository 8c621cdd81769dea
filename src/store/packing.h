/* packing.h - what packing and the learning of dictionaries share.  Private to the store. */
#pragma once
#include "guildpost/store/pack.h"

struct ZSTD_CCtx_s;
struct ZSTD_CDict_s;
struct gp_packed_post {
	unsigned char sha256[32];
	size_t size, block, at; /* block: which of those in hand */
};
struct gp_packed_block {
	char *octets; /* as it will be kept */
	size_t n;
	bool plain; /* packing did not pay */
	int64_t dictionary, id; /* id: once it is stored */
};
struct gp_packer {
	struct gp_db *db;
	struct ZSTD_CCtx_s *context;
	struct ZSTD_CDict_s *digested; /* NULL: no dictionary yet */
	int64_t space_id, dictionary, posts; /* posts: of the space, kept up by gp_packer_learn() */
	int64_t due; /* at so many posts another one is learnt */
	struct gp_buf open; /* the block that is being filled */
	struct gp_packed_post *v;
	size_t count, cap;
	struct gp_packed_block *blocks;
	size_t block_count, block_cap;
};
/* The newest dictionary of its space, and how many posts there are. */
GP_MUST_CHECK enum gp_rc gp_packer_load(struct gp_packer *packer, struct gp_err *err);
/* From now on it packs with this one. */
void gp_packer_use(struct gp_packer *packer, int64_t dictionary, const void *octets, size_t n);
