#include "guildpost/mail/seven.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/boundary.h"
#include "guildpost/mail/field.h"
#include "mail/seven_head.h"

#define DEPTH_MAX 20 /* as the pre-scan: deeper parts stay as they are */

/* One mail on its way from 8 to 7 bits. Offsets are those of the whole mail. */
struct seven {
	const char *in;
	size_t n;
	const struct gp_composed *from;
	struct gp_composed *to;
	size_t slot; /* the next that has no new place */
	bool body, torn, address_lost;
};
struct part { /* an entity: a header, and a body that ends at `end` */
	size_t start, end, body;
	bool whole; /* the mail itself: its last line end is its own, not the boundary's */
	bool kept; /* signed: its body keeps its octets */
	const struct gp_fields *fields;
	const struct gp_field *type, *coding;
};

static bool
is_eight(const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)octets[i] >= 0x80)
			return true;
	return false;
}

void
gp_eight_look(const struct gp_composed *composed, struct gp_eight *ret)
{
	const struct gp_buf *octets = &composed->octets;
	const char *blank = memmem(octets->data, octets->len, "\r\n\r\n", 4);
	size_t head = blank != NULL ? (size_t)(blank - octets->data) + 4 : octets->len;

	ret->head = is_eight(octets->data, head);
	ret->body = is_eight(octets->data + head, octets->len - head);
}

/* --- slots ---------------------------------------------------------------------------------- */

/* Slots up to here stand where the output now ends. */
static void
mark(struct seven *s, size_t at)
{
	while (s->slot < s->from->slot_count && s->from->slots[s->slot].offset <= at)
		s->to->slots[s->slot++].offset = s->to->octets.len;
}

/* Before octets that will not stay as they are. */
static void
mark_changed(struct seven *s, size_t start, size_t end)
{
	mark(s, start);
	if (s->slot < s->from->slot_count && s->from->slots[s->slot].offset < end)
		s->torn = true;
}

static void
copy(struct seven *s, size_t start, size_t end)
{
	mark(s, start);
	while (s->slot < s->from->slot_count && s->from->slots[s->slot].offset < end) {
		size_t at = s->from->slots[s->slot].offset;

		gp_buf_add(&s->to->octets, s->in + start, at - start);
		mark(s, at);
		start = at;
	}
	gp_buf_add(&s->to->octets, s->in + start, end - start);
}

/* --- bodies --------------------------------------------------------------------------------- */

/* A body that is quoted-printable already but holds raw octets: those alone are quoted. */
static void
quote_strays(struct gp_buf *out, const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)octets[i] >= 0x80)
			gp_buf_addf(out, "=%02X", (unsigned char)octets[i]);
		else
			gp_buf_addc(out, octets[i]);
}

/* A body that is base64 already: nobody reads raw octets in it. */
static void
drop_strays(struct gp_buf *out, const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)octets[i] < 0x80)
			gp_buf_addc(out, octets[i]);
}

static void
encode_base64(struct gp_buf *out, const char *octets, size_t n)
{
	gp_encode_base64(out, octets, n);
}

static void
encode_qp(struct gp_buf *out, const char *octets, size_t n)
{
	gp_encode_qp(out, octets, n);
}

struct coding { /* how a body becomes 7 bits; name NULL: the field stays as it is */
	const char *name;
	void (*encode)(struct gp_buf *out, const char *octets, size_t n);
};

/* Text stays legible as quoted-printable while few octets need it (the larger script would grow to the threefold). */
static struct coding
choose_coding(const struct seven *s, const struct part *part)
{
	static const struct coding kept_qp = { NULL, quote_strays }, kept_base64 = { NULL, drop_strays };
	static const struct coding qp = { "quoted-printable", encode_qp }, base64 = { "base64", encode_base64 };
	SCOPED(gp_free_str) char *coding = part->coding != NULL ? gp_field_unfold(part->coding) : gp_strdup("");
	SCOPED(gp_free_str) char *type = part->type != NULL ? gp_field_unfold(part->type) : gp_strdup("text/plain");
	SCOPED(gp_free_str) char *coding_word = gp_value_word(coding);
	SCOPED(gp_free_str) char *type_word = gp_value_word(type);
	size_t eight = 0;

	if (strcmp(coding_word, "quoted-printable") == 0)
		return kept_qp;
	if (strcmp(coding_word, "base64") == 0)
		return kept_base64;
	for (size_t i = part->body; i < part->end; i++)
		eight += (unsigned char)s->in[i] >= 0x80;
	if (strncmp(type_word, "text/", 5) != 0 && strncmp(type_word, "message/", 8) != 0)
		return base64;
	return eight > (part->end - part->body) / 3 ? base64 : qp;
}

