/* The page of one conversation: who answered whom, and what they wrote. */
#include "desk/render.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/reader.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/hide.h"
#include "guildpost/mail/page_text.h"
#include "guildpost/mail/utf8.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define OCTETS_MAX (80u << 20)
#define TEXT_MAX   (64u << 10) /* octets of one post on a page */
#define DEEPEST	   6 /* steps that a page goes in */
#define TREE_LEAST 3 /* posts of a conversation that gets an overview */

/* --- who is there --------------------------------------------------------------------------- */

struct branch {
	int64_t id, date;
	int depth;
	char *name;
};
struct branches {
	struct branch *v;
	size_t count, cap;
	struct gp_sha256_state *hash; /* NULL: not wanted */
};

static void
branches_release(struct branches *branches)
{
	for (size_t i = 0; i < branches->count; i++)
		free(branches->v[i].name);
	free(branches->v);
}

static void
hash_text(struct gp_sha256_state *state, const char *text)
{
	gp_sha256_add(state, text, strlen(text) + 1);
}

static enum gp_rc
take_branch(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct branches *branches = context;
	const int64_t numbers[] = { post->id, post->parent_id, post->raw_id, post->date, post->depth };

	(void)err;
	if (branches->count == branches->cap) {
		branches->cap = branches->cap > 0 ? branches->cap * 2 : 16;
		branches->v = gp_grow(branches->v, branches->cap * sizeof(*branches->v));
	}
	branches->v[branches->count++] = (struct branch){ .id = post->id,
		.date = post->date,
		.depth = post->depth < DEEPEST ? post->depth : DEEPEST,
		.name = render_name(post->from_name, post->from_address) };
	if (branches->hash == NULL)
		return GP_OK;
	gp_sha256_add(branches->hash, numbers, sizeof(numbers));
	hash_text(branches->hash, post->subject);
	hash_text(branches->hash, post->from_name);
	hash_text(branches->hash, post->from_address);
	return GP_OK;
}

enum gp_rc
render_thread_mark(struct render *render, struct render_thread *thread, unsigned char out[32], struct gp_err *err)
{
	SCOPED(branches_release) struct branches branches = { .hash = gp_sha256_new() };
	const char *first = "";
	enum gp_rc rc = gp_archive_thread(render->desk->db, thread->thread_id, take_branch, &branches, err);

	hash_text(branches.hash, thread->token);
	gp_sha256_end(&branches.hash, out);
	GP_TRY(rc);
	for (size_t i = 0; i < branches.count; i++)
		if (branches.v[i].date == thread->started && *first == '\0')
			first = branches.v[i].name;
	free(thread->name);
	thread->name = gp_strdup(first);
	return GP_OK;
}

/* --- a post --------------------------------------------------------------------------------- */

struct page {
	const struct render *render;
	const struct render_thread *thread;
	const struct branches *branches;
	struct gp_buf posts;
};

static const char *
name_of(const struct branches *branches, int64_t id)
{
	for (size_t i = 0; i < branches->count; i++)
		if (branches->v[i].id == id)
			return branches->v[i].name;
	return "";
}

static void
depth_class(int depth, char out[16])
{
	(void)snprintf(out, 16, "d%d", depth < DEEPEST ? depth : DEEPEST);
}

/* What cannot be read has at least the words that were indexed. */
static enum gp_rc
read_post(const struct render *render, const struct gp_post *post, struct gp_reading *reading, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);
	struct gp_err why = { .text = "" };
	enum gp_rc rc;

	GP_TRY(gp_raw_load(render->desk->db, post->raw_id, &octets, err));
	rc = gp_reader_read(gp_desk_reader(render->desk), octets.data, octets.len, post->received_at, reading, &why);
	if (rc == GP_TEMP)
		*err = why;
	if (rc != GP_PERM)
		return rc;
	gp_reading_init(reading);
	free(reading->text);
	reading->text = NULL;
	return gp_index_own_text(render->desk->db, post->id, &reading->text, err);
}

static enum gp_rc
add_files(const struct render *render, const struct gp_reading *reading, struct gp_buf *out, struct gp_err *err)
{
	for (size_t i = 0; i < reading->part_count; i++) {
		const struct gp_part *part = &reading->parts[i];
		SCOPED(gp_free_str) char *name = render_title(*part->filename != '\0' ? part->filename : part->type);
		char size[32];
		const struct gp_var vars[] = { { "name", name }, { "size", size } };

		if (!part->attachment)
			continue;
		(void)snprintf(size, sizeof(size), "%lld KB", (long long)(part->size + 1023) / 1024);
		GP_TRY(render_template(render, "file", "", vars, GP_COUNT(vars), out, err));
	}
	return GP_OK;
}

