/* message_hash.h - by what a message is known again.  Floor: mail, within. */
#pragma once
#include <stddef.h>
#include "guildpost/mail/field.h"
#include "guildpost/mail/reading.h"

/* Fills delivery_sha256 and body_sha256 of the reading. */
void gp_message_hash(const struct gp_fields *fields, const char *octets, size_t n, struct gp_reading *reading);
