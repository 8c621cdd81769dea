/* address.h - addr-spec, strictly.  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/err.h"

#define GP_ADDRESS_MAX 320 /* octets with NUL: 64 @ 255 */

/* True for an addr-spec that may stand in an envelope: dot-atom or quoted local part, a domain of letters, digits,
 * hyphens and dots (A-labels) or an address literal; no controls, no space outside quotes; at most 64 @ 255. */
bool gp_address_ok(const char *address);
/* What is compared (SUB-06): local part folded to lower case, domain as lower-case A-label (UTS 46, libidn2).
 * PERM 5.1.3 exit 64 when it is no address. */
GP_MUST_CHECK enum gp_rc gp_address_key(const char *address, char ret_key[GP_ADDRESS_MAX], struct gp_err *err);
const char *gp_address_domain(const char *address); /* behind the last "@"; "" when none; borrowed */
