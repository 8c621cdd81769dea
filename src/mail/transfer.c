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

/* List servers put their footers under a body without a look at its encoding: does a line of theirs follow at s? */
static bool
is_foreign_line(const char *s, size_t n)
{
	const unsigned char *digits = digits64();
	size_t i = 0;

	while (i < n && i < 8 && (s[i] == '\r' || s[i] == '\n'))
		i++;
	n = n < i + 200 ? n : i + 200;
	for (; i < n && s[i] != '\n'; i++)
		if (digits[(unsigned char)s[i]] > 64 && s[i] != '\r' && s[i] != ' ' && s[i] != '\t')
			return true;
	return false;
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

		if (digit == 64 && held > 0 && is_foreign_line(octets + i + 1, n - i - 1))
			break;
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
	gp_buf_expect(out, n);
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
	struct gp_uu uu;

	if (strcasecmp(encoding, "base64") == 0) {
		const unsigned char *digits = digits64();

		for (size_t i = 0; i < n; i++)
			count += digits[(unsigned char)octets[i]] < 64;
		return count * 3 / 4;
	}
	if (is_uu(encoding))
		return gp_uu_find(octets, n, 0, &uu) ? uu.size : (int64_t)(n / 62 * 45);
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

/* --- a file within text ------------------------------------------------------------------------------------------- */

static size_t
line_length(const char *s, size_t n)
{
	const char *lf = memchr(s, '\n', n);

	return lf != NULL ? (size_t)(lf - s) + 1 : n;
}

/* "begin 644 name": where the name begins, 0 when it is no such line. */
static size_t
begin_line(const char *s, size_t n)
{
	size_t i = 6;

	if (n < 11 || memcmp(s, "begin ", 6) != 0)
		return 0;
	while (i < n && i < 10 && s[i] >= '0' && s[i] <= '7')
		i++;
	return i >= 9 && s[i] == ' ' ? i + 1 : 0;
}

/* Octets that a line carries, -1 when it carries none: too short, or letters that uuencode has not. Trailing blanks are
 * lost on the way; so a line may be shorter by what blanks stood for. */
static int
carried(const char *s, size_t n)
{
	int count = n > 0 ? (s[0] - 0x20) & 0x3f : -1;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	if (n == 0 || s[0] < 0x20 || s[0] > 0x60 || n > 1 + (size_t)(count + 2) / 3 * 4 + 1)
		return -1;
	for (size_t i = 1; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x60)
			return -1;
	return count > 0 && n < 2 ? -1 : count;
}

/* The file that begins at uu->start: true when it ends as it should. */
static bool
uu_read(const char *octets, size_t n, struct gp_uu *uu)
{
	size_t at = uu->start + line_length(octets + uu->start, n - uu->start), length;
	int count;

	uu->size = 0;
	for (; at < n; at += length) {
		length = line_length(octets + at, n - at);
		if (length >= 3 && memcmp(octets + at, "end", 3) == 0 &&
		    (length == 3 || octets[at + 3] == '\n' || octets[at + 3] == '\r')) {
			uu->end = at + length;
			return uu->size > 0;
		}
		count = carried(octets + at, length);
		if (count < 0)
			return false;
		uu->size += count;
	}
	return false;
}

bool
gp_uu_find(const char *octets, size_t n, size_t from, struct gp_uu *ret_uu)
{
	const char *next;

	/* No line of a file can be a "begin", so what was read in vain is not read again. */
	for (size_t at = from; at < n; at = (size_t)(next - octets) + 1) {
		size_t length = line_length(octets + at, n - at), name = begin_line(octets + at, length);

		if (name > 0) {
			ret_uu->start = at;
			ret_uu->name = octets + at + name;
			ret_uu->name_n = length - name;
			while (ret_uu->name_n > 0 && (unsigned char)ret_uu->name[ret_uu->name_n - 1] <= ' ')
				ret_uu->name_n--;
			if (uu_read(octets, n, ret_uu))
				return true;
		}
		next = memmem(octets + at, n - at, "\nbegin ", 7);
		if (next == NULL)
			return false;
	}
	return false;
}
