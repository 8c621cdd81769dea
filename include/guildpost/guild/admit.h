/* admit.h - may this author post here? One table of rules in order.  Floor: guild.  Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/guild/authres.h"

/* Posts an hour, of one author and in a space, above which further ones wait for a steward; a space may choose others. */
#define GP_AUTHOR_LIMIT 10
#define GP_SPACE_LIMIT	200
#define GP_LIMIT_WINDOW 3600 /* seconds */

enum gp_admission { GP_ADMIT_ACCEPT, GP_ADMIT_HOLD, GP_ADMIT_REFUSE };
struct gp_admit {
	/* the space */
	const char *posting; /* anyone members moderated stewards */
	bool hold_first_posts; /* first-posts held */
	bool members_reply; /* replies members: they may answer where they may not begin */
	bool closed;
	int64_t max_size; /* octets, 0: no limit of its own */
	int64_t author_limit, space_limit; /* posts within the window, 0: no limit */
	bool can_prove; /* an authserv-id is configured: a lack of proof says something */
	/* the author */
	bool member, steward;
	int64_t posts_before;
	int64_t author_lately, space_lately; /* posts within the window before this one */
	enum gp_proof proof;
	/* the message */
	bool reply; /* to a thread address, or to a post that is here */
	int from_count;
	bool duplicates; /* a field stands twice that must stand once (RCV-20) */
	bool from_list; /* foreign list mail (RCV-13) */
	bool invitation; /* a calendar request to the space (CAL-25) */
	bool unread; /* beyond the limits of the reader: only its header was read */
	int64_t size; /* octets */
};
/* Why what comes too often is held, as the ledger and the held row have it. */
#define GP_REASON_OFTEN "its author has written very often within the hour"
#define GP_REASON_FLOOD "very much has been written here within the hour"
/* ret_reason: a short English phrase for the ledger and the stewards, static: "the author is not a member". */
enum gp_admission gp_admit(const struct gp_admit *facts, const char **ret_reason);
