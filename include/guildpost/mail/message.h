/* message.h - octets of a message to a reading.  Floor: mail.  The one home of libetpan's parser.
 * May crash or run away on hostile octets (LIBRARIES): call it in the reader child only, or offline (explain, import
 * through the reader). The pre-scan refuses beyond: depth 20, parts 500, header 1000 fields or 256 KiB (SEC-06); then
 * only the header is read and reading->refused says why. */
#pragma once
#include <stdint.h>
#include "guildpost/mail/reading.h"

/* octets: a whole message, CRLF or LF, without an mbox "From " line; borrowed.
 * received: seconds UTC, for a missing or absurd Date.  Always fills *ret; never fails on content. */
void gp_message_read(const void *octets, size_t n, int64_t received, struct gp_reading *ret_reading);
/* The same of octets that are the caller's own and may be written to meanwhile: a large message is then in memory once.
 * They are as they were when it returns. */
void gp_message_read_own(char *octets, size_t n, int64_t received, struct gp_reading *ret_reading);
