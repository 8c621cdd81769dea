#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <strings.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/log.h"
#include "guildpost/desk/intake.h"
#include "guildpost/wire/lmtp.h"
#include "guildpost/wire/pipe.h"

#define USAGE "accept [--sender ADDR] RECIPIENT..."
#define PIECE 65536

/* What stands on standard input, on its way into an intake. */
struct reading {
	struct gp_intake *in;
	int64_t max_size;
	bool lf; /* lines end in LF: they become CR LF, as they would on the wire */
	char last; /* octet given to the intake */
	char mbox_sender[GP_LMTP_LINE];
};

/* Fills the piece, unless the input ends. */
static enum gp_rc
read_piece(char piece[PIECE], size_t *ret_n, struct gp_err *err)
{
	*ret_n = 0;
	while (*ret_n < PIECE) {
		ssize_t n = read(STDIN_FILENO, piece + *ret_n, PIECE - *ret_n);

		if (n == 0)
			return GP_OK;
		if (n < 0 && errno != EINTR)
			return gp_fail_as(err, 75, "4.3.0", "cannot read standard input: %s", strerror(errno));
		*ret_n += n > 0 ? (size_t)n : 0;
	}
	return GP_OK;
}

/* The mbox line "From ann@example.org Thu Nov 26 ...", which is the mailbox's and no part of the message: octets of it
 * to leave out. Its address is the envelope sender where no other is told. */
static size_t
mbox_line(struct reading *reading, const char *piece, size_t n)
{
	const char *end = memchr(piece, '\n', n);
	size_t address;

	if (n < 5 || memcmp(piece, "From ", 5) != 0 || end == NULL)
		return 0;
	address = strcspn(piece + 5, " \r\n");
	(void)snprintf(reading->mbox_sender, sizeof(reading->mbox_sender), "%.*s", (int)address, piece + 5);
	return (size_t)(end - piece) + 1;
}

static enum gp_rc
give(struct reading *reading, const char *octets, size_t n, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(2 * PIECE);

	if (n == 0 || (int64_t)reading->in->octets.size > reading->max_size)
		return GP_OK; /* too large: read to the end, so that the writer hears our status and no broken pipe */
	for (size_t i = 0; i < n; i++) {
		if (octets[i] == '\n' && reading->lf && reading->last != '\r')
			gp_buf_addc(&out, '\r');
		gp_buf_addc(&out, octets[i]);
		reading->last = octets[i];
	}
	return gp_intake_add(reading->in, out.data, out.len, err);
}

/* Refused by a rule of ours and not for bad syntax: 69, as every other refusal; 65 is for what cannot be read. */
static enum gp_rc
too_large(int64_t limit, struct gp_err *err)
{
	return gp_fail_as(
	    err, 69, "5.3.4", "the message is larger than %lld octets; see max-message-size", (long long)limit);
}

static enum gp_rc
read_message(struct reading *reading, struct gp_err *err)
{
	char piece[PIECE + 1];
	const char *end;
	size_t n, skip;

	GP_TRY(read_piece(piece, &n, err));
	piece[n] = '\0';
	skip = mbox_line(reading, piece, n);
	end = memchr(piece + skip, '\n', n - skip);
	reading->lf = end != NULL && (end == piece + skip || end[-1] != '\r');
	for (; n > 0; skip = 0) {
		GP_TRY(give(reading, piece + skip, n - skip, err));
		GP_TRY(read_piece(piece, &n, err));
	}
	if (reading->in->octets.size == 0)
		return gp_fail_as(err, 65, "5.6.0", "there is no message on standard input");
	if (reading->last != '\n')
		GP_TRY(gp_intake_add(reading->in, "\r\n", 2, err));
	if ((int64_t)reading->in->octets.size > reading->max_size)
		return too_large(reading->max_size, err);
	return gp_intake_end(reading->in, err);
}

