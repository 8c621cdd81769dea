#include "guildpost/desk/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "guildpost/base/clock.h"
#include "guildpost/desk/reader.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/mail/mbox.h"
#include "guildpost/store/member.h"
#include "guildpost/store/message.h"
#include "guildpost/store/pack.h"

#define MESSAGE_MAX  (64u << 20) /* octets; an archive may hold what would be too large to post today */
#define BATCH	     128 /* messages a commit, so that other writers get through */
#define BATCH_OCTETS (4u << 20)
#define PROGRESS_MS  200
#define READER_TRIES 3 /* a reader that is killed is no fault of the message */
#define READ_AT_ONCE (256u << 10)

struct parcel { /* read and understood, not filed yet */
	char *octets;
	size_t n;
	int64_t received_at;
	struct gp_reading reading;
	bool known; /* the archive has it */
	bool reused; /* has got an id of its own */
};
struct import {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_import_watch *watch;
	struct gp_import_counts *counts;
	struct gp_packer *packer;
	const char *path; /* of the file in hand, for messages to people */
	int64_t file_time; /* seconds UTC: stands in where nothing else tells a date */
	int64_t now, told_ms;
	struct parcel batch[BATCH];
	size_t count, octets;
};

/* --- filing --------------------------------------------------------------------------------- */

/* Another message has this id. It gets one made of the two, the same at every run, and stays beside the other. */
static void
rename_reused(struct gp_reading *reading)
{
	unsigned char sha256[32];
	char hex[41];
	struct gp_sha256_state *state = gp_sha256_new();

	gp_sha256_add(state, reading->message_id, strlen(reading->message_id));
	gp_sha256_add(state, reading->body_sha256, sizeof(reading->body_sha256));
	gp_sha256_end(&state, sha256);
	gp_hex(sha256, 20, hex);
	if (reading->references.count == 0)
		gp_strs_add(&reading->references, reading->message_id);
	free(reading->message_id);
	reading->message_id = gp_printf("<%s@reused.invalid>", hex);
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
		.line_end = gp_line_end(parcel->octets, parcel->n),
		.keys = &import->desk->keys };
}

/* Before the transaction: only what is new is packed. */
static enum gp_rc
screen_one(struct import *import, struct parcel *parcel, struct gp_err *err)
{
	const struct gp_filing filing = filing_of(import, parcel);
	struct gp_filed filed;

	GP_TRY(gp_message_seen(import->desk->db, &filing, &filed, err));
	if (filed.conflict && !parcel->reused) {
		parcel->reused = true;
		rename_reused(&parcel->reading);
		GP_TRY(gp_message_seen(import->desk->db, &filing, &filed, err));
	}
	parcel->known = filed.duplicate || filed.conflict;
	if (!parcel->known)
		gp_packer_add(import->packer, parcel->octets, parcel->n);
	return GP_OK;
}

static enum gp_rc
screen_batch(struct import *import, struct gp_err *err)
{
	gp_packer_clear(import->packer);
	for (size_t i = 0; i < import->count; i++)
		GP_TRY(screen_one(import, &import->batch[i], err));
	gp_packer_pack(import->packer);
	return GP_OK;
}

/* post: which of those that are packed. *ret_late: the same has been filed since it was screened. */
static enum gp_rc
file_one(struct import *import, const struct parcel *parcel, size_t post, bool *ret_late, struct gp_err *err)
{
	struct gp_db *db = import->desk->db;
	struct gp_filing filing = filing_of(import, parcel);
	struct gp_filed filed;

	GP_TRY(author_of(import, &parcel->reading, &filing.member_id, err));
	GP_TRY(gp_packer_insert(import->packer, post, import->now, &filing.raw_id, err));
	GP_TRY(gp_message_file(db, &filing, &filed, err));
	*ret_late = filed.duplicate || filed.conflict;
	return GP_OK;
}

