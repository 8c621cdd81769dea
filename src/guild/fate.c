#include "guildpost/guild/fate.h"

#include <stdio.h>
#include <string.h>

#include "guildpost/base/err.h"

const char *
gp_fate_name(enum gp_fate fate)
{
	static const char *const names[] = { "untried", "delivered", "deferred", "refused", "content", "unknown",
		"road", "sender", "expired", "paused" };

	return names[fate];
}

/* Refusals at RCPT that do not blame the address: our sequence, syntax or rights, or a policy (SND-05). They would refuse
 * every member alike. */
static bool
blames_us(const struct gp_reply *reply)
{
	static const char *const ours[] = { "5.7.", "5.6.", "5.5.", "5.3.4", "5.2.3", "5.4.6" };
	static const int codes[] = { 500, 501, 502, 503, 504, 530, 535, 538, 555 };

	for (size_t i = 0; i < GP_COUNT(ours); i++)
		if (strncmp(reply->status, ours[i], strlen(ours[i])) == 0)
			return true;
	for (size_t i = 0; i < GP_COUNT(codes); i++)
		if (reply->code == codes[i] && strncmp(reply->status, "5.1.", 4) != 0)
			return true;
	return false;
}

/* 421 4.7.28 speaks of one destination where it can mean one only: others are still served, by another connection
 * (SND-07). */
static bool
means_destination(const struct gp_transfer *t, const struct gp_reply *reply)
{
	return gp_destination_is_full(reply) &&
	       (reply == &t->rcpt || (t->alone && (reply == &t->data || reply == &t->dot)));
}

/* A reply decides when it is not the one that was hoped for. */
static enum gp_fate
fate_of(const struct gp_transfer *t, const struct gp_reply **ret_reply)
{
	const struct gp_reply *in_order[] = { &t->mail, &t->rcpt, &t->data, &t->dot };

	/* 421 may come in the place of any reply (RFC 5321 section 4.2.2): the server leaves, the recipient is blameless. */
	for (size_t i = 0; i < GP_COUNT(in_order); i++)
		if (in_order[i]->code == 421) {
			*ret_reply = in_order[i];
			return means_destination(t, in_order[i]) ? GP_FATE_DEFERRED : GP_FATE_ROAD;
		}
	*ret_reply = &t->mail;
	if (t->mail.code != 0 && t->mail.code / 100 != 2)
		return GP_FATE_SENDER;
	*ret_reply = &t->rcpt;
	if (t->rcpt.code / 100 == 5)
		return blames_us(&t->rcpt) ? GP_FATE_CONTENT : GP_FATE_REFUSED;
	if (t->rcpt.code / 100 == 4)
		return GP_FATE_DEFERRED;
	*ret_reply = t->dot.code != 0 ? &t->dot : &t->data;
	if (t->dot.code / 100 == 2)
		return GP_FATE_DELIVERED;
	if (t->dot.code != 0 || (t->data.code != 0 && t->data.code / 100 != 3))
		return (*ret_reply)->code == 503 || (*ret_reply)->code / 100 != 5 ? GP_FATE_DEFERRED : GP_FATE_CONTENT;
	*ret_reply = NULL;
	return t->dot_sent ? GP_FATE_UNKNOWN : GP_FATE_ROAD;
}

void
gp_fate_judge(const struct gp_transfer *transfer, struct gp_fared *ret)
{
	static const struct gp_reply lost = { 451, "4.4.2", "connection lost" };
	static const struct gp_reply after_dot = { 451, "4.4.2",
		"connection lost after the message; it may have arrived" };
	const struct gp_reply *reply;

	ret->fate = fate_of(transfer, &reply);
	ret->reply = reply != NULL ? *reply : ret->fate == GP_FATE_UNKNOWN ? after_dot : lost;
	if (ret->reply.status[0] == '\0')
		(void)snprintf(ret->reply.status, sizeof(ret->reply.status), "%d.0.0",
		    ret->reply.code / 100 == 2	 ? 2
		    : ret->reply.code / 100 == 5 ? 5
						 : 4);
}

int64_t
gp_retry_delay(int64_t attempts, uint64_t seed)
{
	static const int64_t first[] = { 60, 300, 900, 1800 };
	int64_t delay;

	if (attempts < 1)
		attempts = 1;
	if (attempts <= (int64_t)GP_COUNT(first))
		delay = first[attempts - 1];
	else
		delay = attempts <= (int64_t)GP_COUNT(first) + 11 ? 3600 : 3 * 3600;
	/* splitmix64: neighbouring ids land far apart. */
	seed += (uint64_t)attempts * 0x9e3779b97f4a7c15ULL;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
	seed ^= seed >> 31;
	/* Of three hours a third may come off: every 2 to 3 hours. */
	return delay - (int64_t)(seed % (uint64_t)(delay / (delay > 3600 ? 3 : 10)));
}

int64_t
gp_road_pause(int64_t failures)
{
	return failures < 1 ? 0 : failures < 5 ? 60 * failures : 300;
}

bool
gp_destination_is_full(const struct gp_reply *reply)
{
	return reply->code / 100 == 4 && strcmp(reply->status, "4.7.28") == 0;
}

int64_t
gp_destination_pause(int64_t times)
{
	const int64_t most = (int64_t)4 * 3600;
	int64_t pause = 300;

	while (--times > 0 && pause < most)
		pause *= 2;
	return pause < most ? pause : most;
}
