/* import.h - posts from elsewhere into an archive: mbox (also gzipped), Maildir, a folder of .eml, standard input.
 * Floor: desk.  Dates are kept, nothing is sent, no live issue holds them, and a second run changes nothing. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/desk/desk.h"

struct gp_import_counts {
	int64_t read, imported, duplicates;
	int64_t
	    reused; /* of the imported: another message had taken their id; they have got one of their own (RCV-17) */
	int64_t skipped; /* cannot be filed; told one by one through watch, and set aside whole (store/aside.h) */
	int64_t set_aside; /* of the skipped: now, for the first time; the others wait there since an earlier run */
	int64_t dropped; /* of the skipped: somebody has seen to them already */
	double done; /* share of this source that has been read, 0 to 1; 0 when nobody can tell */
};
struct gp_import_watch {
	void *context;
	void (*progress)(void *context, const struct gp_import_counts *counts); /* now and then; NULL: nobody looks */
	/* where: "FILE: message 17"; aside: the number under which it waits, 0 for what is empty, or so
	 * large that it stays where it stands. Not told of the dropped. */
	void (*skipped)(void *context, const char *where, const char *why, int64_t aside);
};
/* What cannot be filed: what is empty or has no header, what is over the limits of a message or of the reader, what the
 * file breaks off in.
 * path "-": standard input. counts are added to, so that several sources can share them.
 * Commits every 128 messages or so: what is in stays in, whatever happens later.
 * PERM exit 66: nothing there that can be read. TEMP 4.3.0: the store is busy, or the reader was stopped again and again:
 * run it once more, and it goes on where it was. */
GP_MUST_CHECK enum gp_rc gp_import(struct gp_desk *desk, const struct gp_space *space, const char *path, int64_t now,
    const struct gp_import_watch *watch, struct gp_import_counts *counts, struct gp_err *err);
