#include "guildpost/wire/lmtp.h"

#include <ctype.h>
#include <stdarg.h>
#include <strings.h>

#include "guildpost/mail/address.h"
#include "guildpost/mail/utf8.h"

#define MOST_REPLIES 65536 /* octets that may wait for a peer that does not read */
#define MOST_ERRORS  50 /* commands that made no sense; then this is no mail program */
#define MOST_DIGITS  18

/* Where we are inside the data, by what has just been read: RFC 5321 section 4.5.2. Only CR LF . CR LF ends it. */
enum data_state { LINE_START, TEXT, AFTER_CR, AFTER_DOT, AFTER_DOT_CR };
enum phase { GREETED, READY, MAILED, DATA, WAITING, OVER };

/* One accepted RCPT: it gets one reply after the dot. */
struct recipient {
	char *address;
	int64_t max_size;
	enum gp_rc rc; /* GP_PERM: this one does not take a message of this size */
};
struct gp_lmtp {
	struct gp_lmtp_calls calls;
	const char *host;
	int64_t max_size, declared, size;
	enum phase phase;
	enum data_state data_state;
	struct recipient recipients[GP_LMTP_RECIPIENTS];
	size_t count;
	char line[GP_LMTP_LINE];
	size_t line_n;
	bool line_too_long;
	int errors;
	enum gp_rc rc; /* of the octets so far */
	struct gp_err err;
	struct gp_buf out;
	bool leave; /* 421 after the answer */
	char leave_status[10], leave_text[80];
};

struct gp_lmtp *
gp_lmtp_new(const struct gp_lmtp_calls *calls, const char *host, int64_t max_size)
{
	struct gp_lmtp *session = gp_new(sizeof(*session));

	session->calls = *calls;
	session->host = host;
	session->max_size = max_size;
	session->out = (struct gp_buf)GP_BUF_INIT(1u << 20);
	gp_buf_addf(&session->out, "220 %s LMTP guildpost is listening\r\n", host);
	return session;
}

static void
clear_recipients(struct gp_lmtp *session)
{
	for (size_t i = 0; i < session->count; i++)
		free(session->recipients[i].address);
	session->count = 0;
}

/* Back to where a MAIL may come. */
static void
forget(struct gp_lmtp *session)
{
	if (gp_lmtp_in_transaction(session))
		session->calls.forget(session->calls.context);
	clear_recipients(session);
	if (session->phase > READY && session->phase < OVER)
		session->phase = READY;
}

void
gp_lmtp_free(struct gp_lmtp **session)
{
	if (*session == NULL)
		return;
	forget(*session);
	gp_buf_release(&(*session)->out);
	free(*session);
	*session = NULL;
}

/* --- replies ------------------------------------------------------------------------------------ */

static void GP_PRINTF(4, 5) reply(struct gp_lmtp *session, int code, const char *status, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	gp_buf_addf(&session->out, "%d %s %s\r\n", code, status, text);
}

/* A mistake of the peer's program. Who makes nothing else is no mail program, and is shown the door. */
static void GP_PRINTF(4, 5) mistake(struct gp_lmtp *session, int code, const char *status, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reply(session, code, status, "%s", text);
	if (++session->errors >= MOST_ERRORS)
		gp_lmtp_hang_up(session, "4.7.0", "too many errors", true);
}

/* What a status is as a reply code. A permanent one that is not here is trouble of our own: 451, never 5xx. */
static const struct {
	const char *status;
	int code;
} codes[] = {
	{ "4.3.1", 452 },
	{ "4.3.2", 421 },
	{ "4.5.3", 452 },
	{ "5.1.1", 550 },
	{ "5.1.3", 501 },
	{ "5.2.1", 550 },
	{ "5.2.3", 552 },
	{ "5.3.4", 552 },
	{ "5.4.6", 554 },
	{ "5.6.7", 553 },
};

static void
reply_error(struct gp_lmtp *session, const struct gp_err *err)
{
	for (size_t i = 0; i < GP_COUNT(codes); i++)
		if (strcmp(codes[i].status, err->status) == 0) {
			reply(session, codes[i].code, err->status, "%s", err->text);
			return;
		}
	if (err->status[0] == '4')
		reply(session, 451, err->status, "%s", err->text);
	else
		reply(session, 451, "4.3.0", "trouble on our side, try again later");
}

