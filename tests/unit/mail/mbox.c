/* One file of many messages, taken apart and written (mboxrd). */
#include "guildpost/mail/mbox.h"

#include <stdlib.h>
#include <string.h>

#include "guildpost/base/mem.h"
#include "unit/says.h"

struct seen {
	struct gp_buf out; /* messages, each in brackets */
	int64_t date;
	size_t largest; /* piece */
	int count, too_large;
	bool inside, unended; /* inside: a message that comes in pieces */
};

static enum gp_rc
see(void *context, const struct gp_mbox_message *message, struct gp_err *err)
{
	struct seen *seen = context;

	(void)err;
	if (!seen->inside)
		gp_buf_addc(&seen->out, '[');
	gp_buf_add(&seen->out, message->octets, message->n);
	seen->inside = !message->last;
	if (message->n > seen->largest)
		seen->largest = message->n;
	if (!message->last)
		return GP_OK;
	gp_buf_addc(&seen->out, ']');
	seen->date = message->envelope_date;
	seen->count++;
	seen->too_large += message->too_large;
	seen->unended = message->unended;
	return GP_OK;
}

static void
take_apart(const char *octets, size_t n, size_t step, size_t max, struct seen *seen)
{
	SCOPED(gp_mbox_free) struct gp_mbox *mbox = gp_mbox_new(max, see, seen);
	struct gp_err err;

	*seen = (struct seen){ .out = GP_BUF_INIT(1u << 20) };
	for (size_t at = 0; at < n; at += step)
		SAYS("an mbox is fed", gp_mbox_feed(mbox, octets + at, n - at < step ? n - at : step, &err) == GP_OK);
	SAYS("and ends", gp_mbox_end(mbox, false, &err) == GP_OK);
}

#define F "From ann@a.example Tue Jun 18 11:48:49 2019\n"
static const struct {
	const char *says, *mbox, *want;
} cases[] = {
	{ "an empty file holds nothing", "", "" },
	{ "blank lines hold nothing", "\n\n\n", "" },
	{ "a length that is right keeps a From line in its body",
	    F "Content-Length: 49\n\nc\n\nFrom bob@a.example Tue Jun 18 11:48:49 2019\ne\n\n" F "D: e\n\nf\n\n",
	    "[Content-Length: 49\n\nc\n\nFrom bob@a.example Tue Jun 18 11:48:49 2019\ne\n][D: e\n\nf\n]" },
	{ "also at the end of the file",
	    F "Content-Length: 49\n\nc\n\nFrom bob@a.example Tue Jun 18 11:48:49 2019\ne\n",
	    "[Content-Length: 49\n\nc\n\nFrom bob@a.example Tue Jun 18 11:48:49 2019\ne\n]" },
	{ "one that is too long changes nothing", F "Content-Length: 51\n\nc\n\n" F "e\n\n" F "D: e\n\nf\n\n",
	    "[Content-Length: 51\n\nc\n][e\n][D: e\n\nf\n]" },
	{ "nor one that is too short", F "Content-Length: 1\n\nc\n\n" F "D: e\n\nf\n\n",
	    "[Content-Length: 1\n\nc\n][D: e\n\nf\n]" },
	{ "nor one beyond the file", F "Content-Length: 5000\n\nc\n\n" F "D: e\n\n>From f\n\n",
	    "[Content-Length: 5000\n\nc\n][D: e\n\nFrom f\n]" },
	{ "a message is what stands behind its From line", F "A: b\n\nc\n\n", "[A: b\n\nc\n]" },
	{ "the blank line at the end is the file's", F "A: b\n\nc\n\n" F "D: e\n\nf\n\n",
	    "[A: b\n\nc\n][D: e\n\nf\n]" },
	{ "and all that an empty message has", F "\n" F "\r\n" F "A: b\n\n", "[][][A: b\n]" },
	{ "but only one", F "A: b\n\nc\n\n\n\n", "[A: b\n\nc\n\n\n]" },
	{ "the last may lack it", F "A: b\n\nc\n", "[A: b\n\nc\n]" },
	{ "or even its end of line", F "A: b\n\nc", "[A: b\n\nc]" },
	{ "a quoted From loses one mark", F "A: b\n\n>From here\n>>From there\n\n",
	    "[A: b\n\nFrom here\n>From there\n]" },
	{ "other quotes keep theirs", F "A: b\n\n> From here\n>Frome\n\n", "[A: b\n\n> From here\n>Frome\n]" },
	{ "From amid a paragraph begins nothing", F "A: b\n\nc\nFrom me\n\n", "[A: b\n\nc\nFrom me\n]" },
	{ "nor does a sentence after a blank line", F "A: b\n\nFrom here on.\n\n" F "D: e\n",
	    "[A: b\n\nFrom here on.\n][D: e\n]" },
	{ "a From line may lack its date", F "A: b\n\nFrom bob@b.example\nD: e\n", "[A: b\n][D: e\n]" },
	{ "line ends stay as they came", F "A: b\r\n\r\nc\r\n\r\n" F "D: e\n\nf\n\n",
	    "[A: b\r\n\r\nc\r\n][D: e\n\nf\n]" },
	{ "a file without a From line is one message", "A: b\n\nc\n\nFrom me\n>From you\n\n",
	    "[A: b\n\nc\n\nFrom me\n>From you\n\n]" },
};

static void
an_mbox_is_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		for (size_t step = 1; step < 200; step += step < 4 ? 1 : 61) {
			struct seen seen;

			take_apart(cases[i].mbox, strlen(cases[i].mbox), step, 1u << 20, &seen);
			SAYS_TEXT(cases[i].says, seen.out.data, cases[i].want);
			gp_buf_release(&seen.out);
		}
}

