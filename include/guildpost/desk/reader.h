/* reader.h - the child that reads strangers' octets: it owns nothing, has limits, and may die.  Floor: desk.
 * It is this program run as `guildpost reader` over a socketpair: CPU, memory and time limits, no network, no database
 * (seccomp), recycled after 5000 messages and after 30 idle seconds. */
#pragma once
#include <stdint.h>
#include "guildpost/mail/reading.h"

struct gp_reader;
/* program: path of our binary. Starts nothing yet. */
struct gp_reader *gp_reader_new(const char *program);
void gp_reader_free(struct gp_reader **reader);

/* Sends the octets, waits at most 20 s. GP_OK and *ret filled; or the child died or was killed:
 * PERM 5.6.0 by a fault or a limit of its own (SIGSEGV, SIGXCPU, memory, time-out: a strike), TEMP 4.3.0 by anything else
 * (SIGKILL, SIGTERM, cannot start). It is started anew at the next call. */
GP_MUST_CHECK enum gp_rc gp_reader_read(struct gp_reader *reader, const void *octets, size_t n, int64_t received,
    struct gp_reading *ret_reading, struct gp_err *err);

/* One of several messages: what is asked (borrowed), and what gp_reader_read() says of it. */
struct gp_reader_job {
	const void *octets;
	size_t n;
	int64_t received;
	struct gp_reading reading; /* caller releases */
	enum gp_rc rc;
	struct gp_err err;
};
/* Reads them all. Small ones that stand together travel in one go, which costs a fraction of a turn each; when the child
 * dies on such a parcel, its messages are read one by one, so that the blame falls on the right one. */
void gp_reader_read_all(struct gp_reader *reader, struct gp_reader_job *jobs, size_t count);
#define GP_READER_PARCEL 163840 /* octets of messages that travel in one go */
/* Ends an idle child; call it now and then. */
void gp_reader_rest(struct gp_reader *reader);
/* The child's main: reads requests on descriptor 3 until it is closed. Returns an exit status. */
int gp_reader_main(void);
