/* space.h - communities and their spaces.  Floor: store. */
#pragma once
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

struct gp_community {
	int64_t id;
	char *name, *title, *timezone, *language, *state;
};
void gp_community_free(struct gp_community **community);
/* NULL when there is none of this name. */
GP_MUST_CHECK enum gp_rc gp_community_find(
    struct gp_db *db, const char *name, struct gp_community **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_community_load(struct gp_db *db, int64_t id, struct gp_community **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_community_insert(
    struct gp_db *db, const struct gp_community *community, int64_t now, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_community_update(
    struct gp_db *db, const struct gp_community *community, struct gp_err *err);

GP_MUST_CHECK enum gp_rc gp_community_list(
    struct gp_db *db, struct gp_strs *ret_names, struct gp_err *err); /* by name */

struct gp_space {
	int64_t id, community_id;
	char *name, *domain, *title, *visibility, *posting, *first_posts, *reply_to, *prefix, *footer, *delivery,
	    *joining, *replies;
	char *rhythm, *timezone, *language, *state;
	char *charter; /* of a main space: what the community agreed on; paragraphs, "" for none yet */
	char *brief; /* of a main space: the weekday of the stewards' brief, or "never" */
	int64_t max_size; /* octets, 0: the server's limit */
	int64_t author_limit, space_limit; /* posts an hour, of one author and in all; 0: no limit */
};
void gp_space_free(struct gp_space **space);
GP_MUST_CHECK enum gp_rc gp_space_find(struct gp_db *db, const char *name, struct gp_space **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_space_load(struct gp_db *db, int64_t id, struct gp_space **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_space_insert(
    struct gp_db *db, const struct gp_space *space, int64_t now, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_space_update(struct gp_db *db, const struct gp_space *space, struct gp_err *err);
/* Calls each(context, space) in order of name; community_id 0: all. */
typedef enum gp_rc gp_space_each(void *context, const struct gp_space *space, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_space_list(
    struct gp_db *db, int64_t community_id, gp_space_each *each, void *context, struct gp_err *err);
/* Open subscriptions, and posts in the archive. */
GP_MUST_CHECK enum gp_rc gp_space_counts(
    struct gp_db *db, int64_t space_id, int64_t *ret_members, int64_t *ret_posts, struct gp_err *err);
