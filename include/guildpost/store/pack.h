/* pack.h - posts packed: several to a block, zstd, with a dictionary for each space, learnt from its own posts.
 * Floor: store.  What a row yields stays what came in, octet for octet (DESIGN.md rule 1); only how it lies in the file
 * changes. Posts that stand side by side quote each other: a block of 128 KiB takes a fifth less room than posts packed
 * one by one, and unpacking it a tenth of a millisecond. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/store/db.h"

struct gp_packer; /* of one space: its newest dictionary, and whether it is time for another; the blocks in hand */
GP_MUST_CHECK enum gp_rc gp_packer_new(
    struct gp_db *db, int64_t space_id, struct gp_packer **ret_packer, struct gp_err *err);
void gp_packer_free(struct gp_packer **packer);

/* Posts in hand, numbered from 0 in order. Touches no database: before the transaction. octets: borrowed until the block
 * is packed, which is at once for a large post, else at gp_packer_pack() at the latest. */
void gp_packer_add(struct gp_packer *packer, const void *octets, size_t n);
void gp_packer_pack(struct gp_packer *packer);
/* Their blocks, inside a write transaction; then their rows of `raw`: new ones, or those that are there already.
 * gp_packer_move: PERM 5.3.0 when the row would not yield what came in. */
GP_MUST_CHECK enum gp_rc gp_packer_store(struct gp_packer *packer, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_packer_insert(
    struct gp_packer *packer, size_t post, int64_t now, int64_t *ret_raw_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_packer_move(struct gp_packer *packer, size_t post, int64_t raw_id, struct gp_err *err);
void gp_packer_clear(struct gp_packer *packer); /* nothing is in hand any more */

/* Learns a dictionary when the space has grown enough since the last one (at 256 posts, then at 16 times as many), or with
 * `last` at 32 already, for an import that ends. A dictionary holds only what at least three posts have in common, so that
 * a post which is removed leaves nothing of its own in it. Short transactions of its own: not inside one.
 * posts: how many have been filed in the space since the last call. */
GP_MUST_CHECK enum gp_rc gp_packer_learn(
    struct gp_packer *packer, int64_t posts, bool last, int64_t now, struct gp_err *err);
/* Packs the posts of all spaces that lie as they came, a block's worth or more of each space. Short transactions of its
 * own. *ret_more: there is more to do. */
GP_MUST_CHECK enum gp_rc gp_pack_some(struct gp_db *db, int64_t now, bool *ret_more, struct gp_err *err);

/* Adds n octets from `at` on of what a block holds. dictionary n 0: none. False when it is damaged. */
bool gp_unpack(
    const struct gp_octets *block, const struct gp_octets *dictionary, size_t at, size_t n, struct gp_buf *out);
/* Blanks the octets of a row that is about to go, inside a write transaction: what lies beside them stays. */
GP_MUST_CHECK enum gp_rc gp_pack_blank(struct gp_db *db, int64_t raw_id, struct gp_err *err);

/* Dictionaries, for whoever must know what is in them: calls each(context, octets, n, &gone), and one of which `gone` is
 * set goes: the blocks that it was used for are packed anew without any. Short transactions of its own. */
typedef void gp_dictionary_each(void *context, const char *octets, size_t n, bool *ret_gone);
GP_MUST_CHECK enum gp_rc gp_pack_weed(struct gp_db *db, gp_dictionary_each *each, void *context, struct gp_err *err);
