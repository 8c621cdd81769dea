/* words.h - which terms of the index stand for a word.  Private to the store.
 *
 * A word goes in as it is, folded and without accents, so that prefix* and names are exact; beside it, at the same place
 * and marked, its stem by the language of the space. Scripts that put no blanks between words go in character by
 * character: a phrase of them is then any stretch of text. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct gp_word {
	const char *text; /* folded to lower case, accents kept; UTF-8, not ended by NUL */
	size_t n;
	bool ascii; /* all of it is, so that it is one piece and has no accents */
	const char *language; /* "de"; "" or one without a stemmer: not stemmed */
	bool query; /* asked for, not filed */
	bool prefix; /* asked for with a star */
};
struct gp_word_sink {
	void *context;
	/* One term; beside: at the same place as the one before. [from, to): octets of the word that it stands for. Not 0
	 * ends the walk. */
	int (*add)(void *context, const char *term, size_t n, bool beside, size_t from, size_t to);
	/* The same without accents, cut at size; returns its length. Asked only for what is not ASCII. */
	size_t (*bare)(void *context, const char *text, size_t n, char *out, size_t size);
};
/* What the last add() returned. */
int gp_word_terms(const struct gp_word *word, const struct gp_word_sink *sink);
