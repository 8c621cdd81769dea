/* fit.h - one mail in the forms that servers take: as it was composed, with an ASCII header, or in 7 bits altogether.
 * Floor: wire. */
#pragma once
#include "guildpost/mail/seven.h"
#include "guildpost/wire/smarthost.h"

struct gp_fit {
	struct gp_composed mail; /* as it came from the outbox */
	struct gp_composed seven; /* made when a server first wants it, and kept for the next copies */
	struct gp_eight eight; /* of mail */
	enum gp_seven_form { GP_SEVEN_NONE, GP_SEVEN_HEAD, GP_SEVEN_ALL } made;
	bool address_lost; /* its header needs SMTPUTF8 to be whole */
};
void gp_fit_init(struct gp_fit *fit);
void gp_fit_release(struct gp_fit *fit);
/* mail has been loaded anew. PERM 5.6.0 when no server could take it: a line that cannot travel, a slot inside one. */
GP_MUST_CHECK enum gp_rc gp_fit_begin(struct gp_fit *fit, struct gp_err *err);
/* The form that fits. ret_mail is borrowed until the next call; it has 8-bit octets in its body (BODY=8BITMIME), in its
 * header (SMTPUTF8). PERM as gp_seven_make(). */
GP_MUST_CHECK enum gp_rc gp_fit_mail(struct gp_fit *fit, const struct gp_road_offer *offer,
    const struct gp_composed **ret_mail, bool *ret_eight, bool *ret_utf8, struct gp_err *err);
