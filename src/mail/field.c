#include "guildpost/mail/field.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/mail/utf8.h"

#define FIELD_MAX  (256 * 1024) /* octets of a value: all that a header may have (SEC-06) */
#define LOOK_AHEAD 20 /* lines behind one that is no field */

/* Fields by which a header is known to go on behind a line that is none. */
static const char *const known[] = { "from", "to", "cc", "subject", "date", "message-id", "received", "mime-version",
	"content-type", "content-transfer-encoding", "in-reply-to", "references", "reply-to", "return-path", "x-mailer",
	"sender", "list-id", "delivered-to" };

/* Length of the field name at s when it is followed by a colon, else 0 (RFC 5322 section 2.2; blanks before the colon
 * are the obsolete form of section 4.5). */
static size_t
name_length(const char *s, size_t n)
{
	size_t i = 0, end;

	while (i < n && s[i] > 0x20 && s[i] < 0x7f && s[i] != ':')
		i++;
	end = i;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return end > 0 && i < n && s[i] == ':' ? end : 0;
}

static size_t
line_length(const char *s, size_t n)
{
	const char *end = memchr(s, '\n', n);

	return end != NULL ? (size_t)(end - s) + 1 : n;
}

static bool
is_blank_line(const char *s, size_t n)
{
	return n == 0 || s[0] == '\n' || (s[0] == '\r' && (n == 1 || s[1] == '\n'));
}

static bool
is_known(const char *s, size_t n)
{
	for (size_t i = 0; i < GP_COUNT(known); i++)
		if (strlen(known[i]) == n && strncasecmp(known[i], s, n) == 0)
			return true;
	return false;
}

static bool
header_goes_on(const char *s, size_t n)
{
	for (int line = 0; line < LOOK_AHEAD && !is_blank_line(s, n); line++) {
		size_t length = line_length(s, n);

		if (is_known(s, name_length(s, length)))
			return true;
		s += length;
		n -= length;
	}
	return false;
}

static void
add_field(struct gp_fields *fields, const char *octets, size_t start, size_t end, size_t name_n)
{
	const char *s = octets + start, *colon = memchr(s, ':', end - start);
	size_t value_n = end - start - (size_t)(colon + 1 - s);

	if (fields->count >= GP_FIELDS_MAX)
		return;
	if ((fields->count & (fields->count - 1)) == 0)
		fields->v = gp_grow(fields->v, (fields->count > 0 ? fields->count * 2 : 1) * sizeof(*fields->v));
	while (value_n > 0 && (colon[value_n] == '\n' || colon[value_n] == '\r'))
		value_n--;
	fields->v[fields->count++] = (struct gp_field){ s, colon + 1, name_n, value_n, start, end };
}

void
gp_fields_read(const char *octets, size_t n, struct gp_fields *ret_fields)
{
	struct gp_fields fields = { .regular = true };
	size_t at = 0, end, name_n;

	while (at < n && !is_blank_line(octets + at, n - at)) {
		end = at + line_length(octets + at, n - at);
		name_n = name_length(octets + at, end - at);
		/* A line of blanks alone is a fold for some and the end for others: here the field goes on. */
		while (name_n > 0 && end < n && (octets[end] == ' ' || octets[end] == '\t'))
			end += line_length(octets + end, n - end);
		if (name_n > 0) {
			add_field(&fields, octets, at, end, name_n);
		} else {
			fields.regular = false;
			if (!header_goes_on(octets + end, n - end))
				break;
		}
		at = end;
	}
	if (at < n && is_blank_line(octets + at, n - at))
		at += line_length(octets + at, n - at);
	fields.body = at;
	*ret_fields = fields;
}

void
gp_fields_release(struct gp_fields *fields)
{
	free(fields->v);
	*fields = (struct gp_fields){ 0 };
}

const struct gp_field *
gp_fields_find(const struct gp_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (gp_field_is(&fields->v[i], name))
			return &fields->v[i];
	return NULL;
}

/* In runs; what is longer than any header may be is cut. */
char *
gp_field_unfold(const struct gp_field *field)
{
	size_t n = field->value_n < FIELD_MAX ? field->value_n : FIELD_MAX;
	struct gp_buf out = GP_BUF_INIT(FIELD_MAX);

	for (size_t i = 0, run; i < n; i += run + 1) {
		for (run = 0; i + run < n && field->value[i + run] != '\r' && field->value[i + run] != '\n' &&
			      field->value[i + run] != '\0';)
			run++;
		gp_buf_add(&out, field->value + i, run);
	}
	return gp_buf_take(&out);
}

char *
gp_field_text(const struct gp_field *field, const char *charset, size_t max)
{
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");

	return gp_words_decode(value, strlen(value), charset, max);
}

