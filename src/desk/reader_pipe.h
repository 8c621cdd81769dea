/* reader_pipe.h - what the desk and its reader say to each other.  Floor: desk; for the two sides of the reader alone.
 * A request is its header and the message's octets, an answer its header and an encoded reading. Requests may come several
 * at once; the answers keep their order, and may be held back until nobody waits to be read. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define READER_FD     3
#define ANSWER_MAX    (256u << 20) /* octets */
#define EXIT_NO_START 71 /* EX_OSERR: the child could not set itself up */

struct request {
	uint64_t n;
	int64_t received;
};
struct answer {
	uint64_t n;
	uint64_t last; /* 1: the child has done its share and ends */
};

/* Octets that came along with what was asked for. */
struct inlet {
	char octets[65536];
	size_t from, to;
};
/* Into *to and *n what is still wanted: first what came before, then by one read(2), which may bring more than that.
 * Returns what that gave, and 1 when none was needed. */
ssize_t gp_inlet_read(int fd, struct inlet *inlet, char **to, size_t *n);

/* Takes n octets that were sent off the front of the parts; true when nothing is left. */
bool gp_parts_sent(struct iovec *parts, size_t count, size_t n);
