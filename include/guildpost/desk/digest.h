/* digest.h - the periodic letter: which issue is due, what it holds, who gets it.  Floor: desk. */
#pragma once
#include "guildpost/desk/sort.h"

/* Composes every issue whose promised minute has come (one per space, mode, zone, language and window start), each with its
 * recipients' cursors in one short transaction. *ret_next: when the next one is due, 0 for never; *ret_issues may be
 * NULL. */
GP_MUST_CHECK enum gp_rc gp_digest_run(
    struct gp_desk *desk, int64_t now, int64_t *ret_next, int *ret_issues, struct gp_err *err);
/* The digest of the window that ends at `until`, as a whole message; nothing is sent. Posts count by the instant of their
 * filing, imported ones by their own date. Nothing was said: out stays empty. mode: daily, weekly, monthly, else PERM
 * exit 64; member NULL: as somebody without an own zone, language and personal lines would read it. */
GP_MUST_CHECK enum gp_rc gp_digest_preview(struct gp_desk *desk, const struct gp_space *space, const char *mode,
    int64_t until, const struct gp_member *member, struct gp_buf *out, struct gp_err *err);
/* What the letter would say of the last week in which something was said, as text without foot; for who has just come. Out
 * stays empty where nothing ever was. */
GP_MUST_CHECK enum gp_rc gp_digest_lately(struct gp_desk *desk, const struct gp_space *space,
    const struct gp_member *member, int64_t now, struct gp_buf *out, struct gp_err *err);
/* A plain reply to the digest as a whole (DIG-05): a word of its foot acts (`all`, and those of desk/command.h); in
 * an issue of one thread it goes there; else it is never posted: one answer asks which item, and the octets are kept. */
gp_arrival_handler gp_digest_reply_take;
