/* render.h - a public space as plain pages: a page a conversation, a page a month, an Atom feed (RFC 4287).  Floor: desk.
 * No scripts, nothing remote, nobody's address; HTML comes from text alone (SEC-09, mail/page_text.h). */
#pragma once
#include <stdint.h>
#include "guildpost/desk/desk.h"

struct gp_render_watch {
	void *context;
	void (*progress)(void *context, int64_t count, double done); /* conversations; now and then */
};
struct gp_render_counts {
	int64_t pages; /* that there are now, the feed among them */
	int64_t written, removed; /* of them, now: what had not changed was left alone */
};
/* folder is made when it is missing. "FOLDER/.guildpost" remembers what each page was made of.
 * url: where the folder will be found, for the feed; "" leaves its links relative.
 * PERM exit 77 when not everybody may read the space, exit 73 when a file cannot be made; TEMP 4.3.0 as gp_reader_read(). */
GP_MUST_CHECK enum gp_rc gp_render(struct gp_desk *desk, const struct gp_space *space, const char *folder,
    const char *url, const struct gp_render_watch *watch, struct gp_render_counts *ret_counts, struct gp_err *err);
