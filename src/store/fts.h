/* fts.h - our own ways of splitting and ranking, made known to the full-text engine.  Private to the store. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
/* Registers with a connection the tokenizer "guildpost", for rows of the index gp_places(index), which yields a struct
 * gp_places (store/rank.h), and gp_snippet(text, places, column), which shows them in that column's text (store/snippet.h).
 * A text that begins with a mark, \1 LANGUAGE \1 or \1 LANGUAGE OWN \1, is split by the words of that language
 * (store/words.h). OWN: so many octets of what follows are the author's own words. Returns an SQLite code. */
int gp_fts_register(struct sqlite3 *handle);
/* Of the text that this thread has split last and that told OWN: so many words, the first ones, are the author's own. */
int64_t gp_fts_own_words(void);

/* An author begins with labels, \3 LABEL LABEL... \3: words that no text holds, at a place of their own. */
#define GP_FTS_LABEL	"\x03"
#define GP_FTS_LANGUAGE 16
/* Octets of the mark, 0 when there is none. ret_language: GP_FTS_LANGUAGE octets, "" for none, or NULL when it is not asked
 * for. *ret_own: -1 when it is not told, never more than what follows. */
size_t gp_fts_mark(const char *text, size_t n, char *ret_language, int64_t *ret_own);
