/* The archive asked by mail: SPACE+find@ with what is looked for as the subject, SPACE+get@ with the number of a post. */
#include "guildpost/desk/find.h"

#include "desk/date.h"
#include "desk/digest.h"
#include "desk/handlers.h"
#include "guildpost/base/log.h"
#include "guildpost/guild/word.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/hide.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define HITS_MAX     10 /* in one answer */
#define POSTS_MAX    5 /* that one mail may ask for */
#define QUERY_MAX    200 /* octets of a query */
#define TITLE_MAX    60 /* columns */
#define TEXT_MAX     (16u << 10) /* octets of a post that a stranger is shown */
#define ATTACHED_MAX (25u << 20)

struct asking {
	struct gp_desk *desk;
	const struct gp_arrival *arrival;
	const struct gp_space *space;
	struct gp_zone *zone; /* of the space */
	const char *language;
	bool member; /* a member who may read here, not a stranger at a public space */
};

/* --- who may read --------------------------------------------------------------------------- */

/* An address that only claims to be a member's gets the answer sent to that member: nobody else learns anything. */
static enum gp_rc
may_read(const struct asking *asking, bool *ret_may, bool *ret_member, struct gp_err *err)
{
	const struct gp_member *author = asking->arrival->author;
	struct gp_subscription open = { 0 };

	*ret_member = author != NULL;
	if (author != NULL && strcmp(asking->space->visibility, "private") == 0) {
		GP_TRY(gp_subscription_find(asking->desk->db, asking->space->id, author->id, &open, err));
		*ret_member = open.id != 0;
	}
	*ret_may = *ret_member || strcmp(asking->space->visibility, "public") == 0;
	return GP_OK;
}

/* RCV-16 counts by kind: for a member each question is one of its own (20 a week), strangers have one a day. */
static void
limit_kind(const struct asking *asking, const char *word, const char *what, char out[40])
{
	unsigned char hash[32];
	char hex[65];

	gp_sha256(what, strlen(what), hash);
	gp_hex(hash, 8, hex);
	(void)snprintf(out, 40, "%.8s%s%.16s", word, asking->member ? ":" : "", asking->member ? hex : "");
}

static enum gp_rc
say(const struct asking *asking, const char *template_name, const char *limit, const struct gp_var *vars, size_t count,
    struct gp_err *err)
{
	return gp_answer(asking->desk, asking->arrival,
	    &(struct gp_answer){ .template_name = template_name,
		.kind = "receipt",
		.limit_kind = limit,
		.reply_ext = "get",
		.vars = vars,
		.var_count = count },
	    err);
}

