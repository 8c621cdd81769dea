/* mem.h - memory that is there or the process is not.  Floor: base.
 * Out of memory aborts: nothing is acknowledged before its commit, so the peer still holds it. */
#pragma once
#include <stddef.h>

void *gp_new(size_t size); /* zeroed; caller frees */
void *gp_new_array(size_t count, size_t size); /* zeroed; aborts when count * size overflows */
char *gp_strdup(const char *s); /* NULL stays NULL */
char *gp_strndup(const char *s, size_t n);
void *gp_memdup(const void *p, size_t n);
void *gp_grow(void *p, size_t size); /* realloc that does not fail */
char *gp_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* caller frees */
void gp_free_str(char **s); /* for SCOPED; leaves NULL */
void gp_free_ptr(void *p); /* for SCOPED on any pointer: void *p is its address */

/* For a process that does the same again and again: free(3) keeps up to 8 MiB for the next time, instead of giving each
 * large piece back to the kernel and asking for it anew. */
void gp_mem_keep(void);
/* For a command that lives for a moment: so many octets of the heap at once, where each page would come by an interruption of
 * its own, which takes ten times as long. Nothing depends on it. */
void gp_mem_ready(size_t octets);

/* A growing list of owned strings. Zeroed is empty. */
struct gp_strs {
	char **v; /* v[count] is not set; strings are never NULL */
	size_t count, cap;
};
void gp_strs_add(struct gp_strs *list, const char *s); /* copies */
void gp_strs_release(struct gp_strs *list);
