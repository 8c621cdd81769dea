#include "unit/says.h"

#include "guildpost/wire/lmtp.h"

/* Surroundings of a session: two spaces, one of them with a limit of its own. */
struct world {
	struct gp_lmtp *session;
	struct gp_buf heard, message, taken_by;
	size_t messages, forgotten;
	bool holds_back; /* the outcome of a message is not known yet */
	enum gp_rc rc;
	struct gp_err err;
	struct gp_err octets_err;
};

static enum gp_rc
begin(void *context, const char *sender, struct gp_err *err)
{
	struct world *w = context;

	if (strcmp(sender, "full@a.example") == 0)
		return gp_fail(err, "4.3.1", "the disk is nearly full");
	gp_buf_clear(&w->message);
	return GP_OK;
}

static enum gp_rc
recipient(void *context, const char *address, int64_t *ret_max_size, struct gp_err *err)
{
	static const struct {
		const char *address, *status;
		int64_t max_size;
	} known[] = {
		{ "weavers@x.example", NULL, 0 },
		{ "small@x.example", NULL, 40 },
		{ "\"a b\\\"c\"@x.example", NULL, 0 },
		{ "closed@x.example", "5.2.1", 0 },
		{ "busy@x.example", "4.3.0", 0 },
		{ "broken@x.example", "5.3.5", 0 },
		{ "bad address", "5.1.3", 0 },
		{ "j\xc3\xb6rg@x.example", "5.6.7", 0 },
	};

	(void)context;
	for (size_t i = 0; i < GP_COUNT(known); i++)
		if (strcmp(known[i].address, address) == 0) {
			*ret_max_size = known[i].max_size;
			return known[i].status == NULL ? GP_OK : gp_fail(err, known[i].status, "no");
		}
	return gp_fail(err, "5.1.1", "no such address here");
}

static enum gp_rc
octets(void *context, const void *data, size_t n, struct gp_err *err)
{
	struct world *w = context;

	gp_buf_add(&w->message, data, n);
	if (w->octets_err.status[0] == '\0')
		return GP_OK;
	*err = w->octets_err;
	return GP_TEMP;
}

static enum gp_rc
complete(void *context, const struct gp_strs *recipients, struct gp_err *err)
{
	struct world *w = context;

	w->messages++;
	gp_buf_clear(&w->taken_by);
	for (size_t i = 0; i < recipients->count; i++)
		gp_buf_addf(&w->taken_by, "%s%s", i > 0 ? " " : "", recipients->v[i]);
	if (strstr(w->message.data, "hops") != NULL)
		return gp_fail(err, "5.4.6", "too many hops");
	return GP_OK;
}

static void
forget(void *context)
{
	((struct world *)context)->forgotten++;
}

static void
world_open(struct world *w)
{
	*w = (struct world){
		.heard = GP_BUF_INIT(8u << 20), .message = GP_BUF_INIT(8u << 20), .taken_by = GP_BUF_INIT(65536)
	};
	w->session = gp_lmtp_new(
	    &(struct gp_lmtp_calls){ w, begin, recipient, octets, complete, forget }, "x.example", 2u << 20);
}

static void
world_close(struct world *w)
{
	gp_lmtp_free(&w->session);
	gp_buf_release(&w->heard);
	gp_buf_release(&w->message);
	gp_buf_release(&w->taken_by);
}

static void
hear(struct world *w)
{
	const struct gp_buf *replies = gp_lmtp_replies(w->session);

	gp_buf_add(&w->heard, replies->data, replies->len);
	gp_lmtp_sent(w->session, replies->len);
}

/* Says it in pieces of `step` octets, and answers what is complete unless it is held back. */
static void
say(struct world *w, const char *text, size_t n, size_t step)
{
	for (size_t at = 0; at < n;) {
		size_t piece = n - at < step ? n - at : step, done = gp_lmtp_feed(w->session, text + at, piece);

		at += done;
		hear(w);
		if (gp_lmtp_waits(w->session) && !w->holds_back)
			gp_lmtp_answer(w->session, w->rc, &w->err);
		else if (done == 0)
			return;
		hear(w);
	}
}

