#include "desk/digest.h"

#include "guildpost/store/ride.h"

#define LINES	    3
#define REPLY_LINES 2 /* and one for a meeting: three in all */

/* One line in both forms. Text lines never begin with a blank, so nothing need be stuffed (RFC 3676 section 4.4). */
static enum gp_rc
add_line(const struct digest *digest, const char *name, const struct gp_var *vars, size_t count, struct gp_buf *text,
    struct gp_buf *html, struct gp_err *err)
{
	for (int form = 0; form < 2; form++) {
		SCOPED(gp_free_str) char *inner = NULL, *line = NULL;

		GP_TRY(digest_piece(digest, form == 1, name, vars, count, &inner, err));
		GP_TRY(digest_piece(
		    digest, form == 1, "digest-personal", &(struct gp_var){ "line", inner }, 1, &line, err));
		if (form == 1)
			gp_buf_addf(html, "%s\n", line);
		else
			gp_text_wrap(text, line, 72, "");
	}
	return GP_OK;
}

struct reply {
	const struct digest_thread *thread;
	int count;
};

/* Posts of others in the window after this member's first one in the thread. */
static int
count_replies(const struct digest *digest, const struct digest_writer *writer)
{
	const struct digest_thread *thread = &digest->threads[writer->thread];
	int count = 0;

	for (size_t i = thread->first; i < thread->first + thread->count; i++)
		count += digest->posts[i].member_id != writer->member_id && digest->posts[i].date >= writer->since;
	return count;
}

/* The threads of this member with the most answers, at most REPLY_LINES. */
static size_t
most_answered(const struct digest *digest, int64_t member_id, struct reply replies[REPLY_LINES + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < digest->writer_count; i++) {
		const struct digest_writer *writer = &digest->writers[i];
		struct reply one = { &digest->threads[writer->thread], 0 };
		size_t at = n;

		if (writer->member_id != member_id || (one.count = count_replies(digest, writer)) == 0)
			continue;
		while (at > 0 && replies[at - 1].count < one.count) {
			replies[at] = replies[at - 1];
			at--;
		}
		replies[at] = one;
		n = n < REPLY_LINES ? n + 1 : n;
	}
	return n;
}

static enum gp_rc
add_replies(const struct digest *digest, const struct reply *reply, struct gp_buf *text, struct gp_buf *html,
    struct gp_err *err)
{
	SCOPED(gp_free_str) char *title = digest_fit(reply->thread->title, 44);
	char count[12], number[12];

	(void)snprintf(count, sizeof(count), "%d", reply->count % 10000);
	(void)snprintf(number, sizeof(number), "%d", reply->thread->number % 1000);
	const struct gp_var vars[] = { { "many", reply->count > 1 ? count : "" }, { "title", title },
		{ "number", reply->thread->number > 0 ? number : "" } };
	return add_line(digest, "digest-personal-replies", vars, GP_COUNT(vars), text, html, err);
}

static enum gp_rc
add_meeting(
    const struct digest *digest, int64_t member_id, struct gp_buf *text, struct gp_buf *html, struct gp_err *err)
{
	for (size_t i = 0; i < digest->meeting_count; i++) {
		const struct digest_meeting *meeting = &digest->meetings[i];
		SCOPED(gp_free_str) char *when = NULL, *title = NULL;
		bool silent;

		GP_TRY(gp_issue_silent(digest->desk->db, meeting->id, member_id, meeting->occurrence, &silent, err));
		if (!silent)
			continue;
		title = digest_fit(meeting->title, 30);
		GP_TRY(digest_date(digest, "date-time", meeting->start, &when, err));
		const struct gp_var vars[] = { { "when", when }, { "title", title } };
		return add_line(digest, "digest-personal-meeting", vars, GP_COUNT(vars), text, html, err);
	}
	return GP_OK;
}

/* What had to be told by a mail of its own, and found no room for one. */
static enum gp_rc
add_rides(const struct digest *digest, const struct gp_strs *rides, struct gp_buf *text, struct gp_buf *html,
    struct gp_err *err)
{
	for (size_t i = 0; i < rides->count && i < LINES; i++)
		GP_TRY(add_line(digest, rides->v[i], NULL, 0, text, html, err));
	return GP_OK;
}

enum gp_rc
digest_personal(const struct digest *digest, int64_t member_id, struct digest_values *ret_values, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1 << 16), html = GP_BUF_INIT(1 << 16);
	SCOPED(gp_free_str) char *strip = NULL;
	struct reply replies[REPLY_LINES + 1];
	SCOPED(gp_strs_release) struct gp_strs rides = { 0 };
	size_t count = most_answered(digest, member_id, replies);

	GP_TRY(gp_ride_list(digest->desk->db, member_id, digest->space->id, &rides, err));
	GP_TRY(add_rides(digest, &rides, &text, &html, err));
	for (size_t i = 0; i < count && i + rides.count < LINES; i++)
		GP_TRY(add_replies(digest, &replies[i], &text, &html, err));
	if (count + rides.count < LINES)
		GP_TRY(add_meeting(digest, member_id, &text, &html, err));
	if (text.len == 0)
		return GP_OK;
	gp_buf_adds(&text, "\n");
	GP_TRY(digest_piece(digest, true, "digest-strip", &(struct gp_var){ "lines", html.data }, 1, &strip, err));
	gp_encode_qp(&ret_values->text, text.data, text.len);
	gp_encode_qp(&ret_values->html, strip, strlen(strip));
	return GP_OK;
}
