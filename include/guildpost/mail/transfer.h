/* transfer.h - content transfer encodings, read as far as they make sense (RFC 2045 section 6).  Floor: mail. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"

/* Appends what base64 or quoted-printable says; characters that belong to neither are passed over or kept, never an
 * error. Stops when out is full. */
void gp_decode_base64(struct gp_buf *out, const char *octets, size_t n);
void gp_decode_qp(struct gp_buf *out, const char *octets, size_t n);
/* By name ("base64", "quoted-printable", "x-uuencode", anything else as it is). */
void gp_decode_transfer(struct gp_buf *out, const char *encoding, const char *octets, size_t n);
/* How many octets gp_decode_transfer would make of all of it; nothing is allocated. */
int64_t gp_decoded_size(const char *encoding, const char *octets, size_t n);
