#include "desk/date.h"

void
gp_date_fill(const struct gp_zone *zone, int64_t t, struct gp_date_vars *ret_vars)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
		"nov", "dec" };
	struct gp_wall wall;
	size_t n = 0;

	gp_zone_to_wall(zone, t, &wall);
	(void)snprintf(ret_vars->day, sizeof(ret_vars->day), "%d", wall.day);
	(void)snprintf(ret_vars->year, sizeof(ret_vars->year), "%d", wall.year);
	(void)snprintf(ret_vars->clock, sizeof(ret_vars->clock), "%02d:%02d", wall.hour, wall.minute);
	for (int i = 0; i < (int)GP_COUNT(days); i++)
		ret_vars->v[n++] = (struct gp_var){ days[i], gp_wall_weekday(&wall) == i ? "1" : "" };
	for (int i = 0; i < (int)GP_COUNT(months); i++)
		ret_vars->v[n++] = (struct gp_var){ months[i], wall.month == i + 1 ? "1" : "" };
	ret_vars->v[n++] = (struct gp_var){ "day", ret_vars->day };
	ret_vars->v[n++] = (struct gp_var){ "year", ret_vars->year };
	ret_vars->v[n++] = (struct gp_var){ "clock", ret_vars->clock };
	ret_vars->count = n;
}

enum gp_rc
gp_date_text(struct gp_desk *desk, const char *language, const char *template_name, const struct gp_zone *zone,
    int64_t t, char **ret_text, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1000);
	struct gp_date_vars vars;

	gp_date_fill(zone, t, &vars);
	GP_TRY(gp_template_render(desk->templates, language, template_name, vars.v, vars.count, NULL, &out, err));
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		gp_buf_cut(&out, out.len - 1);
	*ret_text = gp_buf_take(&out);
	return GP_OK;
}