/* --- arguments ---------------------------------------------------------------------------------- */

/* "<path>" at *at, with or without a source route, which is ignored (RFC 5321 section 4.1.1.3). The address, without
 * brackets, goes to out; *at stands behind it. */
static bool
read_path(const char **at, char out[GP_LMTP_LINE])
{
	const char *c = *at;
	bool quoted = false;
	size_t n = 0;

	while (*c == ' ')
		c++;
	if (*c++ != '<')
		return false;
	if (*c == '@') {
		c = strchr(c, ':');
		if (c++ == NULL)
			return false;
	}
	for (; *c != '\0' && (quoted || *c != '>'); c++) {
		if (*c == '\\' && quoted && c[1] != '\0')
			out[n++] = *c++; /* and what is escaped below, whatever it is */
		else if (*c == '"')
			quoted = !quoted;
		out[n++] = *c;
	}
	out[n] = '\0';
	*at = c + 1;
	return *c == '>' && (c[1] == '\0' || c[1] == ' ');
}

/* What follows "FROM:" or "TO:"; NULL when the word is not there. */
static const char *
after_word(const char *arguments, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(arguments, word, n) == 0 ? arguments + n : NULL;
}

bool
gp_lmtp_sender_ok(const char *sender)
{
	size_t n = strlen(sender);

	if (n == 0 || gp_address_ok(sender))
		return true;
	for (const char *c = sender; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c) || isspace((unsigned char)*c) || strchr("<>()[],;\"\\", *c) != NULL)
			return false;
	return n < GP_ADDRESS_MAX && strchr(sender, '@') != NULL && sender[0] != '@' && sender[n - 1] != '@';
}

static bool
read_size(struct gp_lmtp *session, const char *value)
{
	size_t n = strspn(value, "0123456789");

	if (n == 0 || value[n] != '\0')
		return false;
	session->declared = n > MOST_DIGITS ? INT64_MAX : strtoll(value, NULL, 10);
	return true;
}

static bool
read_body(struct gp_lmtp *session, const char *value)
{
	(void)session;
	return strcasecmp(value, "7BIT") == 0 || strcasecmp(value, "8BITMIME") == 0;
}

static const struct {
	const char *name;
	bool (*read)(struct gp_lmtp *session, const char *value);
} mail_parameters[] = { { "SIZE", read_size }, { "BODY", read_body } };

/* Parameters of MAIL, each read by its row; false when a reply was given. */
static bool
read_parameters(struct gp_lmtp *session, char *at)
{
	char *word, *value;

	while ((word = strsep(&at, " ")) != NULL) {
		size_t i = 0;

		if (*word == '\0')
			continue;
		value = strchr(word, '=');
		if (value != NULL)
			*value++ = '\0';
		while (i < GP_COUNT(mail_parameters) && strcasecmp(mail_parameters[i].name, word) != 0)
			i++;
		if (i == GP_COUNT(mail_parameters)) {
			mistake(session, 555, "5.5.4", "the parameter %.40s is not offered", word);
			return false;
		}
		if (value == NULL || !mail_parameters[i].read(session, value)) {
			mistake(session, 501, "5.5.4", "bad value of %.40s", word);
			return false;
		}
	}
	return true;
}

/* --- commands ----------------------------------------------------------------------------------- */

static void
lhlo(struct gp_lmtp *session, char *arguments)
{
	if (arguments[strspn(arguments, " ")] == '\0') {
		mistake(session, 501, "5.5.4", "say LHLO with your name");
		return;
	}
	forget(session);
	session->phase = READY;
	gp_buf_addf(&session->out,
	    "250-%s\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE %lld\r\n", session->host,
	    (long long)session->max_size);
}

static void
no_helo(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	mistake(session, 500, "5.5.1", "this is LMTP: say LHLO");
}

