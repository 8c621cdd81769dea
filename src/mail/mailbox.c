#include <ctype.h>
#include <strings.h>

#include "guildpost/base/buf.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/utf8.h"

#define NAME_MAX_OCTETS 400
#define QUOTED_MAX	2000 /* octets between quotes */

/* One mailbox in the making: words before the angle brackets, the address, a comment (the name in the oldest form). */
struct making {
	const char *charset;
	struct gp_buf words, address, comment;
	bool angle;
	struct gp_mailboxes *into;
};

static void
trim_address(struct gp_buf *address)
{
	char *route;
	size_t n;

	/* "<@relay.example:ann@a.example>": source routes are read and forgotten (RFC 5322 section 4.4). */
	route = address->data[0] == '@' ? strchr(address->data, ':') : NULL;
	if (route != NULL) {
		n = strlen(route + 1);
		memmove(address->data, route + 1, n + 1);
		gp_buf_cut(address, n);
	}
	if (strncasecmp(address->data, "mailto:", 7) == 0) {
		n = address->len - 7;
		memmove(address->data, address->data + 7, n + 1);
		gp_buf_cut(address, n);
	}
}

/* What could be answered, or "". An internationalised domain becomes its A-label. */
static char *
usable(const char *address)
{
	char key[GP_ADDRESS_MAX];
	struct gp_err err;

	if (gp_address_ok(address))
		return gp_strdup(address);
	return gp_strdup(strlen(address) < GP_ADDRESS_MAX && gp_address_key(address, key, &err) == GP_OK ? key : "");
}

/* "ann at a.example", as list archives write it. */
static bool
read_at(struct gp_buf *words, struct gp_buf *address)
{
	char *at = strstr(words->data, " at ");
	size_t local = at != NULL ? (size_t)(at - words->data) : 0;

	if (at == NULL || memchr(words->data, ' ', local) != NULL || strchr(at + 4, ' ') != NULL ||
	    strchr(at + 4, '.') == NULL)
		return false;
	gp_buf_add(address, words->data, local);
	gp_buf_addc(address, '@');
	gp_buf_adds(address, at + 4);
	gp_buf_clear(words);
	return true;
}

/* HyperKitty encodes a name that is not ASCII together with its address: "Cem <cem at a.example>" within the words. */
static void
take_encoded_at(struct gp_mailbox *mailbox)
{
	char *open = strrchr(mailbox->name, '<');
	size_t n = open != NULL ? strlen(open) : 0;
	SCOPED(gp_buf_release) struct gp_buf inside = GP_BUF_INIT(GP_ADDRESS_MAX);
	SCOPED(gp_buf_release) struct gp_buf address = GP_BUF_INIT(GP_ADDRESS_MAX);

	if (*mailbox->address != '\0' || n < 3 || open[n - 1] != '>')
		return;
	gp_buf_add(&inside, open + 1, n - 2);
	if (inside.full || !read_at(&inside, &address) || address.full)
		return;
	while (open > mailbox->name && open[-1] == ' ')
		open--;
	*open = '\0';
	free(mailbox->address);
	mailbox->address = usable(address.data);
}

/* Without brackets the address is the word with the "@", the others are the name. */
static void
split_words(struct making *m)
{
	SCOPED(gp_buf_release) struct gp_buf name = GP_BUF_INIT(m->words.max);
	const char *s = m->words.data;

	while (*s != '\0') {
		size_t n = strcspn(s, " ");

		if (m->address.len == 0 && memchr(s, '@', n) != NULL)
			gp_buf_add(&m->address, s, n);
		else {
			if (name.len > 0)
				gp_buf_addc(&name, ' ');
			gp_buf_add(&name, s, n);
		}
		s += n + strspn(s + n, " ");
	}
	gp_buf_clear(&m->words);
	gp_buf_add(&m->words, name.data, name.len);
}

