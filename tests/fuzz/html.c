/* HTML to text, both ways. */
#include "fuzz.h"

#include "guildpost/mail/html.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	for (int links = 0; links < 2; links++) {
		SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(8u << 20);

		gp_html_text(&text, (const char *)octets, n, links);
		must_be_clean(text.data, true);
		if (strlen(text.data) != text.len)
			abort();
	}
	return 0;
}
