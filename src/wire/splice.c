/* The library's calls bind to what is defined here, so the inline checks of _FORTIFY_SOURCE must not define them too. */
#undef _FORTIFY_SOURCE
#include "wire/splice.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/err.h"
#include "guildpost/store/slice.h"

/* RFC 5321 section 4.5.3.2, and an end to a server that takes a message a few octets at a time. */
#define COMMAND_MS  300000
#define DATA_MS	    120000
#define BLOCK_MS    180000
#define DOT_MS	    600000
#define TRANSFER_MS 3600000
#define BLOCK	    32768 /* octets that have BLOCK_MS */
#define QUEUE_MAX   (GP_IN_HAND + 8)

enum expected { FOR_RSET, FOR_MAIL, FOR_RCPT, FOR_DATA, FOR_DOT };

static struct {
	int fd; /* the library's idea of a socket; -1: none */
	bool armed;
	struct gp_link *link;
	bool in_data, dirty; /* dirty: the server may be inside a transaction that nobody ended */
	const struct gp_copy *copy; /* of the transaction */
	int transactions;
	int64_t transfer_end;
	char line[1024]; /* of a command, until it is whole */
	size_t line_n;
	char tail[5]; /* the last octets of the message */
	enum expected queue[QUEUE_MAX];
	size_t queued;
	char answers[QUEUE_MAX * 256]; /* for the library to read */
	size_t answers_n;
	struct said {
		struct gp_reply mail, rcpt[GP_IN_HAND], data, dot[GP_IN_HAND]; /* dot: of LMTP one for each */
		size_t answered, taken, dots; /* recipients with a reply, with a good one; replies behind the dot */
		bool dot_sent, lost;
	} said;
} splice = { .fd = -1 };

/* A new transaction. The replies themselves are overwritten. */
static void
forget(void)
{
	struct said *said = &splice.said;

	said->mail.code = said->data.code = said->dot[0].code = 0;
	said->answered = said->taken = said->dots = 0;
	said->dot_sent = said->lost = false;
}

void
gp_splice_begin(struct gp_link *link)
{
	/* dirty outlives the library's session, as the connection does. */
	splice.armed = true;
	splice.fd = -1;
	splice.link = link;
	splice.in_data = false;
	splice.transactions = 0;
	splice.line_n = splice.queued = splice.answers_n = 0;
	forget();
}

void
gp_splice_end(void)
{
	/* Unread replies would be taken for those to the next commands. */
	if (splice.queued > 0 || splice.in_data)
		gp_link_lose(splice.link);
	if (gp_link_lost(splice.link))
		splice.dirty = false; /* the next connection begins anew */
	splice.armed = false;
	splice.fd = -1;
	splice.link = NULL;
}

void
gp_splice_message(const struct gp_copy *copy)
{
	splice.copy = copy;
}

/* Of SMTP, one reply behind the dot is for all; of LMTP, each that was taken has its own, in their order (RFC 2033 section
 * 4.2). */
void
gp_splice_transfer(size_t n, struct gp_transfer *ret)
{
	const struct said *said = &splice.said;
	size_t dot = 0;

	*ret = (struct gp_transfer){ .mail = said->mail,
		.data = said->data,
		.dot_sent = said->dot_sent,
		.alone = said->answered == 1,
		.lost = said->lost };
	if (n < said->answered)
		ret->rcpt = said->rcpt[n];
	if (gp_link_is_lmtp(splice.link))
		for (size_t i = 0; i < n && i < said->answered; i++)
			dot += said->rcpt[i].code / 100 == 2;
	if (dot < said->dots)
		ret->dot = said->dot[dot];
}

int
gp_splice_transactions(void)
{
	return splice.transactions;
}

/* --- to the library ------------------------------------------------------------------------- */

static void
answer(const char *text)
{
	size_t n = strlen(text);

	if (splice.answers_n + n > sizeof(splice.answers))
		return; /* cannot be: it reads each before it goes on */
	memcpy(splice.answers + splice.answers_n, text, n);
	splice.answers_n += n;
}

