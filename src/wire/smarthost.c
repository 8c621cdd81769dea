#include "guildpost/wire/smarthost.h"

#include <errno.h>
#include <fcntl.h>
#include <libesmtp.h>
#include <stdarg.h>
#include <strings.h>
#include <unistd.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/log.h"
#include "guildpost/wire/maildir.h"
#include "wire/auth.h"
#include "wire/link.h"
#include "wire/splice.h"

struct gp_smarthost {
	const struct gp_road *road;
	char *hello, *ca_file, *password_file;
	struct gp_link *link; /* NULL: not connected */
};
/* One call of gp_smarthost_send(). */
struct sending {
	struct gp_smarthost *smarthost;
	const struct gp_courier *courier;
	const struct gp_copy *copy; /* handed over, and its fate not told yet */
	bool supplied; /* the library has what it takes for the message */
	int added; /* to the present session of the library */
	struct gp_fared fared[GP_IN_HAND], last; /* last: whose reply says why the road is closed */
	bool stopped; /* the road's fate: nothing more is handed over */
};

/* --- addresses of smarthosts ---------------------------------------------------------------- */

void
gp_road_release(struct gp_road *road)
{
	free(road->user);
	free(road->host);
	free(road->port);
	free(road->path);
	*road = (struct gp_road){ 0 };
}

static bool
is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcasecmp(host, "localhost") == 0;
}

/* [user@]HOST[:PORT], HOST may be [v6]. False when it is none. */
static bool
parse_place(const char *text, const char *port, struct gp_road *ret)
{
	const char *at = strrchr(text, '@'), *host = at != NULL ? at + 1 : text, *end;
	bool literal = *host == '[';

	end = literal ? strchr(host, ']') : host + strcspn(host, ":/");
	if (end == NULL || end == host)
		return false;
	if (at != NULL)
		ret->user = gp_strndup(text, (size_t)(at - text));
	ret->host = literal ? gp_strndup(host + 1, (size_t)(end - host) - 1) : gp_strndup(host, (size_t)(end - host));
	end += literal;
	if (*end == ':')
		port = ++end;
	ret->port = gp_strndup(port, strspn(port, "0123456789"));
	if (port == end)
		end += strlen(ret->port);
	ret->local = is_loopback(ret->host);
	return *ret->host != '\0' && *ret->port != '\0' && (*end == '\0' || strcmp(end, "/") == 0);
}

