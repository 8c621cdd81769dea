#include "guildpost/mail/reading.h"

#include "guildpost/mail/utf8.h"

/* The form on the pipe: the magic, then every field in the order of the tables below; numbers as 8 octets little endian,
 * a string as its length in 4 octets and the octets, a list as its count in 4 octets and its elements. No pointer, no
 * offset, so nothing that a broken child writes can make us look elsewhere. */
#define MAGIC "guildpost reading 1\n"

enum kind { STRING, BOOL, INT, INT64, STRINGS, HASH, LIST };

struct member {
	enum kind kind;
	size_t offset;
	size_t count_offset; /* LIST */
	const struct element *element; /* LIST */
};
struct element {
	size_t size;
	const struct member *members;
	size_t count;
};

#define M(kind, type, name)                                                                                            \
	{                                                                                                              \
		kind, offsetof(struct type, name), 0, NULL                                                             \
	}
#define L(type, name, counter, element)                                                                                \
	{                                                                                                              \
		LIST, offsetof(struct type, name), offsetof(struct type, counter), &(element)                          \
	}
#define E(type, members)                                                                                               \
	{                                                                                                              \
		sizeof(struct type), members, GP_COUNT(members)                                                        \
	}

static const struct member part_members[] = {
	M(STRING, gp_part, type),
	M(STRING, gp_part, charset),
	M(STRING, gp_part, filename),
	M(INT64, gp_part, size),
	M(BOOL, gp_part, attachment),
};
static const struct member bounced_members[] = {
	M(STRING, gp_bounced, recipient),
	M(STRING, gp_bounced, status),
	M(STRING, gp_bounced, verdict),
	M(BOOL, gp_bounced, soft),
};
static const struct member attendee_members[] = {
	M(STRING, gp_attendee, address),
	M(STRING, gp_attendee, partstat),
	M(STRING, gp_attendee, comment),
};
static const struct element part_element = E(gp_part, part_members);
static const struct element bounced_element = E(gp_bounced, bounced_members);
static const struct element attendee_element = E(gp_attendee, attendee_members);
static const struct member calendar_members[] = {
	M(STRING, gp_calendar, method),
	M(STRING, gp_calendar, uid),
	M(STRING, gp_calendar, organizer),
	M(STRING, gp_calendar, recurrence_id),
	M(STRING, gp_calendar, summary),
	M(STRING, gp_calendar, start),
	M(STRING, gp_calendar, end),
	M(INT64, gp_calendar, sequence),
	M(INT64, gp_calendar, dtstamp),
	L(gp_calendar, attendees, attendee_count, attendee_element),
};
static const struct element calendar_element = E(gp_calendar, calendar_members);
static const struct member reading_members[] = {
	M(STRING, gp_reading, message_id),
	M(BOOL, gp_reading, message_id_made),
	M(STRINGS, gp_reading, references),
	M(STRINGS, gp_reading, in_reply_to),
	M(STRING, gp_reading, conversation),
	M(BOOL, gp_reading, conversation_reply),
	M(STRING, gp_reading, from_name),
	M(STRING, gp_reading, from_address),
	M(INT, gp_reading, from_count),
	M(STRING, gp_reading, reply_to),
	M(STRINGS, gp_reading, named),
	M(STRING, gp_reading, subject),
	M(STRING, gp_reading, subject_base),
	M(BOOL, gp_reading, subject_is_reply),
	M(INT64, gp_reading, date),
	M(STRING, gp_reading, list_id),
	M(STRING, gp_reading, precedence),
	M(STRING, gp_reading, auto_submitted),
	M(STRING, gp_reading, content_type),
	M(STRING, gp_reading, report_type),
	M(STRINGS, gp_reading, loop_marks),
	M(STRINGS, gp_reading, auth_results),
	M(BOOL, gp_reading, autoresponder),
	M(BOOL, gp_reading, list_headers),
	M(STRINGS, gp_reading, duplicates),
	M(INT, gp_reading, received_count),
	M(STRING, gp_reading, text),
	M(STRING, gp_reading, own_text),
	M(STRING, gp_reading, first_line),
	M(STRING, gp_reading, excerpt),
	M(BOOL, gp_reading, question),
	M(BOOL, gp_reading, encrypted),
	M(BOOL, gp_reading, has_calendar),
	M(BOOL, gp_reading, reaction),
	L(gp_reading, parts, part_count, part_element),
	L(gp_reading, bounces, bounce_count, bounced_element),
	L(gp_reading, calendars, calendar_count, calendar_element),
	M(HASH, gp_reading, delivery_sha256),
	M(HASH, gp_reading, body_sha256),
	M(STRING, gp_reading, refused),
};
static const struct element whole = E(gp_reading, reading_members);

