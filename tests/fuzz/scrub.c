/* A person taken out of a message: nothing of them is left that was found, and twice is once (SUB-09). The first octet
 * says whether it is their own; then names and address as they are, or those that the octets bring. */
#include "fuzz.h"

#include "guildpost/mail/scrub.h"

#define INSTEAD "former-7@erased.invalid"
#define LARGEST (1u << 20)

static void
must_settle(const struct gp_buf *once, const struct gp_scrub *scrub)
{
	SCOPED(gp_buf_release) struct gp_buf twice = GP_BUF_INIT(LARGEST);

	if (once->full || gp_scrub_finds(once->data, once->len, scrub))
		abort();
	(void)gp_scrub_message(once->data, once->len, scrub, &twice);
	if (twice.full || gp_scrub_finds(twice.data, twice.len, scrub))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(LARGEST);
	SCOPED(gp_strs_release) struct gp_strs addresses = { 0 };
	struct gp_scrub scrub = {
		.addresses = &addresses, .name = "Ann Lee", .instead = INSTEAD, .instead_name = "former member"
	};
	bool found;

	if (n == 0)
		return 0;
	scrub.own = (octets[0] & 1) != 0;
	gp_strs_add(&addresses, "ann@a.example");
	gp_strs_add(&addresses, "ann.lee@work.example");
	found = gp_scrub_message((const char *)octets + 1, n - 1, &scrub, &out);
	if (!found && (out.len != n - 1 || memcmp(out.data, octets + 1, n - 1) != 0))
		abort(); /* a message without the person stays, octet for octet */
	if (found)
		must_settle(&out, &scrub);
	return 0;
}
