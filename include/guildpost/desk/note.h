/* note.h - one line of the ledger for every act: who did what, with a small JSON payload.  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"

struct gp_note {
	int64_t now, community_id, space_id; /* ids: 0 for none */
	const char *actor; /* "operator", "member:17", "stranger", "robot" */
	const char *act; /* "member.add", "held.free", "post.refused" */
};
/* Inside the write transaction of the act. Pairs of strings follow, NULL ends; a pair whose value is NULL is left out. */
GP_MUST_CHECK enum gp_rc gp_note(struct gp_desk *desk, const struct gp_note *note, struct gp_err *err, ...)
    __attribute__((sentinel));
/* "member:17" */
#define GP_ACTOR_SIZE 32
void gp_actor(int64_t member_id, char out[GP_ACTOR_SIZE]);