enum gp_rc
gp_road_parse(const char *url, struct gp_road *ret, struct gp_err *err)
{
	static const struct {
		const char *prefix, *port;
		enum gp_road_kind kind;
	} kinds[] = { { "smtp://", "25", GP_ROAD_SMTP }, { "smtps://", "465", GP_ROAD_SMTPS },
		{ "lmtp+unix:", NULL, GP_ROAD_LMTP_UNIX }, { "maildir:", NULL, GP_ROAD_MAILDIR } };
	SCOPED(gp_road_release) struct gp_road road = { .local = true };

	for (size_t i = 0; i < GP_COUNT(kinds); i++) {
		const char *rest = url + strlen(kinds[i].prefix);

		if (strncasecmp(url, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
			continue;
		road.kind = kinds[i].kind;
		if (kinds[i].port == NULL)
			road.path = gp_strdup(rest);
		if (kinds[i].port != NULL ? !parse_place(rest, kinds[i].port, &road) : *rest == '\0')
			break;
		*ret = road;
		road = (struct gp_road){ 0 };
		return GP_OK;
	}
	return gp_fail_as(err, 78, "5.3.5",
	    "`%s` is no smarthost; it looks like smtp://127.0.0.1:25, smtp://user@mx.example.org:587, "
	    "smtps://user@mx.example.org, lmtp+unix:/path or maildir:DIR",
	    url);
}

/* --- the smarthost -------------------------------------------------------------------------- */

struct gp_smarthost *
gp_smarthost_new(const struct gp_road *road, const char *hello, const char *ca_file, const char *password_file)
{
	struct gp_smarthost *smarthost = gp_new(sizeof(*smarthost));

	smarthost->road = road;
	smarthost->hello = gp_strdup(hello);
	smarthost->ca_file = gp_strdup(ca_file);
	smarthost->password_file = gp_strdup(password_file);
	return smarthost;
}

void
gp_smarthost_rest(struct gp_smarthost *smarthost)
{
	gp_link_free(&smarthost->link);
}

void
gp_smarthost_free(struct gp_smarthost **smarthost)
{
	if (*smarthost == NULL)
		return;
	gp_smarthost_rest(*smarthost);
	free((*smarthost)->hello);
	free((*smarthost)->ca_file);
	free((*smarthost)->password_file);
	free(*smarthost);
	*smarthost = NULL;
}

static void
close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* The first line of the file. */
static enum gp_rc
read_password(const struct gp_smarthost *smarthost, char *out, size_t size, struct gp_err *err)
{
	SCOPED(close_fd) int fd = -1;
	ssize_t n;

	out[0] = '\0';
	if (smarthost->road->user == NULL)
		return GP_OK;
	if (*smarthost->password_file == '\0')
		return gp_fail(err, "4.7.0", "the smarthost wants a password; set the key `smarthost-password-file`");
	fd = open(smarthost->password_file, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, out, size - 1) : -1;
	if (n < 0)
		return gp_fail(
		    err, "4.7.0", "cannot read the password in %s: %s", smarthost->password_file, strerror(errno));
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return GP_OK;
}

/* Refused AUTH closes the connection: nothing may go out without it. */
static enum gp_rc
open_link(const struct gp_smarthost *smarthost, const char *password, struct gp_link **ret_link, struct gp_err *err)
{
	SCOPED(gp_link_free) struct gp_link *link = NULL;

	GP_TRY(gp_link_open(smarthost->road, smarthost->hello, smarthost->ca_file, &link, err));
	GP_TRY(gp_auth(link, smarthost->road, password, err));
	*ret_link = TAKE(link);
	return GP_OK;
}

static enum gp_rc
connect_link(struct gp_smarthost *smarthost, struct gp_err *err)
{
	char password[512];
	enum gp_rc rc;

	/* Idle, it may have said 421 and gone. */
	if (smarthost->link != NULL && !gp_link_quiet(smarthost->link))
		gp_link_free(&smarthost->link);
	if (smarthost->link != NULL)
		return GP_OK;
	GP_TRY(read_password(smarthost, password, sizeof(password), err));
	rc = open_link(smarthost, password, &smarthost->link, err);
	explicit_bzero(password, sizeof(password));
	return rc;
}

/* --- copies --------------------------------------------------------------------------------- */

static void
tell(struct sending *sending)
{
	sending->copy = NULL;
	sending->courier->fared(sending->courier->context, sending->fared);
}

static void
tell_all(struct sending *sending, const struct gp_fared *fared)
{
	for (size_t i = 0; i < sending->copy->to_count; i++)
		sending->fared[i] = *fared;
	sending->last = *fared;
	tell(sending);
}

/* The next copy that the server may take by its size; what is too large is refused here (SIZE, RFC 1870). */
static bool
next_copy(struct sending *sending)
{
	static const struct gp_fared large = { GP_FATE_CONTENT, { 552, "5.3.4", "larger than the smarthost takes" } };
	const struct gp_link_offer *offers = gp_link_offers(sending->smarthost->link);
	const struct gp_road_offer offer = { .eight = offers->eight, .utf8 = offers->eight && offers->utf8 };
	int64_t most = offers->size;

	while (!sending->stopped && sending->copy == NULL) {
		sending->copy = sending->courier->next(sending->courier->context, &offer);
		if (sending->copy == NULL)
			return false;
		if (most > 0 && (int64_t)gp_copy_size(sending->copy) > most)
			tell_all(sending, &large);
	}
	return sending->copy != NULL;
}

/* For libesmtp: a message with all that it would add by itself, in one piece. What goes out is the copy, see splice.h.
 * len NULL: from the start. */
static const char *
supply(void **context, int *len, void *arg)
{
	static const char stub[] = "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: <x@x>\r\nTo: <x@x>\r\n"
				   "Message-Id: <x@x>\r\n\r\n";
	struct sending *sending = arg;

	(void)context;
	if (len == NULL) {
		sending->supplied = false;
		return NULL;
	}
	*len = sending->supplied ? 0 : (int)sizeof(stub) - 1;
	sending->supplied = true;
	return *len > 0 ? stub : NULL;
}

/* SND-03: reports of failures only, whatever the author asked for. */
static bool
add_recipient(smtp_message_t message, const char *address)
{
	smtp_recipient_t recipient = smtp_add_recipient(message, address);

	if (recipient == NULL)
		return false;
	(void)smtp_dsn_set_notify(recipient, Notify_FAILURE);
	(void)smtp_dsn_set_orcpt(recipient, "rfc822", address);
	return true;
}

static bool
add_message(smtp_session_t session, struct sending *sending)
{
	smtp_message_t message = smtp_add_message(session);
	const struct gp_copy *copy = sending->copy;
	bool added = message != NULL;
	char envid[64];

	if (!added)
		return false;
	sending->added++;
	for (size_t i = 0; i < copy->to_count && added; i++)
		added = add_recipient(message, copy->to[i]);
	(void)snprintf(envid, sizeof(envid), "%lld.%lld", (long long)copy->outbox_id, (long long)copy->key);
	(void)smtp_set_reverse_path(message, copy->sender[0] != '\0' ? copy->sender : NULL);
	(void)smtp_set_messagecb(message, supply, sending);
	(void)smtp_dsn_set_ret(message, Ret_HDRS);
	(void)smtp_dsn_set_envid(message, envid);
	gp_splice_message(copy);
	if (copy->eight)
		(void)smtp_8bitmime_set_body(message, E8bitmime_8BITMIME);
	return added;
}

/* "Too many recipients" behind some that were taken (RFC 5321 section 4.5.3.1.10): no fault of theirs, they come next. */
static bool
too_many(const struct gp_transfer *transfer)
{
	const struct gp_reply *rcpt = &transfer->rcpt;

	return (rcpt->code == 452 || rcpt->code == 552) &&
	       (strcmp(rcpt->status, "4.5.3") == 0 || strcmp(rcpt->status, "5.5.3") == 0);
}

static void
judge(struct sending *sending)
{
	bool some_taken = false;
	struct gp_transfer transfer;

	for (size_t i = 0; i < sending->copy->to_count; i++) {
		struct gp_fared *fared = &sending->fared[i];

		gp_splice_transfer(i, &transfer);
		gp_fate_judge(&transfer, fared);
		if (some_taken && too_many(&transfer))
			fared->fate = GP_FATE_NONE;
		some_taken = some_taken || transfer.rcpt.code / 100 == 2;
		if (i == 0 || fared->fate == GP_FATE_ROAD || fared->fate == GP_FATE_SENDER)
			sending->last = *fared;
		sending->stopped = sending->stopped || fared->fate == GP_FATE_ROAD || fared->fate == GP_FATE_SENDER;
	}
	sending->stopped = sending->stopped || gp_link_lost(sending->smarthost->link);
	tell(sending);
}

/* A message that is added here goes out in the same session, but not after a refused one: then the library has decided
 * already to end, and run_session() is called again. */
static void
event(smtp_session_t session, int number, void *arg, ...)
{
	struct sending *sending = arg;

	if (number != SMTP_EV_MESSAGESENT || sending->copy == NULL)
		return;
	judge(sending);
	if (next_copy(sending) && !add_message(session, sending))
		sending->stopped = true;
}

static void
destroy_session(smtp_session_t *session)
{
	if (*session != NULL)
		(void)smtp_destroy_session(*session);
}

/* One session of the library; the connection outlives it. */
static enum gp_rc
run_session(struct sending *sending, struct gp_err *err)
{
	SCOPED(destroy_session) smtp_session_t session = smtp_create_session();
	char why[128] = "";
	int begun;

	sending->added = 0;
	if (session == NULL || !add_message(session, sending))
		return gp_fail(err, "4.3.0", "the mail library has no memory");
	/* Never reached: connect() is ours. A literal needs no resolver. */
	(void)smtp_set_server(session, "127.0.0.1:25");
	(void)smtp_set_hostname(session, sending->smarthost->hello);
	(void)smtp_set_eventcb(session, event, sending);
	gp_splice_begin(sending->smarthost->link);
	if (!smtp_start_session(session))
		(void)smtp_strerror(smtp_errno(), why, sizeof(why));
	begun = gp_splice_transactions();
	if (sending->copy != NULL && begun == sending->added)
		judge(sending); /* it gave up inside the transaction */
	gp_splice_end();
	if (begun == 0)
		return gp_fail(err, "4.3.0", "the mail library does not start: %s", why);
	return GP_OK;
}

static enum gp_rc
send_to_folders(struct gp_smarthost *smarthost, const struct gp_courier *courier, struct gp_err *err)
{
	static const struct gp_fared delivered = { GP_FATE_DELIVERED, { 250, "2.0.0", "in the folder" } };
	static const struct gp_road_offer anything = { true, true };
	struct gp_fared fared[GP_IN_HAND];
	const struct gp_copy *copy;

	while ((copy = courier->next(courier->context, &anything)) != NULL) {
		for (size_t i = 0; i < copy->to_count; i++) {
			GP_TRY(gp_maildir_put(smarthost->road->path, copy, copy->to[i], err));
			fared[i] = delivered;
		}
		courier->fared(courier->context, fared);
	}
	return GP_OK;
}

enum gp_rc
gp_smarthost_send(struct gp_smarthost *smarthost, const struct gp_courier *courier, struct gp_err *err)
{
	struct sending sending = { .smarthost = smarthost, .courier = courier };

	if (smarthost->road->kind == GP_ROAD_MAILDIR)
		return send_to_folders(smarthost, courier, err);
	GP_TRY(connect_link(smarthost, err));
	while (next_copy(&sending)) {
		enum gp_rc rc = run_session(&sending, err);

		if (rc == GP_OK && !sending.stopped)
			continue;
		if (rc == GP_OK)
			rc = gp_fail(err, sending.last.reply.status[0] == '4' ? sending.last.reply.status : "4.4.0",
			    "%d %s", sending.last.reply.code, sending.last.reply.text);
		if (gp_link_lost(smarthost->link))
			gp_link_free(&smarthost->link);
		return rc;
	}
	return GP_OK;
}
