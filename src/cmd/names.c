#include "cmd/names.h"

#include <strings.h>

enum gp_rc
gp_name_read(struct gp_app *app, const char *word, char **ret_name, const char **ret_domain, struct gp_err *err)
{
	const char *at = strchr(word, '@');

	*ret_domain = NULL;
	if (at == NULL) {
		*ret_name = gp_strdup(word);
		return GP_OK;
	}
	for (size_t i = 0; i < app->config.domains.count; i++) {
		const char *domain = app->config.domains.v[i];

		if (strcasecmp(domain, at + 1) != 0)
			continue;
		*ret_domain = i > 0 ? domain : NULL;
		*ret_name = i > 0 ? gp_printf("%.*s@%s", (int)(at - word), word, domain)
				  : gp_strndup(word, (size_t)(at - word));
		return GP_OK;
	}
	return gp_usage(
	    err, "the domain %.60s is not served here; see the key `domain` in %.60s", at + 1, app->config.path);
}

enum gp_rc
gp_name_space(struct gp_app *app, const char *word, struct gp_space **ret_space, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;
	const char *domain;

	GP_TRY(gp_name_read(app, word, &name, &domain, err));
	GP_TRY(gp_space_find(app->db, name, ret_space, err));
	if (*ret_space == NULL)
		return gp_fail_as(err, 67, "5.1.1", "there is no space `%.60s`; see: guildpost space list", word);
	return GP_OK;
}

void
gp_show(struct gp_app *app, const struct gp_shown *pairs, size_t count)
{
	gp_out_begin(app);
	for (size_t i = 0; i < count; i++) {
		if (app->json) {
			gp_out_text(app, pairs[i].key, pairs[i].value);
			continue;
		}
		gp_out_text(app, "key", pairs[i].key);
		gp_out_text(app, "value", pairs[i].value);
		gp_out_row(app);
	}
	if (app->json)
		gp_out_row(app);
	gp_out_end(app);
}
