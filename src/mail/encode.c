#include "guildpost/mail/compose.h"

#define QP_LINE 75

/* What quoted-printable must write as =XX: controls, "=", 8 bit, and what relays or mbox would touch at a line's start. */
static bool
must_quote(const char *text, size_t n, size_t i, bool line_start)
{
	unsigned char c = (unsigned char)text[i];
	bool line_end = i + 1 == n || text[i + 1] == '\n' || (text[i + 1] == '\r' && i + 2 < n && text[i + 2] == '\n');

	if (c == ' ' || c == '\t')
		return line_end;
	if (c < 0x21 || c > 0x7e || c == '=')
		return true;
	if (line_start && c == '.')
		return true;
	return line_start && c == 'F' && n - i >= 5 && text[i + 1] == 'r' && text[i + 2] == 'o' && text[i + 3] == 'm' &&
	       text[i + 4] == ' ';
}

void
gp_encode_qp(struct gp_buf *out, const char *text, size_t n)
{
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		bool quote, line_start = column == 0;

		if (text[i] == '\r' && i + 1 < n && text[i + 1] == '\n')
			continue;
		if (text[i] == '\n') {
			gp_buf_adds(out, "\r\n");
			column = 0;
			continue;
		}
		quote = must_quote(text, n, i, line_start);
		if (column + (quote ? 3 : 1) > QP_LINE) {
			gp_buf_adds(out, "=\r\n");
			column = 0;
			quote = must_quote(text, n, i, true);
		}
		if (quote)
			gp_buf_addf(out, "=%02X", (unsigned char)text[i]);
		else
			gp_buf_addc(out, text[i]);
		column += quote ? 3 : 1;
	}
	if (column > 0)
		gp_buf_adds(out, "\r\n");
}

void
gp_encode_base64(struct gp_buf *out, const void *octets, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = octets;
	char group[4];

	for (size_t i = 0; i < n; i += 3) {
		unsigned long bits = (unsigned long)in[i] << 16;

		bits |= i + 1 < n ? (unsigned long)in[i + 1] << 8 : 0;
		bits |= i + 2 < n ? (unsigned long)in[i + 2] : 0;
		group[0] = digits[bits >> 18];
		group[1] = digits[bits >> 12 & 63];
		group[2] = i + 1 < n ? digits[bits >> 6 & 63] : '=';
		group[3] = i + 2 < n ? digits[bits & 63] : '=';
		gp_buf_add(out, group, 4);
		if (i % 57 == 54 && i + 3 < n)
			gp_buf_adds(out, "\r\n");
	}
	gp_buf_adds(out, "\r\n");
}
