/* road_check.h - does our mail arrive as it was sent? (SND-12)  Floor: desk.
 * Some smarthosts give each mail an id of their own, so that answers cite what we have never heard of; some take the List-*
 * fields away, or sign for another domain. A mail like those to members goes to a mailbox elsewhere; what came out there is
 * held against what went in. */
#pragma once
#include <stddef.h>
#include "guildpost/desk/desk.h"

/* Puts the mail into the outbox; one transaction. Each takes the place of the one before: what is compared is the last.
 * PERM 5.1.3 exit 64: no address; exit 67: there is no space yet whose fields it could bear. */
GP_MUST_CHECK enum gp_rc gp_road_check_send(struct gp_desk *desk, const char *address, int64_t now, struct gp_err *err);

/* One finding: result is "ok", "warn" or "fail", remedy "" when there is nothing to mend. The texts are borrowed. */
typedef void gp_road_finding(
    void *context, const char *check, const char *result, const char *text, const char *remedy);
/* octets: what arrived, whole, of any origin. PERM exit 65: no header; 69: no such mail was sent before. */
GP_MUST_CHECK enum gp_rc gp_road_check_compare(
    struct gp_desk *desk, const char *octets, size_t n, gp_road_finding *found, void *context, struct gp_err *err);
