/* intake.h - the door: which recipients there are, and a message written down before it is answered.  Floor: desk.
 * It counts octets and Received fields (RCV-12) and reads nothing else of a message; what it says is judged later. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/base/spool.h"
#include "guildpost/desk/desk.h"

struct gp_sha256_state;
/* One message on its way in. Zeroed, then gp_intake_init(). */
struct gp_intake {
	char *sender; /* "" for the null one */
	struct gp_strs recipients; /* as in RCPT TO, without brackets; one may stand there twice, it is stored once */
	bool trusted; /* Authentication-Results may be believed as far as the way it came goes */
	char session[20];
	struct gp_spool octets;
	struct gp_sha256_state *hash;
	unsigned char sha256[32]; /* of the octets, after gp_intake_end() */
	int received_fields;
	int matched; /* octets of "received:" seen at the start of this line; -1: another line */
	bool line_empty, in_body;
};

#define GP_INTAKE_MEMORY (256u << 10) /* octets of a message beyond which it is spooled */

/* May this recipient have mail? Failures as of gp_resolve(). *ret_max_size: what its space takes at most, octets; 0: no
 * limit of its own. "postmaster" without a domain is the operator (RFC 5321 section 4.5.1). */
GP_MUST_CHECK enum gp_rc gp_intake_recipient(
    struct gp_desk *desk, const char *address, int64_t now, int64_t *ret_max_size, struct gp_err *err);
/* TEMP 4.3.1 when the file system of the database has fewer octets left than min_free. */
GP_MUST_CHECK enum gp_rc gp_intake_space(const char *database, int64_t min_free, struct gp_err *err);

void gp_intake_init(struct gp_intake *in, const char *folder); /* folder: for a large one, borrowed */
GP_MUST_CHECK enum gp_rc gp_intake_add(struct gp_intake *in, const void *octets, size_t n, struct gp_err *err);
/* Closes it. PERM 5.4.6 (exit 69) more than 100 Received fields; TEMP as gp_spool_add(). */
GP_MUST_CHECK enum gp_rc gp_intake_end(struct gp_intake *in, struct gp_err *err);
void gp_intake_release(struct gp_intake *in);

/* Writes messages down in one transaction, and rings the desk's bell. When it returns GP_OK they are on disk. */
GP_MUST_CHECK enum gp_rc gp_intake_store(
    struct gp_db *db, struct gp_intake *const *messages, size_t count, int64_t now, struct gp_err *err);
