#include "wire/link.h"

#include <ctype.h>
#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"
#include "guildpost/wire/connect.h"

#define GATHER_MAX  (64 * 1024)
#define REPLY_MAX   (16 * 1024)
#define CONNECT_MS  30000
#define GREETING_MS 300000 /* RFC 5321 section 4.5.3.2.1 */

struct gp_link {
	int fd;
	bool lmtp, lost;
	SSL_CTX *tls_context;
	SSL *tls;
	int64_t deadline; /* monotonic, milliseconds */
	struct gp_link_offer offer;
	bool starttls;
	char mechanisms[500]; /* of AUTH, upper case, blanks around each */
	char said[2048]; /* behind the code of a 3xx reply: a challenge */
	char *out;
	size_t out_n;
	char *in;
	size_t in_n;
};

/* --- octets --------------------------------------------------------------------------------- */

void
gp_link_deadline(struct gp_link *link, int64_t ms)
{
	link->deadline = gp_clock_mono_ms() + ms;
}

bool
gp_link_lost(const struct gp_link *link)
{
	return link->lost;
}

bool
gp_link_is_lmtp(const struct gp_link *link)
{
	return link->lmtp;
}

bool
gp_link_is_safe(const struct gp_link *link)
{
	return link->tls != NULL;
}

bool
gp_link_knows_auth(const struct gp_link *link, const char *mechanism)
{
	char word[64];

	(void)snprintf(word, sizeof(word), " %s ", mechanism);
	return strstr(link->mechanisms, word) != NULL;
}

const struct gp_link_offer *
gp_link_offers(const struct gp_link *link)
{
	return &link->offer;
}

void
gp_link_lose(struct gp_link *link)
{
	link->lost = true;
	link->out_n = link->in_n = 0;
}

static bool
lose(struct gp_link *link)
{
	gp_link_lose(link);
	return false;
}

static bool
wait_until(int fd, short events, int64_t deadline)
{
	return gp_wait_fd(fd, events, deadline) == 1;
}

/* After an SSL call that did not finish: waits for what it waits for. */
static bool
wait_tls(struct gp_link *link, int rc)
{
	int why = SSL_get_error(link->tls, rc);

	ERR_clear_error();
	if (why == SSL_ERROR_WANT_READ)
		return wait_until(link->fd, POLLIN, link->deadline);
	return why == SSL_ERROR_WANT_WRITE && wait_until(link->fd, POLLOUT, link->deadline);
}

/* Who takes or says an octet every now and then never keeps a call waiting, and comes to an end all the same. */
static bool
in_time(const struct gp_link *link)
{
	return gp_clock_mono_ms() < link->deadline;
}

static ssize_t
write_some(struct gp_link *link, const char *octets, size_t n)
{
	ssize_t done;

	if (link->tls != NULL) {
		do {
			done = SSL_write(link->tls, octets, n > GATHER_MAX ? GATHER_MAX : (int)n);
		} while (done <= 0 && wait_tls(link, (int)done));
		return done;
	}
	do {
		done = send(link->fd, octets, n, MSG_NOSIGNAL);
	} while (done < 0 && (errno == EINTR || (errno == EAGAIN && wait_until(link->fd, POLLOUT, link->deadline))));
	return done;
}

bool
gp_link_flush(struct gp_link *link)
{
	size_t at = 0;

	while (!link->lost && at < link->out_n) {
		ssize_t done = in_time(link) ? write_some(link, link->out + at, link->out_n - at) : -1;

		if (done <= 0)
			return lose(link);
		at += (size_t)done;
	}
	link->out_n = 0;
	return !link->lost;
}

bool
gp_link_put(struct gp_link *link, const void *octets, size_t n)
{
	const char *from = octets;

	while (!link->lost && n > 0) {
		size_t part = GATHER_MAX - link->out_n < n ? GATHER_MAX - link->out_n : n;

		memcpy(link->out + link->out_n, from, part);
		link->out_n += part;
		from += part;
		n -= part;
		if (link->out_n == GATHER_MAX && !gp_link_flush(link))
			return false;
	}
	return !link->lost;
}

