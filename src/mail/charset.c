#include "guildpost/mail/charset.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"

#define CHUNK 16384

/* What senders write, and what glibc calls that which they mean (the WHATWG encoding standard, RFC 1468 and kin, and what
 * stands in mail). Only these are read: of glibc's 1100 names the rest are EBCDIC and other things that only an attacker
 * would send. */
static const struct {
	const char *name, *labels; /* labels: each between blanks */
} charsets[] = {
	/* Says nothing, or what nobody should read (UTF-7): guess. */
	{ "", " us-ascii ascii ansi_x3.4-1968 ansi_x3.110-1983 iso646-us iso-ir-6 us cp367 usascii us-ascii-8bit "
	      "iso-10646 "
	      "unknown unknown-8bit x-unknown x-user-defined default default_charset _autodetect _autodetect_all none "
	      "null "
	      "undefined binary 8bit 7bit base64 charset utf-7 utf7 x-utf-7 csutf7 unicode-1-1-utf-7 unicode-2-0-utf-7 "
	      "x-unicode-2-0-utf-7 utf-7-imap " },
	{ "utf-8", " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-8mb4 utf8mb4 cp65001 "
		   "utf-8-sig utf_8 unicode " },
	{ "utf-16", " utf-16 utf16 ucs-2 csunicode iso-10646-ucs-2 " },
	{ "utf-16le", " utf-16le utf16le unicodefeff x-utf-16le " },
	{ "utf-16be", " utf-16be utf16be unicodefffe x-utf-16be " },
	{ "utf-32", " utf-32 utf32 ucs-4 iso-10646-ucs-4 " },
	{ "utf-32le", " utf-32le utf32le " },
	{ "utf-32be", " utf-32be utf32be " },
	{ "windows-1252",
	    " windows-1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso8859_1 8859-1 8859_1 "
	    "iso-ir-100 latin1 latin-1 l1 ansi cp1252 cp-1252 win-1252 win1252 windows1252 windows_1252 x-cp1252 "
	    "cp819 ibm819 csisolatin1 iso-8859-1-windows-3.1-latin-1 iso-latin-1 isolatin1 western 1252 " },
	{ "iso-8859-2", " iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 iso-ir-101 latin2 latin-2 l2 "
			"csisolatin2 8859-2 " },
	{ "iso-8859-3",
	    " iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 latin-3 l3 csisolatin3 " },
	{ "iso-8859-4",
	    " iso-8859-4 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 iso-ir-110 latin4 latin-4 l4 csisolatin4 " },
	{ "iso-8859-5",
	    " iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 iso-ir-144 cyrillic csisolatincyrillic " },
	{ "iso-8859-6",
	    " iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 iso-ir-127 iso-8859-6-i iso-8859-6-e arabic "
	    "asmo-708 ecma-114 csisolatinarabic csiso88596e csiso88596i " },
	{ "iso-8859-7",
	    " iso-8859-7 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 iso-ir-126 greek greek8 ecma-118 elot_928 "
	    "sun_eu_greek csisolatingreek " },
	{ "iso-8859-8",
	    " iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 iso-ir-138 iso-8859-8-i iso-8859-8-e "
	    "hebrew visual logical csisolatinhebrew csiso88598e csiso88598i " },
	{ "windows-1254",
	    " windows-1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 iso-ir-148 latin5 latin-5 l5 "
	    "cp1254 x-cp1254 win-1254 csisolatin5 turkish " },
	{ "iso-8859-10", " iso-8859-10 iso8859-10 iso885910 iso-ir-157 latin6 latin-6 l6 csisolatin6 " },
	{ "cp874", " windows-874 cp874 iso-8859-11 iso8859-11 iso885911 tis-620 tis620 dos-874 thai " },
	{ "iso-8859-13", " iso-8859-13 iso8859-13 iso885913 latin7 latin-7 l7 baltic " },
	{ "iso-8859-14", " iso-8859-14 iso8859-14 iso885914 latin8 latin-8 l8 iso-celtic " },
	{ "iso-8859-15",
	    " iso-8859-15 iso8859-15 iso885915 iso_8859-15 latin9 latin-9 l9 latin0 csisolatin9 iso-8859-15-euro " },
	{ "iso-8859-16", " iso-8859-16 iso8859-16 iso885916 latin10 latin-10 l10 " },
	{ "windows-1250", " windows-1250 cp1250 cp-1250 x-cp1250 win-1250 win1250 windows1250 " },
	{ "windows-1251",
	    " windows-1251 cp1251 cp-1251 x-cp1251 win-1251 win1251 windows1251 windows_1251 ansi-1251 1251 " },
	{ "windows-1253", " windows-1253 cp1253 cp-1253 x-cp1253 win-1253 " },
	{ "windows-1255", " windows-1255 cp1255 cp-1255 x-cp1255 win-1255 " },
	{ "windows-1256", " windows-1256 cp1256 cp-1256 x-cp1256 win-1256 " },
	{ "windows-1257", " windows-1257 cp1257 cp-1257 x-cp1257 win-1257 winbaltrim " },
	{ "windows-1258", " windows-1258 cp1258 cp-1258 x-cp1258 win-1258 " },
	{ "koi8-r", " koi8-r koi8r koi8 koi koi-8 cskoi8r koi8_r " },
	{ "koi8-u", " koi8-u koi8u koi8-ru " },
	{ "koi8-t", " koi8-t " },
	{ "macintosh", " macintosh mac x-mac-roman csmacintosh macroman mac-roman " },
	{ "mac-cyrillic", " mac-cyrillic x-mac-cyrillic x-mac-ukrainian maccyrillic " },
	{ "mac-centraleurope", " mac-centraleurope x-mac-ce x-mac-centraleurroman maccentraleurope mac-ce " },
	{ "cp437", " cp437 ibm437 437 dos-437 " },
	{ "cp850", " cp850 ibm850 850 dos-850 " },
	{ "cp852", " cp852 ibm852 852 dos-852 " },
	{ "cp855", " cp855 ibm855 855 dos-855 " },
	{ "cp857", " cp857 ibm857 857 dos-857 " },
	{ "cp858", " cp858 ibm858 ibm00858 858 " },
	{ "cp862", " cp862 ibm862 862 dos-862 " },
	{ "cp865", " cp865 ibm865 865 " },
	{ "cp866", " cp866 ibm866 866 csibm866 dos-866 " },
	{ "cp1125", " cp1125 cp866u " },
	{ "cp932",
	    " shift_jis shift-jis shiftjis sjis x-sjis ms_kanji windows-31j csshiftjis cp932 ms932 x-ms-cp932 win-932 "
	    "windows-932 " },
	{ "euc-jp-ms", " euc-jp eucjp x-euc-jp x-euc euc_jp cseucpkdfmtjapanese eucjp-ms cp51932 ujis " },
	{ "iso-2022-jp-3",
	    " iso-2022-jp iso2022jp iso-2022-jp-1 iso-2022-jp-3 csiso2022jp cp50220 cp50221 x-iso-2022-jp jis "
	    "iso-2022-jp-ms " },
	{ "iso-2022-jp-2", " iso-2022-jp-2 csiso2022jp2 " },
	{ "gb18030",
	    " gb18030 gb2312 gb_2312 gb_2312-80 gb2312-80 gb2312_charset gbk x-gbk cp936 ms936 windows-936 936 euc-cn "
	    "euccn x-euc-cn cn-gb csgb2312 csiso58gb231280 iso-ir-58 chinese simplified-chinese " },
	{ "hz", " hz hz-gb-2312 hz-gb2312 " },
	{ "big5", " big5 big-5 x-x-big5 cn-big5 csbig5 cp950 windows-950 950 traditional-chinese " },
	{ "big5-hkscs", " big5-hkscs big5hkscs " },
	{ "euc-tw", " euc-tw euctw x-euc-tw " },
	{ "iso-2022-cn-ext", " iso-2022-cn iso-2022-cn-ext csiso2022cn " },
	{ "cp949",
	    " euc-kr euckr euc_kr ks_c_5601-1987 ks_c_5601 ks_c_5601-1989 ksc5601 ksc_5601 ks_c-5601 ksc5601-1987 5601 "
	    "korean cp949 windows-949 949 uhc ms949 cseuckr csksc56011987 iso-ir-149 " },
	{ "iso-2022-kr", " iso-2022-kr csiso2022kr " },
	{ "johab", " johab cp1361 ms1361 " },
	{ "viscii", " viscii csviscii " },
	{ "tcvn", " tcvn tcvn-5712 tcvn5712-1 x-viet-tcvn5712 " },
	{ "armscii-8", " armscii-8 armscii8 " },
	{ "georgian-ps", " georgian-ps " },
	{ "georgian-academy", " georgian-academy " },
};

