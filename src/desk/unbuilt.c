/* unbuilt.c - stands in for what other files of this floor will bring; weak, and gone when they are there. */
#include "guildpost/desk/invite.h"

__attribute__((weak)) enum gp_rc
gp_rsvp_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	(void)desk, (void)arrival, (void)err;
	*ret_taken = false;
	return GP_OK;
}
