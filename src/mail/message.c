#include "guildpost/mail/message.h"

#include <libetpan/libetpan.h>
#include <strings.h>

#include "guildpost/base/lazy.h"
#include "guildpost/mail/charset.h"
#include "guildpost/mail/dsn.h"
#include "guildpost/mail/excerpt.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/flowed.h"
#include "guildpost/mail/html.h"
#include "guildpost/mail/ical.h"
#include "guildpost/mail/ical_text.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/scan.h"
#include "guildpost/mail/transfer.h"
#include "guildpost/mail/utf8.h"
#include "mail/head.h"
#include "mail/message_hash.h"

#define TEXT_MAX	(1024 * 1024) /* octets of the readable text of a message, and of what is decoded for it */
#define PART_READ_MAX	(3 * TEXT_MAX) /* encoded octets of one part, and of all text, that are looked at */
#define CALENDAR_MAX	(256 * 1024)
#define CALENDARS_MAX	10
#define PASSES_MAX	(192ull << 20) /* octets over all levels: what a second of libetpan reads */
#define NAME_MAX_OCTETS 200

/* The charset that a guess may lean on: few messages need one, and it is looked for in many octets. */
struct near {
	const char *octets, *charset; /* that of the whole message, "" when missing */
	size_t header_n, n; /* octets */
	char *found; /* NULL: not looked for yet */
};

static const char *
near_found(struct near *near)
{
	if (near->found == NULL)
		near->found = gp_charset_near(near->octets, near->header_n, near->n, near->charset);
	return near->found;
}

/* For these octets under this label; "" when they need none. */
static const char *
near_for(struct near *near, const char *label, const struct gp_buf *text)
{
	bool sure = gp_charset_plain(text->data, text->len) ||
		    (*gp_charset_meaning(label) != '\0' && gp_utf8_ok(text->data, text->len));

	return sure ? "" : near_found(near);
}

static bool
has_encoded_words(const char *octets, size_t n)
{
	const char *end = octets + n;

	for (const char *mark = memchr(octets, '?', n); mark != NULL;
	     mark = memchr(mark + 1, '?', (size_t)(end - mark - 1)))
		if (mark > octets && mark[-1] == '=')
			return true;
	return false;
}

/* A header needs one where it is not ASCII, or has encoded words, whose label may mean nothing. */
static const char *
near_for_head(struct near *near)
{
	bool sure = gp_ascii_run(near->octets, near->header_n) == near->header_n &&
		    !has_encoded_words(near->octets, near->header_n);

	return sure ? "" : near_found(near);
}

static void
near_release(struct near *near)
{
	free(near->found);
}

/* What the walk through the parts gathers. */
struct walk {
	struct gp_reading *reading;
	char *own; /* the octets, where they may be written to; NULL: they may not */
	struct gp_buf text; /* to read */
	struct gp_buf source; /* of own text: without foreign messages, links without notes */
	struct gp_buf status, inner_status; /* message/delivery-status, here and inside a returned message */
	struct gp_buf returned; /* whom the message that a report gives back was for */
	const char *boundary; /* of the multipart around this part; NULL: none */
	size_t left, calendar_left; /* encoded octets of text parts, and of calendars, that will still be looked at */
	struct near *near;
	size_t part_capacity;
	int messages; /* messages around this part */
	bool report; /* inside multipart/report */
	bool quiet; /* a part of an alternative that is not the one read */
};

struct part { /* one leaf, as its own header describes it */
	char *type, *charset, *encoding, *disposition, *filename;
	bool flowed, delsp; /* RFC 3676 */
	const char *octets;
	size_t n;
	bool attachment;
};

static void
part_release(struct part *part)
{
	free(part->type);
	free(part->charset);
	free(part->encoding);
	free(part->disposition);
	free(part->filename);
}

static char *
value_of(const struct gp_fields *fields, const char *name)
{
	const struct gp_field *field = gp_fields_find(fields, name);

	return field != NULL ? gp_field_unfold(field) : gp_strdup("");
}