/* Of which senders use more than glibc's table of that name holds. */
static const struct {
	const char *name, *richer;
} richer_names[] = { { "big5", "big5-hkscs" }, { "cp932", "shift_jisx0213" }, { "iso-2022-jp-3", "iso-2022-jp-2" } };

/* The label in lower case between blanks, without quotes and an RFC 2231 language tag. */
static void
tidy(const char *label, char out[44])
{
	size_t n = 0;

	out[n++] = ' ';
	for (; *label != '\0' && *label != '*' && n < 42; label++)
		if (isalnum((unsigned char)*label) || (*label != '\0' && strchr("-_.:+()", *label) != NULL))
			out[n++] = (char)tolower((unsigned char)*label);
	out[n++] = ' ';
	out[n] = '\0';
}

const char *
gp_charset_meaning(const char *label)
{
	char tidied[44];

	tidy(label, tidied);
	if (tidied[1] == ' ')
		return "";
	for (size_t i = 0; i < GP_COUNT(charsets); i++)
		if (strstr(charsets[i].labels, tidied) != NULL)
			return charsets[i].name;
	return "";
}

/* --- conversion --------------------------------------------------------------------------------------------------- */

/* Each converter is kept, also that there is none: opening one costs more than converting a header. */
static iconv_t
converter(const char *name)
{
	static struct {
		char name[40];
		iconv_t cd;
	} kept[GP_COUNT(charsets) + GP_COUNT(richer_names) + 8];
	static size_t count;
	size_t i = 0;

	while (i < count && strcmp(kept[i].name, name) != 0)
		i++;
	if (i < count && kept[i].cd != (iconv_t)-1)
		(void)iconv(kept[i].cd, NULL, NULL, NULL, NULL);
	if (i < count)
		return kept[i].cd;
	if (count < GP_COUNT(kept))
		count++;
	else if (kept[--i].cd != (iconv_t)-1)
		(void)iconv_close(kept[i].cd);
	kept[i].cd = iconv_open("UTF-8", name);
	(void)snprintf(kept[i].name, sizeof(kept[i].name), "%s", name);
	return kept[i].cd;
}

