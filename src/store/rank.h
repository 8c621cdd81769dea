/* rank.h - how well a row of the index answers, by the places where it has the words.  Private to the store. */
#pragma once
#include <stdint.h>

#define GP_PLACES_MAX  256 /* of a row: one that has more stands no higher */
#define GP_PHRASES_MAX 64

enum gp_place_column { GP_PLACE_TEXT, GP_PLACE_SUBJECT, GP_PLACE_AUTHOR };
struct gp_place {
	int32_t at; /* which word of the column it begins with */
	uint8_t column, phrase;
	uint16_t words; /* so many it has */
};
struct gp_places { /* gp_places(message_index) yields one as a blob, without what of v is unused */
	double words, others; /* of an average row: of all its columns, of all but the text */
	int64_t own_words; /* of the text, the first ones: the author's own; 0 as it comes from the index */
	int32_t phrases, count;
	struct gp_place v[GP_PLACES_MAX]; /* by column, then by place */
};
/* Above 1 where a word stands in the subject, the name of the author or his own words, below where it is quoted only. */
double gp_rank(const struct gp_places *places);
/* The most that it could be, whatever own_words is. */
double gp_rank_most(const struct gp_places *places);
