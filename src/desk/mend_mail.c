/* Conversations mended by mail: SPACE+thread@, from a steward, with "join T T" or "split N" as the subject. */
#include <ctype.h>

#include "desk/handlers.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/command.h"
#include "guildpost/desk/mend.h"
#include "guildpost/desk/note.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/member.h"

/* Threads are named by their tokens or whole addresses, posts by the numbers that a search gives them. */
struct mending {
	enum { UNCLEAR, JOIN, SPLIT } what;
	char token[2][GP_TOKEN_SIZE];
	int64_t number;
};

/* --- read ------------------------------------------------------------------------------------ */

static void
read_arguments(const char *at, struct mending *mending)
{
	char word[GP_WORD_SIZE];
	int tokens = 0;

	mending->number = 0;
	while (*(at = gp_word_first(at, word)) != '\0' || *word != '\0') {
		if (tokens < 2 && gp_token_is_thread(word))
			(void)snprintf(mending->token[tokens++], GP_TOKEN_SIZE, "%s", word);
		else if (mending->number == 0 && strspn(word, "0123456789") == strlen(word))
			mending->number = strtoll(word, NULL, 10);
		if (*word == '\0')
			break;
	}
	if (mending->what == JOIN ? tokens < 2 : mending->number == 0)
		mending->what = UNCLEAR;
}

static void
read_line(const char *line, struct mending *ret)
{
	char word[GP_WORD_SIZE];
	const char *rest = gp_word_first(line, word);

	if (strcmp(word, "thread") == 0)
		rest = gp_word_first(rest, word);
	ret->what = strcmp(word, "join") == 0 ? JOIN : strcmp(word, "split") == 0 ? SPLIT : UNCLEAR;
	if (ret->what != UNCLEAR)
		read_arguments(rest, ret);
}

static void
format(const struct mending *mending, char out[2 * GP_TOKEN_SIZE + 16])
{
	if (mending->what == JOIN)
		(void)snprintf(out, 2 * GP_TOKEN_SIZE + 16, "thread join %s %s", mending->token[0], mending->token[1]);
	else
		(void)snprintf(out, 2 * GP_TOKEN_SIZE + 16, "thread split %lld", (long long)mending->number);
}

/* --- done, and told --------------------------------------------------------------------------- */

static enum gp_rc
take_msgid(void *context, const struct gp_post *post, struct gp_err *err)
{
	char **msgid = context;

	(void)err;
	gp_free_str(msgid);
	*msgid = gp_strdup(post->msgid);
	return GP_OK;
}

static enum gp_rc
split(struct gp_desk *desk, const struct gp_arrival *arrival, int64_t number, const char *actor,
    char ret_token[GP_TOKEN_SIZE], struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(gp_free_str) char *msgid = NULL;
	bool found;

	GP_TRY(gp_archive_number(desk->db, space->id, number, take_msgid, &msgid, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "there is no post %lld", (long long)number);
	return gp_threads_split(desk, space, msgid, actor, arrival->now, ret_token, err);
}

/* why: the exit status that the command line would have, 0 when it was done; -1: it was not understood. */
static enum gp_rc
tell(struct gp_desk *desk, const struct gp_arrival *arrival, const struct mending *mending, int why, const char *token,
    struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	const bool done = why == 0, joined = mending->what == JOIN;
	char address[GP_ADDRESS_MAX] = "", thread[GP_ADDRESS_MAX], find[GP_ADDRESS_MAX];

	if (done)
		gp_space_address(space, token, address);
	gp_space_address(space, "thread", thread);
	gp_space_address(space, "find", find);
	const struct gp_var vars[] = { { "joined", done && joined ? address : "" },
		{ "parted", done && !joined ? address : "" }, { "nothing", done ? "" : "1" },
		{ "unknown", why == 67 ? "1" : "" }, { "already", why == 64 ? "1" : "" },
		{ "begins", why == 65 ? "1" : "" }, { "unclear", why == -1 ? "1" : "" }, { "thread_address", thread },
		{ "find_address", find } };
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "thread",
		.kind = "receipt",
		.limit_kind = "thread",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

static enum gp_rc
act(struct gp_desk *desk, const struct gp_arrival *arrival, const struct mending *mending, int64_t member_id,
    struct gp_err *err)
{
	char actor[GP_ACTOR_SIZE], token[GP_TOKEN_SIZE] = "";
	struct gp_err refused = { .text = "" };
	enum gp_rc rc;

	gp_actor(member_id, actor);
	if (mending->what == JOIN)
		rc = gp_threads_join(desk, arrival->to->space, mending->token[0], mending->token[1], actor,
		    arrival->now, token, &refused);
	else
		rc = split(desk, arrival, mending->number, actor, token, &refused);
	if (rc == GP_TEMP) {
		*err = refused;
		return rc;
	}
	return tell(desk, arrival, mending, rc == GP_OK ? 0 : refused.sysexit, token, err);
}

/* --- asked ------------------------------------------------------------------------------------ */

enum gp_rc
gp_mend_confirmed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;
	struct mending mending;
	bool steward = false;

	GP_TRY(gp_member_by_address(desk->db, arrival->to->space->community_id, request->address, &member, err));
	if (member != NULL)
		GP_TRY(gp_role_has(desk->db, member->id, "steward", &steward, err));
	if (!steward)
		return gp_drop(desk, arrival, "is no steward any more", err);
	read_line(request->mode, &mending);
	return act(desk, arrival, &mending, member->id, err);
}

/* To others the word is none that we know (SEC-04). */
enum gp_rc
gp_mend_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	const char *const lines[] = { arrival->reading->subject, arrival->reading->first_line };
	struct mending mending = { .what = UNCLEAR };
	char line[2 * GP_TOKEN_SIZE + 16];
	bool steward = false;

	*ret_taken = false;
	if (strcmp(arrival->to->route.word, "thread") != 0 || arrival->author == NULL)
		return GP_OK;
	GP_TRY(gp_role_has(desk->db, arrival->author->id, "steward", &steward, err));
	*ret_taken = steward && gp_answerable(arrival);
	if (!*ret_taken)
		return GP_OK;
	for (size_t i = 0; i < GP_COUNT(lines) && mending.what == UNCLEAR; i++)
		read_line(lines[i], &mending);
	if (mending.what == UNCLEAR)
		return tell(desk, arrival, &mending, -1, "", err);
	if (gp_command_proved(arrival))
		return act(desk, arrival, &mending, arrival->author->id, err);
	format(&mending, line);
	return gp_command_ask(desk, arrival, "mend", line, false, err);
}
