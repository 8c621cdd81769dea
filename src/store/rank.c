#include "store/rank.h"

#include <string.h>

/* What a word counts for where it stands. */
static const double weights[] = { [GP_PLACE_TEXT] = 2, [GP_PLACE_SUBJECT] = 6, [GP_PLACE_AUTHOR] = 3 };

struct standing {
	const struct gp_places *places;
	double own[GP_PHRASES_MAX];
	int32_t quoted[GP_PHRASES_MAX];
};

/* As if all of the text were quoted. */
static void
begin(struct standing *standing, const struct gp_places *places)
{
	standing->places = places;
	memset(standing->own, 0, (size_t)places->phrases * sizeof(standing->own[0]));
	memset(standing->quoted, 0, (size_t)places->phrases * sizeof(standing->quoted[0]));
	for (int i = 0; i < places->count; i++) {
		const struct gp_place *place = &places->v[i];

		if (place->column == GP_PLACE_TEXT)
			standing->quoted[place->phrase]++;
		else
			standing->own[place->phrase] += weights[place->column];
	}
}

static void
make_own(struct standing *standing, const struct gp_place *place)
{
	standing->quoted[place->phrase]--;
	standing->own[place->phrase] += weights[GP_PLACE_TEXT];
}

/* As BM25 does, but for the rarity of a word in the whole: all words must be there anyway, and to know it the engine
 * walks every row that has one, which takes long where the archive is large. Own words always above quoted ones. */
static double
score(const struct standing *standing, double own_words)
{
	const struct gp_places *places = standing->places;
	const double k1 = 1.2, b = 0.75, length = places->words > 0 ? (own_words + places->others) / places->words : 1;
	double own = 0;
	int32_t quoted = 0;

	for (int i = 0; i < places->phrases; i++) {
		if (standing->own[i] > 0)
			own += standing->own[i] * (k1 + 1) / (standing->own[i] + k1 * (1 - b + b * length));
		quoted += standing->quoted[i];
	}
	return own > 0 ? 1 + own : (double)quoted / (1 + quoted);
}

double
gp_rank(const struct gp_places *places)
{
	struct standing standing;

	begin(&standing, places);
	for (int i = 0; i < places->count && places->v[i].column == GP_PLACE_TEXT; i++)
		if (places->v[i].at < places->own_words)
			make_own(&standing, &places->v[i]);
	return score(&standing, (double)places->own_words);
}

/* Own words that reach just beyond a place are the best there can be with as many places. */
double
gp_rank_most(const struct gp_places *places)
{
	struct standing standing;
	double most, now;

	begin(&standing, places);
	most = score(&standing, 0);
	for (int i = 0; i < places->count && places->v[i].column == GP_PLACE_TEXT; i++) {
		make_own(&standing, &places->v[i]);
		now = score(&standing, places->v[i].at + 1);
		most = now > most ? now : most;
	}
	return most;
}
