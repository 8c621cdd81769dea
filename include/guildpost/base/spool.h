/* spool.h - octets that may grow large: in memory while they are few, then in a file without a name.  Floor: base. */
#pragma once
#include <stddef.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

struct gp_spool {
	struct gp_buf memory; /* all octets while fd is -1, else those not yet written to it */
	size_t size; /* octets in all */
	size_t threshold; /* octets above which they go to the file; may be lowered at any time */
	const char *folder; /* where the file is made; borrowed */
	int fd; /* -1: in memory. The file has no name: it is gone with the process */
};
#define GP_SPOOL_INIT(where, octets)                                                                                   \
	{                                                                                                              \
		.memory = GP_BUF_INIT((octets) + (1u << 20)), .threshold = (octets), .folder = (where), .fd = -1       \
	}

/* TEMP 4.3.1 the disk is full; TEMP 4.3.0 exit 74 the file cannot be made or written. */
GP_MUST_CHECK enum gp_rc gp_spool_add(struct gp_spool *spool, const void *octets, size_t n, struct gp_err *err);
/* To be called once before the octets are read from fd: nothing is left in memory when there is a file. */
GP_MUST_CHECK enum gp_rc gp_spool_flush(struct gp_spool *spool, struct gp_err *err);
void gp_spool_release(struct gp_spool *spool); /* empty again, as after GP_SPOOL_INIT */
