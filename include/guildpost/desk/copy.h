/* copy.h - a recipient's copy of a composed mail, or one that many share: its envelope and the values of its slots.  Floor: desk.
 * Computed from row and member alone, so that a second copy has the same octets (DESIGN.md rules 8 and 9). */
#pragma once
#include <stddef.h>
#include "guildpost/desk/desk.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/slice.h"

struct gp_copy {
	int64_t outbox_id, key;
	char sender[GP_ADDRESS_MAX]; /* envelope: SPACE+b...@domain (VERP), "" for <> */
	const char *to[GP_IN_HAND]; /* envelope: borrowed from the claim */
	size_t to_count; /* above 1: the same octets for all of them, of a space with `delivery shared` */
	const struct gp_composed *mail; /* borrowed */
	bool eight, utf8; /* it has 8-bit octets, in its header too; for the caller to say, who knows the mail */
	struct gp_buf values; /* of the slots, one behind the other */
	size_t value_at[16 + 1]; /* where the value of slot i begins; value_at[slot_count] ends the last */
};
/* ret_copy: zeroed or used before (its memory is used again); claim, mail, space are borrowed as long as it is used.
 * space: of claim->space_id, NULL when that is 0.
 * PERM 5.1.3 the recipient is no address; 5.6.0 the copy could be cut short or taken for commands at the smarthost. */
GP_MUST_CHECK enum gp_rc gp_copy_make(const struct gp_desk *desk, const struct gp_space *space,
    const struct gp_claim *claim, size_t i, const struct gp_composed *mail, struct gp_copy *ret_copy,
    struct gp_err *err);
/* One copy for the recipients claim->to[which[..]], at most GP_IN_HAND: the envelope sender names the row but no member
 * (its token has recipient key 0), and the way out asks back. PERM as above; every address must be gp_address_ok(). */
GP_MUST_CHECK enum gp_rc gp_copy_make_shared(const struct gp_desk *desk, const struct gp_space *space,
    const struct gp_claim *claim, const size_t *which, size_t count, const struct gp_composed *mail,
    struct gp_copy *ret_copy, struct gp_err *err);
void gp_copy_release(struct gp_copy *copy);

/* The octets in order, without joining them: piece n of the copy, NULL behind the last. */
const char *gp_copy_piece(const struct gp_copy *copy, size_t n, size_t *ret_size);
size_t gp_copy_size(const struct gp_copy *copy);
