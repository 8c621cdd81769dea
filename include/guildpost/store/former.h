/* former.h - who is known by a keyed hash of the address alone: who left, who said no, who was forgotten (SUB-09).
 * Floor: store. The key is this store's own: without it the hash of a guessed address tells nothing. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

/* The address that stands where the member's stood: "former-17@erased.invalid" (RFC 2606 section 2). */
#define GP_PSEUDONYM_SIZE 48
void gp_pseudonym(int64_t member_id, char out[GP_PSEUDONYM_SIZE]);
bool gp_is_pseudonym(const char *address);

/* The hash of an address as it is compared, in hex. Inside a write transaction: the first one makes the key. */
#define GP_ADDRESS_MAC_SIZE 65
GP_MUST_CHECK enum gp_rc gp_address_mac(
    struct gp_db *db, const char *address_key, char ret_hex[GP_ADDRESS_MAC_SIZE], struct gp_err *err);

/* The same where nothing may be written: "" when the store knows nobody by a hash. */
GP_MUST_CHECK enum gp_rc gp_former_mac(
    struct gp_db *db, const char *address_key, char ret_hex[GP_ADDRESS_MAC_SIZE], struct gp_err *err);

/* why: left; declined: said no to a question whether to join; forgotten: asked for that. */
struct gp_former {
	char why[12]; /* "" : not known */
	int64_t member_id; /* of who left; 0 */
	int64_t at;
};
/* Inside a write transaction; what was known of the address before is replaced. */
GP_MUST_CHECK enum gp_rc gp_former_put(struct gp_db *db, int64_t community_id, const char *address_key,
    const struct gp_former *former, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_former_find(
    struct gp_db *db, int64_t community_id, const char *address_key, struct gp_former *ret, struct gp_err *err);
/* They are back: the address, and (member_id not 0) the others under which that member was known. */
GP_MUST_CHECK enum gp_rc gp_former_drop(
    struct gp_db *db, int64_t community_id, const char *address_key, int64_t member_id, struct gp_err *err);
/* Who left has asked to be forgotten: nothing leads from any hash to the member any more. */
GP_MUST_CHECK enum gp_rc gp_former_unlink(struct gp_db *db, int64_t member_id, struct gp_err *err);

/* A member who is away since `before` or earlier (member.left_at) and whose address is still kept, 0 when there is none;
 * and since when the next of them is, 0: none. Whose own data is still being sent is passed over. */
GP_MUST_CHECK enum gp_rc gp_departing_next(
    struct gp_db *db, int64_t before, int64_t *ret_member_id, int64_t *ret_next, struct gp_err *err);
/* Hashes instead of the addresses; the row loses name and all that is told of the person, settled requests lose whom they
 * were about. The number stays, and with it posts, consents and the ledger's lines. Inside a write transaction. */
struct gp_member;
GP_MUST_CHECK enum gp_rc gp_depart(struct gp_db *db, const struct gp_member *member, int64_t now, struct gp_err *err);
