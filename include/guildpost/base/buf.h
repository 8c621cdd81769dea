/* buf.h - the one growable string; it has a ceiling.  Floor: base. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/err.h"

struct gp_buf {
	char *data; /* never NULL; data[len] is always NUL */
	size_t len, cap; /* octets; mail holds NULs, so trust len and not strlen() */
	size_t max; /* ceiling set at birth: no stranger's mail sizes our heap */
	bool full; /* sticky, like ferror(3): append freely, ask once */
};
extern char gp_buf_empty[1];
#define GP_BUF_INIT(limit)                                                                                             \
	{                                                                                                              \
		.data = gp_buf_empty, .max = (limit)                                                                   \
	}

void gp_buf_add(struct gp_buf *buf, const void *octets, size_t n);
void gp_buf_adds(struct gp_buf *buf, const char *s);
void gp_buf_addc(struct gp_buf *buf, char c);
void gp_buf_addf(struct gp_buf *buf, const char *fmt, ...) GP_PRINTF(2, 3);
/* About n octets will follow: room for them at once, so that they need not be moved time and again. */
void gp_buf_expect(struct gp_buf *buf, size_t n);
void gp_buf_clear(struct gp_buf *buf); /* keeps the memory */
void gp_buf_cut(struct gp_buf *buf, size_t len); /* shortens to len */
char *gp_buf_take(struct gp_buf *buf); /* caller frees; buf is empty again */
void gp_buf_release(struct gp_buf *buf);
