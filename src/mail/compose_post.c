#include "guildpost/mail/compose.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/mem.h"

#define LINE_MAX_OCTETS 998 /* RFC 5322 section 2.1.1 */

/* One field of a header as it stands: name, and its octets with folds, without the last line end. */
struct field {
	const char *at;
	size_t name_n, n;
};

/* What a list takes out (LST-02, LST-03). A name that ends in "*" stands for all that begin so. */
static const char *const removed[] = { "Return-Path", "Delivered-To", "X-Original-To", "Bcc",
	"Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To", "Approved", "Precedence",
	"X-Guildpost-Loop", "List-*", "Archived-At" };

static bool
named(const struct field *field, const char *name)
{
	size_t n = strlen(name);

	if (name[n - 1] == '*')
		return field->name_n >= n - 1 && strncasecmp(field->at, name, n - 1) == 0;
	return field->name_n == n && strncasecmp(field->at, name, n) == 0;
}

/* The next field at *at; false at the blank line, at the end, or where a line is no field (the body begins there). */
static bool
next_field(const char **at, const char *end, struct field *ret)
{
	const char *start = *at, *colon = start, *line = start;

	while (colon < end && *colon != ':' && *colon != '\n' && *colon != ' ' && *colon != '\t' && *colon != '\r')
		colon++;
	ret->name_n = (size_t)(colon - start);
	while (colon < end && (*colon == ' ' || *colon == '\t'))
		colon++;
	if (colon >= end || *colon != ':' || ret->name_n == 0)
		return false;
	do {
		line = memchr(line, '\n', (size_t)(end - line));
		line = line == NULL ? end : line + 1;
	} while (line < end && (*line == ' ' || *line == '\t'));
	ret->at = start;
	ret->n = (size_t)(line - start);
	while (ret->n > 0 && (start[ret->n - 1] == '\n' || start[ret->n - 1] == '\r'))
		ret->n--;
	*at = line;
	return true;
}

/* Octets with every line end as CRLF; NUL falls. Nothing changes where it is right already. */
static void
add_lines(struct gp_buf *to, const char *octets, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (octets[i] != '\n' && octets[i] != '\r' && octets[i] != '\0')
			continue;
		if (octets[i] == '\r' && i + 1 < n && octets[i + 1] == '\n') {
			i++;
			continue;
		}
		gp_buf_add(to, octets + from, i - from);
		if (octets[i] != '\0')
			gp_buf_adds(to, "\r\n");
		from = i + 1;
	}
	gp_buf_add(to, octets + from, n - from);
}

static bool
trusted_results(const struct field *field, const char *ids)
{
	const char *value = field->at + field->name_n + 1;
	size_t n = strcspn(ids, " ");

	if (!named(field, "Authentication-Results"))
		return false;
	while (*value == ' ' || *value == '\t')
		value++;
	for (; *ids != '\0'; ids += n, ids += strspn(ids, " "), n = strcspn(ids, " "))
		if (strncasecmp(value, ids, n) == 0 && !isalnum((unsigned char)value[n]) && value[n] != '.')
			return true;
	return false;
}

static bool
falls(const struct field *field, const struct gp_post_edit *edit)
{
	for (size_t i = 0; i < GP_COUNT(removed); i++)
		if (named(field, removed[i]))
			return true;
	if (named(field, "Reply-To"))
		return edit->reply_to != NULL;
	if (named(field, "From") || named(field, "Sender"))
		return edit->from_address != NULL;
	if (named(field, "Message-ID"))
		return edit->msgid != NULL;
	return trusted_results(field, edit->authserv_ids != NULL ? edit->authserv_ids : "");
}

/* The subject with the prefix once, behind no "Re:" of ours: ten round trips do not make it grow (LST-08). */
static void
add_subject(struct gp_buf *to, const struct field *field, const char *prefix)
{
	SCOPED(gp_free_str) char *value = gp_strndup(field->at + field->name_n + 1, field->n - field->name_n - 1);

	if (*prefix == '\0' || strstr(value, prefix) != NULL) {
		add_lines(to, field->at, field->n);
		gp_buf_adds(to, "\r\n");
		return;
	}
	gp_buf_addf(to, "Subject: %s", prefix);
	add_lines(to, value, strlen(value));
	gp_buf_adds(to, "\r\n");
}

struct seen {
	bool date, msgid, from, reply_to;
};