static void
add_leaf_body(struct seven *s, const struct part *part, const struct coding *coding)
{
	struct gp_buf *out = &s->to->octets;
	bool ends = part->end > part->body && s->in[part->end - 1] == '\n';

	mark_changed(s, part->body, part->end);
	coding->encode(out, s->in + part->body, part->end - part->body);
	/* The encoders end with a line end. Before a boundary it is the boundary's, unless the text had one too. */
	if (coding->name != NULL && !part->whole && (!ends || coding->encode == encode_base64) && out->len >= 2)
		gp_buf_cut(out, out->len - 2);
}

/* --- headers -------------------------------------------------------------------------------- */

static bool
is_coding(const struct gp_field *field)
{
	return gp_field_is(field, "Content-Transfer-Encoding");
}

/* The header of a part. coding "": the field stays; else it says this, and is added where it is missing. */
static void
add_header(struct seven *s, const struct part *part, const char *coding)
{
	struct gp_buf *out = &s->to->octets;
	bool said = false;

	for (size_t i = 0; i < part->fields->count; i++) {
		const struct gp_field *field = &part->fields->v[i];
		size_t start = part->start + field->start, end = part->start + field->end;

		if (*coding != '\0' && is_coding(field)) {
			mark_changed(s, start, end);
			if (!said)
				gp_buf_addf(out, "Content-Transfer-Encoding: %s\r\n", coding);
			said = true;
		} else if (is_eight(s->in + start, end - start)) {
			mark_changed(s, start, end);
			s->address_lost |= !gp_seven_field(out, field);
		} else {
			copy(s, start, end);
		}
	}
	mark(s, part->body);
	if (*coding != '\0' && !said)
		gp_buf_addf(out, "Content-Transfer-Encoding: %s\r\n", coding);
}

/* Raw 8-bit text that calls itself nothing, or us-ascii by default, gets a name for what it is (RFC 1428). */
static void
add_missing_type(struct seven *s, const struct part *part)
{
	if (part->whole && gp_fields_find(part->fields, "MIME-Version") == NULL)
		gp_buf_adds(&s->to->octets, "MIME-Version: 1.0\r\n");
	if (part->type == NULL)
		gp_buf_addf(&s->to->octets, "Content-Type: text/plain; charset=%s\r\n",
		    gp_seven_charset(s->in + part->body, part->end - part->body));
}

/* --- parts ---------------------------------------------------------------------------------- */

static void add_part(struct seven *s, size_t start, size_t end, bool whole, int depth);

/* What stands before the first part and behind the last is read by nobody. */
static void
add_nobody(struct seven *s, size_t start, size_t end)
{
	if (!is_eight(s->in + start, end - start)) {
		copy(s, start, end);
		return;
	}
	mark_changed(s, start, end);
	drop_strays(&s->to->octets, s->in + start, end - start);
}

static void
add_multipart(struct seven *s, const struct part *part, const char *boundary, int depth)
{
	size_t from = part->body; /* of the part, or of the preamble */
	bool inside = false;
	int kind = 0;

	for (size_t at = part->body, eol; at < part->end && kind != 2; at = eol) {
		size_t last = at;

		eol = gp_line_after(s->in, at, part->end);
		kind = gp_delimiter(s->in, at, part->end, boundary);
		if (kind == 0)
			continue;
		if (inside && last >= from + 2) /* the line end before a delimiter belongs to it */
			last -= 2;
		if (inside)
			add_part(s, from, last, false, depth + 1);
		else
			add_nobody(s, from, last);
		copy(s, last, eol);
		from = eol;
		inside = kind == 1;
	}
	if (inside) /* cut short: no last delimiter */
		add_part(s, from, part->end, part->whole, depth + 1);
	else
		add_nobody(s, from, part->end);
}

/* A header says "7bit" for its composite body; where something signed kept its octets it must say "8bit" after all. Both
 * words are of one length. */
