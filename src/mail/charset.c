#include "guildpost/mail/charset.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

#include "guildpost/mail/utf8.h"

#define CHUNK 16384

/* What senders write, and what they mean by it (the WHATWG encoding standard; RFC 1468 and kin for the East). "" means:
 * says nothing, guess. */
static const struct {
	const char *label, *means;
} aliases[] = {
	{ "", "" },
	{ "us-ascii", "" },
	{ "ascii", "" },
	{ "ansi_x3.4-1968", "" },
	{ "unknown", "" },
	{ "unknown-8bit", "" },
	{ "x-unknown", "" },
	{ "default", "" },
	{ "default_charset", "" },
	{ "_autodetect", "" },
	{ "binary", "" },
	{ "8bit", "" },
	{ "utf-7", "" },
	{ "unicode-1-1-utf-7", "" },
	{ "utf8", "utf-8" },
	{ "unicode-1-1-utf-8", "utf-8" },
	{ "utf-8mb4", "utf-8" },
	{ "iso-8859-1", "windows-1252" },
	{ "iso8859-1", "windows-1252" },
	{ "iso_8859-1", "windows-1252" },
	{ "iso88591", "windows-1252" },
	{ "latin1", "windows-1252" },
	{ "latin-1", "windows-1252" },
	{ "l1", "windows-1252" },
	{ "ansi", "windows-1252" },
	{ "cp-1252", "windows-1252" },
	{ "win-1252", "windows-1252" },
	{ "x-cp1252", "windows-1252" },
	{ "iso-8859-9", "windows-1254" },
	{ "latin5", "windows-1254" },
	{ "iso-8859-11", "windows-874" },
	{ "tis-620", "windows-874" },
	{ "windows-874", "cp874" },
	{ "iso-8859-8-i", "iso-8859-8" },
	{ "iso-8859-8-e", "iso-8859-8" },
	{ "iso-8859-6-i", "iso-8859-6" },
	{ "iso-8859-6-e", "iso-8859-6" },
	{ "gb2312", "gb18030" },
	{ "gb_2312-80", "gb18030" },
	{ "gb2312_charset", "gb18030" },
	{ "x-gbk", "gb18030" },
	{ "gbk", "gb18030" },
	{ "cp936", "gb18030" },
	{ "ms936", "gb18030" },
	{ "euc-cn", "gb18030" },
	{ "chinese", "gb18030" },
	{ "hz-gb-2312", "hz" },
	{ "big5", "big5-hkscs" },
	{ "big-5", "big5-hkscs" },
	{ "x-x-big5", "big5-hkscs" },
	{ "cn-big5", "big5-hkscs" },
	{ "shift_jis", "cp932" },
	{ "shift-jis", "cp932" },
	{ "sjis", "cp932" },
	{ "x-sjis", "cp932" },
	{ "ms_kanji", "cp932" },
	{ "windows-31j", "cp932" },
	{ "euc-jp", "euc-jp-ms" },
	{ "x-euc-jp", "euc-jp-ms" },
	{ "eucjp", "euc-jp-ms" },
	{ "iso-2022-jp", "iso-2022-jp-3" },
	{ "csiso2022jp", "iso-2022-jp-3" },
	{ "cp50220", "iso-2022-jp-3" },
	{ "x-iso-2022-jp", "iso-2022-jp-3" },
	{ "ks_c_5601-1987", "cp949" },
	{ "ks_c_5601", "cp949" },
	{ "ks_c_5601-1989", "cp949" },
	{ "ksc5601", "cp949" },
	{ "ksc_5601", "cp949" },
	{ "5601", "cp949" },
	{ "euc-kr", "cp949" },
	{ "euckr", "cp949" },
	{ "korean", "cp949" },
	{ "windows-949", "cp949" },
	{ "koi8", "koi8-r" },
	{ "koi8r", "koi8-r" },
	{ "koi", "koi8-r" },
	{ "koi8-ru", "koi8-u" },
	{ "win-1251", "windows-1251" },
	{ "windows1251", "windows-1251" },
	{ "cp-1251", "windows-1251" },
	{ "win1251", "windows-1251" },
	{ "x-mac-roman", "macintosh" },
	{ "x-mac-cyrillic", "mac-cyrillic" },
	{ "mac", "macintosh" },
	{ "dos-862", "cp862" },
	{ "logical", "iso-8859-8" },
	{ "visual", "iso-8859-8" },
	{ "sun_eu_greek", "iso-8859-7" },
	{ "utf-16", "utf-16" },
};

/* Further names that stand for themselves. */
static const char *const plain_names[] = { "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "iso-8859-1",
	"iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9",
	"iso-8859-10", "iso-8859-11", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "windows-1250",
	"windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257",
	"windows-1258", "koi8-r", "koi8-u", "macintosh", "cp437", "cp850", "cp852", "cp866", "cp855", "ibm855",
	"ibm866", "ibm852", "ibm850", "ibm437", "cp858", "cp862", "cp1125", "mac-cyrillic", "mac-centraleurope",
	"cp874", "tis-620", "iso-2022-jp", "iso-2022-jp-2", "shift_jis", "cp932", "euc-jp", "eucjp-ms", "gb2312", "gbk",
	"gb18030", "hz-gb-2312", "big5", "big5-hkscs", "euc-tw", "euc-kr", "iso-2022-kr", "iso-2022-cn", "cp949",
	"johab", "viscii", "armscii-8", "georgian-ps" };

