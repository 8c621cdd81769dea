/* snippet.h - the stretch of a text that shows best why it was found.  Private to the store. */
#pragma once
#include <stddef.h>
#include "guildpost/base/buf.h"
#include "store/rank.h"

/* Walks over the words of a text, as the index counts them, and ends when each() returns false. start, end: octets. */
typedef bool gp_word_each(void *context, size_t start, size_t end);
struct gp_words {
	const char *text;
	size_t n;
	void (*walk)(const struct gp_words *words, gp_word_each *each, void *context);
	const void *context; /* of walk() */
};
/* The column that shows the most of what was asked for, the text before others. */
enum gp_place_column gp_snippet_column(const struct gp_places *places);
/* Some words around the places of that column, which stand in [ and ]; "..." where the text goes on. */
void gp_snippet_make(
    const struct gp_words *words, const struct gp_places *places, enum gp_place_column column, struct gp_buf *out);
