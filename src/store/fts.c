#include "store/fts.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "store/words.h"

#define LANGUAGE_MARK '\x01'
#define MARK_MAX      64
#define PHRASES_MAX   64
#define COLUMNS_MAX   8
#define ASCII_MAX     256 /* octets of a word that are folded; of more than 64 none is in the index (store/words.c) */

/* --- splitting ------------------------------------------------------------------------------ */

/* The engine's own tokenizer finds words and folds them; once with accents, for the stemmer, once without. */
struct splitter {
	fts5_tokenizer calls;
	Fts5Tokenizer *accented, *bare;
};
struct splitting {
	const struct splitter *splitter;
	void *context; /* the engine's */
	int (*token)(void *context, int flags, const char *term, int n, int start, int end);
	const char *language;
	int flags, shift, piece; /* octets before what is split, and within it before what the engine's own splits */
	int64_t own, own_words; /* own: octets of what is split that are the author's own; -1: not told */
	int start, end; /* of the word in hand */
	bool as_long; /* folding kept its length, so places within it are known */
};

static _Thread_local int64_t own_words; /* of the text split last */

int64_t
gp_fts_own_words(void)
{
	return own_words;
}

static int
add_term(void *context, const char *term, size_t n, bool beside, size_t from, size_t to)
{
	struct splitting *splitting = context;
	int start = splitting->start, end = splitting->end;

	splitting->own_words += !beside && start < splitting->own;
	if (splitting->as_long) {
		end = start + (int)to;
		start += (int)from;
	}
	return splitting->token(splitting->context, beside ? FTS5_TOKEN_COLOCATED : 0, term, (int)n,
	    splitting->shift + start, splitting->shift + end);
}

struct copying {
	char *out;
	size_t n, size;
};

static int
copy_token(void *context, int flags, const char *term, int n, int start, int end)
{
	struct copying *copying = context;
	size_t take = (size_t)n < copying->size - copying->n ? (size_t)n : copying->size - copying->n;

	(void)flags;
	(void)start;
	(void)end;
	memcpy(copying->out + copying->n, term, take);
	copying->n += take;
	return SQLITE_OK;
}

static size_t
make_bare(void *context, const char *text, size_t n, char *out, size_t size)
{
	const struct splitter *splitter = ((const struct splitting *)context)->splitter;
	struct copying copying = { .out = out, .size = size };

	(void)splitter->calls.xTokenize(splitter->bare, &copying, FTS5_TOKENIZE_DOCUMENT, text, (int)n, copy_token);
	return copying.n;
}

static int
take_word(void *context, int flags, const char *text, int n, int start, int end)
{
	struct splitting *splitting = context;
	const struct gp_word word = { .text = text,
		.n = (size_t)n,
		.ascii = false,
		.language = splitting->language,
		.query = (splitting->flags & FTS5_TOKENIZE_QUERY) != 0,
		.prefix = (splitting->flags & FTS5_TOKENIZE_PREFIX) != 0 };

	(void)flags;
	splitting->start = splitting->piece + start;
	splitting->end = splitting->piece + end;
	splitting->as_long = n == end - start;
	return gp_word_terms(&word, &(struct gp_word_sink){ .context = splitting, .add = add_term, .bare = make_bare });
}

enum { GAP, LETTER, BEYOND }; /* beyond ASCII: the engine's own tables tell what it is */

static int
kind_of(char c)
{
	unsigned char octet = (unsigned char)c;

	if (octet >= 0x80)
		return BEYOND;
	return (octet | 0x20u) - 'a' < 26u || (unsigned)octet - '0' < 10u ? LETTER : GAP;
}

