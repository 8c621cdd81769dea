#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/base/tally.h"
#include "guildpost/wire/deliver.h"
#include "wire/fit.h"

#define IDLE_MS	     2000 /* an idle worker keeps its connection so long, then ends */
#define LATE_S	     600 /* what nobody wants any more after its time is still tried once at its end */
#define HOST_REST_MS 60000 /* a smarthost that does not answer is passed over so long, when there is another */
#define LEASE_MS     1000 /* a claim on a slow road is given back after this for others that wait */
#define LEASE_MAX_MS 10000 /* and after this in any case */
#define STUBBORN_MS  30000 /* how long after SIGTERM a result that cannot be written is still tried */

struct worker {
	const struct gp_deliver *deliver;
	struct gp_db *db;
	struct gp_desk desk;
	struct gp_worker_slot slot;
	struct gp_smarthost **hosts;
	int64_t *rest_until; /* monotonic, of each host */
	/* what is in hand */
	struct gp_claim claim;
	struct gp_fared *fared; /* NONE: not tried yet, or as good as that */
	size_t through; /* of the claim, [claim.settled, through) may be at the smarthost */
	size_t batch[GP_IN_HAND], batched; /* whose copy is at the smarthost: indices into claim.to */
	size_t known; /* recipients whose fate is known */
	int64_t delivered; /* copies of this claim */
	int64_t refusals_in_row;
	bool sender_refused, heard_full; /* heard_full: some destination has had enough */
	struct gp_reply road; /* what the server said when it closed the road; code 0: nothing */
	struct gp_copy copy;
	/* of the row at hand, kept from slice to slice */
	int64_t row_id;
	struct gp_fit fit;
	struct gp_space *space;
};

static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

/* A fault, in libesmtp perhaps, is marked on the slot, so that a mail which kills every worker is found out. */
static struct gp_worker_slot faulty = { -1, -1 };

static void
fault(int signal_number)
{
	gp_worker_slot_fault(&faulty);
	(void)raise(signal_number); /* SA_RESETHAND: now it kills */
}

static void
watch_for_faults(const struct gp_worker_slot *slot)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	static char stack[16384]; /* ours may be what has run out */
	const stack_t elsewhere = { .ss_sp = stack, .ss_size = sizeof(stack) };
	const struct sigaction on_fault = { .sa_handler = fault, .sa_flags = (int)SA_RESETHAND | SA_ONSTACK };

	faulty = *slot;
	(void)sigaltstack(&elsewhere, NULL);
	for (size_t i = 0; i < GP_COUNT(faults); i++)
		(void)sigaction(faults[i], &on_fault, NULL);
}

/* --- copies for the smarthost --------------------------------------------------------------- */

static void
log_exception(const struct worker *worker, size_t i)
{
	const struct gp_recipient *to = &worker->claim.to[i];
	const struct gp_fared *fared = &worker->fared[i];
	char event[32];

	(void)snprintf(event, sizeof(event), "deliver.%s", gp_fate_name(fared->fate));
	gp_log(fared->fate == GP_FATE_DELIVERED ? GP_LOG_DEBUG : GP_LOG_INFO, event, "outbox",
	    gp_log_int(worker->claim.outbox_id), "rcpt", to->address, "attempt", gp_log_int(to->attempts + 1), "code",
	    gp_log_int(fared->reply.code), "dsn", fared->reply.status, "why", fared->reply.text, NULL);
}

/* What the road did leaves a recipient where it is: to be tried on another one, or put off with the slice. */
static bool
is_open(const struct gp_fared *fared)
{
	return fared->fate == GP_FATE_NONE || fared->fate == GP_FATE_ROAD || fared->fate == GP_FATE_SENDER;
}

static void
take_one(struct worker *worker, size_t i, const struct gp_fared *fared)
{
	worker->fared[i] = *fared;
	if (fared->fate == GP_FATE_NONE)
		return;
	log_exception(worker, i);
	if (fared->fate == GP_FATE_SENDER)
		worker->sender_refused = true;
	if (is_open(fared)) {
		worker->road = fared->reply;
		return;
	}
	worker->known++;
	worker->heard_full = worker->heard_full || gp_destination_is_full(&fared->reply);
	if (fared->fate == GP_FATE_CONTENT)
		worker->refusals_in_row++;
	else if (fared->fate == GP_FATE_DELIVERED)
		worker->refusals_in_row = 0;
}

