/* scrub.h - a person taken out of a message: the addresses, the name, and of what they wrote themselves all of the
 * header that only tells of them (SUB-09).  Floor: mail.
 * Linear in the octets, and no library: part boundaries as they stand, down to 20 levels. What is signed breaks. */
#pragma once
#include <stdbool.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"

struct gp_scrub {
	const struct gp_strs *addresses; /* as gp_address_key() has them */
	const char *name; /* taken out where it has two words or more; "" for none */
	const char *instead; /* address that is put in place of each: "former-17@erased.invalid" */
	const char *instead_name; /* "former member" */
	bool own; /* the message is theirs: From becomes the above, and only what a thread needs stays in the header */
};
/* Adds the message without the person. False: nothing of them stands in it, and what was added is what it was. */
bool gp_scrub_message(const char *octets, size_t n, const struct gp_scrub *scrub, struct gp_buf *out);
/* Is one of the addresses in there as it stands? */
bool gp_scrub_finds(const char *octets, size_t n, const struct gp_scrub *scrub);
