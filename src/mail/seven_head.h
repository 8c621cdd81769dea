/* seven_head.h - header fields with raw 8-bit octets, made ASCII. */
#pragma once
#include <stdbool.h>
#include "guildpost/base/buf.h"
#include "guildpost/mail/field.h"

/* Adds the field with its line end. False when an address was lost by it. */
bool gp_seven_field(struct gp_buf *out, const struct gp_field *field);
/* What raw 8-bit text is: "utf-8" where it is that, else "unknown-8bit" (RFC 1428). */
const char *gp_seven_charset(const char *octets, size_t n);
