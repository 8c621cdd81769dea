/* sink.c - an SMTP or LMTP server for tests: counts what it takes, fails where its script says.
 *
 *   sink [-u PATH | -p PORT] [-s SCRIPT] [-l LOG] [-m FILE] [-o KEYWORD,...] [-q]
 *
 * Prints "ready PORT" and then, at SIGUSR1 and at its end (SIGTERM), one line of JSON with its counts.
 * SCRIPT: lines "STAGE MATCH TIMES ACTION": STAGE one of connect ehlo mail rcpt data dot; MATCH a part of the recipient
 * (of the sender at mail) or "*"; TIMES 0 for ever, %N each N-th; ACTION a reply ("450 4.2.1 not now"; 421 also closes),
 * "drop" (closes without a word; at dot the message is taken first), "lose" (the same, and the message is lost), "die" (the
 * message is taken, and this is the end of the sink), or "delay MS" (once for each command that it meets).
 * LOG: one JSON line for each copy that was taken. FILE: the messages, end to end; the log says where. -q: each segment is acknowledged at once, for
 * clients that send in small pieces and would wait 40 ms for it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define RECIPIENTS 200
#define ADDRESS	   400

struct octets {
	char *v;
	size_t n, cap;
};
struct peer {
	int fd;
	long number;
	bool in_data, closing, waits; /* waits: for room to write */
	char sender[ADDRESS], (*recipients)[ADDRESS];
	int recipient_count;
	struct octets in, out;
	size_t scanned; /* of in, without the end of the message */
};
struct rule {
	char stage[12], match[ADDRESS], action[200];
	long times, used, met;
	bool each_nth; /* of those that it meets, the times-th */
};

static struct {
	long connections, open, most, messages, copies, twice, refused, commands, bytes;
	double first, last; /* seconds, monotonic: of copies */
} counts;
static struct rule rules[64];
static size_t rule_count;
static int poller, log_fd = -1, mail_fd = -1;
static long stored, last_from; /* octets in mail_fd, and before the last message */
static bool quick;
static const char *offers = "PIPELINING,8BITMIME,ENHANCEDSTATUSCODES,DSN,CHUNKING";
static volatile sig_atomic_t ending, asked;

/* --- small things --------------------------------------------------------------------------- */

static void *
grow(void *p, size_t n)
{
	p = realloc(p, n);
	if (p == NULL)
		abort();
	return p;
}

static void
add(struct octets *to, const char *v, size_t n)
{
	if (to->n + n > to->cap) {
		to->cap = 2 * (to->n + n) + 4096;
		to->v = grow(to->v, to->cap);
	}
	memcpy(to->v + to->n, v, n);
	to->n += n;
}

