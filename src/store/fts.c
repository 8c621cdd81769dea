#include "store/fts.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "store/words.h"

#define LANGUAGE_MARK '\x01'
#define LANGUAGE_MAX  16
#define PHRASES_MAX   64
#define COLUMNS_MAX   8

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
	int flags, shift; /* shift: octets of the text before what is split */
	int start, end; /* of the word in hand */
	bool as_long; /* folding kept its length, so places within it are known */
};

static int
add_term(void *context, const char *term, size_t n, bool beside, size_t from, size_t to)
{
	const struct splitting *splitting = context;
	int start = splitting->start, end = splitting->end;

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
		.language = splitting->language,
		.query = (splitting->flags & FTS5_TOKENIZE_QUERY) != 0,
		.prefix = (splitting->flags & FTS5_TOKENIZE_PREFIX) != 0 };

	(void)flags;
	splitting->start = start;
	splitting->end = end;
	splitting->as_long = n == end - start;
	return gp_word_terms(&word, &(struct gp_word_sink){ .context = splitting, .add = add_term, .bare = make_bare });
}

/* What stands between the marks in front of a text; *ret_n: octets of all that, 0 when there is none. */
static void
read_language(const char *text, int n, char out[LANGUAGE_MAX], int *ret_n)
{
	int at = 1;

	*out = '\0';
	*ret_n = 0;
	if (n < 2 || text[0] != LANGUAGE_MARK)
		return;
	while (at < n && at <= LANGUAGE_MAX && text[at] != LANGUAGE_MARK)
		at++;
	if (at == n || at > LANGUAGE_MAX)
		return;
	memcpy(out, text + 1, (size_t)at - 1);
	out[at - 1] = '\0';
	*ret_n = at + 1;
}

static int
split(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int n,
    int (*token)(void *context, int flags, const char *term, int n, int start, int end))
{
	const struct splitter *splitter = (const struct splitter *)(void *)tokenizer;
	char language[LANGUAGE_MAX];
	struct splitting splitting = {
		.splitter = splitter, .context = context, .token = token, .language = language, .flags = flags
	};

	read_language(text, n, language, &splitting.shift);
	return splitter->calls.xTokenize(
	    splitter->accented, &splitting, flags, text + splitting.shift, n - splitting.shift, take_word);
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

static int
count_places(const Fts5ExtensionApi *api, Fts5Context *context, const double weights[COLUMNS_MAX], int columns,
    struct standing *standing)
{
	int count, code = api->xInstCount(context, &count);

	standing->phrases = api->xPhraseCount(context);
	for (int i = 0; code == SQLITE_OK && i < count; i++) {
		int phrase, column, at;

		code = api->xInst(context, i, &phrase, &column, &at);
		if (code != SQLITE_OK || phrase >= PHRASES_MAX || column >= columns)
			continue;
		if (weights[column] > 0)
			standing->own[phrase] += weights[column];
		else
			standing->quoted[phrase] += 1;
	}
	return code;
}

/* How many own words a row has on average. The engine reads that from the disk each time it is asked, so it is kept for
 * the query. */
static int
average_length(
    const Fts5ExtensionApi *api, Fts5Context *context, const double weights[COLUMNS_MAX], int columns, double *ret)
{
	double *kept = api->xGetAuxdata(context, 0);
	sqlite3_int64 total, all = 0, rows = 0;
	int code = SQLITE_OK;

	if (kept == NULL) {
		code = api->xRowCount(context, &rows);
		for (int i = 0; code == SQLITE_OK && i < columns; i++) {
			if (weights[i] <= 0)
				continue;
			code = api->xColumnTotalSize(context, i, &total);
			all += total;
		}
		if (code != SQLITE_OK)
			return code;
		kept = gp_new(sizeof(*kept));
		*kept = rows > 0 ? (double)all / (double)rows : 0;
		code = api->xSetAuxdata(context, kept, free);
	}
	*ret = code == SQLITE_OK ? *kept : 0;
	return code;
}

/* How long the own words of a row are against those of all rows: 1 is the average. */
static int
length_of(
    const Fts5ExtensionApi *api, Fts5Context *context, const double weights[COLUMNS_MAX], int columns, double *ret)
{
	double average = 0;
	int code = average_length(api, context, weights, columns, &average), mine = 0, size;

	for (int i = 0; code == SQLITE_OK && i < columns; i++) {
		if (weights[i] <= 0)
			continue;
		code = api->xColumnSize(context, i, &size);
		if (code == SQLITE_OK)
			mine += size;
	}
	*ret = average > 0 ? mine / average : 1;
	return code;
}

/* As BM25 does, but for the rarity of a word in the whole: all words must be there anyway, and to know it the engine
 * walks every row that has one, which takes long where the archive is large. Own words always above quoted ones. */
static void
rank(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int count, sqlite3_value **values)
{
	const double k1 = 1.2, b = 0.75;
	double weights[COLUMNS_MAX] = { 0 }, length = 1, own = 0, quoted = 0;
	struct standing standing = { .phrases = 0 };
	int columns = count < COLUMNS_MAX ? count : COLUMNS_MAX, code;

	for (int i = 0; i < columns; i++)
		weights[i] = sqlite3_value_double(values[i]);
	code = count_places(api, context, weights, columns, &standing);
	if (code == SQLITE_OK)
		code = length_of(api, context, weights, columns, &length);
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