/* The label in lower case, without quotes, blanks and an RFC 2231 language tag. */
static void
tidy(const char *label, char out[40])
{
	size_t n = 0;

	for (; *label != '\0' && *label != '*' && n < 39; label++)
		if (isalnum((unsigned char)*label) || (*label != '\0' && strchr("-_.:+()", *label) != NULL))
			out[n++] = (char)tolower((unsigned char)*label);
	out[n] = '\0';
}

/* One converter is kept: a header has many words of one charset, and opening one costs more than converting it. */
static iconv_t
converter(const char *name)
{
	static char kept_name[40];
	static iconv_t kept = (iconv_t)-1;

	if (kept != (iconv_t)-1 && strcmp(kept_name, name) == 0) {
		(void)iconv(kept, NULL, NULL, NULL, NULL);
		return kept;
	}
	if (kept != (iconv_t)-1)
		(void)iconv_close(kept);
	kept = iconv_open("UTF-8", name);
	(void)snprintf(kept_name, sizeof(kept_name), "%s", name);
	return kept;
}

static bool
convert(struct gp_buf *out, const char *name, const char *octets, size_t n)
{
	iconv_t cd = converter(name);
	char chunk[CHUNK], *in = (char *)(uintptr_t)octets, *to;
	size_t room, done = 0;

	if (cd == (iconv_t)-1)
		return false;
	while (!out->full) {
		to = chunk;
		room = sizeof(chunk);
		done = iconv(cd, n > 0 ? &in : NULL, &n, &to, &room);
		gp_buf_add(out, chunk, sizeof(chunk) - room);
		if (done != (size_t)-1) {
			if (n == 0 && in == NULL)
				break;
			in = NULL; /* one more turn flushes the shift state */
			n = 0;
		} else if (errno == EILSEQ || errno == EINVAL) {
			if (n == 0)
				break;
			gp_buf_adds(out, "\xef\xbf\xbd");
			in++;
			n--;
		}
	}
	return true;
}

static void
add_as_utf8(struct gp_buf *out, const char *octets, size_t n)
{
	for (size_t i = 0, length; i < n && !out->full; i += length) {
		length = gp_utf8_next(octets + i, n - i, NULL);
		if (length > 0)
			gp_buf_add(out, octets + i, length);
		else
			gp_buf_adds(out, "\xef\xbf\xbd");
		length = length > 0 ? length : 1;
	}
}

/* A text cut in the middle of a character is still UTF-8. */
static bool
looks_utf8(const char *octets, size_t n)
{
	for (size_t cut = 0; cut < (n > 64 ? 4 : 1); cut++)
		if (gp_utf8_ok(octets, n - cut))
			return true;
	return false;
}

/* What octets without a label are. */
static const char *
guess(const char *octets, size_t n)
{
	const unsigned char *c = (const unsigned char *)octets;

	if (n >= 2 && ((c[0] == 0xff && c[1] == 0xfe) || (c[0] == 0xfe && c[1] == 0xff)))
		return "utf-16";
	if (memmem(octets, n, "\033$B", 3) != NULL || memmem(octets, n, "\033$@", 3) != NULL)
		return "iso-2022-jp-3";
	if (memmem(octets, n, "\033$)C", 4) != NULL)
		return "iso-2022-kr";
	return looks_utf8(octets, n) ? "utf-8" : "windows-1252";
}

void
gp_charset_to_utf8(struct gp_buf *out, const char *label, const void *octets, size_t n)
{
	char tidied[40];
	const char *name = tidied;

	tidy(label, tidied);
	for (size_t i = 0; i < GP_COUNT(aliases); i++)
		if (strcmp(aliases[i].label, tidied) == 0) {
			name = aliases[i].means;
			break;
		}
	if (*name == '\0')
		name = guess(octets, n);
	if (strcmp(name, "utf-8") == 0) {
		add_as_utf8(out, octets, n);
		return;
	}
	if (convert(out, name, octets, n))
		return;
	name = guess(octets, n);
	if (strcmp(name, "utf-8") == 0 || !convert(out, name, octets, n))
		add_as_utf8(out, octets, n);
}

void
gp_charset_keep_all(void)
{
	for (size_t i = 0; i < GP_COUNT(aliases); i++)
		if (*aliases[i].means != '\0')
			(void)iconv_open("UTF-8", aliases[i].means); /* never closed; one that glibc lacks is no loss */
	for (size_t i = 0; i < GP_COUNT(plain_names); i++)
		(void)iconv_open("UTF-8", plain_names[i]);
}
