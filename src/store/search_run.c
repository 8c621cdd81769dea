#include "guildpost/store/search.h"

#include <ctype.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "store/fts.h"
#include "store/rank.h"
#include "store/snippet.h"
#include "store/span.h"

#define RANKED	       2000 /* hits that are ranked, the newest of them: ranking looks at each */
#define STEPS	       12 /* rows */
#define EXPRESSION_MAX (256u << 10)
#define LINE_MAX       8192 /* octets */

/* --- what the engine is asked ------------------------------------------------------------------ */

/* Names of authors are not stemmed; all else is, by the language of the space (store/fts.h). */
static char *
with_language(const char *expression, const char *language)
{
	static const char author[] = "author : ";
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(EXPRESSION_MAX);
	const size_t n = sizeof(author) - 1;
	bool inside = false;

	for (const char *c = expression; *c != '\0'; c++) {
		gp_buf_addc(&out, *c);
		if (*c != '"')
			continue;
		inside = !inside; /* a doubled quote within a phrase goes out and in again, without a language */
		if (inside && (c == expression || c[-1] != '"') &&
		    ((size_t)(c - expression) < n || memcmp(c - n, author, n) != 0))
			gp_buf_addf(&out, "\x01%s\x01", language);
	}
	return gp_buf_take(&out);
}

/* Are there posts of another space, which the index finds too? */
static enum gp_rc
has_others(struct gp_db *db, int64_t space_id, bool *ret_others, struct gp_err *err)
{
	static const char sql[] = "SELECT EXISTS (SELECT 1 FROM message WHERE space_id < :space)"
				  " OR EXISTS (SELECT 1 FROM message WHERE space_id > :space) AS others";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	GP_TRY(gp_query_next(query, ret_others, err));
	*ret_others = gp_col_int(query, "others") != 0;
	return GP_OK;
}

/* With the labels that narrow it (store/fts.h). "" when no words are looked for. */
static enum gp_rc
full_expression(struct gp_db *db, const struct gp_space *space, const struct gp_search *search, char **ret_match,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(EXPRESSION_MAX);
	bool others;

	if (*search->match != '\0') {
		GP_TRY(has_others(db, space->id, &others, err));
		gp_buf_addf(&out, "(%s)", search->match);
		if (*search->without != '\0')
			gp_buf_addf(&out, " NOT (%s)", search->without);
		if (others)
			gp_buf_addf(
			    &out, " AND author : \"" GP_FTS_LABEL "s%lld" GP_FTS_LABEL "\"", (long long)space->id);
		if (search->attachment)
			gp_buf_adds(&out, " AND author : \"" GP_FTS_LABEL "a" GP_FTS_LABEL "\"");
	}
	*ret_match = with_language(out.data, space->language);
	return GP_OK;
}

static int64_t
end_of(const struct gp_search *search)
{
	return search->until != 0 ? search->until : INT64_MAX;
}

struct running {
	struct gp_db *db;
	const struct gp_space *space;
	const struct gp_search *search;
	int64_t limit;
	gp_hit_each *each;
	void *context;
};

static void
bind_bounds(struct gp_query *query, const struct running *running)
{
	gp_bind_int(query, ":space", running->space->id);
	gp_bind_int(query, ":since", running->search->since);
	gp_bind_int(query, ":until", end_of(running->search));
}

/* --- handed out -------------------------------------------------------------------------------- */

/* On one line; the ends of lines are only where they happened to be in the mail. */
static char *
flat(const char *text)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(LINE_MAX);

	for (; *text != '\0'; text++) {
		if (isspace((unsigned char)*text))
			continue;
		if (out.len > 0 && isspace((unsigned char)text[-1]))
			gp_buf_addc(&out, ' ');
		gp_buf_addc(&out, *text);
	}
	return gp_buf_take(&out);
}

#define SHOWN "m.id, m.date, m.msgid, m.from_name, m.from_address, m.subject, m.excerpt, t.token"

/* query: a row of SHOWN. */
static enum gp_rc
hand_out(const struct running *running, struct gp_query *query, double score, const char *said, struct gp_err *err)
{
	SCOPED(gp_free_str) char *snippet = flat(said);
	const struct gp_hit hit = { .id = gp_col_int(query, "id"),
		.date = gp_col_int(query, "date"),
		.msgid = gp_col_text(query, "msgid"),
		.thread = gp_col_text(query, "token"),
		.from_name = gp_col_text(query, "from_name"),
		.from_address = gp_col_text(query, "from_address"),
		.subject = gp_col_text(query, "subject"),
		.snippet = snippet,
		.score = score };

	return running->each(running->context, &hit, err);
}

/* --- with words: the best ---------------------------------------------------------------------- */

struct candidate {
	int64_t id, date, thread_id;
	double score;
	struct gp_places *places;
	size_t places_n; /* octets */
};
struct best {
	struct candidate *v; /* the best first */
	size_t count, most;
	bool by_thread;
};

static void
free_best(struct best *best)
{
	for (size_t i = 0; i < best->count; i++)
		free(best->v[i].places);
	free(best->v);
}

