/* What a child that strangers have taken over may write on the pipe. */
#include "fuzz.h"

#include "guildpost/mail/reading.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const char magic[] = "guildpost reading 1\n";
	SCOPED(gp_reading_release) struct gp_reading reading = { 0 };
	SCOPED(gp_buf_release) struct gp_buf in = GP_BUF_INIT(64u << 20);
	struct gp_err err;

	gp_buf_adds(&in, magic); /* so that the fuzzer need not find it */
	gp_buf_add(&in, octets, n);
	if (gp_reading_decode(in.data, in.len, &reading, &err) != GP_OK)
		reading = (struct gp_reading){ 0 };
	return 0;
}