/* --- life ------------------------------------------------------------------------------------------------------- */

static void
init_members(void *object, const struct element *what)
{
	for (size_t i = 0; i < what->count; i++)
		if (what->members[i].kind == STRING)
			*(char **)(void *)((char *)object + what->members[i].offset) = gp_strdup("");
}

static void
release_members(void *object, const struct element *what)
{
	for (size_t i = 0; i < what->count; i++) {
		const struct member *m = &what->members[i];
		char *at = (char *)object + m->offset;

		if (m->kind == STRING)
			gp_free_str((char **)(void *)at);
		if (m->kind == STRINGS)
			gp_strs_release((struct gp_strs *)(void *)at);
		if (m->kind != LIST)
			continue;
		for (size_t j = 0; j < *(size_t *)(void *)((char *)object + m->count_offset); j++)
			release_members(*(char **)(void *)at + j * m->element->size, m->element);
		free(*(void **)(void *)at);
	}
}

void
gp_reading_init(struct gp_reading *reading)
{
	*reading = (struct gp_reading){ 0 };
	init_members(reading, &whole);
}

void
gp_reading_release(struct gp_reading *reading)
{
	release_members(reading, &whole);
	*reading = (struct gp_reading){ 0 };
}

/* --- out -------------------------------------------------------------------------------------------------------- */

static void
put_number(struct gp_buf *out, uint64_t number, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		gp_buf_addc(out, (char)(number >> (8 * i) & 0xff));
}

static void
put_string(struct gp_buf *out, const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	put_number(out, n, 4);
	gp_buf_add(out, s, n);
}

static void put_members(struct gp_buf *out, const void *object, const struct element *what);

static void
put_member(struct gp_buf *out, const void *object, const struct member *m)
{
	const char *at = (const char *)object + m->offset;
	const struct gp_strs *list = (const void *)at;
	size_t count;

	if (m->kind == STRING)
		put_string(out, *(char *const *)(const void *)at);
	else if (m->kind == BOOL)
		put_number(out, *(const bool *)(const void *)at, 1);
	else if (m->kind == INT)
		put_number(out, (uint64_t)(int64_t) * (const int *)(const void *)at, 8);
	else if (m->kind == INT64)
		put_number(out, (uint64_t) * (const int64_t *)(const void *)at, 8);
	else if (m->kind == HASH)
		gp_buf_add(out, at, 32);
	else if (m->kind == STRINGS) {
		put_number(out, list->count, 4);
		for (size_t i = 0; i < list->count; i++)
			put_string(out, list->v[i]);
	} else {
		count = *(const size_t *)(const void *)((const char *)object + m->count_offset);
		put_number(out, count, 4);
		for (size_t i = 0; i < count; i++)
			put_members(out, *(char *const *)(const void *)at + i * m->element->size, m->element);
	}
}

static void
put_members(struct gp_buf *out, const void *object, const struct element *what)
{
	for (size_t i = 0; i < what->count; i++)
		put_member(out, object, &what->members[i]);
}

void
gp_reading_encode(const struct gp_reading *reading, struct gp_buf *out)
{
	gp_buf_adds(out, MAGIC);
	put_members(out, reading, &whole);
}

/* --- in --------------------------------------------------------------------------------------------------------- */

struct source {
	const unsigned char *at, *end;
	bool broken; /* sticky: ask once */
};

