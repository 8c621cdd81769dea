#include "guildpost/base/buf.h"
#include <stdarg.h>
#include "guildpost/base/mem.h"

char gp_buf_empty[1];

static void
grow(struct gp_buf *buf, size_t need)
{
	size_t cap = buf->cap > 0 ? buf->cap : 64;

	while (cap < need)
		cap *= 2;
	if (cap == buf->cap)
		return;
	buf->data = gp_grow(buf->cap > 0 ? buf->data : NULL, cap);
	buf->data[buf->len] = '\0';
	buf->cap = cap;
}

static bool
reserve(struct gp_buf *buf, size_t n)
{
	if (buf->full || n > buf->max - buf->len) {
		buf->full = true;
		return false;
	}
	grow(buf, buf->len + n + 1);
	return true;
}

void
gp_buf_expect(struct gp_buf *buf, size_t n)
{
	if (n > 0 && !buf->full)
		grow(buf, buf->len + (n < buf->max - buf->len ? n : buf->max - buf->len) + 1);
}

void
gp_buf_add(struct gp_buf *buf, const void *octets, size_t n)
{
	if (!reserve(buf, n))
		return;
	if (n > 0)
		memcpy(buf->data + buf->len, octets, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
}

void
gp_buf_adds(struct gp_buf *buf, const char *s)
{
	gp_buf_add(buf, s, strlen(s));
}

void
gp_buf_addc(struct gp_buf *buf, char c)
{
	if (buf->full || buf->len + 1 >= buf->cap || buf->len >= buf->max) {
		gp_buf_add(buf, &c, 1);
		return;
	}
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}

void
gp_buf_addf(struct gp_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		buf->full = true;
		return;
	}
	if (!reserve(buf, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)n;
}

void
gp_buf_clear(struct gp_buf *buf)
{
	gp_buf_cut(buf, 0);
	buf->full = false;
}

void
gp_buf_cut(struct gp_buf *buf, size_t len)
{
	if (len > buf->len || buf->cap == 0)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

char *
gp_buf_take(struct gp_buf *buf)
{
	char *out = buf->cap > 0 ? buf->data : gp_strdup("");

	*buf = (struct gp_buf)GP_BUF_INIT(buf->max);
	return out;
}

void
gp_buf_release(struct gp_buf *buf)
{
	if (buf->cap > 0)
		free(buf->data);
	*buf = (struct gp_buf)GP_BUF_INIT(buf->max);
}
