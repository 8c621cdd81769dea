/* search.h - the words of the archive: indexed, taken out again, found.  Floor: store.
 * Words are folded and without accents, beside each its stem by the language of the space (store/words.h).
 * What was indexed is kept as a zstd patch against the message's own raw octets, so that it can be taken out exactly. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "guildpost/store/db.h"
#include "guildpost/store/space.h"

/* Both inside a write transaction. octets: of the raw row. own: the author's own words; rest: quotes, signatures,
 * footers. */
struct gp_indexing {
	int64_t id, raw_id;
	const void *octets;
	size_t size;
	const char *subject, *author, *own, *rest;
};
GP_MUST_CHECK enum gp_rc gp_index_add(struct gp_db *db, const struct gp_indexing *indexing, struct gp_err *err);
/* Before the message's row, and its raw, go or change. Nothing happens when it is not indexed. */
GP_MUST_CHECK enum gp_rc gp_index_remove(struct gp_db *db, int64_t message_id, struct gp_err *err);
/* An index of nothing, for all spaces, whatever is wrong with the one that is there: every message is to be indexed again.
 * Inside a write transaction. */
GP_MUST_CHECK enum gp_rc gp_index_anew(struct gp_db *db, struct gp_err *err);
/* The author's own words, as they were indexed; "" when nothing is. Caller frees. */
GP_MUST_CHECK enum gp_rc gp_index_own_text(struct gp_db *db, int64_t message_id, char **ret_own, struct gp_err *err);
/* How far what was taken out has left the file. */
struct gp_leaving {
	int64_t page; /* 0: the index still holds it; else its traces are blanked in the pages before this one */
	int64_t pages; /* of the file, when that page was reached */
};
/* What was taken out leaves the file too, in short transactions: the index is merged, what lies between the rows is blanked,
 * the log of writes emptied. Not inside a transaction. most_ms: so long at most, 0: as long as it takes; goes on where
 * *leaving says, which begins as zeros. *ret_left false: there is more to do, or somebody still reads the store as it was
 * before. */
GP_MUST_CHECK enum gp_rc gp_index_compact(
    struct gp_db *db, struct gp_leaving *leaving, int64_t most_ms, bool *ret_left, struct gp_err *err);
/* For a long run of filing the index is merged less often while it grows; after it, as usual; broken off, it stays so until
 * the next one ends. Not inside a transaction. */
GP_MUST_CHECK enum gp_rc gp_index_bulk(struct gp_db *db, bool begins, struct gp_err *err);
/* After a run that filed so many posts: a search is fastest where the index is one piece. Nothing happens when they are few
 * beside those that were there. Not inside a transaction. */
GP_MUST_CHECK enum gp_rc gp_index_merge(struct gp_db *db, int64_t came, struct gp_err *err);
/* PERM 5.3.0 when the index does not hold what the messages say. Inside a write transaction, changes nothing. */
GP_MUST_CHECK enum gp_rc gp_index_verify(struct gp_db *db, struct gp_err *err);

/* What a person typed, as SQL wants it: words, "phrases", prefix*, -word, from:, subject:, has:attachment,
 * since: and until: (a year, a month, a day, each whole and UTC, or an instant of RFC 3339).
 * Nothing that is typed is an SQL error; a field without a value or a date that is none is refused with what to write. */
struct gp_search {
	char *match; /* FTS5 expression, "" when only the other tests count */
	char *without; /* FTS5 expression of what must not be there, "" for nothing */
	int64_t since, until; /* seconds UTC, [since, until); 0: open */
	bool attachment;
	bool by_thread; /* of each thread only its best hit; not typed, set by the caller */
};
/* PERM 5.5.4 exit 64 for a date that is none, or nothing to look for. */
GP_MUST_CHECK enum gp_rc gp_search_parse(const char *text, struct gp_search *ret, struct gp_err *err);
void gp_search_release(struct gp_search *search);

struct gp_hit {
	int64_t id, date;
	const char *msgid, *thread, *from_name, *from_address, *subject, *snippet; /* borrowed */
	double score; /* higher is better */
};
typedef enum gp_rc gp_hit_each(void *context, const struct gp_hit *hit, struct gp_err *err);
/* The best first, of what is about alike the newest; without words to look for, the newest first. space: its language tells
 * how words are stemmed. */
GP_MUST_CHECK enum gp_rc gp_search_run(struct gp_db *db, const struct gp_space *space, const struct gp_search *search,
    int64_t limit, gp_hit_each *each, void *context, struct gp_err *err);
