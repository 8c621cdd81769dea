#include <ctype.h>
#include <iconv.h>
#include <uchardet/uchardet.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/charset.h"
#include "guildpost/mail/utf8.h"

/* In the order of what is certain: marks, escapes, the shape of UTF-8; then what uchardet knows of letter frequencies, and
 * at last whether that reads like words at all, because a subject of three words has no frequencies. */

#define NEAR_MAX   65536 /* octets that are searched for the name of a charset */
#define SAMPLE_MAX 65536 /* octets that a guess is made from */
#define HUNDRED	   10000 /* per cent: one fault a letter */
#define IMPOSSIBLE (100 * HUNDRED)
#define SHORT_MAX  300 /* octets above ASCII; from so many on frequencies tell better than we do */

/* What mail is written in where no label says so, the likelier first. */
static const char *const candidates[] = { "windows-1252", "windows-1251", "koi8-r", "windows-1250", "gb18030",
	"euc-jp-ms", "cp932", "cp949", "big5", "iso-8859-7", "windows-1255", "windows-1256", "cp874", "windows-1254" };

/* --- wide forms, marks and escapes -------------------------------------------------------------------------------- */

/* UTF-16 and UTF-32 show by the zeros beside their blanks and line ends. Returns NULL when it is neither. */
static const char *
guess_wide(const unsigned char *s, size_t n)
{
	static const char *const names[] = { "utf-16be", "utf-16le" };
	size_t zeros[4] = { 0 }, paired[2] = { 0 }, lone = 0, all;

	n &= ~(size_t)3;
	for (size_t i = 0; i < n; i++) {
		zeros[i & 3] += s[i] == 0;
		if (s[i] == ' ' || s[i] == '\n')
			s[i ^ 1] != 0 ? lone++ : paired[(i & 1) == 0]++;
	}
	all = zeros[0] + zeros[1] + zeros[2] + zeros[3];
	if (n < 8 || all < n / 64 + 1)
		return NULL;
	if (zeros[0] > n / 5 && zeros[1] > n / 8 && zeros[2] > n / 8)
		return "utf-32be";
	if (zeros[3] > n / 5 && zeros[2] > n / 8 && zeros[1] > n / 8)
		return "utf-32le";
	for (size_t i = 0; i < 2; i++)
		if (paired[i] > 0 && paired[i] > 2 * (lone + paired[1 - i]))
			return names[i];
	return NULL;
}

static const char *
guess_mark(const char *octets, size_t n)
{
	static const struct {
		const char *mark;
		size_t n;
		const char *name;
	} marks[] = { { "\xef\xbb\xbf", 3, "utf-8" }, { "\xff\xfe\0\0", 4, "utf-32" }, { "\0\0\xfe\xff", 4, "utf-32" },
		{ "\xff\xfe", 2, "utf-16" }, { "\xfe\xff", 2, "utf-16" } };

	for (size_t i = 0; i < GP_COUNT(marks); i++)
		if (n >= marks[i].n && memcmp(octets, marks[i].mark, marks[i].n) == 0)
			return marks[i].name;
	return memchr(octets, '\0', n) != NULL ? guess_wide((const unsigned char *)octets, n) : NULL;
}

/* "~{" an even number of octets "~}". */
static bool
has_hz(const char *octets, size_t n)
{
	const char *open = memmem(octets, n, "~{", 2), *end = octets + n, *c;

	for (; open != NULL; open = memmem(open + 2, (size_t)(end - open) - 2, "~{", 2)) {
		for (c = open + 2; c<end && * c> 0x20 && *c < 0x7e; c++)
			;
		if (c - open > 4 && (c - open) % 2 == 0 && end - c >= 2 && c[0] == '~' && c[1] == '}')
			return true;
	}
	return false;
}

/* Of what holds no octet above ASCII. */
static const char *
guess_escape(const char *octets, size_t n)
{
	static const struct {
		const char *escape, *name;
	} escapes[] = { { "\033$B", "iso-2022-jp-3" }, { "\033$@", "iso-2022-jp-3" }, { "\033$(", "iso-2022-jp-3" },
		{ "\033(J", "iso-2022-jp-3" }, { "\033(I", "iso-2022-jp-3" }, { "\033$)C", "iso-2022-kr" },
		{ "\033$)A", "iso-2022-cn-ext" }, { "\033$)G", "iso-2022-cn-ext" } };
	const char *escape = memchr(octets, '\033', n);

	for (size_t i = 0; escape != NULL && i < GP_COUNT(escapes); i++)
		if (memmem(octets, n, escapes[i].escape, strlen(escapes[i].escape)) != NULL)
			return escapes[i].name;
	return has_hz(octets, n) ? "hz" : "utf-8";
}