static bool
read_some(struct gp_link *link)
{
	ssize_t n;

	if (link->in_n == REPLY_MAX || !in_time(link))
		return lose(link);
	if (link->tls != NULL) {
		do {
			n = SSL_read(link->tls, link->in + link->in_n, (int)(REPLY_MAX - link->in_n));
		} while (n <= 0 && wait_tls(link, (int)n));
	} else {
		do {
			n = recv(link->fd, link->in + link->in_n, REPLY_MAX - link->in_n, 0);
		} while (
		    n < 0 && (errno == EINTR || (errno == EAGAIN && wait_until(link->fd, POLLIN, link->deadline))));
	}
	if (n <= 0)
		return lose(link);
	link->in_n += (size_t)n;
	return true;
}

bool
gp_link_quiet(struct gp_link *link)
{
	struct pollfd p = { link->fd, POLLIN, 0 };

	return !link->lost && link->in_n == 0 && (link->tls == NULL || SSL_pending(link->tls) == 0) &&
	       poll(&p, 1, 0) == 0;
}

/* --- replies (RFC 5321 section 4.2) --------------------------------------------------------- */

/* "4.7.1 " at the head of a reply's text (RFC 2034 section 4); its length, 0 when there is none. */
static size_t
enhanced_status(const char *text, int code)
{
	int class, subject, detail, n = 0;

	if (sscanf(text, "%1d.%3d.%3d%n", &class, &subject, &detail, &n) != 3 || n < 5 || n > 9)
		return 0;
	return class == code / 100 && (text[n] == ' ' || text[n] == '\0') ? (size_t)n : 0;
}

/* One line of a reply is added to the text; further lines follow behind a blank. */
static void
add_text(struct gp_reply *ret, const char *line, size_t n, bool first)
{
	size_t used = strlen(ret->text), status;
	char text[512];

	(void)snprintf(text, sizeof(text), "%.*s", n < sizeof(text) ? (int)n : (int)sizeof(text) - 1, line);
	status = enhanced_status(text, ret->code);
	if (first && status > 0)
		(void)snprintf(ret->status, sizeof(ret->status), "%.*s", (int)status, text);
	for (char *c = text + status; *c != '\0' && used + 1 < sizeof(ret->text); c++) {
		bool blank = !isgraph((unsigned char)*c);

		if (!blank || (used > 0 && ret->text[used - 1] != ' '))
			ret->text[used++] = blank ? ' ' : *c;
		ret->text[used] = '\0';
	}
	if (used > 0 && ret->text[used - 1] != ' ' && used + 1 < sizeof(ret->text))
		(void)snprintf(ret->text + used, 2, " ");
}

/* Takes lines for EHLO's keywords; NULL: nobody wants them. */
typedef void line_taker(struct gp_link *link, const char *text, size_t n);

/* False: malformed, lost or too slow; the link is lost then. */
static bool
read_reply(struct gp_link *link, struct gp_reply *ret, line_taker *take)
{
	size_t at = 0, n;
	bool last = false, first = true;

	*ret = (struct gp_reply){ 0 };
	while (!last) {
		char *line = link->in + at, *end = memchr(line, '\n', link->in_n - at);

		if (end == NULL) {
			if (!read_some(link))
				return false;
			continue;
		}
		n = (size_t)(end - line);
		n -= n > 0 && line[n - 1] == '\r';
		/* Some servers leave the blank away when there is no text. */
		if (n < 3 || !isdigit((unsigned char)line[0]) || !isdigit((unsigned char)line[1]) ||
		    !isdigit((unsigned char)line[2]) || (n > 3 && line[3] != ' ' && line[3] != '-'))
			return lose(link);
		ret->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
		if (n > 4)
			add_text(ret, line + 4, n - 4, first);
		if (n > 4 && ret->code / 100 == 3)
			(void)snprintf(link->said, sizeof(link->said), "%.*s", (int)n - 4, line + 4);
		if (take != NULL && n > 4 && !first)
			take(link, line + 4, n - 4);
		last = n == 3 || line[3] == ' ';
		first = false;
		at = (size_t)(end + 1 - link->in);
	}
	n = strlen(ret->text);
	if (n > 0 && ret->text[n - 1] == ' ')
		ret->text[n - 1] = '\0';
	memmove(link->in, link->in + at, link->in_n - at);
	link->in_n -= at;
	return ret->code >= 200 && ret->code < 600 ? true : lose(link);
}

bool
gp_link_reply(struct gp_link *link, struct gp_reply *ret)
{
	return !link->lost && read_reply(link, ret, NULL);
}

/* --- opening -------------------------------------------------------------------------------- */

