/* forget.h - a member taken out of the store (SUB-09): step by step, since posts quote each other.  Floor: store.
 * All but the reading functions run inside a write transaction. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"
#include "guildpost/store/member.h"

/* The member's row loses address, name and all that is told of the person, the further addresses go. ret_about: the name,
 * then each address as it is compared, a line each: what the later steps look for. Who joins again is another member. */
GP_MUST_CHECK enum gp_rc gp_forget_member(
    struct gp_db *db, const struct gp_member *member, char **ret_about, struct gp_err *err);

struct gp_forget_raw { /* octets of a post, or of other mail (id 0) */
	int64_t raw_id, id, space_id, community_id, member_id, received_at;
	bool imported, needed; /* needed: by the inbox, or by what is held still */
	char *msgid, *line_end, *from_address;
};
void gp_forget_raw_release(struct gp_forget_raw *raw);
/* The first row of octets behind `after`; *ret_found false: there is none. */
GP_MUST_CHECK enum gp_rc gp_forget_raw_next(
    struct gp_db *db, int64_t after, struct gp_forget_raw *ret, bool *ret_found, struct gp_err *err);
/* A post has other octets from now on; the old ones go. What tells a resend of it stays, so that it does not come back. */
GP_MUST_CHECK enum gp_rc gp_forget_replace(
    struct gp_db *db, const struct gp_forget_raw *post, int64_t raw_id, size_t size, struct gp_err *err);
/* Other mail: with what was settled of it. */
GP_MUST_CHECK enum gp_rc gp_forget_raw_drop(struct gp_db *db, int64_t raw_id, struct gp_err *err);

/* Every other row that names the member or one of the addresses; what is still to be sent stays until it is. before: of
 * requests, those that were there when the member asked. */
GP_MUST_CHECK enum gp_rc gp_forget_rows(
    struct gp_db *db, int64_t member_id, const struct gp_strs *addresses, int64_t before, struct gp_err *err);
/* Is mail to one of these addresses still on its way? */
GP_MUST_CHECK enum gp_rc gp_forget_waits(
    struct gp_db *db, const struct gp_strs *addresses, int64_t before, bool *ret, struct gp_err *err);
