#include "guildpost/store/ledger.h"

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/setting.h"

#define HEAD	  "ledger_head"
#define HEAD_SIZE 96

/* The chain covers the previous link, the row's plain columns, and H(salt, payload): so payload and salt may be erased. */
static void
chain(const void *previous, size_t previous_n, const struct gp_ledger_row *row, const unsigned char payload_hash[32],
    unsigned char out[32])
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(4096);

	gp_buf_add(&text, previous, previous_n);
	gp_buf_addf(&text, "|%lld|%lld|%lld|%lld|%s|%s|", (long long)row->id, (long long)row->at,
	    (long long)row->community_id, (long long)row->space_id, row->actor, row->act);
	gp_buf_add(&text, payload_hash, 32);
	gp_sha256(text.data, text.len, out);
}

static void
hash_payload(const unsigned char salt[16], const char *payload, unsigned char out[32])
{
	struct gp_sha256_state *state = gp_sha256_new();

	gp_sha256_add(state, salt, 16);
	gp_sha256_add(state, payload, strlen(payload));
	gp_sha256_end(&state, out);
}

/* The last row, noted apart: a chain alone does not miss its end when somebody has cut it off. */
static void
head_text(int64_t id, const unsigned char link[32], char out[HEAD_SIZE])
{
	char hex[65];

	gp_hex(link, 32, hex);
	(void)snprintf(out, HEAD_SIZE, "%lld %s", (long long)id, hex);
}

/* False when that is no head. */
static bool
read_head(const char *head, int64_t *ret_id, unsigned char link[32])
{
	char *at;

	*ret_id = strtoll(head, &at, 10);
	at += *at == ' ';
	for (int i = 0; i < 32; i++) {
		unsigned octet;

		if (strlen(at) < 2 || sscanf(at, "%2x", &octet) != 1)
			return false;
		at += 2;
		link[i] = (unsigned char)octet;
	}
	return *ret_id > 0;
}

static enum gp_rc
last_row(struct gp_db *db, unsigned char out[32], size_t *ret_n, int64_t *ret_id, struct gp_err *err)
{
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const void *link;
	bool found;

	*ret_n = 0;
	*ret_id = 0;
	GP_TRY(gp_query_open(db, "SELECT ledger_id, chain FROM ledger ORDER BY ledger_id DESC LIMIT 1", &query, err));
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	*ret_id = gp_col_int(query, "ledger_id");
	link = gp_col_blob(query, "chain", ret_n);
	*ret_n = *ret_n > 32 ? 32 : *ret_n;
	memcpy(out, link, *ret_n);
	return GP_OK;
}

/* The chain goes on from its head, so that a row written behind a cut does not hide it. */
static enum gp_rc
last_link(struct gp_db *db, unsigned char out[32], size_t *ret_n, int64_t *ret_id, struct gp_err *err)
{
	SCOPED(gp_free_str) char *head = NULL;

	GP_TRY(gp_setting_get(db, HEAD, &head, err));
	if (head == NULL || strlen(head) >= HEAD_SIZE || !read_head(head, ret_id, out))
		return last_row(db, out, ret_n, ret_id, err);
	*ret_n = 32;
	return GP_OK;
}

enum gp_rc
gp_ledger_add(struct gp_db *db, int64_t now, int64_t community_id, int64_t space_id, const char *actor, const char *act,
    const char *payload, struct gp_err *err)
{
	static const char sql[] =
	    "INSERT INTO ledger (ledger_id, at, community_id, space_id, actor, act, payload, salt, payload_hash, chain)"
	    " VALUES (:id, :at, nullif(:community, 0), nullif(:space, 0), :actor, :act, :payload, :salt, :hash, "
	    ":chain)";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	unsigned char previous[32], salt[16], hash[32], link[32];
	struct gp_ledger_row row = {
		.at = now, .community_id = community_id, .space_id = space_id, .actor = actor, .act = act
	};
	size_t previous_n;
	char head[HEAD_SIZE];

	GP_TRY(last_link(db, previous, &previous_n, &row.id, err));
	row.id++;
	gp_random(salt, sizeof(salt));
	hash_payload(salt, payload, hash);
	chain(previous, previous_n, &row, hash, link);
	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":id", row.id);
	gp_bind_int(query, ":at", now);
	gp_bind_int(query, ":community", community_id);
	gp_bind_int(query, ":space", space_id);
	gp_bind_text(query, ":actor", actor);
	gp_bind_text(query, ":act", act);
	gp_bind_text(query, ":payload", payload);
	gp_bind_blob(query, ":salt", salt, sizeof(salt));
	gp_bind_blob(query, ":hash", hash, sizeof(hash));
	gp_bind_blob(query, ":chain", link, sizeof(link));
	GP_TRY(gp_query_do(query, err));
	head_text(row.id, link, head);
	return gp_setting_put(db, HEAD, head, err);
}

