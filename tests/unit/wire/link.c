/* A server that never ends what it begins to say: every wait is bounded by one deadline, not by each octet (the library's
 * own time-outs are per poll: a dripper is unlimited there). */
#include "unit/says.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "wire/link.h"

struct dripper {
	int listening;
	const char *drip; /* said for ever, an octet every 20 ms, once NOOP has come */
};

static void
say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void *
serve(void *context)
{
	const struct timespec pause = { 0, 20000000 };
	struct dripper *dripper = context;
	int fd = accept(dripper->listening, NULL, NULL);
	char heard[512];

	say(fd, "220 dripper\r\n");
	if (recv(fd, heard, sizeof(heard), 0) > 0)
		say(fd, "250-dripper\r\n250 PIPELINING\r\n");
	if (recv(fd, heard, sizeof(heard), 0) > 0)
		for (size_t i = 0; send(fd, dripper->drip + i % strlen(dripper->drip), 1, MSG_NOSIGNAL) == 1; i++)
			(void)nanosleep(&pause, NULL);
	(void)close(fd);
	return NULL;
}

static void
close_both(struct gp_link **link, pthread_t thread, const struct dripper *dripper)
{
	gp_link_free(link);
	(void)pthread_join(thread, NULL);
	(void)close(dripper->listening);
}

static int
listen_somewhere(struct gp_road *road)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&address, n) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) < 0)
		abort();
	*road = (struct gp_road){ .kind = GP_ROAD_SMTP, .local = true, .host = gp_strdup("127.0.0.1") };
	road->port = gp_printf("%d", ntohs(address.sin_port));
	return fd;
}

static void
a_wait_ends_at_its_deadline(void **state)
{
	static const struct {
		const char *says, *drip;
	} rows[] = {
		{ "a line without an end is given up at the deadline", "2" },
		{ "so is a reply of ever more lines", "250-and\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_road_release) struct gp_road road = { 0 };
		struct dripper dripper = { .drip = rows[i].drip };
		struct gp_link *link = NULL;
		struct gp_reply reply;
		struct gp_err err;
		pthread_t thread;
		int64_t begun;
		bool came;

		dripper.listening = listen_somewhere(&road);
		if (pthread_create(&thread, NULL, serve, &dripper) != 0)
			abort();
		SAYS("it greets and offers", gp_link_open(&road, "client", "", &link, &err) == GP_OK);
		begun = gp_clock_mono_ms();
		gp_link_deadline(link, 300);
		came = gp_link_put(link, "NOOP\r\n", 6) && gp_link_flush(link) && gp_link_reply(link, &reply);
		SAYS(rows[i].says, !came && gp_link_lost(link));
		SAYS("not before it, and not long after",
		    gp_clock_mono_ms() - begun >= 300 && gp_clock_mono_ms() - begun < 20000);
		close_both(&link, thread, &dripper);
	}
}

static void
a_reply_has_an_end(void **state)
{
	SCOPED(gp_road_release) struct gp_road road = { 0 };
	SCOPED(gp_free_str) char *flood = gp_new(40001);
	struct dripper dripper = { .drip = "2" };
	struct gp_link *link = NULL;
	struct gp_err err;

	(void)state;
	memset(flood, 'x', 40000);
	dripper.listening = listen_somewhere(&road);
	if (fork() == 0) {
		int fd = accept(dripper.listening, NULL, NULL);

		say(fd, flood);
		_exit(0);
	}
	SAYS("forty thousand octets without a line end are no greeting",
	    gp_link_open(&road, "client", "", &link, &err) == GP_TEMP && link == NULL);
	(void)close(dripper.listening);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_ends_at_its_deadline),
		cmocka_unit_test(a_reply_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
