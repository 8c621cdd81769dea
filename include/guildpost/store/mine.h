/* mine.h - all that is kept about one member, to be handed out to them (SUB-09).  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

/* Each row that tells something of this member, as a JSON object; the rows of a section stand together. */
typedef enum gp_rc gp_mine_each(void *context, const char *section, const char *json, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_mine_list(
    struct gp_db *db, int64_t member_id, gp_mine_each *each, void *context, struct gp_err *err);

struct gp_mine_post { /* borrowed */
	int64_t id, raw_id, received_at, size;
	const char *from_address;
};
typedef enum gp_rc gp_mine_post_each(void *context, const struct gp_mine_post *post, struct gp_err *err);
/* Up to `limit` posts that the member wrote, in every space, with an id above `after`, in the order of filing. */
GP_MUST_CHECK enum gp_rc gp_mine_posts(struct gp_db *db, int64_t member_id, int64_t after, int64_t limit,
    gp_mine_post_each *each, void *context, struct gp_err *err);
