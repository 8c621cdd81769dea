/* desk.h - what every desk function is handed: the store and the facts of this house.  Floor: desk. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/guild/token.h"
#include "guildpost/mail/compose.h"
#include "guildpost/store/space.h"

#define GP_LOOP_MARK_MAX 360 /* octets with NUL */

struct gp_reader;
struct gp_desk {
	struct gp_db *db;
	struct gp_token_keys keys;
	const char *domain; /* the first `domain` of the configuration */
	const struct gp_strs *domains; /* every one that is served; NULL: `domain` alone */
	const char *operator_address;
	const char *templates; /* folder */
	const char *authserv_ids; /* trusted, space-separated, "" for none */
	const char *spam_header; /* "X-Spam-Flag: YES" or "" */
	int64_t max_message_size; /* octets */
	struct gp_reader *reader; /* NULL until something must be read; gp_desk_reader() */
	int64_t sort_after; /* inbox rows up to here were passed over in this round (desk/sort.h); 0: none */
	const char *program; /* path of our own binary, for the reader child */
};

/* Loads the keys; the rest is the caller's. */
GP_MUST_CHECK enum gp_rc gp_desk_init(struct gp_desk *desk, struct gp_db *db, struct gp_err *err);
/* The reader child, made at the first call. */
struct gp_reader *gp_desk_reader(struct gp_desk *desk);
void gp_desk_release(struct gp_desk *desk); /* stops the reader; the database is the caller's */

/* "weavers@lists.example.org"; ext "" or what stands behind "+". out holds GP_ADDRESS_MAX. */
void gp_space_address(const struct gp_space *space, const char *ext, char *out);
/* "weavers.lists.example.org" (RFC 2919) */
void gp_space_list_id(const struct gp_space *space, char *out, size_t size);
/* The facts for the List-* fields; borrowed from space. */
struct gp_list_facts gp_space_facts(const struct gp_space *space);
/* Value of X-Guildpost-Loop for this space: "weavers.lists.example.org MAC". out holds GP_LOOP_MARK_MAX. */
void gp_loop_mark(const struct gp_desk *desk, const struct gp_space *space, char *out);
bool gp_loop_mark_is_ours(const struct gp_desk *desk, const struct gp_space *space, const char *mark);
