#include "desk/digest.h"

#include "guildpost/mail/address.h"
#include "guildpost/mail/mailto.h"

#define PIECE_MAX (1 << 20) /* octets; a digest is a tenth of it */
#define COLUMNS	  72
#define INDENT	  "    "

/* --- one item ---------------------------------------------------------------------------------------------------- */

/* Indented text whose first line begins with lead (as wide as the indent). */
static char *
hang(const char *text, const char *lead)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(PIECE_MAX);

	gp_text_wrap(&out, text, COLUMNS, INDENT);
	if (out.len >= strlen(INDENT))
		memcpy(out.data, lead, strlen(INDENT));
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		gp_buf_cut(&out, out.len - 1);
	return gp_buf_take(&out);
}

static enum gp_rc
name_piece(const struct digest *digest, bool html, const char *name, char **ret_piece, struct gp_err *err)
{
	const struct gp_var vars[] = { { "name", name }, { "rtl", digest_is_rtl(name) ? "1" : "" } };

	return digest_piece(digest, html, "digest-name", vars, GP_COUNT(vars), ret_piece, err);
}

/* `Ana: "After an hour the left side is slack."`; post NULL: "". named: who says it stands with it. */
static enum gp_rc
quote_piece(const struct digest *digest, bool html, const struct digest_post *post, bool named, char **ret_piece,
    struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL, *piece = NULL;
	struct gp_var vars[2];

	*ret_piece = NULL;
	if (post == NULL)
		return GP_OK;
	GP_TRY(name_piece(digest, html, post->name, &name, err));
	vars[0] = (struct gp_var){ "name", named ? name : "" };
	vars[1] = (struct gp_var){ "text", post->excerpt };
	GP_TRY(digest_piece(digest, html, "digest-quote", vars, GP_COUNT(vars), &piece, err));
	*ret_piece = html ? TAKE(piece) : hang(piece, INDENT);
	return GP_OK;
}

/* A link that opens an answer. Prefilled subjects are ASCII: old clients read others in a code page (DIG-06). */
static char *
answer_link(const struct digest *digest, const struct digest_thread *thread, const char *address)
{
	SCOPED(gp_buf_release) struct gp_buf link = GP_BUF_INIT(4096);
	SCOPED(gp_free_str) char *subject = gp_printf("Re: %s", thread->title);

	for (const char *c = subject; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80) {
			gp_free_str(&subject);
			subject = gp_printf("Re: [%s] %s", digest->space->name, thread->token);
			break;
		}
	gp_mailto_add(&link, &(struct gp_mailto){ .address = address,
				 .subject = subject,
				 .in_reply_to = digest->posts[thread->first + thread->count - 1].msgid });
	return gp_buf_take(&link);
}

/* "3" above one, "" for one: templates choose the words. */
static const char *
many(char out[12], int64_t n)
{
	(void)snprintf(out, 12, "%d", (int)(n % 100000));
	return n > 1 ? out : "";
}

/* When an older thread began: its day, or the year when that is long ago. */
static enum gp_rc
since_piece(const struct digest *digest, const struct digest_thread *thread, char **ret_piece, struct gp_err *err)
{
	struct gp_wall wall;

	if (thread->began)
		return GP_OK;
	gp_zone_to_wall(digest->zone, thread->opening.date, &wall);
	if (digest->due_at - thread->opening.date < 300 * 86400)
		return digest_date(digest, "date-short", thread->opening.date, ret_piece, err);
	*ret_piece = gp_printf("%d", wall.year);
	return GP_OK;
}

static const char *const item_templates[] = { "digest-waiting", "digest-thread", "digest-line" };

