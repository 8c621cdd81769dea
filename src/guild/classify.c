#include "guildpost/guild/classify.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/phrase.h"
#include "guildpost/base/err.h"
#include "guildpost/mail/utf8.h"
#include "guild/absence.h"
#include "guild/auto_phrases.h"

#define NOTICE_MAX     600 /* octets of text of a read receipt */
#define REACTION_MAX   400 /* octets of one that is told in words */
#define CHALLENGE_LOOK 2000 /* octets */
#define LEAVE_WORDS    12 /* a wish to leave is no longer than that (RCV-23) */
#define LEAVE_NAME     4 /* words below it: a greeting, a name */

const char *
gp_kind_name(enum gp_kind kind)
{
	static const char *const names[] = { [GP_KIND_POST] = "post",
		[GP_KIND_LIST] = "list",
		[GP_KIND_COMMAND] = "command",
		[GP_KIND_REPLY] = "reply",
		[GP_KIND_RSVP] = "rsvp",
		[GP_KIND_INVITE] = "invite",
		[GP_KIND_BOUNCE] = "bounce",
		[GP_KIND_COMPLAINT] = "complaint",
		[GP_KIND_AUTO_REPLY] = "auto-reply",
		[GP_KIND_NOTIFICATION] = "notification",
		[GP_KIND_REACTION] = "reaction",
		[GP_KIND_LOOP] = "loop" };

	return names[kind];
}