/* The codes and statuses of what was heard, without the words: "220 250 2.1.0 ...". */
static void
codes(const struct gp_buf *heard, struct gp_buf *out)
{
	for (const char *line = heard->data; *line != '\0'; line = strstr(line, "\r\n") + 2) {
		const char *status = line + 4;

		if (line[3] == '-')
			continue;
		gp_buf_addf(out, "%s%.3s", out->len > 0 ? " " : "", line);
		if (strspn(status, "245.0123456789") >= 5 && status[1] == '.')
			gp_buf_addf(out, "/%.5s", status);
	}
}

#define L   "LHLO me\r\n"
#define M   "MAIL FROM:<ann@a.example>\r\n"
#define R   "RCPT TO:<weavers@x.example>\r\n"
#define D   "DATA\r\n"
#define LMR "220 250 250/2.1.0 250/2.1.5"

static const struct {
	const char *says, *said, *heard;
} dialogues[] = {
	{ "the greeting comes first", "NOOP\r\n", "220 250/2.0.0" },
	{ "HELO is not spoken here", "HELO me\r\n", "220 500/5.5.1" },
	{ "nor EHLO", "EHLO me\r\n", "220 500/5.5.1" },
	{ "LHLO wants a name", "LHLO\r\n", "220 501/5.5.4" },
	{ "commands are case-free", "lhlo me\r\nmail from:<a@b.example>\r\n", "220 250 250/2.1.0" },
	{ "MAIL needs LHLO", M, "220 503/5.5.1" },
	{ "RCPT needs LHLO", R, "220 503/5.5.1" },
	{ "RCPT needs MAIL", L R, "220 250 503/5.5.1" },
	{ "DATA needs MAIL", L D, "220 250 503/5.5.1" },
	{ "DATA with no RCPT is refused", L M D, "220 250 250/2.1.0 503/5.5.1" },
	{ "DATA with no valid RCPT reads no message (RCV-04)",
	    L M "RCPT TO:<no@x.example>\r\nRCPT TO:<nor@x.example>\r\n" D "QUIT\r\n",
	    "220 250 250/2.1.0 550/5.1.1 550/5.1.1 503/5.5.1 221/2.0.0" },
	{ "a second MAIL is out of order", L M M, "220 250 250/2.1.0 503/5.5.1" },
	{ "RSET begins anew", L M R "RSET\r\n" R, LMR " 250/2.0.0 503/5.5.1" },
	{ "LHLO begins anew as well", L M R L R, LMR " 250 503/5.5.1" },
	{ "one reply an accepted RCPT, also for the same again (RCV-03)",
	    L M R "RCPT TO:<no@x.example>\r\n" R R D "hi\r\n.\r\n",
	    LMR " 550/5.1.1 250/2.1.5 250/2.1.5 354 250/2.0.0 250/2.0.0 250/2.0.0" },
	{ "a message after a message", L M R D "one\r\n.\r\n" M R D "two\r\n.\r\nQUIT\r\n",
	    LMR " 354 250/2.0.0 250/2.1.0 250/2.1.5 354 250/2.0.0 221/2.0.0" },
	{ "what follows QUIT is not heard", L "QUIT\r\nNOOP\r\n", "220 250 221/2.0.0" },
	{ "the null sender", L "MAIL FROM:<>\r\n", "220 250 250/2.1.0" },
	{ "a blank behind the colon is let pass", L "MAIL FROM: <a@b.example>\r\n", "220 250 250/2.1.0" },
	{ "a source route is read past", L M "RCPT TO:<@one.example,@two.example:weavers@x.example>\r\n",
	    "220 250 250/2.1.0 250/2.1.5" },
	{ "a quoted local part may hold an escaped quote", L M "RCPT TO:<\"a b\\\"c\"@x.example>\r\n",
	    "220 250 250/2.1.0 250/2.1.5" },
	{ "MAIL without brackets", L "MAIL FROM:a@b.example\r\n", "220 250 501/5.5.4" },
	{ "MAIL without FROM", L "MAIL <a@b.example>\r\n", "220 250 501/5.5.4" },
	{ "RCPT without TO", L M "RCPT <weavers@x.example>\r\n", "220 250 250/2.1.0 501/5.5.4" },
	{ "a sender that is none", L "MAIL FROM:<a b>\r\n", "220 250 501/5.1.7" },
	{ "a sender with a domain that no RFC allows is kept", L "MAIL FROM:<a@my_host.example>\r\n",
	    "220 250 250/2.1.0" },
	{ "a sender that needs SMTPUTF8", L "MAIL FROM:<j\xc3\xb6rg@a.example>\r\n", "220 250 550/5.6.7" },
	{ "a recipient that needs SMTPUTF8", L M "RCPT TO:<j\xc3\xb6rg@x.example>\r\n", "220 250 250/2.1.0 553/5.6.7" },
	{ "bad address syntax", L M "RCPT TO:<bad address>\r\n", "220 250 250/2.1.0 501/5.1.3" },
	{ "a space closed for good", L M "RCPT TO:<closed@x.example>\r\n", "220 250 250/2.1.0 550/5.2.1" },
	{ "a busy store", L M "RCPT TO:<busy@x.example>\r\n", "220 250 250/2.1.0 451/4.3.0" },
	{ "our own permanent trouble is never 5xx (RCV-08)", L M "RCPT TO:<broken@x.example>\r\n",
	    "220 250 250/2.1.0 451/4.3.0" },
	{ "a disk nearly full", L "MAIL FROM:<full@a.example>\r\n", "220 250 452/4.3.1" },
	{ "SIZE within the limit", L "MAIL FROM:<a@b.example> SIZE=2097152\r\n", "220 250 250/2.1.0" },
	{ "SIZE over the limit (RCV-07)", L "MAIL FROM:<a@b.example> SIZE=2097153\r\n", "220 250 552/5.3.4" },
	{ "SIZE of thirty digits", L "MAIL FROM:<a@b.example> SIZE=999999999999999999999999999999\r\n",
	    "220 250 552/5.3.4" },
	{ "SIZE that is no number", L "MAIL FROM:<a@b.example> SIZE=-1\r\n", "220 250 501/5.5.4" },
	{ "SIZE without a value", L "MAIL FROM:<a@b.example> SIZE\r\n", "220 250 501/5.5.4" },
	{ "a declared size over this space's limit",
	    L "MAIL FROM:<a@b.example> SIZE=41\r\nRCPT TO:<small@x.example>\r\n" R,
	    "220 250 250/2.1.0 552/5.2.3 250/2.1.5" },
	{ "BODY=8BITMIME", L "MAIL FROM:<a@b.example> BODY=8BITMIME SIZE=10\r\n", "220 250 250/2.1.0" },
	{ "BODY of another kind", L "MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n", "220 250 501/5.5.4" },
	{ "SMTPUTF8 is not offered", L "MAIL FROM:<a@b.example> SMTPUTF8\r\n", "220 250 555/5.5.4" },
	{ "no parameter of RCPT is offered", L M "RCPT TO:<weavers@x.example> NOTIFY=NEVER\r\n",
	    "220 250 250/2.1.0 555/5.5.4" },
	{ "DATA has no arguments", L M R "DATA now\r\n", LMR " 501/5.5.4" },
	{ "RSET has none either", L "RSET x\r\n", "220 250 501/5.5.4" },
	{ "NOOP may have some", "NOOP hello\r\n", "220 250/2.0.0" },
	{ "VRFY says neither yes nor no", "VRFY weavers\r\n", "220 252/2.0.0" },
	{ "HELP helps", "HELP\r\n", "220 214/2.0.0" },
	{ "BDAT is not offered", L M R "BDAT 10 LAST\r\n", LMR " 500/5.5.1" },
	{ "an unknown command", "MAKE money\r\n", "220 500/5.5.1" },
	{ "an empty line", "\r\n", "220 500/5.5.1" },
	{ "a command that a bare LF ends is answered and not run", L M "RSET\n" R,
	    "220 250 250/2.1.0 500/5.5.2 250/2.1.5" },
	{ "a bare CR does not end a command", L "NOOP\rQUIT\r\nNOOP\r\n", "220 250 500/5.5.2 250/2.0.0" },
	{ "a web browser is shown the door", "POST / HTTP/1.1\r\n" L, "220 421/4.7.0" },
	{ "a space's own limit refuses that recipient alone (RCV-07)",
	    L M R "RCPT TO:<small@x.example>\r\n" R D "0123456789012345678901234567890123456789\r\n.\r\n",
	    LMR " 250/2.1.5 250/2.1.5 354 250/2.0.0 552/5.2.3 250/2.0.0" },
	{ "a message that none takes for its size",
	    L M "RCPT TO:<small@x.example>\r\n" D "0123456789012345678901234567890123456789\r\n.\r\n" M,
	    "220 250 250/2.1.0 250/2.1.5 354 552/5.2.3 250/2.1.0" },
	{ "too many hops", L M R R D "hops\r\n.\r\n" M, LMR " 250/2.1.5 354 554/5.4.6 554/5.4.6 250/2.1.0" },
};

