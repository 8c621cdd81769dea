/* member.h - members, their roles, their versioned subscriptions.  Floor: store. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"

struct gp_member {
	int64_t id, community_id;
	char *address, *address_key, *name, *level, *timezone, *language, *state;
	int64_t paused_until, joined_at; /* 0: not paused */
	int64_t left_at; /* 0: is here, or is known by a hash alone */
	bool left_self; /* by their own word */
	bool no_own_posts, no_named_copies; /* chose not to get what they wrote, what names them in To or Cc */
};
void gp_member_free(struct gp_member **member);
/* NULL when there is none. address_key from gp_address_key(). Who left and is known by a hash alone (store/former.h) is
 * found too, and has the address that was asked for. */
GP_MUST_CHECK enum gp_rc gp_member_find(
    struct gp_db *db, int64_t community_id, const char *address_key, struct gp_member **ret, struct gp_err *err);
/* The same by any address of the member, as somebody wrote it; NULL for what is none. */
GP_MUST_CHECK enum gp_rc gp_member_by_address(
    struct gp_db *db, int64_t community_id, const char *address, struct gp_member **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_load(struct gp_db *db, int64_t id, struct gp_member **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_insert(
    struct gp_db *db, const struct gp_member *member, int64_t *ret_id, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_update(struct gp_db *db, const struct gp_member *member, struct gp_err *err);
typedef enum gp_rc gp_member_each(void *context, const struct gp_member *member, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_list(
    struct gp_db *db, int64_t community_id, gp_member_each *each, void *context, struct gp_err *err);
/* Members with the role "steward" or "host". */
GP_MUST_CHECK enum gp_rc gp_member_with_role(
    struct gp_db *db, int64_t community_id, const char *role, gp_member_each *each, void *context, struct gp_err *err);
/* Of who has left nothing is told and nothing believed; what is not dropped is there again when they are. */
GP_MUST_CHECK enum gp_rc gp_role_has(
    struct gp_db *db, int64_t member_id, const char *role, bool *ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_role_add(struct gp_db *db, int64_t member_id, const char *role, struct gp_err *err);

GP_MUST_CHECK enum gp_rc gp_role_list(
    struct gp_db *db, int64_t member_id, struct gp_strs *ret_roles, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_role_drop_all(struct gp_db *db, int64_t member_id, struct gp_err *err);

/* Further addresses of a member, proved; inside a write transaction. An address belongs to one member of a community: who
 * had it before has it no longer. */
GP_MUST_CHECK enum gp_rc gp_member_address_add(
    struct gp_db *db, const struct gp_member *member, const char *address, int64_t now, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_address_drop(
    struct gp_db *db, const struct gp_member *member, const char *address, bool *ret_was, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_addresses(
    struct gp_db *db, int64_t member_id, struct gp_strs *ret_addresses, struct gp_err *err);
/* The same as they are compared. */
GP_MUST_CHECK enum gp_rc gp_member_keys(
    struct gp_db *db, int64_t member_id, struct gp_strs *ret_keys, struct gp_err *err);
/* This member is named in To or Cc of the post of this event, and wants no copy of such. */
GP_MUST_CHECK enum gp_rc gp_member_named(
    struct gp_db *db, int64_t space_id, int64_t event, int64_t member_id, struct gp_err *err);

/* The open version; mode "" when there is none. */
struct gp_subscription {
	int64_t id, space_id, member_id, from_event, digested_through, digested_at;
	char mode[12]; /* each daily weekly monthly meetings none */
	bool resting; /* each, while the member pauses */
};
GP_MUST_CHECK enum gp_rc gp_subscription_find(
    struct gp_db *db, int64_t space_id, int64_t member_id, struct gp_subscription *ret, struct gp_err *err);
/* Closes the open version and opens another at a new event (mode NULL: closes only). Inside a write transaction.
 * digested_through goes over to the new version, a first one begins at this event; the next digest is that of the first
 * promised instant after now. */
GP_MUST_CHECK enum gp_rc gp_subscription_put(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *mode, int64_t now, struct gp_err *err);
/* After a change of paused_until, which the member's row must hold already: a pause from `each` opens a version in which
 * posts are owed in a digest, its end opens one of copies again. Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_subscription_pause(struct gp_db *db, int64_t member_id, int64_t now, struct gp_err *err);
/* A member whose pause has ended and who is not back yet, NULL when there is none; and the next end of a pause, 0: none. */
GP_MUST_CHECK enum gp_rc gp_member_pause_over(
    struct gp_db *db, int64_t now, struct gp_member **ret, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_member_pause_next(struct gp_db *db, int64_t *ret_until, struct gp_err *err);
typedef enum gp_rc gp_subscription_each(
    void *context, const char *space_name, const struct gp_subscription *subscription, struct gp_err *err);
/* The open ones of a member, by name of space. */
GP_MUST_CHECK enum gp_rc gp_subscription_list(
    struct gp_db *db, int64_t member_id, gp_subscription_each *each, void *context, struct gp_err *err);
/* That of the last version, open or closed; "" when there never was one. */
GP_MUST_CHECK enum gp_rc gp_subscription_last_mode(
    struct gp_db *db, int64_t space_id, int64_t member_id, char ret_mode[12], struct gp_err *err);
/* The member and space of any version, open or closed: what a leave token names. 0 when there is none. */
GP_MUST_CHECK enum gp_rc gp_subscription_owner(
    struct gp_db *db, int64_t subscription_id, int64_t *ret_member_id, int64_t *ret_space_id, struct gp_err *err);