/* False when there is no such charset. ret_lost: octets that it does not have. */
static bool
convert(struct gp_buf *out, const char *name, const char *octets, size_t n, size_t *ret_lost)
{
	iconv_t cd = converter(name);
	char chunk[CHUNK], *in = (char *)(uintptr_t)octets, *to;
	size_t room, done = 0;

	*ret_lost = 0;
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
			++*ret_lost;
			in++;
			n--;
		}
	}
	return true;
}

static const char *
richer(const char *name)
{
	for (size_t i = 0; i < GP_COUNT(richer_names); i++)
		if (strcmp(richer_names[i].name, name) == 0)
			return richer_names[i].richer;
	return NULL;
}

/* RFC 1843, which glibc lacks: GB 2312 without its high bits between "~{" and "~}". */
static void
hz_to_gb(struct gp_buf *out, const char *octets, size_t n)
{
	bool chinese = false;

	for (size_t i = 0; i < n && !out->full; i++) {
		char next = i + 1 < n ? octets[i + 1] : '\0';

		if (octets[i] == '\n') /* each line begins in ASCII */
			chinese = false;
		if (octets[i] == '~' && next != '\0' && strchr("{}~\n", next) != NULL) {
			chinese = next == '{' || (chinese && next != '}');
			if (next == '~')
				gp_buf_addc(out, '~');
			i++;
		} else {
			gp_buf_addc(out, chinese ? (char)(octets[i] | 0x80) : octets[i]);
		}
	}
}

