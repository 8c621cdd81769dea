#include "guildpost/mail/charset.h"

#include <string.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

struct octets_seen {
	size_t utf8, broken; /* characters above ASCII, but single octets that belong to none */
};

static struct octets_seen
look(const char *octets, size_t n)
{
	struct octets_seen seen = { 0, 0 };

	for (size_t i = gp_ascii_run(octets, n), length; i < n; i += length) {
		length = gp_utf8_next(octets + i, n - i, NULL);
		seen.utf8 += length > 1;
		seen.broken += length == 0 && n - i > 3; /* a text cut in the middle of a character is still UTF-8 */
		length = length > 0 ? length : 1;
	}
	return seen;
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* In a charset of one octet a character, a text that happens to be UTF-8 is as good as unheard of. */
static bool
is_single_octet(const char *name)
{
	static const char *const families[] = { "windows-", "iso-8859-", "koi8-", "cp8", "cp4", "cp1125", "ibm", "mac",
		"tis-" };

	for (size_t i = 0; i < GP_COUNT(families); i++)
		if (begins(name, families[i]))
			return true;
	return false;
}

/* The label, or what the octets say instead. */
static const char *
trusted(const char *name, const char *near, const char *octets, size_t n)
{
	struct octets_seen seen;

	if (*name == '\0')
		return gp_charset_guess(octets, n, near);
	if (gp_utf8_ok(octets, n) && strcmp(name, "utf-8") == 0)
		return name;
	seen = look(octets, n);
	if (seen.utf8 + seen.broken == 0) /* ASCII, or an escape: one charset is as good as the other */
		return name;
	if (strcmp(name, "utf-8") == 0) /* a few broken characters are marked; a whole text of them has a wrong label */
		return seen.broken >= 4 && seen.broken > seen.utf8 ? gp_charset_guess(octets, n, near) : name;
	if (is_single_octet(name) && seen.broken == 0)
		return "utf-8";
	return begins(name, "iso-2022") || strcmp(name, "hz") == 0 ? gp_charset_guess(octets, n, near) : name;
}

static void
add_as_utf8(struct gp_buf *out, const char *octets, size_t n)
{
	if (n >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0) {
		octets += 3;
		n -= 3;
	}
	if (n <= out->max - out->len && gp_utf8_ok(octets, n)) {
		gp_buf_add(out, octets, n);
		return;
	}
	for (size_t i = 0, length; i < n && !out->full; i += length) {
		length = gp_utf8_next(octets + i, n - i, NULL);
		if (length > 0)
			gp_buf_add(out, octets + i, length);
		else
			gp_buf_adds(out, "\xef\xbf\xbd");
		length = length > 0 ? length : 1;
	}
}

bool
gp_charset_plain(const void *octets, size_t n)
{
	return gp_ascii_run(octets, n) == n && memchr(octets, '\033', n) == NULL && memchr(octets, '~', n) == NULL &&
	       memchr(octets, '\0', n) == NULL && memchr(octets, '\016', n) == NULL;
}

void
gp_charset_to_utf8(struct gp_buf *out, const char *label, const char *near, const void *octets, size_t n)
{
	const char *name;

	if (gp_charset_plain(octets, n)) {
		gp_buf_add(out, octets, n < out->max - out->len ? n : out->max - out->len);
		return;
	}
	name = trusted(gp_charset_meaning(label), near, octets, n);
	if (strcmp(name, "utf-8") == 0 || !gp_charset_convert(out, name, octets, n))
		add_as_utf8(out, octets, n);
}
