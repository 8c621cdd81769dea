#include <strings.h>

#include "guildpost/mail/charset.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/transfer.h"
#include "guildpost/mail/utf8.h"

#define WORD_MAX	4096 /* octets of one encoded word; the RFC says 75, Outlook and others write longer ones */
#define LINE_MAX_OCTETS (512 * 1024)

struct word {
	char charset[64];
	char encoding; /* 'b' or 'q' */
	const char *text;
	size_t text_n, whole;
};

/* True when an encoded word stands at s: "=?" charset ["*" language] "?" encoding "?" text "?=". */
static bool
word_read(const char *s, size_t n, struct word *ret_word)
{
	const char *mark, *shut;
	size_t charset_n;

	n = n > WORD_MAX ? WORD_MAX : n;
	if (n < 8 || s[0] != '=' || s[1] != '?')
		return false;
	mark = memchr(s + 2, '?', n - 2 > 64 ? 64 : n - 2);
	if (mark == NULL || (size_t)(mark - s) + 3 >= n || mark[2] != '?' || strchr("bBqQ", mark[1]) == NULL)
		return false;
	shut = memmem(mark + 3, n - (size_t)(mark + 3 - s), "?=", 2);
	if (shut == NULL)
		return false;
	charset_n = (size_t)(mark - s) - 2;
	(void)snprintf(ret_word->charset, sizeof(ret_word->charset), "%.*s", (int)charset_n, s + 2);
	ret_word->charset[strcspn(ret_word->charset, "*")] = '\0';
	ret_word->encoding = mark[1] == 'b' || mark[1] == 'B' ? 'b' : 'q';
	ret_word->text = mark + 3;
	ret_word->text_n = (size_t)(shut - mark) - 3;
	ret_word->whole = (size_t)(shut - s) + 2;
	return true;
}

/* "Q": quoted-printable in which "_" is a blank. */
static void
word_octets(const struct word *word, struct gp_buf *out)
{
	if (word->encoding == 'b') {
		gp_decode_base64(out, word->text, word->text_n);
		return;
	}
	for (size_t i = 0; i < word->text_n; i++) {
		if (word->text[i] == '_')
			gp_buf_addc(out, ' ');
		else if (word->text[i] == '=' && i + 2 < word->text_n) {
			gp_decode_qp(out, word->text + i, 3);
			i += 2;
		} else
			gp_buf_addc(out, word->text[i]);
	}
}

/* Words that follow each other with only white space between; those of one charset are joined as octets, because
 * senders cut characters in two. Returns the octets used. */
static size_t
decode_run(struct gp_buf *out, const char *near, const char *s, size_t n)
{
	struct gp_buf octets = GP_BUF_INIT(LINE_MAX_OCTETS);
	char charset[64] = "";
	struct word word;
	size_t used = 0, blanks = 0;

	while (word_read(s + used + blanks, n - used - blanks, &word)) {
		if (octets.len > 0 && strcasecmp(charset, word.charset) != 0) {
			gp_charset_to_utf8(out, charset, near, octets.data, octets.len);
			gp_buf_clear(&octets);
		}
		(void)snprintf(charset, sizeof(charset), "%s", word.charset);
		word_octets(&word, &octets);
		used += blanks + word.whole;
		for (blanks = 0; used + blanks < n && strchr(" \t\r\n", s[used + blanks]) != NULL; blanks++)
			;
	}
	gp_charset_to_utf8(out, charset, near, octets.data, octets.len);
	gp_buf_release(&octets);
	return used;
}

char *
gp_words_decode(const char *raw, size_t n, const char *charset, size_t max)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(LINE_MAX_OCTETS);
	size_t at = 0, plain, used;

	n = n > LINE_MAX_OCTETS / 4 ? LINE_MAX_OCTETS / 4 : n;
	while (at < n) {
		for (plain = 0, used = 0; at + plain < n; plain++) {
			struct word word;

			if (raw[at + plain] == '=' && word_read(raw + at + plain, n - at - plain, &word))
				break;
		}
		/* Raw 8-bit text is UTF-8 in our days (RFC 6532); else what the body is in. */
		if (gp_utf8_ok(raw + at, plain))
			gp_buf_add(&out, raw + at, plain);
		else
			gp_charset_to_utf8(&out, charset, charset, raw + at, plain);
		at += plain;
		if (at < n)
			used = decode_run(&out, charset, raw + at, n - at);
		at += used;
	}
	return gp_utf8_cleaned(out.data, out.len, false, max);
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

char *
gp_value_word(const char *value)
{
	size_t n;
	char *word;

	value += strspn(value, " \t");
	n = strcspn(value, "; \t(\"");
	word = gp_strndup(value, n > 127 ? 127 : n);
	for (char *c = word; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c <= 0x20 || *c >= 0x7f ? '?' : *c;
	return word;
}

struct param {
	const char *name;
	size_t name_n;
	struct gp_buf value; /* unquoted */
	bool quoted;
};

static const char *
skip_comment(const char *s)
{
	int depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '(')
			depth++;
		else if (*s == ')' && --depth == 0)
			return s + 1;
	}
	return s;
}

