#include "guildpost/base/log.h"
#include <ctype.h>
#include <stdarg.h>
#include <unistd.h>

#include "guildpost/base/buf.h"

#define SECRET                                                                                                         \
	29 /* octets of a secret, of a bounce address, and how many of them a log shows (STANDARDS.md section 9) */
#define BOUNCE 31
#define SHOWN  6

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

/* How much of a secret in an address of ours is left out: who reads a log gains no right by it (SEC-02). c stands behind
 * the delimiter of "weavers+c1abc..."; 0 when no secret stands there. */
static size_t
secret_rest(const char *c)
{
	size_t n = 0;

	while (isalnum((unsigned char)c[n]))
		n++;
	return (n == SECRET || n == BOUNCE) && c[n] == '@' && isdigit((unsigned char)c[1]) ? n - SHOWN : 0;
}

/* Strangers wrote the values: what could end the line, or look like another key, is escaped. */
static void
add_value(struct gp_buf *line, const char *value)
{
	bool plain = *value != '\0' && strpbrk(value, " \"=") == NULL;
	size_t rest;

	if (!plain)
		gp_buf_addc(line, '"');
	for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
		if (*c < 0x20 || *c == 0x7f)
			gp_buf_addf(line, "\\x%02x", *c);
		else if (*c == '"' || *c == '\\')
			gp_buf_addf(line, "\\%c", *c);
		else
			gp_buf_addc(line, (char)*c);
		if ((*c == '+' || *c == '-') && (rest = secret_rest((const char *)c + 1)) > 0) {
			gp_buf_addf(line, "%.*s...", SHOWN, (const char *)c + 1);
			c += SHOWN + rest;
		}
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