static bool
stands(const char *octets, size_t n, const char *what)
{
	return n >= strlen(what) && memcmp(octets, what, strlen(what)) == 0;
}

/* ISO-2022-JP as EUC-JP: of that glibc knows what Windows adds (circled numbers, names of companies), of the other not.
 * False when there is an escape that EUC-JP has no place for. */
static bool
jis_to_euc(struct gp_buf *out, const char *octets, size_t n)
{
	static const struct {
		const char *escape, *before; /* before: what EUC-JP puts in front of a character of this set */
		size_t width;
	} sets[] = { { "\033(B", "", 1 }, { "\033(J", "", 1 }, { "\033$@", "", 2 }, { "\033$B", "", 2 },
		{ "\033(I", "\x8e", 1 }, { "\033$(D", "\x8f", 2 } };
	size_t set = 0, width = 1;

	for (size_t i = 0; i < n && !out->full; i += width) {
		width = 1;
		if (octets[i] == '\033') {
			for (set = 0; set < GP_COUNT(sets) && !stands(octets + i, n - i, sets[set].escape);)
				set++;
			if (set == GP_COUNT(sets))
				return false;
			width = strlen(sets[set].escape);
		} else if (set < 2 || octets[i] < 0x21) {
			gp_buf_addc(out, octets[i]);
			set = octets[i] == '\n' ? 0 : set; /* each line begins in ASCII */
		} else {
			gp_buf_adds(out, sets[set].before);
			for (width = 0; width < sets[set].width && i + width < n; width++)
				gp_buf_addc(out, (char)(octets[i + width] | 0x80));
		}
	}
	return true;
}

/* Charsets with shifts, first made one without. False when that is not possible. */
static bool
unshift(struct gp_buf *out, const char **name, const char *octets, size_t n)
{
	if (strcmp(*name, "hz") == 0) {
		hz_to_gb(out, octets, n);
		*name = "gb18030";
		return true;
	}
	if (strcmp(*name, "iso-2022-jp-3") != 0 || !jis_to_euc(out, octets, n))
		return false;
	*name = "euc-jp-ms";
	return true;
}

bool
gp_charset_convert(struct gp_buf *out, const char *name, const char *octets, size_t n)
{
	size_t before = out->len, lost, still;
	struct gp_buf again = GP_BUF_INIT(out->max - before);
	bool known;

	if (unshift(&again, &name, octets, n)) {
		known = convert(out, name, again.data, again.len, &lost);
		gp_buf_release(&again);
		return known;
	}
	gp_buf_clear(&again);
	known = convert(out, name, octets, n, &lost);
	if (known && lost > 0 && richer(name) != NULL && convert(&again, richer(name), octets, n, &still) &&
	    still < lost) {
		gp_buf_cut(out, before);
		gp_buf_add(out, again.data, again.len);
	}
	gp_buf_release(&again);
	return known;
}

void
gp_charset_keep_all(void)
{
	for (size_t i = 0; i < GP_COUNT(charsets); i++)
		if (*charsets[i].name != '\0')
			(void)converter(charsets[i].name);
	for (size_t i = 0; i < GP_COUNT(richer_names); i++)
		(void)converter(richer_names[i].richer);
}
