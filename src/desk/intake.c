#include "guildpost/desk/intake.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>
#include <sys/statvfs.h>

#include "guildpost/base/tally.h"
#include "guildpost/desk/resolve.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/inbox.h"
#include "guildpost/store/raw.h"

#define MAX_HOPS 100 /* Received fields (RFC 5321 section 6.3) */

enum gp_rc
gp_intake_recipient(struct gp_desk *desk, const char *address, int64_t now, int64_t *ret_max_size, struct gp_err *err)
{
	SCOPED(gp_resolved_release) struct gp_resolved to = { .space = NULL };
	SCOPED(gp_free_str) char *whole = NULL;

	if (strcasecmp(address, "postmaster") == 0)
		address = whole = gp_printf("postmaster@%s", desk->domain);
	GP_TRY(gp_resolve(desk, address, now, &to, err));
	*ret_max_size = to.space != NULL ? to.space->max_size : 0;
	return GP_OK;
}

enum gp_rc
gp_intake_space(const char *database, int64_t min_free, struct gp_err *err)
{
	struct statvfs facts;

	if (statvfs(database, &facts) < 0)
		return gp_err_detail(err, gp_fail(err, "4.3.0", "the store cannot be reached; try again later"),
		    "%s: %s", database, strerror(errno));
	if ((int64_t)facts.f_bavail < min_free / (int64_t)facts.f_frsize)
		return gp_fail(err, "4.3.1", "the disk is nearly full; try again later");
	return GP_OK;
}

void
gp_intake_init(struct gp_intake *in, const char *folder)
{
	*in = (struct gp_intake){ .octets = GP_SPOOL_INIT(folder, GP_INTAKE_MEMORY), .line_empty = true };
	in->hash = gp_sha256_new();
}

/* Counts the lines of the header that begin with "Received:"; the first empty line ends it. Octet by octet, since a
 * piece may end anywhere; a body is not looked at. */
static void
count_hops(struct gp_intake *in, const unsigned char *c, size_t n)
{
	static const char name[] = "received:";

	for (; n > 0 && !in->in_body; n--, c++) {
		if (*c == '\n') {
			in->in_body = in->line_empty;
			in->line_empty = true;
			in->matched = 0;
			continue;
		}
		in->line_empty = in->line_empty && *c == '\r';
		if (in->matched < 0)
			continue;
		in->matched = tolower(*c) == name[in->matched] ? in->matched + 1 : -1;
		if (in->matched == (int)sizeof(name) - 1) {
			in->received_fields++;
			in->matched = -1;
		}
	}
}

enum gp_rc
gp_intake_add(struct gp_intake *in, const void *octets, size_t n, struct gp_err *err)
{
	count_hops(in, octets, n);
	gp_sha256_add(in->hash, octets, n);
	return gp_spool_add(&in->octets, octets, n, err);
}

enum gp_rc
gp_intake_end(struct gp_intake *in, struct gp_err *err)
{
	GP_TRY(gp_spool_flush(&in->octets, err));
	gp_sha256_end(&in->hash, in->sha256);
	if (in->received_fields > MAX_HOPS)
		return gp_fail_as(err, 69, "5.4.6", "too many hops: %d Received fields, this mail goes in circles",
		    in->received_fields);
	return GP_OK;
}

void
gp_intake_release(struct gp_intake *in)
{
	unsigned char unused[32];

	free(in->sender);
	in->sender = NULL;
	gp_strs_release(&in->recipients);
	gp_spool_release(&in->octets);
	if (in->hash != NULL)
		gp_sha256_end(&in->hash, unused);
}

/* RFC 2033 answers a repeated recipient twice; one copy of the message is enough for it. */
static bool
stands_before(const struct gp_strs *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcasecmp(list->v[k], list->v[i]) == 0)
			return true;
	return false;
}

static enum gp_rc
store_one(struct gp_db *db, const struct gp_intake *in, int64_t now, struct gp_err *err)
{
	int64_t raw_id;

	GP_TRY(gp_raw_insert_spool(db, &in->octets, in->sha256, now, &raw_id, err));
	for (size_t i = 0; i < in->recipients.count; i++)
		if (!stands_before(&in->recipients, i))
			GP_TRY(gp_inbox_insert(
			    db, raw_id, in->sender, in->recipients.v[i], in->trusted, in->session, now, NULL, err));
	return GP_OK;
}

enum gp_rc
gp_intake_store(struct gp_db *db, struct gp_intake *const *messages, size_t count, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_tx_begin(db, &tx, err));
	for (size_t i = 0; i < count; i++)
		GP_TRY(store_one(db, messages[i], now, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_tally_add(gp_db_path(db), GP_TALLY_ACCEPTED, (int64_t)count, now);
	gp_bell_ring(db, "desk");
	return GP_OK;
}