static enum gp_rc
refused(struct gp_err *err, const struct gp_link *link, const char *what, const struct gp_reply *reply)
{
	if (link->lost)
		return gp_fail(err, "4.4.2", "the smarthost ended the connection at %s, or took too long", what);
	return gp_fail(err, "4.4.0", "the smarthost answers %s with: %d %s%s%.140s", what, reply->code, reply->status,
	    reply->status[0] != '\0' ? " " : "", reply->text);
}

/* Says one line, expects an answer of this class. */
static enum gp_rc
say(struct gp_link *link, const char *line, const char *what, int class, line_taker *take, struct gp_err *err)
{
	struct gp_reply reply = { 0 };

	gp_link_deadline(link, GREETING_MS);
	if (*line != '\0' && !(gp_link_put(link, line, strlen(line)) && gp_link_flush(link)))
		return refused(err, link, what, &reply);
	if (!read_reply(link, &reply, take) || reply.code / 100 != class)
		return refused(err, link, what, &reply);
	return GP_OK;
}

enum gp_rc
gp_link_say(
    struct gp_link *link, const char *line, const char *what, int class, const char **ret_said, struct gp_err *err)
{
	link->said[0] = '\0';
	*ret_said = link->said;
	return say(link, line, what, class, NULL, err);
}

static void
take_keyword(struct gp_link *link, const char *text, size_t n)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%.*s", n < sizeof(line) ? (int)n : (int)sizeof(line) - 1, text);
	for (char *c = line; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	if (strcmp(line, "PIPELINING") == 0)
		link->offer.pipelining = true;
	else if (strcmp(line, "8BITMIME") == 0)
		link->offer.eight = true;
	else if (strcmp(line, "SMTPUTF8") == 0)
		link->offer.utf8 = true;
	else if (strcmp(line, "DSN") == 0)
		link->offer.dsn = true;
	else if (strcmp(line, "STARTTLS") == 0)
		link->starttls = true;
	else if (strncmp(line, "SIZE ", 5) == 0)
		link->offer.size = strtoll(line + 5, NULL, 10);
	else if (strncmp(line, "AUTH ", 5) == 0)
		(void)snprintf(link->mechanisms, sizeof(link->mechanisms), " %.490s ", line + 5);
}

static enum gp_rc
hello(struct gp_link *link, const char *name, struct gp_err *err)
{
	SCOPED(gp_free_str) char *line = gp_printf("%s %s\r\n", link->lmtp ? "LHLO" : "EHLO", name);

	link->offer = (struct gp_link_offer){ 0 };
	link->starttls = false;
	link->mechanisms[0] = '\0';
	return say(link, line, link->lmtp ? "LHLO" : "EHLO", 2, take_keyword, err);
}

/* --- connecting ----------------------------------------------------------------------------- */

/* From here on a read waits by itself: where that is for less than a second, as it mostly is, nothing is asked first whether
 * there is something to read. Longer waits end at their deadline, by poll(2). */
static bool
let_it_wait(int fd)
{
	const struct timeval patience = { .tv_sec = 1 };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
	       fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0;
}

static enum gp_rc
connect_to(const struct gp_road *road, int *ret_fd, struct gp_err *err)
{
	bool literal = road->host != NULL && strchr(road->host, ':') != NULL;
	SCOPED(gp_free_str)
	char *where = road->path != NULL ? gp_printf("unix:%s", road->path)
					 : gp_printf(literal ? "[%s]:%s" : "%s:%s", road->host, road->port);

	*ret_fd = gp_connect(where, gp_clock_mono_ms() + CONNECT_MS);
	if (*ret_fd < 0 && errno == ENODATA)
		return gp_fail(err, "4.4.3", "the smarthost %s is not found", road->host);
	if (*ret_fd < 0 || !let_it_wait(*ret_fd))
		return gp_fail(err, "4.4.1", "the smarthost %s%s%s does not answer: %s",
		    road->path != NULL ? "at " : road->host, road->path != NULL ? "" : " port ",
		    road->path != NULL ? road->path : road->port, strerror(errno));
	return GP_OK;
}

/* --- TLS (RFC 3207, RFC 8314) --------------------------------------------------------------- */

