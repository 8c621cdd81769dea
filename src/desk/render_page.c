/* What all pages share, and those that lead to conversations: the index, a month, the feed. */
#include "desk/date.h"
#include "desk/digest.h"
#include "desk/render.h"
#include "guildpost/base/clock.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/hide.h"
#include "guildpost/mail/page_text.h"
#include "guildpost/store/search.h"

#define LATEST	  25 /* conversations on the index */
#define FEED_MOST 30 /* posts */

char *
render_title(const char *subject)
{
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(16384);
	SCOPED(gp_free_str) char *shown = gp_subject_shown(subject);

	gp_hide_addresses(&hidden, shown);
	return gp_strdup(*hidden.data != '\0' ? hidden.data : "...");
}

char *
render_name(const char *from_name, const char *from_address)
{
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(4096);
	SCOPED(gp_free_str) char *name = digest_name(from_name, from_address);

	gp_hide_addresses(&hidden, name);
	return gp_buf_take(&hidden);
}

enum gp_rc
render_template(const struct render *render, const char *name, const char *root, const struct gp_var *vars,
    size_t count, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_free_str) char *file = gp_printf("archive-%s", name);
	struct gp_var all[24] = { { "space", render->space->title }, { "root", root } };

	for (size_t i = 0; i < count && i + 2 < GP_COUNT(all); i++)
		all[i + 2] = vars[i];
	GP_TRY(
	    gp_template_render_html(render->desk->templates, render->space->language, file, all, count + 2, out, err));
	return out->full ? gp_fail_as(err, 65, "5.3.4", "a conversation is too large for a page") : GP_OK;
}

enum gp_rc
render_page(const struct render *render, const char *name, const char *root, const struct gp_var *vars, size_t count,
    struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf head = GP_BUF_INIT(1u << 20);
	SCOPED(gp_buf_release) struct gp_buf foot = GP_BUF_INIT(1u << 20);
	struct gp_var all[20];

	GP_TRY(render_template(render, "head", root, NULL, 0, &head, err));
	GP_TRY(render_template(render, "foot", root, NULL, 0, &foot, err));
	for (size_t i = 0; i < count && i + 2 < GP_COUNT(all); i++)
		all[i] = vars[i];
	all[count] = (struct gp_var){ "head", head.data };
	all[count + 1] = (struct gp_var){ "foot", foot.data };
	return render_template(render, name, root, all, count + 2, out, err);
}

enum gp_rc
render_date(const struct render *render, const char *template_name, int64_t t, char **ret_text, struct gp_err *err)
{
	return gp_date_text(render->desk, render->space->language, template_name, render->zone, t, ret_text, err);
}

/* --- lists ---------------------------------------------------------------------------------- */

enum gp_rc
render_line(const struct render *render, const struct render_thread *thread, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_free_str) char *date = NULL, *link = gp_printf("t/%s.html", thread->token);
	char posts[24] = "";

	GP_TRY(render_date(render, "date-day", thread->started, &date, err));
	if (thread->posts > 1)
		(void)snprintf(posts, sizeof(posts), "%lld", (long long)thread->posts);
	{
		const struct gp_var vars[] = { { "link", link }, { "title", thread->title }, { "name", thread->name },
			{ "date", date }, { "many_posts", posts } };

		return render_template(render, "line", "", vars, GP_COUNT(vars), out, err);
	}
}

enum gp_rc
render_month(const struct render *render, int year, int month, const char *older, const char *newer, struct gp_buf *out,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_free_str) char *name = NULL;

	for (size_t i = 0; i < render->count; i++) {
		const struct render_thread *thread = &render->threads[i];

		if (thread->year != year || thread->month != month)
			continue;
		GP_TRY(render_line(render, thread, &lines, err));
		if (name == NULL)
			GP_TRY(render_date(render, "date-month", thread->started, &name, err));
	}
	{
		const struct gp_var vars[] = { { "month", name != NULL ? name : "" }, { "threads", lines.data },
			{ "older", older }, { "newer", newer } };

		return render_page(render, "month", "", vars, GP_COUNT(vars), out, err);
	}
}

/* --- the index ------------------------------------------------------------------------------ */

struct years {
	const struct render *render;
	struct gp_buf out, months; /* months: of the year in hand */
	int year;
};

static void
years_release(struct years *years)
{
	gp_buf_release(&years->out);
	gp_buf_release(&years->months);
}

static enum gp_rc
end_year(struct years *years, struct gp_err *err)
{
	char year[16];
	const struct gp_var vars[] = { { "year", year }, { "months", years->months.data } };

	if (years->months.len == 0)
		return GP_OK;
	(void)snprintf(year, sizeof(year), "%d", years->year);
	GP_TRY(render_template(years->render, "year", "", vars, GP_COUNT(vars), &years->out, err));
	gp_buf_release(&years->months);
	years->months = (struct gp_buf)GP_BUF_INIT(RENDER_PAGE_MAX);
	return GP_OK;
}

/* A month in which no conversation began has no page. */
static enum gp_rc
add_month(struct years *years, const struct render_thread *first, int64_t threads, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;
	char link[24], number[8], count[24];

	if (first->year != years->year)
		GP_TRY(end_year(years, err));
	years->year = first->year;
	(void)snprintf(link, sizeof(link), "%04d-%02d.html", first->year % 10000, first->month);
	(void)snprintf(number, sizeof(number), "%02d", first->month % 100);
	(void)snprintf(count, sizeof(count), "%lld", (long long)threads);
	GP_TRY(render_date(years->render, "date-month", first->started, &name, err));
	{
		const struct gp_var vars[] = { { "link", link }, { "number", number }, { "posts", count },
			{ "month", name } };

		return render_template(years->render, "month-link", "", vars, GP_COUNT(vars), &years->months, err);
	}
}

