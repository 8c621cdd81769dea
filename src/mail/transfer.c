#include "guildpost/mail/transfer.h"

#include <ctype.h>
#include <strings.h>

/* 0 to 63 of the letters of base64; 64 the padding; 65 what belongs to neither. */
static const unsigned char *
digits64(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	static unsigned char table[256];

	if (table[0] == 0) {
		memset(table, 65, sizeof(table));
		for (size_t i = 0; letters[i] != '\0'; i++)
			table[(unsigned char)letters[i]] = (unsigned char)i;
	}
	return table;
}

void
gp_decode_base64(struct gp_buf *out, const char *octets, size_t n)
{
	const unsigned char *digits = digits64();
	char chunk[768];
	size_t filled = 0;
	unsigned bits = 0;
	int held = 0;

	for (size_t i = 0; i < n && !out->full; i++) {
		unsigned char digit = digits[(unsigned char)octets[i]];

		if (digit == 64)
			held = 0; /* padding ends a run; some senders join several runs */
		if (digit >= 64)
			continue;
		bits = (bits << 6 | digit) & 0xffffff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		chunk[filled++] = (char)(bits >> held & 0xff);
		if (filled == sizeof(chunk)) {
			gp_buf_add(out, chunk, filled < out->max - out->len ? filled : out->max - out->len);
			out->full = out->full || out->len == out->max;
			filled = 0;
		}
	}
	gp_buf_add(out, chunk, filled < out->max - out->len ? filled : out->max - out->len);
}

static int
digit16(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Octets of a soft line break at s ("=", blanks, line end), 0 when it is none. */
static size_t
soft_break(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && i < 80 && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i < n && s[i] == '\r')
		i++;
	return i < n && s[i] == '\n' ? i + 1 : i == n ? i : 0;
}

void
gp_decode_qp(struct gp_buf *out, const char *octets, size_t n)
{
	for (size_t i = 0, skip; i < n && !out->full;) {
		const char *equals = memchr(octets + i, '=', n - i);
		size_t plain = equals != NULL ? (size_t)(equals - octets) - i : n - i;

		gp_buf_add(out, octets + i, plain);
		i += plain;
		if (i == n)
			break;
		skip = soft_break(octets + i, n - i);
		if (skip > 0) {
			i += skip;
		} else if (i + 2 < n && digit16(octets[i + 1]) >= 0 && digit16(octets[i + 2]) >= 0) {
			gp_buf_addc(out, (char)(digit16(octets[i + 1]) << 4 | digit16(octets[i + 2])));
			i += 3;
		} else {
			gp_buf_addc(out, octets[i++]);
		}
	}
}

/* The lines between "begin" and "end", each with its length in front. */
static void
decode_uu(struct gp_buf *out, const char *octets, size_t n)
{
	bool inside = false;

	for (size_t i = 0, length; i < n && !out->full; i += length) {
		const char *line = octets + i, *end = memchr(line, '\n', n - i);

		length = end != NULL ? (size_t)(end - line) + 1 : n - i;
		if (!inside || (length >= 4 && strncmp(line, "end", 3) == 0 && (line[3] == '\n' || line[3] == '\r'))) {
			inside = !inside && length > 6 && strncmp(line, "begin ", 6) == 0;
			continue;
		}
		for (size_t want = (unsigned char)(line[0] - 0x20) & 0x3f, at = 1; want > 0 && at + 3 < length;
		     at += 4) {
			unsigned bits = 0;

			for (size_t j = 0; j < 4; j++)
				bits = bits << 6 | ((unsigned)(line[at + j] - 0x20) & 0x3f);
			for (int shift = 16; shift >= 0 && want > 0; shift -= 8, want--)
				gp_buf_addc(out, (char)(bits >> shift & 0xff));
		}
	}
}

static bool
is_uu(const char *encoding)
{
	return strcasecmp(encoding, "x-uuencode") == 0 || strcasecmp(encoding, "uuencode") == 0 ||
	       strcasecmp(encoding, "x-uue") == 0;
}

void
gp_decode_transfer(struct gp_buf *out, const char *encoding, const char *octets, size_t n)
{
	if (strcasecmp(encoding, "base64") == 0)
		gp_decode_base64(out, octets, n);
	else if (strcasecmp(encoding, "quoted-printable") == 0)
		gp_decode_qp(out, octets, n);
	else if (is_uu(encoding))
		decode_uu(out, octets, n);
	else
		gp_buf_add(out, octets, n < out->max - out->len ? n : out->max - out->len);
}

int64_t
gp_decoded_size(const char *encoding, const char *octets, size_t n)
{
	int64_t count = 0;

	if (strcasecmp(encoding, "base64") == 0) {
		const unsigned char *digits = digits64();

		for (size_t i = 0; i < n; i++)
			count += digits[(unsigned char)octets[i]] < 64;
		return count * 3 / 4;
	}
	if (is_uu(encoding))
		return (int64_t)(n / 62 * 45);
	if (strcasecmp(encoding, "quoted-printable") != 0)
		return (int64_t)n;
	for (size_t i = 0, skip; i < n; i += skip) {
		const char *equals = memchr(octets + i, '=', n - i);

		if (equals == NULL)
			return count + (int64_t)(n - i);
		count += equals - (octets + i);
		i = (size_t)(equals - octets);
		skip = soft_break(octets + i, n - i);
		if (skip > 0)
			continue;
		skip = i + 2 < n && digit16(octets[i + 1]) >= 0 && digit16(octets[i + 2]) >= 0 ? 3 : 1;
		count++;
	}
	return count;
}