/* SEC-07: a name, not a path, and none that hides. */
static char *
safe_filename(char *name)
{
	const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
	const char *base = slash > back ? slash : back;
	char *safe;

	base = base != NULL ? base + 1 : name;
	base += strspn(base, ". ");
	safe = gp_utf8_cleaned(base, strlen(base), false, NAME_MAX_OCTETS);
	free(name);
	return safe;
}

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* What Outlook wraps everything in; nobody else reads it, and people know it by its name. */
static bool
is_tnef(const char *type)
{
	return is(type, "application/ms-tnef") || is(type, "application/vnd.ms-tnef");
}

static bool
says(const char *value, const char *name, const char *word)
{
	SCOPED(gp_free_str) char *said = gp_value_param(value, name);

	return strcasecmp(said, word) == 0;
}

/* What a part is, by its Content-Type, or by what holds it. Caller frees. */
static char *
type_said(const char *content_type, bool digest)
{
	char *type = gp_value_word(content_type);

	if (strchr(type, '/') != NULL)
		return type;
	free(type);
	return gp_strdup(digest ? "message/rfc822" : "text/plain");
}

/* header: where the part's header begins; body and n: what libetpan took for its octets. */
static void
part_read(const char *header, const char *body, size_t n, bool digest, struct part *part)
{
	struct gp_fields fields = { 0 };
	SCOPED(gp_free_str) char *type = NULL, *disposition = NULL, *encoding = NULL;

	if (header != NULL && header < body)
		gp_fields_read(header, (size_t)(body - header), &fields);
	type = value_of(&fields, "content-type");
	disposition = value_of(&fields, "content-disposition");
	encoding = value_of(&fields, "content-transfer-encoding");
	gp_fields_release(&fields);
	part->type = type_said(type, digest);
	part->charset = gp_value_param(type, "charset");
	part->flowed = says(type, "format", "flowed");
	part->delsp = says(type, "delsp", "yes");
	part->encoding = gp_value_word(encoding);
	part->disposition = gp_value_word(disposition);
	part->filename = gp_value_param(disposition, "filename");
	if (*part->filename == '\0') {
		free(part->filename);
		part->filename = gp_value_param(type, "name");
	}
	part->filename = safe_filename(part->filename);
	if (*part->filename == '\0' && is_tnef(part->type)) {
		free(part->filename);
		part->filename = gp_strdup("winmail.dat");
	}
	part->octets = body;
	part->n = n;
	part->attachment = is(part->disposition, "attachment") ||
			   (*part->filename != '\0' && !begins(part->type, "text/") &&
			       !begins(part->type, "multipart/"));
}

/* --- what a part says -------------------------------------------------------------------------------------------- */

static void
decode(const struct part *part, struct gp_buf *out)
{
	gp_decode_transfer(out, part->encoding, part->octets, part->n < PART_READ_MAX ? part->n : PART_READ_MAX);
}

static void
add_paragraph(struct gp_buf *to, const struct gp_buf *text)
{
	if (to->len > 0 && to->data[to->len - 1] != '\n')
		gp_buf_addc(to, '\n');
	gp_buf_add(to, text->data,
	    text->len < to->max - to->len ? text->len : gp_utf8_cut(text->data, text->len, to->max - to->len));
}

/* Takes what facts own. */
static void
add_part(struct walk *walk, struct gp_part facts)
{
	struct gp_reading *reading = walk->reading;

	if (reading->part_count == walk->part_capacity) {
		walk->part_capacity = walk->part_capacity > 0 ? walk->part_capacity * 2 : 4;
		reading->parts = gp_grow(reading->parts, walk->part_capacity * sizeof(*reading->parts));
	}
	reading->parts[reading->part_count++] = facts;
}

