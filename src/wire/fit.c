#include "wire/fit.h"

void
gp_fit_init(struct gp_fit *fit)
{
	*fit = (struct gp_fit){ .made = GP_SEVEN_NONE };
	gp_composed_init(&fit->mail);
	gp_composed_init(&fit->seven);
}

void
gp_fit_release(struct gp_fit *fit)
{
	gp_composed_release(&fit->mail);
	gp_composed_release(&fit->seven);
}

static enum gp_rc
make(struct gp_fit *fit, enum gp_seven_form form, struct gp_err *err)
{
	if (fit->made == form)
		return GP_OK;
	gp_composed_release(&fit->seven);
	gp_composed_init(&fit->seven);
	fit->made = GP_SEVEN_NONE;
	GP_TRY(gp_seven_make(&fit->mail, form == GP_SEVEN_ALL, &fit->seven, &fit->address_lost, err));
	fit->made = form;
	return GP_OK;
}

/* Slots stand between whole lines, and what is between them can travel: else it is not for any server. */
static bool
is_whole(const struct gp_composed *mail)
{
	bool eight;

	for (size_t i = 0; i < mail->slot_count; i++) {
		size_t at = mail->slots[i].offset;

		if (at > 0 && mail->octets.data[at - 1] != '\n')
			return false;
	}
	return mail->octets.len > 0 && gp_octets_travel(mail->octets.data, mail->octets.len, &eight);
}

enum gp_rc
gp_fit_begin(struct gp_fit *fit, struct gp_err *err)
{
	fit->made = GP_SEVEN_NONE;
	fit->address_lost = false;
	if (!is_whole(&fit->mail))
		return gp_fail(
		    err, "5.6.0", "it holds a line that cannot travel (a bare CR or LF, a NUL, over 998 octets)");
	gp_eight_look(&fit->mail, &fit->eight);
	return fit->eight.head ? make(fit, GP_SEVEN_HEAD, err) : GP_OK;
}

/* A raw header goes out as it is only where an address in it would be lost else: to say SMTPUTF8 for the sake of a
 * subject would make the mail undeliverable at every server down the road that does not know it. */
enum gp_rc
gp_fit_mail(struct gp_fit *fit, const struct gp_road_offer *offer, const struct gp_composed **ret_mail, bool *ret_eight,
    bool *ret_utf8, struct gp_err *err)
{
	bool raw_head = fit->eight.head && fit->address_lost && offer->utf8;

	*ret_mail = &fit->mail;
	*ret_utf8 = raw_head;
	*ret_eight = (fit->eight.body || raw_head) && offer->eight;
	if (fit->eight.body && !offer->eight) {
		GP_TRY(make(fit, GP_SEVEN_ALL, err));
		*ret_mail = &fit->seven;
	} else if (fit->eight.head && !raw_head) {
		GP_TRY(make(fit, GP_SEVEN_HEAD, err));
		*ret_mail = &fit->seven;
	}
	return GP_OK;
}