/* A word of ASCII alone, which most are: nothing to look up. */
static int
take_ascii(struct splitting *splitting, const char *text, size_t start, size_t end)
{
	char folded[ASCII_MAX];
	const struct gp_word_sink sink = { .context = splitting, .add = add_term, .bare = make_bare };
	struct gp_word word = { .text = folded,
		.n = end - start < sizeof(folded) ? end - start : sizeof(folded),
		.ascii = true,
		.language = splitting->language,
		.query = (splitting->flags & FTS5_TOKENIZE_QUERY) != 0,
		.prefix = (splitting->flags & FTS5_TOKENIZE_PREFIX) != 0 };

	for (size_t i = 0; i < word.n; i++)
		folded[i] = (char)(text[start + i] | (text[start + i] >= 'A' && text[start + i] <= 'Z' ? 0x20 : 0));
	splitting->start = (int)start;
	splitting->end = (int)end;
	splitting->as_long = word.n == end - start;
	return gp_word_terms(&word, &sink);
}

/* Words by the rules of the engine's own tokenizer, which is asked only about what holds more than ASCII. */
static int
split_words(struct splitting *splitting, const char *text, size_t n)
{
	const struct splitter *splitter = splitting->splitter;
	size_t start, at = 0;
	int code = SQLITE_OK;

	while (code == SQLITE_OK && at < n) {
		int kinds = 0;

		while (at < n && kind_of(text[at]) == GAP)
			at++;
		for (start = at; at < n && kind_of(text[at]) != GAP; at++)
			kinds |= kind_of(text[at]);
		if (start == at)
			break;
		splitting->piece = (int)start;
		if ((kinds & BEYOND) == 0)
			code = take_ascii(splitting, text, start, at);
		else
			code = splitter->calls.xTokenize(splitter->accented, splitting, splitting->flags, text + start,
			    (int)(at - start), take_word);
	}
	return code;
}

size_t
gp_fts_mark(const char *text, size_t n, char *ret_language, int64_t *ret_own)
{
	const char *end, *blank;
	size_t size;

	*ret_own = -1;
	if (ret_language != NULL)
		*ret_language = '\0';
	if (n < 2 || text[0] != LANGUAGE_MARK)
		return 0;
	end = memchr(text + 1, LANGUAGE_MARK, n - 1 < MARK_MAX ? n - 1 : MARK_MAX);
	if (end == NULL)
		return 0;
	size = (size_t)(end - text) + 1;
	blank = memchr(text, ' ', size);
	if (blank != NULL)
		*ret_own = strtoll(blank + 1, NULL, 10);
	if (*ret_own > (int64_t)(n - size))
		*ret_own = (int64_t)(n - size);
	if (ret_language != NULL)
		(void)snprintf(
		    ret_language, GP_FTS_LANGUAGE, "%.*s", (int)((blank != NULL ? blank : end) - text - 1), text + 1);
	return size;
}

static int
split(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int n,
    int (*token)(void *context, int flags, const char *term, int n, int start, int end))
{
	const struct splitter *splitter = (const struct splitter *)(void *)tokenizer;
	char language[GP_FTS_LANGUAGE];
	struct splitting splitting = {
		.splitter = splitter, .context = context, .token = token, .language = language, .flags = flags
	};
	int code;

	splitting.shift = (int)gp_fts_mark(text, (size_t)n, language, &splitting.own);
	code = split_words(&splitting, text + splitting.shift, (size_t)(n - splitting.shift));
	if (splitting.own >= 0)
		own_words = splitting.own_words;
	return code;
}

static void
free_splitter(Fts5Tokenizer *tokenizer)
{
	struct splitter *splitter = (struct splitter *)(void *)tokenizer;

	if (splitter->accented != NULL)
		splitter->calls.xDelete(splitter->accented);
	if (splitter->bare != NULL)
		splitter->calls.xDelete(splitter->bare);
	free(splitter);
}

static int
new_splitter(void *context, const char **arguments, int count, Fts5Tokenizer **ret)
{
	static const char *keep[] = { "remove_diacritics", "0" }, *drop[] = { "remove_diacritics", "2" };
	fts5_api *api = context;
	struct splitter *splitter = gp_new(sizeof(*splitter));
	void *inner;
	int code = api->xFindTokenizer(api, "unicode61", &inner, &splitter->calls);

	(void)arguments;
	(void)count;
	if (code == SQLITE_OK)
		code = splitter->calls.xCreate(inner, keep, 2, &splitter->accented);
	if (code == SQLITE_OK)
		code = splitter->calls.xCreate(inner, drop, 2, &splitter->bare);
	if (code != SQLITE_OK) {
		free_splitter((Fts5Tokenizer *)(void *)splitter);
		return code;
	}
	*ret = (Fts5Tokenizer *)(void *)splitter;
	return SQLITE_OK;
}

