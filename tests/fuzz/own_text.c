/* Own text, first line, excerpt. */
#include "fuzz.h"

#include "guildpost/mail/excerpt.h"
#include "guildpost/mail/own_text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_free_str) char *text = as_text(octets, n), *own = gp_own_text(text), *line = gp_first_line(own);
	SCOPED(gp_free_str) char *excerpt = gp_excerpt(own, gp_asks(own));

	must_be_clean(own, true);
	must_be_clean(line, false);
	must_be_clean(excerpt, true);
	if (strlen(own) > strlen(text) + 1)
		abort(); /* nothing is added to what they wrote */
	return 0;
}