static void
mail(struct gp_lmtp *session, char *arguments)
{
	const char *at = after_word(arguments, "FROM:");
	struct gp_err err = { .text = "" };
	char sender[GP_LMTP_LINE];

	session->declared = 0;
	if (session->phase == MAILED)
		mistake(session, 503, "5.5.1", "a sender was given already; RSET begins anew");
	else if (at == NULL || !read_path(&at, sender))
		mistake(session, 501, "5.5.4", "say MAIL FROM:<address>");
	else if (!gp_is_ascii(sender))
		reply(session, 550, "5.6.7", "the sender needs SMTPUTF8, which is not offered");
	else if (!gp_lmtp_sender_ok(sender))
		reply(session, 501, "5.1.7", "bad sender address syntax");
	else if (!read_parameters(session, arguments + (at - arguments)))
		return;
	else if (session->declared > session->max_size)
		reply(session, 552, "5.3.4", "a message may have %lld octets here", (long long)session->max_size);
	else if (session->calls.begin(session->calls.context, sender, &err) != GP_OK)
		reply_error(session, &err);
	else {
		session->phase = MAILED;
		session->errors = 0;
		reply(session, 250, "2.1.0", "sender taken");
	}
}

static enum gp_rc
too_large_for_recipient(struct gp_err *err, int64_t limit)
{
	return gp_fail(err, "5.2.3", "this space takes messages of at most %lld octets", (long long)limit);
}

static enum gp_rc
add_recipient(struct gp_lmtp *session, const char *address, struct gp_err *err)
{
	struct recipient *next = &session->recipients[session->count];
	int64_t max_size = 0;

	if (session->count == GP_LMTP_RECIPIENTS)
		return gp_fail(err, "4.5.3", "too many recipients; send the message to the rest on its own");
	GP_TRY(session->calls.recipient(session->calls.context, address, &max_size, err));
	if (max_size > 0 && session->declared > max_size)
		return too_large_for_recipient(err, max_size);
	*next = (struct recipient){ .address = gp_strdup(address), .max_size = max_size };
	session->count++;
	return GP_OK;
}

static void
rcpt(struct gp_lmtp *session, char *arguments)
{
	const char *at = after_word(arguments, "TO:");
	struct gp_err err = { .text = "" };
	char address[GP_LMTP_LINE];

	if (session->phase != MAILED)
		mistake(session, 503, "5.5.1", "MAIL comes first");
	else if (at == NULL || !read_path(&at, address))
		mistake(session, 501, "5.5.4", "say RCPT TO:<address>");
	else if (at[strspn(at, " ")] != '\0')
		mistake(session, 555, "5.5.4", "no parameter of RCPT is offered");
	else if (add_recipient(session, address, &err) != GP_OK)
		reply_error(session, &err);
	else
		reply(session, 250, "2.1.5", "recipient taken");
}

static void
data(struct gp_lmtp *session, char *arguments)
{
	if (*arguments != '\0')
		mistake(session, 501, "5.5.4", "DATA has no arguments");
	else if (session->phase != MAILED)
		mistake(session, 503, "5.5.1", "MAIL and RCPT come first");
	else if (session->count == 0)
		mistake(session, 503, "5.5.1", "no valid recipients");
	else {
		session->phase = DATA;
		session->data_state = LINE_START;
		session->size = 0;
		session->rc = GP_OK;
		gp_buf_adds(&session->out, "354 end with a line that is a dot\r\n");
	}
}

static void
rset(struct gp_lmtp *session, char *arguments)
{
	if (*arguments != '\0') {
		mistake(session, 501, "5.5.4", "RSET has no arguments");
		return;
	}
	forget(session);
	reply(session, 250, "2.0.0", "begun anew");
}

static void
noop(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	reply(session, 250, "2.0.0", "ok");
}

/* RFC 5321 section 3.5.3: to say neither yes nor no is allowed, and tells nobody who is here. */
static void
vrfy(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	reply(session, 252, "2.0.0", "send a message and see");
}

static void
help(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	reply(session, 214, "2.0.0", "LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT; see RFC 2033");
}

static void
quit(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	forget(session);
	reply(session, 221, "2.0.0", "good-bye");
	session->phase = OVER;
}

/* A web browser that was led here: what follows is a form of a stranger's making, and would be taken for commands. */
static void
not_mail(struct gp_lmtp *session, char *arguments)
{
	(void)arguments;
	gp_lmtp_hang_up(session, "4.7.0", "this is no web server", true);
}

