#include "desk/digest.h"

#include <strings.h>

#include "guildpost/mail/field.h"
#include "guildpost/store/message.h"

#define EXCERPT_COLUMNS 290 /* of 280 characters, with what a narrow look at width may add */
#define TITLE_COLUMNS	110

/* --- posts ------------------------------------------------------------------------------------------------------- */

static void
copy_post(struct digest_post *ret, const struct gp_issue_post *post)
{
	*ret = (struct digest_post){ .id = post->id,
		.date = post->date,
		.member_id = post->member_id,
		.name = digest_name(post->from_name, post->from_address),
		.address = gp_strdup(post->from_address),
		.subject = gp_strdup(post->subject),
		.excerpt = digest_fit(post->excerpt, EXCERPT_COLUMNS),
		.msgid = gp_strdup(post->msgid),
		.question = post->question };
}

static void
release_post(struct digest_post *post)
{
	gp_free_str(&post->name);
	gp_free_str(&post->address);
	gp_free_str(&post->subject);
	gp_free_str(&post->excerpt);
	gp_free_str(&post->msgid);
}

/* Grows by doubling: full at each power of two. */
static void *
room_for_one(void *array, size_t count, size_t size)
{
	return (count & (count - 1)) == 0 ? gp_grow(array, (count == 0 ? 1 : 2 * count) * size) : array;
}

static enum gp_rc
add_post(void *context, const struct gp_issue_post *post, struct gp_err *err)
{
	struct digest *digest = context;
	struct digest_thread *last;

	(void)err;
	digest->posts = room_for_one(digest->posts, digest->post_count, sizeof(*digest->posts));
	copy_post(&digest->posts[digest->post_count], post);
	last = digest->thread_count > 0 ? &digest->threads[digest->thread_count - 1] : NULL;
	if (last == NULL || last->id != post->thread_id) {
		digest->threads = room_for_one(digest->threads, digest->thread_count, sizeof(*digest->threads));
		last = &digest->threads[digest->thread_count++];
		*last = (struct digest_thread){ .id = post->thread_id, .first = digest->post_count };
	}
	last->count++;
	digest->post_count++;
	return GP_OK;
}

/* Different authors among some posts. */
static int
count_people(const struct digest_post *posts, size_t count)
{
	int people = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < i && strcasecmp(posts[j].address, posts[i].address) != 0)
			j++;
		people += j == i;
	}
	return people;
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

/* What to quote: what the window begins with, and the newest word of somebody else. */
static void
choose_quotes(struct digest *digest, struct digest_thread *thread)
{
	const struct digest_post *posts = digest->posts + thread->first;

	for (size_t i = 0; i < thread->count && thread->quote == NULL; i++)
		if (*posts[i].excerpt != '\0')
			thread->quote = &posts[i];
	for (size_t i = thread->count; i-- > 0 && thread->quote != NULL && thread->answer == NULL;)
		if (*posts[i].excerpt != '\0' && strcasecmp(posts[i].address, thread->quote->address) != 0)
			thread->answer = &posts[i];
}

struct opening {
	struct digest_thread *thread;
	struct gp_issue_post post; /* numbers only */
};

static enum gp_rc
take_opening(void *context, const struct gp_issue_post *post, struct gp_err *err)
{
	struct opening *opening = context;

	(void)err;
	copy_post(&opening->thread->opening, post);
	opening->post = *post;
	return GP_OK;
}

static char *
title_of(const char *subject)
{
	SCOPED(gp_free_str) char *shown = gp_subject_shown(subject);

	return digest_fit(*shown != '\0' ? shown : "(-)", TITLE_COLUMNS);
}