/* A word in the subject or of the author above one of the text, and that above a quoted one; of what ranks about alike the
 * newest. */
static int64_t
compare(const struct candidate *a, const struct candidate *b)
{
	int alike = (int)(a->score * 10 + 0.5) - (int)(b->score * 10 + 0.5);

	if (alike != 0)
		return alike;
	return a->date != b->date ? a->date - b->date : a->id - b->id;
}

static void
drop(struct best *best, size_t i)
{
	free(best->v[i].places);
	memmove(&best->v[i], &best->v[i + 1], (--best->count - i) * sizeof(best->v[0]));
}

static void
keep(struct best *best, const struct candidate *candidate)
{
	size_t at = best->count;

	for (size_t i = 0; best->by_thread && i < best->count; i++) {
		if (best->v[i].thread_id != candidate->thread_id)
			continue;
		if (compare(&best->v[i], candidate) > 0)
			return;
		drop(best, i);
	}
	while (at > best->count || (at > 0 && compare(candidate, &best->v[at - 1]) > 0))
		at--;
	if (at == best->most)
		return;
	if (best->count == best->most)
		drop(best, best->count - 1);
	memmove(&best->v[at + 1], &best->v[at], (best->count++ - at) * sizeof(best->v[0]));
	best->v[at] = *candidate;
	best->v[at].places = gp_memdup(candidate->places, candidate->places_n);
}

/* However new it is and however much of it is its author's own: there are enough better ones. */
static bool
is_beaten(const struct best *best, const struct candidate *candidate)
{
	return best->count == best->most &&
	       compare(&best->v[best->count - 1],
		   &(struct candidate){ .score = gp_rank_most(candidate->places), .date = INT64_MAX }) > 0;
}

/* What else ranks a row: the hits come by falling numbers, and so do these rows. */
struct looking {
	struct gp_query *query;
	int64_t at; /* the number of the row in hand; 0: none */
};

static void
end_looking(struct looking *looking)
{
	gp_query_free(&looking->query);
}

static enum gp_rc
next_row(struct looking *looking, struct gp_err *err)
{
	bool found;

	GP_TRY(gp_query_next(looking->query, &found, err));
	looking->at = found ? gp_col_int(looking->query, "id") : 0;
	return GP_OK;
}

/* To the row of this number, or to the next below. A few steps take less than looking it up, and numbers have few gaps. */
static enum gp_rc
go_down(const struct running *running, struct looking *looking, int64_t id, struct gp_err *err)
{
	static const char sql[] = "SELECT id, date, own_words FROM message_rank WHERE id <= :id ORDER BY id DESC";
	bool near = looking->at >= id && looking->at - id <= STEPS;

	while (near && looking->at > id)
		GP_TRY(next_row(looking, err));
	if (near)
		return GP_OK;
	if (looking->query == NULL)
		GP_TRY(gp_query_open(running->db, sql, &looking->query, err));
	gp_query_rewind(looking->query);
	gp_bind_int(looking->query, ":id", id);
	return next_row(looking, err);
}

static enum gp_rc
find_thread(struct gp_db *db, int64_t id, int64_t *ret_thread_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, "SELECT thread_id FROM message WHERE id = :id", &query, err));
	gp_bind_int(query, ":id", id);
	GP_TRY(gp_query_next(query, &found, err));
	*ret_thread_id = found ? gp_col_int(query, "thread_id") : 0;
	return GP_OK;
}

/* *ret_fits: it is of this span of time. */
static enum gp_rc
look_at(const struct running *running, struct looking *looking, struct candidate *candidate, bool *ret_fits,
    struct gp_err *err)
{
	*ret_fits = false;
	GP_TRY(go_down(running, looking, candidate->id, err));
	if (looking->at != candidate->id)
		return GP_OK;
	candidate->date = gp_col_int(looking->query, "date");
	if (candidate->date < running->search->since || candidate->date >= end_of(running->search))
		return GP_OK;
	*ret_fits = true;
	candidate->places->own_words = gp_col_int(looking->query, "own_words");
	candidate->score = gp_rank(candidate->places);
	if (running->search->by_thread)
		return find_thread(running->db, candidate->id, &candidate->thread_id, err);
	return GP_OK;
}

static enum gp_rc
bind_span(struct gp_query *query, const struct running *running, struct gp_err *err)
{
	const struct gp_search *search = running->search;
	int64_t first = 0, last = INT64_MAX;

	if (search->since != 0 || search->until != 0)
		GP_TRY(
		    gp_span_find(running->db, running->space->id, search->since, end_of(search), &first, &last, err));
	gp_bind_int(query, ":first", first);
	gp_bind_int(query, ":last", last);
	return GP_OK;
}

