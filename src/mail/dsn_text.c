#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/dsn_report.h"
#include "mail/dsn_words.h"

/* --- is it one ---------------------------------------------------------------------------------------------------- */

bool
gp_dsn_signed(const struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *author = gp_printf("%s <%s", reading->from_name, reading->from_address);

	return strcmp(reading->report_type, "delivery-status") == 0 || gp_dsn_holds(author, gp_dsn_author);
}

bool
gp_dsn_likely(const struct gp_reading *reading)
{
	return gp_dsn_signed(reading) || (!reading->subject_is_reply && gp_dsn_holds(reading->subject, gp_dsn_subject));
}

/* --- what is made of it ------------------------------------------------------------------------------------------- */

static bool
is_delay(const char *text)
{
	return gp_dsn_holds(text, gp_dsn_delay) && !gp_dsn_holds(text, gp_dsn_final);
}

static void
judge(const char *recipient, const char *said, const char *whole, struct gp_reading *reading)
{
	char status[GP_STATUS_SIZE];
	const char *verdict;
	bool soft;

	(void)gp_dsn_status(said, status);
	if (*status == '\0')
		(void)gp_dsn_status(whole, status);
	verdict = gp_dsn_verdict(status, said, &soft);
	if (*status == '\0' && strcmp(verdict, "permanent") == 0) {
		bool of_whole;
		const char *other = gp_dsn_verdict(status, whole, &of_whole);

		soft = soft || of_whole;
		verdict = other;
	}
	if (is_delay(whole) || is_delay(reading->subject))
		verdict = "temporary";
	gp_dsn_add(reading, recipient, status, verdict, soft);
}

/* Addresses in a field or a subject, one row each. */
static void
read_addresses(const char *value, const char *whole, struct gp_reading *reading)
{
	char address[GP_ADDRESS_MAX];
	const char *at;

	for (const char *s = value; (s = gp_dsn_address(value, s, address, &at)) != NULL;)
		judge(address, whole, whole, reading);
}

/* The candidates that look most like it; only: at least so much. */
static void
read_candidates(const struct gp_report *report, int only, const char *whole, struct gp_reading *reading)
{
	struct gp_candidate found[GP_BOUNCES_MAX];
	size_t count = gp_report_gather(report, found, GP_COUNT(found));
	int best = 0, least;

	for (size_t i = 0; i < count; i++)
		best = found[i].weight > best ? found[i].weight : best;
	least = best >= 2 ? 2 : best;
	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_free_str) char *said = NULL;

		if (found[i].weight < (only > least ? only : least))
			continue;
		said = gp_report_said(report, found, count, i);
		judge(found[i].address, said, whole, reading);
	}
}

/* X-Failed-Recipients: the text says why, for each where it names it. Where it names none of them, but another where
 * those stand, it knows better: the field may have met an alias. */
static void
read_failed(const struct gp_dsn *dsn, const struct gp_report *report, const char *whole, struct gp_reading *reading)
{
	char address[GP_ADDRESS_MAX];
	const char *at;
	bool named = false;

	for (const char *s = dsn->failed; !named && (s = gp_dsn_address(dsn->failed, s, address, &at)) != NULL;)
		named = strcasestr(whole, address) != NULL;
	if (!named)
		read_candidates(report, 4, whole, reading);
	if (reading->bounce_count > 0)
		return;
	for (const char *s = dsn->failed; (s = gp_dsn_address(dsn->failed, s, address, &at)) != NULL;) {
		SCOPED(gp_free_str) char *said = gp_dsn_said_of(dsn->text, address);

		judge(address, said, whole, reading);
	}
}

/* A report that lost its MIME on the way: the groups stand in the text. */
static void
read_groups_in_text(const char *text, struct gp_reading *reading)
{
	const char *at = strcasestr(text, "\nFinal-Recipient:");

	if (at == NULL)
		return;
	while (at > text && !(at[0] == '\n' && at[1] == '\n')) /* to where the group begins */
		at--;
	at += strspn(at, "\n");
	gp_dsn_read_groups(at, strlen(at), text, reading);
}

static char *
without_backslashes(const char *text)
{
	char *copy = gp_strdup(text), *to = copy;

	for (const char *from = copy; *from != '\0'; from++)
		if (*from != '\\')
			*to++ = *from;
	*to = '\0';
	return copy;
}