/* Appends one item; in text a one-line item carries its address where there is room on the line. */
static enum gp_rc
write_item(const struct digest *digest, bool html, const struct gp_rank *rank, struct gp_buf *out, struct gp_err *err)
{
	const struct digest_thread *thread = rank->context;
	int64_t days = (digest->due_at - thread->opening.date) / 86400;
	char address[GP_ADDRESS_MAX], number[12], lead[12], people[12], posts[12], ago[12];
	SCOPED(gp_free_str)
	char *head = NULL, *name = NULL, *quote = NULL, *answer = NULL, *link = NULL, *since = NULL, *piece = NULL;

	gp_space_address(digest->space, thread->token, address);
	(void)snprintf(number, sizeof(number), "%d", thread->number % 1000);
	(void)snprintf(lead, sizeof(lead), "%3d ", thread->number % 1000);
	head = hang(thread->title, lead);
	link = answer_link(digest, thread, address);
	GP_TRY(name_piece(digest, html, thread->opening.name, &name, err));
	GP_TRY(quote_piece(digest, html, thread->quote, rank->block == GP_BLOCK_THREAD, &quote, err));
	GP_TRY(quote_piece(digest, html, rank->with_reply ? thread->answer : NULL, true, &answer, err));
	GP_TRY(since_piece(digest, thread, &since, err));
	const struct gp_var vars[] = { { "number", number }, { "head", head }, { "title", thread->title },
		{ "name", name }, { "author", thread->opening.name }, { "many_days", many(ago, days) },
		{ "one_day", days == 1 ? "1" : "" }, { "today", days < 1 ? "1" : "" },
		{ "newcomer", thread->newcomer ? "1" : "" }, { "quote", quote }, { "answer", answer },
		{ "address", address }, { "link", link },
		{ "counts", thread->people > 1 || thread->count > 1 || !thread->began ? "1" : "" },
		{ "many_people", many(people, thread->people) }, { "many_posts", many(posts, (int64_t)thread->count) },
		{ "since", since } };
	GP_TRY(digest_piece(digest, html, item_templates[rank->block], vars, GP_COUNT(vars), &piece, err));
	if (html || rank->block != GP_BLOCK_LINE) {
		gp_buf_addf(out, "%s\n%s", piece, html ? "" : "\n");
		return GP_OK;
	}
	gp_free_str(&head);
	head = hang(piece, lead);
	if (strchr(head, '\n') == NULL && gp_text_width(head) + 2 + (int)strlen(address) <= COLUMNS)
		gp_buf_addf(out, "%s  %s\n", head, address);
	else
		gp_buf_addf(out, "%s\n" INDENT "%s\n", head, address);
	return GP_OK;
}

/* --- blocks ------------------------------------------------------------------------------------------------------ */

/* A link to an address that is itself the command. */
static char *
word_link(const struct digest *digest, const char *word, const char *subject)
{
	SCOPED(gp_buf_release) struct gp_buf link = GP_BUF_INIT(4096);
	char address[GP_ADDRESS_MAX];

	gp_space_address(digest->space, word, address);
	gp_mailto_add(&link, &(struct gp_mailto){ .address = address, .subject = subject });
	return gp_buf_take(&link);
}

static enum gp_rc
write_more(const struct digest *digest, bool html, int64_t count, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf link = GP_BUF_INIT(4096);
	SCOPED(gp_free_str) char *piece = NULL, *hung = NULL;
	char number[24], address[GP_ADDRESS_MAX];

	if (count == 0)
		return GP_OK;
	(void)snprintf(number, sizeof(number), "%lld", (long long)count);
	gp_space_address(digest->space, "", address);
	gp_mailto_add(&link,
	    &(struct gp_mailto){ .address = address, .subject = "all", .body = "all", .in_reply_to = digest->msgid });
	const struct gp_var vars[] = { { "count", number }, { "link", link.data } };
	GP_TRY(digest_piece(digest, html, "digest-more", vars, GP_COUNT(vars), &piece, err));
	hung = hang(piece, INDENT);
	gp_buf_addf(out, "%s\n", html ? piece : hung);
	return GP_OK;
}

static enum gp_rc
write_block(const struct digest *digest, bool html, enum gp_block block, struct gp_buf *out, struct gp_err *err)
{
	int64_t more = 0;

	for (size_t i = 0; i < digest->thread_count; i++) {
		if (digest->ranks[i].block == block)
			GP_TRY(write_item(digest, html, &digest->ranks[i], out, err));
		more += digest->ranks[i].block == GP_BLOCK_MORE;
	}
	if (block == GP_BLOCK_LINE)
		GP_TRY(write_more(digest, html, more, out, err));
	/* Items of text end in a blank line, and so does the block in its template. */
	if (!html && out->len > 1 && out->data[out->len - 2] == '\n')
		gp_buf_cut(out, out->len - 1);
	return GP_OK;
}

