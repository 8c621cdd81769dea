/* Charsets: what a label means, what octets are when it lies or is missing (I18-04). */
#include "unit/says.h"

#include <iconv.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/charset.h"
#include "guildpost/mail/utf8.h"

static char *
decoded(const char *label, const char *near, const char *octets)
{
	struct gp_buf out = GP_BUF_INIT(65536);

	gp_charset_to_utf8(&out, label, near, octets, strlen(octets));
	return gp_buf_take(&out);
}

static void
labels_mean_what_browsers_take_them_for(void **state)
{
	static const struct {
		const char *label, *octets, *want;
	} rows[] = {
		{ "iso-8859-1", "\x80 \x93x\x94", "€ “x”" },
		{ "Latin1", "\xfc", "ü" },
		{ "ISO_8859-1:1987", "\xfc", "ü" },
		{ "cp1252", "\xfc", "ü" },
		{ "ansi", "\xfc", "ü" },
		{ " \"windows-1252\" ", "\xfc", "ü" },
		{ "iso-8859-1*de", "\xfc", "ü" },
		{ "iso-8859-9", "\xfd\x80", "ı€" },
		{ "latin5", "\xfe", "ş" },
		{ "iso-8859-2", "\xb3\xf3\xbfko", "łóżko" },
		{ "latin2", "\xe8", "č" },
		{ "iso-8859-15", "\xa4", "€" },
		{ "latin-9", "\xa4", "€" },
		{ "windows-1250", "\x9aok", "šok" },
		{ "win-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет" },
		{ "KOI8-R", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет" },
		{ "koi8", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет" },
		{ "KOI8-RU", "\xa4", "є" },
		{ "ibm866", "\x8f\xe0\xa8\xa2\xa5\xe2", "Привет" },
		{ "x-mac-cyrillic", "\x8f\xf0\xe8\xe2\xe5\xf2", "Привет" },
		{ "iso-8859-5", "\xbf\xe0\xd8\xd2\xd5\xe2", "Привет" },
		{ "windows-1253", "\xea\xe1\xeb", "καλ" },
		{ "ELOT_928", "\xea\xe1\xeb", "καλ" },
		{ "iso-8859-8-i", "\xf9\xec\xe5\xed", "שלום" },
		{ "windows-1255", "\xf9\xec\xe5\xed", "שלום" },
		{ "windows-1256", "\xe3\xd1\xcd\xc8\xc7", "مرحبا" },
		{ "tis-620", "\xe4\xb7\xc2", "ไทย" },
		{ "windows-874", "\xe4\xb7\xc2\x80", "ไทย€" },
		{ "windows-1257", "\xe0", "ą" },
		{ "windows-1258", "\xd0", "Đ" },
		{ "GB2312", "\xc4\xe3\xba\xc3\x81\x40", "你好丂" },
		{ "x-gbk", "\xc4\xe3\xba\xc3", "你好" },
		{ "gb18030", "\xc4\xe3\x81\x30\x84\x36", "你¥" },
		{ "hz-gb-2312", "~{Dc:C~}~~", "你好~" },
		{ "Big5", "\xa7\x41\xa6\x6e", "你好" },
		{ "cn-big5", "\xa7\x41\xa6\x6e\xf9\xfe", "你好▓" },
		{ "big5-hkscs", "\x88\x62", "Ê̄" },
		{ "Shift_JIS", "\x93\xfa\x96\x7b\x87\x40", "日本①" },
		{ "x-sjis", "\x93\xfa\x96\x7b", "日本" },
		{ "windows-31j", "\x93\xfa\x96\x7b", "日本" },
		{ "EUC-JP", "\xc6\xfc\xcb\xdc", "日本" },
		{ "ISO-2022-JP", "\033$BF|K\\\033(B", "日本" },
		{ "csISO2022JP", "\033$B-!\033(B\033(I1\033(B", "①ｱ" },
		{ "ks_c_5601-1987", "\xc7\xd1\xb1\xdb\x81\x41", "한글갂" },
		{ "euc-kr", "\xc7\xd1\xb1\xdb", "한글" },
		{ "iso-2022-kr", "\033$)C\016GQ1[\017", "한글" },
		{ "unicode-1-1-utf-8", "ü", "ü" },
		{ "utf8mb4", "ü", "ü" },
		{ "macintosh", "\x9f", "ü" },
		{ "cp850", "\x81", "ü" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *got = decoded(rows[i].label, "", rows[i].octets);

		SAYS_TEXT(rows[i].label, got, rows[i].want);
	}
}

static void
labels_that_lie_are_not_believed(void **state)
{
	static const struct {
		const char *says, *label, *near, *octets, *want;
	} rows[] = {
		{ "us-ascii that holds UTF-8", "us-ascii", "", "Grüße", "Grüße" },
		{ "us-ascii that holds windows-1252", "us-ascii", "", "don\x92t", "don’t" },
		{ "iso-8859-1 that holds UTF-8", "iso-8859-1", "", "Grüße", "Grüße" },
		{ "windows-1251 that holds UTF-8", "windows-1251", "", "Привет", "Привет" },
		{ "utf-8 that holds windows-1252 throughout", "utf-8", "",
		    "Sch\xf6ne Gr\xfc\xdf"
		    "e aus M\xfcnchen und K\xf6ln",
		    "Schöne Grüße aus München und Köln" },
		{ "utf-8 with one broken octet is marked", "utf-8", "", "Grüße \xff!", "Grüße \xef\xbf\xbd!" },
		{ "utf-8 that is cut in a character is marked", "utf-8", "", "Gr\xc3", "Gr\xef\xbf\xbd" },
		{ "Shift-JIS that is cut in a character is marked", "shift_jis", "", "\x93\xfa\x96", "日\xef\xbf\xbd" },
		{ "a byte order mark is no character", "utf-8", "", "\xef\xbb\xbfx", "x" },
		{ "UTF-7 is refused by any of its names", "utf-7", "", "+AGE-", "+AGE-" },
		{ "UTF-7 without a hyphen", "utf7", "", "+AGE-", "+AGE-" },
		{ "UTF-7 as IMAP writes it", "UTF-7-IMAP", "", "&AGE-", "&AGE-" },
		{ "EBCDIC is no charset of mail", "ebcdic-us", "", "abc", "abc" },
		{ "a label that nobody knows, with UTF-8", "x-nowhere", "", "Grüße", "Grüße" },
		{ "a label that nobody knows, without", "x-nowhere", "", "Gr\xfc\xdf", "Grüß" },
		{ "an iconv suffix in a label asks for nothing", "us-ascii//TRANSLIT", "", "\xc3\xbc", "ü" },
		{ "iso-2022-jp that holds Shift-JIS", "iso-2022-jp", "",
		    "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81\x41\x93\xfa\x96\x7b", "こんにちは、日本" },
		{ "no label, but the escapes of ISO-2022-JP", "", "", "\033$BF|K\\\033(B", "日本" },
		{ "no label, but the escape of ISO-2022-KR", "", "", "\033$)C\016GQ1[\017", "한글" },
		{ "no label, but HZ", "", "", "a ~{Dc:C~} b", "a 你好 b" },
		{ "tildes and braces of a program are not HZ", "", "", "f ~{ x } ~} g", "f ~{ x } ~} g" },
		{ "UTF-8 with a stray octet among much of it", "", "", "äöüäöüäöü \xff abc",
		    "äöüäöüäöü \xef\xbf\xbd abc" },
		{ "three words of German", "", "",
		    "Gr\xfc\xdf"
		    "e aus K\xf6ln",
		    "Grüße aus Köln" },
		{ "an English apostrophe", "", "", "it\x92s a \x93quote\x94 \x96 really", "it’s a “quote” – really" },
		{ "a price in pounds", "", "",
		    "only \xa3"
		    "825 for two",
		    "only £825 for two" },
		{ "a Russian sentence in windows-1251", "", "",
		    "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0 \xf3 \xe2\xe0\xf1?",
		    "Привет, как дела у вас?" },
		{ "a Russian sentence in KOI8-R", "", "",
		    "\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1 \xd5 \xd7\xc1\xd3?",
		    "Привет, как дела у вас?" },
		{ "a Japanese sentence in EUC-JP", "", "",
		    "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xa1\xa2\xc6\xfc\xcb\xdc", "こんにちは、日本" },
		{ "what is named nearby tells two words", "", "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет" },
		{ "what is named nearby is not believed against UTF-8", "", "koi8-r", "Grüße", "Grüße" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *got = decoded(rows[i].label, rows[i].near, rows[i].octets);

		SAYS_TEXT(rows[i].says, got, rows[i].want);
	}
}

static void
wide_forms_show_by_their_zeros(void **state)
{
	static const struct {
		const char *charset, *text;
	} rows[] = {
		{ "UTF-16LE", "Good morning to all weavers.\n" },
		{ "UTF-16BE", "Good morning to all weavers.\n" },
		{ "UTF-32LE", "Good morning to all weavers.\n" },
		{ "UTF-32BE", "Good morning to all weavers.\n" },
		{ "UTF-16", "日本語のテキスト\n" }, /* with its mark */
		{ "UTF-16BE", "これは 日本語の テキスト です。\nふたつめの ぎょう\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		struct gp_buf out = GP_BUF_INIT(4096);
		char wide[1024], *in = (char *)(uintptr_t)rows[i].text, *to = wide;
		size_t n = strlen(rows[i].text), room = sizeof(wide);
		iconv_t cd = iconv_open(rows[i].charset, "UTF-8");

		assert_true(iconv(cd, &in, &n, &to, &room) != (size_t)-1);
		(void)iconv_close(cd);
		gp_charset_to_utf8(&out, "", "", wide, sizeof(wide) - room);
		SAYS_TEXT(rows[i].charset, out.data, rows[i].text);
		gp_buf_release(&out);
	}
}

static void
any_octets_under_any_label_become_utf8(void **state)
{
	static const char *const labels[] = { "", "utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr",
		"iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz", "euc-tw", "johab", "windows-1258", "tcvn",
		"utf-32" };
	uint32_t seed = 20261125;

	(void)state;
	for (size_t round = 0; round < 200; round++)
		for (size_t i = 0; i < GP_COUNT(labels); i++) {
			struct gp_buf out = GP_BUF_INIT(4096);
			char octets[97];

			for (size_t j = 0; j < sizeof(octets); j++)
				octets[j] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
			gp_charset_to_utf8(&out, labels[i], "", octets, round % sizeof(octets));
			SAYS(labels[i], gp_utf8_ok(out.data, out.len));
			gp_buf_release(&out);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_mean_what_browsers_take_them_for),
		cmocka_unit_test(labels_that_lie_are_not_believed),
		cmocka_unit_test(wide_forms_show_by_their_zeros),
		cmocka_unit_test(any_octets_under_any_label_become_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
