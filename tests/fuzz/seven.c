/* Mail made to fit servers that take 7 bits: but for what is signed, no octet beyond ASCII is left. */
#include <stdint.h>
#include <string.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/seven.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_composed_release) struct gp_composed in;
	SCOPED(gp_composed_release) struct gp_composed out;
	struct gp_eight eight;
	struct gp_err err;
	bool lost;

	gp_composed_init(&in);
	gp_composed_init(&out);
	gp_buf_add(&in.octets, octets, n);
	if (gp_seven_make(&in, true, &out, &lost, &err) != GP_OK)
		return 0;
	gp_eight_look(&out, &eight);
	if (eight.head || (eight.body && strcasestr(in.octets.data, "signed") == NULL && strlen(in.octets.data) == n))
		__builtin_trap();
	return 0;
}
