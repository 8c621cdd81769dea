/* The score of a thread, and what a digest has room for (PRODUCT.md section 6). */
#include "guildpost/guild/score.h"

#include <string.h>

#include "unit/says.h"

static const struct {
	const char *says;
	struct gp_score_facts a, b;
	int wins; /* -1: a, 1: b, 0: alike */
} cases[] = {
	{ "six people who wrote nine posts stand before two who wrote twenty", { .people = 6, .posts = 9 },
	    { .people = 2, .posts = 20 }, -1 },
	{ "of as many people, more posts weigh more", { .people = 3, .posts = 4 }, { .people = 3, .posts = 5 }, 1 },
	{ "a newcomer without an answer is lifted over two who talk",
	    { .people = 1, .posts = 1, .newcomer_unanswered = true }, { .people = 2, .posts = 2 }, -1 },
	{ "a thread that began in the window stands before an old one", { .people = 2, .posts = 3, .novelty = 1 },
	    { .people = 2, .posts = 3 }, -1 },
	{ "what was in the last digest and hardly moved sinks", { .people = 2, .posts = 2, .in_last_digest = true },
	    { .people = 2, .posts = 2 }, 1 },
	{ "what was in the last digest and moved does not", { .people = 2, .posts = 3, .in_last_digest = true },
	    { .people = 2, .posts = 3 }, 0 },
	{ "an open decision outweighs a kept entry", { .people = 1, .posts = 1, .decision_open = true },
	    { .people = 1, .posts = 1, .kept_or_thanked = true }, -1 },
};

static void
people_outweigh_posts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long a = gp_score(&cases[i].a), b = gp_score(&cases[i].b);

		SAYS(cases[i].says, cases[i].wins == (a > b ? -1 : a < b));
	}
	SAYS("the figure is that of the formula: 3 ln 3 + ln 4 + 1",
	    gp_score(&(struct gp_score_facts){ .people = 2, .posts = 3, .novelty = 1 }) == 5682);
}

#define MANY 60
static void
fill(struct gp_rank *ranks, size_t count, int words)
{
	for (size_t i = 0; i < count; i++)
		ranks[i] = (struct gp_rank){ .thread_id = (int64_t)i + 1,
			.last = 1000 + (int64_t)(i * 7 % 5),
			.facts = { .people = 1 + (int)(i % 6), .posts = 1 + (int)(i % 11) },
			.waiting = i % 9 == 0,
			.title_words = 6,
			.first_words = words,
			.reply_words = i % 2 == 0 ? words : 0 };
}

static int
count_block(const struct gp_rank *ranks, size_t count, enum gp_block block)
{
	int n = 0;

	for (size_t i = 0; i < count; i++)
		n += ranks[i].block == block;
	return n;
}

static int
words_of(const struct gp_rank *ranks, size_t count)
{
	int words = 0;

	for (size_t i = 0; i < count; i++) {
		words += ranks[i].block <= GP_BLOCK_LINE ? ranks[i].title_words : 0;
		words += ranks[i].block <= GP_BLOCK_THREAD ? ranks[i].first_words : 0;
		words += ranks[i].with_reply ? ranks[i].reply_words : 0;
	}
	return words;
}

static void
a_digest_has_room_for_some_and_counts_the_rest(void **state)
{
	struct gp_rank ranks[MANY], again[MANY];

	(void)state;
	for (int words = 0; words <= 200; words += 10) {
		fill(ranks, MANY, words);
		gp_rank_all(ranks, MANY, &gp_score_budget);
		SAYS("at most 3 questions wait", count_block(ranks, MANY, GP_BLOCK_WAITING) <= 3);
		SAYS("at most 5 threads have an excerpt", count_block(ranks, MANY, GP_BLOCK_THREAD) <= 5);
		SAYS("15 have a line", count_block(ranks, MANY, GP_BLOCK_LINE) == 15);
		SAYS("the words stay under 600", words_of(ranks, MANY) <= 600);
		for (size_t i = 1; i < MANY; i++)
			SAYS("blocks follow each other", ranks[i - 1].block <= ranks[i].block);
		for (size_t i = 0; i < MANY; i++)
			SAYS("only a question waits", ranks[i].block != GP_BLOCK_WAITING || ranks[i].waiting);
		fill(again, MANY, words);
		for (size_t i = 0; i < MANY / 2; i++) {
			struct gp_rank swap = again[i];

			again[i] = again[MANY - 1 - i];
			again[MANY - 1 - i] = swap;
		}
		gp_rank_all(again, MANY, &gp_score_budget);
		for (size_t i = 0; i < MANY; i++)
			SAYS("the order in which they are given does not matter",
			    again[i].thread_id == ranks[i].thread_id && again[i].block == ranks[i].block &&
				again[i].with_reply == ranks[i].with_reply);
	}
}

static void
the_first_item_does_not_take_it_all(void **state)
{
	struct gp_rank ranks[2];

	(void)state;
	fill(ranks, 2, 120);
	ranks[0].facts.people = 9;
	ranks[0].waiting = false;
	gp_rank_all(ranks, 2, &gp_score_budget);
	SAYS("an opening of 120 words stands", ranks[0].block == GP_BLOCK_THREAD);
	SAYS("but its answer would begin the second item behind the 200th word", !ranks[0].with_reply);
	fill(ranks, 1, 0);
	gp_rank_all(ranks, 1, &gp_score_budget);
	SAYS("a thread with nothing to quote is a line", ranks[0].block == GP_BLOCK_LINE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_outweigh_posts),
		cmocka_unit_test(a_digest_has_room_for_some_and_counts_the_rest),
		cmocka_unit_test(the_first_item_does_not_take_it_all),
	};

	return cmocka_run_group_tests_name("guild/score", tests, NULL, NULL);
}
