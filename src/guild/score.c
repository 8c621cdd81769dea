#include "guildpost/guild/score.h"

#include <math.h>
#include <stdlib.h>

/* Words that an item costs beside its title and excerpts: its number, its people, its thread address. */
#define ITEM_WORDS 12
#define LINE_WORDS 3

const struct gp_score_budget gp_score_budget = {
	.waiting = 3, .threads = 5, .lines = 15, .words = 600, .around = 90, .first_words = 200
};

/* 3 ln(1+people) + ln(1+posts) and what is added to it: people outweigh posts, so that two who go back and forth all
 * week do not push away what moved ten. */
long
gp_score(const struct gp_score_facts *facts)
{
	double score = 3 * log1p(facts->people) + log1p(facts->posts) + facts->novelty;

	score += facts->decision_open ? 2 : 0;
	score += facts->newcomer_unanswered ? 2 : 0;
	score += facts->kept_or_thanked ? 1.5 : 0;
	score -= facts->in_last_digest && facts->posts < 3 ? 1.5 : 0;
	return lround(score * 1000);
}

const char *
gp_block_name(enum gp_block block)
{
	static const char *const names[] = { "waiting", "thread", "line", "more" };

	return names[block];
}

static int
by_score(const void *left, const void *right)
{
	const struct gp_rank *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->last != b->last)
		return a->last > b->last ? -1 : 1;
	return a->thread_id < b->thread_id ? -1 : a->thread_id > b->thread_id;
}

static int
by_block(const void *left, const void *right)
{
	const struct gp_rank *a = left, *b = right;

	return a->block != b->block ? (a->block < b->block ? -1 : 1) : by_score(left, right);
}

/* What is left to give out while the threads are placed, best first. */
struct purse {
	int waiting, threads, lines, words;
	bool any; /* an item with an excerpt stands already */
};

/* Room for every one-line thread is kept back: a title lost is worse than an excerpt cut. */
static int
kept_back(const struct purse *purse, const struct gp_rank *ranks, size_t from, size_t count)
{
	int words = 0, lines = purse->lines;

	for (size_t i = from; i < count && lines > 0; i++, lines--)
		words += ranks[i].title_words + LINE_WORDS;
	return words;
}

static void
place(struct gp_rank *rank, struct purse *purse, int back, const struct gp_score_budget *budget)
{
	int *room = rank->waiting && purse->waiting > 0 ? &purse->waiting : &purse->threads;
	int small = ITEM_WORDS + rank->title_words + rank->first_words, whole = small + rank->reply_words;
	int most = purse->any ? purse->words : purse->words < budget->first_words ? purse->words : budget->first_words;

	if (*room > 0 && small <= most - back && rank->first_words + rank->reply_words > 0) {
		rank->block = room == &purse->waiting ? GP_BLOCK_WAITING : GP_BLOCK_THREAD;
		rank->with_reply = rank->reply_words > 0 && whole <= most - back;
		purse->words -= rank->with_reply ? whole : small;
		purse->any = true;
		--*room;
	} else if (purse->lines > 0 && rank->title_words + LINE_WORDS <= purse->words) {
		rank->block = GP_BLOCK_LINE;
		purse->words -= rank->title_words + LINE_WORDS;
		purse->lines--;
	} else {
		rank->block = GP_BLOCK_MORE;
	}
}

void
gp_rank_all(struct gp_rank *ranks, size_t count, const struct gp_score_budget *budget)
{
	struct purse purse = { budget->waiting, budget->threads, budget->lines, budget->words - budget->around, false };

	for (size_t i = 0; i < count; i++)
		ranks[i].score = gp_score(&ranks[i].facts);
	qsort(ranks, count, sizeof(*ranks), by_score);
	for (size_t i = 0; i < count; i++) {
		ranks[i].with_reply = false;
		place(&ranks[i], &purse, kept_back(&purse, ranks, i + 1, count), budget);
	}
	qsort(ranks, count, sizeof(*ranks), by_block);
}
