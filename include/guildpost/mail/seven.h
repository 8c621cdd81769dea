/* seven.h - a composed mail made to fit servers that do not take 8 bits (RFC 6152 section 3, SND-09).  Floor: mail.
 * Headers become ASCII (RFC 2047, RFC 2231); 8-bit parts become quoted-printable or base64, each for itself, inside
 * multiparts and attached messages too. What is signed as it stands (multipart/signed) keeps its octets: recoded, its
 * signature would be worth nothing, and nearly every server takes it as it is. */
#pragma once
#include <stdbool.h>
#include "guildpost/mail/compose.h"

/* What there is to fit. */
struct gp_eight {
	bool head; /* the header has 8-bit octets: of use only with SMTPUTF8 (RFC 6531) */
	bool body;
};
void gp_eight_look(const struct gp_composed *composed, struct gp_eight *ret);

/* body false: only the header is made ASCII, which every server wants that was not told SMTPUTF8.
 *   ret_composed      initialised and empty; slots stand where they stood
 *   ret_address_lost  a mailbox with an address that is not ASCII became a bare group (RFC 6854): SMTPUTF8 would carry it
 * PERM 5.6.3 when a slot stands inside a part that must be recoded; 5.3.4 when it grows too large. */
GP_MUST_CHECK enum gp_rc gp_seven_make(const struct gp_composed *composed, bool body, struct gp_composed *ret_composed,
    bool *ret_address_lost, struct gp_err *err);