static void
add_composite(struct seven *s, const struct part *part, const char *word, const char *type, int depth)
{
	SCOPED(gp_free_str) char *boundary = gp_value_param_raw(type, "boundary");
	struct gp_buf *out = &s->to->octets;
	size_t header = out->len, body;
	char *seven;

	add_header(s, part, part->coding != NULL ? "7bit" : "");
	gp_buf_adds(out, "\r\n");
	body = out->len;
	if (strncmp(word, "message/", 8) == 0)
		add_part(s, part->body, part->end, part->whole, depth + 1);
	else
		add_multipart(s, part, boundary, depth);
	if (part->coding == NULL || out->full || !is_eight(out->data + body, out->len - body))
		return;
	seven = memmem(out->data + header, body - header, "Encoding: 7bit", 14);
	if (seven != NULL)
		seven[10] = '8';
}

/* What is coded as a whole, against RFC 2045 section 6.4, is a leaf for us. */
static bool
is_composite(const struct part *part, const char *word, const char *type)
{
	SCOPED(gp_free_str) char *boundary = gp_value_param_raw(type, "boundary");
	SCOPED(gp_free_str) char *coding = part->coding != NULL ? gp_field_unfold(part->coding) : gp_strdup("");
	SCOPED(gp_free_str) char *coding_word = gp_value_word(coding);

	if (part->kept || strcmp(coding_word, "quoted-printable") == 0 || strcmp(coding_word, "base64") == 0)
		return false;
	if (strcmp(word, "message/rfc822") == 0 || strcmp(word, "message/global") == 0)
		return true;
	return strncmp(word, "multipart/", 10) == 0 && *boundary != '\0';
}

static void
add_leaf(struct seven *s, const struct part *part)
{
	struct coding coding = { NULL, NULL };

	if (s->body && !part->kept && is_eight(s->in + part->body, part->end - part->body))
		coding = choose_coding(s, part);
	add_header(s, part, coding.name != NULL ? coding.name : "");
	if (coding.name != NULL)
		add_missing_type(s, part);
	if (part->body > part->start || part->whole)
		gp_buf_adds(&s->to->octets, "\r\n");
	if (coding.encode != NULL)
		add_leaf_body(s, part, &coding);
	else
		copy(s, part->body, part->end);
}

static void
add_part(struct seven *s, size_t start, size_t end, bool whole, int depth)
{
	SCOPED(gp_fields_release) struct gp_fields fields = { 0 };
	SCOPED(gp_free_str) char *type = NULL;
	SCOPED(gp_free_str) char *word = NULL;
	struct part part = { .start = start, .end = end, .whole = whole };

	if (!is_eight(s->in + start, end - start) || depth > DEPTH_MAX) {
		copy(s, start, end);
		return;
	}
	gp_fields_read(s->in + start, end - start, &fields);
	part.fields = &fields;
	part.body = start + fields.body;
	part.type = gp_fields_find(&fields, "Content-Type");
	part.coding = gp_fields_find(&fields, "Content-Transfer-Encoding");
	type = part.type != NULL ? gp_field_unfold(part.type) : gp_strdup("");
	word = gp_value_word(type);
	part.kept = strcmp(word, "multipart/signed") == 0;
	if (part.kept && depth > 0)
		copy(s, start, end);
	else if (s->body && is_composite(&part, word, type))
		add_composite(s, &part, word, type, depth);
	else
		add_leaf(s, &part);
}

enum gp_rc
gp_seven_make(const struct gp_composed *composed, bool body, struct gp_composed *ret_composed, bool *ret_address_lost,
    struct gp_err *err)
{
	struct seven s = { .in = composed->octets.data,
		.n = composed->octets.len,
		.from = composed,
		.to = ret_composed,
		.body = body };

	memcpy(ret_composed->slots, composed->slots, sizeof(composed->slots));
	ret_composed->slot_count = composed->slot_count;
	memcpy(ret_composed->msgid, composed->msgid, sizeof(composed->msgid));
	add_part(&s, 0, s.n, true, 0);
	mark(&s, s.n);
	*ret_address_lost = s.address_lost;
	if (s.torn)
		return gp_fail(err, "5.6.3", "what differs in each copy stands inside a part that must be recoded");
	return ret_composed->octets.full ? gp_fail(err, "5.3.4", "recoded, the mail is too large to send") : GP_OK;
}