static void
take_fates(void *context, const struct gp_fared *fared)
{
	struct worker *worker = context;

	worker->road = (struct gp_reply){ 0 };
	for (size_t i = 0; i < worker->batched; i++)
		take_one(worker, worker->batch[i], &fared[i]);
}

/* An address that may stand in no envelope: refused here, and the others go on. */
static bool
has_address(struct worker *worker, size_t i)
{
	static const struct gp_fared none = { GP_FATE_REFUSED,
		{ 554, "5.1.3", "the recipient is no address that may stand in an envelope" } };

	if (gp_address_ok(worker->claim.to[i].address))
		return true;
	take_one(worker, i, &none);
	return false;
}

/* The destination has had enough, as was heard before or just now: nobody else there is tried. */
static bool
rests(struct worker *worker, size_t i)
{
	static const struct gp_fared paused = { GP_FATE_PAUSED,
		{ 451, "4.7.28", "its destination rests for a while" } };
	const char *domain = strrchr(worker->claim.to[i].address, '@');
	bool full = gp_rest_of(&worker->claim.rests, worker->claim.to[i].address) != NULL;

	for (size_t k = 0; worker->heard_full && k < worker->through && !full; k++)
		full = worker->fared[k].fate == GP_FATE_DEFERRED && gp_destination_is_full(&worker->fared[k].reply) &&
		       strcasecmp(domain, strrchr(worker->claim.to[k].address, '@')) == 0;
	if (full)
		take_one(worker, i, &paused);
	return full;
}

/* Who gets the next copy: one, or as many as may share it. False: nobody is left. */
static bool
next_batch(struct worker *worker)
{
	size_t most = worker->claim.shared ? (size_t)worker->deliver->recipients : 1;

	worker->batched = 0;
	for (size_t i = worker->claim.settled;
	     i < worker->through && worker->batched < most && worker->batched < GP_IN_HAND; i++)
		if (is_open(&worker->fared[i]) && has_address(worker, i) && !rests(worker, i))
			worker->batch[worker->batched++] = i;
	return worker->batched > 0;
}

/* The copy for the batch, made to fit the server. */
static enum gp_rc
make_copy(struct worker *worker, const struct gp_road_offer *offer, struct gp_err *err)
{
	const struct gp_composed *mail;

	GP_TRY(gp_fit_mail(&worker->fit, offer, &mail, &worker->copy.eight, &worker->copy.utf8, err));
	if (worker->claim.shared)
		return gp_copy_make_shared(&worker->desk, worker->space, &worker->claim, worker->batch, worker->batched,
		    mail, &worker->copy, err);
	return gp_copy_make(&worker->desk, worker->space, &worker->claim, worker->batch[0], mail, &worker->copy, err);
}

static const struct gp_copy *
next_copy(void *context, const struct gp_road_offer *offer)
{
	struct worker *worker = context;
	struct gp_fared bad = { .fate = GP_FATE_CONTENT, .reply = { .code = 554 } };
	struct gp_err err;

	while (!stopping && worker->refusals_in_row < GP_REFUSALS_MAX && next_batch(worker)) {
		if (make_copy(worker, offer, &err) == GP_OK)
			return &worker->copy;
		(void)snprintf(bad.reply.status, sizeof(bad.reply.status), "%s", err.status);
		(void)snprintf(bad.reply.text, sizeof(bad.reply.text), "%.190s", err.text);
		for (size_t i = 0; i < worker->batched; i++)
			take_one(worker, worker->batch[i], &bad);
	}
	return NULL;
}

/* Hands what may be in hand to the first smarthost that takes it. False: the road is closed, *ret_why says why. */
static bool
carry(struct worker *worker, struct gp_err *ret_why)
{
	const struct gp_courier courier = { worker, next_copy, take_fates };

	(void)gp_fail(ret_why, "4.4.1", "every smarthost rests after a failure");
	for (size_t i = 0; i < worker->deliver->road_count; i++) {
		size_t before;

		if (worker->rest_until[i] > gp_clock_mono_ms())
			continue;
		/* A connection may end after some good copies, as servers do; then another one is tried at once. */
		do {
			before = worker->known;
			if (gp_smarthost_send(worker->hosts[i], &courier, ret_why) == GP_OK)
				return true;
		} while (worker->known > before && !stopping);
		if (worker->sender_refused || stopping)
			return false;
		gp_log(GP_LOG_ERROR, "deliver.closed", "smarthost", gp_log_int((int64_t)i + 1), "dsn", ret_why->status,
		    "why", ret_why->text, "detail", ret_why->detail, NULL);
		worker->rest_until[i] = gp_clock_mono_ms() + (worker->deliver->road_count > 1 ? HOST_REST_MS : 0);
	}
	return false;
}

