/* Reports of delivery, in both forms. */
#include <stdint.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/dsn.h"
#include "guildpost/mail/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_free_str) char *text = gp_utf8_cleaned((const char *)octets, n, true, 65536);
	SCOPED(gp_reading_release) struct gp_reading reading;
	struct gp_dsn dsn = { (const char *)octets, n, text, "", text };

	gp_reading_init(&reading);
	free(reading.from_address);
	reading.from_address = gp_strdup("mailer-daemon@a.example");
	if (n > 0 && octets[0] % 2 == 0)
		dsn.status_n = 0;
	gp_dsn_read(&dsn, &reading);
	for (size_t i = 0; i < reading.bounce_count; i++)
		if (!gp_utf8_ok(reading.bounces[i].recipient, strlen(reading.bounces[i].recipient)))
			abort();
	return 0;
}