static enum gp_rc
write_meetings(const struct digest *digest, bool html, struct gp_buf *out, struct gp_err *err)
{
	for (size_t i = 0; i < digest->meeting_count; i++) {
		const struct digest_meeting *meeting = &digest->meetings[i];
		SCOPED(gp_free_str) char *when = NULL, *piece = NULL, *hung = NULL;

		GP_TRY(digest_date(digest, "date-time", meeting->start, &when, err));
		const struct gp_var vars[] = { { "when", when }, { "zone", gp_zone_name(digest->zone) },
			{ "title", meeting->title }, { "location", meeting->location } };
		GP_TRY(digest_piece(digest, html, "digest-meeting", vars, GP_COUNT(vars), &piece, err));
		hung = hang(piece, INDENT);
		gp_buf_addf(out, "%s\n", html ? piece : hung);
	}
	return GP_OK;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

/* What the subject names: the thread that moved most, else the first question, else whatever stands first. */
static const char *
top_title(const struct digest *digest)
{
	const struct digest_thread *top = NULL;

	for (size_t i = 0; i < digest->thread_count && top == NULL; i++)
		if (digest->ranks[i].block == GP_BLOCK_THREAD)
			top = digest->ranks[i].context;
	if (top == NULL && digest->thread_count > 0)
		top = digest->ranks[0].context;
	return top != NULL ? top->title : "";
}

static int
waiting_count(const struct digest *digest)
{
	int count = 0;

	for (size_t i = 0; i < digest->thread_count; i++)
		count += digest->ranks[i].block == GP_BLOCK_WAITING;
	return count;
}

/* "Monthly call Thu 17:00" when it is within a week, so that a subject says it in time. */
static enum gp_rc
call_piece(const struct digest *digest, char **ret_piece, struct gp_err *err)
{
	SCOPED(gp_free_str) char *title = NULL, *when = NULL;

	if (digest->meeting_count == 0 || digest->meetings[0].start > digest->due_at + 7 * 86400)
		return GP_OK;
	title = digest_fit(digest->meetings[0].title, 24);
	GP_TRY(digest_date(digest, "date-clock", digest->meetings[0].start, &when, err));
	*ret_piece = gp_printf("%s %s", title, when);
	return GP_OK;
}

struct words { /* what the templates of the whole name beside the blocks */
	char *date, *date_short, *call, *top, *daily, *weekly, *monthly, *each, *meetings, *pause, *leave, *why,
	    *steward;
	char steward_address[GP_ADDRESS_MAX], posts[12], people[12], threads[12], waiting[12];
};

static void
words_release(struct words *w)
{
	char **all[] = { &w->date, &w->date_short, &w->call, &w->top, &w->daily, &w->weekly, &w->monthly, &w->each,
		&w->meetings, &w->pause, &w->leave, &w->why, &w->steward };

	for (size_t i = 0; i < GP_COUNT(all); i++)
		gp_free_str(all[i]);
}

static enum gp_rc
words_make(const struct digest *digest, struct words *w, struct gp_err *err)
{
	GP_TRY(digest_date(digest, "date", digest->due_at, &w->date, err));
	GP_TRY(digest_date(digest, "date-short", digest->due_at, &w->date_short, err));
	GP_TRY(call_piece(digest, &w->call, err));
	w->top = digest_fit(top_title(digest), 50);
	w->daily = word_link(digest, "daily", "daily");
	w->weekly = word_link(digest, "weekly", "weekly");
	w->monthly = word_link(digest, "monthly", "monthly");
	w->each = word_link(digest, "each", "each");
	w->meetings = word_link(digest, "meetings", "meetings");
	w->pause = word_link(digest, "pause", "pause 4w");
	w->leave = word_link(digest, "leave", "leave");
	w->why = word_link(digest, "help", "why");
	w->steward = word_link(digest, "steward", NULL);
	gp_space_address(digest->space, "steward", w->steward_address);
	return GP_OK;
}

static enum gp_rc
write_form(struct digest *digest, bool html, struct words *w, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_buf_release)
	struct gp_buf waiting = GP_BUF_INIT(PIECE_MAX), threads = GP_BUF_INIT(PIECE_MAX),
		      lines = GP_BUF_INIT(PIECE_MAX), meetings = GP_BUF_INIT(PIECE_MAX);
	int wait = waiting_count(digest);

	GP_TRY(write_block(digest, html, GP_BLOCK_WAITING, &waiting, err));
	GP_TRY(write_block(digest, html, GP_BLOCK_THREAD, &threads, err));
	GP_TRY(write_block(digest, html, GP_BLOCK_LINE, &lines, err));
	GP_TRY(write_meetings(digest, html, &meetings, err));
	const struct gp_var vars[] = { { "space", digest->space->title }, { "space_name", digest->space->name },
		{ "date", w->date }, { "date_short", w->date_short }, { "top", w->top }, { "call", w->call },
		{ "one_waits", wait == 1 ? "1" : "" }, { "many_wait", many(w->waiting, wait) },
		{ "many_posts", many(w->posts, (int64_t)digest->post_count) },
		{ "many_people", many(w->people, digest->people) },
		{ "many_threads", many(w->threads, (int64_t)digest->thread_count) }, { "waiting", waiting.data },
		{ "threads", threads.data }, { "lines", lines.data }, { "meetings", meetings.data },
		{ "daily", strcmp(digest->mode, "daily") == 0 ? "1" : "" },
		{ "weekly", strcmp(digest->mode, "weekly") == 0 ? "1" : "" },
		{ "monthly", strcmp(digest->mode, "monthly") == 0 ? "1" : "" }, { "daily_link", w->daily },
		{ "weekly_link", w->weekly }, { "monthly_link", w->monthly }, { "each_link", w->each },
		{ "meetings_link", w->meetings }, { "pause_link", w->pause }, { "leave_link", w->leave },
		{ "why_link", w->why }, { "steward_link", w->steward }, { "steward_address", w->steward_address } };
	const char *folder = digest->desk->templates;

	if (html)
		return gp_template_render_html(folder, digest->language, "digest", vars, GP_COUNT(vars), out, err);
	return gp_template_render(folder, digest->language, "digest", vars, GP_COUNT(vars), &digest->subject, out, err);
}