static enum gp_rc
say_closed(const struct asking *asking, struct gp_err *err)
{
	char join[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "join_address", join } };

	gp_space_address(asking->space, "join", join);
	return gp_answer(asking->desk, asking->arrival,
	    &(struct gp_answer){ .template_name = "find-closed",
		.kind = "receipt",
		.limit_kind = "find-closed",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

/* --- found ---------------------------------------------------------------------------------- */

struct listing {
	const struct asking *asking;
	struct gp_buf text;
	int count;
};

static enum gp_rc
list_hit(void *context, const struct gp_hit *hit, struct gp_err *err)
{
	struct listing *listing = context;
	const struct asking *asking = listing->asking;
	SCOPED(gp_free_str) char *shown = gp_subject_shown(hit->subject), *title = digest_fit(shown, TITLE_MAX);
	SCOPED(gp_free_str) char *name = digest_name(hit->from_name, hit->from_address), *date = NULL;
	SCOPED(gp_buf_release) struct gp_buf snippet = GP_BUF_INIT(4096);
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(4096);
	char number[24];

	if (++listing->count > HITS_MAX)
		return GP_OK;
	(void)snprintf(number, sizeof(number), "%lld", (long long)hit->id);
	/* RCV-16: what nobody has proved to be wanted stays small. */
	if (asking->member) {
		gp_hide_addresses(&hidden, hit->snippet);
		gp_text_wrap(&snippet, hidden.data, 66, "      ");
	}
	GP_TRY(gp_date_text(asking->desk, asking->language, "date", asking->zone, hit->date, &date, err));
	while (snippet.len > 0 && snippet.data[snippet.len - 1] == '\n')
		snippet.data[--snippet.len] = '\0';
	{
		const struct gp_var vars[] = { { "number", number }, { "title", title }, { "name", name },
			{ "date", date }, { "snippet", snippet.data } };

		return gp_template_render(asking->desk->templates, asking->language, "find-item", vars, GP_COUNT(vars),
		    NULL, &listing->text, err);
	}
}

static enum gp_rc
answer_find(const struct asking *asking, const char *typed, struct gp_err *err)
{
	SCOPED(gp_search_release) struct gp_search search = { 0 };
	struct listing listing = { .asking = asking, .text = GP_BUF_INIT(64u << 10) };
	char find[GP_ADDRESS_MAX], get[GP_ADDRESS_MAX], kind[40];
	struct gp_err unclear;
	bool how = gp_search_parse(typed, &search, &unclear) != GP_OK;
	enum gp_rc rc = GP_OK;

	if (!how)
		rc = gp_search_run(asking->desk->db, asking->space, &search, HITS_MAX + 1, list_hit, &listing, err);
	if (rc == GP_OK) {
		const struct gp_var vars[] = { { "query", typed }, { "list", listing.text.data },
			{ "more", listing.count > HITS_MAX ? "1" : "" },
			{ "nothing", !how && listing.count == 0 ? "1" : "" }, { "find_address", find },
			{ "get_address", get } };

		gp_space_address(asking->space, "find", find);
		gp_space_address(asking->space, "get", get);
		limit_kind(asking, "find", typed, kind);
		rc = say(asking, "find", kind, vars, GP_COUNT(vars), err);
	}
	gp_buf_release(&listing.text);
	return rc;
}

/* --- given ---------------------------------------------------------------------------------- */

/* A stranger at a public space sees the words of a post and no address. */
static enum gp_rc
text_for_strangers(const struct asking *asking, int64_t id, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(2 * TEXT_MAX);
	SCOPED(gp_free_str) char *own = NULL, *cut = NULL;

	GP_TRY(gp_index_own_text(asking->desk->db, id, &own, err));
	cut = gp_strndup(own, gp_utf8_cut(own, strlen(own), TEXT_MAX));
	gp_hide_addresses(&hidden, cut);
	gp_text_wrap(out, hidden.data, 72, "  ");
	return GP_OK;
}

static enum gp_rc
give(void *context, const struct gp_post *post, struct gp_err *err)
{
	const struct asking *asking = context;
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(ATTACHED_MAX);
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(4 * TEXT_MAX);
	SCOPED(gp_free_str) char *title = gp_subject_shown(post->subject), *date = NULL;
	SCOPED(gp_free_str) char *name = digest_name(post->from_name, post->from_address);
	char number[24], thread[GP_ADDRESS_MAX], kind[40];
	const struct gp_member *author = asking->arrival->author;

	(void)snprintf(number, sizeof(number), "%lld", (long long)post->id);
	limit_kind(asking, "get", number, kind);
	gp_space_address(asking->space, post->thread, thread);
	GP_TRY(gp_date_text(asking->desk, asking->language, "date", asking->zone, post->date, &date, err));
	if (asking->member)
		GP_TRY(gp_raw_load(asking->desk->db, post->raw_id, &octets, err));
	else
		GP_TRY(text_for_strangers(asking, post->id, &text, err));
	{
		const struct gp_var vars[] = { { "number", number }, { "title", *title != '\0' ? title : "..." },
			{ "name", name }, { "date", date }, { "attached", asking->member ? "1" : "" },
			{ "text", text.data }, { "thread_address", asking->member ? thread : "" },
			{ "find_address", "" } };

		return gp_notice_send(asking->desk,
		    &(struct gp_notice){ .kind = "receipt",
			.template_name = "get",
			.language = asking->language,
			.space = asking->space,
			.to_name = author != NULL ? author->name : "",
			.to_address = asking->arrival->reading->from_address,
			.member_id = author != NULL ? author->id : 0,
			.in_reply_to = asking->arrival->reading->message_id_made ? NULL
										 : asking->arrival->reading->message_id,
			.vars = vars,
			.var_count = GP_COUNT(vars),
			.attached_message = asking->member ? octets.data : NULL,
			.attached_n = octets.len,
			.limit_kind = asking->arrival->proved ? NULL : kind,
			.now = asking->arrival->now },
		    NULL, err);
	}
}

static enum gp_rc
say_no_such(const struct asking *asking, struct gp_err *err)
{
	char find[GP_ADDRESS_MAX];
	const struct gp_var vars[] = { { "number", "" }, { "title", "" }, { "name", "" }, { "date", "" },
		{ "attached", "" }, { "text", "" }, { "thread_address", "" }, { "find_address", find } };

	gp_space_address(asking->space, "find", find);
	return say(asking, "get", "get-none", vars, GP_COUNT(vars), err);
}

/* Numbers in a line, in any company: "17, 23", "get #17". */
static enum gp_rc
answer_get(const struct asking *asking, const char *line, struct gp_err *err)
{
	int64_t seen[POSTS_MAX];
	size_t count = 0;
	int given = 0;

	while (count < POSTS_MAX && *(line += strcspn(line, "0123456789")) != '\0') {
		int64_t number = strtoll(line, NULL, 10);
		bool found, again = false;

		line += strspn(line, "0123456789");
		for (size_t i = 0; i < count; i++)
			again = again || seen[i] == number;
		if (again)
			continue;
		seen[count++] = number;
		GP_TRY(gp_archive_number(
		    asking->desk->db, asking->space->id, number, give, (void *)(uintptr_t)asking, &found, err));
		given += found;
	}
	return given > 0 ? GP_OK : say_no_such(asking, err);
}

/* --- asked ---------------------------------------------------------------------------------- */

/* "find" or "get" out of the address, or out of the first word of a mail to SPACE-request@; *ret_what: the rest of that
 * line, or the subject, or the first line where a client has lost the subject or an answer keeps it (ADR-07). */
static const char *
word_of(const struct gp_arrival *arrival, const char *subject, const char **ret_what)
{
	static const char *const words[][2] = { { "find", "find" }, { "search", "find" }, { "get", "get" } };
	const char *const lines[] = { subject, arrival->reading->first_line };
	const struct gp_route *route = &arrival->to->route;
	char word[GP_WORD_SIZE];

	if (route->to == GP_TO_WORD) {
		bool numbers = strcmp(route->word, "get") == 0;
		bool reply = arrival->reading->subject_is_reply || *subject == '\0' ||
			     (numbers && strpbrk(subject, "0123456789") == NULL);

		*ret_what = reply && *lines[1] != '\0' ? lines[1] : subject;
		return strcmp(route->word, "find") == 0 || numbers ? route->word : NULL;
	}
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		*ret_what = gp_word_first(lines[i], word);
		for (size_t k = 0; k < GP_COUNT(words); k++)
			if (strcmp(words[k][0], word) == 0 &&
			    (strcmp(word, "get") != 0 || strpbrk(*ret_what, "0123456789") != NULL))
				return words[k][1];
	}
	return NULL;
}

enum gp_rc
gp_find_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	struct asking asking = { .desk = desk, .arrival = arrival, .space = arrival->to->space };
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_free_str) char *subject = gp_subject_shown(arrival->reading->subject), *asked = NULL;
	const char *what, *word = word_of(arrival, subject, &what);
	struct gp_err ignored;
	bool may;

	*ret_taken = word != NULL;
	if (word == NULL)
		return GP_OK;
	if (!gp_answerable(arrival))
		return gp_drop(desk, arrival, "no author to answer", err);
	if (gp_zone_open(asking.space->timezone, &zone, &ignored) != GP_OK)
		GP_TRY(gp_zone_open("UTC", &zone, err));
	asking.zone = zone;
	asking.language = arrival->author != NULL && *arrival->author->language != '\0' ? arrival->author->language
											: asking.space->language;
	asked = gp_utf8_cleaned(what, strlen(what), false, QUERY_MAX);
	GP_TRY(may_read(&asking, &may, &asking.member, err));
	gp_log(GP_LOG_INFO, "find.asked", "sid", arrival->row->session, "space", asking.space->name, "word", word,
	    "may", may ? "yes" : "no", NULL);
	if (!may)
		return say_closed(&asking, err);
	return strcmp(word, "find") == 0 ? answer_find(&asking, asked, err) : answer_get(&asking, asked, err);
}
