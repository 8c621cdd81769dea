#include "guildpost/base/json.h"

/* Octets of the well-formed UTF-8 sequence at c, 0 when it is none. */
static size_t
utf8_length(const unsigned char *c)
{
	size_t n = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) || (*c == 0xf0 && c[1] < 0x90) ||
	    (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	return n;
}

/* What stands in a string as it is: printable ASCII but for the quote and the backslash. */
static const bool is_plain[256] = { [' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true };

void
gp_json_string(struct gp_buf *to, const char *value)
{
	const unsigned char *c = (const unsigned char *)value;
	size_t n;

	gp_buf_expect(to, strlen(value) + 2);
	gp_buf_addc(to, '"');
	while (*c != '\0') {
		for (n = 0; is_plain[c[n]]; n++)
			;
		gp_buf_add(to, c, n);
		c += n;
		if (*c == '\0')
			break;
		n = utf8_length(c);
		if (n == 0)
			gp_buf_adds(to, "\xef\xbf\xbd");
		else if (*c == '"' || *c == '\\')
			gp_buf_add(to, (const char[]){ '\\', (char)*c }, 2);
		else if (*c == '\n')
			gp_buf_adds(to, "\\n");
		else if (*c < 0x20 || *c == 0x7f)
			gp_buf_addf(to, "\\u%04x", *c);
		else
			gp_buf_add(to, c, n);
		c += n > 0 ? n : 1;
	}
	gp_buf_addc(to, '"');
}
