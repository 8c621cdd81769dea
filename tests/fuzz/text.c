/* HTML to text, own text, first line, excerpt. */
#include <stdint.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/excerpt.h"
#include "guildpost/mail/html.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(8u << 20);
	SCOPED(gp_free_str) char *own = NULL, *line = NULL, *excerpt = NULL;

	if (n > 0 && octets[0] % 2 == 0)
		gp_html_text(&text, (const char *)octets + 1, n - 1, octets[0] % 4 == 0);
	else
		gp_utf8_clean(&text, (const char *)octets, n, true);
	if (!gp_utf8_ok(text.data, text.len))
		abort();
	own = gp_own_text(text.data);
	line = gp_first_line(own);
	excerpt = gp_excerpt(own, gp_asks(own));
	if (!gp_utf8_ok(own, strlen(own)) || !gp_utf8_ok(line, strlen(line)) || !gp_utf8_ok(excerpt, strlen(excerpt)))
		abort();
	return 0;
}