static enum gp_rc
learn_thread(struct digest *digest, struct digest_thread *thread, bool *ret_waiting, struct gp_err *err)
{
	struct opening opening = { .thread = thread };
	struct gp_db *db = digest->desk->db;
	bool answered = true;

	GP_TRY(gp_issue_opening(db, thread->id, take_opening, &opening, err));
	GP_TRY(gp_thread_token(db, thread->id, thread->token, err));
	thread->title = title_of(thread->opening.subject);
	thread->people = count_people(digest->posts + thread->first, thread->count);
	thread->began = thread->opening.id == digest->posts[thread->first].id;
	choose_quotes(digest, thread);
	if (thread->began && thread->people == 1)
		GP_TRY(gp_issue_answered(
		    db, thread->id, thread->opening.address, digest->through, digest->until, &answered, err));
	if (!answered) {
		opening.post.from_address = thread->opening.address;
		GP_TRY(gp_issue_first_post(db, digest->space->id, &opening.post, &thread->newcomer, err));
	}
	*ret_waiting = !answered && thread->opening.question;
	return GP_OK;
}

static int
quote_words(const struct digest_post *post)
{
	return post != NULL ? digest_words(post->name) + digest_words(post->excerpt) : 0;
}

static enum gp_rc
rank_thread(struct digest *digest, struct digest_thread *thread, struct gp_rank *rank, struct gp_err *err)
{
	bool waiting, showed;

	GP_TRY(learn_thread(digest, thread, &waiting, err));
	GP_TRY(gp_issue_showed(
	    digest->desk->db, digest->space->id, digest->mode, digest->due_at, thread->id, &showed, err));
	*rank = (struct gp_rank){ .thread_id = thread->id,
		.last = digest->posts[thread->first + thread->count - 1].date,
		.facts = { .people = thread->people,
		    .posts = (int)thread->count,
		    .newcomer_unanswered = thread->newcomer,
		    .in_last_digest = showed,
		    .novelty = thread->began ? 1 : 0 },
		.waiting = waiting,
		.title_words = digest_words(thread->title),
		.first_words = quote_words(thread->quote),
		.reply_words = quote_words(thread->answer),
		.context = thread };
	return GP_OK;
}

struct writers {
	struct digest *digest;
	size_t thread;
};

static enum gp_rc
add_writer(void *context, int64_t member_id, int64_t since, struct gp_err *err)
{
	struct writers *writers = context;
	struct digest *digest = writers->digest;

	(void)err;
	digest->writers = room_for_one(digest->writers, digest->writer_count, sizeof(*digest->writers));
	digest->writers[digest->writer_count++] = (struct digest_writer){ member_id, since, writers->thread };
	return GP_OK;
}

enum gp_rc
digest_gather(struct digest *digest, const struct gp_reach *reach, int64_t after, struct gp_err *err)
{
	struct gp_db *db = digest->desk->db;
	int number = 0;

	if (reach != NULL)
		GP_TRY(gp_issue_posts(db, digest->space->id, reach, add_post, digest, err));
	else
		GP_TRY(gp_issue_posts_between(db, digest->space->id, after, digest->until, add_post, digest, err));
	digest->people = count_people(digest->posts, digest->post_count);
	digest->ranks = gp_new_array(digest->thread_count + 1, sizeof(*digest->ranks));
	for (size_t i = 0; i < digest->thread_count; i++) {
		GP_TRY(rank_thread(digest, &digest->threads[i], &digest->ranks[i], err));
		GP_TRY(gp_issue_writers(db, digest->threads[i].id, add_writer, &(struct writers){ digest, i }, err));
	}
	gp_rank_all(digest->ranks, digest->thread_count, &gp_score_budget);
	for (size_t i = 0; i < digest->thread_count; i++)
		if (digest->ranks[i].block != GP_BLOCK_MORE)
			((struct digest_thread *)digest->ranks[i].context)->number = ++number;
	return digest_gather_meetings(digest, err);
}

void
digest_release(struct digest *digest)
{
	for (size_t i = 0; i < digest->post_count; i++)
		release_post(&digest->posts[i]);
	for (size_t i = 0; i < digest->thread_count; i++) {
		release_post(&digest->threads[i].opening);
		gp_free_str(&digest->threads[i].title);
	}
	for (size_t i = 0; i < digest->meeting_count; i++) {
		gp_free_str(&digest->meetings[i].title);
		gp_free_str(&digest->meetings[i].location);
	}
	free(digest->posts);
	free(digest->threads);
	free(digest->ranks);
	free(digest->meetings);
	free(digest->writers);
	gp_free_str(&digest->subject);
	gp_free_str(&digest->msgid);
	gp_composed_release(&digest->mail);
}