static enum gp_rc
add_post(void *context, const struct gp_post *post, struct gp_err *err)
{
	struct page *page = context;
	SCOPED(gp_reading_release) struct gp_reading reading = { 0 };
	SCOPED(gp_buf_release) struct gp_buf hidden = GP_BUF_INIT(2 * TEXT_MAX);
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_buf_release) struct gp_buf files = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_free_str) char *cut = NULL, *date = NULL, *clock = NULL;
	SCOPED(gp_free_str) char *name = render_name(post->from_name, post->from_address);
	SCOPED(gp_free_str) char *title = render_title(post->subject);
	char anchor[24], parent[24] = "", depth[16], instant[GP_RFC3339_SIZE];

	GP_TRY(read_post(page->render, post, &reading, err));
	cut = gp_strndup(reading.text, gp_utf8_cut(reading.text, strlen(reading.text), TEXT_MAX));
	gp_hide_addresses(&hidden, cut);
	gp_page_text(&text, hidden.data);
	GP_TRY(add_files(page->render, &reading, &files, err));
	GP_TRY(render_date(page->render, "date-day", post->date, &date, err));
	GP_TRY(render_date(page->render, "date-hour", post->date, &clock, err));
	gp_clock_format(post->date, instant);
	depth_class(post->depth, depth);
	(void)snprintf(anchor, sizeof(anchor), "p%lld", (long long)post->id);
	if (post->parent_id != 0)
		(void)snprintf(parent, sizeof(parent), "p%lld", (long long)post->parent_id);
	{
		const struct gp_var vars[] = { { "anchor", anchor }, { "depth", depth }, { "name", name },
			{ "instant", instant }, { "date", date }, { "clock", clock }, { "parent", parent },
			{ "parent_name", name_of(page->branches, post->parent_id) },
			{ "title", strcmp(title, page->thread->title) != 0 ? title : "" }, { "text", text.data },
			{ "files", files.data } };

		return render_template(page->render, "post", "", vars, GP_COUNT(vars), &page->posts, err);
	}
}

/* --- the page ------------------------------------------------------------------------------- */

static enum gp_rc
add_branches(const struct render *render, const struct branches *branches, struct gp_buf *out, struct gp_err *err)
{
	for (size_t i = 0; branches->count >= TREE_LEAST && i < branches->count; i++) {
		SCOPED(gp_free_str) char *date = NULL;
		char anchor[24], depth[16];
		const struct gp_var *vars;

		GP_TRY(render_date(render, "date-day", branches->v[i].date, &date, err));
		(void)snprintf(anchor, sizeof(anchor), "p%lld", (long long)branches->v[i].id);
		depth_class(branches->v[i].depth, depth);
		vars = (const struct gp_var[]){ { "anchor", anchor }, { "depth", depth },
			{ "name", branches->v[i].name }, { "date", date } };
		GP_TRY(render_template(render, "branch", "", vars, 4, out, err));
	}
	return GP_OK;
}

static void
page_release(struct page *page)
{
	gp_buf_release(&page->posts);
}

enum gp_rc
render_thread_page(struct render *render, const struct render_thread *thread, struct gp_buf *out, struct gp_err *err)
{
	SCOPED(branches_release) struct branches branches = { .hash = NULL };
	SCOPED(page_release)
	struct page page = {
		.render = render, .thread = thread, .branches = &branches, .posts = GP_BUF_INIT(RENDER_PAGE_MAX)
	};
	SCOPED(gp_buf_release) struct gp_buf tree = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_free_str) char *date = NULL, *month = NULL;
	char posts[24] = "", people[24] = "", link[24];

	GP_TRY(gp_archive_thread(render->desk->db, thread->thread_id, take_branch, &branches, err));
	GP_TRY(gp_archive_thread(render->desk->db, thread->thread_id, add_post, &page, err));
	GP_TRY(add_branches(render, &branches, &tree, err));
	GP_TRY(render_date(render, "date-day", thread->started, &date, err));
	GP_TRY(render_date(render, "date-month", thread->started, &month, err));
	if (thread->posts > 1)
		(void)snprintf(posts, sizeof(posts), "%lld", (long long)thread->posts);
	if (thread->people > 1)
		(void)snprintf(people, sizeof(people), "%lld", (long long)thread->people);
	(void)snprintf(link, sizeof(link), "%04d-%02d.html", thread->year % 10000, thread->month);
	{
		const struct gp_var vars[] = { { "title", thread->title }, { "date", date }, { "many_posts", posts },
			{ "many_people", people }, { "branches", tree.data }, { "posts", page.posts.data },
			{ "month_link", link }, { "month", month } };

		return render_page(render, "thread", "../", vars, GP_COUNT(vars), out, err);
	}
}