static enum gp_rc
rank_hits(const struct running *running, const char *match, struct best *best, struct gp_err *err)
{
	static const char sql[] = "SELECT rowid, gp_places(message_index) AS places FROM message_index"
				  " WHERE message_index MATCH :match AND rowid BETWEEN :first AND :last"
				  " ORDER BY rowid DESC";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(end_looking) struct looking looking = { 0 };
	struct gp_places places;
	bool found, counts;

	GP_TRY(gp_query_open(running->db, sql, &query, err));
	gp_bind_text(query, ":match", match);
	GP_TRY(bind_span(query, running, err));
	for (int ranked = 0; ranked < RANKED; ranked += counts) {
		struct candidate candidate = { .places = &places };
		const void *octets;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			break;
		candidate.id = gp_col_int(query, "rowid");
		octets = gp_col_blob(query, "places", &candidate.places_n);
		memcpy(&places, octets, candidate.places_n);
		counts = is_beaten(best, &candidate);
		if (counts)
			continue;
		GP_TRY(look_at(running, &looking, &candidate, &counts, err));
		if (counts)
			keep(best, &candidate);
	}
	return GP_OK;
}

static enum gp_rc
find_snippet(const struct running *running, const struct candidate *candidate, char **ret, struct gp_err *err)
{
	static const char sql[] = "SELECT gp_snippet(CASE :column WHEN 0 THEN text WHEN 1 THEN subject ELSE author END,"
				  " :places, :column) AS snippet FROM indexed WHERE id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(running->db, sql, &query, err));
	gp_bind_int(query, ":id", candidate->id);
	gp_bind_int(query, ":column", gp_snippet_column(candidate->places));
	gp_bind_blob(query, ":places", candidate->places, candidate->places_n);
	GP_TRY(gp_query_next(query, &found, err));
	*ret = gp_strdup(found ? gp_col_text(query, "snippet") : "");
	return GP_OK;
}

static enum gp_rc
show_candidate(const struct running *running, const struct candidate *candidate, struct gp_err *err)
{
	static const char sql[] = "SELECT " SHOWN
				  " FROM message m JOIN thread t ON t.thread_id = m.thread_id WHERE m.id = :id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	SCOPED(gp_free_str) char *snippet = NULL;
	bool found;

	GP_TRY(find_snippet(running, candidate, &snippet, err));
	GP_TRY(gp_query_open(running->db, sql, &query, err));
	gp_bind_int(query, ":id", candidate->id);
	GP_TRY(gp_query_next(query, &found, err));
	return found ? hand_out(running, query, candidate->score, snippet, err) : GP_OK;
}

/* One moment for all of it: what is ranked is what is shown, whoever writes meanwhile. */
static enum gp_rc
run_with_words(const struct running *running, const char *match, struct gp_err *err)
{
	SCOPED(free_best)
	struct best best = { .most = (size_t)running->limit, .by_thread = running->search->by_thread };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	if (!gp_db_in_tx(running->db))
		GP_TRY(gp_tx_snapshot(running->db, &tx, err));
	best.v = gp_new_array(best.most + 1, sizeof(best.v[0]));
	GP_TRY(rank_hits(running, match, &best, err));
	for (size_t i = 0; i < best.count; i++)
		GP_TRY(show_candidate(running, &best.v[i], err));
	return GP_OK;
}

/* --- without: the newest ------------------------------------------------------------------------ */

#define WITHOUT_WORDS(more)                                                                                            \
	"SELECT " SHOWN " FROM message m JOIN thread t ON t.thread_id = m.thread_id"                                   \
	" WHERE m.space_id = :space AND m.date >= :since AND m.date < :until"                                          \
	"   AND (:without = '' OR m.id NOT IN (SELECT rowid FROM message_index WHERE message_index MATCH "             \
	":without))" more " ORDER BY m.date DESC, m.id DESC LIMIT :limit"
#define NEWEST_OF_THREAD(more)                                                                                         \
	" AND NOT EXISTS (SELECT 1 FROM message y WHERE y.thread_id = m.thread_id AND y.id <> m.id"                    \
	"   AND (y.date, y.id) > (m.date, m.id) AND y.date < :until" more ")"
static const char *const without_words[2][2] = { /* attachment, by_thread */
	{ WITHOUT_WORDS(""), WITHOUT_WORDS(NEWEST_OF_THREAD("")) },
	{ WITHOUT_WORDS(" AND m.attachments > 0"),
	    WITHOUT_WORDS(" AND m.attachments > 0" NEWEST_OF_THREAD(" AND y.attachments > 0")) }
};

static enum gp_rc
run_without_words(const struct running *running, struct gp_err *err)
{
	SCOPED(gp_free_str) char *without = with_language(running->search->without, running->space->language);
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(
	    running->db, without_words[running->search->attachment][running->search->by_thread], &query, err));
	gp_bind_text(query, ":without", without);
	bind_bounds(query, running);
	gp_bind_int(query, ":limit", running->limit);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(hand_out(running, query, 0, gp_col_text(query, "excerpt"), err));
	}
}

enum gp_rc
gp_search_run(struct gp_db *db, const struct gp_space *space, const struct gp_search *search, int64_t limit,
    gp_hit_each *each, void *context, struct gp_err *err)
{
	const struct running running = { db, space, search, limit, each, context };
	SCOPED(gp_free_str) char *match = NULL;

	GP_TRY(full_expression(db, space, search, &match, err));
	return *match != '\0' ? run_with_words(&running, match, err) : run_without_words(&running, err);
}
