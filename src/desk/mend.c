#include "guildpost/desk/mend.h"

#include "guildpost/desk/note.h"
#include "guildpost/store/archive.h"

static struct gp_note
note_of(const struct gp_space *space, const char *by, const char *act, int64_t now)
{
	return (struct gp_note){
		.now = now, .community_id = space->community_id, .space_id = space->id, .actor = by, .act = act
	};
}

static enum gp_rc
find_thread(
    struct gp_desk *desk, const struct gp_space *space, const char *token, int64_t *ret_thread_id, struct gp_err *err)
{
	GP_TRY(gp_thread_by_token(desk->db, space->id, token, ret_thread_id, err));
	if (*ret_thread_id == 0)
		return gp_fail_as(err, 67, "5.1.1", "there is no thread %.40s in %s; see: guildpost archive threads %s",
		    token, space->name, space->name);
	return GP_OK;
}

enum gp_rc
gp_threads_join(struct gp_desk *desk, const struct gp_space *space, const char *a, const char *b, const char *by,
    int64_t now, char ret_token[GP_TOKEN_SIZE], struct gp_err *err)
{
	const struct gp_note note = note_of(space, by, "thread.join", now);
	int64_t first, second, one;

	GP_TRY(find_thread(desk, space, a, &first, err));
	GP_TRY(find_thread(desk, space, b, &second, err));
	if (first == second)
		return gp_fail_as(err, 64, "5.5.4", "%.40s and %.40s are one thread already", a, b);
	GP_TRY(gp_thread_join(desk->db, first, second, &one, err));
	GP_TRY(gp_thread_token(desk->db, one, ret_token, err));
	return gp_note(desk, &note, err, "thread", a, "other", b, "now", ret_token, NULL);
}

static enum gp_rc
take_id(void *context, const struct gp_post *post, struct gp_err *err)
{
	(void)err;
	*(int64_t *)context = post->id;
	return GP_OK;
}

enum gp_rc
gp_threads_split(struct gp_desk *desk, const struct gp_space *space, const char *msgid, const char *by, int64_t now,
    char ret_token[GP_TOKEN_SIZE], struct gp_err *err)
{
	const struct gp_note note = note_of(space, by, "thread.split", now);
	int64_t id, thread_id;
	bool found;

	GP_TRY(gp_archive_find(desk->db, space->id, msgid, take_id, &id, &found, err));
	if (!found)
		return gp_fail_as(err, 67, "5.1.1", "there is no message %s in %s; see: guildpost archive list %s",
		    msgid, space->name, space->name);
	GP_TRY(gp_thread_split(desk->db, id, &desk->keys, now, &thread_id, err));
	if (thread_id == 0)
		return gp_fail_as(err, 65, "5.5.4",
		    "%s begins its thread, and all that is there answers it; name the post where the new one begins",
		    msgid);
	GP_TRY(gp_thread_token(desk->db, thread_id, ret_token, err));
	return gp_note(desk, &note, err, "message_id", msgid, "now", ret_token, NULL);
}
