#include "desk/date.h"

#include "guildpost/base/mem.h"

/* The first of a month has a form of its own in some languages. */
static void
write_day(struct gp_desk *desk, const char *language, int day, char out[16])
{
	SCOPED(gp_free_str) char *first = NULL;

	(void)snprintf(out, 16, "%d", day);
	if (day != 1)
		return;
	first = gp_template_phrase(desk->templates, language, "1st");
	if (strcmp(first, "1st") != 0)
		(void)snprintf(out, 16, "%s", first);
}

static void
fill(struct gp_desk *desk, const char *language, const struct gp_wall *wall, struct gp_date_vars *ret_vars)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
		"nov", "dec" };
	size_t n = 0;

	write_day(desk, language, wall->day, ret_vars->day);
	(void)snprintf(ret_vars->year, sizeof(ret_vars->year), "%d", wall->year);
	(void)snprintf(ret_vars->clock, sizeof(ret_vars->clock), "%02d:%02d", wall->hour, wall->minute);
	for (int i = 0; i < (int)GP_COUNT(days); i++)
		ret_vars->v[n++] = (struct gp_var){ days[i], gp_wall_weekday(wall) == i ? "1" : "" };
	for (int i = 0; i < (int)GP_COUNT(months); i++)
		ret_vars->v[n++] = (struct gp_var){ months[i], wall->month == i + 1 ? "1" : "" };
	ret_vars->v[n++] = (struct gp_var){ "day", ret_vars->day };
	ret_vars->v[n++] = (struct gp_var){ "year", ret_vars->year };
	ret_vars->v[n++] = (struct gp_var){ "clock", ret_vars->clock };
	ret_vars->count = n;
}

void
gp_date_fill(
    struct gp_desk *desk, const char *language, const struct gp_zone *zone, int64_t t, struct gp_date_vars *ret_vars)
{
	struct gp_wall wall;

	gp_zone_to_wall(zone, t, &wall);
	fill(desk, language, &wall, ret_vars);
}

/* One line, out of a piece. */
static enum gp_rc
piece(struct gp_desk *desk, const char *language, const char *name, const struct gp_var *vars, size_t count,
    char **ret_text, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);

	GP_TRY(gp_template_render(desk->templates, language, name, vars, count, NULL, &out, err));
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		gp_buf_cut(&out, out.len - 1);
	*ret_text = gp_buf_take(&out);
	return GP_OK;
}

enum gp_rc
gp_date_text(struct gp_desk *desk, const char *language, const char *template_name, const struct gp_zone *zone,
    int64_t t, char **ret_text, struct gp_err *err)
{
	struct gp_date_vars vars;

	gp_date_fill(desk, language, zone, t, &vars);
	return piece(desk, language, template_name, vars.v, vars.count, ret_text, err);
}

/* --- how often -------------------------------------------------------------------------------------------------- */

static enum gp_rc
wall_text(struct gp_desk *desk, const char *language, const char *name, const struct gp_wall *wall, char **ret_text,
    struct gp_err *err)
{
	struct gp_date_vars vars;

	fill(desk, language, wall, &vars);
	return piece(desk, language, name, vars.v, vars.count, ret_text, err);
}

/* "Monday, Thursday" */
static enum gp_rc
weekdays_text(struct gp_desk *desk, const char *language, unsigned weekdays, struct gp_buf *out, struct gp_err *err)
{
	for (int i = 0; i < 7; i++) {
		SCOPED(gp_free_str) char *day = NULL;

		if ((weekdays >> i & 1) == 0)
			continue;
		/* 5 January 2026 is a Monday. */
		GP_TRY(wall_text(
		    desk, language, "weekday", &(struct gp_wall){ .year = 2026, .month = 1, .day = 5 + i }, &day, err));
		gp_buf_addf(out, "%s%s", out->len > 0 ? ", " : "", day);
	}
	return GP_OK;
}

enum gp_rc
gp_weekday_text(struct gp_desk *desk, const char *language, unsigned weekdays, char **ret_text, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);

	GP_TRY(weekdays_text(desk, language, weekdays, &out, err));
	*ret_text = gp_buf_take(&out);
	return GP_OK;
}

enum gp_rc
gp_recur_text(
    struct gp_desk *desk, const char *language, const struct gp_recur *recur, char **ret_text, struct gp_err *err)
{
	static const struct {
		enum gp_freq freq;
		const char *once, *many;
	} units[] = { { GP_DAILY, "daily", "days" }, { GP_WEEKLY, "weekly", "weeks" },
		{ GP_MONTHLY, "monthly", "months" }, { GP_YEARLY, "yearly", "years" } };
	static const struct {
		int nth;
		const char *name;
	} nths[] = { { 1, "first" }, { 2, "second" }, { 3, "third" }, { 4, "fourth" }, { -1, "last" } };
	SCOPED(gp_buf_release) struct gp_buf weekdays = GP_BUF_INIT(1000);
	SCOPED(gp_free_str) char *until = NULL;
	char interval[16], month_day[16] = "", clock[8] = "", times[16] = "";
	struct gp_var vars[24];
	size_t n = 0;

	(void)snprintf(interval, sizeof(interval), "%d", recur->interval);
	for (size_t i = 0; i < GP_COUNT(units); i++) {
		bool is = units[i].freq == recur->freq;

		vars[n++] = (struct gp_var){ units[i].once, is && recur->interval <= 1 ? "1" : "" };
		vars[n++] = (struct gp_var){ units[i].many, is && recur->interval > 1 ? interval : "" };
	}
	for (size_t i = 0; i < GP_COUNT(nths); i++)
		vars[n++] = (struct gp_var){ nths[i].name, recur->nth == nths[i].nth ? "1" : "" };
	GP_TRY(weekdays_text(desk, language, recur->freq >= GP_WEEKLY ? recur->weekdays : 0, &weekdays, err));
	if (recur->until.year != 0)
		GP_TRY(wall_text(desk, language, "date", &recur->until, &until, err));
	if (recur->freq == GP_MONTHLY && recur->nth == 0 && recur->month_day > 0)
		write_day(desk, language, recur->month_day, month_day);
	if (recur->start.year == 0)
		(void)snprintf(clock, sizeof(clock), "%02d:%02d", recur->hour, recur->minute);
	if (recur->count > 0)
		(void)snprintf(times, sizeof(times), "%d", recur->count);
	vars[n++] = (struct gp_var){ "weekdays", weekdays.data };
	vars[n++] = (struct gp_var){ "month_day", month_day };
	vars[n++] = (struct gp_var){ "last_day",
		recur->freq == GP_MONTHLY && recur->nth == 0 && recur->month_day < 0 ? "1" : "" };
	vars[n++] = (struct gp_var){ "clock", clock };
	vars[n++] = (struct gp_var){ "until", until };
	vars[n++] = (struct gp_var){ "times", times };
	return piece(desk, language, "rhythm", vars, n, ret_text, err);
}
