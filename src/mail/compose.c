#include "guildpost/mail/compose.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"

/* --- slots ---------------------------------------------------------------------------------- */

void
gp_composed_init(struct gp_composed *composed)
{
	*composed = (struct gp_composed){ .octets = GP_BUF_INIT(GP_MAIL_MAX) };
}

void
gp_composed_release(struct gp_composed *composed)
{
	gp_buf_release(&composed->octets);
	composed->slot_count = composed->tail_n = 0;
	composed->tail = NULL;
}

void
gp_composed_slot(struct gp_composed *composed, const char *name)
{
	struct gp_slot *slot;

	if (composed->slot_count == GP_COUNT(composed->slots))
		abort(); /* the number of slots is ours to choose, never a stranger's */
	slot = &composed->slots[composed->slot_count++];
	(void)snprintf(slot->name, sizeof(slot->name), "%s", name);
	slot->offset = composed->octets.len;
}

void
gp_slots_format(const struct gp_composed *composed, struct gp_buf *out)
{
	for (size_t i = 0; i < composed->slot_count; i++)
		gp_buf_addf(out, "%s%s %zu", i > 0 ? " " : "", composed->slots[i].name, composed->slots[i].offset);
}

enum gp_rc
gp_slots_parse(const char *text, struct gp_composed *into, struct gp_err *err)
{
	size_t offset, last = 0;
	char name[24];
	int used;

	for (into->slot_count = 0; sscanf(text, " %23s %zu%n", name, &offset, &used) == 2; text += used) {
		if (into->slot_count == GP_COUNT(into->slots) || offset < last || offset > into->octets.len)
			return gp_fail(err, "5.3.0", "the slots of an outbox row do not fit its octets");
		(void)snprintf(into->slots[into->slot_count].name, sizeof(name), "%s", name);
		into->slots[into->slot_count++].offset = last = offset;
	}
	return GP_OK;
}

void
gp_composed_fill(const struct gp_composed *composed, const char *const *values, struct gp_buf *out)
{
	size_t from = 0;

	for (size_t i = 0; i < composed->slot_count; i++) {
		gp_buf_add(out, composed->octets.data + from, composed->slots[i].offset - from);
		gp_buf_adds(out, values[i]);
		from = composed->slots[i].offset;
	}
	gp_buf_add(out, composed->octets.data + from, composed->octets.len - from);
	gp_buf_add(out, composed->tail, composed->tail_n);
}

void
gp_header_list(struct gp_composed *out, const struct gp_list_facts *facts)
{
	struct gp_buf *to = &out->octets;
	/* Where several domains are served a name carries its own: "weavers@other.example". */
	SCOPED(gp_free_str) char *space = gp_strndup(facts->space, strcspn(facts->space, "@"));
	const char *domain = facts->domain;
	SCOPED(gp_free_str) char *id = gp_printf("<%s.%s>", space, domain);

	gp_header_token(to, "List-Id", id);
	gp_buf_addf(to, "List-Post: <mailto:%s@%s>\r\n", space, domain);
	gp_buf_addf(to, "List-Help: <mailto:%s+help@%s>\r\n", space, domain);
	gp_buf_addf(to, "List-Owner: <mailto:%s+steward@%s>\r\n", space, domain);
	gp_buf_addf(to, "List-Subscribe: <mailto:%s+join@%s>\r\n", space, domain);
	gp_composed_slot(out, "unsubscribe");
}

/* --- a mail of our own ---------------------------------------------------------------------- */

/* From the message-id, so that the same mail has the same octets; no body line can be it. */
static void
boundary(const char *msgid, int level, char out[48])
{
	unsigned char hash[32];
	char hex[33];

	gp_sha256(msgid, strlen(msgid), hash);
	gp_hex(hash, 16, hex);
	(void)snprintf(out, 48, "=_%d_%s", level, hex);
}

