#include "guildpost/mail/scrub.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/boundary.h"
#include "guildpost/mail/compose.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/transfer.h"

#define DEPTH_MAX   20
#define DECODED_MAX (160u << 20)

struct work {
	const char *in;
	const struct gp_scrub *scrub;
	struct gp_buf *out;
	bool changed;
};

/* --- text ----------------------------------------------------------------------------------- */

/* May stand in a local part or a domain, so that what touches it is another address. */
static bool
is_address_octet(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL;
}

/* Behind an address a full stop closes a sentence, unless the domain goes on; "3D" and "%" of encodings do not matter. */
static bool
ends_here(const char *octets, size_t n, size_t at)
{
	if (at < n && octets[at] == '.')
		return at + 1 == n || !isalnum((unsigned char)octets[at + 1]);
	return at == n || !(isalnum((unsigned char)octets[at]) || octets[at] == '-' || octets[at] == '_');
}

static bool
is_address(const char *octets, size_t n, size_t at, const char *address)
{
	size_t m = strlen(address);

	return m > 0 && n - at >= m && strncasecmp(octets + at, address, m) == 0 && ends_here(octets, n, at + m) &&
	       (at == 0 || !is_address_octet((unsigned char)octets[at - 1]) || octets[at - 1] == '=');
}

static size_t
address_at(const char *octets, size_t n, size_t at, const struct gp_scrub *scrub)
{
	for (size_t i = 0; i < scrub->addresses->count; i++)
		if (is_address(octets, n, at, scrub->addresses->v[i]))
			return strlen(scrub->addresses->v[i]);
	return 0;
}

static bool
is_word_octet(unsigned char c)
{
	return isalnum(c) || c >= 0x80;
}

/* Only a whole name of two words or more is surely theirs: nobody loses "Ann" out of every sentence. */
static size_t
name_at(const char *octets, size_t n, size_t at, const struct gp_scrub *scrub)
{
	size_t m = strlen(scrub->name);

	if (m == 0 || octets[at] != scrub->name[0] || n - at < m || memcmp(octets + at, scrub->name, m) != 0 ||
	    strchr(scrub->name, ' ') == NULL)
		return 0;
	if ((at > 0 && is_word_octet((unsigned char)octets[at - 1])) ||
	    (at + m < n && is_word_octet((unsigned char)octets[at + m])))
		return 0;
	return m;
}

/* First octets of what is looked for: all others are passed over at a glance. */
static void
first_octets(const struct gp_scrub *scrub, bool with_name, bool set[256])
{
	memset(set, 0, 256);
	for (size_t i = 0; i < scrub->addresses->count; i++) {
		set[(unsigned char)scrub->addresses->v[i][0]] = true;
		set[toupper((unsigned char)scrub->addresses->v[i][0])] = true;
	}
	if (with_name && *scrub->name != '\0')
		set[(unsigned char)scrub->name[0]] = true;
}

bool
gp_scrub_finds(const char *octets, size_t n, const struct gp_scrub *scrub)
{
	bool set[256];

	first_octets(scrub, false, set);
	for (size_t i = 0; i < n; i++)
		if (set[(unsigned char)octets[i]] && address_at(octets, n, i, scrub) > 0)
			return true;
	return false;
}

static void
put(struct work *work, const char *octets, size_t n)
{
	gp_buf_add(work->out, octets, n);
}

/* Where the display name in front of "<" begins that now stands at the end of out: behind a comma or a colon, or with its
 * opening quote. */
static size_t
display_start(const struct gp_buf *out, size_t from)
{
	size_t at = out->len - 1; /* of "<" */
	bool quoted;

	while (at > from && strchr(" \t\r\n", out->data[at - 1]) != NULL)
		at--;
	quoted = at > from && out->data[at - 1] == '"';
	for (at -= quoted; at > from; at--)
		if (quoted ? out->data[at - 1] == '"' : strchr(",:;", out->data[at - 1]) != NULL)
			break;
	return quoted && at > from ? at - 1 : at;
}

/* In a header field the name before an address goes too, in whatever way it is written. */
static void
put_instead(struct work *work, size_t field_start, bool header)
{
	struct gp_buf *out = work->out;

	if (header && out->len > field_start && out->data[out->len - 1] == '<') {
		gp_buf_cut(out, display_start(out, field_start));
		gp_buf_addf(out, "%s%s <", out->len > 0 && out->data[out->len - 1] == ' ' ? "" : " ",
		    work->scrub->instead_name);
	}
	gp_buf_adds(out, work->scrub->instead);
	work->changed = true;
}

static void
scrub_text(struct work *work, const char *octets, size_t n, bool header)
{
	size_t field_start = work->out->len, from = 0;
	bool set[256];

	first_octets(work->scrub, true, set);
	for (size_t i = 0, m; i < n; i++) {
		if (!set[(unsigned char)octets[i]])
			continue;
		if ((m = address_at(octets, n, i, work->scrub)) > 0) {
			put(work, octets + from, i - from);
			put_instead(work, field_start, header);
		} else if ((m = name_at(octets, n, i, work->scrub)) > 0) {
			put(work, octets + from, i - from);
			gp_buf_adds(work->out, work->scrub->instead_name);
			work->changed = true;
		} else {
			continue;
		}
		from = i + m;
		i = from - 1;
	}
	put(work, octets + from, n - from);
}

