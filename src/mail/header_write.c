#include "guildpost/mail/compose.h"

#include <ctype.h>
#include <time.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/mail/crypt.h"

#define LINE	    76 /* RFC 2047 section 2 */
#define WORD_OCTETS 45 /* of text in one encoded-word: 60 base64 characters and "=?UTF-8?B??=" stay below 75 */
#define VALUE_MAX   8192

static const char *const bidi[] = { "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
	"\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9" };

static bool
starts_bidi(const char *s)
{
	for (size_t i = 0; i < GP_COUNT(bidi); i++)
		if (strncmp(s, bidi[i], 3) == 0)
			return true;
	return false;
}

/* The one place where a value becomes harmless: controls become a blank, bidi controls fall (SEC-01, I18-07). */
static char *
clean(const char *value)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(VALUE_MAX);

	for (const char *c = value; *c != '\0' && !out.full; c++) {
		if (starts_bidi(c))
			c += 2;
		else if ((unsigned char)*c >= 0x20 && *c != 0x7f)
			gp_buf_addc(&out, *c);
		else if (out.len > 0 && out.data[out.len - 1] != ' ')
			gp_buf_addc(&out, ' ');
	}
	return gp_buf_take(&out);
}

static size_t
character_length(const char *s)
{
	size_t n = 1;

	while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Encoded-words, never splitting a character; *column is where the line stands. */
static void
add_encoded_words(struct gp_buf *out, const char *text, size_t *column)
{
	bool first = true;

	while (*text != '\0') {
		SCOPED(gp_buf_release) struct gp_buf word = GP_BUF_INIT(256);
		size_t room = first && *column + 20 < LINE ? (LINE - *column - 14) / 4 * 3 : WORD_OCTETS, n = 0;

		room = room > WORD_OCTETS ? WORD_OCTETS : room;
		while (text[n] != '\0' && n + character_length(text + n) <= room)
			n += character_length(text + n);
		if (n == 0)
			n = character_length(text);
		gp_encode_base64(&word, text, n);
		gp_buf_cut(&word, word.len >= 2 ? word.len - 2 : 0); /* without its line end */
		if (!first || *column + word.len + 12 > LINE) {
			gp_buf_adds(out, "\r\n ");
			*column = 1;
		}
		gp_buf_addf(out, "=?UTF-8?B?%s?=", word.data);
		*column += word.len + 12;
		text += n;
		first = false;
	}
}

/* Words at blanks, folded before the one that would cross the line. */
static void
add_folded(struct gp_buf *out, const char *value, size_t *column)
{
	while (*value != '\0') {
		size_t n = strcspn(value, " "), blanks;

		if (*column + n > LINE && *column > 1 && out->data[out->len - 1] == ' ') {
			gp_buf_cut(out, out->len - 1);
			gp_buf_adds(out, "\r\n ");
			*column = 1;
		}
		gp_buf_add(out, value, n);
		*column += n;
		value += n;
		blanks = strspn(value, " ");
		if (blanks > 0 && value[blanks] != '\0') {
			gp_buf_addc(out, ' ');
			(*column)++;
		}
		value += blanks;
	}
}

/* Encoded when it is not ASCII, or would read as an encoded-word, or has a word that no fold can save. */
static bool
must_encode(const char *value)
{
	size_t run = 0;

	for (const char *c = value; *c != '\0'; c++) {
		run = *c == ' ' ? 0 : run + 1;
		if (run > 900)
			return true;
	}
	return !gp_is_ascii(value) || strstr(value, "=?") != NULL;
}

void
gp_header_text(struct gp_buf *out, const char *name, const char *value)
{
	SCOPED(gp_free_str) char *text = clean(value);
	size_t column = strlen(name) + 2;

	gp_buf_addf(out, "%s: ", name);
	if (must_encode(text))
		add_encoded_words(out, text, &column);
	else
		add_folded(out, text, &column);
	gp_buf_adds(out, "\r\n");
}

static void
add_quoted(struct gp_buf *out, const char *display)
{
	gp_buf_addc(out, '"');
	for (; *display != '\0'; display++) {
		if (*display == '"' || *display == '\\')
			gp_buf_addc(out, '\\');
		gp_buf_addc(out, *display);
	}
	gp_buf_addc(out, '"');
}

void
gp_header_mailbox(struct gp_buf *out, const char *name, const char *display, const char *address)
{
	SCOPED(gp_free_str) char *text = clean(display);
	SCOPED(gp_free_str) char *plain = clean(address);
	size_t column = strlen(name) + 2;

	gp_buf_addf(out, "%s: ", name);
	if (*text == '\0') {
		gp_buf_addf(out, "%s\r\n", plain);
		return;
	}
	if (must_encode(text))
		add_encoded_words(out, text, &column);
	else
		add_quoted(out, text);
	column += strlen(text);
	gp_buf_addf(out, "%s<%s>\r\n", column + strlen(plain) > LINE ? "\r\n " : " ", plain);
}

void
gp_header_token(struct gp_buf *out, const char *name, const char *value)
{
	SCOPED(gp_free_str) char *text = clean(value);
	size_t column = strlen(name) + 2;

	gp_buf_addf(out, "%s: ", name);
	add_folded(out, text, &column);
	gp_buf_adds(out, "\r\n");
}

void
gp_header_date(struct gp_buf *out, const char *name, int64_t t, int offset)
{
	static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	int64_t local = t + offset, days = (local >= 0 ? local : local - 86399) / 86400, year;
	int month, day, second = (int)(local - days * 86400), east = offset < 0 ? -offset : offset;

	gp_civil_from_days(days, &year, &month, &day);
	gp_buf_addf(out, "%s: %s, %02d %s %04lld %02d:%02d:%02d %c%02d%02d\r\n", name,
	    weekdays[((days + 3) % 7 + 7) % 7], day, months[month - 1], (long long)year, second / 3600,
	    second / 60 % 60, second % 60, offset < 0 ? '-' : '+', east / 3600, east / 60 % 60);
}

void
gp_msgid_make(const char *domain, const char *seed, char *out, size_t size)
{
	unsigned char hash[32];
	char hex[41];

	gp_sha256(seed, strlen(seed), hash);
	gp_hex(hash, 20, hex);
	(void)snprintf(out, size, "<%s@%s>", hex, domain);
}