static void
answer_reply(const struct gp_reply *reply)
{
	char line[256];

	if (reply->code / 100 == 3)
		(void)snprintf(line, sizeof(line), "%d go on\r\n", reply->code);
	else if (reply->status[0] != '\0' && reply->code != 421)
		(void)snprintf(line, sizeof(line), "%d %s %s\r\n", reply->code, reply->status, reply->text);
	else
		(void)snprintf(line, sizeof(line), "%d %d.0.0 %s\r\n", reply->code == 421 ? 451 : reply->code,
		    reply->code / 100, reply->text);
	answer(line);
}

static void
answer_hello(void)
{
	const struct gp_link_offer *offer = gp_link_offers(splice.link);
	char text[256];

	(void)snprintf(text, sizeof(text), "250-ready\r\n250-PIPELINING\r\n%s%s250 ENHANCEDSTATUSCODES\r\n",
	    offer->eight ? "250-8BITMIME\r\n" : "", offer->dsn ? "250-DSN\r\n" : "");
	answer(text);
}

/* --- from the server ------------------------------------------------------------------------ */

static void
note(enum expected what, const struct gp_reply *reply)
{
	struct said *said = &splice.said;

	if (what == FOR_MAIL)
		said->mail = *reply;
	else if (what == FOR_RCPT && said->answered < GP_IN_HAND) {
		said->rcpt[said->answered++] = *reply;
		said->taken += reply->code / 100 == 2;
	} else if (what == FOR_DATA)
		said->data = *reply;
	else if (what == FOR_DOT && said->dots < GP_IN_HAND)
		said->dot[said->dots++] = *reply;
}

/* How many replies the oldest command is owed. */
static size_t
owed(enum expected what)
{
	if (what != FOR_DOT || !gp_link_is_lmtp(splice.link))
		return 1;
	return splice.said.taken > 0 ? splice.said.taken : 1;
}

/* The best of them is shown to the library, for which all recipients fare alike: how each fared is written down here. */
static bool
read_replies(enum expected what, struct gp_reply *ret)
{
	struct gp_reply reply;

	*ret = (struct gp_reply){ 0 };
	for (size_t left = owed(what); left > 0; left--) {
		if (!gp_link_flush(splice.link) || !gp_link_reply(splice.link, &reply))
			return false;
		note(what, &reply);
		if (ret->code == 0 || reply.code < ret->code)
			*ret = reply;
		if (reply.code == 421) { /* of several, those that are owed still do not come */
			gp_link_lose(splice.link);
			return left == 1;
		}
	}
	return true;
}

/* Each block has its time, and all of them together theirs. */
static void
put(const char *octets, size_t n)
{
	while (n > 0) {
		int64_t left = splice.transfer_end - gp_clock_mono_ms();
		size_t part = n < BLOCK ? n : BLOCK;

		gp_link_deadline(splice.link, left < BLOCK_MS ? left : BLOCK_MS);
		if (!gp_link_put(splice.link, octets, part))
			return; /* take_reply() will say so */
		octets += part;
		n -= part;
	}
}

/* RFC 5321 section 4.5.2. Pieces begin where a line does (fit.c). */
static void
put_piece(const char *octets, size_t n)
{
	const char *end = octets + n, *dot;

	if (n > 0 && octets[0] == '.')
		put(".", 1);
	while ((dot = memmem(octets, (size_t)(end - octets), "\n.", 2)) != NULL) {
		put(octets, (size_t)(dot + 1 - octets));
		put(".", 1);
		octets = dot + 1;
	}
	put(octets, (size_t)(end - octets));
}

