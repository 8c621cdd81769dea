#include "guildpost/base/mem.h"
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void *
gp_new(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

void *
gp_new_array(size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		abort();
	return gp_new(count * size);
}

char *
gp_strdup(const char *s)
{
	return s == NULL ? NULL : gp_memdup(s, strlen(s) + 1);
}

char *
gp_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = gp_grow(NULL, len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void *
gp_memdup(const void *p, size_t n)
{
	void *copy = gp_grow(NULL, n);

	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

void *
gp_grow(void *p, size_t size)
{
	void *grown = realloc(p, size > 0 ? size : 1);

	if (grown == NULL)
		abort();
	return grown;
}

char *
gp_printf(const char *fmt, ...)
{
	va_list ap;
	char *out;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&out, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	return out;
}

void
gp_free_str(char **s)
{
	free(*s);
	*s = NULL;
}

void
gp_free_ptr(void *p)
{
	void **pointer = p;

	free(*pointer);
	*pointer = NULL;
}

void
gp_mem_keep(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

void
gp_mem_ready(size_t octets)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin, end;
	void *room;

	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20); /* what is large comes from the heap too */
	(void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
	room = gp_grow(NULL, octets); /* at the end of the heap, which grows for it */
	begin = (uintptr_t)room & ~(page - 1);
	end = (uintptr_t)sbrk(0) & ~(page - 1);
	if (begin < end && end - begin < 2 * octets) /* a sanitizer has its heap elsewhere */
		(void)madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
	free(room);
}

void
gp_strs_add(struct gp_strs *list, const char *s)
{
	if (list->count == list->cap) {
		list->cap = list->cap > 0 ? list->cap * 2 : 8;
		list->v = gp_grow(list->v, list->cap * sizeof(*list->v));
	}
	list->v[list->count++] = gp_strdup(s);
}

void
gp_strs_release(struct gp_strs *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct gp_strs){ 0 };
}