/* Reads the next "; name=value" from *at; false at the end. */
static bool
param_next(const char **at, struct param *p)
{
	const char *s = *at;

	gp_buf_clear(&p->value);
	for (; *s != '\0' && strchr("; \t", *s) != NULL; s++)
		;
	while (*s == '(')
		s = skip_comment(s) + strspn(skip_comment(s), " \t;");
	p->name = s;
	p->name_n = strcspn(s, "= \t;");
	s += p->name_n;
	s += strspn(s, " \t");
	p->quoted = false;
	if (*s == '=') {
		s += 1 + strspn(s + 1, " \t");
		p->quoted = *s == '"';
		for (s += p->quoted; *s != '\0' && (p->quoted ? *s != '"' : strchr("; \t", *s) == NULL); s++) {
			if (p->quoted && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
				s++;
			gp_buf_addc(&p->value, *s);
		}
		/* An unquoted name with blanks in it (Outlook, PHP): to the end of the parameter. */
		if (!p->quoted && (*s == ' ' || *s == '\t') && memchr(s, '=', strcspn(s, ";")) == NULL) {
			size_t rest = strcspn(s, ";(");

			gp_buf_add(&p->value, s, rest);
			s += rest;
		}
		s += strcspn(s, ";") * (p->quoted ? 1 : 0);
	}
	if (p->name_n == 0 && *s == '\0')
		return false;
	*at = s;
	return true;
}

/* Where the parameters begin. */
static const char *
params(const char *value)
{
	return value + strcspn(value, ";");
}

static void
percent_decode(struct gp_buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char quoted[3] = { '=', 0, 0 };

		if (s[i] != '%' || i + 2 >= n) {
			gp_buf_addc(out, s[i]);
			continue;
		}
		memcpy(quoted + 1, s + i + 1, 2);
		gp_decode_qp(out, quoted, 3);
		i += 2;
	}
}

/* The sections of an RFC 2231 parameter in order: name*0*, name*1, ... or the single name*. */
struct sections {
	struct gp_buf octets;
	char charset[64];
	long next;
};

static void
take_section(struct sections *sections, const struct param *p, size_t name_n)
{
	const char *suffix = p->name + name_n, *value = p->value.data, *tick = strchr(value, '\'');
	bool extended = p->name_n > name_n && p->name[p->name_n - 1] == '*';
	long number = suffix[1] >= '0' && suffix[1] <= '9' ? strtol(suffix + 1, NULL, 10) : 0;
	size_t n = p->value.len;

	if (number != sections->next)
		return;
	sections->next++;
	if (extended && number == 0 && tick != NULL && strchr(tick + 1, '\'') != NULL) {
		(void)snprintf(sections->charset, sizeof(sections->charset), "%.*s",
		    (int)(tick - value < 63 ? tick - value : 63), value);
		n -= (size_t)(strchr(tick + 1, '\'') + 1 - value);
		value = strchr(tick + 1, '\'') + 1;
	}
	if (extended)
		percent_decode(&sections->octets, value, n);
	else
		gp_buf_add(&sections->octets, value, n);
}

static bool
is_named(const struct param *p, const char *name, bool *ret_section)
{
	size_t n = strlen(name);

	if (p->name_n < n || strncasecmp(p->name, name, n) != 0)
		return false;
	*ret_section = p->name_n > n && p->name[n] == '*';
	return p->name_n == n || *ret_section;
}

char *
gp_value_param_raw(const char *value, const char *name)
{
	SCOPED(gp_buf_release) struct gp_buf held = GP_BUF_INIT(LINE_MAX_OCTETS);
	struct param p = { .value = GP_BUF_INIT(LINE_MAX_OCTETS) };
	const char *at = params(value);
	bool found = false, section;

	while (!found && param_next(&at, &p))
		found = is_named(&p, name, &section) && !section;
	if (found)
		gp_buf_add(&held, p.value.data, p.value.len);
	gp_buf_release(&p.value);
	return gp_buf_take(&held);
}

char *
gp_value_param(const char *value, const char *name)
{
	struct param p = { .value = GP_BUF_INIT(LINE_MAX_OCTETS) };
	struct sections sections = { .octets = GP_BUF_INIT(LINE_MAX_OCTETS) };
	SCOPED(gp_free_str) char *plain = NULL;
	struct gp_buf out = GP_BUF_INIT(LINE_MAX_OCTETS);
	const char *at = params(value);
	bool section;
	char *result;

	/* Continuations may come in any order: those out of turn wait for the next round. Nobody writes many. */
	for (int round = 0; round < 20; round++) {
		long before = sections.next;

		at = params(value);
		while (param_next(&at, &p)) {
			if (!is_named(&p, name, &section))
				continue;
			if (section)
				take_section(&sections, &p, strlen(name));
			else if (plain == NULL)
				plain = gp_words_decode(p.value.data, p.value.len, "", 1000);
		}
		if (sections.next == before)
			break;
	}
	if (sections.next > 0)
		gp_charset_to_utf8(&out, sections.charset, "", sections.octets.data, sections.octets.len);
	result = sections.next > 0 ? gp_utf8_cleaned(out.data, out.len, false, 1000)
		 : plain != NULL   ? TAKE(plain)
				   : gp_strdup("");
	gp_buf_release(&out);
	gp_buf_release(&p.value);
	gp_buf_release(&sections.octets);
	return result;
}