static void
empty_batch(struct import *import)
{
	for (size_t i = 0; i < import->count; i++) {
		gp_reading_release(&import->batch[i].reading);
		free(import->batch[i].octets);
	}
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
	return *ret_late ? GP_OK : gp_tx_commit(&tx, err);
}

static enum gp_rc
file_batch(struct import *import, struct gp_err *err)
{
	struct gp_import_counts *counts = import->counts;
	int64_t before = counts->imported;
	bool late = true;

	if (import->count == 0)
		return GP_OK;
	while (late) {
		GP_TRY(screen_batch(import, err));
		GP_TRY(file_screened(import, &late, err));
	}
	for (size_t i = 0; i < import->count; i++) { /* told only once it is true */
		counts->duplicates += import->batch[i].known;
		counts->imported += !import->batch[i].known;
		counts->reused += !import->batch[i].known && import->batch[i].reused;
	}
	empty_batch(import);
	return gp_packer_learn(import->packer, counts->imported - before, false, import->now, err);
}

/* --- reading -------------------------------------------------------------------------------- */

static void
skip(struct import *import, const struct gp_mbox_message *message, const char *why)
{
	SCOPED(gp_free_str) char *where = gp_printf("%s: message %lld", import->path, (long long)message->number);

	import->counts->skipped++;
	import->watch->skipped(import->watch->context, where, why);
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

static enum gp_rc
take_message(void *context, const struct gp_mbox_message *message, struct gp_err *err)
{
	struct import *import = context;
	struct parcel parcel = { .n = message->n,
		.received_at = message->envelope_date != 0 ? message->envelope_date : import->file_time };
	enum gp_rc rc;

	import->counts->read++;
	if (message->too_large || message->n == 0) {
		skip(import, message, message->n == 0 ? "it is empty" : "it is larger than 64 MiB");
		return GP_OK;
	}
	parcel.octets = gp_memdup(message->octets, message->n);
	rc = understand(import, &parcel, err);
	if (rc != GP_OK) {
		free(parcel.octets);
		if (rc == GP_TEMP)
			return rc;
		skip(import, message, err->text);
		return GP_OK;
	}
	tell_progress(import);
	return add_to_batch(import, &parcel, err);
}

/* --- sources -------------------------------------------------------------------------------- */

static void
close_gz(gzFile *file)
{
	if (*file != NULL)
		(void)gzclose(*file);
	*file = NULL;
}

static enum gp_rc
cannot_read(struct gp_err *err, const char *path, const char *why)
{
	return gp_fail_as(err, 66, "5.3.5", "cannot read %s: %s", path, why);
}

/* Feeds what zlib yields, which passes plain files through. done: from, and how much of the whole source this file is. */
static enum gp_rc
feed_file(struct import *import, gzFile file, struct gp_mbox *mbox, int64_t size, double share, struct gp_err *err)
{
	SCOPED(gp_free_str) char *octets = gp_new(READ_AT_ONCE);
	double before = import->counts->done;
	int code = 0, n;

	while ((n = gzread(file, octets, READ_AT_ONCE)) > 0) {
		if (size > 0)
			import->counts->done = before + share * (double)gzoffset(file) / (double)size;
		GP_TRY(gp_mbox_feed(mbox, octets, (size_t)n, err));
	}
	/* A file cut off in the middle of its compressed stream tells so here, or only at its end. */
	(void)gzerror(file, &code);
	GP_TRY(gp_mbox_end(mbox, err));
	import->counts->done = before + share;
	if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
		return gp_fail_as(err, 65, "5.6.0",
		    "%s is damaged or cut off; what could be read of it is in (messages up to %lld)", import->path,
		    (long long)import->counts->read);
	return GP_OK;
}

static enum gp_rc
import_file(struct import *import, const char *path, double share, struct gp_err *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	SCOPED(gp_mbox_free) struct gp_mbox *mbox = NULL;
	SCOPED(close_gz) gzFile file = NULL;
	struct stat facts;
	enum gp_rc rc, filed;

	import->path = standard_input ? "standard input" : path;
	if (fd < 0 || fstat(fd, &facts) < 0)
		return cannot_read(err, path, strerror(errno));
	import->file_time = S_ISREG(facts.st_mode) ? facts.st_mtime : import->now;
	file = gzdopen(fd, "rb");
	if (file == NULL) {
		(void)close(fd);
		return cannot_read(err, path, "no memory");
	}
	(void)gzbuffer(file, READ_AT_ONCE);
	mbox = gp_mbox_new(MESSAGE_MAX, take_message, import);
	rc = feed_file(import, file, mbox, S_ISREG(facts.st_mode) ? facts.st_size : 0, share, err);
	if (rc == GP_OK)
		return GP_OK;
	if (rc == GP_PERM) { /* what was read of a damaged file is worth keeping */
		struct gp_err unkept;

		filed = file_batch(import, &unkept);
		if (filed != GP_OK)
			*err = unkept;
	}
	return rc;
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

struct names {
	struct dirent **v;
	int count;
};

static void
free_names(struct names *names)
{
	for (int i = 0; i < names->count; i++)
		free(names->v[i]);
	free(names->v);
}

/* One message a file, in order of names. */
static enum gp_rc
import_folder(
    struct import *import, const char *folder, bool only_eml, double share, int64_t *ret_files, struct gp_err *err)
{
	SCOPED(free_names) struct names names = { NULL, 0 };
	struct stat facts;

	names.count = scandir(folder, &names.v, visible, alphasort);
	if (names.count < 0) {
		names.count = 0;
		return cannot_read(err, folder, strerror(errno));
	}
	for (int i = 0; i < names.count; i++) {
		const char *dot = strrchr(names.v[i]->d_name, '.');
		SCOPED(gp_free_str) char *path = gp_printf("%s/%s", folder, names.v[i]->d_name);

		if (only_eml && (dot == NULL || strcasecmp(dot, ".eml") != 0))
			continue;
		if (stat(path, &facts) < 0 || !S_ISREG(facts.st_mode))
			continue;
		++*ret_files;
		GP_TRY(import_file(import, path, share / names.count, err));
	}
	return GP_OK;
}

static enum gp_rc
import_path(struct import *import, const char *path, struct gp_err *err)
{
	SCOPED(gp_free_str) char *cur = gp_printf("%s/cur", path);
	SCOPED(gp_free_str) char *fresh = gp_printf("%s/new", path);
	struct stat facts;
	int64_t files = 0;

	if (strcmp(path, "-") == 0)
		return import_file(import, path, 1, err);
	if (stat(path, &facts) < 0)
		return cannot_read(err, path, strerror(errno));
	if (!S_ISDIR(facts.st_mode))
		return import_file(import, path, 1, err);
	if (access(cur, F_OK) == 0 && access(fresh, F_OK) == 0) {
		GP_TRY(import_folder(import, cur, false, 0.5, &files, err));
		return import_folder(import, fresh, false, 0.5, &files, err);
	}
	GP_TRY(import_folder(import, path, true, 1, &files, err));
	if (files == 0)
		return gp_fail_as(
		    err, 66, "5.3.5", "%s is no Maildir (cur and new) and holds no file whose name ends in .eml", path);
	return GP_OK;
}

static void
free_import(struct import **import)
{
	empty_batch(*import);
	gp_packer_free(&(*import)->packer);
	free(*import);
	*import = NULL;
}

enum gp_rc
gp_import(struct gp_desk *desk, const struct gp_space *space, const char *path, int64_t now,
    const struct gp_import_watch *watch, struct gp_import_counts *counts, struct gp_err *err)
{
	SCOPED(free_import) struct import *import = gp_new(sizeof(*import));

	import->desk = desk;
	import->space = space;
	import->watch = watch;
	import->counts = counts;
	import->now = now;
	counts->done = 0;
	GP_TRY(gp_packer_new(desk->db, space->id, &import->packer, err));
	GP_TRY(import_path(import, path, err));
	GP_TRY(file_batch(import, err));
	return gp_packer_learn(import->packer, 0, true, now, err);
}
