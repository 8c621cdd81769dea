/* connect.h - a stream to "HOST:PORT", "[v6]:PORT" or "unix:PATH", within a deadline.  Floor: wire. */
#pragma once
#include <stdint.h>

/* A connected descriptor, non-blocking and closed on exec; caller closes. -1 with errno, ENODATA: no such name. deadline: gp_clock_mono_ms(). */
int gp_connect(const char *where, int64_t deadline);
/* Waits until fd is ready for events (poll(2)) or the deadline has come: 1 or 0. A signal only sets a flag for later. */
int gp_wait_fd(int fd, short events, int64_t deadline);