static void
begin_message(void)
{
	const char *octets;
	bool whole = true;
	size_t n;

	splice.in_data = true;
	splice.transfer_end = gp_clock_mono_ms() + TRANSFER_MS;
	memcpy(splice.tail, " \0\0\r\n", sizeof(splice.tail));
	/* Whom nobody is to get ends with the dot alone: go on, says a server that has refused all. */
	for (size_t i = 0; splice.said.taken > 0 && (octets = gp_copy_piece(splice.copy, i, &n)) != NULL; i++) {
		put_piece(octets, n);
		whole = n > 0 ? octets[n - 1] == '\n' : whole;
	}
	if (!whole)
		put("\r\n", 2);
}

/* Waits for the reply to the oldest command that has none. */
static void
take_reply(void)
{
	static const struct gp_reply gone = { 451, "4.4.2", "connection lost" };
	static const int64_t patience[] = { COMMAND_MS, COMMAND_MS, COMMAND_MS, DATA_MS, DOT_MS };
	enum expected what = splice.queue[0];
	struct gp_reply reply;
	bool came;

	gp_link_deadline(splice.link, patience[what]);
	came = read_replies(what, &reply);
	splice.queued--;
	memmove(splice.queue, splice.queue + 1, splice.queued * sizeof(splice.queue[0]));
	if (!came)
		splice.said.lost = true;
	if (what == FOR_DOT)
		splice.dirty = false;
	if (what == FOR_DATA && came && reply.code / 100 == 3)
		begin_message();
	if (what != FOR_RSET && what != FOR_MAIL)
		answer_reply(came ? &reply : &gone);
}

/* --- from the library ----------------------------------------------------------------------- */

static void
pass(enum expected what, const char *line, size_t n)
{
	/* Who does not offer PIPELINING hears one command at a time. */
	while (splice.queued > 0 && (splice.queued == QUEUE_MAX || !gp_link_offers(splice.link)->pipelining))
		take_reply();
	(void)gp_link_put(splice.link, line, n); /* lost: take_reply() will say so */
	splice.queue[splice.queued++] = what;
}

/* MAIL is taken at once: what the server says to it is known before the message goes out. */
static void
pass_mail(const char *line, size_t n)
{
	forget();
	splice.transactions++;
	if (splice.dirty)
		pass(FOR_RSET, "RSET\r\n", 6);
	splice.dirty = true;
	pass(FOR_MAIL, line, splice.copy->utf8 ? n - 2 : n);
	if (splice.copy->utf8)
		(void)gp_link_put(splice.link, " SMTPUTF8\r\n", 11);
	answer("250 2.1.0 ok\r\n");
}

static void
command(const char *line, size_t n)
{
	if (strncasecmp(line, "EHLO ", 5) == 0)
		answer_hello();
	else if (strncasecmp(line, "MAIL ", 5) == 0)
		pass_mail(line, n);
	else if (strncasecmp(line, "RCPT ", 5) == 0)
		pass(FOR_RCPT, line, n);
	else if (strncasecmp(line, "DATA\r", 5) == 0)
		pass(FOR_DATA, line, n);
	else if (strncasecmp(line, "RSET\r", 5) == 0)
		answer("250 2.0.0 ok\r\n"); /* said before the next MAIL */
	else if (strncasecmp(line, "QUIT\r", 5) == 0)
		answer("221 2.0.0 bye\r\n"); /* the connection stays */
	else
		answer("502 5.5.1 not known here\r\n");
}

static void
take_command_octets(const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (splice.line_n < sizeof(splice.line) - 1)
			splice.line[splice.line_n++] = octets[i];
		if (octets[i] != '\n')
			continue;
		splice.line[splice.line_n] = '\0';
		command(splice.line, splice.line_n);
		splice.line_n = 0;
	}
}

/* What the library sends is let fall; it writes nothing behind the final dot before it has the reply, so the message ends
 * where what was written so far ends in a line with a lone dot. */
