/* classify.h - what kind of mail is this? One table of tests in order.  Floor: guild. */
#pragma once
#include "guildpost/mail/reading.h"

enum gp_kind {
	GP_KIND_POST,
	GP_KIND_LIST,
	GP_KIND_COMMAND,
	GP_KIND_REPLY,
	GP_KIND_RSVP,
	GP_KIND_INVITE,
	GP_KIND_BOUNCE,
	GP_KIND_COMPLAINT,
	GP_KIND_AUTO_REPLY,
	GP_KIND_NOTIFICATION,
	GP_KIND_REACTION,
	GP_KIND_LOOP,
};
const char *gp_kind_name(enum gp_kind kind); /* "post", "auto-reply", ... */

struct gp_envelope {
	const char *sender; /* "" for <>; NULL when nobody knows it (offline) */
	const char *recipient;
	const char *local_ext; /* what stands behind the space's name: "", "join", "t9k2h"; "" offline */
	const char *list_id; /* of the space, "weavers.lists.example.org"; "" offline */
};
/* ret_why: one English phrase, static. */
enum gp_kind gp_classify(const struct gp_reading *reading, const struct gp_envelope *envelope, const char **ret_why);
bool gp_kind_is_automatic(enum gp_kind kind); /* never answered, never distributed */
