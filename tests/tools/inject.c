/* inject - posts by LMTP over some connections at once, as fast as they are taken.
 *   inject PORT RECIPIENT POSTS CONNECTIONS SIZE
 * Each has a Message-ID of its own. Prints one JSON line; a post counts when its reply after the dot is 250. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct load {
	int port, posts, size;
	const char *recipient;
	atomic_int next, accepted;
	double *latency; /* seconds, of each post; 0: refused */
};
struct peer {
	int fd;
	char in[4096];
	size_t n;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The first digit of the next reply's last line; 0 when the peer has gone. */
static int
reply(struct peer *peer)
{
	for (;;) {
		char *end = memchr(peer->in, '\n', peer->n);
		ssize_t n;

		if (end != NULL) {
			int digit = peer->in[3] == '-' ? -1 : peer->in[0] - '0';
			size_t used = (size_t)(end - peer->in) + 1;

			memmove(peer->in, peer->in + used, peer->n - used);
			peer->n -= used;
			if (digit >= 0)
				return digit;
			continue;
		}
		n = recv(peer->fd, peer->in + peer->n, sizeof(peer->in) - peer->n, 0);
		if (n <= 0)
			return 0;
		peer->n += (size_t)n;
	}
}

static bool
put(struct peer *peer, const char *octets, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(peer->fd, octets, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		octets += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool
dial(struct peer *peer, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int one = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->n = 0;
	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) < 0 || reply(peer) != 2)
		return false;
	return put(peer, "LHLO inject\r\n", 13) && reply(peer) == 2;
}

static size_t
compose(char *out, const struct load *load, int number)
{
	static const char line[] = "the quick weaver threads another heddle and tells how it went today\r\n";
	int head = snprintf(out, 1024,
	    "From: Ann <ann@example.org>\r\nTo: <%s>\r\nSubject: post %d\r\nMessage-ID: <%d.%ld@inject.example>\r\n"
	    "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\n\r\n",
	    load->recipient, number, number, (long)getpid());
	size_t n = (size_t)head;

	while (n + sizeof(line) < (size_t)load->size) {
		memcpy(out + n, line, sizeof(line) - 1);
		n += sizeof(line) - 1;
	}
	memcpy(out + n, ".\r\n", 3);
	return n + 3;
}

/* MAIL, RCPT and DATA in one write, as RFC 2920 has it. */
static bool
post(struct peer *peer, const struct load *load, const char *octets, size_t n)
{
	char head[400];
	int head_n = snprintf(
	    head, sizeof(head), "MAIL FROM:<ann@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n", load->recipient);

	return put(peer, head, (size_t)head_n) && reply(peer) == 2 && reply(peer) == 2 && reply(peer) == 3 &&
	       put(peer, octets, n) && reply(peer) == 2;
}

static void *
run(void *context)
{
	struct load *load = context;
	char *octets = calloc(1, (size_t)load->size + 4096);
	struct peer peer;
	bool there = octets != NULL && dial(&peer, load->port);
	int number;

	while (there && (number = atomic_fetch_add(&load->next, 1)) < load->posts) {
		size_t n = compose(octets, load, number);
		double begun = now();

		there = post(&peer, load, octets, n);
		if (there) {
			load->latency[number] = now() - begun;
			(void)atomic_fetch_add(&load->accepted, 1);
		}
	}
	free(octets);
	return NULL;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	struct load load = { .port = 0 };
	pthread_t threads[64];
	double begun, taken;
	int count;

	if (argc != 6) {
		(void)fprintf(stderr, "usage: inject PORT RECIPIENT POSTS CONNECTIONS SIZE\n");
		return 64;
	}
	load.port = atoi(argv[1]);
	load.recipient = argv[2];
	load.posts = atoi(argv[3]);
	load.size = atoi(argv[5]) > 512 ? atoi(argv[5]) : 512;
	count = atoi(argv[4]) < 64 ? atoi(argv[4]) : 64;
	load.latency = calloc((size_t)load.posts + 1, sizeof(double));
	if (load.latency == NULL)
		return 71;
	begun = now();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, &load) != 0)
			return 71;
	for (int i = 0; i < count; i++)
		(void)pthread_join(threads[i], NULL);
	taken = now() - begun;
	qsort(load.latency, (size_t)load.posts, sizeof(double), by_value);
	(void)printf("{\"posts\": %d, \"accepted\": %d, \"seconds\": %.3f, \"per_second\": %.1f, \"median_ms\": %.3f, "
		     "\"p99_ms\": %.3f}\n",
	    load.posts, load.accepted, taken, load.accepted / taken, load.latency[load.posts / 2] * 1e3,
	    load.latency[load.posts * 99 / 100] * 1e3);
	free(load.latency);
	return load.accepted == load.posts ? 0 : 1;
}