static void
take_data_octets(const char *octets, size_t n)
{
	size_t keep = n < sizeof(splice.tail) ? sizeof(splice.tail) - n : 0;

	memmove(splice.tail, splice.tail + sizeof(splice.tail) - keep, keep);
	memcpy(splice.tail + keep, octets + n - (sizeof(splice.tail) - keep), sizeof(splice.tail) - keep);
	if (memcmp(splice.tail, "\r\n.\r\n", sizeof(splice.tail)) != 0)
		return;
	splice.said.dot_sent = !gp_link_lost(splice.link);
	put(".\r\n", 3);
	splice.in_data = false;
	splice.queue[splice.queued++] = FOR_DOT;
}

/* --- in the place of libc ------------------------------------------------------------------- */

static int (*libc_connect)(int, const struct sockaddr *, socklen_t);
static ssize_t (*libc_read)(int, void *, size_t);
static ssize_t (*libc_write)(int, const void *, size_t);
static int (*libc_poll)(struct pollfd *, nfds_t, int);

static void
find_libc(void)
{
	const struct {
		const char *name;
		void *where;
	} calls[] = { { "connect", &libc_connect }, { "read", &libc_read }, { "write", &libc_write },
		{ "poll", &libc_poll } };

	for (size_t i = 0; i < GP_COUNT(calls); i++) {
		void *found = dlsym(RTLD_NEXT, calls[i].name);

		if (found == NULL)
			abort();
		memcpy(calls[i].where, &found, sizeof(found));
	}
}

/* Before main(), while there is one thread. */
__attribute__((constructor)) static void
find_libc_early(void)
{
	find_libc();
}

int
connect(int fd, const struct sockaddr *address, socklen_t n)
{
	if (libc_connect == NULL)
		find_libc();
	if (!splice.armed)
		return libc_connect(fd, address, n);
	splice.armed = false;
	splice.fd = fd;
	answer("220 ready\r\n");
	return 0;
}

ssize_t
write(int fd, const void *octets, size_t n)
{
	if (libc_write == NULL)
		find_libc();
	if (fd != splice.fd || fd < 0)
		return libc_write(fd, octets, n);
	if (splice.in_data && n > 0)
		take_data_octets(octets, n);
	else
		take_command_octets(octets, n);
	return (ssize_t)n;
}

/* What the library reads from is always ready to be written to: it is gathered here. Nothing is flushed while the library
 * only looks (time-out 0): it still writes, and waiting for a reply then would wait for ever. */
static int
splice_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int ready = 0;
	bool wants_write = false;

	for (nfds_t i = 0; i < count; i++)
		wants_write = wants_write || (fds[i].events & POLLOUT) != 0;
	if (!wants_write && timeout != 0)
		while (splice.answers_n == 0 && splice.queued > 0)
			take_reply();
	for (nfds_t i = 0; i < count; i++) {
		fds[i].revents = 0;
		if ((fds[i].events & POLLOUT) != 0)
			fds[i].revents |= POLLOUT;
		if ((fds[i].events & POLLIN) != 0 && splice.answers_n > 0)
			fds[i].revents |= POLLIN;
		if (fds[i].revents == 0 && !wants_write && timeout != 0)
			fds[i].revents = POLLHUP; /* it waits for what nobody owes */
		ready += fds[i].revents != 0;
	}
	return ready;
}

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (libc_poll == NULL)
		find_libc();
	if (count == 0 || fds[0].fd != splice.fd || splice.fd < 0)
		return libc_poll(fds, count, timeout);
	return splice_poll(fds, count, timeout);
}

ssize_t
read(int fd, void *octets, size_t n)
{
	if (libc_read == NULL)
		find_libc();
	if (fd != splice.fd || fd < 0)
		return libc_read(fd, octets, n);
	while (splice.answers_n == 0 && splice.queued > 0)
		take_reply();
	if (n > splice.answers_n)
		n = splice.answers_n;
	memcpy(octets, splice.answers, n);
	splice.answers_n -= n;
	memmove(splice.answers, splice.answers + n, splice.answers_n);
	return (ssize_t)n;
}