/* --- results -------------------------------------------------------------------------------- */

static void
sleep_ms(int64_t ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* The claim's end, or what was in hand of it. */
struct result {
	bool last;
	const struct gp_reply *road; /* at the end: why the road is closed, NULL when it is not */
	bool held, go_on; /* what came of it: `held` at the end, `go_on` before */
};

static enum gp_rc
write_result(struct worker *worker, struct result *result, struct gp_err *err)
{
	if (result->last)
		return gp_slice_finish(
		    worker->db, &worker->claim, worker->fared, result->road, gp_clock_now(), &result->held, err);
	return gp_slice_progress(worker->db, &worker->claim, worker->fared, worker->through - worker->claim.settled,
	    gp_clock_now(), &result->go_on, err);
}

/* A result that cannot be written is kept and tried again, and nothing more is sent (DESIGN.md rule 7). */
static bool
write_down(struct worker *worker, struct result *result)
{
	int64_t delay = 100, give_up = 0;
	struct gp_err err;

	for (;;) {
		if (write_result(worker, result, &err) == GP_OK)
			return true;
		gp_log(GP_LOG_ERROR, "deliver.unwritten", "outbox", gp_log_int(worker->claim.outbox_id), "why",
		    err.text, "detail", err.detail, NULL);
		if (stopping && give_up == 0)
			give_up = gp_clock_mono_ms() + STUBBORN_MS;
		if (give_up != 0 && gp_clock_mono_ms() > give_up)
			return false;
		sleep_ms(delay);
		delay = delay < 10000 ? 2 * delay : 10000;
	}
}

struct tally {
	int64_t delivered, deferred, refused;
};

static struct tally
count_fates(const struct worker *worker)
{
	struct tally tally = { 0 };

	for (size_t i = worker->claim.settled; i < worker->through; i++) {
		enum gp_fate fate = worker->fared[i].fate;

		tally.delivered += fate == GP_FATE_DELIVERED;
		tally.deferred += fate == GP_FATE_DEFERRED || fate == GP_FATE_UNKNOWN;
		tally.refused += fate == GP_FATE_REFUSED || fate == GP_FATE_CONTENT || fate == GP_FATE_EXPIRED;
	}
	return tally;
}

/* Not the slice's fault nor any recipient's: everybody waits a while. Trouble with writing that down is no worse than
 * trying once too often. */
static void
note_road(struct worker *worker, bool open)
{
	struct gp_err err;

	if ((open ? gp_road_open(worker->db, gp_clock_now(), &err)
		  : gp_road_failed(worker->db, gp_clock_now(), &err)) != GP_OK)
		gp_log(GP_LOG_ERROR, "deliver.unwritten", "why", err.text, NULL);
}

static bool
settle(struct worker *worker, struct result *result)
{
	struct tally tally = count_fates(worker);

	if (!write_down(worker, result))
		return false;
	worker->delivered += tally.delivered;
	gp_tally_add(gp_db_path(worker->db), GP_TALLY_DELIVERED, tally.delivered, gp_clock_now());
	gp_tally_add(gp_db_path(worker->db), GP_TALLY_DEFERRED, tally.deferred, gp_clock_now());
	gp_tally_add(gp_db_path(worker->db), GP_TALLY_REFUSED, tally.refused, gp_clock_now());
	if (tally.refused > 0)
		gp_bell_ring(worker->db, "desk");
	if (tally.delivered > 0)
		note_road(worker, true);
	else if (result->road != NULL && !worker->sender_refused)
		note_road(worker, false);
	return true;
}

/* Gives the claim back. False: it could not be written down. */
static bool
finish(struct worker *worker, bool carried, const struct gp_err *why)
{
	struct gp_reply road = worker->road;
	struct result result = { .last = true, .road = !carried && !stopping ? &road : NULL };

	if (road.code == 0) {
		(void)snprintf(road.status, sizeof(road.status), "%.11s", why->status);
		(void)snprintf(road.text, sizeof(road.text), "%.199s", why->text);
	}
	if (!settle(worker, &result))
		return false;
	if (worker->claim.count > 0)
		gp_log(GP_LOG_INFO, "deliver.slice", "outbox", gp_log_int(worker->claim.outbox_id), "kind",
		    worker->claim.kind, "recipients", gp_log_int((int64_t)worker->claim.count), "delivered",
		    gp_log_int(worker->delivered), NULL);
	if (!result.held)
		return true;
	gp_log(GP_LOG_ERROR, "deliver.held", "outbox", gp_log_int(worker->claim.outbox_id), "why",
	    "its content was refused too often", NULL);
	gp_bell_ring(worker->db, "desk");
	return true;
}

/* --- one claim ------------------------------------------------------------------------------ */

static enum gp_rc
load_row(struct worker *worker, struct gp_err *err)
{
	if (worker->row_id == worker->claim.outbox_id)
		return GP_OK;
	worker->row_id = 0;
	gp_space_free(&worker->space);
	GP_TRY(gp_outbox_mail(worker->db, worker->claim.outbox_id, &worker->fit.mail, err));
	GP_TRY(gp_fit_begin(&worker->fit, err));
	if (worker->claim.space_id != 0)
		GP_TRY(gp_space_load(worker->db, worker->claim.space_id, &worker->space, err));
	worker->row_id = worker->claim.outbox_id;
	return GP_OK;
}

/* Everything has its turn, however slow the road is. Not to know is no reason to give way. */
static bool
gives_way(const struct worker *worker, int64_t begun)
{
	int64_t age = gp_clock_mono_ms() - begun;
	bool others = false;
	struct gp_err err;

	if (age < LEASE_MS || age >= LEASE_MAX_MS)
		return age >= LEASE_MAX_MS;
	return gp_slice_others(worker->db, worker->claim.outbox_id, gp_clock_now(), &others, &err) == GP_OK && others;
}

/* True when there is more of the claim than was in hand, and nothing speaks against going on. */
static bool
may_go_on(const struct worker *worker, int64_t begun)
{
	for (size_t i = worker->claim.settled; i < worker->through; i++)
		if (is_open(&worker->fared[i]))
			return false;
	return worker->through < worker->claim.count && !stopping && worker->refusals_in_row < GP_REFUSALS_MAX &&
	       !gives_way(worker, begun);
}

/* A meeting that has begun, a digest whose next but one has come: of no use to anybody, so not sent even when the
 * smarthost is
 * there at last (SND-07). A post is: it comes late. */
static bool
is_too_late(const struct gp_claim *claim)
{
	return (strcmp(claim->kind, "invite") == 0 || strcmp(claim->kind, "digest") == 0) &&
	       gp_clock_now() > claim->expires_at + LATE_S;
}

static bool
give_up(struct worker *worker)
{
	static const struct gp_fared late = { GP_FATE_EXPIRED,
		{ 0, "4.4.7", "its time was over before it could be sent" } };
	const struct gp_err none = { .text = "" };

	worker->through = worker->claim.count;
	for (size_t i = 0; i < worker->claim.count; i++)
		take_one(worker, i, &late);
	return finish(worker, true, &none);
}

/* Works a claim off, in steps of what may be in hand. */
static bool
work_off(struct worker *worker)
{
	int64_t begun = gp_clock_mono_ms();
	struct result result = { .go_on = true };
	struct gp_err why = { .text = "" };
	bool carried = true;

	while (result.go_on) {
		size_t left = worker->claim.count - worker->claim.settled;

		worker->through = worker->claim.settled + (left < worker->claim.in_hand ? left : worker->claim.in_hand);
		carried = carry(worker, &why);
		if (!carried || !may_go_on(worker, begun))
			break;
		if (!settle(worker, &result))
			return false;
		worker->through = worker->claim.settled; /* in case it goes no further */
	}
	return finish(worker, carried, &why);
}

/* False: the worker must end, since it could not write down what it did. */
static bool
work(struct worker *worker)
{
	struct gp_err why = { .text = "" };
	enum gp_rc rc = GP_OK;

	worker->fared = gp_new_array(worker->claim.count + 1, sizeof(*worker->fared));
	worker->batched = worker->known = worker->through = 0;
	worker->delivered = 0;
	worker->sender_refused = worker->heard_full = false;
	worker->road = (struct gp_reply){ 0 };
	worker->refusals_in_row = worker->claim.refusals_in_row;
	if (worker->claim.count > 0)
		rc = load_row(worker, &why);
	if (rc == GP_PERM) {
		gp_log(GP_LOG_ERROR, "deliver.failed", "outbox", gp_log_int(worker->claim.outbox_id), "why", why.text,
		    NULL);
		if (gp_outbox_fail(worker->db, worker->claim.outbox_id, why.text, &why) != GP_OK)
			return false;
		gp_bell_ring(worker->db, "desk");
		return true;
	}
	if (rc != GP_OK || worker->claim.count == 0)
		return finish(worker, rc == GP_OK, &why);
	return is_too_late(&worker->claim) ? give_up(worker) : work_off(worker);
}

static void
put_down(struct worker *worker)
{
	free(worker->fared);
	worker->fared = NULL;
	gp_claim_release(&worker->claim);
}

/* --- a worker's life ------------------------------------------------------------------------ */

/* True when there may be work again. */
static bool
rest(int wake)
{
	struct pollfd p = { wake, POLLIN, 0 };
	char octet;

	if (poll(&p, 1, IDLE_MS) != 1 || stopping)
		return false;
	return read(wake, &octet, 1) == 1 || errno == EAGAIN; /* somebody else was faster: looking costs little */
}

struct gp_most
gp_worker_most(const struct gp_deliver *deliver)
{
	size_t workers = (size_t)deliver->connections, own = GP_IN_HAND / workers;

	return (struct gp_most){ own > 0 ? own : 1, (size_t)deliver->recipients, workers };
}

static int
work_on(struct worker *worker, int wake, int more)
{
	const struct gp_most most = gp_worker_most(worker->deliver);
	bool found, ok = true;
	unsigned turn = 0;
	struct gp_err err;

	while (!stopping && ok) {
		if (gp_slice_claim(worker->db, &worker->slot, &most, turn++, gp_clock_now(), &worker->claim, &found,
			&err) != GP_OK) {
			gp_log(GP_LOG_ERROR, "deliver.trouble", "why", err.text, "detail", err.detail, NULL);
			return GP_WORKER_FAILED;
		}
		if (found && worker->claim.more && write(more, "+", 1) < 0)
			(void)errno; /* full: it has been said */
		if (found)
			ok = work(worker);
		put_down(worker);
		if (found)
			continue;
		if (worker->deliver->once || !rest(wake))
			return GP_WORKER_DONE;
	}
	return ok ? GP_WORKER_DONE : GP_WORKER_FAILED;
}

static enum gp_rc
set_up(struct worker *worker, struct gp_err *err)
{
	const struct gp_deliver *d = worker->deliver;

	GP_TRY(gp_db_open(d->database, GP_DB_RELAXED, &worker->db, err));
	GP_TRY(gp_desk_init(&worker->desk, worker->db, err));
	GP_TRY(gp_worker_slot_take(worker->db, d->connections, &worker->slot, err));
	if (worker->slot.number < 0)
		return GP_OK;
	watch_for_faults(&worker->slot);
	worker->hosts = gp_new_array(d->road_count, sizeof(struct gp_smarthost *));
	worker->rest_until = gp_new_array(d->road_count, sizeof(int64_t));
	for (size_t i = 0; i < d->road_count; i++)
		worker->hosts[i] = gp_smarthost_new(&d->roads[i], worker->desk.domain, d->ca_file, d->password_file);
	return gp_slice_reap(worker->db, &worker->slot, gp_clock_now(), err);
}

static void
tear_down(struct worker *worker)
{
	for (size_t i = 0; worker->hosts != NULL && i < worker->deliver->road_count; i++)
		gp_smarthost_free(&worker->hosts[i]);
	free(worker->hosts);
	free(worker->rest_until);
	put_down(worker);
	gp_copy_release(&worker->copy);
	gp_fit_release(&worker->fit);
	gp_space_free(&worker->space);
	gp_db_free(&worker->db);
	gp_worker_slot_release(&worker->slot); /* last: whoever finds it free may take what we had */
}

int
gp_worker_run(const struct gp_deliver *deliver, int wake, int more)
{
	struct worker worker = { .deliver = deliver, .desk = deliver->desk, .slot = { -1, -1 } };
	const struct sigaction on_stop = { .sa_handler = stop };
	struct gp_err err;
	sigset_t none;
	int status = GP_WORKER_FAILED;

	(void)sigaction(SIGTERM, &on_stop, NULL);
	(void)sigaction(SIGINT, &on_stop, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* blocked by the parent until the handlers are ours */
	gp_fit_init(&worker.fit);
	if (set_up(&worker, &err) != GP_OK)
		gp_log(GP_LOG_ERROR, "deliver.trouble", "why", err.text, "detail", err.detail, NULL);
	else if (worker.slot.number < 0)
		status = GP_WORKER_NO_SLOT;
	else
		status = work_on(&worker, wake, more);
	tear_down(&worker);
	return status;
}
