/* compose.h - what we send: headers through one writer, bodies 7-bit safe, slots for what differs per member.
 * Floor: mail.
 *
 * A composed mail is one run of octets (CRLF line ends, lines at most 998) plus a list of slots: offsets between whole
 * encoded lines where deliver puts a value that arrives ready encoded and folded (DESIGN.md rule 8). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

/* Names of slots and who fills them: "to" (a whole To line from name and address), "unsubscribe" (a whole
 * List-Unsubscribe line with the member's leave token), "personal" (body lines, quoted-printable, stored value),
 * "personal-html" (likewise). A slot's value is zero or more whole lines with CRLF. */
struct gp_slot {
	char name[24];
	size_t offset;
};
struct gp_composed {
	struct gp_buf octets;
	struct gp_slot slots[16];
	size_t slot_count;
	/* What follows octets: the body of a post that is sent as it came is not copied. Borrowed from the message that
	 * gp_compose_post() was given; NULL else, and in what was read back. */
	const char *tail;
	size_t tail_n;
	char msgid[160]; /* with angle brackets */
};
#define GP_MAIL_MAX (80u * 1024 * 1024) /* octets: base64 of the largest message and then some */
void gp_composed_init(struct gp_composed *composed);
void gp_composed_release(struct gp_composed *composed);
void gp_composed_slot(struct gp_composed *composed, const char *name); /* at the present end */
/* "unsubscribe 812 personal 2410": the form that the outbox stores. */
void gp_slots_format(const struct gp_composed *composed, struct gp_buf *out);
GP_MUST_CHECK enum gp_rc gp_slots_parse(const char *text, struct gp_composed *into, struct gp_err *err);

/* The one header writer (SEC-01): refuses CR, LF, NUL, other controls in any value (they become a blank; bidi controls
 * fall), encodes non-ASCII as RFC 2047, folds at 76 between words. value: UTF-8. */
void gp_header_text(struct gp_buf *out, const char *name, const char *value); /* unstructured */
void gp_header_mailbox(
    struct gp_buf *out, const char *name, const char *display, const char *address); /* display may be "" */
void gp_header_token(
    struct gp_buf *out, const char *name, const char *value); /* ASCII, folded at blanks and commas, never encoded */
void gp_header_date(struct gp_buf *out, const char *name, int64_t t, int offset); /* offset: seconds east */
/* Message-ID of ours: "<SEED@domain>", seed lower-case hex of a hash over the parts (SND-11). */
void gp_msgid_make(const char *domain, const char *seed, char *out, size_t size);

/* Body parts, encoded: quoted-printable for text (UTF-8 in; "From " and lone dots safe), base64 for the rest. */
void gp_encode_qp(struct gp_buf *out, const char *text, size_t n); /* LF or CRLF in, CRLF out */
void gp_encode_base64(struct gp_buf *out, const void *octets, size_t n); /* lines of 76, CRLF */

struct gp_list_facts { /* what the List-* fields are made of */
	const char *space, *domain, *title; /* "weavers", "lists.example.org", "Weavers" */
	bool has_archive;
};
/* List-Id, List-Post, List-Help, List-Owner, List-Subscribe, one of each (LST-03), and the slot "unsubscribe". */
void gp_header_list(struct gp_composed *out, const struct gp_list_facts *facts);

/* A post made ready to go out: header edited by LST-02, body octets untouched unless they cannot travel (bare CR or LF,
 * NUL, lines over 998: recoded). 8-bit stays. The loop mark and list fields are added; line ends become CRLF. */
struct gp_post_edit {
	const struct gp_list_facts *list;
	const char *loop_mark; /* value of X-Guildpost-Loop */
	const char *msgid; /* used when the message has no usable one, else NULL */
	const char *reply_to; /* address, or NULL to leave the author's */
	const char *from_name, *from_address; /* rewritten From, or NULL (LST-11, LST-12) */
	const char *prefix; /* of the subject, "" for none (LST-08) */
	const char *footer; /* "" for none */
	const char *authserv_ids; /* space-separated: whose Authentication-Results fall; "" */
	int64_t received; /* for a missing Date */
};
GP_MUST_CHECK enum gp_rc gp_compose_post(const void *octets, size_t n, const struct gp_post_edit *edit,
    struct gp_composed *ret_composed, struct gp_err *err);

struct gp_file { /* attached; borrowed */
	const char *type, *name; /* "application/json", "posts.mbox": ASCII without quotes */
	const void *octets;
	size_t n;
};
/* A mail of our own. Fields that are NULL or "" are left out. text is required; html and calendar are optional:
 * text alone; multipart/alternative; with a calendar the form of STANDARDS.md section 6. */
struct gp_letter {
	const char *from_name, *from_address;
	const char *to_name, *to_address; /* NULL address: the slot "to" */
	const char *reply_to, *subject, *msgid;
	const char *in_reply_to, *references;
	const char *auto_submitted; /* "auto-replied" or "auto-generated" (RCV-15) */
	const char *precedence; /* "bulk" or "list" */
	const char *language; /* Content-Language */
	const struct gp_list_facts *list; /* NULL: no List-* fields */
	const char *loop_mark;
	int64_t date;
	int date_offset; /* seconds east of UTC, of the recipient or the space */
	const char *text; /* UTF-8, LF; wrapped already */
	const char *html; /* a whole document, UTF-8 */
	bool flowed; /* text/plain; format=flowed, space-stuffed here */
	bool personal; /* put the slots "personal" and "personal-html" where text and html hold the
	                                     * line "@@personal@@" */
	const char *calendar, *calendar_method; /* iCalendar octets with CRLF, "REQUEST" */
	const char *attached_message; /* a whole message to carry as message/rfc822, or NULL */
	size_t attached_n;
	const struct gp_file *files;
	size_t file_count;
};
GP_MUST_CHECK enum gp_rc gp_compose_letter(
    const struct gp_letter *letter, struct gp_composed *ret_composed, struct gp_err *err);

/* True when every CR has its LF and the other way round, and no line is over 998 octets; ret_eight: it has 8-bit octets. */
bool gp_octets_travel(const char *octets, size_t n, bool *ret_eight);

/* Fills the slots: values[i] belongs to composed->slots[i] and is whole lines or "". out gets the octets of one copy. */
void gp_composed_fill(const struct gp_composed *composed, const char *const *values, struct gp_buf *out);
