#include "guildpost/desk/import.h"

#include <libgen.h>

#include "desk/importing.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/reader.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/scan.h"
#include "guildpost/store/aside.h"
#include "guildpost/store/member.h"
#include "guildpost/store/message.h"
#include "guildpost/store/pack.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/search.h"

#define BATCH	     128 /* messages a commit, so that other writers get through */
#define BATCH_OCTETS (4u << 20)
#define LATE_TRIES   8
#define PROGRESS_MS  200
#define SPOOLED	     (4u << 20) /* octets of a damaged message that are in memory */
#define ASIDE_MAX    (512u << 20) /* octets of a damaged message that is kept */
#define READER_TRIES 3 /* a reader that is killed is no fault of the message */
#define AHEAD	     64 /* messages that are read in one go, at most */

struct parcel { /* read and understood, not filed yet */
	char *octets;
	size_t n;
	int64_t received_at;
	const char *line_end;
	struct gp_reading reading;
	bool known; /* the archive has it */
	bool reused; /* has got an id of its own */
	bool again; /* was here before, and makes room for another of its id */
	bool copy; /* of the message that goes */
	int64_t instead_of; /* this message, which goes; 0: none */
	int64_t id, raw_id; /* once it is filed */
};
struct ahead { /* to be read with those that came before it */
	struct gp_mbox_message message; /* its octets are ours */
	char *path; /* of its file */
};
struct import {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_import_watch *watch;
	struct gp_import_counts *counts;
	struct gp_packer *packer;
	struct gp_source source;
	char *folder; /* of the database: what is large and cannot be filed is gathered there */
	struct gp_spool damaged; /* a message that cannot be filed, which may come in pieces */
	size_t damaged_size;
	struct gp_sha256_state *damaged_hash; /* of it; NULL: none is in hand */
	int64_t now, told_ms;
	struct parcel batch[2 * BATCH]; /* behind those that came: those that make room for them */
	size_t count, octets;
	struct gp_reader_job jobs[AHEAD]; /* of each that is ahead */
	struct ahead ahead[AHEAD];
	size_t ahead_count, ahead_octets;
};

static void
release_parcel(struct parcel *parcel)
{
	gp_reading_release(&parcel->reading);
	free(parcel->octets);
}

/* --- filing --------------------------------------------------------------------------------- */

/* Another message has this id. It gets one made of the two, the same at every run, and stays beside the other. */
static void
rename_reused(struct gp_reading *reading)
{
	unsigned char sha256[32];
	char hex[41];
	struct gp_sha256_state *state = gp_sha256_new();
	SCOPED(gp_free_str) char *message_id = NULL;

	gp_sha256_add(state, reading->message_id, strlen(reading->message_id));
	gp_sha256_add(state, reading->body_sha256, sizeof(reading->body_sha256));
	gp_sha256_end(&state, sha256);
	gp_hex(sha256, 20, hex);
	message_id = gp_printf("<%s@reused.invalid>", hex);
	gp_reading_stand_beside(reading, message_id);
}

static enum gp_rc
author_of(struct import *import, const struct gp_reading *reading, int64_t *ret_member, struct gp_err *err)
{
	SCOPED(gp_member_free) struct gp_member *member = NULL;

	GP_TRY(
	    gp_member_by_address(import->desk->db, import->space->community_id, reading->from_address, &member, err));
	*ret_member = member != NULL ? member->id : 0;
	return GP_OK;
}

static struct gp_filing
filing_of(const struct import *import, const struct parcel *parcel)
{
	return (struct gp_filing){ .space_id = import->space->id,
		.octets = parcel->octets,
		.size = parcel->n,
		.reading = &parcel->reading,
		.thread_token = "",
		.now = import->now,
		.received_at = parcel->received_at,
		.imported = true,
		.line_end = parcel->line_end,
		.keys = &import->desk->keys };
}