static const struct command {
	const char *name;
	bool needs_lhlo;
	void (*run)(struct gp_lmtp *session, char *arguments);
} commands[] = {
	{ "LHLO", false, lhlo },
	{ "HELO", false, no_helo },
	{ "EHLO", false, no_helo },
	{ "MAIL", true, mail },
	{ "RCPT", true, rcpt },
	{ "DATA", true, data },
	{ "RSET", false, rset },
	{ "NOOP", false, noop },
	{ "VRFY", false, vrfy },
	{ "HELP", false, help },
	{ "QUIT", false, quit },
	{ "GET", false, not_mail },
	{ "POST", false, not_mail },
	{ "CONNECT", false, not_mail },
};

static void
run_command(struct gp_lmtp *session)
{
	size_t n = strcspn(session->line, " ");
	char *arguments = session->line + n + strspn(session->line + n, " ");

	for (size_t i = 0; i < GP_COUNT(commands); i++) {
		const struct command *command = &commands[i];

		if (strlen(command->name) != n || strncasecmp(command->name, session->line, n) != 0)
			continue;
		if (command->needs_lhlo && session->phase == GREETED)
			mistake(session, 503, "5.5.1", "LHLO comes first");
		else
			command->run(session, arguments);
		return;
	}
	mistake(session, 500, "5.5.1", "unknown command");
}

/* A whole command line stands in session->line, with its line end. Only CR LF makes a command: what a bare LF ends is
 * answered, so that a person at a terminal sees why, but never run (RCV-05). */
static void
end_line(struct gp_lmtp *session)
{
	size_t n = session->line_n;
	bool crlf = n >= 2 && session->line[n - 2] == '\r';

	session->line_n = 0;
	if (session->line_too_long) {
		session->line_too_long = false;
		mistake(session, 500, "5.5.2", "line too long");
		return;
	}
	if (!crlf) {
		mistake(session, 500, "5.5.2", "end each line with CR LF");
		return;
	}
	for (n -= 2; n > 0 && session->line[n - 1] == ' ';)
		n--;
	session->line[n] = '\0';
	if (memchr(session->line, '\0', n) != NULL || memchr(session->line, '\r', n) != NULL)
		mistake(session, 500, "5.5.2", "a command holds no NUL or CR");
	else
		run_command(session);
}

static size_t
feed_command(struct gp_lmtp *session, const char *octets, size_t n)
{
	const char *end = memchr(octets, '\n', n);
	size_t piece = end != NULL ? (size_t)(end - octets) + 1 : n;
	size_t room = sizeof(session->line) - session->line_n;

	if (piece > room)
		session->line_too_long = true;
	else {
		memcpy(session->line + session->line_n, octets, piece);
		session->line_n += piece;
	}
	if (end != NULL)
		end_line(session);
	return piece;
}

/* --- data --------------------------------------------------------------------------------------- */

/* Octets of the message. Beyond the limit, or after an error, they are counted and let go: the peer hears it after the
 * dot, the only place where LMTP lets us speak. */
static void
take(struct gp_lmtp *session, const char *octets, size_t n)
{
	if (n == 0)
		return;
	session->size += (int64_t)n;
	if (session->rc == GP_OK && session->size > session->max_size)
		session->rc = gp_fail(
		    &session->err, "5.3.4", "a message may have %lld octets here", (long long)session->max_size);
	if (session->rc == GP_OK)
		session->rc = session->calls.octets(session->calls.context, octets, n, &session->err);
}

/* One octet where a line begins or ends. Returns true at the end of the data. */
static bool
step(struct gp_lmtp *session, char c)
{
	switch (session->data_state) {
	case AFTER_DOT_CR:
		if (c == '\n')
			return true;
		take(session, "\r", 1); /* the dot was stuffing after all */
		break;
	case AFTER_DOT:
		if (c == '\r') {
			session->data_state = AFTER_DOT_CR;
			return false;
		}
		break;
	case LINE_START:
		if (c == '.') {
			session->data_state = AFTER_DOT;
			return false;
		}
		break;
	case AFTER_CR:
		if (c == '\n') {
			take(session, &c, 1);
			session->data_state = LINE_START;
			return false;
		}
		break;
	case TEXT:
		break;
	}
	take(session, &c, 1);
	session->data_state = c == '\r' ? AFTER_CR : TEXT;
	return false;
}

/* From inside a line up to the next dot that stands behind CR LF, in one piece: the common case by far. */
static size_t
run_of_text(struct gp_lmtp *session, const char *octets, size_t n)
{
	const char *dot = memmem(octets, n, "\r\n.", 3);
	size_t piece = dot != NULL ? (size_t)(dot - octets) + 2 : n;

	take(session, octets, piece);
	if (octets[piece - 1] == '\r')
		session->data_state = AFTER_CR;
	else if (piece >= 2 && octets[piece - 1] == '\n' && octets[piece - 2] == '\r')
		session->data_state = LINE_START;
	return piece;
}

