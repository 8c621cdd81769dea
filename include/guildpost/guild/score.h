/* score.h - which threads of a window a digest shows, in which order and how large.  Floor: guild.
 * Pure: the score and the blocks of PRODUCT.md section 6. The same facts always give the same digest. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gp_score_facts { /* of a thread, counted in the window unless said otherwise */
	int people, posts;
	bool newcomer_unanswered; /* begun by somebody's first post here, and nobody has answered yet */
	bool in_last_digest;
	double novelty; /* 1 when the thread began in the window; rising words will add to it */
	bool decision_open, kept_or_thanked; /* nobody knows yet: false */
};
/* In thousandths, so that equal threads are equal on every machine. */
long gp_score(const struct gp_score_facts *facts);

enum gp_block {
	GP_BLOCK_WAITING, /* a question without an answer, with its excerpt */
	GP_BLOCK_THREAD, /* with an excerpt */
	GP_BLOCK_LINE, /* title and number of posts */
	GP_BLOCK_MORE, /* counted only: "and 6 more" */
};
const char *gp_block_name(enum gp_block block); /* "waiting", "thread", "line", "more" */

struct gp_rank { /* one thread to be placed */
	int64_t thread_id, last; /* last: of its newest post, seconds UTC */
	struct gp_score_facts facts;
	bool waiting; /* a question that nobody has answered */
	int title_words, first_words, reply_words; /* of the title, the opening's excerpt, the newest answer's */
	void *context; /* the caller's */
	/* filled by gp_rank_all */
	long score;
	enum gp_block block;
	bool with_reply; /* there is room for the answer's excerpt too */
};
/* How much a digest may hold; GP_SCORE_BUDGET is that of PRODUCT.md. */
struct gp_score_budget {
	int waiting, threads, lines; /* items a block */
	int words; /* in all; what stands around the items is taken off first */
	int around; /* words of head, foot and what stands about each issue */
	int first_words; /* before the second item begins */
};
extern const struct gp_score_budget gp_score_budget;
/* Sorts into the order of reading (block, then score, newer, lower number) and fills score, block, with_reply.
 * What does not fit its block or the words left goes to the next smaller block. */
void gp_rank_all(struct gp_rank *ranks, size_t count, const struct gp_score_budget *budget);
