#include "guildpost/desk/note.h"

#include <stdarg.h>

#include "guildpost/base/json.h"
#include "guildpost/store/ledger.h"

enum gp_rc
gp_note(struct gp_desk *desk, const struct gp_note *note, struct gp_err *err, ...)
{
	SCOPED(gp_buf_release) struct gp_buf payload = GP_BUF_INIT(64 * 1024);
	const char *key, *value;
	va_list ap;

	va_start(ap, err);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL)
			continue;
		gp_buf_addc(&payload, payload.len == 0 ? '{' : ',');
		gp_json_string(&payload, key);
		gp_buf_addc(&payload, ':');
		gp_json_string(&payload, value);
	}
	va_end(ap);
	if (payload.len > 0)
		gp_buf_addc(&payload, '}');
	return gp_ledger_add(
	    desk->db, note->now, note->community_id, note->space_id, note->actor, note->act, payload.data, err);
}

void
gp_actor(int64_t member_id, char out[GP_ACTOR_SIZE])
{
	(void)snprintf(out, GP_ACTOR_SIZE, "member:%lld", (long long)member_id);
}
