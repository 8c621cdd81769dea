#include "mail/head.h"

#include <strings.h>

#include "guildpost/base/buf.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/transfer.h"
#include "guildpost/mail/utf8.h"

#define SUBJECT_MAX    1000
#define WORD_MAX       200
#define REFERENCES_MAX 200 /* of a longer list the eldest and the newest count */
#define AUTH_MAX       20
#define DAY	       86400
#define EPOCH_OF_MAIL  94694400 /* 1973: nothing that arrives is older */

bool
gp_head_is_trace(const struct gp_field *field)
{
	static const char *const trace[] = { "received", "return-path", "delivered-to", "x-original-to", "x-received",
		"x-delivered-to", "envelope-to", "delivery-date" };

	for (size_t i = 0; i < GP_COUNT(trace); i++)
		if (gp_field_is(field, trace[i]))
			return true;
	return false;
}

static void
set(char **at, char *value)
{
	free(*at);
	*at = value;
}

static char *
lower(char *value)
{
	for (char *c = value; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	return value;
}

/* The first word of a field, lower case, "" when it is missing: "no", "auto-replied", "bulk". */
static char *
word_of(const struct gp_fields *fields, const char *name)
{
	const struct gp_field *field = gp_fields_find(fields, name);
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");

	return gp_value_word(value);
}

/* --- who -------------------------------------------------------------------------------------------------------- */

static void
read_author(const struct gp_fields *fields, const char *charset, struct gp_reading *reading)
{
	struct gp_mailboxes boxes = { 0 };

	for (size_t i = 0; i < fields->count; i++)
		if (gp_field_is(&fields->v[i], "from")) {
			SCOPED(gp_free_str) char *value = gp_field_unfold(&fields->v[i]);

			gp_mailboxes_read(value, charset, &boxes);
		}
	reading->from_count = (int)boxes.count;
	if (boxes.count > 0) {
		set(&reading->from_name, TAKE(boxes.v[0].name));
		set(&reading->from_address, TAKE(boxes.v[0].address));
	}
	gp_mailboxes_release(&boxes);
}

static void
read_reply_to(const struct gp_fields *fields, const char *charset, struct gp_reading *reading)
{
	const struct gp_field *field = gp_fields_find(fields, "reply-to");
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	struct gp_mailboxes boxes = { 0 };

	gp_mailboxes_read(value, charset, &boxes);
	if (boxes.count > 0)
		set(&reading->reply_to, TAKE(boxes.v[0].address));
	gp_mailboxes_release(&boxes);
}

#define NAMED_MAX 200

static void
read_named(const struct gp_fields *fields, const char *charset, struct gp_reading *reading)
{
	struct gp_mailboxes boxes = { 0 };

	for (size_t i = 0; i < fields->count; i++)
		if (gp_field_is(&fields->v[i], "to") || gp_field_is(&fields->v[i], "cc")) {
			SCOPED(gp_free_str) char *value = gp_field_unfold(&fields->v[i]);

			gp_mailboxes_read(value, charset, &boxes);
		}
	for (size_t i = 0; i < boxes.count && i < NAMED_MAX; i++)
		if (*boxes.v[i].address != '\0')
			gp_strs_add(&reading->named, boxes.v[i].address);
	gp_mailboxes_release(&boxes);
}

/* --- which ------------------------------------------------------------------------------------------------------ */

/* RCV-18: the same octets give the same id, so a second delivery is known. */
static char *
make_msgid(const struct gp_fields *fields, const struct gp_reading *reading)
{
	static const char *const fixed[] = { "from", "date", "subject", "to", "message-id" };
	struct gp_sha256_state *state = gp_sha256_new();
	unsigned char hash[32];
	char hex[65];

	for (size_t i = 0; i < GP_COUNT(fixed); i++) {
		const struct gp_field *field = gp_fields_find(fields, fixed[i]);
		SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");

		gp_sha256_add(state, value, strlen(value) + 1);
	}
	gp_sha256_add(state, reading->body_sha256, sizeof(reading->body_sha256));
	gp_sha256_end(&state, hash);
	gp_hex(hash, 16, hex);
	return gp_printf("<%s@made.guildpost.invalid>", hex);
}

static void
read_msgid(const struct gp_fields *fields, struct gp_reading *reading)
{
	const struct gp_field *field = gp_fields_find(fields, "message-id");
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	const char *id = value + strspn(value, " \t");
	size_t n = strlen(id);

	while (n > 0 && (id[n - 1] == ' ' || id[n - 1] == '\t'))
		n--;
	reading->message_id_made = !gp_msgid_ok(id, n);
	set(&reading->message_id, reading->message_id_made ? make_msgid(fields, reading) : gp_strndup(id, n));
}

static void
scan_all(const struct gp_fields *fields, const char *name, struct gp_strs *into)
{
	for (size_t i = 0; i < fields->count; i++)
		if (gp_field_is(&fields->v[i], name)) {
			SCOPED(gp_free_str) char *value = gp_field_unfold(&fields->v[i]);

			gp_msgids_scan(value, into);
		}
}

/* "id@host" alone, as HyperKitty writes In-Reply-To. */
static void
scan_bare(const struct gp_fields *fields, const char *name, struct gp_strs *into)
{
	const struct gp_field *field = gp_fields_find(fields, name);
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	const char *begin = value + strspn(value, " \t");
	SCOPED(gp_free_str) char *id = gp_printf("<%.*s>", (int)strcspn(begin, " \t"), begin);

	if (begin[strcspn(begin, " \t")] == '\0' && gp_msgid_ok(id, strlen(id)))
		gp_strs_add(into, id);
}

static void
add_reference(struct gp_reading *reading, const char *id)
{
	/* A message that cites itself would be its own parent. */
	if (strcmp(id, reading->message_id) != 0)
		gp_strs_add(&reading->references, id);
}

static bool
holds(const struct gp_strs *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->v[i], id) == 0)
			return true;
	return false;
}