/* A reader that is killed from outside is asked again; when it dies of the message, that is final. */
static enum gp_rc
understand(struct import *import, struct parcel *parcel, struct gp_err *err)
{
	struct gp_reader *reader = gp_desk_reader(import->desk);
	enum gp_rc rc = GP_TEMP;

	for (int i = 0; i < READER_TRIES && rc == GP_TEMP; i++)
		rc = gp_reader_read(reader, parcel->octets, parcel->n, parcel->received_at, &parcel->reading, err);
	return rc;
}

/* Another of its id goes first, so this one is read again to be filed under an id of its own. */
static enum gp_rc
make_room(struct import *import, const struct gp_filed *filed, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(GP_IMPORT_MESSAGE_MAX + 1);
	struct parcel *parcel = &import->batch[import->count];
	enum gp_rc rc;

	*parcel = (struct parcel){ .received_at = filed->received_at, .reused = true, .again = true };
	GP_TRY(gp_raw_load(import->desk->db, filed->raw_id, &octets, err));
	parcel->n = octets.len;
	parcel->octets = gp_buf_take(&octets);
	parcel->line_end = gp_line_end(parcel->octets, parcel->n);
	rc = understand(import, parcel, err);
	if (rc != GP_OK) {
		free(parcel->octets);
		return rc;
	}
	rename_reused(&parcel->reading);
	import->count++;
	return GP_OK;
}

/* Before the transaction: only what is new is packed. */
static enum gp_rc
screen_one(struct import *import, size_t i, struct gp_err *err)
{
	struct parcel *parcel = &import->batch[i];
	const struct gp_filing filing = filing_of(import, parcel);
	struct gp_filed filed;

	GP_TRY(gp_message_seen(import->desk->db, &filing, &filed, err));
	if (filed.conflict && !filed.yields && !parcel->reused) {
		parcel->reused = true;
		rename_reused(&parcel->reading);
		GP_TRY(gp_message_seen(import->desk->db, &filing, &filed, err));
	}
	parcel->instead_of = filed.yields ? filed.id : 0;
	parcel->copy = filed.yields && filed.duplicate;
	parcel->known = (filed.duplicate || filed.conflict) && !filed.yields;
	if (filed.conflict && filed.yields)
		GP_TRY(make_room(import, &filed, err));
	if (!parcel->known)
		gp_packer_add(import->packer, parcel->octets, parcel->n);
	return GP_OK;
}

static enum gp_rc
screen_batch(struct import *import, struct gp_err *err)
{
	gp_packer_clear(import->packer);
	while (import->count > 0 && import->batch[import->count - 1].again) /* screened before, in vain */
		release_parcel(&import->batch[--import->count]);
	for (size_t i = 0; i < import->count; i++)
		GP_TRY(screen_one(import, i, err));
	gp_packer_pack(import->packer);
	return GP_OK;
}

/* post: which of those that are packed. *ret_late: the same has been filed since it was screened. */
static enum gp_rc
file_one(struct import *import, struct parcel *parcel, size_t post, bool *ret_late, struct gp_err *err)
{
	struct gp_db *db = import->desk->db;
	struct gp_filing filing = filing_of(import, parcel);
	struct gp_filed filed;

	if (parcel->instead_of != 0)
		GP_TRY(gp_message_remove(db, parcel->instead_of, err));
	GP_TRY(author_of(import, &parcel->reading, &filing.member_id, err));
	GP_TRY(gp_packer_insert(import->packer, post, import->now, &parcel->raw_id, err));
	filing.raw_id = parcel->raw_id;
	filing.index_later = true;
	GP_TRY(gp_message_file(db, &filing, &filed, err));
	parcel->id = filed.id;
	*ret_late = filed.duplicate || filed.conflict;
	return GP_OK;
}

static enum gp_rc
index_one(struct import *import, const struct parcel *parcel, struct gp_err *err)
{
	struct gp_filing filing = filing_of(import, parcel);

	filing.raw_id = parcel->raw_id;
	return gp_message_index(import->desk->db, &filing, parcel->id, err);
}

static void
empty_batch(struct import *import)
{
	for (size_t i = 0; i < import->count; i++)
		release_parcel(&import->batch[i]);
	import->count = import->octets = 0;
}

