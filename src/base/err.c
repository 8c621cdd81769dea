#include "guildpost/base/err.h"
#include <stdarg.h>

static enum gp_rc
fill(struct gp_err *err, int sysexit, const char *status, const char *fmt, va_list ap)
{
	(void)snprintf(err->status, sizeof(err->status), "%s", status);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	err->detail[0] = '\0';
	err->sysexit = sysexit;
	return status[0] == '5' ? GP_PERM : GP_TEMP;
}

enum gp_rc
gp_fail(struct gp_err *err, const char *status, const char *fmt, ...)
{
	va_list ap;
	enum gp_rc rc;

	va_start(ap, fmt);
	rc = fill(err, 0, status, fmt, ap);
	va_end(ap);
	return rc;
}

enum gp_rc
gp_fail_as(struct gp_err *err, int sysexit, const char *status, const char *fmt, ...)
{
	va_list ap;
	enum gp_rc rc;

	va_start(ap, fmt);
	rc = fill(err, sysexit, status, fmt, ap);
	va_end(ap);
	return rc;
}

enum gp_rc
gp_err_detail(struct gp_err *err, enum gp_rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
	return rc;
}