/* The size is known: who does not take it is refused alone (RCV-07). */
static void
pick_recipients(struct gp_lmtp *session, struct gp_strs *taking)
{
	for (size_t i = 0; i < session->count; i++) {
		struct recipient *recipient = &session->recipients[i];

		if (recipient->max_size > 0 && session->size > recipient->max_size)
			recipient->rc = GP_PERM;
		else
			gp_strs_add(taking, recipient->address);
	}
}

static void
end_data(struct gp_lmtp *session)
{
	SCOPED(gp_strs_release) struct gp_strs taking = { NULL, 0, 0 };
	struct gp_err err = session->err;
	enum gp_rc rc = session->rc;

	session->phase = WAITING;
	if (rc == GP_OK)
		pick_recipients(session, &taking);
	if (taking.count > 0)
		rc = session->calls.complete(session->calls.context, &taking, &err);
	if (taking.count > 0 && rc == GP_OK)
		return; /* the answer comes when it is on disk */
	session->calls.forget(session->calls.context);
	gp_lmtp_answer(session, rc, &err);
}

static size_t
feed_data(struct gp_lmtp *session, const char *octets, size_t n)
{
	if (session->data_state == TEXT)
		return run_of_text(session, octets, n);
	if (step(session, *octets))
		end_data(session);
	return 1;
}

/* --- the session -------------------------------------------------------------------------------- */

size_t
gp_lmtp_feed(struct gp_lmtp *session, const char *octets, size_t n)
{
	size_t done = 0;

	while (done < n && session->phase < WAITING && session->out.len < MOST_REPLIES)
		done += session->phase == DATA ? feed_data(session, octets + done, n - done)
					       : feed_command(session, octets + done, n - done);
	return done;
}

static void
say_leave(struct gp_lmtp *session)
{
	reply(session, 421, session->leave_status, "%s", session->leave_text);
	session->phase = OVER;
}

/* One reply for each accepted RCPT, in their order, also for one that was given twice (RCV-03). */
void
gp_lmtp_answer(struct gp_lmtp *session, enum gp_rc rc, const struct gp_err *err)
{
	struct gp_err too_large;

	if (session->phase != WAITING)
		return;
	for (size_t i = 0; i < session->count; i++) {
		const struct recipient *recipient = &session->recipients[i];

		if (rc == GP_OK && recipient->rc != GP_OK) {
			(void)too_large_for_recipient(&too_large, recipient->max_size);
			reply_error(session, &too_large);
		} else if (rc == GP_OK) {
			reply(session, 250, "2.0.0", "stored");
		} else {
			reply_error(session, err);
		}
	}
	clear_recipients(session);
	session->phase = READY;
	if (session->leave)
		say_leave(session);
}

void
gp_lmtp_hang_up(struct gp_lmtp *session, const char *status, const char *text, bool now)
{
	if (session->phase == OVER)
		return;
	session->leave = true;
	(void)snprintf(session->leave_status, sizeof(session->leave_status), "%s", status);
	(void)snprintf(session->leave_text, sizeof(session->leave_text), "%s", text);
	if (!now && (session->phase == DATA || session->phase == WAITING))
		return;
	forget(session);
	say_leave(session);
}

const struct gp_buf *
gp_lmtp_replies(const struct gp_lmtp *session)
{
	return &session->out;
}

void
gp_lmtp_sent(struct gp_lmtp *session, size_t n)
{
	memmove(session->out.data, session->out.data + n, session->out.len - n);
	gp_buf_cut(&session->out, session->out.len - n);
}

bool
gp_lmtp_in_transaction(const struct gp_lmtp *session)
{
	return session->phase == MAILED || session->phase == DATA;
}

bool
gp_lmtp_in_data(const struct gp_lmtp *session)
{
	return session->phase == DATA;
}

bool
gp_lmtp_waits(const struct gp_lmtp *session)
{
	return session->phase == WAITING;
}

bool
gp_lmtp_over(const struct gp_lmtp *session)
{
	return session->phase == OVER;
}
