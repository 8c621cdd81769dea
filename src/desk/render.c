/* Which pages there are, which of them have changed, and how they reach the folder. */
#include "guildpost/desk/render.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "desk/render.h"
#include "guildpost/mail/crypt.h"

#define STATE	    ".guildpost"
#define MARK_SIZE   41 /* hexadecimal, with its NUL */
#define NAME_SIZE   40
#define PROGRESS_MS 200

/* --- what pages were made of ---------------------------------------------------------------- */

struct mark {
	char mark[MARK_SIZE], name[NAME_SIZE];
};
struct marks {
	struct mark *v; /* old ones: by name */
	size_t count, cap;
};
struct work {
	struct render render;
	const char *folder;
	struct marks old, now;
	unsigned char base[32]; /* of what all pages share */
	struct gp_render_counts counts;
};

static void
add_mark(struct marks *marks, const char *mark, const char *name)
{
	if (marks->count == marks->cap) {
		marks->cap = marks->cap > 0 ? marks->cap * 2 : 64;
		marks->v = gp_grow(marks->v, marks->cap * sizeof(*marks->v));
	}
	(void)snprintf(marks->v[marks->count].mark, MARK_SIZE, "%s", mark);
	(void)snprintf(marks->v[marks->count++].name, NAME_SIZE, "%s", name);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct mark *)a)->name, ((const struct mark *)b)->name);
}

static const struct mark *
find_mark(const struct marks *marks, const char *name)
{
	struct mark wanted;

	(void)snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	return marks->count > 0 ? bsearch(&wanted, marks->v, marks->count, sizeof(wanted), by_name) : NULL;
}

/* A page of ours: a conversation, a month, or one of the few. Anything else in the folder is left alone. */
static bool
is_page(const char *name)
{
	size_t n = strlen(name);

	return n < NAME_SIZE && strstr(name, "..") == NULL && *name != '/' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-./") == n;
}

static char *
path_of(const struct work *work, const char *name)
{
	return gp_printf("%s/%s", work->folder, name);
}

static enum gp_rc
cannot(struct gp_err *err, const char *path)
{
	return gp_fail_as(err, 73, "5.3.5", "cannot write %.80s: %s", path, strerror(errno));
}