static bool
is_literal(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* The chain must end at a known authority, and the name must be the configured one: never what DNS made of it. */
static bool
prepare_tls(struct gp_link *link, const char *host, const char *ca_file)
{
	X509_VERIFY_PARAM *verify;

	link->tls_context = SSL_CTX_new(TLS_client_method());
	if (link->tls_context == NULL || SSL_CTX_set_min_proto_version(link->tls_context, TLS1_2_VERSION) != 1)
		return false;
	if ((*ca_file != '\0' ? SSL_CTX_load_verify_locations(link->tls_context, ca_file, NULL)
			      : SSL_CTX_set_default_verify_paths(link->tls_context)) != 1)
		return false;
	SSL_CTX_set_verify(link->tls_context, SSL_VERIFY_PEER, NULL);
	link->tls = SSL_new(link->tls_context);
	if (link->tls == NULL || SSL_set_fd(link->tls, link->fd) != 1)
		return false;
	verify = SSL_get0_param(link->tls);
	X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_literal(host))
		return X509_VERIFY_PARAM_set1_ip_asc(verify, host) == 1;
	return X509_VERIFY_PARAM_set1_host(verify, host, 0) == 1 && SSL_set_tlsext_host_name(link->tls, host) == 1;
}

static enum gp_rc
start_tls(struct gp_link *link, const struct gp_road *road, const char *ca_file, struct gp_err *err)
{
	char why[160];
	long verified;
	int rc;

	/* Octets that came behind the 220 in the clear could pass for the server's inside TLS (LIBRARIES section 2). */
	if (link->in_n > 0) {
		link->lost = true;
		return gp_fail(err, "4.7.5", "the smarthost %s said something in clear behind STARTTLS", road->host);
	}
	if (!prepare_tls(link, road->host, ca_file)) {
		link->lost = true;
		return gp_fail(err, "4.7.5", "TLS cannot be set up; see the key `smarthost-ca-file`");
	}
	gp_link_deadline(link, CONNECT_MS);
	while ((rc = SSL_connect(link->tls)) <= 0) {
		verified = SSL_get_verify_result(link->tls);
		ERR_error_string_n(ERR_peek_error(), why, sizeof(why));
		if (wait_tls(link, rc))
			continue;
		link->lost = true;
		return gp_err_detail(err,
		    gp_fail(err, "4.7.5", "the smarthost %s shows no certificate that can be trusted: %s", road->host,
			verified != X509_V_OK ? X509_verify_cert_error_string(verified) : "TLS fails"),
		    "%s", why);
	}
	return GP_OK;
}

static enum gp_rc
make_safe(struct gp_link *link, const struct gp_road *road, const char *name, const char *ca_file, struct gp_err *err)
{
	if (road->kind == GP_ROAD_SMTPS || (road->local && road->user == NULL))
		return GP_OK;
	if (!link->starttls)
		return gp_fail(
		    err, "4.7.5", "the smarthost %s offers no STARTTLS; no mail goes there in clear", road->host);
	GP_TRY(say(link, "STARTTLS\r\n", "STARTTLS", 2, NULL, err));
	GP_TRY(start_tls(link, road, ca_file, err));
	return hello(link, name, err); /* what was offered in clear is forgotten */
}

enum gp_rc
gp_link_open(
    const struct gp_road *road, const char *name, const char *ca_file, struct gp_link **ret_link, struct gp_err *err)
{
	SCOPED(gp_link_free) struct gp_link *link = gp_new(sizeof(*link));

	link->fd = -1;
	link->lost = true; /* until there is one, nobody takes leave of it */
	link->lmtp = road->kind == GP_ROAD_LMTP_UNIX;
	link->out = gp_new(GATHER_MAX);
	link->in = gp_new(REPLY_MAX + 1);
	GP_TRY(connect_to(road, &link->fd, err));
	link->lost = false;
	if (road->kind == GP_ROAD_SMTPS)
		GP_TRY(start_tls(link, road, ca_file, err));
	GP_TRY(say(link, "", "connecting", 2, NULL, err));
	GP_TRY(hello(link, name, err));
	GP_TRY(make_safe(link, road, name, ca_file, err));
	*ret_link = TAKE(link);
	return GP_OK;
}

void
gp_link_free(struct gp_link **link)
{
	struct gp_link *l = *link;

	if (l == NULL)
		return;
	if (!l->lost) {
		gp_link_deadline(l, 1000);
		if (gp_link_put(l, "QUIT\r\n", 6) && gp_link_flush(l) && l->tls != NULL)
			(void)SSL_shutdown(l->tls);
	}
	SSL_free(l->tls);
	SSL_CTX_free(l->tls_context);
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l->out);
	free(l->in);
	free(l);
	*link = NULL;
}