static int
by_beginning(const void *a, const void *b)
{
	const struct render_thread *x = *(const struct render_thread *const *)a;
	const struct render_thread *y = *(const struct render_thread *const *)b;

	return x->started > y->started ? -1 : x->started < y->started;
}

static enum gp_rc
add_years(const struct render *render, struct years *years, struct gp_err *err)
{
	SCOPED(gp_free_ptr) const struct render_thread **order = gp_new_array(render->count + 1, sizeof(*order));
	size_t from = 0;

	for (size_t i = 0; i < render->count; i++)
		order[i] = &render->threads[i];
	if (render->count > 1)
		qsort(order, render->count, sizeof(*order), by_beginning);
	for (size_t i = 1; i <= render->count; i++) {
		if (i < render->count && order[i]->year == order[from]->year && order[i]->month == order[from]->month)
			continue;
		GP_TRY(add_month(years, order[from], (int64_t)(i - from), err));
		from = i;
	}
	return end_year(years, err);
}

enum gp_rc
render_index(const struct render *render, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf lines = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(years_release)
	struct years years = {
		.render = render, .out = GP_BUF_INIT(RENDER_PAGE_MAX), .months = GP_BUF_INIT(RENDER_PAGE_MAX)
	};
	char join[GP_ADDRESS_MAX];

	for (size_t i = 0; i < render->count && i < LATEST; i++)
		GP_TRY(render_line(render, &render->threads[i], &lines, err));
	GP_TRY(add_years(render, &years, err));
	gp_space_address(render->space, "join", join);
	{
		const struct gp_var vars[] = { { "join_address", join }, { "threads", lines.data },
			{ "months", years.out.data } };

		return render_page(render, "index", "", vars, GP_COUNT(vars), out, err);
	}
}

/* --- the feed ------------------------------------------------------------------------------- */

struct feed {
	const struct render *render;
	struct gp_buf entries;
	int64_t updated;
};

/* The same for a post in every store that it is brought into (RFC 4151). */
static void
add_id(const struct feed *feed, const struct gp_post *post, struct gp_buf *out)
{
	unsigned char hash[32];
	char hex[65], instant[GP_RFC3339_SIZE];

	gp_sha256(post->msgid, strlen(post->msgid), hash);
	gp_hex(hash, 10, hex);
	gp_clock_format(post->date, instant);
	gp_buf_addf(out, "<id>tag:%s,%.10s:%.*s/%s</id>\n", feed->render->space->domain, instant,
	    (int)strcspn(feed->render->space->name, "@"), feed->render->space->name, hex);
}

static void
add_element(struct gp_buf *out, const char *open, const char *text, const char *close)
{
	gp_buf_adds(out, open);
	gp_html_escape(out, text);
	gp_buf_adds(out, close);
}

static enum gp_rc
add_entry(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct feed *feed = context;
	struct gp_buf *out = &feed->entries;
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(1u << 20);
	SCOPED(gp_buf_release) struct gp_buf html = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_free_str) char *own = NULL, *title = render_title(post->subject);
	SCOPED(gp_free_str) char *name = render_name(post->from_name, post->from_address);
	char instant[GP_RFC3339_SIZE];

	GP_TRY(gp_index_own_text(feed->render->desk->db, post->id, &own, err));
	gp_hide_addresses(&hidden, own);
	gp_page_text(&html, hidden.data);
	gp_clock_format(post->date, instant);
	feed->updated = post->date > feed->updated ? post->date : feed->updated;
	gp_buf_adds(out, "<entry>\n");
	add_id(feed, post, out);
	add_element(out, "<title>", title, "</title>\n");
	add_element(out, "<author><name>", name, "</name></author>\n");
	gp_buf_addf(out, "<published>%s</published>\n<updated>%s</updated>\n", instant, instant);
	gp_buf_addf(out, "<link rel=\"alternate\" type=\"text/html\" href=\"t/%s.html#p%lld\"/>\n", post->thread,
	    (long long)post->id);
	add_element(out, "<content type=\"html\">", html.data, "</content>\n</entry>\n");
	return GP_OK;
}

static void
feed_release(struct feed *feed)
{
	gp_buf_release(&feed->entries);
}

enum gp_rc
render_feed(const struct render *render, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(feed_release) struct feed feed = { .render = render, .entries = GP_BUF_INIT(RENDER_PAGE_MAX) };
	char instant[GP_RFC3339_SIZE];

	GP_TRY(gp_archive_latest(render->desk->db, render->space->id, FEED_MOST, add_entry, &feed, err));
	gp_clock_format(feed.updated, instant);
	add_element(out,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"",
	    render->space->language, "\"");
	if (*render->url != '\0')
		add_element(out, " xml:base=\"", render->url, "\"");
	gp_buf_addf(out, ">\n<id>tag:%s,2005:%.*s</id>\n", render->space->domain,
	    (int)strcspn(render->space->name, "@"), render->space->name);
	add_element(out, "<title>", render->space->title, "</title>\n");
	gp_buf_addf(
	    out, "<updated>%s</updated>\n<link rel=\"alternate\" type=\"text/html\" href=\"index.html\"/>\n", instant);
	if (*render->url != '\0')
		gp_buf_adds(out, "<link rel=\"self\" type=\"application/atom+xml\" href=\"atom.xml\"/>\n");
	gp_buf_add(out, feed.entries.data, feed.entries.len);
	gp_buf_adds(out, "</feed>\n");
	return out->full ? gp_fail_as(err, 65, "5.3.4", "the feed is too large") : GP_OK;
}
