/* splice.h - between libesmtp and the link: the library believes that it has a socket.  Floor: wire.
 * connect, read, write and poll of the library's one descriptor end here (they are defined in this program and so bind
 * before libc's; every other descriptor goes through to libc). The library meets an even-tempered server that greets,
 * offers PIPELINING, takes MAIL at once and never leaves: what the real one does is written down in the transfer. So it
 * cannot crash on 421 or a lost connection, and MAIL, RCPT and DATA travel together (LIBRARIES sections 0 and 2).
 * No port is opened and no process stands between: nobody else on the machine can relay through it. It is global, so a
 * worker is one thread, and a process that may die: it owes nothing but its slice. */
#pragma once
#include <stdbool.h>
#include "wire/link.h"

/* From the next connect() of this process on, until gp_splice_end(). One at a time. */
void gp_splice_begin(struct gp_link *link);
void gp_splice_end(void);
/* Whose octets go out behind the next DATA, dots doubled, in the place of what the library sends: it reads a message octet by
 * octet, thrice as slowly as all else is, and takes fields out and puts others in. Borrowed until the reply to its final dot.
 * copy->utf8: the next MAIL says SMTPUTF8 (RFC 6531 section 3.4), which the library does not know. */
void gp_splice_message(const struct gp_copy *copy);
/* What the server has said so far to the transaction at hand, for its n-th recipient. */
void gp_splice_transfer(size_t n, struct gp_transfer *ret);
/* MAIL commands that the library has given since gp_splice_begin(). */
int gp_splice_transactions(void);