static const struct {
	const char *says, *line;
	int64_t want;
} dates[] = {
	{ "asctime is read as UTC", "From ann@a.example Tue Jun 18 11:48:49 2019\n\n", 1560858529 },
	{ "with a blank before the day", "From ann@a.example  Sat Jun  1 11:48:49 2019\n\n", 1559389729 },
	{ "with a zone before the year", "From ann@a.example Tue Jun 18 11:48:49 CEST 2019\n\n", 1560858529 },
	{ "with blanks in the sender, as pipermail writes it", "From ann at a.example  Tue Jun 18 11:48:49 2019\n\n",
	    1560858529 },
	{ "no date is none", "From ann@a.example\n\n", 0 },
	{ "an impossible one is none", "From ann@a.example Tue Foo 18 11:48:49 2019\n\n", 0 },
};

static void
the_from_line_has_a_date(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(dates); i++) {
		struct seen seen;

		take_apart(dates[i].line, strlen(dates[i].line), 1000, 1u << 20, &seen);
		SAYS(dates[i].says, seen.count == 1 && seen.date == dates[i].want);
		gp_buf_release(&seen.out);
	}
}

static const struct {
	const char *says, *head, *line;
	int lines, too_large;
	const char *foot;
} large[] = {
	{ "one of many lines", F "A: b\n\n", "0123456789\n", 100, 1, "[D: e\n\nf\n]" },
	{ "one of a single line without end", F "A: b\n\n", "0123456789", 100, 1, "[D: e\n\nf\n]" },
	{ "one of quoted lines", F "A: b\n\n", "From all of us\n\n", 100, 1, "[D: e\n\nf\n]" },
	{ "one whose length is told, and wrong", F "A: b\nContent-Length: 250\n\n\n", "From one of us\n", 100, 1,
	    "[D: e\n\nf\n]" },
	{ "one that is not too large", F "A: b\n\n", "0123456789\n", 20, 0, "[D: e\n\nf\n]" },
};

static void
a_message_too_large_comes_in_pieces_and_the_next_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(large); i++)
		for (size_t step = 7; step < 300; step += 73) {
			SCOPED(gp_buf_release) struct gp_buf mbox = GP_BUF_INIT(1u << 20);
			SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(1u << 20);
			struct seen seen;

			for (int n = 0; n < large[i].lines; n++)
				gp_buf_adds(&body, large[i].line);
			gp_buf_addf(&mbox, "%s%s\n\n" F "D: e\n\nf\n", large[i].head, body.data);
			take_apart(mbox.data, mbox.len, step, 300, &seen);
			SAYS(large[i].says, seen.count == 2 && seen.too_large == large[i].too_large);
			SAYS(large[i].says, strstr(seen.out.data, body.data) != NULL); /* piece by piece, whole */
			SAYS("none of them larger than was asked for", seen.largest <= 300);
			SAYS("and the next is read", strstr(seen.out.data, large[i].foot) != NULL);
			gp_buf_release(&seen.out);
		}
}

static void
a_file_without_an_end_of_line_tells_so(void **state)
{
	struct seen seen;

	(void)state;
	take_apart(F "A: b\n\nc", strlen(F "A: b\n\nc"), 5, 300, &seen);
	SAYS("the last line has no end", seen.count == 1 && seen.unended);
	gp_buf_release(&seen.out);
	take_apart(F "A: b\n\nc\n", strlen(F "A: b\n\nc\n"), 5, 300, &seen);
	SAYS("the last line has one", seen.count == 1 && !seen.unended);
	gp_buf_release(&seen.out);
}

static void
what_is_written_reads_back(void **state)
{
	static const char *const messages[] = { "A: b\n\nFrom here\n>From there\n>>>From far\n",
		"A: b\r\n\r\nFrom x\r\n", "A: b\n\nc\n\n\n", "A: b\n\n\nFrom\nFrom \n" };
	(void)state;
	for (size_t i = 0; i < GP_COUNT(messages); i++) {
		SCOPED(gp_buf_release) struct gp_buf mbox = GP_BUF_INIT(1u << 20);
		SCOPED(gp_free_str) char *want = gp_printf("[%s][%s]", messages[i], messages[i]);
		struct seen seen;

		gp_mbox_write(&mbox, "ann@a.example", 1560858529, messages[i], strlen(messages[i]));
		gp_mbox_write(&mbox, "", 1559389729, messages[i], strlen(messages[i]));
		take_apart(mbox.data, mbox.len, 1000, 1u << 20, &seen);
		SAYS_TEXT("what is written reads back", seen.out.data, want);
		SAYS("with its date", seen.date == 1559389729);
		SAYS("under a From line of one word",
		    strstr(mbox.data, "From MAILER-DAEMON Sat Jun  1 11:48:49 2019\n") != NULL);
		gp_buf_release(&seen.out);
	}
}

static const struct {
	const char *says, *octets, *want;
} ends[] = { { "LF alone", "a\nb\n", "lf" }, { "CRLF alone", "a\r\nb\r\n", "crlf" }, { "both", "a\r\nb\n", "mixed" },
	{ "none", "a", "lf" }, { "an empty message", "", "lf" } };

static void
line_ends_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(ends); i++)
		SAYS_TEXT(ends[i].says, gp_line_end(ends[i].octets, strlen(ends[i].octets)), ends[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_mbox_is_taken_apart),
		cmocka_unit_test(the_from_line_has_a_date),
		cmocka_unit_test(a_message_too_large_comes_in_pieces_and_the_next_is_read),
		cmocka_unit_test(a_file_without_an_end_of_line_tells_so),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(line_ends_are_told_apart),
	};

	return cmocka_run_group_tests_name("mail/mbox", tests, NULL, NULL);
}