static void
the_dialogue_keeps_to_the_table(void **state)
{
	static const size_t steps[] = { 1, 2, 7, 100000 };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(dialogues); i++)
		for (size_t k = 0; k < GP_COUNT(steps); k++) {
			SCOPED(world_close) struct world w;
			SCOPED(gp_buf_release) struct gp_buf got = GP_BUF_INIT(65536);

			world_open(&w);
			say(&w, dialogues[i].said, strlen(dialogues[i].said), steps[k]);
			codes(&w.heard, &got);
			SAYS_TEXT(dialogues[i].says, got.data, dialogues[i].heard);
		}
}

/* Only CR LF . CR LF ends the data; all else is the message (RCV-05). */
static const struct {
	const char *says, *said, *message;
} bodies[] = {
	{ "a plain message", "a\r\nb\r\n.\r\n", "a\r\nb\r\n" },
	{ "an empty message", ".\r\n", "" },
	{ "an empty line", "\r\n.\r\n", "\r\n" },
	{ "a stuffed dot", "..\r\n.\r\n", ".\r\n" },
	{ "two stuffed dots", "...\r\n.\r\n", "..\r\n" },
	{ "a stuffed dot before text", "..text\r\n.\r\n", ".text\r\n" },
	{ "a dot inside a line", "a.\r\nb. c\r\n.\r\n", "a.\r\nb. c\r\n" },
	{ "LF . LF stays data", "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n" },
	{ "CR . CR stays data", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n" },
	{ "LF . CR LF stays data", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n" },
	{ "CR . CR LF stays data", "a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n" },
	{ "CR LF . LF stays data, its dot taken for stuffing", "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n" },
	{ "CR LF . CR stays data likewise", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n" },
	{ "CR LF . CR CR LF stays data", "a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\r\nb\r\n" },
	{ "CR LF . blank stays data", "a\r\n. \r\nb\r\n.\r\n", "a\r\n \r\nb\r\n" },
	{ "CR CR LF . CR LF ends it", "a\r\r\n.\r\n", "a\r\r\n" },
	{ "LF CR LF . CR LF ends it", "a\n\r\n.\r\n", "a\n\r\n" },
	{ "a smuggled second message stays data", "a\r\n\n.\r\nMAIL FROM:<evil@x>\r\n.\r\n",
	    "a\r\n\n.\r\nMAIL FROM:<evil@x>\r\n" },
	{ "8-bit octets", "\xff\xfe\r\n.\r\n", "\xff\xfe\r\n" },
};

static void
only_a_line_that_is_a_dot_ends_the_data(void **state)
{
	static const char head[] = L M R D;
	static const size_t steps[] = { 1, 2, 3, 5, 100000 };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(bodies); i++)
		for (size_t k = 0; k < GP_COUNT(steps); k++) {
			SCOPED(world_close) struct world w;

			world_open(&w);
			say(&w, head, sizeof(head) - 1, steps[k]);
			SAYS(bodies[i].says, gp_lmtp_in_data(w.session));
			say(&w, bodies[i].said, strlen(bodies[i].said), steps[k]);
			SAYS_TEXT(bodies[i].says, w.message.data, bodies[i].message);
			SAYS(bodies[i].says, w.messages == 1 && !gp_lmtp_in_data(w.session));
			say(&w, "QUIT\r\n", 6, steps[k]);
			SAYS("the command behind it is heard", gp_lmtp_over(w.session));
		}
}

static void
nul_octets_are_data_in_a_message_and_an_error_in_a_command(void **state)
{
	SCOPED(world_close) struct world w;

	(void)state;
	world_open(&w);
	say(&w, L M R D "a\0b\r\n.\r\n", sizeof(L M R D "a\0b\r\n.\r\n") - 1, 3);
	SAYS("a NUL arrives", w.messages == 1 && w.message.len == 5 && memcmp(w.message.data, "a\0b\r\n", 5) == 0);
	gp_buf_clear(&w.heard);
	say(&w, "NOOP\0QUIT\r\n", 11, 100);
	SAYS("a command holds none", strncmp(w.heard.data, "500 5.5.2", 9) == 0);
}

static void
limits_are_kept(void **state)
{
	SCOPED(world_close) struct world w;
	SCOPED(gp_buf_release) struct gp_buf line = GP_BUF_INIT(4u << 20);

	(void)state;
	world_open(&w);
	say(&w, L M, strlen(L M), 100);
	gp_buf_clear(&w.heard);
	for (int i = 0; i < 100; i++)
		say(&w, R, strlen(R), 1000);
	SAYS("a hundred recipients are taken (RCV-06)", strstr(w.heard.data, "452") == NULL);
	say(&w, R, strlen(R), 1000);
	SAYS("one more is for another time", strstr(w.heard.data, "452 4.5.3") != NULL);
	gp_buf_clear(&w.heard);
	say(&w, D, strlen(D), 100);
	for (int i = 0; i < 1 << 20; i++)
		gp_buf_addc(&line, 'x');
	gp_buf_adds(&line, "\r\n");
	say(&w, line.data, line.len, 4096);
	say(&w, ".\r\n", 3, 1);
	SAYS("a line of 1 MiB arrives whole",
	    w.message.len == line.len && memcmp(w.message.data, line.data, line.len) == 0);
	SAYS("and has its hundred replies", strstr(w.heard.data, "250 2.0.0") != NULL && w.messages == 1);

	gp_buf_clear(&w.heard);
	say(&w, line.data, line.len, 4096);
	SAYS_TEXT("as a command it is too long, and answered once", w.heard.data, "500 5.5.2 line too long\r\n");
	gp_buf_clear(&w.heard);
	say(&w, "NOOP\r\n", 6, 1);
	SAYS_TEXT("and the next is heard", w.heard.data, "250 2.0.0 ok\r\n");
}

static void
octets_are_counted_whatever_was_declared(void **state)
{
	SCOPED(world_close) struct world w;
	static const char piece[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n";

	(void)state;
	world_open(&w);
	say(&w, L "MAIL FROM:<a@b.example> SIZE=10\r\n" R R D, strlen(L "MAIL FROM:<a@b.example> SIZE=10\r\n" R R D),
	    100);
	gp_buf_clear(&w.heard);
	for (int i = 0; i < 40000; i++)
		say(&w, piece, sizeof(piece) - 1, 1000);
	SAYS("nothing is kept beyond the limit", w.message.len <= 2u << 20);
	say(&w, ".\r\n", 3, 3);
	SAYS("a lying SIZE ends in 552 for each recipient (RCV-07)",
	    strncmp(w.heard.data, "552 5.3.4", 9) == 0 && strstr(w.heard.data + 9, "552 5.3.4") != NULL);
	SAYS("the message is not handed over, and what was kept is forgotten", w.messages == 0 && w.forgotten == 1);
}

static void
trouble_with_the_octets_is_told_after_the_dot(void **state)
{
	SCOPED(world_close) struct world w;

	(void)state;
	world_open(&w);
	(void)!gp_fail(&w.octets_err, "4.3.1", "no room");
	say(&w, L M R D "a\r\nb\r\n", strlen(L M R D "a\r\nb\r\n"), 1);
	SAYS("not before", strstr(w.heard.data, "452") == NULL);
	say(&w, ".\r\n", 3, 1);
	SAYS("a disk that fills up is 452 4.3.1", strstr(w.heard.data, "452 4.3.1 no room") != NULL && w.messages == 0);
}

static void
nothing_is_read_until_the_message_is_answered(void **state)
{
	SCOPED(world_close) struct world w;
	static const char all[] = L M R R D "hi\r\n.\r\nNOOP\r\n";
	size_t done;

	(void)state;
	world_open(&w);
	w.holds_back = true;
	done = gp_lmtp_feed(w.session, all, sizeof(all) - 1);
	SAYS("it stops behind the dot", done == sizeof(all) - 1 - 6 && gp_lmtp_waits(w.session));
	SAYS("a complete message is not in a transaction any more", !gp_lmtp_in_transaction(w.session));
	hear(&w);
	gp_buf_clear(&w.heard);
	(void)!gp_fail(&w.err, "4.3.0", "busy");
	gp_lmtp_answer(w.session, GP_TEMP, &w.err);
	say(&w, all + done, 6, 6);
	SAYS_TEXT("each recipient hears it, then the session goes on", w.heard.data,
	    "451 4.3.0 busy\r\n451 4.3.0 busy\r\n250 2.0.0 ok\r\n");
}

static void
a_hang_up_comes_between_messages(void **state)
{
	SCOPED(world_close) struct world idle, sending;

	(void)state;
	world_open(&idle);
	world_open(&sending);
	say(&idle, L M R, strlen(L M R), 100);
	gp_lmtp_hang_up(idle.session, "4.3.2", "stopping", false);
	hear(&idle);
	SAYS("who is not sending hears 421 at once, and what was begun is void",
	    strstr(idle.heard.data, "421 4.3.2 stopping") != NULL && gp_lmtp_over(idle.session) && idle.forgotten == 1);

	say(&sending, L M R D "hal", strlen(L M R D "hal"), 100);
	gp_lmtp_hang_up(sending.session, "4.3.2", "stopping", false);
	hear(&sending);
	SAYS("who is sending goes on", strstr(sending.heard.data, "421") == NULL && !gp_lmtp_over(sending.session));
	say(&sending, "f\r\n.\r\n", 6, 1);
	SAYS("has its answer first, then the 421", strstr(sending.heard.data, "250 2.0.0 stored\r\n421 4.3.2") != NULL);
	SAYS("and is stored whole", sending.messages == 1 && strcmp(sending.message.data, "half\r\n") == 0);
}

static void
who_makes_only_errors_is_no_mail_program(void **state)
{
	SCOPED(world_close) struct world w;

	(void)state;
	world_open(&w);
	for (int i = 0; i < 60 && !gp_lmtp_over(w.session); i++)
		say(&w, "garbage\r\n", 9, 100);
	SAYS("the session ends", gp_lmtp_over(w.session) && strstr(w.heard.data, "421 4.7.0") != NULL);
}

static void
a_peer_that_does_not_read_is_not_read_from(void **state)
{
	SCOPED(world_close) struct world w;
	SCOPED(gp_buf_release) struct gp_buf flood = GP_BUF_INIT(1u << 20);
	size_t done;

	(void)state;
	world_open(&w);
	for (int i = 0; i < 20000; i++)
		gp_buf_adds(&flood, "NOOP\r\n");
	done = gp_lmtp_feed(w.session, flood.data, flood.len);
	SAYS("it stops while replies wait", done < flood.len && gp_lmtp_replies(w.session)->len < 70000);
	hear(&w);
	SAYS("and goes on when they are sent", gp_lmtp_feed(w.session, flood.data + done, flood.len - done) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_dialogue_keeps_to_the_table),
		cmocka_unit_test(only_a_line_that_is_a_dot_ends_the_data),
		cmocka_unit_test(nul_octets_are_data_in_a_message_and_an_error_in_a_command),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(octets_are_counted_whatever_was_declared),
		cmocka_unit_test(trouble_with_the_octets_is_told_after_the_dot),
		cmocka_unit_test(nothing_is_read_until_the_message_is_answered),
		cmocka_unit_test(a_hang_up_comes_between_messages),
		cmocka_unit_test(who_makes_only_errors_is_no_mail_program),
		cmocka_unit_test(a_peer_that_does_not_read_is_not_read_from),
	};

	return cmocka_run_group_tests_name("wire/lmtp", tests, NULL, NULL);
}