/* --- does it read like words -------------------------------------------------------------------------------------- */

enum script { OTHER, LATIN, GREEK, CYRILLIC, HEBREW, ARABIC, THAI, KANA, HAN, HANGUL };

static enum script
script_of(uint32_t rune)
{
	static const struct {
		uint32_t first, last;
		enum script script;
	} ranges[] = { { 'A', 'Z', LATIN }, { 'a', 'z', LATIN }, { 0xc0, 0xd6, LATIN }, { 0xd8, 0xf6, LATIN },
		{ 0xf8, 0x24f, LATIN }, { 0x386, 0x3ff, GREEK }, { 0x400, 0x52f, CYRILLIC }, { 0x5d0, 0x5ea, HEBREW },
		{ 0x621, 0x64a, ARABIC }, { 0x66e, 0x6d3, ARABIC }, { 0xe01, 0xe4e, THAI }, { 0x1e00, 0x1eff, LATIN },
		{ 0x3041, 0x30fe, KANA }, { 0x4e00, 0x9fff, HAN }, { 0xac00, 0xd7a3, HANGUL } };

	for (size_t i = 0; i < GP_COUNT(ranges); i++)
		if (rune >= ranges[i].first && rune <= ranges[i].last)
			return ranges[i].script;
	return OTHER;
}

/* Signs that people do write beside words. */
static bool
is_sign(uint32_t rune)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = { { 0xa0, 0xa1 }, { 0xa3, 0xa3 }, { 0xa5, 0xa5 }, { 0xa7, 0xa7 }, { 0xa9, 0xa9 }, { 0xab, 0xab },
		{ 0xae, 0xae }, { 0xb0, 0xb4 }, { 0xb7, 0xb7 }, { 0xb9, 0xb9 }, { 0xbb, 0xbf }, { 0x60c, 0x60c },
		{ 0x61f, 0x61f }, { 0x640, 0x640 }, { 0x64b, 0x652 }, { 0xe3f, 0xe3f }, { 0xe4f, 0xe5b },
		{ 0x2010, 0x2026 }, { 0x20ac, 0x20ac }, { 0x2116, 0x2116 }, { 0x2122, 0x2122 }, { 0x3000, 0x301f },
		{ 0xff01, 0xff65 } };

	for (size_t i = 0; i < GP_COUNT(ranges); i++)
		if (rune >= ranges[i].first && rune <= ranges[i].last)
			return true;
	return false;
}

struct words {
	uint32_t before; /* the character before */
	enum script script; /* its script */
	size_t run; /* of Latin letters with marks: three in a row are no Latin */
	size_t letters, signs, faults; /* above ASCII */
};

static bool
is_digit(uint32_t rune)
{
	return rune >= '0' && rune <= '9';
}

/* Signs that stand beside numbers and names, not beside letters above ASCII. */
static bool
is_lone_sign(uint32_t rune)
{
	return (rune >= 0xa3 && rune <= 0xa5) || rune == 0xa9 || rune == 0xae || (rune >= 0xb0 && rune <= 0xb3) ||
	       rune == 0xb9 || (rune >= 0xbc && rune <= 0xbe);
}

/* What no writer of these scripts joins so. */
static size_t
joint_faults(uint32_t before, enum script script_before, uint32_t rune, enum script script)
{
	bool letter = script != OTHER && script < KANA, letter_before = script_before != OTHER && script_before < KANA;
	size_t count = 0;

	if (letter && letter_before && script != script_before)
		count++;
	if (letter && letter_before && gp_utf8_lower(rune) != rune && gp_utf8_lower(before) == before)
		count += 2; /* "privET" */
	if ((letter && is_digit(before)) || (letter_before && is_digit(rune)))
		count++;
	if ((rune >= 0x80 && letter && is_lone_sign(before)) || (before >= 0x80 && letter_before && is_lone_sign(rune)))
		count++;
	/* A vowel sign has a consonant before it. */
	if (script == THAI && (rune == 0xe31 || (rune >= 0xe34 && rune <= 0xe3a)) && (before < 0xe01 || before > 0xe2e))
		count++;
	return count;
}