/* --sender, or what the MTA tells a pipe by $SENDER (local(8) of Postfix, exim), or the mbox line. */
static enum gp_rc
put_sender(struct reading *reading, const char *option, struct gp_err *err)
{
	const char *sender = option != NULL ? option : getenv("SENDER");
	size_t n;

	if (sender == NULL)
		sender = reading->mbox_sender;
	n = strlen(sender);
	if (strcasecmp(sender, "MAILER-DAEMON") == 0)
		n = 0;
	if (n >= 2 && sender[0] == '<' && sender[n - 1] == '>') {
		sender++;
		n -= 2;
	}
	reading->in->sender = gp_strndup(sender, n);
	if (!gp_lmtp_sender_ok(reading->in->sender))
		return gp_fail_as(err, 65, "5.1.7", "bad sender address syntax: %s", reading->in->sender);
	return GP_OK;
}

static enum gp_rc
check_recipients(struct gp_app *app, const struct gp_intake *in, struct gp_err *err)
{
	for (size_t i = 0; i < in->recipients.count; i++) {
		int64_t limit = 0;
		enum gp_rc rc = gp_intake_recipient(&app->desk, in->recipients.v[i], gp_clock_now(), &limit, err);

		if (rc != GP_OK) {
			struct gp_err cause = *err;

			return gp_fail_as(
			    err, cause.sysexit, cause.status, "%.80s: %.160s", in->recipients.v[i], cause.text);
		}
		if (limit > 0 && (int64_t)in->octets.size > limit)
			return gp_fail_as(err, 69, "5.2.3", "%.80s takes messages of at most %lld octets",
			    in->recipients.v[i], (long long)limit);
	}
	return GP_OK;
}

static enum gp_rc
store(struct gp_app *app, struct gp_intake *in, struct gp_err *err)
{
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(check_recipients(app, in, err));
	GP_TRY(gp_intake_space(app->config.database, app->config.min_free_disk, err));
	GP_TRY(gp_intake_store(app->db, &in, 1, gp_clock_now(), err));
	gp_log(GP_LOG_DEBUG, "intake.stored", "sid", in->session, "from", in->sender, "rcpt", in->recipients.v[0],
	    "octets", gp_log_int((int64_t)in->octets.size), NULL);
	return GP_OK;
}

/* With --now the time of arrival is the given one, which the running receive does not know: then only the store will do. */
static enum gp_rc
deliver(struct gp_app *app, struct gp_intake *in, struct gp_err *err)
{
	bool answered = false;

	if (!app->now_given)
		GP_TRY(gp_pipe_hand_over(&app->config.listen, in, &answered, err));
	return answered ? GP_OK : store(app, in, err);
}

static enum gp_rc
accept_message(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *sender = gp_option(&argc, argv, "--sender"), *folder = getenv("TMPDIR");
	SCOPED(gp_intake_release) struct gp_intake in = { 0 };
	struct reading reading = { .in = &in };

	GP_TRY(gp_option_end(argc, argv, 1, -1, USAGE, err));
	GP_TRY(gp_app_config(app, err));
	gp_intake_init(&in, folder != NULL && *folder == '/' ? folder : "/tmp");
	reading.max_size = app->config.max_message_size;
	for (int i = 1; i < argc; i++)
		gp_strs_add(&in.recipients, argv[i]);
	in.trusted = true; /* who may write the store, or comes by its socket, is the MTA or its owner */
	(void)snprintf(in.session, sizeof(in.session), "pipe-%ld", (long)getpid());
	GP_TRY(read_message(&reading, err));
	GP_TRY(put_sender(&reading, sender, err));
	return deliver(app, &in, err);
}

enum gp_rc
gp_cmd_accept(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	static const int final[] = { 64, 65, 67, 69 };
	enum gp_rc rc = accept_message(app, argc, argv, err);

	if (rc == GP_OK)
		return GP_OK;
	for (size_t i = 0; i < GP_COUNT(final); i++)
		if (err->sysexit == final[i])
			return rc;
	/* Whatever is wrong with this house, its mail stays in the MTA's queue until it is mended: an MTA takes 77 and 78
	 * for a reason to send it back (RCV-08). */
	err->sysexit = 75;
	return GP_TEMP;
}