/* Copies what stays, in its order and with its octets (LST-01: DKIM survives what is not touched). */
static const char *
copy_fields(struct gp_buf *to, const char *octets, const char *end, const struct gp_post_edit *edit, struct seen *seen)
{
	struct field field;
	const char *at = octets;

	while (next_field(&at, end, &field)) {
		if (falls(&field, edit))
			continue;
		seen->date |= named(&field, "Date");
		seen->msgid |= named(&field, "Message-ID");
		if (named(&field, "Subject")) {
			add_subject(to, &field, edit->prefix != NULL ? edit->prefix : "");
			continue;
		}
		add_lines(to, field.at, field.n);
		gp_buf_adds(to, "\r\n");
	}
	if (at < end && *at == '\r')
		at++;
	if (at < end && *at == '\n')
		at++;
	return at;
}

static void
add_missing(struct gp_composed *out, const struct gp_post_edit *edit, const struct seen *seen)
{
	struct gp_buf *to = &out->octets;

	if (edit->from_address != NULL)
		gp_header_mailbox(to, "From", edit->from_name, edit->from_address);
	if (edit->reply_to != NULL)
		gp_header_mailbox(to, "Reply-To", "", edit->reply_to);
	if (!seen->msgid && edit->msgid != NULL)
		gp_header_token(to, "Message-ID", edit->msgid);
	if (!seen->date)
		gp_header_date(to, "Date", edit->received, 0);
	gp_buf_adds(to, "Precedence: list\r\n");
	gp_header_token(to, "X-Guildpost-Loop", edit->loop_mark);
	gp_header_list(out, edit->list);
}

/* A line beyond 998 octets cannot travel. It is cut where the limit falls; the message counts as modified then. */
static void
add_body(struct gp_buf *to, const char *octets, size_t n)
{
	size_t start = to->len, line = 0;
	bool long_line = false;

	add_lines(to, octets, n);
	for (size_t i = start; i < to->len && !long_line; i++) {
		line = to->data[i] == '\n' ? 0 : line + 1;
		long_line = line > LINE_MAX_OCTETS + 1;
	}
	if (long_line) {
		SCOPED(gp_buf_release) struct gp_buf whole = GP_BUF_INIT(GP_MAIL_MAX);

		gp_buf_add(&whole, to->data + start, to->len - start);
		gp_buf_cut(to, start);
		line = 0;
		for (size_t i = 0; i < whole.len; i++) {
			if (line == LINE_MAX_OCTETS && whole.data[i] != '\r') {
				gp_buf_adds(to, "\r\n");
				line = 0;
			}
			gp_buf_addc(to, whole.data[i]);
			line = whole.data[i] == '\n' ? 0 : line + 1;
		}
	}
	if (to->len > 0 && to->data[to->len - 1] != '\n')
		gp_buf_adds(to, "\r\n");
}

bool
gp_octets_travel(const char *octets, size_t n, bool *ret_eight)
{
	size_t line = 0;

	*ret_eight = false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)octets[i];

		if (c >= 0x80)
			*ret_eight = true;
		if (c == '\r' && i + 1 < n && octets[i + 1] == '\n') {
			line = 0;
			i++;
			continue;
		}
		if (c == '\r' || c == '\n' || c == '\0' || ++line > LINE_MAX_OCTETS)
			return false;
	}
	return n == 0 || (n >= 2 && octets[n - 2] == '\r' && octets[n - 1] == '\n');
}

enum gp_rc
gp_compose_post(
    const void *octets, size_t n, const struct gp_post_edit *edit, struct gp_composed *ret_composed, struct gp_err *err)
{
	struct gp_buf *to = &ret_composed->octets;
	const char *start = octets, *end = start + n, *body;
	struct seen seen = { false, false, false, false };
	bool footer = edit->footer != NULL && *edit->footer != '\0', eight;

	(void)snprintf(ret_composed->msgid, sizeof(ret_composed->msgid), "%s", edit->msgid != NULL ? edit->msgid : "");
	body = copy_fields(to, start, end, edit, &seen);
	add_missing(ret_composed, edit, &seen);
	gp_buf_adds(to, "\r\n");
	if (!footer && gp_octets_travel(body, (size_t)(end - body), &eight)) {
		ret_composed->tail = body;
		ret_composed->tail_n = (size_t)(end - body);
		return to->full ? gp_fail(err, "5.3.4", "the post is too large to send on") : GP_OK;
	}
	add_body(to, body, (size_t)(end - body));
	if (footer) {
		gp_buf_adds(to, "\r\n");
		add_lines(to, edit->footer, strlen(edit->footer));
		gp_buf_adds(to, "\r\n");
	}
	return to->full ? gp_fail(err, "5.3.4", "the post is too large to send on") : GP_OK;
}