static enum gp_rc
file_screened(struct import *import, bool *ret_late, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	size_t post = 0;

	*ret_late = false;
	GP_TRY(gp_tx_begin(import->desk->db, &tx, err));
	GP_TRY(gp_packer_store(import->packer, err));
	for (size_t i = 0; i < import->count && !*ret_late; i++)
		if (!import->batch[i].known)
			GP_TRY(file_one(import, &import->batch[i], post++, ret_late, err));
	for (size_t i = 0; i < import->count && !*ret_late; i++)
		if (!import->batch[i].known)
			GP_TRY(index_one(import, &import->batch[i], err));
	return *ret_late ? GP_OK : gp_tx_commit(&tx, err);
}

/* Of two copies one is told as duplicate, whichever is kept. */
static void
count_one(struct gp_import_counts *counts, const struct parcel *parcel)
{
	bool copy = parcel->known || parcel->copy;

	counts->duplicates += !parcel->again && copy;
	counts->imported += !parcel->again && !copy;
	counts->reused += !parcel->known && parcel->reused;
}

static enum gp_rc
file_batch(struct import *import, struct gp_err *err)
{
	struct gp_import_counts *counts = import->counts;
	int64_t before = counts->imported;
	bool late = true;

	if (import->count == 0)
		return GP_OK;
	for (int i = 0; late; i++) {
		if (i == LATE_TRIES)
			return gp_fail(err, "4.3.0", "others file the same messages at the same time; try again later");
		GP_TRY(screen_batch(import, err));
		GP_TRY(file_screened(import, &late, err));
	}
	for (size_t i = 0; i < import->count; i++) /* told only once it is true */
		count_one(counts, &import->batch[i]);
	empty_batch(import);
	return gp_packer_learn(import->packer, counts->imported - before, false, import->now, err);
}

/* --- reading -------------------------------------------------------------------------------- */

static enum gp_rc
keep_aside(struct import *import, const char *where, const char *why, const unsigned char sha256[32],
    struct gp_aside_added *ret, struct gp_err *err)
{
	const struct gp_aside aside = {
		.space_id = import->space->id, .since = import->now, .source = where, .reason = why
	};
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_spool_flush(&import->damaged, err));
	GP_TRY(gp_tx_begin(import->desk->db, &tx, err));
	GP_TRY(gp_aside_add(import->desk->db, &aside, &import->damaged, sha256, ret, err));
	return gp_tx_commit(&tx, err);
}

/* What is beyond all measure stays where it stands, and is told. */
static enum gp_rc
gather(struct import *import, const struct gp_mbox_message *message, struct gp_err *err)
{
	if (import->damaged_hash == NULL)
		import->damaged_hash = gp_sha256_new();
	gp_sha256_add(import->damaged_hash, message->octets, message->n);
	import->damaged_size += message->n;
	if (import->damaged_size <= ASIDE_MAX)
		return gp_spool_add(&import->damaged, message->octets, message->n, err);
	gp_spool_release(&import->damaged);
	return GP_OK;
}

/* It cannot be filed: whole, octet for octet, it waits for somebody who looks at it. */
static enum gp_rc
set_aside(
    struct import *import, const char *path, const struct gp_mbox_message *message, const char *why, struct gp_err *err)
{
	SCOPED(gp_free_str) char *where = gp_printf("%s: message %lld", path, (long long)message->number);
	struct gp_aside_added added = { .id = 0 };
	unsigned char sha256[32];

	GP_TRY(gather(import, message, err));
	if (!message->last)
		return GP_OK;
	gp_sha256_end(&import->damaged_hash, sha256);
	if (import->damaged.size > 0)
		GP_TRY(keep_aside(import, where, why, sha256, &added, err));
	gp_spool_release(&import->damaged);
	import->damaged_size = 0;
	import->counts->skipped++;
	import->counts->set_aside += added.id != 0 && !added.known;
	import->counts->dropped += added.dropped;
	if (!added.dropped)
		import->watch->skipped(import->watch->context, where, why, added.id);
	return GP_OK;
}