/* --- ranking -------------------------------------------------------------------------------- */

struct standing { /* of one row */
	double own[PHRASES_MAX], quoted[PHRASES_MAX];
	int phrases;
};

struct weighing {
	int64_t own_words; /* of the text, the first column: what comes behind them was quoted */
	double weights[COLUMNS_MAX];
	int columns;
};

static int
count_places(
    const Fts5ExtensionApi *api, Fts5Context *context, const struct weighing *weighing, struct standing *standing)
{
	int count, code = api->xInstCount(context, &count);

	standing->phrases = api->xPhraseCount(context);
	for (int i = 0; code == SQLITE_OK && i < count; i++) {
		int phrase, column, at;

		code = api->xInst(context, i, &phrase, &column, &at);
		if (code != SQLITE_OK || phrase >= PHRASES_MAX || column >= weighing->columns)
			continue;
		if (column == 0 && at >= weighing->own_words)
			standing->quoted[phrase] += 1;
		else
			standing->own[phrase] += weighing->weights[column];
	}
	return code;
}

/* How long the own words of a row are against all words of an average one. */
static int
length_of(const Fts5ExtensionApi *api, Fts5Context *context, const struct weighing *weighing, double *ret)
{
	sqlite3_int64 all = 0, rows = 0, mine = weighing->own_words;
	int code = api->xRowCount(context, &rows), size;

	if (code == SQLITE_OK)
		code = api->xColumnTotalSize(context, -1, &all);
	for (int i = 1; code == SQLITE_OK && i < weighing->columns; i++) {
		code = api->xColumnSize(context, i, &size);
		mine += size;
	}
	*ret = all > 0 ? (double)mine * (double)rows / (double)all : 1;
	return code;
}

/* As BM25 does, but for the rarity of a word in the whole: all words must be there anyway, and to know it the engine
 * walks every row that has one, which takes long where the archive is large. Own words always above quoted ones. */
static void
rank(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int count, sqlite3_value **values)
{
	const double k1 = 1.2, b = 0.75;
	double length = 1, own = 0, quoted = 0;
	struct weighing weighing = { .own_words = sqlite3_value_int64(values[0]), .columns = count - 1 };
	struct standing standing = { .phrases = 0 };
	int code;

	if (weighing.columns > COLUMNS_MAX)
		weighing.columns = COLUMNS_MAX;
	for (int i = 0; i < weighing.columns; i++)
		weighing.weights[i] = sqlite3_value_double(values[i + 1]);
	code = count_places(api, context, &weighing, &standing);
	if (code == SQLITE_OK)
		code = length_of(api, context, &weighing, &length);
	if (code != SQLITE_OK) {
		sqlite3_result_error_code(result, code);
		return;
	}
	for (int i = 0; i < standing.phrases && i < PHRASES_MAX; i++) {
		own += standing.own[i] * (k1 + 1) / (standing.own[i] + k1 * (1 - b + b * length));
		quoted += standing.quoted[i];
	}
	sqlite3_result_double(result, own > 0 ? 1 + own : quoted / (1 + quoted));
}

/* --- made known ----------------------------------------------------------------------------- */

static fts5_api *
find_api(sqlite3 *handle)
{
	sqlite3_stmt *statement = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	(void)sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
	(void)sqlite3_step(statement);
	(void)sqlite3_finalize(statement);
	return api;
}

int
gp_fts_register(sqlite3 *handle)
{
	fts5_tokenizer tokenizer = { .xCreate = new_splitter, .xDelete = free_splitter, .xTokenize = split };
	fts5_api *api = find_api(handle);
	int code = api != NULL ? api->xCreateTokenizer(api, "guildpost", api, &tokenizer, NULL) : SQLITE_ERROR;

	return code == SQLITE_OK ? api->xCreateFunction(api, "gp_rank", NULL, rank, NULL) : code;
}