static uint64_t
take_number(struct source *in, size_t octets)
{
	uint64_t number = 0;

	if ((size_t)(in->end - in->at) < octets) {
		in->broken = true;
		in->at = in->end;
		return 0;
	}
	for (size_t i = 0; i < octets; i++)
		number |= (uint64_t)in->at[i] << (8 * i);
	in->at += octets;
	return number;
}

/* A count of elements that take at least `least` octets each: never more than what is left could hold. */
static size_t
take_count(struct source *in, size_t least)
{
	size_t count = (size_t)take_number(in, 4);

	if (count > (size_t)(in->end - in->at) / least) {
		in->broken = true;
		return 0;
	}
	return count;
}

static char *
take_string(struct source *in)
{
	size_t n = take_count(in, 1);
	const char *s = (const char *)in->at;

	in->at += n;
	if (memchr(s, '\0', n) != NULL || !gp_utf8_ok(s, n)) {
		in->broken = true;
		n = 0;
	}
	return gp_strndup(n > 0 ? s : "", n);
}

static void take_members(struct source *in, void *object, const struct element *what);

static void
take_strings(struct source *in, struct gp_strs *list)
{
	size_t count = take_count(in, 4);

	for (size_t i = 0; i < count && !in->broken; i++) {
		SCOPED(gp_free_str) char *s = take_string(in);

		gp_strs_add(list, s);
	}
}

static void
take_list(struct source *in, void *object, const struct member *m)
{
	size_t count = take_count(in, m->element->count), *ret_count = (void *)((char *)object + m->count_offset);
	char *list = count > 0 ? gp_new_array(count, m->element->size) : NULL;

	*(char **)(void *)((char *)object + m->offset) = list;
	for (size_t i = 0; i < count && !in->broken; i++) {
		init_members(list + i * m->element->size, m->element);
		*ret_count = i + 1;
		take_members(in, list + i * m->element->size, m->element);
	}
}

static void
take_member(struct source *in, void *object, const struct member *m)
{
	char *at = (char *)object + m->offset;

	if (m->kind == STRING) {
		free(*(char **)(void *)at);
		*(char **)(void *)at = take_string(in);
	} else if (m->kind == BOOL) {
		*(bool *)(void *)at = take_number(in, 1) != 0;
	} else if (m->kind == INT) {
		*(int *)(void *)at = (int)(int64_t)take_number(in, 8);
	} else if (m->kind == INT64) {
		*(int64_t *)(void *)at = (int64_t)take_number(in, 8);
	} else if (m->kind == STRINGS) {
		take_strings(in, (void *)at);
	} else if (m->kind == LIST) {
		take_list(in, object, m);
	} else if ((size_t)(in->end - in->at) < 32) {
		in->broken = true;
	} else {
		memcpy(at, in->at, 32);
		in->at += 32;
	}
}

static void
take_members(struct source *in, void *object, const struct element *what)
{
	for (size_t i = 0; i < what->count && !in->broken; i++)
		take_member(in, object, &what->members[i]);
}

enum gp_rc
gp_reading_decode(const void *octets, size_t n, struct gp_reading *ret_reading, struct gp_err *err)
{
	struct source in = { .at = octets, .end = (const unsigned char *)octets + n };
	size_t magic = strlen(MAGIC);

	gp_reading_init(ret_reading);
	in.broken = n < magic || memcmp(octets, MAGIC, magic) != 0;
	if (!in.broken) {
		in.at += magic;
		take_members(&in, ret_reading, &whole);
	}
	if (!in.broken && in.at == in.end)
		return GP_OK;
	gp_reading_release(ret_reading);
	return gp_fail(err, "5.6.0", "the message could not be read");
}

void
gp_reading_stand_beside(struct gp_reading *reading, const char *message_id)
{
	struct gp_strs *list = &reading->references;
	char *first;

	gp_strs_add(list, reading->message_id);
	first = list->v[list->count - 1];
	memmove(list->v + 1, list->v, (list->count - 1) * sizeof(*list->v));
	list->v[0] = first;
	reading->beside = true;
	free(reading->message_id);
	reading->message_id = gp_strdup(message_id);
}
