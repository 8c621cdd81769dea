#include "mail/seven_head.h"

#include <ctype.h>

#include "guildpost/mail/compose.h"
#include "guildpost/mail/utf8.h"

#define VALUE_MAX 8192

const char *
gp_seven_charset(const char *octets, size_t n)
{
	return gp_utf8_ok(octets, n) ? "utf-8" : "unknown-8bit";
}

static char *
name_of(const struct gp_field *field)
{
	return gp_strndup(field->name, field->name_n);
}

/* --- words (RFC 2047) ----------------------------------------------------------------------- */

static bool
add_text(struct gp_buf *out, const struct gp_field *field)
{
	SCOPED(gp_free_str) char *name = name_of(field);
	SCOPED(gp_free_str) char *text = gp_field_text(field, "", VALUE_MAX);

	gp_header_text(out, name, text);
	return true;
}

/* --- mailboxes ------------------------------------------------------------------------------ */

/* Behind the name of the field, without its line end: how the header writer writes this one. */
static void
add_mailbox(struct gp_buf *out, const struct gp_mailbox *box)
{
	SCOPED(gp_buf_release) struct gp_buf line = GP_BUF_INIT(VALUE_MAX);

	gp_header_mailbox(&line, "X", box->name, box->address);
	gp_buf_add(out, line.data + 3, line.len >= 5 ? line.len - 5 : 0);
}

/* An address that is not ASCII stands in no header without SMTPUTF8: its words remain, as a group with nobody in it
 * (RFC 6854), the same that RFC 6857 section 3.1.8 makes. */
static void
add_group(struct gp_buf *out, const struct gp_field *field)
{
	SCOPED(gp_buf_release) struct gp_buf line = GP_BUF_INIT(VALUE_MAX);
	SCOPED(gp_free_str) char *text = gp_field_text(field, "", VALUE_MAX);

	gp_header_text(&line, "X", text);
	gp_buf_add(out, line.data + 3, line.len >= 5 ? line.len - 5 : 0);
	gp_buf_adds(out, " :;");
}

static void
release_boxes(struct gp_mailboxes *boxes)
{
	gp_mailboxes_release(boxes);
}

static bool
add_addresses(struct gp_buf *out, const struct gp_field *field)
{
	SCOPED(gp_free_str) char *name = name_of(field);
	SCOPED(gp_free_str) char *value = gp_field_unfold(field);
	SCOPED(release_boxes) struct gp_mailboxes boxes = { NULL, 0 };
	size_t good = 0;

	gp_mailboxes_read(value, "", &boxes);
	gp_buf_addf(out, "%s: ", name);
	for (size_t i = 0; i < boxes.count; i++) {
		if (boxes.v[i].address[0] == '\0' || !gp_is_ascii(boxes.v[i].address))
			continue;
		gp_buf_adds(out, good++ > 0 ? ",\r\n " : "");
		add_mailbox(out, &boxes.v[i]);
	}
	if (good == 0)
		add_group(out, field);
	gp_buf_adds(out, "\r\n");
	return good == boxes.count && good > 0;
}

/* --- parameters (RFC 2231) ------------------------------------------------------------------ */

static void
add_percent(struct gp_buf *out, const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isalnum((unsigned char)octets[i]) || strchr("-._", octets[i]) != NULL)
			gp_buf_addc(out, octets[i]);
		else
			gp_buf_addf(out, "%%%02X", (unsigned char)octets[i]);
}

/* The value behind "=": quoted or bare. Its length with the quotes; its octets, unescaped, in ret. */
static size_t
read_value(const char *s, struct gp_buf *ret)
{
	size_t n = 0;

	if (*s != '"') {
		n = strcspn(s, "; \t");
		gp_buf_add(ret, s, n);
		return n;
	}
	for (n = 1; s[n] != '\0' && s[n] != '"'; n++) {
		if (s[n] == '\\' && s[n + 1] != '\0')
			n++;
		gp_buf_addc(ret, s[n]);
	}
	return s[n] == '"' ? n + 1 : n;
}

/* name="raw" becomes name*=UTF-8''percent; raw octets elsewhere mean nothing there and become "?". */
static bool
add_parameters(struct gp_buf *out, const struct gp_field *field)
{
	SCOPED(gp_free_str) char *name = name_of(field);
	SCOPED(gp_free_str) char *value = gp_field_unfold(field);

	gp_buf_addf(out, "%s:", name);
	for (const char *c = value; *c != '\0';) {
		SCOPED(gp_buf_release) struct gp_buf said = GP_BUF_INIT(VALUE_MAX);
		size_t n;

		if (*c == ';') {
			gp_buf_adds(out, ";\r\n ");
			c += 1 + strspn(c + 1, " \t");
			continue;
		}
		if (*c != '=') {
			gp_buf_addc(out, (unsigned char)*c < 0x80 ? *c : '?');
			c++;
			continue;
		}
		n = read_value(c + 1, &said);
		if (gp_is_ascii(said.data)) {
			gp_buf_add(out, c, n + 1);
		} else {
			gp_buf_addf(out, "*=%s''", gp_utf8_ok(said.data, said.len) ? "UTF-8" : "ISO-8859-1");
			add_percent(out, said.data, said.len);
		}
		c += n + 1;
	}
	gp_buf_adds(out, "\r\n");
	return true;
}

/* --- ids and traces: for machines ----------------------------------------------------------- */

static bool
add_masked(struct gp_buf *out, const struct gp_field *field)
{
	size_t n = field->end - field->start;

	for (size_t i = 0; i < n; i++)
		gp_buf_addc(out, (unsigned char)field->name[i] < 0x80 ? field->name[i] : '?');
	return true;
}

static const struct {
	const char *name;
	bool (*add)(struct gp_buf *out, const struct gp_field *field);
} kinds[] = {
	{ "From", add_addresses },
	{ "Sender", add_addresses },
	{ "Reply-To", add_addresses },
	{ "To", add_addresses },
	{ "Cc", add_addresses },
	{ "Resent-From", add_addresses },
	{ "Resent-To", add_addresses },
	{ "Content-Type", add_parameters },
	{ "Content-Disposition", add_parameters },
	{ "Message-ID", add_masked },
	{ "In-Reply-To", add_masked },
	{ "References", add_masked },
	{ "Received", add_masked },
	{ "Date", add_masked },
	{ "DKIM-Signature", add_masked },
	{ "Authentication-Results", add_masked },
};

bool
gp_seven_field(struct gp_buf *out, const struct gp_field *field)
{
	for (size_t i = 0; i < GP_COUNT(kinds); i++)
		if (gp_field_is(field, kinds[i].name))
			return kinds[i].add(out, field);
	return add_text(out, field);
}
