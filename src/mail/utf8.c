#include "guildpost/mail/utf8.h"

#include "guildpost/base/mem.h"

#define REPLACEMENT 0xfffdu

size_t
gp_utf8_next(const char *s, size_t n, uint32_t *ret_rune)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *c = (const unsigned char *)s;
	size_t length;
	uint32_t rune;

	if (n == 0)
		return 0;
	length = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;
	if (length == 0 || length > n)
		return 0;
	rune = length == 1 ? c[0] : c[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (c[i] & 0x3fu);
	}
	if (rune < least[length] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	if (ret_rune != NULL)
		*ret_rune = rune;
	return length;
}

bool
gp_is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

size_t
gp_ascii_run(const char *s, size_t n)
{
	size_t i = 0;
	uint64_t eight;

	for (; n - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, s + i, sizeof(eight));
		if ((eight & 0x8080808080808080u) != 0)
			break;
	}
	while (i < n && (s[i] & 0x80) == 0)
		i++;
	return i;
}

bool
gp_utf8_ok(const char *s, size_t n)
{
	size_t i = gp_ascii_run(s, n);

	while (i < n) {
		size_t length = gp_utf8_next(s + i, n - i, NULL);

		if (length == 0)
			return false;
		i += length;
		if (length == 1)
			i += gp_ascii_run(s + i, n - i);
	}
	return true;
}

void
gp_utf8_add(struct gp_buf *out, uint32_t rune)
{
	char octets[4];
	size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;

	if (n == 1) {
		gp_buf_addc(out, (char)rune);
		return;
	}
	for (size_t i = n; i-- > 1; rune >>= 6)
		octets[i] = (char)(0x80 | (rune & 0x3f));
	octets[0] = (char)((0xf00u >> n & 0xffu) | rune);
	gp_buf_add(out, octets, n);
}

bool
gp_utf8_shown(uint32_t rune)
{
	if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xfeff)
		return false;
	if ((rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069) || rune == 0x2028 ||
	    rune == 0x2029)
		return false;
	return (rune & 0xfffe) != 0xfffe && !(rune >= 0xfdd0 && rune <= 0xfdef) && !(rune >= 0xe0000 && rune < 0xe0100);
}

/* One step of cleaning; blank: white space is owed (not in lines). */
static void
clean_rune(struct gp_buf *out, uint32_t rune, bool lines, bool *blank)
{
	bool end = rune == '\n' || rune == 0x2028 || rune == 0x2029;

	if (lines) {
		if (end)
			gp_buf_addc(out, '\n');
		else if (rune == '\t')
			gp_buf_adds(out, "    ");
		else if (gp_utf8_shown(rune))
			gp_utf8_add(out, rune);
		return;
	}
	if (end || rune == '\t' || rune == ' ' || rune == '\r') {
		*blank = true;
	} else if (gp_utf8_shown(rune)) {
		if (*blank && out->len > 0)
			gp_buf_addc(out, ' ');
		*blank = false;
		gp_utf8_add(out, rune);
	}
}

/* Octets that pass as they are: printable ASCII; of text with lines blanks and line ends as well. */
static size_t
plain_run(const char *s, size_t n, bool lines)
{
	size_t i = 0;

	if (lines)
		while (i < n && ((s[i] >= 0x20 && s[i] < 0x7f) || s[i] == '\n'))
			i++;
	else
		while (i < n && s[i] > 0x20 && s[i] < 0x7f)
			i++;
	return i;
}

void
gp_utf8_clean(struct gp_buf *out, const char *s, size_t n, bool lines)
{
	bool blank = false;

	gp_buf_expect(out, n);
	for (size_t i = 0, length; i < n && !out->full; i += length) {
		uint32_t rune = REPLACEMENT;

		length = plain_run(s + i, n - i, lines); /* most of all mail */
		if (length > 0) {
			if (blank && out->len > 0)
				gp_buf_addc(out, ' ');
			blank = false;
			gp_buf_add(out, s + i, length);
			continue;
		}
		length = gp_utf8_next(s + i, n - i, &rune);
		length = length > 0 ? length : 1;
		if (lines && rune == '\r')
			rune = i + 1 < n && s[i + 1] == '\n' ? 0 : '\n';
		clean_rune(out, rune, lines, &blank);
	}
}

size_t
gp_utf8_cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && (s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

char *
gp_utf8_cleaned(const char *s, size_t n, bool lines, size_t max)
{
	struct gp_buf out = GP_BUF_INIT(n * 4 + 64);

	/* A little more than asked, so that the cut is ours and not the buffer's. */
	gp_utf8_clean(&out, s, n > max * 4 + 64 ? max * 4 + 64 : n, lines);
	gp_buf_cut(&out, gp_utf8_cut(out.data, out.len, max));
	return gp_buf_take(&out);
}

uint32_t
gp_utf8_lower(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
	if ((rune >= 0xc0 && rune <= 0xde && rune != 0xd7) || (rune >= 0x391 && rune <= 0x3ab) ||
	    (rune >= 0x410 && rune <= 0x42f))
		return rune + 32;
	if (rune >= 0x400 && rune <= 0x40f)
		return rune + 80;
	if ((rune >= 0x100 && rune <= 0x137) || (rune >= 0x14a && rune <= 0x177) || (rune >= 0x1e00 && rune <= 0x1eff))
		return rune | 1;
	if ((rune >= 0x139 && rune <= 0x148) || (rune >= 0x179 && rune <= 0x17e))
		return rune + (rune & 1);
	return rune;
}

/* Most text is ASCII, and most of what is folded is compared at once: in pieces, without a look at each character. */
static size_t
fold_ascii(struct gp_buf *out, const char *s, size_t n)
{
	size_t run = gp_ascii_run(s, n), from = out->len;

	gp_buf_add(out, s, run);
	for (char *c = out->data + from; c < out->data + out->len; c++)
		*c = (char)(*c + ((unsigned char)(*c - 'A') < 26 ? 32 : 0));
	return run;
}

char *
gp_utf8_fold(const char *s)
{
	return gp_utf8_folded(s, strlen(s));
}

char *
gp_utf8_folded(const char *s, size_t n)
{
	struct gp_buf out = GP_BUF_INIT(n * 2 + 8);
	uint32_t rune;

	for (size_t i = 0, length; i < n; i += length) {
		length = fold_ascii(&out, s + i, n - i);
		if (length > 0)
			continue;
		length = gp_utf8_next(s + i, n - i, &rune);
		if (length > 0)
			gp_utf8_add(&out, gp_utf8_lower(rune));
		else
			length = 1;
	}
	return gp_buf_take(&out);
}