/* What a message cannot do without, or no reader would know what it is. */
static bool
has_header(const struct gp_reading *reading)
{
	return reading->from_count > 0 || reading->date != 0 || !reading->message_id_made ||
	       *reading->subject != '\0' || reading->received_count > 0;
}

/* The file cannot be read on; or it ends without an end of line, and before a part of this one does. */
static bool
breaks_off(const struct gp_mbox_message *message)
{
	struct gp_scan scan;

	if (message->cut || !message->unended)
		return message->cut;
	gp_scan(message->octets, message->n, &scan);
	return scan.open > 0;
}

/* NULL: it can be filed. */
static const char *
why_not(const struct gp_mbox_message *message, const struct gp_reading *reading)
{
	if (breaks_off(message))
		return "the file breaks off within it";
	if (*reading->refused != '\0')
		return "it is built beyond the limits of a message (its header, its parts, or how deep they stand)";
	return has_header(reading) ? NULL : "it has no header";
}

static void
tell_progress(struct import *import)
{
	int64_t now = gp_clock_mono_ms();

	if (import->watch->progress == NULL || now - import->told_ms < PROGRESS_MS)
		return;
	import->told_ms = now;
	import->watch->progress(import->watch->context, import->counts);
}

static bool
batch_has(const struct import *import, const char *message_id)
{
	for (size_t i = 0; i < import->count; i++)
		if (strcmp(import->batch[i].reading.message_id, message_id) == 0)
			return true;
	return false;
}

/* Owns the parcel's octets and reading from now on, also when it fails. */
static enum gp_rc
add_to_batch(struct import *import, const struct parcel *parcel, struct gp_err *err)
{
	enum gp_rc rc = GP_OK;

	if (batch_has(import, parcel->reading.message_id)) /* the archive will tell whether it is the same */
		rc = file_batch(import, err);
	if (rc == GP_OK && (import->count == BATCH || import->octets + parcel->n > BATCH_OCTETS))
		rc = file_batch(import, err);
	if (import->count == BATCH) /* it failed: this one has no place */
		empty_batch(import);
	import->batch[import->count++] = *parcel;
	import->octets += parcel->n;
	return rc;
}

/* One that has been read, or not: what stopped the reader may pass. Owns the octets and the reading. */
static enum gp_rc
take_read(struct import *import, const struct ahead *ahead, const struct gp_reader_job *job, struct gp_err *err)
{
	struct parcel parcel = { .octets = (char *)(uintptr_t)job->octets,
		.n = job->n,
		.received_at = job->received,
		.line_end = gp_line_end(job->octets, job->n),
		.reading = job->reading };
	enum gp_rc rc = job->rc;
	const char *why;

	if (rc == GP_TEMP)
		rc = understand(import, &parcel, err);
	else if (rc != GP_OK)
		*err = job->err;
	why = rc == GP_OK ? why_not(&ahead->message, &parcel.reading) : err->text;
	if (why == NULL) {
		tell_progress(import);
		return add_to_batch(import, &parcel, err);
	}
	if (rc != GP_TEMP)
		rc = set_aside(import, ahead->path, &ahead->message, why, err);
	release_parcel(&parcel);
	return rc;
}

static void
drop_ahead(struct import *import, size_t i)
{
	free((char *)(uintptr_t)import->jobs[i].octets);
	gp_reading_release(&import->jobs[i].reading);
}

/* Reads all that wait, in one go, and takes them in the order in which they came; none waits after that. */
static enum gp_rc
read_ahead(struct import *import, struct gp_err *err)
{
	enum gp_rc rc = GP_OK;

	gp_reader_read_all(gp_desk_reader(import->desk), import->jobs, import->ahead_count);
	for (size_t i = 0; i < import->ahead_count; i++) {
		if (rc == GP_OK)
			rc = take_read(import, &import->ahead[i], &import->jobs[i], err);
		else
			drop_ahead(import, i);
		free(import->ahead[i].path);
	}
	import->ahead_count = import->ahead_octets = 0;
	return rc;
}