static void
read_references(const struct gp_fields *fields, struct gp_reading *reading)
{
	struct gp_strs all = { 0 };
	size_t skipped;

	scan_all(fields, "references", &all);
	scan_all(fields, "in-reply-to", &reading->in_reply_to);
	if (reading->in_reply_to.count == 0)
		scan_bare(fields, "in-reply-to", &reading->in_reply_to);
	skipped = all.count > REFERENCES_MAX ? all.count - REFERENCES_MAX : 0;
	for (size_t i = 0; i < all.count; i++)
		if (i == 0 || i > skipped)
			add_reference(reading, all.v[i]);
	/* In-Reply-To may hold several, of which the first is the parent: it goes last. */
	for (size_t i = reading->in_reply_to.count; i-- > 0;)
		if (i < 5 && !holds(&reading->references, reading->in_reply_to.v[i]))
			add_reference(reading, reading->in_reply_to.v[i]);
	gp_strs_release(&all);
}

/* Outlook and Exchange write no References where a gateway or an old server took them, but a Thread-Index: 22 octets that
 * a conversation shares ([MS-OXOMSG] section 2.2.1.3), and 5 more for each answer. With the subject beside it, for there
 * are programs that send one index with all their mail. */
#define INDEX_ROOT 22
#define INDEX_MAX  4096

static void
read_thread_index(const struct gp_fields *fields, struct gp_reading *reading)
{
	const struct gp_field *field = gp_fields_find(fields, "thread-index");
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	SCOPED(gp_buf_release) struct gp_buf index = GP_BUF_INIT(INDEX_MAX);
	struct gp_sha256_state *state;
	unsigned char hash[32];
	char hex[65];

	gp_decode_base64(&index, value, strlen(value));
	if (index.len < INDEX_ROOT || *reading->subject_base == '\0')
		return;
	state = gp_sha256_new();
	gp_sha256_add(state, index.data, INDEX_ROOT);
	gp_sha256_add(state, reading->subject_base, strlen(reading->subject_base));
	gp_sha256_end(&state, hash);
	gp_hex(hash, 20, hex);
	set(&reading->conversation, gp_printf("<%s@conversation.guildpost.invalid>", hex));
	reading->conversation_reply = index.len > INDEX_ROOT;
}

/* --- when and how ------------------------------------------------------------------------------------------------ */

static void
read_date(const struct gp_fields *fields, int64_t received, struct gp_reading *reading)
{
	const struct gp_field *field = gp_fields_find(fields, "date");
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	int64_t t;

	if (!gp_mail_date_parse(value, &t) || t < EPOCH_OF_MAIL || (received > 0 && t > received + DAY))
		return;
	reading->date = t;
}