bool
gp_kind_is_automatic(enum gp_kind kind)
{
	return kind == GP_KIND_BOUNCE || kind == GP_KIND_COMPLAINT || kind == GP_KIND_AUTO_REPLY ||
	       kind == GP_KIND_NOTIFICATION || kind == GP_KIND_LOOP;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static bool
is_one_of(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* The local part of an address, folded. */
static void
local_part(const char *address, char out[80])
{
	size_t n = strcspn(address, "@");

	(void)snprintf(out, 80, "%.*s", (int)(n < 79 ? n : 79), address);
	for (char *c = out; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* --- the tests, each a question ------------------------------------------------------------------------------------ */

struct mail {
	const struct gp_reading *reading;
	const struct gp_envelope *envelope;
};

static bool
is_loop(const struct mail *mail)
{
	const char *list_id = mail->envelope->list_id;
	size_t n = strlen(list_id);

	if (n == 0) /* offline any mark of ours will do */
		return mail->reading->loop_marks.count > 0;
	if (strcasecmp(mail->reading->list_id, list_id) == 0)
		return true;
	/* Whether the mark's MAC is genuine the desk checks; a mark of ours without one is no mark. */
	for (size_t i = 0; i < mail->reading->loop_marks.count; i++)
		if (strncasecmp(mail->reading->loop_marks.v[i], list_id, n) == 0 &&
		    mail->reading->loop_marks.v[i][n] == ' ')
			return true;
	return false;
}

static bool
is_complaint(const struct mail *mail)
{
	return strcmp(mail->reading->report_type, "feedback-report") == 0;
}

static bool
is_status_report(const struct mail *mail)
{
	return strcmp(mail->reading->report_type, "delivery-status") == 0;
}

/* Of own text: people quote what asked them to prove themselves. */
static bool
is_challenge(const struct mail *mail)
{
	SCOPED(gp_free_str) char *subject = gp_utf8_fold(mail->reading->subject);
	SCOPED(gp_free_str)
	char *text = gp_utf8_folded(mail->reading->own_text, strnlen(mail->reading->own_text, CHALLENGE_LOOK));

	return (!mail->reading->subject_is_reply && gp_holds_any(subject, gp_challenge)) ||
	       gp_holds_any(text, gp_challenge_text);
}

static bool
has_bounces(const struct mail *mail)
{
	return mail->reading->bounce_count > 0 && !mail->reading->list_headers;
}

static bool
is_notification(const struct mail *mail)
{
	SCOPED(gp_free_str) char *subject = gp_utf8_fold(mail->reading->subject), *text = NULL;

	if (strcmp(mail->reading->report_type, "disposition-notification") == 0 ||
	    gp_begins_with_any(subject, gp_notified))
		return true;
	/* "Read: a good book" is somebody's own. */
	if (!gp_begins_with_any(subject, gp_notified_weak) || strlen(mail->reading->own_text) > NOTICE_MAX)
		return false;
	text = gp_utf8_fold(mail->reading->own_text);
	return gp_holds_any(text, gp_notified_text);
}

static bool
has_method(const struct gp_reading *reading, const char *const *methods)
{
	for (size_t i = 0; i < reading->calendar_count; i++)
		if (is_one_of(reading->calendars[i].method, methods))
			return true;
	return false;
}

static bool
is_rsvp(const struct mail *mail)
{
	static const char *const methods[] = { "REPLY", "COUNTER", "REFRESH", NULL };

	return has_method(mail->reading, methods);
}

static bool
is_invite(const struct mail *mail)
{
	static const char *const methods[] = { "REQUEST", "CANCEL", "ADD", "DECLINECOUNTER", NULL };

	return has_method(mail->reading, methods);
}

static bool
is_reaction(const struct mail *mail)
{
	const char *own = mail->reading->own_text + strspn(mail->reading->own_text, " \n");
	SCOPED(gp_free_str) char *line = NULL;

	if (mail->reading->reaction)
		return true;
	if (strlen(own) > REACTION_MAX)
		return false;
	line = gp_utf8_fold(own);
	return gp_holds_any(line, gp_reacted) || gp_begins_with_any(line, gp_tapback);
}

static bool
says_auto(const struct mail *mail)
{
	const char *value = mail->reading->auto_submitted;

	return *value != '\0' && strcmp(value, "no") != 0;
}

static bool
is_autoresponder(const struct mail *mail)
{
	return mail->reading->autoresponder;
}

static bool
is_bulk(const struct mail *mail)
{
	static const char *const words[] = { "bulk", "junk", "auto_reply", "auto-reply", NULL };

	/* Foreign lists say "bulk" too: those have their own kind. */
	return is_one_of(mail->reading->precedence, words) && !mail->reading->list_headers;
}

static bool
is_absence(const struct mail *mail)
{
	return gp_absence_said(mail->reading);
}

static bool
is_machine_address(const char *address)
{
	char local[80];

	local_part(address, local);
	return is_one_of(local, gp_machine_local) || gp_begins_with_any(local, gp_machine_begins) ||
	       ends_with(local, "-bounces") || ends_with(local, "-request") || ends_with(local, "-owner");
}

/* The From alone: envelope senders of lists and forwarders say "-bounces" of people's mail as well. */
static bool
is_machine(const struct mail *mail)
{
	return is_machine_address(mail->reading->from_address);
}

static bool
is_list(const struct mail *mail)
{
	return mail->reading->list_headers || strcmp(mail->reading->precedence, "list") == 0;
}

/* RFC 5321 section 4.5.5. Offline nobody knows the envelope: NULL. */
static bool
is_null_sender(const struct mail *mail)
{
	return mail->envelope->sender != NULL && *mail->envelope->sender == '\0';
}

static bool
is_machine_envelope(const struct mail *mail)
{
	const char *sender = mail->envelope->sender;

	return sender != NULL && is_machine_address(sender) && strcasecmp(sender, mail->reading->from_address) != 0;
}

static size_t
count_words(const char *s)
{
	size_t words = 0;

	for (const char *c = s; *c != '\0'; c++)
		words += (*c != ' ' && *c != '\n') && (c == s || c[-1] == ' ' || c[-1] == '\n');
	return words;
}

/* "Please take me off your list, thanks": a word that asks, and none that says more. line is folded, and cut up. */
static bool
only_asks_to_leave(char *line)
{
	bool asks = false;

	for (size_t n = strlen(line); n > 0 && strchr(".!, ", line[n - 1]) != NULL; n--)
		line[n - 1] = '\0';
	if (is_one_of(line, gp_leave))
		return true;
	for (char *word = line, *end; *word != '\0'; word = end) {
		word += strspn(word, " .,!;:\"()");
		end = word + strcspn(word, " .,!;:\"()");
		if (end == word)
			break;
		if (*end != '\0')
			*end++ = '\0';
		if (is_one_of(word, gp_leave_word))
			asks = true;
		else if (!is_one_of(word, gp_leave_filler))
			return false;
	}
	return asks;
}

static bool
wants_out(const struct mail *mail)
{
	const char *own = mail->reading->own_text, *line = mail->reading->first_line;
	SCOPED(gp_free_str) char *said = gp_utf8_fold(*own != '\0' ? line : mail->reading->subject);
	size_t words = count_words(line);

	if (count_words(own) > words + LEAVE_NAME || words > LEAVE_WORDS)
		return false;
	return only_asks_to_leave(said);
}

/* Where it was sent says what it is: a word is a command, a token an answer to one mail of ours. */
static bool
is_command_address(const struct mail *mail)
{
	const char *ext = mail->envelope->local_ext;

	return *ext != '\0' && strpbrk(ext, "0123456789") == NULL;
}

static bool
is_token_address(const struct mail *mail)
{
	return strpbrk(mail->envelope->local_ext, "0123456789") != NULL;
}

/* In order: the first that holds decides. */
static const struct {
	bool (*holds)(const struct mail *mail);
	enum gp_kind kind;
	const char *why;
} tests[] = {
	{ is_loop, GP_KIND_LOOP, "it carries this list's own mark" }, /* RCV-11 */
	{ is_complaint, GP_KIND_COMPLAINT, "it is an abuse feedback report" }, /* LST-21 */
	{ is_challenge, GP_KIND_AUTO_REPLY, "it wants a sender to prove themselves" },
	{ is_status_report, GP_KIND_BOUNCE, "it is a delivery status report" }, /* RFC 3464 */
	{ has_bounces, GP_KIND_BOUNCE, "a mail system reports on a delivery" }, /* SND-04 */
	{ is_notification, GP_KIND_NOTIFICATION, "it says that a mail was read or received" }, /* RFC 8098 */
	{ is_rsvp, GP_KIND_RSVP, "it holds a calendar reply" }, /* RCV-14: before automatic */
	{ is_reaction, GP_KIND_REACTION, "it only reacts to a post" }, /* RCV-22 */
	{ is_autoresponder, GP_KIND_AUTO_REPLY, "its header names an autoresponder" }, /* RCV-13 */
	{ says_auto, GP_KIND_AUTO_REPLY, "Auto-Submitted says so" }, /* RFC 3834 section 5 */
	{ is_list, GP_KIND_LIST, "it comes from another list" }, /* RCV-13 */
	{ is_absence, GP_KIND_AUTO_REPLY, "its words are those of an absence notice" },
	{ is_bulk, GP_KIND_AUTO_REPLY, "its Precedence is bulk" }, /* RCV-13 */
	{ is_machine, GP_KIND_NOTIFICATION, "its author is a machine's address" }, /* RCV-13 */
	{ is_null_sender, GP_KIND_AUTO_REPLY, "its envelope sender is empty" }, /* RFC 5321 section 4.5.5 */
	{ is_machine_envelope, GP_KIND_NOTIFICATION, "its envelope sender is a machine's address" }, /* RCV-13 */
	{ is_invite, GP_KIND_INVITE, "it holds an invitation" }, /* CAL-25 */
	{ is_command_address, GP_KIND_COMMAND, "its address is a command" },
	{ is_token_address, GP_KIND_REPLY, "its address answers one mail of ours" },
	{ wants_out, GP_KIND_COMMAND, "it only asks to leave" }, /* RCV-23 */
};

enum gp_kind
gp_classify(const struct gp_reading *reading, const struct gp_envelope *envelope, const char **ret_why)
{
	const struct mail mail = { reading, envelope };

	for (size_t i = 0; i < GP_COUNT(tests); i++)
		if (tests[i].holds(&mail)) {
			*ret_why = tests[i].why;
			return tests[i].kind;
		}
	*ret_why = "a person wrote it";
	return GP_KIND_POST;
}
