/* field.h - header fields as they stand, and what their values say.  Floor: mail.
 * Linear in the octets; nothing here recurses, so it may see what the pre-scan refuses. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>
#include "guildpost/base/mem.h"

struct gp_field {
	const char *name, *value; /* point into the octets; the value is still folded */
	size_t name_n, value_n;
	size_t start, end; /* the whole field with its line end, as offsets */
};
struct gp_fields {
	struct gp_field *v;
	size_t count;
	size_t body; /* offset behind the blank line; n when there is none */
	bool regular; /* every line was part of a field: RFC 5322 section 2.2 */
};
#define GP_FIELDS_MAX 2000 /* what stands behind them is passed over */

/* Reads to the first blank line. A line that is no field is passed over while known fields follow, else it begins the
 * body (relays lose blanks and blank lines). Line ends CR LF or LF. */
void gp_fields_read(const char *octets, size_t n, struct gp_fields *ret_fields);
void gp_fields_release(struct gp_fields *fields);
/* Case-free. Inline, and the first letter before all else: each field of each message is held against dozens of names. */
static inline bool
gp_field_is(const struct gp_field *field, const char *name)
{
	return ((field->name[0] ^ name[0]) & ~0x20) == 0 && strlen(name) == field->name_n &&
	       strncasecmp(field->name, name, field->name_n) == 0;
}
const struct gp_field *gp_fields_find(const struct gp_fields *fields, const char *name); /* the first, or NULL */

/* The value unfolded: line ends fall, the blanks stay. Caller frees. */
char *gp_field_unfold(const struct gp_field *field);
/* Unfolded, RFC 2047 decoded, cleaned; at most max octets. NULL field: "". Caller frees. */
char *gp_field_text(const struct gp_field *field, const char *charset, size_t max);

/* RFC 2047, read as senders write it (I18-02): adjacent words joined before their charset is applied, words in quotes,
 * with blanks, with bad padding, raw 8-bit text by charset (the body's, may be ""). Cleaned to one line. Caller frees. */
char *gp_words_decode(const char *raw, size_t n, const char *charset, size_t max);

/* The first word of a structured value, lower case: "multipart/mixed", "attachment", "base64". Caller frees. */
char *gp_value_word(const char *value);
/* One parameter of an unfolded value (RFC 2045 section 5.1, RFC 2231 continuations and charsets, RFC 2047 in quotes as
 * Outlook writes it), decoded and cleaned; "" when missing. Caller frees. */
char *gp_value_param(const char *value, const char *name);
/* The same as octets, undecoded: a boundary. */
char *gp_value_param_raw(const char *value, const char *name);

struct gp_mailbox {
	char *name, *address; /* cleaned; address "" when it is no addr-spec that we could answer */
};
struct gp_mailboxes {
	struct gp_mailbox *v;
	size_t count;
};
#define GP_MAILBOXES_MAX 1000
/* Appends the mailboxes of an unfolded address list (RFC 5322 section 3.4, groups opened, obsolete and broken forms). */
void gp_mailboxes_read(const char *value, const char *charset, struct gp_mailboxes *into);
void gp_mailboxes_release(struct gp_mailboxes *list);

/* A valid msg-id with its brackets (RFC 5322 section 3.6.4; RCV-18): "@", no blank, ASCII, at most 250 octets. */
bool gp_msgid_ok(const char *id, size_t n);
/* Appends every "<...>" of value that is a valid msg-id and not in the list yet. */
void gp_msgids_scan(const char *value, struct gp_strs *into);

/* The subject as people should see it: without what gp_subject_base takes off in front. Caller frees. */
char *gp_subject_shown(const char *subject);

/* RFC 5322 section 3.3 with the obsolete forms, two-digit years and names of zones. False when it is none. */
bool gp_mail_date_parse(const char *value, int64_t *ret_t);

/* Subject without reply and forward prefixes of many languages and leading [tags], folded (RFC 5256 section 2.1).
 * Caller frees. ret_reply: a reply prefix was among them. */
char *gp_subject_base(const char *subject, bool *ret_reply);