static void
cut_front(struct octets *from, size_t n)
{
	memmove(from->v, from->v + n, from->n - n);
	from->n -= n;
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- who had what before: a set of hashes of recipient and Message-ID ------------------------ */

static uint64_t *seen;
static size_t seen_count, seen_size;

static uint64_t
hash(const char *recipient, const char *msgid)
{
	uint64_t h = 1469598103934665603ULL;

	for (const char *c = recipient; *c != '\0'; c++)
		h = (h ^ (unsigned char)tolower((unsigned char)*c)) * 1099511628211ULL;
	h = (h ^ 1) * 1099511628211ULL;
	for (const char *c = msgid; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	return h == 0 ? 1 : h;
}

static bool
put_hash(uint64_t h)
{
	size_t i = h & (seen_size - 1);

	for (; seen[i] != 0; i = (i + 1) & (seen_size - 1))
		if (seen[i] == h)
			return false;
	seen[i] = h;
	seen_count++;
	return true;
}

static bool
first_time(const char *recipient, const char *msgid)
{
	if (2 * (seen_count + 1) > seen_size) {
		uint64_t *old = seen;
		size_t old_size = seen_size;

		seen_size = old_size > 0 ? 2 * old_size : 4096;
		seen = calloc(seen_size, sizeof(*seen));
		if (seen == NULL)
			abort();
		seen_count = 0;
		for (size_t i = 0; i < old_size; i++)
			if (old[i] != 0)
				(void)put_hash(old[i]);
		free(old);
	}
	return put_hash(hash(recipient, msgid));
}

/* --- replies -------------------------------------------------------------------------------- */

static void say(struct peer *peer, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
say(struct peer *peer, const char *fmt, ...)
{
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	add(&peer->out, line, strlen(line));
	add(&peer->out, "\r\n", 2);
}

static void
wait_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* What the script says here; NULL: nothing, go on. "drop" has closed already. */
static const char *
script(struct peer *peer, const char *stage, const char *who)
{
	for (size_t i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];

		if (strcmp(rule->stage, stage) != 0 ||
		    (strcmp(rule->match, "*") != 0 && strcasestr(who, rule->match) == NULL) ||
		    (rule->each_nth ? ++rule->met % rule->times != 0 : rule->times > 0 && rule->used >= rule->times))
			continue;
		rule->used++;
		if (strncmp(rule->action, "delay ", 6) == 0) {
			wait_ms(strtol(rule->action + 6, NULL, 10));
			continue;
		}
		if (!isdigit((unsigned char)rule->action[0]) || strncmp(rule->action, "421", 3) == 0)
			peer->closing = true;
		if (isdigit((unsigned char)rule->action[0]))
			say(peer, "%s", rule->action);
		counts.refused++;
		return rule->action;
	}
	return NULL;
}

/* --- messages ------------------------------------------------------------------------------- */

static void
find_msgid(const char *head, size_t n, char out[ADDRESS])
{
	const char *at = head, *end = head + n;

	out[0] = '\0';
	while (at < end && *at != '\r') {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t line = (size_t)((eol != NULL ? eol : end) - at);

		if (line > 11 && strncasecmp(at, "Message-ID:", 11) == 0) {
			int skip = (int)strspn(at + 11, " ") + 11;

			(void)snprintf(out, ADDRESS, "%.*s", (int)line - skip, at + skip);
			out[strcspn(out, "\r\n")] = '\0';
			return;
		}
		if (eol == NULL)
			return;
		at = eol + 1;
	}
}

static void
log_copy(const struct peer *peer, const char *recipient, const char *msgid, size_t n)
{
	char line[2000];
	int size;

	if (log_fd < 0)
		return;
	size = snprintf(line, sizeof(line),
	    "{\"connection\":%ld,\"sender\":\"%s\",\"recipient\":\"%s\",\"msgid\":\"%s\",\"size\":%zu,\"from\":%ld,"
	    "\"to\":%ld,\"at\":%.6f}\n",
	    peer->number, peer->sender, recipient, msgid, n, last_from, stored, seconds());
	if (write(log_fd, line, (size_t)size) < 0)
		perror("sink: log");
}

static void
store(const char *octets, size_t n)
{
	char *plain = grow(NULL, n + 1);
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		if (octets[i] != '.' || i < 2 || octets[i - 1] != '\n' || octets[i - 2] != '\r')
			plain[size++] = octets[i];
	last_from = stored;
	if (write(mail_fd, plain, size) != (ssize_t)size)
		perror("sink: mail");
	stored += (long)size;
	free(plain);
}

static void
take_message(struct peer *peer, const char *octets, size_t n)
{
	char msgid[ADDRESS];

	find_msgid(octets, n, msgid);
	if (mail_fd >= 0)
		store(octets, n);
	for (int i = 0; i < peer->recipient_count; i++) {
		counts.last = seconds();
		if (counts.copies++ == 0)
			counts.first = counts.last;
		if (!first_time(peer->recipients[i], msgid))
			counts.twice++;
		log_copy(peer, peer->recipients[i], msgid, n);
	}
	counts.messages++;
	counts.bytes += (long)n;
	peer->recipient_count = 0;
}

/* At the dot the script looks at the first recipient; a message that is refused there is not taken. */
static void
end_of_message(struct peer *peer, const char *octets, size_t n)
{
	char who[ADDRESS];
	size_t before = peer->out.n;
	const char *action;

	(void)snprintf(who, sizeof(who), "%s", peer->recipient_count > 0 ? peer->recipients[0] : "");
	action = script(peer, "dot", who);
	if (action == NULL || strcmp(action, "drop") == 0 || strcmp(action, "die") == 0)
		take_message(peer, octets, n);
	if (action != NULL && strcmp(action, "die") == 0)
		_exit(0);
	if (action == NULL && peer->out.n == before)
		say(peer, "250 2.0.0 taken");
	peer->recipient_count = 0;
	peer->sender[0] = '\0';
	peer->in_data = false;
}

/* --- commands ------------------------------------------------------------------------------- */

static void
hello(struct peer *peer)
{
	char words[400], *rest = words, *word;

	if (script(peer, "ehlo", "") != NULL)
		return;
	(void)snprintf(words, sizeof(words), "%s", offers);
	say(peer, "250%csink", *offers != '\0' ? '-' : ' ');
	while ((word = strsep(&rest, ",")) != NULL && *offers != '\0')
		say(peer, "250%c%s", rest != NULL ? '-' : ' ', word);
}

static void
address(const char *line, char out[ADDRESS])
{
	const char *from = strchr(line, '<'), *to = from != NULL ? strchr(from, '>') : NULL;

	(void)snprintf(out, ADDRESS, "%.*s", to != NULL ? (int)(to - from - 1) : 0, from != NULL ? from + 1 : "");
}

static void
mail_from(struct peer *peer, const char *line)
{
	address(line, peer->sender);
	peer->recipient_count = 0;
	if (script(peer, "mail", peer->sender) != NULL) {
		(void)snprintf(peer->sender, sizeof(peer->sender), "!");
		return;
	}
	say(peer, "250 2.1.0 sender ok");
}

static void
rcpt_to(struct peer *peer, const char *line)
{
	char who[ADDRESS];

	address(line, who);
	if (strcmp(peer->sender, "!") == 0)
		say(peer, "503 5.5.1 MAIL first");
	else if (peer->recipient_count == RECIPIENTS)
		say(peer, "452 4.5.3 too many");
	else if (script(peer, "rcpt", who) == NULL) {
		memcpy(peer->recipients[peer->recipient_count++], who, sizeof(who));
		say(peer, "250 2.1.5 recipient ok");
	}
}

static void
data(struct peer *peer)
{
	if (peer->recipient_count == 0)
		say(peer, "503 5.5.1 no valid recipient");
	else if (script(peer, "data", peer->recipients[0]) == NULL) {
		say(peer, "354 go on");
		peer->in_data = true;
		peer->scanned = 0;
	}
}

static void
command(struct peer *peer, const char *line)
{
	counts.commands++;
	if (strncasecmp(line, "EHLO", 4) == 0 || strncasecmp(line, "LHLO", 4) == 0 || strncasecmp(line, "HELO", 4) == 0)
		hello(peer);
	else if (strncasecmp(line, "MAIL", 4) == 0)
		mail_from(peer, line);
	else if (strncasecmp(line, "RCPT", 4) == 0)
		rcpt_to(peer, line);
	else if (strncasecmp(line, "DATA", 4) == 0)
		data(peer);
	else if (strncasecmp(line, "RSET", 4) == 0) {
		peer->recipient_count = 0;
		peer->sender[0] = '\0';
		say(peer, "250 2.0.0 ok");
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		say(peer, "221 2.0.0 bye");
		peer->closing = true;
	} else {
		say(peer, "502 5.5.1 not here");
	}
}

/* The next command or message out of what has come; false: it is not whole yet. */
static bool
step(struct peer *peer)
{
	struct octets *in = &peer->in;
	char *end;
	size_t from;

	if (in->n == 0)
		return false;
	if (!peer->in_data) {
		end = memchr(in->v, '\n', in->n);
		if (end == NULL)
			return false;
		*end = '\0';
		command(peer, in->v);
		cut_front(in, (size_t)(end + 1 - in->v));
		return true;
	}
	if (in->n >= 3 && memcmp(in->v, ".\r\n", 3) == 0) {
		end_of_message(peer, in->v, 0);
		cut_front(in, 3);
		return true;
	}
	from = peer->scanned > 4 ? peer->scanned - 4 : 0;
	end = memmem(in->v + from, in->n - from, "\r\n.\r\n", 5);
	peer->scanned = in->n;
	if (end == NULL)
		return false;
	end_of_message(peer, in->v, (size_t)(end + 2 - in->v));
	cut_front(in, (size_t)(end + 5 - in->v));
	return true;
}

/* --- connections ---------------------------------------------------------------------------- */

static void
hang_up(struct peer *peer)
{
	(void)close(peer->fd);
	counts.open--;
	free(peer->in.v);
	free(peer->out.v);
	free(peer->recipients);
	free(peer);
}

static void
listen_for(struct peer *peer, uint32_t events, int how)
{
	struct epoll_event event = { .events = events, .data.ptr = peer };

	(void)epoll_ctl(poller, how, peer->fd, &event);
}

/* False when the peer is gone. */
static bool
flush(struct peer *peer)
{
	while (peer->out.n > 0) {
		ssize_t n = send(peer->fd, peer->out.v, peer->out.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			if (!peer->waits)
				listen_for(peer, EPOLLOUT, EPOLL_CTL_MOD);
			peer->waits = true;
			return true;
		}
		if (n <= 0)
			return false;
		cut_front(&peer->out, (size_t)n);
	}
	if (peer->waits)
		listen_for(peer, EPOLLIN, EPOLL_CTL_MOD);
	peer->waits = false;
	return !peer->closing;
}

static bool
hear(struct peer *peer)
{
	static char octets[262144];
	ssize_t n = recv(peer->fd, octets, sizeof(octets), 0);
	const int one = 1;

	if (quick)
		(void)setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	add(&peer->in, octets, (size_t)n);
	while (!peer->closing && step(peer))
		;
	return flush(peer);
}

static void
greet(int listener)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct peer *peer = calloc(1, sizeof(*peer));

		if (peer == NULL)
			abort();
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		peer->fd = fd;
		peer->number = ++counts.connections;
		peer->recipients = grow(NULL, RECIPIENTS * sizeof(*peer->recipients));
		if (++counts.open > counts.most)
			counts.most = counts.open;
		listen_for(peer, EPOLLIN, EPOLL_CTL_ADD);
		if (script(peer, "connect", "") == NULL)
			say(peer, "220 sink ESMTP");
		if (!flush(peer))
			hang_up(peer);
	}
}