bool
gp_msgid_ok(const char *id, size_t n)
{
	const char *at;

	if (n < 5 || n > 250 || id[0] != '<' || id[n - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < n; i++)
		if (id[i] <= 0x20 || id[i] >= 0x7f || id[i] == '<' || id[i] == '>')
			return false;
	at = memchr(id, '@', n);
	return at != NULL && at > id + 1 && at < id + n - 2;
}

void
gp_msgids_scan(const char *value, struct gp_strs *into)
{
	const char *open = strchr(value, '<'), *shut;

	for (; open != NULL; open = strchr(open, '<')) {
		size_t n = strcspn(open + 1, "<> \t");
		SCOPED(gp_free_str) char *id = NULL;
		bool seen = false;

		shut = open + 1 + n;
		if (*shut == '>' && gp_msgid_ok(open, n + 2)) {
			id = gp_strndup(open, n + 2);
			for (size_t i = 0; i < into->count && !seen; i++)
				seen = strcmp(into->v[i], id) == 0;
			if (!seen && into->count < GP_FIELDS_MAX)
				gp_strs_add(into, id);
		}
		open = shut;
	}
}

/* --- subject ---------------------------------------------------------------------------------------------------- */

/* Reply and forward prefixes as clients write them (LST-08). */
static const struct {
	const char *word;
	bool reply;
} prefixes[] = { { "re", true }, { "aw", true }, { "antw", true }, { "antwort", true }, { "sv", true }, { "vs", true },
	{ "rv", true }, { "odp", true }, { "ynt", true }, { "yan", true }, { "res", true }, { "rif", true },
	{ "ref", true }, { "bls", true }, { "atb", true }, { "vá", true }, { "ha", true }, { "отв", true },
	{ "απ", true }, { "回复", true }, { "答复", true }, { "回覆", true }, { "답장", true }, { "返信", true },
	{ "fwd", false }, { "fw", false }, { "wg", false }, { "tr", false }, { "enc", false }, { "i", false },
	{ "vb", false }, { "doorst", false }, { "vl", false }, { "pd", false }, { "转发", false }, { "轉寄", false },
	{ "転送", false }, { "전달", false } };

/* Length of a prefix at s with its colon and blanks ("Re[2]:", "AW：", "Re^2:"), 0 when there is none. */
static size_t
prefix_length(const char *s, bool *ret_reply)
{
	for (size_t i = 0; i < GP_COUNT(prefixes); i++) {
		size_t n = strlen(prefixes[i].word);

		if (strncmp(s, prefixes[i].word, n) != 0)
			continue;
		n += s[n] == '[' || s[n] == '(' || s[n] == '^' ? strcspn(s + n, ":") < 6 ? strcspn(s + n, ":") : 0 : 0;
		n += strspn(s + n, " ");
		if (s[n] == ':')
			n++;
		else if (strncmp(s + n, "\xef\xbc\x9a", 3) == 0) /* the full-width colon */
			n += 3;
		else
			continue;
		*ret_reply = *ret_reply || prefixes[i].reply;
		return n + strspn(s + n, " ");
	}
	return 0;
}

/* "[weavers] " at the beginning: at most 40 octets, and something must follow. */
static size_t
tag_length(const char *s)
{
	size_t n = *s == '[' ? strcspn(s, "]") : 0;

	if (n == 0 || n > 40 || s[n] != ']')
		return 0;
	n += 1 + strspn(s + n + 1, " ");
	return s[n] != '\0' ? n : 0;
}

/* What stands before the subject proper in a folded subject. */
static size_t
opening_length(const char *folded, bool *ret_reply)
{
	const char *s = folded;
	size_t n;

	*ret_reply = false;
	do {
		s += strspn(s, " ");
		n = prefix_length(s, ret_reply);
		n = n > 0 ? n : tag_length(s);
		s += n;
	} while (n > 0);
	return (size_t)(s - folded);
}

char *
gp_subject_shown(const char *subject)
{
	SCOPED(gp_free_str) char *folded = gp_utf8_fold(subject);
	bool reply;
	const char *end = folded + opening_length(folded, &reply);

	/* Folding keeps the number of characters, not that of octets. */
	for (const char *s = folded; s < end && *subject != '\0'; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			do
				subject++;
			while (((unsigned char)*subject & 0xc0) == 0x80);
	return gp_strdup(subject);
}

char *
gp_subject_base(const char *subject, bool *ret_reply)
{
	SCOPED(gp_free_str) char *folded = gp_utf8_fold(subject);
	const char *s = folded + opening_length(folded, ret_reply);
	size_t n = strlen(s);

	if (n > 5 && strcmp(s + n - 5, "(fwd)") == 0)
		n -= 5;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return gp_strndup(s, n);
}