static void
list_part(struct walk *walk, const struct part *part)
{
	if (walk->reading->part_count >= GP_SCAN_PARTS)
		return;
	add_part(walk, (struct gp_part){
			   .type = gp_strdup(part->type),
			   .charset = gp_utf8_cleaned(part->charset, strlen(part->charset), false, 60),
			   .filename = gp_strdup(part->filename),
			   .size = gp_decoded_size(part->encoding, part->octets, part->n),
			   .attachment = part->attachment,
		       });
}

/* Files that stand uuencoded in the text become parts, as people who sent them so meant it. */
static void
take_files(struct walk *walk, struct gp_buf *octets)
{
	struct gp_buf rest = GP_BUF_INIT(octets->max);
	struct gp_uu uu;
	size_t from = 0;

	while (walk->reading->part_count < GP_SCAN_PARTS && gp_uu_find(octets->data, octets->len, from, &uu)) {
		char *name = gp_utf8_cleaned(uu.name, uu.name_n, false, NAME_MAX_OCTETS);

		add_part(walk, (struct gp_part){ gp_strdup("application/octet-stream"), gp_strdup(""),
				   safe_filename(name), uu.size, true });
		gp_buf_add(&rest, octets->data + from, uu.start - from);
		from = uu.end;
	}
	if (from > 0) {
		gp_buf_add(&rest, octets->data + from, octets->len - from);
		gp_buf_release(octets);
		*octets = rest;
	}
}

static void
take_text(struct walk *walk, const struct part *part)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(PART_READ_MAX);
	SCOPED(gp_buf_release) struct gp_buf utf8 = GP_BUF_INIT(PART_READ_MAX);
	SCOPED(gp_buf_release) struct gp_buf shown = GP_BUF_INIT(TEXT_MAX);
	SCOPED(gp_buf_release) struct gp_buf own = GP_BUF_INIT(TEXT_MAX);
	bool html = is(part->type, "text/html");
	size_t n = part->n < walk->left ? part->n : walk->left;

	walk->left -= n;
	if (walk->text.len + 1 >= walk->text.max)
		return;
	gp_decode_transfer(&octets, part->encoding, part->octets, n);
	if (!html)
		take_files(walk, &octets);
	gp_charset_to_utf8(&utf8, part->charset, near_for(walk->near, part->charset, &octets), octets.data, octets.len);
	if (html) {
		gp_html_text(&shown, utf8.data, utf8.len, true);
		gp_html_text(&own, utf8.data, utf8.len, false);
	} else if (part->flowed) {
		gp_utf8_clean(&own, utf8.data, utf8.len, true);
		gp_flowed_join(&shown, own.data, own.len, part->delsp);
	} else {
		gp_utf8_clean(&shown, utf8.data, utf8.len, true);
	}
	if (strstr(shown.data, "-----BEGIN PGP MESSAGE-----") != NULL)
		walk->reading->encrypted = true;
	add_paragraph(&walk->text, &shown);
	if (walk->messages == 0)
		add_paragraph(&walk->source, html ? &own : &shown);
}

/* Unfolded before the charset is applied: a fold may stand within a character. */
static void
take_calendar(struct walk *walk, const struct part *part)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(PART_READ_MAX);
	SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(PART_READ_MAX);
	SCOPED(gp_buf_release) struct gp_buf utf8 = GP_BUF_INIT(PART_READ_MAX);
	const struct gp_buf *text;

	walk->reading->has_calendar = true;
	if (walk->reading->calendar_count >= CALENDARS_MAX || part->n > CALENDAR_MAX * 2 ||
	    part->n > walk->calendar_left)
		return;
	walk->calendar_left -= part->n;
	decode(part, &octets);
	text = memchr(octets.data, '\0', octets.len) != NULL ? &octets : &lines; /* UTF-16 has other line ends */
	if (text == &lines)
		gp_ical_unfold(&lines, octets.data, octets.len);
	gp_charset_to_utf8(&utf8, part->charset, near_for(walk->near, part->charset, text), text->data, text->len);
	if (utf8.len <= CALENDAR_MAX)
		gp_ical_read(utf8.data, utf8.len, walk->reading);
}

