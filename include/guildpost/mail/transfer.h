/* transfer.h - content transfer encodings, read as far as they make sense (RFC 2045 section 6).  Floor: mail. */
#pragma once
#include <stdbool.h>
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

struct gp_uu {
	size_t start, end; /* of the whole, from "begin" to behind "end", as offsets */
	const char *name; /* points into the octets */
	size_t name_n;
	int64_t size; /* octets, decoded */
};
/* Finds a file that stands uuencoded in text, at or behind from: "begin", an octal mode, a name; lines whose length fits
 * what they announce; "end". False when there is none. Linear over all calls that begin where the last find ended. */
bool gp_uu_find(const char *octets, size_t n, size_t from, struct gp_uu *ret_uu);
