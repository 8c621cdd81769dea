#include "guildpost/mail/mailto.h"

#include <stdint.h>
#include <string.h>

#define BODY_MAX 500

/* RFC 3986 section 2.3: the only octets that no client and no handler touches. */
static bool
unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static void
add_encoded(struct gp_buf *out, const char *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];

		if (unreserved(c))
			gp_buf_addc(out, (char)c);
		else if (c == '\n')
			gp_buf_adds(out, "%0D%0A"); /* RFC 6068 section 5; only bodies have any */
		else if (c >= 0x20 && c != 0x7f)
			gp_buf_addf(out, "%%%02X", c);
	}
}

/* The link so far, plus this field when all of it fits; no field is ever cut in the middle. */
static void
add_field(struct gp_buf *out, size_t start, const char *name, const char *value, size_t most)
{
	size_t before = out->len, n = value != NULL ? strlen(value) : 0;

	if (n == 0)
		return;
	gp_buf_adds(out, memchr(out->data + start, '?', out->len - start) == NULL ? "?" : "&");
	gp_buf_adds(out, name);
	gp_buf_addc(out, '=');
	add_encoded(out, value, n < most ? n : most);
	if (out->len - start > GP_MAILTO_MAX)
		gp_buf_cut(out, before);
}

void
gp_mailto_add(struct gp_buf *out, const struct gp_mailto *link)
{
	size_t start = out->len;
	const char *at = strrchr(link->address, '@');
	size_t local = at != NULL ? (size_t)(at - link->address) : strlen(link->address);

	gp_buf_adds(out, "mailto:");
	add_encoded(out, link->address, local);
	if (at != NULL) {
		gp_buf_addc(out, '@');
		add_encoded(out, at + 1, strlen(at + 1));
	}
	add_field(out, start, "subject", link->subject, SIZE_MAX);
	add_field(out, start, "body", link->body, BODY_MAX);
	add_field(out, start, "in-reply-to", link->in_reply_to, SIZE_MAX);
	add_field(out, start, "references", link->in_reply_to, SIZE_MAX);
}
