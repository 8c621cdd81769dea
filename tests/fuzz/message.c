/* A message of a stranger through the pre-scan and the parser, and the reading that carries it to the desk. */
#include "fuzz.h"

#include "guildpost/guild/classify.h"
#include "guildpost/mail/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_reading_release) struct gp_reading reading, again = { 0 };
	SCOPED(gp_buf_release) struct gp_buf encoded = GP_BUF_INIT(64u << 20);
	const struct gp_envelope envelope = { "a@b.example", "weavers@lists.example.org", "",
		"weavers.lists.example.org" };
	struct gp_err err;
	const char *why;

	gp_message_read(octets, n, 0, &reading);
	(void)gp_classify(&reading, &envelope, &why);
	gp_reading_encode(&reading, &encoded);
	if (gp_reading_decode(encoded.data, encoded.len, &again, &err) != GP_OK)
		abort(); /* what is written reads back, and is clean */
	return 0;
}