static void
take_rune(struct words *words, uint32_t rune)
{
	enum script script = script_of(rune);

	if (rune >= 0x80 && script == OTHER && is_sign(rune))
		words->signs++;
	else if (rune >= 0x80 && script == OTHER)
		words->faults += rune == 0xfffd || rune < 0xa0 || rune >= 0xe000 ? 4 : 1;
	else if (rune >= 0x80)
		words->letters++;
	words->run = rune >= 0x80 && script == LATIN ? words->run + 1 : 0;
	if (rune >= 0x80 || words->before >= 0x80)
		words->faults += (words->run > 2) + joint_faults(words->before, words->script, rune, script);
	words->before = rune;
	words->script = script;
}

/* Characters that are common where the charset is at home: of Han those in the first levels of the old standards, which
 * stand in front; a wrong charset gives any. */
static size_t
rare_pairs(const char *name, const unsigned char *s, size_t n)
{
	static const struct {
		const char *name;
		unsigned char first, last;
	} common[] = { { "gb18030", 0xa1, 0xd7 }, { "euc-jp-ms", 0xa1, 0xcf }, { "big5", 0xa1, 0xc6 },
		{ "cp949", 0xa1, 0xc8 }, { "cp932", 0x81, 0x97 } };
	size_t rare = 0;

	for (size_t c = 0; c < GP_COUNT(common); c++)
		for (size_t i = 0; strcmp(common[c].name, name) == 0 && i < n; i++)
			if (s[i] >= 0x80) {
				rare += s[i] < common[c].first || s[i] > common[c].last;
				i++;
			}
	return rare;
}

/* Faults as a share of the letters, the fewer the better. */
static size_t
faults(const char *name, const char *octets, size_t n)
{
	struct gp_buf text = GP_BUF_INIT(SAMPLE_MAX);
	struct words words = { 0 };
	uint32_t rune;

	gp_charset_convert(&text, name, octets, n);
	for (size_t i = 0, length; i < text.len; i += length) {
		length = gp_utf8_next(text.data + i, text.len - i, &rune);
		length = length > 0 ? length : 1;
		take_rune(&words, rune);
	}
	gp_buf_release(&text);
	words.faults += rare_pairs(name, (const unsigned char *)octets, n);
	return words.letters + words.signs > 0 ? words.faults * HUNDRED / (words.letters + words.signs) : IMPOSSIBLE;
}

/* --- frequencies -------------------------------------------------------------------------------------------------- */

/* What uchardet says, "" when it does not know or says what we know better. */
static const char *
ask_uchardet(const char *octets, size_t n)
{
	static uchardet_t detector; /* kept: making one costs more than asking it about a subject */
	const char *name;

	if (detector == NULL)
		detector = uchardet_new();
	uchardet_reset(detector);
	if (uchardet_handle_data(detector, octets, n) != 0)
		return "";
	uchardet_data_end(detector);
	name = gp_charset_meaning(uchardet_get_charset(detector));
	return strncmp(name, "utf-", 4) == 0 || strcmp(name, "hz") == 0 ? "" : name;
}

/* Charsets that differ in a few letters only: frequencies do not tell them apart, a sign in the middle of a word does. */
static const char *
twin_of(const char *name)
{
	static const char *const twins[][2] = { { "windows-1253", "iso-8859-7" }, { "windows-1250", "iso-8859-2" },
		{ "windows-1255", "iso-8859-8" }, { "windows-1257", "iso-8859-13" }, { "windows-1251", "mac-cyrillic" },
		{ "koi8-r", "koi8-u" }, { "iso-8859-15", "windows-1252" } };

	for (size_t i = 0; i < GP_COUNT(twins); i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(twins[i][j], name) == 0)
				return twins[i][1 - j];
	return name;
}

/* Of DOS and of the first Macs: nobody's mail client writes them, so what else makes words is likelier. */
static bool
is_bygone(const char *name)
{
	static const char *const bygone[] = { "cp852", "cp865", "mac-centraleurope", "iso-8859-10", "iso-8859-14",
		"iso-8859-16", "viscii" };

	for (size_t i = 0; i < GP_COUNT(bygone); i++)
		if (strcmp(bygone[i], name) == 0)
			return true;
	return false;
}

struct choice {
	const char *name, *octets;
	size_t n, faults;
};