enum gp_rc
digest_write(struct digest *digest, const char *seed, int64_t date, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(PIECE_MAX), html = GP_BUF_INIT(PIECE_MAX);
	SCOPED(words_release) struct words words = { .date = NULL };
	struct gp_list_facts facts = gp_space_facts(digest->space);
	char address[GP_ADDRESS_MAX], mark[GP_LOOP_MARK_MAX], msgid[160];

	gp_msgid_make(digest->space->domain, seed, msgid, sizeof(msgid));
	digest->msgid = gp_strdup(msgid);
	GP_TRY(words_make(digest, &words, err));
	GP_TRY(write_form(digest, false, &words, &text, err));
	GP_TRY(write_form(digest, true, &words, &html, err));
	gp_space_address(digest->space, "", address);
	gp_loop_mark(digest->desk, digest->space, mark);
	gp_composed_init(&digest->mail);
	return gp_compose_letter(&(struct gp_letter){ .from_name = digest->space->title,
				     .from_address = address,
				     .subject = digest->subject,
				     .msgid = digest->msgid,
				     .auto_submitted = "auto-generated",
				     .precedence = "bulk",
				     .language = digest->language,
				     .list = &facts,
				     .loop_mark = mark,
				     .date = date,
				     .date_offset = gp_zone_offset(digest->zone, date),
				     .text = text.data,
				     .html = html.data,
				     .flowed = true,
				     .personal = true },
	    &digest->mail, err);
}

enum gp_rc
digest_write_items(struct digest *digest, struct gp_buf *out, struct gp_err *err)
{
	static const char marker[] = "@@personal@@\n";
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(PIECE_MAX);
	SCOPED(words_release) struct words words = { .date = NULL };
	char *foot, *strip;

	GP_TRY(words_make(digest, &words, err));
	GP_TRY(write_form(digest, false, &words, &text, err));
	foot = strstr(text.data, "\n--\n");
	gp_buf_cut(&text, foot != NULL ? (size_t)(foot - text.data) + 1 : text.len);
	strip = strstr(text.data, marker);
	gp_buf_add(out, text.data, strip != NULL ? (size_t)(strip - text.data) : text.len);
	gp_buf_adds(out, strip != NULL ? strip + strlen(marker) : "");
	return GP_OK;
}
