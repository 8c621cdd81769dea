/* stem.h - the stem of a word, by the rules of its language.  Private to the store.
 * English is at hand; another language is loaded when its first word comes. */
#pragma once
#include <stddef.h>

struct gp_stemmer;
struct gp_stemmer *gp_stemmer_new(const char *language); /* "de"; NULL: no rules are known for it */
/* word: UTF-8, in lower case. Borrowed until the next call. */
const char *gp_stemmer_stem(struct gp_stemmer *stemmer, const char *word, size_t n, size_t *ret_n);
void gp_stemmer_free(struct gp_stemmer **stemmer); /* NULL-safe; leaves NULL */
