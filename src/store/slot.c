#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "guildpost/store/slice.h"

/* The lock of slot N, or -1 when somebody living holds it. The kernel lets it go with its holder, however that dies: so a
 * claim is void exactly when its slot's lock is free, never by time. */
static int
lock_slot(struct gp_db *db, int number)
{
	SCOPED(gp_free_str) char *path = gp_printf("%s.slot-%d", gp_db_path(db), number);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)close(fd);
		errno = EWOULDBLOCK;
		return -1;
	}
	return fd;
}

enum gp_rc
gp_worker_slot_take(struct gp_db *db, int count, struct gp_worker_slot *ret, struct gp_err *err)
{
	*ret = (struct gp_worker_slot){ -1, -1 };
	for (int i = 0; i < count; i++) {
		int fd = lock_slot(db, i);

		if (fd < 0 && errno != EWOULDBLOCK)
			return gp_err_detail(err,
			    gp_fail_as(err, 77, "4.3.0", "cannot make the slot files beside the database"),
			    "%s.slot-%d: %s", gp_db_path(db), i, strerror(errno));
		if (fd >= 0) {
			*ret = (struct gp_worker_slot){ i, fd };
			return GP_OK;
		}
	}
	return GP_OK;
}

void
gp_worker_slot_release(struct gp_worker_slot *slot)
{
	if (slot->fd >= 0)
		(void)close(slot->fd);
	*slot = (struct gp_worker_slot){ -1, -1 };
}

void
gp_worker_slot_fault(const struct gp_worker_slot *slot)
{
	if (pwrite(slot->fd, "fault", 5, 0) < 0)
		return; /* then it counts as a kill */
}

/* Did the last holder die of a fault of its own? Forgotten by asking. */
static bool
take_fault(int fd)
{
	char octet;
	bool fault = pread(fd, &octet, 1, 0) == 1;

	return fault && ftruncate(fd, 0) == 0;
}

/* --- what dead workers leave ---------------------------------------------------------------- */

/* At the third fault with the same slice in hand it is the mail that kills; a kill or a reboot does not count. */
static enum gp_rc
void_slices(struct gp_db *db, int64_t slot, bool fault, int64_t now, struct gp_err *err)
{
	static const char hold[] =
	    "UPDATE outbox SET state = 'held', tell = 1, reason = 'three workers died of it; see the log'"
	    " WHERE state = 'due' AND outbox_id IN"
	    " (SELECT outbox_id FROM slice WHERE state = 'sending' AND slot = :slot AND voids + :fault >= 3)";
	static const char sql[] =
	    "UPDATE slice SET state = 'deferred', slot = NULL, next_attempt = :now, voids = voids + :fault,"
	    " last_reply = 'its worker died: whether it has arrived is not known, so it is sent again'"
	    " WHERE state = 'sending' AND slot = :slot";
	const char *const steps[] = { hold, sql };

	for (size_t i = 0; i < GP_COUNT(steps); i++) {
		SCOPED(gp_query_free) struct gp_query *query = NULL;

		GP_TRY(gp_query_open(db, steps[i], &query, err));
		gp_bind_int(query, ":slot", slot);
		gp_bind_int(query, ":fault", fault ? 1 : 0);
		if (steps[i] == sql)
			gp_bind_int(query, ":now", now);
		GP_TRY(gp_query_do(query, err));
	}
	return GP_OK;
}

/* Slots in use, at most 64: more cannot be (smarthost-connections ends at 50). */
static enum gp_rc
slots_in_use(struct gp_db *db, int64_t out[64], size_t *ret_count, struct gp_err *err)
{
	static const char sql[] = "SELECT DISTINCT slot FROM slice WHERE state = 'sending'";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	GP_TRY(gp_query_open(db, sql, &query, err));
	for (*ret_count = 0; *ret_count < 64; (*ret_count)++) {
		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		out[*ret_count] = gp_col_int(query, "slot");
	}
	return GP_OK;
}

enum gp_rc
gp_slice_reap(struct gp_db *db, const struct gp_worker_slot *own, int64_t now, struct gp_err *err)
{
	int64_t slots[64];
	size_t count;

	GP_TRY(slots_in_use(db, slots, &count, err));
	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
		SCOPED(gp_worker_slot_release) struct gp_worker_slot held = { -1, -1 };
		bool fault;

		if (own == NULL || own->number != slots[i]) {
			held = (struct gp_worker_slot){ (int)slots[i], lock_slot(db, (int)slots[i]) };
			if (held.fd < 0)
				continue;
		}
		fault = take_fault(held.fd >= 0 ? held.fd : own->fd);
		/* While we hold the lock no new worker can take the slot and have a slice of its own voided. */
		GP_TRY(gp_tx_begin(db, &tx, err));
		GP_TRY(void_slices(db, slots[i], fault, now, err));
		GP_TRY(gp_tx_commit(&tx, err));
		if (fault)
			gp_bell_ring(db, "desk"); /* perhaps the row is held now, and the operator is to be told */
	}
	return GP_OK;
}