static void
report(void)
{
	(void)printf("{\"connections\":%ld,\"most\":%ld,\"messages\":%ld,\"copies\":%ld,\"twice\":%ld,\"refused\":%ld,"
		     "\"commands\":%ld,\"bytes\":%ld,\"seconds\":%.6f}\n",
	    counts.connections, counts.most, counts.messages, counts.copies, counts.twice, counts.refused,
	    counts.commands, counts.bytes, counts.last - counts.first);
	(void)fflush(stdout);
}

/* --- start ---------------------------------------------------------------------------------- */

static void
read_script(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1000];

	if (file == NULL) {
		perror(path);
		exit(66);
	}
	while (fgets(line, sizeof(line), file) != NULL && rule_count < sizeof(rules) / sizeof(rules[0])) {
		struct rule *rule = &rules[rule_count];

		char times[20];

		if (sscanf(line, "%11s %399s %19s %199[^\n]", rule->stage, rule->match, times, rule->action) != 4)
			continue;
		rule->each_nth = times[0] == '%';
		rule->times = strtol(times + rule->each_nth, NULL, 10);
		rule_count++;
	}
	(void)fclose(file);
}

static int
open_listener(const char *path, int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(in);
	int fd = socket(path != NULL ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (path != NULL) {
		(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
		(void)unlink(path);
	}
	if (bind(fd, path != NULL ? (struct sockaddr *)&un : (struct sockaddr *)&in,
		path != NULL ? sizeof(un) : sizeof(in)) < 0 ||
	    listen(fd, 128) < 0) {
		perror("sink: bind");
		exit(71);
	}
	if (path == NULL)
		(void)getsockname(fd, (struct sockaddr *)&in, &size);
	(void)printf("ready %d\n", path != NULL ? 0 : ntohs(in.sin_port));
	(void)fflush(stdout);
	return fd;
}

static void
on_signal(int number)
{
	if (number == SIGUSR1)
		asked = 1;
	else
		ending = 1;
}

static void
serve(int listener)
{
	struct epoll_event events[64], first = { .events = EPOLLIN, .data.ptr = NULL };
	sigset_t open_mask;

	(void)sigemptyset(&open_mask);
	(void)epoll_ctl(poller, EPOLL_CTL_ADD, listener, &first);
	while (!ending) {
		int n = epoll_pwait(poller, events, 64, -1, &open_mask);

		for (int i = 0; i < n; i++) {
			struct peer *peer = events[i].data.ptr;

			if (peer == NULL)
				greet(listener);
			else if (!((events[i].events & EPOLLOUT) != 0 ? flush(peer) : hear(peer)))
				hang_up(peer);
		}
		if (asked)
			report();
		asked = 0;
	}
	report();
}

int
main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_signal };
	const char *path = NULL;
	sigset_t blocked;
	int port = 0, option;

	while ((option = getopt(argc, argv, "u:p:s:l:m:o:q")) != -1) {
		if (option == 'u')
			path = optarg;
		else if (option == 'p')
			port = atoi(optarg);
		else if (option == 's')
			read_script(optarg);
		else if (option == 'l')
			log_fd = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		else if (option == 'm') {
			mail_fd = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
			stored = (long)lseek(mail_fd, 0, SEEK_END);
		} else if (option == 'o')
			offers = optarg;
		else if (option == 'q')
			quick = true;
		else
			return 64;
	}
	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < 3; i++) {
		const int numbers[] = { SIGTERM, SIGINT, SIGUSR1 };

		(void)sigaction(numbers[i], &action, NULL);
		(void)sigaddset(&blocked, numbers[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	poller = epoll_create1(EPOLL_CLOEXEC);
	serve(open_listener(path, port));
	return 0;
}
