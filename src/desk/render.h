/* render.h - what the files that write pages share.  Floor: desk, private. */
#pragma once
#include "guildpost/base/zone.h"
#include "guildpost/desk/render.h"
#include "guildpost/mail/template.h"
#include "guildpost/store/archive.h"

struct render_thread {
	int64_t thread_id, started, last, posts, people;
	char *token, *title, *name; /* name: of who began it; "" until its page was looked at */
	int year, month; /* of its beginning, in the zone of the space */
};
struct render {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_zone *zone; /* of the space */
	const char *url;
	struct render_thread *threads; /* the latest first */
	size_t count, cap;
};

/* A piece or a page out of templates/LANGUAGE/archive-NAME.html, with the words that all of them share.
 * root: from the page to the folder, "" or "../". */
#define RENDER_PAGE_MAX (64u << 20)
GP_MUST_CHECK enum gp_rc render_template(const struct render *render, const char *name, const char *root,
    const struct gp_var *vars, size_t count, struct gp_buf *out, struct gp_err *err);
/* The same between the head and the foot of a page. */
GP_MUST_CHECK enum gp_rc render_page(const struct render *render, const char *name, const char *root,
    const struct gp_var *vars, size_t count, struct gp_buf *out, struct gp_err *err);
GP_MUST_CHECK enum gp_rc render_date(
    const struct render *render, const char *template_name, int64_t t, char **ret_text, struct gp_err *err);
/* What a title or a name is for strangers: without prefixes, without addresses. Caller frees. */
char *render_title(const char *subject);
char *render_name(const char *from_name, const char *from_address);

/* SHA-256 over all that a conversation's page is made of, but for the octets, which never change; fills thread->name. */
GP_MUST_CHECK enum gp_rc render_thread_mark(
    struct render *render, struct render_thread *thread, unsigned char out[32], struct gp_err *err);
GP_MUST_CHECK enum gp_rc render_thread_page(
    struct render *render, const struct render_thread *thread, struct gp_buf *out, struct gp_err *err);
GP_MUST_CHECK enum gp_rc render_line(
    const struct render *render, const struct render_thread *thread, struct gp_buf *out, struct gp_err *err);
/* first, count: the conversations of one month within render->threads; older and newer: pages, "" for none. */
GP_MUST_CHECK enum gp_rc render_index(const struct render *render, struct gp_buf *out, struct gp_err *err);
GP_MUST_CHECK enum gp_rc render_month(const struct render *render, int year, int month, const char *older,
    const char *newer, struct gp_buf *out, struct gp_err *err);
GP_MUST_CHECK enum gp_rc render_feed(const struct render *render, struct gp_buf *out, struct gp_err *err);
