/* date.h - a date in the words of a language, out of a template.  Floor: desk. */
#pragma once
#include "guildpost/base/zone.h"
#include "guildpost/desk/desk.h"
#include "guildpost/guild/recur.h"
#include "guildpost/mail/template.h"

/* What the templates "date", "date-short", "date-time", "date-clock" are filled with: names of days and months stand in
 * the template, as sections, so that a language has them where it wants them. Do not copy. */
struct gp_date_vars {
	struct gp_var v[22];
	size_t count;
	char day[16], year[16], clock[16];
};
void gp_date_fill(
    struct gp_desk *desk, const char *language, const struct gp_zone *zone, int64_t t, struct gp_date_vars *ret_vars);
/* How often, in words: "weekly on Thursday at 08:00", out of the template "rhythm". *ret_text: one line, caller frees. */
GP_MUST_CHECK enum gp_rc gp_recur_text(
    struct gp_desk *desk, const char *language, const struct gp_recur *recur, char **ret_text, struct gp_err *err);
/* "Monday, Thursday"; bit 0 is Monday. *ret_text: caller frees. */
GP_MUST_CHECK enum gp_rc gp_weekday_text(
    struct gp_desk *desk, const char *language, unsigned weekdays, char **ret_text, struct gp_err *err);
/* *ret_text: one line, caller frees. */
GP_MUST_CHECK enum gp_rc gp_date_text(struct gp_desk *desk, const char *language, const char *template_name,
    const struct gp_zone *zone, int64_t t, char **ret_text, struct gp_err *err);
