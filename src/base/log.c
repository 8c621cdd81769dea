#include "guildpost/base/log.h"
#include <stdarg.h>
#include <unistd.h>

#include "guildpost/base/buf.h"

static enum gp_level threshold = GP_LOG_INFO;

void
gp_log_level(enum gp_level level)
{
	threshold = level;
}

bool
gp_log_wants(enum gp_level level)
{
	return level <= threshold;
}

/* Strangers wrote the values: what could end the line, or look like another key, is escaped. */
static void
add_value(struct gp_buf *line, const char *value)
{
	bool plain = *value != '\0' && strpbrk(value, " \"=") == NULL;

	if (!plain)
		gp_buf_addc(line, '"');
	for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
		if (*c < 0x20 || *c == 0x7f)
			gp_buf_addf(line, "\\x%02x", *c);
		else if (*c == '"' || *c == '\\')
			gp_buf_addf(line, "\\%c", *c);
		else
			gp_buf_addc(line, (char)*c);
	}
	if (!plain)
		gp_buf_addc(line, '"');
}

void
gp_log(enum gp_level level, const char *event, ...)
{
	SCOPED(gp_buf_release) struct gp_buf line = GP_BUF_INIT(8192);
	const char *key, *value;
	va_list ap;

	if (!gp_log_wants(level))
		return;
	gp_buf_adds(&line, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL)
			continue;
		gp_buf_addf(&line, " %s=", key);
		add_value(&line, value);
	}
	va_end(ap);
	gp_buf_addc(&line, '\n');
	/* One write, so that lines of several processes do not mix. A log that cannot be written stops nothing. */
	if (write(STDERR_FILENO, line.data, line.len) < 0)
		return;
}

const char *
gp_log_int(int64_t n)
{
	static _Thread_local char ring[8][24];
	static _Thread_local unsigned next;
	char *slot = ring[next++ % 8];

	(void)snprintf(slot, sizeof(ring[0]), "%lld", (long long)n);
	return slot;
}
