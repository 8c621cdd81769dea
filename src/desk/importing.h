/* importing.h - where imported messages come from: files, folders, git.  Private to the desk. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/mail/mbox.h"

struct gp_source { /* what a source is told of its reader; filled by the caller but for path and file_time */
	gp_mbox_each *each;
	void *context;
	double *done; /* share of the whole that has been read, 0 to 1 */
	int64_t now;
	const char *path; /* of the file in hand, for messages to people */
	int64_t file_time; /* seconds UTC: stands in where nothing else tells a date */
};
/* A file, a folder of a known kind, or "-"; hands out every message. PERM exit 66 where there is nothing of the kind, exit
 * 65 where a file is damaged or cut off (what could be read of it has been handed out); what each() fails with. */
GP_MUST_CHECK enum gp_rc gp_source_read(struct gp_source *source, const char *path, struct gp_err *err);

#define GP_IMPORT_MESSAGE_MAX (64u << 20) /* octets; an archive may hold what would be too large to post today */

/* Is this folder a git repository of public-inbox, or a folder of its epochs (git/0.git ...)? */
bool gp_git_is_inbox(const char *path);
/* Every message that was added and not removed, in the order in which they were added; by git itself. */
GP_MUST_CHECK enum gp_rc gp_git_read(struct gp_source *source, const char *path, struct gp_err *err);
