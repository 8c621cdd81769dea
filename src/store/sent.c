#include "store/sent.h"

#include <ctype.h>
#include <zstd.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"

#define REPLIES_MAX  (1 << 20) /* octets: a thousand lines of at most 280 */
#define LEVEL	     3
#define RENAMED_MOST 50 /* posts that are looked through for one that was renamed */
#define NAME_LEAST   8 /* octets: what a server calls a mail is at least as long */

/* One line for those next to each other who shared a reply, as a transaction of many does. Returns the last of them. */
static size_t
add_line(struct gp_buf *lines, const struct gp_claim *claim, const struct gp_fared *fared, size_t from)
{
	const struct gp_reply *reply = &fared[from].reply;
	size_t through = from;

	while (through + 1 < claim->count && fared[through + 1].fate == GP_FATE_DELIVERED &&
	       strcmp(fared[through + 1].reply.text, reply->text) == 0)
		through++;
	gp_buf_addf(lines, "%lld %lld %d %s %s\n", (long long)claim->to[from].key, (long long)claim->to[through].key,
	    reply->code, reply->status, reply->text);
	return through;
}

/* "FROM THROUGH CODE STATUS TEXT"; a text is one line (guild/fate.h). False: it is of others. */
static bool
read_line(const char *line, int64_t key, struct gp_reply *ret)
{
	long long from, through;
	int n = 0;

	*ret = (struct gp_reply){ 0 };
	if (sscanf(line, "%lld %lld %d %11s %n", &from, &through, &ret->code, ret->status, &n) != 4 || key < from ||
	    key > through)
		return false;
	(void)snprintf(ret->text, sizeof(ret->text), "%.*s", (int)strcspn(line + n, "\n"), line + n);
	return true;
}

static enum gp_rc
pack(const struct gp_buf *lines, char **ret_packed, size_t *ret_n, struct gp_err *err)
{
	size_t room = ZSTD_compressBound(lines->len);

	*ret_packed = gp_new(room);
	*ret_n = ZSTD_compress(*ret_packed, room, lines->data, lines->len, LEVEL);
	return ZSTD_isError(*ret_n) ? gp_fail(err, "4.3.0", "what the smarthost said cannot be packed") : GP_OK;
}

static enum gp_rc
insert(struct gp_db *db, const struct gp_claim *claim, const struct gp_buf *lines, int64_t now, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO sent (outbox_id, after_key, through_key, at, replies)"
				  " VALUES (:outbox, :after, :through, :now, :replies) ON CONFLICT DO NOTHING";
	SCOPED(gp_free_str) char *packed = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	size_t n;

	GP_TRY(pack(lines, &packed, &n, err));
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", claim->outbox_id);
	gp_bind_int(query, ":after", claim->to[0].key - 1);
	gp_bind_int(query, ":through", claim->to[claim->count - 1].key);
	gp_bind_int(query, ":now", now);
	gp_bind_blob(query, ":replies", packed, n);
	return gp_query_do(query, err);
}

enum gp_rc
gp_sent_note(
    struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared, int64_t now, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(REPLIES_MAX);

	for (size_t i = 0; i < claim->count; i++)
		if (fared[i].fate == GP_FATE_DELIVERED)
			i = add_line(&lines, claim, fared, i);
	return lines.len > 0 ? insert(db, claim, &lines, now, err) : GP_OK;
}

/* A recipient that was put off stands in a range, too, without a line. */
static bool
find_line(const char *lines, int64_t key, struct gp_reply *ret)
{
	for (const char *line = lines; *line != '\0'; line = strchr(line, '\n') + 1)
		if (read_line(line, key, ret))
			return true;
	return false;
}

/* NULL where it is damaged. Whole lines only. */
static char *
unpack(const void *packed, size_t n)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed, n);
	SCOPED(gp_free_str) char *lines = NULL;

	if (size == 0 || size > REPLIES_MAX)
		return NULL;
	lines = gp_new((size_t)size + 1);
	if (ZSTD_decompress(lines, (size_t)size, packed, n) != size || lines[size - 1] != '\n')
		return NULL;
	lines[size] = '\0';
	return TAKE(lines);
}

enum gp_rc
gp_sent_find(
    struct gp_db *db, int64_t outbox_id, int64_t key, int64_t *ret_at, struct gp_reply *ret_reply, struct gp_err *err)
{
	static const char sql[] = "SELECT at, replies FROM sent WHERE outbox_id = :outbox AND through_key >= :key"
				  " AND after_key < :key ORDER BY at DESC";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found = true;

	*ret_at = 0;
	*ret_reply = (struct gp_reply){ 0 };
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", outbox_id);
	gp_bind_int(query, ":key", key);
	for (;;) {
		SCOPED(gp_free_str) char *lines = NULL;
		const void *packed;
		size_t n;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		packed = gp_col_blob(query, "replies", &n);
		lines = unpack(packed, n);
		if (lines == NULL || !find_line(lines, key, ret_reply))
			continue;
		*ret_at = gp_col_int(query, "at");
		return GP_OK;
	}
}

