/* head.h - the fields of a message's own header into a reading. */
#pragma once
#include "guildpost/mail/field.h"
#include "guildpost/mail/reading.h"

/* charset: of raw 8-bit text in fields. Needs reading->body_sha256 (for a made message-id). */
void gp_head_read(const struct gp_fields *fields, const char *charset, int64_t received, struct gp_reading *reading);
/* True for fields that the receiving MTA adds and that a second delivery has otherwise (DESIGN.md rule 11). */
bool gp_head_is_trace(const struct gp_field *field);
