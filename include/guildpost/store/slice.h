/* slice.h - the outbox, worked off: who takes which recipients in hand, and how they fared.  Floor: store.
 * DESIGN.md rules 3, 7, 9, 10. What waits is a row of the outbox with a cursor; what is in hand or put off is a slice. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "guildpost/base/mem.h"
#include "guildpost/guild/fate.h"
#include "guildpost/mail/compose.h"
#include "guildpost/store/db.h"

#define GP_IN_HAND 100 /* recipients over all workers together: the most that a killed process can send twice */

/* A worker's slot: a lock on "PATH.slot-N" that is held for life. number -1: none. */
struct gp_worker_slot {
	int number, fd;
};
/* The first free slot below `count`; number -1 when all are taken. */
GP_MUST_CHECK enum gp_rc gp_worker_slot_take(
    struct gp_db *db, int count, struct gp_worker_slot *ret, struct gp_err *err);
void gp_worker_slot_release(struct gp_worker_slot *slot);
/* The holder dies of a fault of its own: whoever finds the slot free will know. May be called in a signal handler. */
void gp_worker_slot_fault(const struct gp_worker_slot *slot);

struct gp_recipient {
	int64_t key, slice_id, member_id, subscription_id, attempts;
	char *address, *name;
	struct gp_strs values; /* stored slot values: name, value, name, value */
};
struct gp_rests { /* destinations that have had enough for now */
	struct gp_rest {
		char *domain; /* as in an address key: lower case */
		int64_t until;
	} * v;
	size_t count;
};
struct gp_claim {
	int64_t outbox_id, space_id, created_at, expires_at, refusals_in_row;
	int64_t slice_id; /* of a range; 0: every recipient has a slice of its own */
	int64_t attempts;
	char *kind, *last_reply;
	struct gp_recipient *to; /* ascending by key; count 0: nothing is to be done */
	size_t count;
	size_t in_hand; /* how many may be at the smarthost and not written down: what comes twice after a kill */
	size_t settled; /* of the first of them it is written down how they fared */
	int64_t delivered; /* of the slice, not yet counted in the row */
	struct gp_rests rests;
	bool shared; /* one copy serves many: a post of a space with `delivery shared` */
	bool more; /* there is work for another worker, and room for what it would take in hand */
};
struct gp_most {
	size_t own, shared; /* recipients in hand of one claim, by the way its mail is sent */
	size_t workers; /* at once */
};
void gp_claim_release(struct gp_claim *claim);

/* Claims recipients for this slot, of which ret_claim->in_hand may be at the smarthost at once: at most `most`, and no more
 * than leaves GP_IN_HAND over all slots; one transaction. Of a large row a claim holds many times as many, so that the row
 * itself is seldom written. turn: counts the claims of a worker; at odd ones what was put off comes before what is new.
 * *ret_found false: nothing is due. A cut that finds nobody is found with count 0: finish it. */
GP_MUST_CHECK enum gp_rc gp_slice_claim(struct gp_db *db, const struct gp_worker_slot *slot, const struct gp_most *most,
    unsigned turn, int64_t now, struct gp_claim *ret_claim, bool *ret_found, struct gp_err *err);
/* The octets and slots of a row. PERM 5.3.0 when they do not fit each other. */
GP_MUST_CHECK enum gp_rc gp_outbox_mail(
    struct gp_db *db, int64_t outbox_id, struct gp_composed *ret_mail, struct gp_err *err);

/* Writes down how the next `count` recipients of a claim fared (fared[i] belongs to claim->to[i]), all of whom have a fate;
 * one transaction, which writes one page unless somebody was refused. *ret_go_on false: the row is held or gone meanwhile,
 * nothing more is to be sent; finish the claim. */
GP_MUST_CHECK enum gp_rc gp_slice_progress(struct gp_db *db, struct gp_claim *claim, const struct gp_fared *fared,
    size_t count, int64_t now, bool *ret_go_on, struct gp_err *err);
/* Writes down how those behind claim->settled fared and gives the claim back; one transaction. Those with GP_FATE_NONE,
 * _ROAD or _SENDER stay in the slice: put off by its schedule when road is not NULL (it says why),
 * else due at once. *ret_held: the row is now held, since too many refused its content. */
GP_MUST_CHECK enum gp_rc gp_slice_finish(struct gp_db *db, const struct gp_claim *claim, const struct gp_fared *fared,
    const struct gp_reply *road, int64_t now, bool *ret_held, struct gp_err *err);
/* A row that cannot be sent as it is: failed, with the reason, until somebody looks. */
GP_MUST_CHECK enum gp_rc gp_outbox_fail(struct gp_db *db, int64_t outbox_id, const char *reason, struct gp_err *err);

/* Gives back what dead workers had in hand: slices of slots whose lock is free, and of `own` itself (NULL: none).
 * A slice that three workers died of by a fault (not a kill) holds its row. */
GP_MUST_CHECK enum gp_rc gp_slice_reap(
    struct gp_db *db, const struct gp_worker_slot *own, int64_t now, struct gp_err *err);
/* *ret_workers: how many find something to claim now, 0 for none; a guess where there are many recipients. *ret_next: when
 * the next deferred slice is due, 0 for none. */
GP_MUST_CHECK enum gp_rc gp_slice_due(struct gp_db *db, const struct gp_most *most, int64_t now, size_t *ret_workers,
    int64_t *ret_next, struct gp_err *err);

/* *ret: other mail than this waits to be claimed. */
GP_MUST_CHECK enum gp_rc gp_slice_others(
    struct gp_db *db, int64_t outbox_id, int64_t now, bool *ret, struct gp_err *err);

/* The rest that this recipient's destination takes, NULL for none. */
const struct gp_rest *gp_rest_of(const struct gp_rests *rests, const char *address);

/* The smarthost does not answer: nobody tries before the pause is over. */
GP_MUST_CHECK enum gp_rc gp_road_failed(struct gp_db *db, int64_t now, struct gp_err *err);
/* It answers again: what waited for it is due at once. Cheap when it never failed. */
GP_MUST_CHECK enum gp_rc gp_road_open(struct gp_db *db, int64_t now, struct gp_err *err);
