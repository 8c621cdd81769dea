/* The reader's own side of reader.h: the child that reads, and owns nothing. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desk/reader_pipe.h"
#include "desk/reader_seal.h"
#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/reader.h"
#include "guildpost/mail/message.h"

#define RECYCLE_AFTER 5000 /* messages */
#define RECYCLE_CPU   15 /* seconds of processor time */
#define HELD_BACK     65536 /* octets of answers */

/* What is to be read, and the answers that were not sent yet. */
struct talk {
	struct inlet in;
	struct gp_buf out;
};

/* False at the end of the stream. */
static bool
hear(struct talk *talk, void *octets, size_t n)
{
	char *to = octets;
	ssize_t got;

	while (n > 0) {
		got = gp_inlet_read(READER_FD, &talk->in, &to, &n);
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
	}
	return true;
}

static bool
speak(struct talk *talk)
{
	ssize_t put;

	for (size_t at = 0; at<talk->out.len; at += put> 0 ? (size_t)put : 0) {
		put = write(READER_FD, talk->out.data + at, talk->out.len - at);
		if (put < 0 && errno != EINTR)
			return false;
	}
	if (talk->out.cap > 4 * HELD_BACK) /* of a large message */
		gp_buf_release(&talk->out);
	gp_buf_clear(&talk->out);
	return true;
}

/* GUILDPOST_TEST_READER="segv-on:WORD", "hang-on:WORD", "kill-on:WORD": dies so when a subject holds the word, because
 * no message is known that still gets through the pre-scan and kills the parser. "open-on:FILE" does what an attacker in
 * here would do next, and dies if the file opens. */
static void
perhaps_die(const char *subject)
{
	const char *order = getenv("GUILDPOST_TEST_READER"), *word = order != NULL ? strchr(order, ':') : NULL;

	if (word == NULL || word[1] == '\0' || strstr(subject, word + 1) == NULL)
		return;
	(void)signal(SIGSEGV, SIG_DFL); /* a death that was ordered is no sanitizer's business */
	if (strncmp(order, "open-on:", 8) == 0 && open(word + 1, O_RDONLY | O_CLOEXEC) >= 0)
		(void)raise(SIGSEGV);
	if (strncmp(order, "segv-on:", 8) == 0)
		(void)raise(SIGSEGV);
	if (strncmp(order, "kill-on:", 8) == 0)
		(void)raise(SIGKILL);
	while (strncmp(order, "hang-on:", 8) == 0)
		(void)pause();
}

static void
answer(struct talk *talk, const struct gp_reading *reading, bool last)
{
	struct answer answer = { .last = last };
	size_t at = talk->out.len, begin = at + sizeof(answer);

	gp_buf_add(&talk->out, &answer, sizeof(answer));
	gp_reading_encode(reading, &talk->out);
	if (talk->out.full)
		abort(); /* larger than anybody would file: the message's own fault */
	answer.n = talk->out.len - begin;
	memcpy(talk->out.data + at, &answer, sizeof(answer));
}

static bool
read_one(struct talk *talk, const struct request *request, bool last)
{
	SCOPED(gp_free_str) char *octets = gp_grow(NULL, (size_t)request->n + 1);
	struct gp_reading reading;

	if (!hear(talk, octets, (size_t)request->n))
		return false;
	octets[request->n] = '\0';
	gp_message_read_own(octets, (size_t)request->n, request->received, &reading);
	perhaps_die(reading.subject);
	last = last || clock() / CLOCKS_PER_SEC >= RECYCLE_CPU;
	answer(talk, &reading, last);
	gp_reading_release(&reading);
	/* While more waits to be read nobody needs to be woken. */
	if (last || talk->in.from == talk->in.to || talk->out.len >= HELD_BACK)
		return speak(talk) && !last;
	return true;
}

int
gp_reader_main(void)
{
	static struct talk talk = { .out = GP_BUF_INIT(ANSWER_MAX) };
	struct request request;

	if (!gp_reader_seal())
		return EXIT_NO_START;
	gp_mem_keep();
	for (int i = 1; hear(&talk, &request, sizeof(request)); i++)
		if (!read_one(&talk, &request, i >= RECYCLE_AFTER))
			break;
	gp_buf_release(&talk.out);
	return 0;
}
