#include "store/stem.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"

/* What libstemmer.a has beside that header, and always had: to load all languages, whose tables the loader must go through,
 * takes as long as the rest of a search. So English, which most archives are, is a part of the program. */
struct SN_env {
	unsigned char *p; /* the word, then its stem */
	int c, l; /* its place in hand, its length */
};
struct SN_env *english_UTF_8_create_env(void);
void english_UTF_8_close_env(struct SN_env *env);
int english_UTF_8_stem(struct SN_env *env);
int SN_set_current(struct SN_env *env, int n, const unsigned char *word);

struct gp_stemmer { /* one of the two */
	struct SN_env *english;
	struct sb_stemmer *other;
};

struct gp_stemmer *
gp_stemmer_new(const char *language)
{
	struct gp_stemmer *stemmer = gp_new(sizeof(*stemmer));

	if (strcmp(language, "en") == 0)
		stemmer->english = english_UTF_8_create_env();
	else
		stemmer->other = sb_stemmer_new(language, "UTF_8");
	if (stemmer->english == NULL && stemmer->other == NULL)
		gp_stemmer_free(&stemmer);
	return stemmer;
}

const char *
gp_stemmer_stem(struct gp_stemmer *stemmer, const char *word, size_t n, size_t *ret_n)
{
	const unsigned char *stem;

	if (stemmer->english != NULL) {
		if (SN_set_current(stemmer->english, (int)n, (const unsigned char *)word) < 0 ||
		    english_UTF_8_stem(stemmer->english) < 0)
			abort(); /* out of memory */
		*ret_n = (size_t)stemmer->english->l;
		return (const char *)stemmer->english->p;
	}
	stem = sb_stemmer_stem(stemmer->other, (const sb_symbol *)word, (int)n);
	if (stem == NULL)
		abort();
	*ret_n = (size_t)sb_stemmer_length(stemmer->other);
	return (const char *)stem;
}

void
gp_stemmer_free(struct gp_stemmer **stemmer)
{
	if (*stemmer == NULL)
		return;
	if ((*stemmer)->english != NULL)
		english_UTF_8_close_env((*stemmer)->english);
	if ((*stemmer)->other != NULL)
		sb_stemmer_delete((*stemmer)->other);
	free(*stemmer);
	*stemmer = NULL;
}
