#include "store/snippet.h"

#include <string.h>

#define WIDTH 24 /* words */

/* --- which words ---------------------------------------------------------------------------- */

struct stretch { /* of places, by their number; the best one of a column */
	int first, last, score;
};

/* Of as many phrases, one that is the author's own. */
static struct stretch
rate(const struct gp_places *places, int first)
{
	const struct gp_place *begin = &places->v[first];
	bool own = begin->column != GP_PLACE_TEXT || begin->at < places->own_words;
	struct stretch stretch = { .first = first, .last = first, .score = own };
	uint64_t seen = 0;

	for (int i = first; i < places->count && places->v[i].column == begin->column; i++) {
		if (places->v[i].at + places->v[i].words > begin->at + WIDTH)
			break;
		stretch.score += (seen >> places->v[i].phrase & 1) != 0 ? 0 : 2;
		seen |= (uint64_t)1 << places->v[i].phrase;
		stretch.last = i;
	}
	return stretch;
}

/* The first one of the best. */
static struct stretch
best_stretch(const struct gp_places *places, enum gp_place_column column)
{
	struct stretch best = { .first = -1, .last = -1 };

	for (int i = 0; i < places->count; i++) {
		struct stretch stretch;

		if (places->v[i].column != column)
			continue;
		stretch = rate(places, i);
		if (best.first < 0 || stretch.score > best.score)
			best = stretch;
	}
	return best;
}

enum gp_place_column
gp_snippet_column(const struct gp_places *places)
{
	enum gp_place_column best = GP_PLACE_TEXT;

	for (enum gp_place_column column = GP_PLACE_SUBJECT; column <= GP_PLACE_AUTHOR; column++)
		if (best_stretch(places, column).score > best_stretch(places, best).score)
			best = column;
	return best;
}

/* --- written -------------------------------------------------------------------------------- */

struct word {
	size_t start, end; /* octets */
	bool begins; /* a sentence, or all of it */
};
struct showing {
	const struct gp_words *words;
	const struct gp_place *places;
	int count; /* of the places that are shown */
	struct word kept[2 * WIDTH]; /* the last ones, by their number */
	bool sentences; /* it has some */
	int next, begin; /* begin: the word that the snippet begins with, -1: not known yet */
	bool more; /* there are words behind it */
};

static struct word *
word_of(struct showing *showing, int number)
{
	return &showing->kept[number % (2 * WIDTH)];
}

static bool
begins_sentence(const struct showing *showing, size_t start)
{
	const char *text = showing->words->text;
	size_t at = start;

	if (showing->next == 0 || !showing->sentences)
		return showing->next == 0;
	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n'))
		if (text[--at] == '\n' && at > 0 && text[at - 1] == '\n')
			return true; /* a paragraph */
	return at > 0 && at < start && strchr(".:!?", text[at - 1]) != NULL;
}

/* The sentence that leads to the first place, if all places have room behind its beginning; else some words before. */
static int
choose_begin(struct showing *showing)
{
	const struct gp_place *first = &showing->places[0], *last = &showing->places[showing->count - 1];
	int room = WIDTH - (last->at + last->words - first->at);

	if (room < 0)
		room = 0; /* a phrase longer than a snippet */
	for (int i = first->at; i >= 0 && i >= first->at - room; i--)
		if (word_of(showing, i)->begins)
			return i;
	return first->at > room / 2 ? first->at - room / 2 : 0;
}

static bool
take_word(void *context, size_t start, size_t end)
{
	struct showing *showing = context;

	if (showing->begin >= 0 && showing->next >= showing->begin + WIDTH) {
		showing->more = true;
		return false;
	}
	if (showing->next >= showing->places[0].at - WIDTH)
		*word_of(showing, showing->next) = (struct word){ start, end, begins_sentence(showing, start) };
	if (showing->next == showing->places[0].at)
		showing->begin = choose_begin(showing);
	showing->next++;
	return true;
}

/* Where the text ends early there is room for more before it. */
static void
fill_up(struct showing *showing)
{
	int begin = showing->next - WIDTH;

	if (showing->more || begin >= showing->begin || word_of(showing, showing->begin)->begins)
		return;
	showing->begin = begin > 0 ? begin : 0;
}

static void
write_words(struct showing *showing, struct gp_buf *out)
{
	const char *text = showing->words->text;
	size_t at = showing->begin > 0 ? word_of(showing, showing->begin)->start : 0;
	int end = 0, place = 0; /* end: the word behind the mark that is open, 0: none is */

	gp_buf_adds(out, showing->begin > 0 ? "..." : "");
	for (int i = showing->begin; i < showing->next; i++) {
		const struct word *word = word_of(showing, i);
		bool marked = end > 0;

		for (; place < showing->count && showing->places[place].at <= i; place++)
			if (showing->places[place].at + showing->places[place].words > end)
				end = showing->places[place].at + showing->places[place].words;
		gp_buf_add(out, text + at, word->start - at);
		gp_buf_adds(out, end > 0 && !marked ? "[" : "");
		gp_buf_add(out, text + word->start, word->end - word->start);
		at = word->end;
		if (end == i + 1 || i + 1 == showing->next) {
			gp_buf_adds(out, end > 0 ? "]" : "");
			end = 0;
		}
	}
	if (showing->more)
		gp_buf_adds(out, "...");
	else
		gp_buf_add(out, text + at, showing->words->n - at);
}

void
gp_snippet_make(
    const struct gp_words *words, const struct gp_places *places, enum gp_place_column column, struct gp_buf *out)
{
	struct stretch stretch = best_stretch(places, column);
	struct showing showing = { .words = words, .sentences = column == GP_PLACE_TEXT, .begin = -1 };

	if (stretch.first < 0)
		return;
	showing.places = &places->v[stretch.first];
	showing.count = stretch.last - stretch.first + 1;
	words->walk(words, take_word, &showing);
	if (showing.begin < 0)
		return; /* another text than was indexed */
	fill_up(&showing);
	write_words(&showing, out);
}