static enum gp_rc
take_message(void *context, const struct gp_mbox_message *message, struct gp_err *err)
{
	struct import *import = context;
	struct gp_reader_job *job;
	struct ahead *ahead;

	import->counts->read += message->last;
	if (message->too_large || message->n == 0 || import->ahead_count == AHEAD ||
	    import->ahead_octets + message->n > GP_READER_PARCEL)
		GP_TRY(read_ahead(import, err));
	if (message->too_large)
		return set_aside(import, import->source.path, message, "it is larger than 64 MiB", err);
	if (message->n == 0)
		return set_aside(import, import->source.path, message, "it is empty", err);
	job = &import->jobs[import->ahead_count];
	*job = (struct gp_reader_job){ .octets = gp_memdup(message->octets, message->n),
		.n = message->n,
		.received = message->envelope_date != 0 ? message->envelope_date : import->source.file_time };
	ahead = &import->ahead[import->ahead_count++];
	*ahead = (struct ahead){ .message = *message, .path = gp_strdup(import->source.path) };
	ahead->message.octets = job->octets;
	import->ahead_octets += message->n;
	return GP_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static void
free_import(struct import **import)
{
	for (size_t i = 0; i < (*import)->ahead_count; i++) {
		drop_ahead(*import, i);
		free((*import)->ahead[i].path);
	}
	empty_batch(*import);
	gp_packer_free(&(*import)->packer);
	gp_spool_release(&(*import)->damaged);
	if ((*import)->damaged_hash != NULL) {
		unsigned char unused[32];

		gp_sha256_end(&(*import)->damaged_hash, unused);
	}
	free((*import)->folder);
	free(*import);
	*import = NULL;
}

/* What changed nothing is no act. */
static enum gp_rc
note_import(const struct import *import, int64_t imported, struct gp_err *err)
{
	const struct gp_note note = { import->now, import->space->community_id, import->space->id, "operator",
		"archive.import" };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char posts[24];

	if (imported == 0)
		return GP_OK;
	(void)snprintf(posts, sizeof(posts), "%lld", (long long)imported);
	GP_TRY(gp_tx_begin(import->desk->db, &tx, err));
	GP_TRY(gp_note(import->desk, &note, err, "posts", posts, NULL));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_import(struct gp_desk *desk, const struct gp_space *space, const char *path, int64_t now,
    const struct gp_import_watch *watch, struct gp_import_counts *counts, struct gp_err *err)
{
	SCOPED(free_import) struct import *import = gp_new(sizeof(*import));
	int64_t before = counts->imported;
	enum gp_rc rc;

	import->desk = desk;
	import->space = space;
	import->watch = watch;
	import->counts = counts;
	import->now = now;
	import->source = (struct gp_source){
		.each = take_message, .context = import, .done = &counts->done, .now = now
	};
	import->folder = gp_strdup(gp_db_path(desk->db));
	import->damaged = (struct gp_spool)GP_SPOOL_INIT(dirname(import->folder), SPOOLED);
	counts->done = 0;
	gp_mem_keep();
	GP_TRY(gp_db_bulk(desk->db, err));
	GP_TRY(gp_index_bulk(desk->db, true, err));
	GP_TRY(gp_packer_new(desk->db, space->id, &import->packer, err));
	rc = gp_source_read(&import->source, path, err);
	if (rc != GP_TEMP) { /* what was read of a damaged source is worth keeping */
		struct gp_err unkept;
		enum gp_rc filed = read_ahead(import, &unkept);

		if (filed == GP_OK)
			filed = file_batch(import, &unkept);
		if (filed != GP_OK) {
			*err = unkept;
			return filed;
		}
		GP_TRY(note_import(import, counts->imported - before, err));
	}
	GP_TRY(rc);
	GP_TRY(gp_packer_learn(import->packer, 0, true, now, err));
	GP_TRY(gp_index_bulk(desk->db, false, err));
	GP_TRY(gp_index_merge(desk->db, counts->imported - before, err));
	return gp_db_shrink(desk->db, err); /* merging the index leaves pages behind */
}