static void
consider(struct choice *choice, const char *name, size_t handicap)
{
	size_t count = faults(name, choice->octets, choice->n);

	if (*choice->name != '\0' && count + handicap >= choice->faults)
		return;
	choice->name = name;
	choice->faults = count;
}

/* asked: what uchardet says; near: what stands elsewhere in the message; each may be "". */
static const char *
best_of(const char *asked, const char *near, const char *octets, size_t n, size_t high)
{
	struct choice choice = { "", octets, n, IMPOSSIBLE };

	if (high <= SHORT_MAX && strcmp(asked, "mac-cyrillic") == 0)
		consider(&choice, "windows-1251", 0);
	if (*asked != '\0')
		consider(&choice, asked, 0);
	if (*asked != '\0')
		consider(&choice, twin_of(asked), 0);
	if (is_bygone(asked) && faults("windows-1252", octets, n) <= choice.faults)
		choice.name = "windows-1252";
	if (high > SHORT_MAX && *asked != '\0')
		return choice.name;
	if (*near != '\0' && faults(near, octets, n) <= choice.faults + HUNDRED / 50)
		return near;
	for (size_t i = 0; i < GP_COUNT(candidates) && choice.faults >= HUNDRED / 20; i++)
		consider(&choice, candidates[i], choice.faults / 2);
	return choice.name;
}

static size_t
high_octets(const char *octets, size_t n)
{
	size_t count = 0;

	for (size_t i = gp_ascii_run(octets, n); i < n; i++)
		count += (octets[i] & 0x80) != 0;
	return count;
}

/* UTF-8 with a stray octet in it, from somebody else's signature, is UTF-8; so is one that was cut. */
static bool
is_utf8(const char *octets, size_t n)
{
	size_t good = 0, bad = 0;

	if (gp_utf8_ok(octets, n))
		return true;
	for (size_t i = 0, length; i < n; i += length) {
		length = gp_utf8_next(octets + i, n - i, NULL);
		good += length > 1;
		bad += length == 0 && n - i > 3;
		length = length > 0 ? length : 1;
	}
	return bad == 0 ? good > 0 : good > 8 * bad;
}

const char *
gp_charset_guess(const char *octets, size_t n, const char *near)
{
	const char *name, *asked;
	size_t high;

	n = n > SAMPLE_MAX ? SAMPLE_MAX : n;
	name = guess_mark(octets, n);
	if (name != NULL)
		return name;
	high = high_octets(octets, n);
	if (high == 0)
		return guess_escape(octets, n);
	if (is_utf8(octets, n))
		return "utf-8";
	near = gp_charset_meaning(near);
	near = strncmp(near, "utf-", 4) == 0 || strncmp(near, "iso-2022", 8) == 0 || strcmp(near, "hz") == 0 ? ""
													     : near;
	asked = ask_uchardet(octets, n);
	name = best_of(asked, near, octets, n, high);
	return *name != '\0' ? name : "windows-1252";
}

/* --- within a message ---------------------------------------------------------------------------------------------- */

/* Where a charset is named behind mark ("=?koi8-r?", "charset=koi8-r"), other than UTF-8; NULL when nowhere. */
static char *
named_behind(const char *octets, size_t n, const char *mark)
{
	const char *end = octets + n, *at = octets;
	size_t mark_n = strlen(mark);

	while ((at = memmem(at, (size_t)(end - at), mark, mark_n)) != NULL) {
		size_t length = 0;

		at += mark_n;
		at += at < end && *at == '"';
		while (at + length < end && length < 40 && strchr("?\"; \t\r\n", at[length]) == NULL)
			length++;
		SCOPED(gp_free_str) char *label = gp_strndup(at, length);
		if (*gp_charset_meaning(label) != '\0' && strncmp(gp_charset_meaning(label), "utf-", 4) != 0)
			return TAKE(label);
	}
	return NULL;
}

char *
gp_charset_near(const char *octets, size_t header_n, size_t n, const char *charset)
{
	char *named;

	n = n > NEAR_MAX ? NEAR_MAX : n;
	if (*gp_charset_meaning(charset) != '\0')
		return gp_strdup(charset);
	named = named_behind(octets, n, "harset=");
	if (named == NULL)
		named = named_behind(octets, header_n < n ? header_n : n, "=?");
	if (named == NULL && gp_ascii_run(octets, n) < n)
		named = gp_strdup(gp_charset_guess(octets, n, ""));
	return named != NULL ? named : gp_strdup("");
}
