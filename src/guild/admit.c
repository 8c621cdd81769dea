#include "guildpost/guild/admit.h"

#include "guildpost/base/err.h"

static bool
is(const struct gp_admit *facts, const char *posting)
{
	return strcmp(facts->posting, posting) == 0;
}

static bool
closed(const struct gp_admit *facts)
{
	return facts->closed;
}

static bool
too_big(const struct gp_admit *facts)
{
	return facts->max_size > 0 && facts->size > facts->max_size;
}

static bool
no_author(const struct gp_admit *facts)
{
	return facts->from_count < 1;
}

static bool
several_authors(const struct gp_admit *facts)
{
	return facts->from_count > 1;
}

static bool
duplicates(const struct gp_admit *facts)
{
	return facts->duplicates;
}

static bool
unread(const struct gp_admit *facts)
{
	return facts->unread;
}

static bool
from_list(const struct gp_admit *facts)
{
	return facts->from_list;
}

static bool
invitation(const struct gp_admit *facts)
{
	return facts->invitation;
}

static bool
forged(const struct gp_admit *facts)
{
	return facts->proof == GP_PROOF_FAIL;
}

/* An answer to what is here, where members may answer though they may not begin. */
static bool
may_reply(const struct gp_admit *facts)
{
	return facts->members_reply && facts->reply && facts->member;
}

static bool
not_a_steward(const struct gp_admit *facts)
{
	return is(facts, "stewards") && !facts->steward && !may_reply(facts);
}

/* Where a name alone opens the door to everybody, and proof could be had, a name alone is not enough. */
static bool
unproved_steward(const struct gp_admit *facts)
{
	return (is(facts, "stewards") || is(facts, "moderated")) && facts->steward && facts->can_prove &&
	       facts->proof != GP_PROOF_PASS;
}

static bool
moderated(const struct gp_admit *facts)
{
	return is(facts, "moderated") && !facts->steward && !may_reply(facts);
}

static bool
stranger(const struct gp_admit *facts)
{
	return is(facts, "members") && !facts->member;
}

static bool
first_post(const struct gp_admit *facts)
{
	return facts->hold_first_posts && !facts->steward && facts->posts_before == 0;
}

/* A robot gone wild, a circle of forwarders, a stolen account: a steward looks before everybody has fifty copies. What
 * a steward writes he could free himself by a word. */
static bool
too_often(const struct gp_admit *facts)
{
	return facts->author_limit > 0 && !facts->steward && facts->author_lately >= facts->author_limit;
}

static bool
too_many(const struct gp_admit *facts)
{
	return facts->space_limit > 0 && facts->space_lately >= facts->space_limit;
}

static const struct {
	bool (*applies)(const struct gp_admit *facts);
	enum gp_admission admission;
	const char *reason;
} rules[] = {
	{ closed, GP_ADMIT_REFUSE, "the space is closed" },
	{ too_big, GP_ADMIT_REFUSE, "the message is too large" },
	{ no_author, GP_ADMIT_HOLD, "the message names no author" },
	{ several_authors, GP_ADMIT_HOLD, "the message names several authors" },
	{ duplicates, GP_ADMIT_HOLD, "a header field stands twice" },
	{ unread, GP_ADMIT_HOLD, "the message is too odd to be read" },
	{ from_list, GP_ADMIT_HOLD, "it comes from another mailing list" },
	{ invitation, GP_ADMIT_HOLD, "it is a calendar invitation" },
	{ forged, GP_ADMIT_HOLD, "the author's domain does not vouch for it" },
	{ not_a_steward, GP_ADMIT_REFUSE, "only stewards post here" },
	{ unproved_steward, GP_ADMIT_HOLD, "it names a steward, without proof" },
	{ moderated, GP_ADMIT_HOLD, "every post is looked at here" },
	{ stranger, GP_ADMIT_HOLD, "the author is not a member" },
	{ first_post, GP_ADMIT_HOLD, "it is the author's first post here" },
	{ too_often, GP_ADMIT_HOLD, GP_REASON_OFTEN },
	{ too_many, GP_ADMIT_HOLD, GP_REASON_FLOOD },
};

enum gp_admission
gp_admit(const struct gp_admit *facts, const char **ret_reason)
{
	for (size_t i = 0; i < GP_COUNT(rules); i++)
		if (rules[i].applies(facts)) {
			*ret_reason = rules[i].reason;
			return rules[i].admission;
		}
	*ret_reason = "";
	return GP_ADMIT_ACCEPT;
}