static bool
is_calendar(const struct part *part)
{
	static const char *const types[] = { "text/calendar", "application/ics", "application/calendar",
		"application/x-ics", "text/ics", "text/x-ics", "text/x-icalendar", "text/x-vcalendar" };
	size_t n = strlen(part->filename);

	for (size_t i = 0; i < GP_COUNT(types); i++)
		if (is(part->type, types[i]))
			return true;
	return n > 4 &&
	       (strcasecmp(part->filename + n - 4, ".ics") == 0 || strcasecmp(part->filename + n - 4, ".vcs") == 0);
}

static bool
is_encrypted(const struct part *part)
{
	return is(part->type, "application/pgp-encrypted") || is(part->type, "application/pkcs7-mime") ||
	       is(part->type, "application/x-pkcs7-mime");
}

static bool
is_status(const struct part *part)
{
	return is(part->type, "message/delivery-status") || is(part->type, "message/global-delivery-status");
}

static void
leaf(struct walk *walk, const struct part *part)
{
	list_part(walk, part);
	if (is_status(part))
		decode(part, walk->messages == 0 ? &walk->status : &walk->inner_status);
	else if (is(part->type, "text/vnd.google.email-reaction+json") || is(part->disposition, "reaction"))
		walk->reading->reaction = true;
	else if (is_encrypted(part))
		walk->reading->encrypted = true;
	else if (is_calendar(part))
		take_calendar(walk, part);
	else if (!part->attachment && !walk->quiet &&
		 (begins(part->type, "text/plain") || is(part->type, "text/html") || is(part->type, "text/enriched")))
		take_text(walk, part);
}

/* --- the tree ---------------------------------------------------------------------------------------------------- */

static void walk_node(struct walk *walk, struct mailmime *node, const char *header, bool digest);

static const char *
body_of(const struct mailmime *node, size_t *ret_n)
{
	const struct mailmime_data *data = node->mm_type == MAILMIME_SINGLE ? node->mm_data.mm_single : node->mm_body;

	if (data == NULL || data->dt_type != MAILMIME_DATA_TEXT) {
		*ret_n = 0;
		return NULL;
	}
	*ret_n = data->dt_data.dt_text.dt_length;
	return data->dt_data.dt_text.dt_data;
}

static void
note_returned(struct walk *walk, const struct gp_fields *fields)
{
	static const char *const names[] = { "to", "x-original-to", "delivered-to", "x-actual-recipient" };

	/* A list's post is addressed to the list, whoever did not get it. */
	if (gp_fields_find(fields, "list-id") != NULL || gp_fields_find(fields, "list-post") != NULL)
		return;
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		SCOPED(gp_free_str) char *value = gp_field_text(gp_fields_find(fields, names[i]), "", 2000);

		gp_buf_addf(&walk->returned, "%s\n", *value != '\0' && walk->returned.len < 2 ? value : "");
	}
}

