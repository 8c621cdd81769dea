/* authres.h - is the From what it says? Read from Authentication-Results (RFC 8601; LST-14).  Floor: guild.  Pure. */
#pragma once
#include "guildpost/mail/reading.h"

enum gp_proof {
	GP_PROOF_NONE, /* nobody whom we trust says anything */
	GP_PROOF_PASS, /* dmarc=pass for the From domain, or a DKIM signature aligned with it */
	GP_PROOF_FAIL, /* dmarc=fail for the From domain */
};
/* values: of the fields that stand above the first Received, in order, whole with comments and folds.
 * authserv_ids: trusted, space-separated; "" : nothing is authenticated. from_domain: of the one author.
 * Only fields that begin with a trusted id are read; a pass in any of them wins over a fail. */
enum gp_proof gp_authres_read(const struct gp_strs *values, const char *authserv_ids, const char *from_domain);