/* Amazon tells of bounces in JSON: "bouncedRecipients":[{"emailAddress":"ann@a.example","status":"5.1.1",...}]. */
static void
read_json(const char *text, struct gp_reading *reading)
{
	static const char list[] = "\"bouncedRecipients\"", name[] = "\"emailAddress\"";
	SCOPED(gp_free_str) char *plain = NULL;
	const char *at, *next, *ignored;
	char address[GP_ADDRESS_MAX];

	if (text[strspn(text, " \n")] != '{' || strstr(text, "bouncedRecipients") == NULL)
		return;
	plain = without_backslashes(text); /* it may stand in a string of other JSON */
	at = strstr(plain, list);
	for (at = at == NULL ? NULL : strstr(at, name); at != NULL; at = next) {
		SCOPED(gp_free_str) char *said = NULL;

		next = strstr(at + 1, name);
		said = gp_strndup(at, next != NULL ? (size_t)(next - at) : strcspn(at, "]"));
		if (gp_dsn_address(said, said, address, &ignored) != NULL)
			judge(address, said, said, reading);
	}
}

/* AOL and others name their own users without the domain, alone on a line behind "following recipients". */
static void
read_local_parts(const struct gp_report *report, const char *whole, struct gp_reading *reading)
{
	const char *domain = gp_address_domain(reading->from_address);

	for (size_t i = 1; i < report->count && *domain != '\0'; i++) {
		const char *line = report->lines[i] + strspn(report->lines[i], " <"), *above = report->folded[i - 1];
		size_t n = strcspn(line, "> ");
		SCOPED(gp_free_str) char *address = gp_printf("%.*s@%s", (int)(n < 64 ? n : 64), line, domain);

		if (n == 0 || line[n + strspn(line + n, "> ")] != '\0' || strchr(line, '@') != NULL || *above == '\0' ||
		    above[strlen(above) - 1] != ':' || !gp_address_ok(address))
			continue;
		judge(address, whole, whole, reading);
	}
}

/* The returned message stands in the text: whom its To names. */
static void
read_returned_to(const char *rest, const char *whole, struct gp_reading *reading)
{
	for (const char *line = rest; *line != '\0'; line += *line == '\n') {
		size_t n = strcspn(line, "\n");
		SCOPED(gp_free_str) char *copy = gp_strndup(line, n);

		if (strncasecmp(copy, "to:", 3) == 0) {
			read_addresses(copy, whole, reading);
			return;
		}
		line += n;
	}
}

static void
read_whoever(const struct gp_dsn *dsn, const struct gp_report *report, const char *whole, struct gp_reading *reading)
{
	if (reading->bounce_count == 0)
		read_groups_in_text(dsn->text, reading);
	if (reading->bounce_count == 0)
		read_addresses(reading->subject, whole, reading);
	if (reading->bounce_count == 0)
		gp_dsn_read_groups(dsn->inner, dsn->inner_n, dsn->text, reading);
	if (reading->bounce_count == 0)
		read_local_parts(report, whole, reading);
	if (reading->bounce_count > 0 || !gp_dsn_holds(whole, gp_dsn_says))
		return;
	read_addresses(dsn->returned, whole, reading);
	if (reading->bounce_count == 0)
		read_returned_to(report->rest, whole, reading);
}

void
gp_dsn_read_text(const struct gp_dsn *dsn, struct gp_reading *reading)
{
	const bool is_signed = gp_dsn_signed(reading);
	struct gp_report report;
	SCOPED(gp_free_str) char *whole = NULL;

	read_json(dsn->text, reading);
	if (reading->bounce_count > 0 || (!gp_dsn_likely(reading) && *dsn->failed == '\0'))
		return;
	gp_report_read(dsn->text, &report);
	whole = gp_report_lines(&report, 0, report.count);
	if (*dsn->failed != '\0')
		read_failed(dsn, &report, whole, reading);
	/* People write about deliveries too. */
	if (reading->bounce_count == 0 && (is_signed || gp_dsn_holds(whole, gp_dsn_says)))
		read_candidates(&report, is_signed ? 0 : 3, whole, reading);
	if (reading->bounce_count == 0 && is_signed)
		read_whoever(dsn, &report, whole, reading);
	gp_report_release(&report);
}
