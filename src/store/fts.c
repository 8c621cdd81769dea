#include "store/fts.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "store/rank.h"
#include "store/snippet.h"
#include "store/words.h"

#define LANGUAGE_MARK '\x01'
#define LABEL_MARK    '\x03'
#define MARK_MAX      64
#define SNIPPET_MAX   8192 /* octets */
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
	bool plain; /* only where the words stand is asked for, not what is filed for them */
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

	if (splitting->plain)
		return splitting->token(splitting->context, 0, text + start, (int)(end - start), (int)start, (int)end);
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

/* Octets of the labels with their marks, 0 when there are none. */
static size_t
labels_length(const char *text, size_t n)
{
	const char *end;

	if (n < 2 || text[0] != LABEL_MARK)
		return 0;
	end = memchr(text + 1, LABEL_MARK, n - 1 < MARK_MAX ? n - 1 : MARK_MAX);
	return end != NULL ? (size_t)(end - text) + 1 : 0;
}

/* All at the first place. */
static int
take_labels(const struct splitting *splitting, const char *text, size_t n)
{
	char term[MARK_MAX] = { LABEL_MARK };
	int code = SQLITE_OK;

	for (size_t at = 1, size; code == SQLITE_OK && at + 1 < n; at += size + 1) {
		size = strcspn(text + at, " " GP_FTS_LABEL);
		memcpy(term + 1, text + at, size);
		code = splitting->token(splitting->context, at > 1 ? FTS5_TOKEN_COLOCATED : 0, term, (int)size + 1,
		    (int)at, (int)(at + size));
	}
	return code;
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
	size_t labels;
	int code;

	splitting.shift = (int)gp_fts_mark(text, (size_t)n, language, &splitting.own);
	labels = labels_length(text, (size_t)n);
	if (labels > 0) {
		splitting.shift = (int)labels;
		code = take_labels(&splitting, text, labels);
		if (code != SQLITE_OK)
			return code;
	}
	code = split_words(&splitting, text + splitting.shift, (size_t)(n - splitting.shift));
	if (splitting.own >= 0)
		own_words = splitting.own_words;
	return code;
}

static void
free_splitter(void *context)
{
	struct splitter *splitter = context;

	if (splitter->accented != NULL)
		splitter->calls.xDelete(splitter->accented);
	if (splitter->bare != NULL)
		splitter->calls.xDelete(splitter->bare);
	free(splitter);
}

static int
make_splitter(fts5_api *api, struct splitter **ret)
{
	static const char *keep[] = { "remove_diacritics", "0" }, *drop[] = { "remove_diacritics", "2" };
	struct splitter *splitter = gp_new(sizeof(*splitter));
	void *inner;
	int code = api->xFindTokenizer(api, "unicode61", &inner, &splitter->calls);

	if (code == SQLITE_OK)
		code = splitter->calls.xCreate(inner, keep, 2, &splitter->accented);
	if (code == SQLITE_OK)
		code = splitter->calls.xCreate(inner, drop, 2, &splitter->bare);
	if (code != SQLITE_OK)
		free_splitter(splitter);
	else
		*ret = splitter;
	return code;
}

static int
new_tokenizer(void *context, const char **arguments, int count, Fts5Tokenizer **ret)
{
	struct splitter *splitter = NULL;
	int code = make_splitter(context, &splitter);

	(void)arguments;
	(void)count;
	*ret = (Fts5Tokenizer *)(void *)splitter;
	return code;
}

static void
free_tokenizer(Fts5Tokenizer *tokenizer)
{
	free_splitter(tokenizer);
}

/* --- where the words stand ------------------------------------------------------------------- */

static int
take_places(const Fts5ExtensionApi *api, Fts5Context *context, int count, struct gp_places *out)
{
	int code = SQLITE_OK;

	for (int i = 0; code == SQLITE_OK && i < count && out->count < GP_PLACES_MAX; i++) {
		struct gp_place *place = &out->v[out->count];
		int phrase, column, at;

		code = api->xInst(context, i, &phrase, &column, &at);
		at -= column == GP_PLACE_AUTHOR; /* what stands before him are labels */
		if (code != SQLITE_OK || phrase >= out->phrases || at < 0)
			continue;
		*place = (struct gp_place){ .at = at,
			.column = (uint8_t)column,
			.phrase = (uint8_t)phrase,
			.words = (uint16_t)api->xPhraseSize(context, phrase) };
		out->count++;
	}
	return code;
}

struct average { /* of all rows of the index */
	double words, others;
};

