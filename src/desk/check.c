#include "guildpost/desk/check.h"

#include "guildpost/base/zone.h"
#include "guildpost/store/space.h"

enum gp_rc
gp_community_need(struct gp_desk *desk, const char *name, struct gp_community **ret, struct gp_err *err)
{
	GP_TRY(gp_community_find(desk->db, name, ret, err));
	if (*ret == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no community `%.40s`; see: guildpost community list", name);
	return GP_OK;
}

enum gp_rc
gp_check_zone(const char *name, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;

	return gp_zone_open(name, &zone, err);
}

enum gp_rc
gp_check_language(const char *tag, struct gp_err *err)
{
	size_t n = strspn(tag, "abcdefghijklmnopqrstuvwxyz");

	if (n < 2 || n > 3 || strlen(tag) > 12 || (tag[n] != '\0' && tag[n] != '-'))
		return gp_fail_as(err, 64, "5.5.4", "`%.20s` is no language; write a tag such as en, de or pt-br", tag);
	return GP_OK;
}