/* A message inside: a forward, a digest's post, or what a report gives back. Its text is read, but nobody's own. */
static void
walk_message(struct walk *walk, const struct mailmime *node)
{
	size_t n;
	const char *body = body_of(node, &n);
	struct gp_fields fields;
	SCOPED(gp_free_str) char *subject = NULL, *from = NULL;

	if (body == NULL || node->mm_data.mm_message.mm_msg_mime == NULL)
		return;
	for (; n > 0 && (*body == '\n' || *body == '\r');
	     n--) /* of a digest's part libetpan gives its blank line, too */
		body++;
	gp_fields_read(body, n, &fields);
	if (walk->messages == 0)
		note_returned(walk, &fields);
	if (walk->report) {
		gp_fields_release(&fields);
		return;
	}
	subject = gp_field_text(gp_fields_find(&fields, "subject"), "", 400);
	from = gp_field_text(gp_fields_find(&fields, "from"), "", 400);
	gp_fields_release(&fields);
	gp_buf_addf(&walk->text, "%s---------- Forwarded message ----------\nFrom: %s\nSubject: %s\n\n",
	    walk->text.len > 0 ? "\n" : "", from, subject);
	walk->messages++;
	walk_node(walk, node->mm_data.mm_message.mm_msg_mime, body, false);
	walk->messages--;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_blank(const char *octets, size_t n)
{
	size_t i = 0;

	while (i < n && is_space(octets[i]))
		i++;
	return i == n;
}

/* How readable this child of an alternative is: plain text before HTML before what holds either. */
static int
rank(const struct mailmime *node, const char *header, size_t *ret_size)
{
	SCOPED(gp_free_str) char *value = NULL, *type = NULL;
	struct gp_fields fields = { 0 };
	const char *body = body_of(node, ret_size);

	if (node->mm_type == MAILMIME_MULTIPLE) /* multipart/related around HTML, mostly */
		return 1;
	if (body == NULL)
		return 0;
	if (header != NULL && header < body)
		gp_fields_read(header, (size_t)(body - header), &fields);
	value = value_of(&fields, "content-type");
	type = type_said(value, false);
	gp_fields_release(&fields);
	return is(type, "text/plain") && !is_blank(body, *ret_size) ? 3 : is(type, "text/html") ? 2 : 0;
}

static const struct mailmime *
best_alternative(const struct mailmime *node)
{
	const struct mailmime *best = NULL;
	int best_rank = 0, child_rank;
	size_t size;

	for (clistiter *i = clist_begin(node->mm_data.mm_multipart.mm_mp_list); i != NULL; i = clist_next(i)) {
		const struct mailmime *child = clist_content(i);

		child_rank = rank(child, child->mm_mime_start, &size);
		if (child_rank > best_rank) {
			best_rank = child_rank;
			best = child;
		}
	}
	return best;
}

static void
walk_multipart(struct walk *walk, const struct mailmime *node)
{
	const char *kind = node->mm_content_type != NULL && node->mm_content_type->ct_subtype != NULL
			       ? node->mm_content_type->ct_subtype
			       : "";
	const struct mailmime *best = strcasecmp(kind, "alternative") == 0 ? best_alternative(node) : NULL;
	bool report = walk->report, quiet = walk->quiet;
	char *boundary = node->mm_content_type != NULL ? mailmime_extract_boundary(node->mm_content_type) : NULL;

	walk->report = report || strcasecmp(kind, "report") == 0;
	if (strcasecmp(kind, "encrypted") == 0)
		walk->reading->encrypted = true;
	for (clistiter *i = clist_begin(node->mm_data.mm_multipart.mm_mp_list); i != NULL; i = clist_next(i)) {
		struct mailmime *child = clist_content(i);

		walk->quiet = quiet || (best != NULL && child != best);
		walk->boundary = boundary;
		walk_node(walk, child, child->mm_mime_start, strcasecmp(kind, "digest") == 0);
	}
	free(boundary);
	walk->boundary = NULL;
	walk->report = report;
	walk->quiet = quiet;
}

/* An empty part whose blank line belongs to the boundary behind it (RFC 2046 section 5.1.1): libetpan takes that boundary
 * and the next part for its body. True when such a part was passed over; the next one then stands there. */
static bool
pass_empty(struct walk *walk, const char **header, const char **body, size_t *n)
{
	size_t mark = walk->boundary != NULL ? strlen(walk->boundary) + 2 : 0, line;
	const char *lf;
	struct gp_fields fields;
	struct part part = { 0 };

	if (mark <= 2 || *n < mark || memcmp(*body, "--", 2) != 0 || memcmp(*body + 2, walk->boundary, mark - 2) != 0)
		return false;
	part_read(*header, *body, 0, false, &part);
	list_part(walk, &part);
	part_release(&part);
	lf = memchr(*body + mark, '\n', *n - mark);
	line = lf != NULL ? (size_t)(lf - *body) + 1 : *n;
	gp_fields_read(*body + line, *n - line, &fields);
	*header = *body + line;
	*body += line + fields.body;
	*n -= line + fields.body;
	gp_fields_release(&fields);
	return true;
}

/* Recursion: the pre-scan has bounded the depth. */
static void
walk_node(struct walk *walk, struct mailmime *node, const char *header, bool digest)
{
	struct part part = { 0 };
	const char *body;
	size_t n;

	bool childless = node->mm_type == MAILMIME_MULTIPLE && clist_isempty(node->mm_data.mm_multipart.mm_mp_list);

	if (node->mm_type == MAILMIME_MULTIPLE && !childless) {
		walk_multipart(walk, node);
		return;
	}
	body = body_of(node, &n);
	if (body == NULL)
		return;
	while (node->mm_type == MAILMIME_SINGLE && pass_empty(walk, &header, &body, &n))
		;
	part_read(header, body, n, digest, &part);
	/* A multipart whose boundary never comes was meant to be read all the same. */
	if (begins(part.type, "multipart/")) {
		free(part.type);
		part.type = gp_strdup("text/plain");
	}
	if (node->mm_type == MAILMIME_MESSAGE) {
		list_part(walk, &part);
		walk_message(walk, node);
	} else {
		leaf(walk, &part);
	}
	part_release(&part);
}

/* libetpan is handed the MIME fields alone: the others are read by us (RCV-18 to RCV-20), and what it does not see it
 * cannot fall over. */
static void
mime_fields(const struct gp_fields *fields, struct gp_buf *out)
{
	static const char *const names[] = { "Content-Type", "Content-Transfer-Encoding", "Content-Disposition" };

	gp_buf_adds(out, "MIME-Version: 1.0\n");
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		SCOPED(gp_free_str) char *value = value_of(fields, names[i]);

		if (*value != '\0')
			gp_buf_addf(out, "%s:%s%s\n", names[i], *value == ' ' ? "" : " ", value);
	}
	gp_buf_addc(out, '\n');
}