/* format=flowed wants lines that begin with a blank, ">" or "From " stuffed (RFC 3676 section 4.4). */
static void
stuff(struct gp_buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		size_t end = n;

		if (*text == ' ' || *text == '>' || strncmp(text, "From ", 5) == 0)
			gp_buf_addc(out, ' ');
		/* A blank at the end would join the next line; only "-- " is meant so. */
		while (end > 0 && text[end - 1] == ' ' && !(end == 3 && strncmp(text, "-- ", 3) == 0))
			end--;
		gp_buf_add(out, text, end);
		text += n;
		if (*text == '\n') {
			gp_buf_addc(out, '\n');
			text++;
		}
	}
}

/* Encodes the text, and puts the slot where it holds the marker line. */
static void
add_text(struct gp_composed *out, const char *text, const char *slot)
{
	static const char marker[] = "@@personal@@\n";
	const char *at = slot != NULL ? strstr(text, marker) : NULL;

	if (at == NULL) {
		gp_encode_qp(&out->octets, text, strlen(text));
		return;
	}
	gp_encode_qp(&out->octets, text, (size_t)(at - text));
	gp_composed_slot(out, slot);
	gp_encode_qp(&out->octets, at + strlen(marker), strlen(at + strlen(marker)));
}

static void
add_plain(struct gp_composed *out, const struct gp_letter *letter)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(GP_MAIL_MAX);

	if (letter->flowed)
		stuff(&text, letter->text);
	else
		gp_buf_adds(&text, letter->text);
	gp_buf_addf(&out->octets,
	    "Content-Type: text/plain; charset=utf-8%s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
	    letter->flowed ? "; format=flowed" : "");
	add_text(out, text.data, letter->personal ? "personal" : NULL);
}

