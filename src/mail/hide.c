#include "guildpost/mail/hide.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* What may stand in a local part without quotes (RFC 5322 section 3.2.3), and all of RFC 6532. */
static bool
is_local(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

void
gp_hide_addresses(struct gp_buf *out, const char *text)
{
	size_t begin = out->len;

	for (const char *c = text; *c != '\0'; c++) {
		bool address = *c == '@' &&
			       (isalnum((unsigned char)c[1]) || (unsigned char)c[1] >= 0x80 || c[1] == '[');
		size_t before = out->len;

		while (address && out->len > begin && is_local((unsigned char)out->data[out->len - 1]))
			out->data[--out->len] = '\0';
		/* Behind a closing quote the local part is what it quotes; a bare "@name" hides nobody. */
		if (address && out->len == before && out->len > begin && out->data[out->len - 1] == '"') {
			out->data[--out->len] = '\0';
			while (out->len > begin && out->data[out->len - 1] != '"' && out->data[out->len - 1] != '\n')
				out->data[--out->len] = '\0';
			if (out->len > begin && out->data[out->len - 1] == '"')
				out->data[--out->len] = '\0';
		}
		if (out->len < before)
			gp_buf_adds(out, "...");
		gp_buf_addc(out, *c);
	}
}