static void
finish(struct making *m)
{
	struct gp_mailboxes *into = m->into;
	const struct gp_buf *name;

	while (m->words.len > 0 && m->words.data[m->words.len - 1] == ' ')
		gp_buf_cut(&m->words, m->words.len - 1);
	if (!m->angle && m->words.len > 0 && !read_at(&m->words, &m->address))
		split_words(m);
	trim_address(&m->address);
	if ((m->words.len > 0 || m->address.len > 0 || m->angle) && into->count < GP_MAILBOXES_MAX) {
		if ((into->count & (into->count - 1)) == 0)
			into->v = gp_grow(into->v, (into->count > 0 ? into->count * 2 : 1) * sizeof(*into->v));
		name = m->words.len > 0 ? &m->words : &m->comment;
		into->v[into->count].name = gp_words_decode(name->data, name->len, m->charset, NAME_MAX_OCTETS);
		into->v[into->count].address = usable(m->address.data);
		take_encoded_at(&into->v[into->count]);
		into->count++;
	}
	gp_buf_clear(&m->words);
	gp_buf_clear(&m->address);
	gp_buf_clear(&m->comment);
	m->angle = false;
}

/* Each takes what begins at s and returns where it ends. */
static const char *
take_quoted(struct making *m, const char *s)
{
	const char *end;
	size_t n;

	for (end = s + 1; *end != '\0' && *end != '"' && end < s + QUOTED_MAX; end++)
		end += *end == '\\' && end[1] != '\0';
	if (*end != '"') /* it never ends: no quote */
		return s + 1;
	n = (size_t)(end - s) + (*end == '"');
	if (*end == '"' && end[1] == '@') { /* a quoted local part */
		n += strcspn(end + 1, " ,;<>\t");
		gp_buf_add(&m->address, s, n);
		return s + n;
	}
	for (s++; s < end; s++) {
		s += *s == '\\';
		gp_buf_addc(&m->words, *s);
	}
	return *end == '"' ? end + 1 : end;
}

static const char *
take_comment(struct making *m, const char *s)
{
	int depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '(' && depth++ == 0)
			continue;
		else if (*s == ')' && --depth == 0)
			return s + 1;
		gp_buf_addc(&m->comment, *s);
	}
	return s;
}

static const char *
take_angle(struct making *m, const char *s)
{
	size_t n = strcspn(s + 1, "<>");
	SCOPED(gp_buf_release) struct gp_buf inside = GP_BUF_INIT(GP_ADDRESS_MAX);
	bool at;

	if (m->angle) /* a second pair: another mailbox whose comma is missing */
		finish(m);
	m->angle = true;
	gp_buf_add(&inside, s + 1, n < GP_ADDRESS_MAX ? n : 0);
	at = read_at(&inside, &m->address);
	for (size_t i = 1; i <= n && !at; i++)
		if (s[i] != ' ' && s[i] != '\t')
			gp_buf_addc(&m->address, s[i]);
	return s + 1 + n + (s[1 + n] == '>');
}

static const char *
take_word(struct making *m, const char *s)
{
	size_t n = strcspn(s, " \t,;:<(\"");
	bool address = memchr(s, '@', n) != NULL && strncmp(s, "=?", 2) != 0;

	if (n == 0)
		return s + 1;
	/* A second address without a comma is a second mailbox: better two that hold than one that is glued. */
	if (address && !m->angle && memchr(m->words.data, '@', m->words.len) != NULL)
		finish(m);
	if (m->angle) /* text behind the brackets belongs to nobody */
		return s + n;
	gp_buf_add(&m->words, s, n);
	return s + n;
}

void
gp_mailboxes_read(const char *value, const char *charset, struct gp_mailboxes *into)
{
	struct making m = { charset, GP_BUF_INIT(16384), GP_BUF_INIT(2048), GP_BUF_INIT(4096), false, into };

	for (const char *s = value; *s != '\0';) {
		if (*s == '"') {
			s = take_quoted(&m, s);
		} else if (*s == '(') {
			s = take_comment(&m, s);
		} else if (*s == '<') {
			s = take_angle(&m, s);
		} else if (*s == ',' || *s == ';') {
			finish(&m);
			s++;
		} else if (*s == ':') { /* the name of a group; "mailto:" in the wild */
			gp_buf_clear(&m.words);
			s++;
		} else if (*s == ' ' || *s == '\t') {
			if (m.words.len > 0 && m.words.data[m.words.len - 1] != ' ')
				gp_buf_addc(&m.words, ' ');
			s++;
		} else {
			s = take_word(&m, s);
		}
	}
	finish(&m);
	gp_buf_release(&m.words);
	gp_buf_release(&m.address);
	gp_buf_release(&m.comment);
}

void
gp_mailboxes_release(struct gp_mailboxes *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->v[i].name);
		free(list->v[i].address);
	}
	free(list->v);
	*list = (struct gp_mailboxes){ 0 };
}
