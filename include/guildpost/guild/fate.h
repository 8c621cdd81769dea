/* fate.h - how a copy fared at the smarthost, and when to try again.  Floor: guild.  Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum gp_fate {
	GP_FATE_NONE, /* not tried */
	GP_FATE_DELIVERED, /* the smarthost has taken it on */
	GP_FATE_DEFERRED, /* this recipient, not now */
	GP_FATE_REFUSED, /* this recipient, never: the bounce rules read it */
	GP_FATE_CONTENT, /* this mail, never, whoever reads it: blames us, not the member (SND-05) */
	GP_FATE_UNKNOWN, /* connection lost behind the final dot: tried again with the same Message-ID (SND-02) */
	GP_FATE_ROAD, /* the connection: says nothing of any recipient (DESIGN.md rule 10) */
	GP_FATE_SENDER, /* MAIL FROM refused: neither does this */
	GP_FATE_EXPIRED, /* given up (SND-07) */
	GP_FATE_PAUSED, /* its destination has had enough for now: not tried, and no attempt of its own */
};
const char *gp_fate_name(enum gp_fate fate); /* "delivered", "deferred", ... */

struct gp_reply { /* code 0: no such reply came */
	int code;
	char status[12]; /* RFC 3463, "" when the server gives none */
	char text[200]; /* one line, printable */
};
/* What the server said to one transaction with one recipient. */
struct gp_transfer {
	struct gp_reply mail, rcpt, data, dot;
	bool dot_sent; /* the last octet of the message may have reached the server */
	bool lost; /* the connection ended, or its deadline passed, before the last reply */
	bool alone; /* no other recipient was in it */
};
struct gp_fared {
	enum gp_fate fate;
	struct gp_reply reply; /* the one that decided; status never "" */
};
void gp_fate_judge(const struct gp_transfer *transfer, struct gp_fared *ret);

/* Seconds from one attempt to the next, SND-07: 1, 5, 15, 30 minutes, then hourly, from the 12th hour on every 2 to 3
 * hours. attempts: how many there were (1..). Up to 10 % come off by seed, so that not all come at once; the same seed
 * gives the same instant. */
int64_t gp_retry_delay(int64_t attempts, uint64_t seed);
/* How long nobody tries the smarthost after it failed to answer `failures` times in a row: at most five minutes. */
int64_t gp_road_pause(int64_t failures);
/* True when the reply says that the destination takes too much from us (SND-07): no
 * recipient there should be tried for a while. */
bool gp_destination_is_full(const struct gp_reply *reply);
/* How long: 5 minutes, doubled each time in a row, at most 4 hours. */
int64_t gp_destination_pause(int64_t times);
#define GP_REFUSALS_MAX 20 /* content refusals in a row with no success: the row is held */
