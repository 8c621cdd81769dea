#include "guildpost/wire/committer.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"

#define BATCH_MESSAGES 256
#define BATCH_OCTETS   (8u << 20)
#define RETRY_MS       100

struct queue {
	struct gp_commit *first, **last;
};
struct gp_committer {
	struct gp_db *db;
	dev_t device; /* of the database when it was opened */
	ino_t inode;
	int done_fd;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	struct queue added, going, done;
	bool stopping;
};

struct gp_commit *
gp_commit_new(const char *folder)
{
	struct gp_commit *commit = gp_new(sizeof(*commit));

	gp_intake_init(&commit->in, folder);
	return commit;
}

void
gp_commit_free(struct gp_commit **commit)
{
	if (*commit != NULL)
		gp_intake_release(&(*commit)->in);
	free(*commit);
	*commit = NULL;
}

/* --- queues: of added, of those that may go, of those done -------------------------------------- */

static void
put(struct queue *queue, struct gp_commit *commit)
{
	commit->next = NULL;
	*queue->last = commit;
	queue->last = &commit->next;
}

static struct gp_commit *
take_all(struct queue *queue)
{
	struct gp_commit *first = queue->first;

	queue->first = NULL;
	queue->last = &queue->first;
	return first;
}

static void
move_all(struct queue *from, struct queue *to)
{
	if (from->first == NULL)
		return;
	*to->last = from->first;
	to->last = from->last;
	(void)take_all(from);
}

/* --- one transaction ---------------------------------------------------------------------------- */

/* A commit into a file that has lost its name would be no promise at all: SQLite's WAL does not look (measured). */
static enum gp_rc
still_there(const struct gp_committer *committer, struct gp_err *err)
{
	struct stat facts;

	if (stat(gp_db_path(committer->db), &facts) == 0 && facts.st_dev == committer->device &&
	    facts.st_ino == committer->inode)
		return GP_OK;
	return gp_err_detail(err, gp_fail_as(err, 78, "4.3.0", "the store has been taken away; try again later"),
	    "%s is not the file that was opened; start guildpost again", gp_db_path(committer->db));
}

static enum gp_rc
write_batch(struct gp_committer *committer, struct gp_commit **batch, size_t count, struct gp_err *err)
{
	struct gp_intake *messages[BATCH_MESSAGES];

	for (size_t i = 0; i < count; i++)
		messages[i] = &batch[i]->in;
	GP_TRY(still_there(committer, err));
	return gp_intake_store(committer->db, messages, count, gp_clock_now(), err);
}

/* Busy is worth another try while somebody still waits; all else will not pass by itself that soon. */
static bool
worth_waiting(const struct gp_err *err, struct gp_commit *const *batch, size_t count)
{
	if (strcmp(err->status, "4.3.0") != 0 || err->sysexit != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!atomic_load(&batch[i]->given_up) &&
		    gp_clock_mono_ms() - batch[i]->since_ms < GP_COMMIT_PATIENCE_MS)
			return true;
	return false;
}

static void
settle(struct gp_committer *committer, struct gp_commit **batch, size_t count)
{
	const struct timespec pause = { 0, RETRY_MS * 1000000L };
	struct gp_err err = { .text = "" };
	enum gp_rc rc;

	while ((rc = write_batch(committer, batch, count, &err)) != GP_OK && worth_waiting(&err, batch, count))
		(void)nanosleep(&pause, NULL);
	/* One message that cannot be written must not take the others with it. */
	if (rc != GP_OK && count > 1) {
		for (size_t i = 0; i < count; i++)
			settle(committer, batch + i, 1);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		batch[i]->rc = rc;
		batch[i]->err = err;
	}
	if (rc != GP_OK)
		gp_log(GP_LOG_ERROR, "intake.unstored", "sid", batch[0]->in.session, "status", err.status, "why",
		    err.text, "detail", err.detail, NULL);
}

/* --- the thread --------------------------------------------------------------------------------- */

/* Takes from the front what makes one transaction; a large message has one to itself, so that small ones do not wait
 * for it. Called with the lock. */
static size_t
take_batch(struct gp_committer *committer, struct gp_commit *batch[BATCH_MESSAGES])
{
	size_t count = 0, octets = 0;

	while (committer->going.first != NULL && count < BATCH_MESSAGES) {
		struct gp_commit *next = committer->going.first;

		octets += next->in.octets.size;
		if (count > 0 && (octets > BATCH_OCTETS || next->in.octets.fd >= 0))
			break;
		committer->going.first = next->next;
		if (next->next == NULL)
			committer->going.last = &committer->going.first;
		batch[count++] = next;
		if (next->in.octets.fd >= 0)
			break;
	}
	return count;
}

static void
give_back(struct gp_committer *committer, struct gp_commit **batch, size_t count)
{
	uint64_t one = 1;

	(void)pthread_mutex_lock(&committer->lock);
	for (size_t i = 0; i < count; i++)
		put(&committer->done, batch[i]);
	(void)pthread_mutex_unlock(&committer->lock);
	if (write(committer->done_fd, &one, sizeof(one)) < 0)
		gp_log(GP_LOG_ERROR, "commit.bell", "why", strerror(errno), NULL);
}

