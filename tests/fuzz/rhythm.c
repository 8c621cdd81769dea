/* Rhythms and repeats as people write them, and the rules that we wrote. */
#include "fuzz.h"

#include "guildpost/base/zone.h"
#include "guildpost/guild/recur.h"

static const struct gp_wall start = { 2026, 6, 4, 19, 0, 0 }; /* a first Thursday */

static void
must_go_on(const struct gp_recur *recur, const struct gp_zone *zone)
{
	int64_t t = 1780000000, next, last;

	for (int i = 0; i < 4 && gp_recur_next(recur, zone, t, &next); i++, t = next) {
		if (next <= t)
			abort();
		if (!gp_recur_last(recur, zone, next, &last) || last != next)
			abort();
	}
}

/* What is written canonically reads back as the same. */
static void
must_come_back(const struct gp_recur *recur)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1000), again = GP_BUF_INIT(1000);
	struct gp_recur back;
	struct gp_err err;

	gp_recur_format(recur, &text);
	if (gp_recur_parse_rhythm(text.data, &back, &err) != GP_OK)
		abort();
	gp_recur_format(&back, &again);
	if (strcmp(text.data, again.data) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_free_str) char *text = gp_strndup((const char *)octets, n);
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	struct gp_recur recur;
	struct gp_err err;

	if (gp_zone_open("Europe/Berlin", &zone, &err) != GP_OK)
		return 0;
	if (gp_recur_parse_rhythm(text, &recur, &err) == GP_OK) {
		must_come_back(&recur);
		must_go_on(&recur, zone);
	}
	if (gp_recur_parse_repeat(text, &start, &recur, &err) == GP_OK) {
		SCOPED(gp_buf_release) struct gp_buf rule = GP_BUF_INIT(1000);
		struct gp_recur back;

		must_go_on(&recur, zone);
		gp_recur_rrule(&recur, zone, &rule);
		if (rule.len > 0 && gp_recur_parse_rrule(rule.data, &start, zone, &back, &err) != GP_OK)
			abort();
	}
	if (gp_recur_parse_rrule(text, &start, zone, &recur, &err) == GP_OK)
		must_go_on(&recur, zone);
	return 0;
}