static bool
load_file(const char *path, struct gp_buf *out)
{
	FILE *file = fopen(path, "re");
	char piece[65536];
	size_t n;

	if (file == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		gp_buf_add(out, piece, n);
	(void)fclose(file);
	return !out->full;
}

static void
load_marks(struct work *work)
{
	SCOPED(gp_free_str) char *path = path_of(work, STATE);
	SCOPED(gp_buf_release) struct gp_buf state = GP_BUF_INIT(256u << 20);
	char *line, *rest;

	if (!load_file(path, &state))
		return;
	rest = state.data;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (strlen(line) > MARK_SIZE && line[MARK_SIZE - 1] == ' ' && is_page(line + MARK_SIZE)) {
			line[MARK_SIZE - 1] = '\0';
			add_mark(&work->old, line, line + MARK_SIZE);
		}
	if (work->old.count > 1)
		qsort(work->old.v, work->old.count, sizeof(*work->old.v), by_name);
}

/* --- into the folder ------------------------------------------------------------------------ */

static enum gp_rc
write_file(const char *path, const struct gp_buf *octets, struct gp_err *err)
{
	SCOPED(gp_free_str) char *partial = gp_printf("%s.partial", path);
	FILE *file = fopen(partial, "we");
	bool whole;

	if (file == NULL)
		return cannot(err, partial);
	whole = fwrite(octets->data, 1, octets->len, file) == octets->len;
	whole = fclose(file) == 0 && whole;
	if (!whole || rename(partial, path) < 0) {
		(void)unlink(partial);
		return cannot(err, path);
	}
	return GP_OK;
}

/* A page that says the same stays as it is, with its date: who copies the folder copies only what changed. */
static enum gp_rc
put_page(struct work *work, const char *name, const struct gp_buf *octets, const char *mark, struct gp_err *err)
{
	SCOPED(gp_free_str) char *path = path_of(work, name);
	SCOPED(gp_buf_release) struct gp_buf there = GP_BUF_INIT(2 * RENDER_PAGE_MAX);

	work->counts.pages++;
	add_mark(&work->now, mark, name);
	if (load_file(path, &there) && there.len == octets->len && memcmp(there.data, octets->data, there.len) == 0)
		return GP_OK;
	work->counts.written++;
	return write_file(path, octets, err);
}

static enum gp_rc
make_folders(const struct work *work, struct gp_err *err)
{
	SCOPED(gp_free_str) char *below = path_of(work, "t");

	if ((mkdir(work->folder, 0777) < 0 && errno != EEXIST) || (mkdir(below, 0777) < 0 && errno != EEXIST))
		return cannot(err, work->folder);
	return GP_OK;
}

/* Pages of conversations that were joined to another, or of which nothing is left. */
static void
remove_stale(struct work *work)
{
	if (work->now.count > 1)
		qsort(work->now.v, work->now.count, sizeof(*work->now.v), by_name);
	for (size_t i = 0; i < work->old.count; i++) {
		SCOPED(gp_free_str) char *path = path_of(work, work->old.v[i].name);

		if (find_mark(&work->now, work->old.v[i].name) == NULL && unlink(path) == 0)
			work->counts.removed++;
	}
}

static enum gp_rc
save_marks(const struct work *work, struct gp_err *err)
{
	SCOPED(gp_free_str) char *path = path_of(work, STATE);
	SCOPED(gp_buf_release) struct gp_buf state = GP_BUF_INIT(256u << 20);

	for (size_t i = 0; i < work->now.count; i++)
		gp_buf_addf(&state, "%s %s\n", work->now.v[i].mark, work->now.v[i].name);
	return write_file(path, &state, err);
}

/* --- pages ---------------------------------------------------------------------------------- */

static enum gp_rc
take_thread(void *context, const struct gp_thread_summary *summary, struct gp_err *err)
{
	struct render *render = context;
	struct gp_wall wall;
	struct render_thread *thread;

	(void)err;
	if (render->count == render->cap) {
		render->cap = render->cap > 0 ? render->cap * 2 : 256;
		render->threads = gp_grow(render->threads, render->cap * sizeof(*render->threads));
	}
	thread = &render->threads[render->count++];
	gp_zone_to_wall(render->zone, summary->started, &wall);
	*thread = (struct render_thread){ .thread_id = summary->thread_id,
		.started = summary->started,
		.last = summary->last,
		.posts = summary->posts,
		.people = summary->people,
		.token = gp_strdup(summary->token),
		.title = render_title(summary->subject),
		.name = gp_strdup(""),
		.year = wall.year,
		.month = wall.month };
	return GP_OK;
}

static void
work_release(struct work *work)
{
	for (size_t i = 0; i < work->render.count; i++) {
		free(work->render.threads[i].token);
		free(work->render.threads[i].title);
		free(work->render.threads[i].name);
	}
	free(work->render.threads);
	free(work->old.v);
	free(work->now.v);
}

/* Another program, other templates, another title or language: every page is another. */
static void
mark_base(struct work *work)
{
	static const char *const files[] = { "thread.html", "post.html", "branch.html", "file.html", "head.html",
		"foot.html" };
	const struct render *render = &work->render;
	const char *const words[] = { GP_VERSION, render->space->language, render->space->title,
		render->space->timezone };
	struct gp_sha256_state *state = gp_sha256_new();

	for (size_t i = 0; i < GP_COUNT(words); i++)
		gp_sha256_add(state, words[i], strlen(words[i]) + 1);
	for (size_t i = 0; i < GP_COUNT(files); i++) {
		SCOPED(gp_free_str)
		char *own = gp_printf("%s/%s/archive-%s", render->desk->templates, render->space->language, files[i]);
		SCOPED(gp_free_str) char *english = gp_printf("%s/en/archive-%s", render->desk->templates, files[i]);
		SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(1u << 20);

		if (!load_file(own, &octets))
			(void)load_file(english, &octets);
		gp_sha256_add(state, octets.data, octets.len);
	}
	gp_sha256_end(&state, work->base);
}

static enum gp_rc
put_thread(struct work *work, struct render_thread *thread, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf page = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_free_str) char *name = gp_printf("t/%s.html", thread->token), *path = path_of(work, name);
	const struct mark *old = find_mark(&work->old, name);
	unsigned char both[64];
	char mark[MARK_SIZE];

	memcpy(both, work->base, 32);
	GP_TRY(render_thread_mark(&work->render, thread, both + 32, err));
	gp_sha256(both, sizeof(both), both);
	gp_hex(both, 20, mark);
	if (old != NULL && strcmp(old->mark, mark) == 0 && access(path, F_OK) == 0) {
		work->counts.pages++;
		add_mark(&work->now, mark, name);
		return GP_OK;
	}
	GP_TRY(render_thread_page(&work->render, thread, &page, err));
	return put_page(work, name, &page, mark, err);
}

