#include "guildpost/mail/html.h"

void
gp_html_text(struct gp_buf *out, const char *html, size_t n, bool links)
{
	bool tag = false;

	(void)links;
	for (size_t i = 0; i < n && i < GP_HTML_MAX; i++) {
		tag = html[i] == '<' || (tag && html[i] != '>');
		if (!tag && html[i] != '>' && html[i] != '\0')
			gp_buf_addc(out, html[i]);
	}
}
