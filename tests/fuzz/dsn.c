/* Reports of delivery: a message/delivery-status, a line of "%%", and what is said to people. */
#include "fuzz.h"

#include "guildpost/mail/address.h"
#include "guildpost/mail/dsn.h"

static bool
is_verdict(const char *word)
{
	static const char *const words[] = { "permanent", "temporary", "policy", "ignore" };

	for (size_t i = 0; i < GP_COUNT(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	const uint8_t *rest;
	size_t rest_n, status_n = divided(octets, n, &rest, &rest_n);
	SCOPED(gp_free_str) char *text = rest_n > 0 ? as_text(rest, rest_n) : as_text(octets, n);
	SCOPED(gp_free_str) char *line = gp_strndup(text, strcspn(text, "\n"));
	SCOPED(gp_reading_release) struct gp_reading reading;
	struct gp_dsn dsn = { .status = (const char *)octets,
		.status_n = rest_n > 0 || n % 2 == 0 ? status_n : 0,
		.text = text,
		.failed = n % 5 == 0 ? line : "",
		.returned = line,
		.inner = (const char *)octets,
		.inner_n = status_n };

	gp_reading_init(&reading);
	free(reading.from_address);
	reading.from_address = gp_strdup("mailer-daemon@a.example");
	free(reading.subject);
	reading.subject = gp_utf8_cleaned(line, strlen(line), false, 200);
	gp_dsn_read(&dsn, &reading);
	if (reading.bounce_count > GP_BOUNCES_MAX)
		abort();
	for (size_t i = 0; i < reading.bounce_count; i++) {
		const struct gp_bounced *row = &reading.bounces[i];

		must_be_clean(row->recipient, false);
		must_be_clean(row->status, false);
		if (!is_verdict(row->verdict) || (*row->recipient != '\0' && !gp_address_ok(row->recipient)))
			abort();
	}
	return 0;
}