static size_t
wait_for_batch(struct gp_committer *committer, struct gp_commit *batch[BATCH_MESSAGES])
{
	size_t count;

	(void)pthread_mutex_lock(&committer->lock);
	while (committer->going.first == NULL && !committer->stopping)
		(void)pthread_cond_wait(&committer->wake, &committer->lock);
	/* A commit is made anyway: who is complete by now goes with it, and waits for nobody. */
	if (committer->going.first != NULL)
		move_all(&committer->added, &committer->going);
	count = take_batch(committer, batch);
	(void)pthread_mutex_unlock(&committer->lock);
	return count;
}

/* Those whom nobody waits for any more are passed over: the peer was told 451 and sends them again. */
static size_t
drop_given_up(struct gp_committer *committer, struct gp_commit **batch, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!atomic_load(&batch[i]->given_up)) {
			batch[kept++] = batch[i];
			continue;
		}
		batch[i]->rc = gp_fail(&batch[i]->err, "4.3.0", "given up");
		give_back(committer, &batch[i], 1);
	}
	return kept;
}

static void *
run(void *context)
{
	struct gp_committer *committer = context;
	struct gp_commit *batch[BATCH_MESSAGES];
	size_t count;

	while ((count = wait_for_batch(committer, batch)) > 0) {
		count = drop_given_up(committer, batch, count);
		if (count == 0)
			continue;
		settle(committer, batch, count);
		give_back(committer, batch, count);
	}
	return NULL;
}

/* --- the loop's side ---------------------------------------------------------------------------- */

static void
committer_free(struct gp_committer **committer)
{
	if (*committer == NULL)
		return;
	gp_db_free(&(*committer)->db);
	if ((*committer)->done_fd >= 0)
		(void)close((*committer)->done_fd);
	free(*committer);
	*committer = NULL;
}

enum gp_rc
gp_committer_start(const char *database, struct gp_committer **ret, struct gp_err *err)
{
	SCOPED(committer_free) struct gp_committer *committer = gp_new(sizeof(*committer));
	struct stat facts;

	committer->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	(void)take_all(&committer->added);
	(void)take_all(&committer->going);
	(void)take_all(&committer->done);
	(void)pthread_mutex_init(&committer->lock, NULL);
	(void)pthread_cond_init(&committer->wake, NULL);
	GP_TRY(gp_db_open(database, 0, &committer->db, err));
	if (stat(database, &facts) < 0)
		return gp_fail_as(err, 78, "4.3.0", "the database %s cannot be seen: %s", database, strerror(errno));
	committer->device = facts.st_dev;
	committer->inode = facts.st_ino;
	if (pthread_create(&committer->thread, NULL, run, committer) != 0)
		return gp_fail_as(err, 71, "4.3.0", "cannot start a thread");
	*ret = TAKE(committer);
	return GP_OK;
}

int
gp_committer_fd(const struct gp_committer *committer)
{
	return committer->done_fd;
}

void
gp_committer_add(struct gp_committer *committer, struct gp_commit *commit)
{
	(void)pthread_mutex_lock(&committer->lock);
	put(&committer->added, commit);
	(void)pthread_mutex_unlock(&committer->lock);
}

void
gp_committer_go(struct gp_committer *committer)
{
	(void)pthread_mutex_lock(&committer->lock);
	move_all(&committer->added, &committer->going);
	(void)pthread_cond_signal(&committer->wake);
	(void)pthread_mutex_unlock(&committer->lock);
}

struct gp_commit *
gp_committer_done(struct gp_committer *committer)
{
	struct gp_commit *done;
	uint64_t rings;

	if (read(committer->done_fd, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
		gp_log(GP_LOG_ERROR, "commit.bell", "why", strerror(errno), NULL);
	(void)pthread_mutex_lock(&committer->lock);
	done = take_all(&committer->done);
	(void)pthread_mutex_unlock(&committer->lock);
	return done;
}

static void
free_list(struct gp_commit *at)
{
	while (at != NULL) {
		struct gp_commit *next = at->next;

		gp_commit_free(&at);
		at = next;
	}
}

bool
gp_committer_stop(struct gp_committer **committer, int64_t deadline_ms)
{
	struct timespec until;
	int64_t left = deadline_ms - gp_clock_mono_ms();

	if (*committer == NULL)
		return true;
	(void)pthread_mutex_lock(&(*committer)->lock);
	move_all(&(*committer)->added, &(*committer)->going);
	(*committer)->stopping = true;
	(void)pthread_cond_signal(&(*committer)->wake);
	(void)pthread_mutex_unlock(&(*committer)->lock);
	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* whoever sets the clock back meanwhile holds up nobody */
	until.tv_sec += left > 0 ? left / 1000 + 1 : 0;
	if (pthread_clockjoin_np((*committer)->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		return false;
	free_list(take_all(&(*committer)->done));
	committer_free(committer);
	return true;
}