static void
parse_tree(struct walk *walk, const char *octets, size_t n)
{
	struct mailmime *mime = NULL;
	size_t at = 0;

	if (mailmime_parse(octets, n, &at, &mime) != MAILIMF_NO_ERROR || mime == NULL)
		return;
	if (mime->mm_type == MAILMIME_MESSAGE && mime->mm_data.mm_message.mm_msg_mime != NULL)
		walk_node(walk, mime->mm_data.mm_message.mm_msg_mime, octets, false);
	mailmime_free(mime);
}

static void
walk_tree(struct walk *walk, const struct gp_fields *fields, const char *octets, size_t n)
{
	struct gp_buf head = GP_BUF_INIT(n + GP_SCAN_HEADER);
	SCOPED(gp_free_ptr) char *was = NULL;

	mime_fields(fields, &head);
	if (walk->own != NULL && head.len <= fields->body) { /* before the body, in the place of the true header */
		char *place = walk->own + fields->body - head.len;

		was = gp_memdup(place, head.len);
		memcpy(place, head.data, head.len);
		parse_tree(walk, place, n - fields->body + head.len);
		memcpy(place, was, head.len);
	} else {
		size_t head_n = head.len;

		gp_buf_add(&head, octets + fields->body, n - fields->body);
		parse_tree(walk, head.data, head_n + n - fields->body);
	}
	gp_buf_release(&head);
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

static void
set(char **at, char *value)
{
	free(*at);
	*at = value;
}

static void
read_text(struct walk *walk)
{
	struct gp_reading *reading = walk->reading;

	set(&reading->text, gp_buf_take(&walk->text));
	if (reading->encrypted)
		return;
	set(&reading->own_text, gp_own_text(walk->source.data));
	set(&reading->first_line, gp_first_line(reading->own_text));
	reading->question = gp_asks(reading->own_text) || strchr(reading->subject, '?') != NULL;
	set(&reading->excerpt, gp_excerpt(reading->own_text, reading->question));
}

static void
read_body(const struct gp_fields *fields, const char *octets, size_t n, char *own, struct near *near,
    struct gp_reading *reading)
{
	struct walk walk = { .reading = reading,
		.own = own,
		.left = PART_READ_MAX,
		.calendar_left = CALENDAR_MAX * 4,
		.near = near,
		.text = GP_BUF_INIT(TEXT_MAX),
		.source = GP_BUF_INIT(TEXT_MAX),
		.status = GP_BUF_INIT(TEXT_MAX),
		.inner_status = GP_BUF_INIT(TEXT_MAX),
		.returned = GP_BUF_INIT(8192) };

	SCOPED(gp_free_str) char *failed = NULL;

	walk_tree(&walk, fields, octets, n);
	failed = gp_field_text(gp_fields_find(fields, "x-failed-recipients"), "", 4096);
	gp_dsn_read(&(struct gp_dsn){ walk.status.data, walk.status.len, walk.text.data, failed, walk.returned.data,
			walk.inner_status.data, walk.inner_status.len },
	    reading);
	read_text(&walk);
	gp_buf_release(&walk.text);
	gp_buf_release(&walk.source);
	gp_buf_release(&walk.status);
	gp_buf_release(&walk.inner_status);
	gp_buf_release(&walk.returned);
}

static const char *
why_refused(const struct gp_fields *fields, const char *octets, size_t n)
{
	struct gp_scan scan;

	if (fields->count >= GP_FIELDS_MAX || fields->body > GP_SCAN_HEADER)
		return "header";
	gp_scan(octets, n, &scan);
	if (*scan.refused == '\0' && scan.passes > PASSES_MAX && scan.depth > 1)
		return "nesting";
	return scan.refused;
}

static void
read_octets(const char *octets, size_t n, char *own, int64_t received, struct gp_reading *reading)
{
	struct gp_fields fields;
	SCOPED(gp_free_str) char *type = NULL, *charset = NULL;
	SCOPED(near_release) struct near near = { .octets = octets, .n = n };

	gp_fields_read(octets, n, &fields);
	gp_message_hash(&fields, octets, n, reading);
	type = value_of(&fields, "content-type");
	charset = gp_value_param(type, "charset");
	set(&reading->content_type, gp_value_word(type));
	set(&reading->report_type, gp_value_param(type, "report-type"));
	for (char *c = reading->report_type; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	near.header_n = fields.body;
	near.charset = charset;
	gp_head_read(&fields, near_for_head(&near), received, reading);
	set(&reading->refused, gp_strdup(why_refused(&fields, octets, n)));
	if (*reading->refused == '\0')
		read_body(&fields, octets, n, own, &near, reading);
	gp_fields_release(&fields);
}

/* Old Macs end lines with CR alone: nothing would be a line. */
static bool
has_lines(const char *octets, size_t n)
{
	return n == 0 || memchr(octets, '\n', n) != NULL || memchr(octets, '\r', n) == NULL;
}

void
gp_message_read(const void *octets, size_t n, int64_t received, struct gp_reading *ret_reading)
{
	SCOPED(gp_free_str) char *copy = NULL;

	gp_reading_init(ret_reading);
	if (has_lines(octets, n)) {
		read_octets(n > 0 ? octets : "", n, NULL, received, ret_reading);
		return;
	}
	copy = gp_memdup(octets, n);
	for (char *c = copy; c < copy + n; c++)
		*c = *c == '\r' ? '\n' : *c;
	read_octets(copy, n, NULL, received, ret_reading);
}

void
gp_message_read_own(char *octets, size_t n, int64_t received, struct gp_reading *ret_reading)
{
	if (!has_lines(octets, n)) {
		gp_message_read(octets, n, received, ret_reading);
		return;
	}
	gp_reading_init(ret_reading);
	read_octets(octets, n, octets, received, ret_reading);
}