static void
add_html(struct gp_composed *out, const struct gp_letter *letter)
{
	gp_buf_adds(&out->octets,
	    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_text(out, letter->html, letter->personal ? "personal-html" : NULL);
}

static void
add_calendar(struct gp_composed *out, const struct gp_letter *letter)
{
	gp_buf_addf(&out->octets,
	    "Content-Type: text/calendar; charset=utf-8; method=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	    letter->calendar_method);
	gp_encode_base64(&out->octets, letter->calendar, strlen(letter->calendar));
}

/* The readable part: text alone, or an alternative whose calendar stands last (CAL-01). */
static void
add_body(struct gp_composed *out, const struct gp_letter *letter)
{
	struct gp_buf *to = &out->octets;
	char line[48];

	if (letter->html == NULL && letter->calendar == NULL) {
		add_plain(out, letter);
		return;
	}
	boundary(out->msgid, 1, line);
	gp_buf_addf(to, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n--%s\r\n", line, line);
	add_plain(out, letter);
	if (letter->html != NULL) {
		gp_buf_addf(to, "\r\n--%s\r\n", line);
		add_html(out, letter);
	}
	if (letter->calendar != NULL) {
		gp_buf_addf(to, "\r\n--%s\r\n", line);
		add_calendar(out, letter);
	}
	gp_buf_addf(to, "\r\n--%s--\r\n", line);
}

/* message/rfc822 may not be encoded (RFC 2046 section 5.2.1): octets as they are, with CRLF line ends. */
static void
add_crlf(struct gp_buf *to, const char *octets, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (octets[i] != '\n' && octets[i] != '\r')
			continue;
		gp_buf_add(to, octets + from, i - from);
		gp_buf_adds(to, "\r\n");
		if (octets[i] == '\r' && i + 1 < n && octets[i + 1] == '\n')
			i++;
		from = i + 1;
	}
	gp_buf_add(to, octets + from, n - from);
	if (from < n)
		gp_buf_adds(to, "\r\n");
}

static void
add_attached_message(struct gp_composed *out, const struct gp_letter *letter)
{
	bool eight = false;

	for (size_t i = 0; i < letter->attached_n && !eight; i++)
		eight = (unsigned char)letter->attached_message[i] >= 0x80;
	gp_buf_addf(&out->octets,
	    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: %s\r\nContent-Disposition: attachment\r\n\r\n",
	    eight ? "8bit" : "7bit");
	add_crlf(&out->octets, letter->attached_message, letter->attached_n);
}

static void
add_file(struct gp_composed *out, const struct gp_file *file)
{
	gp_buf_addf(&out->octets,
	    "Content-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    file->type, file->name, file->name);
	gp_encode_base64(&out->octets, file->octets, file->n);
}

static void
add_ics(struct gp_composed *out, const struct gp_letter *letter)
{
	gp_buf_adds(&out->octets, "Content-Type: application/ics; name=\"invite.ics\"\r\n"
				  "Content-Disposition: attachment; filename=\"invite.ics\"\r\n"
				  "Content-Transfer-Encoding: base64\r\n\r\n");
	gp_encode_base64(&out->octets, letter->calendar, strlen(letter->calendar));
}

static void
add_fields(struct gp_composed *out, const struct gp_letter *letter)
{
	struct gp_buf *to = &out->octets;
	const struct {
		const char *name, *value;
	} tokens[] = { { "Message-ID", letter->msgid }, { "In-Reply-To", letter->in_reply_to },
		{ "References", letter->references }, { "Auto-Submitted", letter->auto_submitted },
		{ "Precedence", letter->precedence }, { "X-Guildpost-Loop", letter->loop_mark },
		{ "Content-Language", letter->language } };

	gp_header_mailbox(to, "From", letter->from_name != NULL ? letter->from_name : "", letter->from_address);
	if (letter->to_address == NULL)
		gp_composed_slot(out, "to");
	else
		gp_header_mailbox(to, "To", letter->to_name != NULL ? letter->to_name : "", letter->to_address);
	if (letter->reply_to != NULL && *letter->reply_to != '\0')
		gp_header_mailbox(to, "Reply-To", "", letter->reply_to);
	gp_header_text(to, "Subject", letter->subject);
	gp_header_date(to, "Date", letter->date, letter->date_offset);
	for (size_t i = 0; i < GP_COUNT(tokens); i++)
		if (tokens[i].value != NULL && *tokens[i].value != '\0')
			gp_header_token(to, tokens[i].name, tokens[i].value);
	if (letter->auto_submitted != NULL && *letter->auto_submitted != '\0')
		gp_buf_adds(to, "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN\r\n");
	if (letter->list != NULL)
		gp_header_list(out, letter->list);
	gp_buf_adds(to, "MIME-Version: 1.0\r\n");
}

enum gp_rc
gp_compose_letter(const struct gp_letter *letter, struct gp_composed *ret_composed, struct gp_err *err)
{
	struct gp_buf *to = &ret_composed->octets;
	bool mixed = letter->calendar != NULL || letter->attached_message != NULL || letter->file_count > 0;
	char line[48];

	(void)snprintf(ret_composed->msgid, sizeof(ret_composed->msgid), "%s", letter->msgid);
	add_fields(ret_composed, letter);
	boundary(letter->msgid, 0, line);
	if (mixed)
		gp_buf_addf(to, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", line, line);
	add_body(ret_composed, letter);
	if (letter->calendar != NULL) {
		gp_buf_addf(to, "\r\n--%s\r\n", line);
		add_ics(ret_composed, letter);
	}
	if (letter->attached_message != NULL) {
		gp_buf_addf(to, "\r\n--%s\r\n", line);
		add_attached_message(ret_composed, letter);
	}
	for (size_t i = 0; i < letter->file_count; i++) {
		gp_buf_addf(to, "\r\n--%s\r\n", line);
		add_file(ret_composed, &letter->files[i]);
	}
	if (mixed)
		gp_buf_addf(to, "\r\n--%s--\r\n", line);
	return to->full ? gp_fail(err, "5.3.4", "the mail is too large to compose") : GP_OK;
}
