#include "store/words.h"

#include <stdint.h>
#include <stdlib.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"
#include "store/stem.h"

#define TERM_MAX     64 /* octets; what is longer is no word, and is cut alike when filed and when asked for */
#define CACHE_SIZE   4096 /* stems remembered, by a hash of their word */
#define STEM_MARK    '\x02' /* no word begins so */
#define LANGUAGE_MAX 16

struct term {
	char text[TERM_MAX + 1]; /* one for the mark */
	size_t n;
};

/* --- scripts without blanks ----------------------------------------------------------------- */

static const struct {
	uint32_t first, last;
} unspaced[] = { { 0x0e00, 0x0eff }, /* Thai, Lao */
	{ 0x1000, 0x109f }, { 0x1780, 0x17ff }, /* Myanmar, Khmer */
	{ 0x2e80, 0x2fdf }, { 0x3005, 0x3007 }, { 0x3040, 0x30ff }, { 0x31f0, 0x31ff }, /* radicals, kana */
	{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xac00, 0xd7af }, { 0xf900, 0xfaff }, /* ideographs, hangul */
	{ 0xff66, 0xff9f }, { 0x20000, 0x3ffff } };

static bool
is_unspaced(uint32_t rune)
{
	for (size_t i = 0; i < GP_COUNT(unspaced) && rune >= unspaced[i].first; i++)
		if (rune <= unspaced[i].last)
			return true;
	return false;
}

/* Octets of the longest beginning that is all of one kind; a character alone where the script has no blanks. */
static size_t
piece_length(const char *text, size_t n, bool *ret_unspaced)
{
	uint32_t rune;
	size_t at = 0, step;

	*ret_unspaced = false;
	while (at < n) {
		step = gp_utf8_next(text + at, n - at, &rune);
		if (step == 0)
			return n;
		if (is_unspaced(rune)) {
			*ret_unspaced = at == 0;
			return at == 0 ? step : at;
		}
		at += step;
	}
	return n;
}

/* --- stems ---------------------------------------------------------------------------------- */

struct remembered {
	struct term word, marked; /* marked: the stem, with its mark in front */
	bool is_word; /* the stem is the word itself */
};

/* A language's stemmer is dear to make, and most words come again and again. */
static _Thread_local struct {
	char language[LANGUAGE_MAX];
	struct gp_stemmer *stemmer; /* NULL: none for this language */
	struct remembered asked,
	    *cache; /* asked: the stem of a word that is asked for; cache: NULL: none was filed yet */
} stemming;

static void
choose_language(const char *language)
{
	if (strcmp(stemming.language, language) == 0)
		return;
	gp_stemmer_free(&stemming.stemmer);
	(void)snprintf(stemming.language, sizeof(stemming.language), "%s", language);
	stemming.stemmer = gp_stemmer_new(language);
	free(stemming.cache);
	stemming.cache = NULL;
}

static bool
is_ascii(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

static void
set_bare(struct term *term, const char *text, size_t n, const struct gp_word_sink *sink)
{
	if (is_ascii(text, n)) {
		term->n = n < TERM_MAX ? n : TERM_MAX;
		memcpy(term->text, text, term->n);
		return;
	}
	term->n = sink->bare(sink->context, text, gp_utf8_cut(text, n, TERM_MAX), term->text, TERM_MAX);
}

static uint32_t
hash_of(const char *text, size_t n)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

/* Where the stem of a word is remembered, or will be. */
static struct remembered *
home_of(const char *text, size_t n, bool query)
{
	if (query) {
		stemming.asked.word.n = 0;
		return &stemming.asked;
	}
	if (stemming.cache == NULL)
		stemming.cache = gp_new_array(CACHE_SIZE, sizeof(*stemming.cache));
	return &stemming.cache[hash_of(text, n) % CACHE_SIZE];
}

/* The stem of a word without its accents; stemmed with them, for the rules of a language need them. */
static const struct remembered *
stem_of(const char *text, size_t n, const struct term *bare, bool query, const struct gp_word_sink *sink)
{
	struct remembered *home = home_of(text, n, query);
	struct term stem;
	const char *found;
	size_t found_n;

	if (home->word.n == n && memcmp(home->word.text, text, n) == 0)
		return home;
	memcpy(home->word.text, text, n);
	home->word.n = n;
	found = gp_stemmer_stem(stemming.stemmer, text, n, &found_n);
	set_bare(&stem, found, found_n, sink);
	home->is_word = stem.n == bare->n && memcmp(stem.text, bare->text, stem.n) == 0;
	home->marked.text[0] = STEM_MARK;
	memcpy(home->marked.text + 1, stem.text, stem.n);
	home->marked.n = stem.n + 1;
	return home;
}

/* --- terms ---------------------------------------------------------------------------------- */

/* Filed: the word, and its marked stem where that is another. Asked for: also what has this stem for its whole word. */
static int
add_piece(const struct gp_word *word, size_t from, size_t to, const struct gp_word_sink *sink)
{
	const char *text = word->text + from;
	const struct remembered *stem;
	struct term bare;
	int rc;

	set_bare(&bare, text, to - from, sink);
	if (bare.n == 0)
		return 0;
	rc = sink->add(sink->context, bare.text, bare.n, false, from, to);
	if (rc != 0 || word->prefix || *word->language == '\0' || to - from > TERM_MAX)
		return rc;
	choose_language(word->language);
	if (stemming.stemmer == NULL)
		return 0;
	stem = stem_of(text, to - from, &bare, word->query, sink);
	if (!stem->is_word && word->query)
		rc = sink->add(sink->context, stem->marked.text + 1, stem->marked.n - 1, true, from, to);
	if (rc == 0 && (word->query || !stem->is_word))
		rc = sink->add(sink->context, stem->marked.text, stem->marked.n, true, from, to);
	return rc;
}

int
gp_word_terms(const struct gp_word *word, const struct gp_word_sink *sink)
{
	size_t at = 0, n;
	bool alone;
	int rc = 0;

	if (word->ascii)
		return add_piece(word, 0, word->n, sink);
	while (rc == 0 && at < word->n) {
		n = piece_length(word->text + at, word->n - at, &alone);
		rc = alone ? sink->add(sink->context, word->text + at, n, false, at, at + n)
			   : add_piece(word, at, at + n, sink);
		at += n;
	}
	return rc;
}