/* --- the header ----------------------------------------------------------------------------- */

/* What a thread and a reader need of an author's header. */
static bool
stays(const struct gp_field *field)
{
	static const char *const names[] = { "Date", "Message-ID", "In-Reply-To", "References", "Subject", "To", "Cc",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-Language",
		"Content-ID", "Thread-Index", "Thread-Topic", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		if (gp_field_is(field, names[i]))
			return true;
	return false;
}

static void
scrub_header(struct work *work, size_t start, const struct gp_fields *fields, bool own)
{
	const char *eol = fields->count > 0 && work->in[start + fields->v[0].end - 1] == '\n' &&
				  fields->v[0].end >= 2 && work->in[start + fields->v[0].end - 2] != '\r'
			      ? "\n"
			      : "\r\n";
	size_t last = start;

	if (own)
		gp_buf_addf(work->out, "From: %s <%s>%s", work->scrub->instead_name, work->scrub->instead, eol);
	for (size_t i = 0; i < fields->count; i++) {
		const struct gp_field *field = &fields->v[i];

		if (!own) /* with whatever stands between them */
			scrub_text(work, work->in + last, start + field->end - last, true);
		else if (stays(field))
			scrub_text(work, work->in + start + field->start, field->end - field->start, true);
		last = start + field->end;
	}
	put(work, work->in + last, start + fields->body - last);
	work->changed |= own;
}

/* --- the parts ------------------------------------------------------------------------------ */

static void scrub_entity(struct work *work, size_t start, size_t end, bool own, int depth);

static void
scrub_multipart(struct work *work, size_t at, size_t end, const char *boundary, int depth)
{
	size_t from = at; /* of the part, or of the preamble */
	bool inside = false;

	for (size_t eol; at < end; at = eol) {
		int kind = gp_delimiter(work->in, at, end, boundary);

		eol = gp_line_after(work->in, at, end);
		if (kind == 0)
			continue;
		if (inside)
			scrub_entity(work, from, at, false, depth + 1);
		else
			scrub_text(work, work->in + from, at - from, false);
		put(work, work->in + at, eol - at);
		from = eol;
		inside = kind == 1;
	}
	if (inside)
		scrub_entity(work, from, end, false, depth + 1);
	else
		scrub_text(work, work->in + from, end - from, false);
}

/* Encoded anew only where something was found: else the octets stay. */
static void
scrub_encoded(struct work *work, const char *octets, size_t n, const char *coding)
{
	SCOPED(gp_buf_release) struct gp_buf decoded = GP_BUF_INIT(DECODED_MAX), clean = GP_BUF_INIT(DECODED_MAX);
	struct work inner = { .scrub = work->scrub, .out = &clean };

	gp_decode_transfer(&decoded, coding, octets, n);
	scrub_text(&inner, decoded.data, decoded.len, false);
	if (!inner.changed) { /* and what stands in the clear between damaged octets */
		scrub_text(work, octets, n, false);
		return;
	}
	work->changed = true;
	if (strcmp(coding, "base64") == 0)
		gp_encode_base64(work->out, clean.data, clean.len);
	else
		gp_encode_qp(work->out, clean.data, clean.len);
	gp_buf_adds(work->out, clean.len > 0 && clean.data[clean.len - 1] == '\n' ? "" : "\r\n");
}

static void
scrub_leaf(struct work *work, const char *octets, size_t n, const char *type, const char *coding)
{
	bool encoded = strcmp(coding, "base64") == 0 || strcmp(coding, "quoted-printable") == 0;

	if (encoded && strncmp(type, "text/", 5) == 0)
		scrub_encoded(work, octets, n, coding);
	else
		scrub_text(work, octets, n, false);
}

static char *
field_value(const struct gp_fields *fields, const char *name, const char *fallback)
{
	const struct gp_field *field = gp_fields_find(fields, name);

	return field != NULL ? gp_field_unfold(field) : gp_strdup(fallback);
}

static void
scrub_entity(struct work *work, size_t start, size_t end, bool own, int depth)
{
	SCOPED(gp_fields_release) struct gp_fields fields = { 0 };
	SCOPED(gp_free_str) char *type = NULL, *word = NULL, *coding_value = NULL, *coding = NULL, *boundary = NULL;
	size_t body;

	gp_fields_read(work->in + start, end - start, &fields);
	body = start + fields.body;
	scrub_header(work, start, &fields, own);
	type = field_value(&fields, "Content-Type", "text/plain");
	word = gp_value_word(type);
	coding_value = field_value(&fields, "Content-Transfer-Encoding", "");
	coding = gp_value_word(coding_value);
	boundary = gp_value_param_raw(type, "boundary");
	if (depth < DEPTH_MAX && strncmp(word, "multipart/", 10) == 0 && *boundary != '\0')
		scrub_multipart(work, body, end, boundary, depth);
	else if (depth < DEPTH_MAX && strcmp(word, "message/rfc822") == 0)
		scrub_entity(work, body, end, false, depth + 1);
	else
		scrub_leaf(work, work->in + body, end - body, word, coding);
}

bool
gp_scrub_message(const char *octets, size_t n, const struct gp_scrub *scrub, struct gp_buf *out)
{
	struct work work = { .in = octets, .scrub = scrub, .out = out };

	scrub_entity(&work, 0, n, scrub->own, 0);
	return work.changed;
}
