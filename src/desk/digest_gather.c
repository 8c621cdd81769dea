#include "desk/digest.h"

#include <strings.h>

#include "guildpost/mail/field.h"
#include "guildpost/store/message.h"

#define EXCERPT_COLUMNS 290 /* of 280 characters, with what a narrow look at width may add */
#define TITLE_COLUMNS	110

/* --- posts ------------------------------------------------------------------------------------------------------- */

/* Runs of blanks, also of those that do not break, as mailers and HTML leave them, become one. */
static char *
one_spaced(const char *text)
{
	char *out = gp_strdup(text), *to = out;

	for (const char *c = out; *c != '\0'; c++) {
		bool hard = strncmp(c, "\xc2\xa0", 2) == 0;

		c += hard;
		if (!hard && *c != ' ')
			*to++ = *c;
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
	return out;
}

static void
copy_post(struct digest_post *ret, const struct gp_issue_post *post)
{
	SCOPED(gp_free_str) char *excerpt = one_spaced(post->excerpt);

	*ret = (struct digest_post){ .id = post->id,
		.date = post->date,
		.member_id = post->member_id,
		.name = digest_name(post->from_name, post->from_address),
		.from_name = gp_strdup(post->from_name),
		.address = gp_strdup(post->from_address),
		.subject = gp_strdup(post->subject),
		.excerpt = digest_fit(excerpt, EXCERPT_COLUMNS),
		.msgid = gp_strdup(post->msgid),
		.question = post->question };
}

static void
release_post(struct digest_post *post)
{
	gp_free_str(&post->name);
	gp_free_str(&post->from_name);
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

/* By address; where a list server rewrote From ("Ann via Potters"), by name. */
static bool
same_author(const struct digest_post *a, const struct digest_post *b)
{
	if (strcasecmp(a->address, b->address) != 0)
		return false;
	return strstr(a->from_name, " via ") == NULL || strcmp(a->from_name, b->from_name) == 0;
}

/* Different authors among some posts. */
static int
count_people(const struct digest_post *posts, size_t count)
{
	int people = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < i && !same_author(&posts[j], &posts[i]))
			j++;
		people += j == i;
	}
	return people;
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

#define ENOUGH_WORDS 4 /* "Soft reminder!" tells a reader little, and "?" nothing */
#define LEAST_WORDS  2

/* The first post of the window that says something. */
static const struct digest_post *
choose_quote(const struct digest_post *posts, size_t count)
{
	const struct digest_post *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (digest_words(posts[i].excerpt) >= ENOUGH_WORDS)
			return &posts[i];
		if (best == NULL && digest_words(posts[i].excerpt) >= LEAST_WORDS)
			best = &posts[i];
	}
	return best;
}

/* The newest word of somebody else; rather a statement than one more question. */
static const struct digest_post *
choose_answer(const struct digest_post *posts, size_t count, const struct digest_post *quote)
{
	const struct digest_post *best = NULL;

	for (size_t i = count; i-- > 0;) {
		if (&posts[i] <= quote || digest_words(posts[i].excerpt) < LEAST_WORDS || same_author(&posts[i], quote))
			continue;
		if (!posts[i].question && digest_words(posts[i].excerpt) >= ENOUGH_WORDS)
			return &posts[i];
		if (best == NULL)
			best = &posts[i];
	}
	return best;
}

struct opening {
	struct digest_thread *thread;
	struct gp_issue_post post; /* its texts are gone but for those set anew */
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
	thread->quote = choose_quote(digest->posts + thread->first, thread->count);
	if (thread->quote != NULL)
		thread->answer = choose_answer(digest->posts + thread->first, thread->count, thread->quote);
	opening.post.from_address = thread->opening.address;
	opening.post.from_name = thread->opening.from_name;
	if (thread->began && thread->people == 1)
		GP_TRY(gp_issue_answered(db, &opening.post, digest->through, digest->until, &answered, err));
	if (!answered)
		GP_TRY(gp_issue_first_post(db, digest->space->id, &opening.post, &thread->newcomer, err));
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