static int
count_words(const Fts5ExtensionApi *api, Fts5Context *context, struct average *ret)
{
	sqlite3_int64 all = 0, text = 0, rows = 0;
	int code = api->xRowCount(context, &rows);

	if (code == SQLITE_OK)
		code = api->xColumnTotalSize(context, -1, &all);
	if (code == SQLITE_OK)
		code = api->xColumnTotalSize(context, GP_PLACE_TEXT, &text);
	if (code == SQLITE_OK && rows > 0)
		*ret = (struct average){ (double)all / (double)rows, (double)(all - text) / (double)rows };
	return code;
}

/* Once a query: the engine reads it from the store every time. */
static int
take_average(const Fts5ExtensionApi *api, Fts5Context *context, struct gp_places *out)
{
	const struct average *known = api->xGetAuxdata(context, 0);
	struct average *average;
	int code = SQLITE_OK;

	if (known == NULL) {
		known = average = gp_new(sizeof(*average));
		code = count_words(api, context, average);
		if (code == SQLITE_OK)
			code = api->xSetAuxdata(context, average, free); /* which frees it when it fails */
		else
			free(average);
	}
	if (code == SQLITE_OK) {
		out->words = known->words;
		out->others = known->others;
	}
	return code;
}

static void
places(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int argc, sqlite3_value **values)
{
	struct gp_places out;
	int count, code;

	(void)argc;
	(void)values;
	out.own_words = out.count = 0;
	out.phrases = api->xPhraseCount(context);
	if (out.phrases > GP_PHRASES_MAX)
		out.phrases = GP_PHRASES_MAX;
	code = take_average(api, context, &out);
	if (code == SQLITE_OK)
		code = api->xInstCount(context, &count);
	if (code == SQLITE_OK)
		code = take_places(api, context, count, &out);
	if (code != SQLITE_OK)
		sqlite3_result_error_code(result, code);
	else
		sqlite3_result_blob(result, &out,
		    (int)(offsetof(struct gp_places, v) + (size_t)out.count * sizeof(out.v[0])), SQLITE_TRANSIENT);
}

/* --- snippets --------------------------------------------------------------------------------- */

struct walking {
	gp_word_each *each;
	void *context;
};

static int
pass_word(void *context, int flags, const char *term, int n, int start, int end)
{
	const struct walking *walking = context;

	(void)flags;
	(void)term;
	(void)n;
	return walking->each(walking->context, (size_t)start, (size_t)end) ? SQLITE_OK : SQLITE_DONE;
}

static void
walk_words(const struct gp_words *words, gp_word_each *each, void *context)
{
	struct walking walking = { each, context };
	struct splitting splitting = {
		.splitter = words->context, .context = &walking, .token = pass_word, .language = "", .plain = true
	};

	(void)split_words(&splitting, words->text, words->n);
}

/* gp_snippet(text, places, column) */
static void
snippet(sqlite3_context *result, int count, sqlite3_value **values)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(SNIPPET_MAX);
	struct gp_words words = { .text = (const char *)sqlite3_value_text(values[0]),
		.n = (size_t)sqlite3_value_bytes(values[0]),
		.walk = walk_words,
		.context = sqlite3_user_data(result) };
	const struct gp_places *found = sqlite3_value_blob(values[1]);
	size_t mark;
	int64_t own;

	(void)count;
	if (words.text != NULL && found != NULL) {
		mark = gp_fts_mark(words.text, words.n, NULL, &own) + labels_length(words.text, words.n);
		words.text += mark;
		words.n -= mark;
		gp_snippet_make(&words, found, (enum gp_place_column)sqlite3_value_int(values[2]), &out);
	}
	sqlite3_result_text(result, out.data, (int)out.len, SQLITE_TRANSIENT);
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
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	fts5_tokenizer tokenizer = { .xCreate = new_tokenizer, .xDelete = free_tokenizer, .xTokenize = split };
	struct splitter *splitter = NULL;
	fts5_api *api = find_api(handle);
	int code = api != NULL ? api->xCreateTokenizer(api, "guildpost", api, &tokenizer, NULL) : SQLITE_ERROR;

	if (code == SQLITE_OK)
		code = api->xCreateFunction(api, "gp_places", NULL, places, NULL);
	if (code == SQLITE_OK)
		code = make_splitter(api, &splitter);
	if (code == SQLITE_OK) /* which frees the splitter, whatever comes */
		code = sqlite3_create_function_v2(
		    handle, "gp_snippet", 3, flags, splitter, snippet, NULL, NULL, free_splitter);
	return code;
}
