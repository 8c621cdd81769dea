#include "guildpost/desk/note.h"

#include <stdarg.h>

#include "guildpost/base/buf.h"
#include "guildpost/store/ledger.h"

/* Values are valid UTF-8 already (mail/reading.h, the command line); only what JSON forbids is escaped. */
static void
add_string(struct gp_buf *out, const char *value)
{
	gp_buf_addc(out, '"');
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			gp_buf_addf(out, "\\%c", *value);
		else if ((unsigned char)*value < 0x20)
			gp_buf_addf(out, "\\u%04x", *value);
		else
			gp_buf_addc(out, *value);
	}
	gp_buf_addc(out, '"');
}

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
		add_string(&payload, key);
		gp_buf_addc(&payload, ':');
		add_string(&payload, value);
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