static enum gp_rc
put_threads(struct work *work, const struct gp_render_watch *watch, struct gp_err *err)
{
	int64_t told = 0, now;

	for (size_t i = 0; i < work->render.count; i++) {
		GP_TRY(put_thread(work, &work->render.threads[i], err));
		now = gp_clock_mono_ms();
		if (now - told < PROGRESS_MS)
			continue;
		told = now;
		watch->progress(watch->context, (int64_t)i + 1, (double)(i + 1) / (double)work->render.count);
	}
	return GP_OK;
}

static const char no_mark[MARK_SIZE] = "----------------------------------------";

static int
by_month(const void *a, const void *b)
{
	return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void
month_name(int month, char out[NAME_SIZE])
{
	(void)snprintf(out, NAME_SIZE, "%04d-%02d.html", month / 12 % 10000, month % 12 + 1);
}

static enum gp_rc
put_months(struct work *work, struct gp_err *err)
{
	SCOPED(gp_free_ptr) int *months = gp_new_array(work->render.count + 1, sizeof(*months));
	size_t count = 0;

	for (size_t i = 0; i < work->render.count; i++)
		months[i] = work->render.threads[i].year * 12 + work->render.threads[i].month - 1;
	if (work->render.count > 1)
		qsort(months, work->render.count, sizeof(*months), by_month);
	for (size_t i = 0; i < work->render.count; i++)
		if (i == 0 || months[i] != months[i - 1])
			months[count++] = months[i];
	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_buf_release) struct gp_buf page = GP_BUF_INIT(RENDER_PAGE_MAX);
		char name[NAME_SIZE], older[NAME_SIZE] = "", newer[NAME_SIZE] = "";

		month_name(months[i], name);
		if (i > 0)
			month_name(months[i - 1], older);
		if (i + 1 < count)
			month_name(months[i + 1], newer);
		GP_TRY(render_month(&work->render, months[i] / 12, months[i] % 12 + 1, older, newer, &page, err));
		GP_TRY(put_page(work, name, &page, no_mark, err));
	}
	return GP_OK;
}

static enum gp_rc
put_few(struct work *work, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf index = GP_BUF_INIT(RENDER_PAGE_MAX);
	SCOPED(gp_buf_release) struct gp_buf feed = GP_BUF_INIT(2 * RENDER_PAGE_MAX);
	SCOPED(gp_buf_release) struct gp_buf style = GP_BUF_INIT(1u << 20);
	SCOPED(gp_free_str) char *path = gp_printf("%s/archive.css", work->render.desk->templates);

	GP_TRY(render_index(&work->render, &index, err));
	GP_TRY(render_feed(&work->render, &feed, err));
	if (!load_file(path, &style))
		return gp_fail_as(err, 78, "5.3.5", "cannot read %.80s; see the key `templates`", path);
	GP_TRY(put_page(work, "index.html", &index, no_mark, err));
	GP_TRY(put_page(work, "atom.xml", &feed, no_mark, err));
	return put_page(work, "style.css", &style, no_mark, err);
}

enum gp_rc
gp_render(struct gp_desk *desk, const struct gp_space *space, const char *folder, const char *url,
    const struct gp_render_watch *watch, struct gp_render_counts *ret_counts, struct gp_err *err)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(work_release)
	struct work work = { .render = { .desk = desk, .space = space, .url = url }, .folder = folder };
	struct gp_err ignored;

	if (strcmp(space->visibility, "public") != 0)
		return gp_fail_as(err, 77, "5.7.1",
		    "%s is not for everybody to read; pages are written of a public space only: guildpost space set %s"
		    " visibility public",
		    space->name, space->name);
	if (gp_zone_open(space->timezone, &zone, &ignored) != GP_OK)
		GP_TRY(gp_zone_open("UTC", &zone, err));
	work.render.zone = zone;
	GP_TRY(make_folders(&work, err));
	load_marks(&work);
	mark_base(&work);
	GP_TRY(gp_archive_threads(desk->db, space->id, take_thread, &work.render, err));
	GP_TRY(put_threads(&work, watch, err));
	GP_TRY(put_months(&work, err));
	GP_TRY(put_few(&work, err));
	remove_stale(&work);
	GP_TRY(save_marks(&work, err));
	*ret_counts = work.counts;
	return GP_OK;
}