/* One row: the payload, while it is there, must have its hash, and the link must follow from the one before. */
static bool
row_holds(struct gp_query *query, unsigned char previous[32], size_t *previous_n)
{
	unsigned char hash[32], link[32], payload_hash[32] = { 0 };
	const struct gp_ledger_row row = { .id = gp_col_int(query, "ledger_id"),
		.at = gp_col_int(query, "at"),
		.community_id = gp_col_int(query, "community_id"),
		.space_id = gp_col_int(query, "space_id"),
		.actor = gp_col_text(query, "actor"),
		.act = gp_col_text(query, "act") };
	const void *stored;
	size_t n;

	stored = gp_col_blob(query, "payload_hash", &n);
	memcpy(payload_hash, stored, n < 32 ? n : 32);
	if (!gp_col_is_null(query, "payload")) {
		stored = gp_col_blob(query, "salt", &n);
		if (n != 16)
			return false;
		hash_payload(stored, gp_col_text(query, "payload"), hash);
		if (memcmp(hash, payload_hash, 32) != 0)
			return false;
	}
	chain(previous, *previous_n, &row, payload_hash, link);
	stored = gp_col_blob(query, "chain", &n);
	if (n != 32 || memcmp(stored, link, 32) != 0)
		return false;
	memcpy(previous, link, 32);
	*previous_n = 32;
	return true;
}

static enum gp_rc
check_head(struct gp_db *db, int64_t id, const unsigned char link[32], struct gp_err *err)
{
	SCOPED(gp_free_str) char *head = NULL;
	char want[HEAD_SIZE] = "";

	if (id != 0)
		head_text(id, link, want);
	GP_TRY(gp_setting_get(db, HEAD, &head, err));
	if (strcmp(head != NULL ? head : "", want) == 0)
		return GP_OK;
	return gp_fail_as(
	    err, 74, "5.3.0", "the ledger does not hold: what stood behind row %lld is gone", (long long)id);
}

enum gp_rc
gp_ledger_verify(struct gp_db *db, struct gp_err *err)
{
	static const char sql[] = "SELECT ledger_id, at, community_id, space_id, actor, act, payload, salt,"
				  " payload_hash, chain FROM ledger ORDER BY ledger_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	unsigned char previous[32];
	size_t previous_n = 0;
	int64_t id = 0;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return check_head(db, id, previous, err);
		id = gp_col_int(query, "ledger_id");
		if (!row_holds(query, previous, &previous_n))
			return gp_fail_as(err, 74, "5.3.0", "the ledger does not hold from row %lld on",
			    (long long)gp_col_int(query, "ledger_id"));
	}
}

enum gp_rc
gp_ledger_list(struct gp_db *db, int64_t space_id, int64_t community_id, int64_t limit, gp_ledger_each *each,
    void *context, struct gp_err *err)
{
	static const char sql[] =
	    "SELECT l.ledger_id, l.at, l.community_id, l.space_id, l.actor, l.act, l.payload, s.name AS space,"
	    " CASE WHEN l.actor GLOB 'member:*' THEN (SELECT m.address FROM member m"
	    "  WHERE m.member_id = CAST(substr(l.actor, 8) AS INTEGER)) END AS who"
	    "  FROM (SELECT ledger_id, at, community_id, space_id, actor, act, payload FROM ledger"
	    "    WHERE :space = 0 OR space_id = :space OR (space_id IS NULL AND community_id = :community)"
	    "    ORDER BY ledger_id DESC LIMIT CASE WHEN :limit > 0 THEN :limit ELSE -1 END) l"
	    "  LEFT JOIN space s ON s.space_id = l.space_id ORDER BY l.ledger_id";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	gp_bind_int(query, ":space", space_id);
	gp_bind_int(query, ":community", community_id);
	gp_bind_int(query, ":limit", limit);
	for (;;) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		const struct gp_ledger_row row = { .id = gp_col_int(query, "ledger_id"),
			.at = gp_col_int(query, "at"),
			.community_id = gp_col_int(query, "community_id"),
			.space_id = gp_col_int(query, "space_id"),
			.actor = gp_col_text(query, "actor"),
			.act = gp_col_text(query, "act"),
			.payload = gp_col_is_null(query, "payload") ? NULL : gp_col_text(query, "payload"),
			.space = gp_col_is_null(query, "space") ? NULL : gp_col_text(query, "space"),
			.who = gp_col_is_null(query, "who") ? NULL : gp_col_text(query, "who") };
		GP_TRY(each(context, &row, err));
	}
}