static void
read_auth_results(const struct gp_fields *fields, struct gp_reading *reading)
{
	for (size_t i = 0; i < fields->count && !gp_field_is(&fields->v[i], "received"); i++)
		if (gp_field_is(&fields->v[i], "authentication-results") && reading->auth_results.count < AUTH_MAX) {
			SCOPED(gp_free_str) char *value = gp_field_text(&fields->v[i], "", 4096);

			gp_strs_add(&reading->auth_results, value);
		}
}

/* Any of these says that a program answered (RCV-13); X-Auto-Response-Suppress does not, people's clients set it too. */
static bool
is_autoresponder(const struct gp_field *field)
{
	static const char *const names[] = { "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply",
		"x-autoreply-from", "x-autoreply-domain", "x-mail-autoreply", "x-autogenerated", "x-away-message",
		"x-fc-machinegenerated", "x-vacation" };

	for (size_t i = 0; i < GP_COUNT(names); i++)
		if (gp_field_is(field, names[i]))
			return true;
	return false;
}

static bool
says(const struct gp_fields *fields, const char *name, const char *word)
{
	const struct gp_field *field = gp_fields_find(fields, name);
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");

	return strcasestr(value, word) != NULL;
}

static void
read_marks(const struct gp_fields *fields, struct gp_reading *reading)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct gp_field *field = &fields->v[i];

		if (gp_field_is(field, "received"))
			reading->received_count++;
		if (is_autoresponder(field))
			reading->autoresponder = true;
		if ((field->name_n > 5 && strncasecmp(field->name, "list-", 5) == 0) ||
		    gp_field_is(field, "mailing-list"))
			reading->list_headers = true;
		if (gp_field_is(field, "x-guildpost-loop") && reading->loop_marks.count < AUTH_MAX) {
			SCOPED(gp_free_str) char *mark = gp_field_text(field, "", WORD_MAX);

			gp_strs_add(&reading->loop_marks, mark);
		}
	}
	if (says(fields, "delivered-to", "autoresponder") || says(fields, "x-mailer", "vacation") ||
	    says(fields, "x-post-messageclass", "autoresponder"))
		reading->autoresponder = true;
}

/* RCV-20: what may stand once. */
static void
find_duplicates(const struct gp_fields *fields, struct gp_reading *reading)
{
	static const char *const once[] = { "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID",
		"In-Reply-To", "References", "Content-Type", "Content-Transfer-Encoding", "MIME-Version" };

	for (size_t i = 0; i < GP_COUNT(once); i++) {
		size_t count = 0;

		for (size_t j = 0; j < fields->count; j++)
			count += gp_field_is(&fields->v[j], once[i]);
		if (count > 1)
			gp_strs_add(&reading->duplicates, once[i]);
	}
}

/* "Weavers <weavers.lists.example.org>": the part in brackets (RFC 2919 section 2). */
static char *
list_id_of(const struct gp_fields *fields)
{
	SCOPED(gp_free_str) char *value = gp_field_text(gp_fields_find(fields, "list-id"), "", 1000);
	const char *open = strrchr(value, '<');

	return lower(open != NULL ? gp_strndup(open + 1, strcspn(open + 1, ">")) : gp_strdup(value));
}

void
gp_head_read(const struct gp_fields *fields, const char *charset, int64_t received, struct gp_reading *reading)
{
	read_author(fields, charset, reading);
	read_reply_to(fields, charset, reading);
	read_named(fields, charset, reading);
	read_msgid(fields, reading);
	read_references(fields, reading);
	read_date(fields, received, reading);
	set(&reading->subject, gp_field_text(gp_fields_find(fields, "subject"), charset, SUBJECT_MAX));
	set(&reading->subject_base, gp_subject_base(reading->subject, &reading->subject_is_reply));
	read_thread_index(fields, reading);
	set(&reading->list_id, list_id_of(fields));
	set(&reading->precedence, word_of(fields, "precedence"));
	set(&reading->auto_submitted, word_of(fields, "auto-submitted"));
	read_auth_results(fields, reading);
	read_marks(fields, reading);
	find_duplicates(fields, reading);
}