/* --- an address taken out again ------------------------------------------------------------- */

struct range { /* the key of a row */
	int64_t outbox_id, through, at;
};

/* The first row behind `at` that says this address, and what it is to say instead; *ret_found false: there is none. */
static enum gp_rc
next_saying(
    struct gp_db *db, const char *address, struct range *at, struct gp_buf *lines, bool *ret_found, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT outbox_id, through_key, at, replies FROM sent"
	    " WHERE (outbox_id, through_key, at) > (:outbox, :through, :at) ORDER BY outbox_id, through_key, at";
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":outbox", at->outbox_id);
	gp_bind_int(query, ":through", at->through);
	gp_bind_int(query, ":at", at->at);
	for (;;) {
		SCOPED(gp_free_str) char *said = NULL;
		const void *packed;
		size_t n;

		GP_TRY(gp_query_next(query, ret_found, err));
		if (!*ret_found)
			return GP_OK;
		packed = gp_col_blob(query, "replies", &n);
		said = unpack(packed, n);
		if (said == NULL || strcasestr(said, address) == NULL)
			continue;
		gp_buf_adds(lines, said);
		*at = (struct range){ gp_col_int(query, "outbox_id"), gp_col_int(query, "through_key"),
			gp_col_int(query, "at") };
		return GP_OK;
	}
}

enum gp_rc
gp_sent_forget(struct gp_db *db, const char *address, struct gp_err *err)
{
	static const char sql[] = "UPDATE sent SET replies = :replies WHERE outbox_id = :outbox"
				  " AND through_key = :through AND at = :at";
	struct range at = { 0 };

	for (;;) {
		SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(REPLIES_MAX);
		SCOPED(gp_query_free) struct gp_query *query = NULL;
		SCOPED(gp_free_str) char *packed = NULL;
		bool found;
		size_t n;

		GP_TRY(next_saying(db, address, &at, &lines, &found, err));
		if (!found)
			return GP_OK;
		for (char *said; (said = strcasestr(lines.data, address)) != NULL;)
			memset(said, '*', strlen(address));
		GP_TRY(pack(&lines, &packed, &n, err));
		GP_TRY(gp_query_open(db, sql, &query, err));
		gp_bind_blob(query, ":replies", packed, n);
		gp_bind_int(query, ":outbox", at.outbox_id);
		gp_bind_int(query, ":through", at.through);
		gp_bind_int(query, ":at", at.at);
		GP_TRY(gp_query_do(query, err));
	}
}

/* --- under another id ----------------------------------------------------------------------- */

/* "0100018f3c9a4d2e-9f" and "4XyzAB1cdeF" are names that servers give; "20260601" and "accepted" are none. */
static bool
is_name(const char *word, size_t n)
{
	bool letter = false, digit = false;

	for (size_t i = 0; i < n; i++) {
		letter = letter || isalpha((unsigned char)word[i]);
		digit = digit || isdigit((unsigned char)word[i]);
	}
	return n >= NAME_LEAST && letter && digit;
}

/* Amazon SES says "250 Ok 0100018f3c9a" and makes <0100018f3c9a@email.amazonses.com> of it; Postfix says "queued as
 * 4XyzAB1cdeF" and would call it <20260601080000.4XyzAB1cdeF@relay.example>. */
static bool
names(const char *reply, const char *msgid)
{
	static const char in_words[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	SCOPED(gp_free_str) char *local = gp_strndup(msgid, strcspn(msgid, "@"));

	for (const char *word = reply; *word != '\0';) {
		size_t n = strspn(word, in_words);
		SCOPED(gp_free_str) char *name = gp_strndup(word, n);

		if (is_name(name, n) && strstr(local, name) != NULL)
			return true;
		word += n + (word[n] != '\0');
	}
	return false;
}

enum gp_rc
gp_sent_renamed(
    struct gp_db *db, int64_t space_id, int64_t member_id, const char *msgid, char **ret_msgid, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT o.outbox_id, m.msgid FROM outbox o JOIN message m ON m.space_id = o.space_id AND m.event = o.event"
	    " WHERE o.space_id = :space AND o.audience = 'event' ORDER BY o.event DESC LIMIT :most";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	struct gp_reply reply;
	int64_t at;
	bool found;

	*ret_msgid = NULL;
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":most", RENAMED_MOST);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(gp_sent_find(db, gp_col_int(query, "outbox_id"), member_id, &at, &reply, err));
		if (at == 0 || !names(reply.text, msgid))
			continue;
		*ret_msgid = gp_strdup(gp_col_text(query, "msgid"));
		return GP_OK;
	}
}
