#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/dsn_parts.h"
#include "mail/dsn_words.h"

#define TEXT_LOOK  (64 * 1024) /* octets of a report's text; the reason stands at its beginning */
#define LINES_LOOK 400
#define SAID_LINES 12 /* about one recipient */

/* --- addresses in text -------------------------------------------------------------------------------------------- */

static bool
may_stand_in_address(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&*+-/=?^_`{|}~.@'", c) != NULL);
}

/* Where the local part begins that ends before at; line is where the line begins. */
static const char *
local_begin(const char *line, const char *at)
{
	const char *begin = at;

	if (at - line >= 3 && at[-1] == '"') { /* "two words"@a.example */
		for (begin = at - 2; begin > line && *begin != '"'; begin--)
			;
		return *begin == '"' ? begin : at;
	}
	while (begin > line && may_stand_in_address(begin[-1]) && begin[-1] != '@')
		begin--;
	while (begin < at && (*begin == '\'' || *begin == '*' || *begin == '='))
		begin++;
	if (strncasecmp(begin, "SMTP=", 5) == 0) /* Exchange's X.400 form */
		begin += 5;
	return begin;
}

const char *
gp_dsn_address(const char *line, const char *s, char out[GP_ADDRESS_MAX], const char **ret_at)
{
	for (const char *at = strchr(s, '@'); at != NULL; at = strchr(at + 1, '@')) {
		const char *begin = local_begin(line, at), *end = at + 1;

		while (isalnum((unsigned char)*end) || *end == '.' || *end == '-' || *end == '_')
			end++;
		while (end > at + 1 && strchr(".-_", end[-1]) != NULL)
			end--;
		if (end - begin >= GP_ADDRESS_MAX || end == at + 1 || begin >= at)
			continue;
		memcpy(out, begin, (size_t)(end - begin));
		out[end - begin] = '\0';
		*ret_at = begin;
		if (gp_address_ok(out))
			return end;
	}
	return NULL;
}

/* --- the lines that people read ----------------------------------------------------------------------------------- */

struct report {
	char *lines[LINES_LOOK], *folded[LINES_LOOK]; /* as they stand, and as phrases are looked for */
	size_t count;
	const char *rest; /* the returned message, where the text goes on with it; else "" */
};

/* Does the returned message begin here? */
static bool
begins_returned(const char *line, const char *folded)
{
	static const char *const fields[] = { "received:", "return-path:", "x-received:", "dkim-signature:", NULL };

	if (gp_begins_with_any(folded, fields))
		return true;
	return strlen(line + strspn(line, " ")) < 120 && gp_holds_any(folded, gp_dsn_returned) &&
	       !gp_holds_any(folded, gp_dsn_not_returned);
}

static void
report_read(const char *text, struct report *report)
{
	const char *end = text + gp_utf8_cut(text, strlen(text), TEXT_LOOK);

	*report = (struct report){ .rest = "" };
	while (text < end && report->count < LINES_LOOK) {
		size_t n = strcspn(text, "\n");
		char *line = gp_strndup(text, n), *folded = gp_utf8_fold(line);

		if (report->count > 0 && begins_returned(line, folded)) {
			free(line);
			free(folded);
			report->rest = text;
			break;
		}
		report->lines[report->count] = line;
		report->folded[report->count++] = folded;
		text += n + (text[n] == '\n');
	}
}

static void
report_release(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->lines[i]);
		free(report->folded[i]);
	}
	report->count = 0;
}

/* Lines [from, to) as one text, of a sensible length. */
static char *
lines_between(const struct report *report, size_t from, size_t to)
{
	struct gp_buf out = GP_BUF_INIT(GP_SAID_MAX + TEXT_LOOK);

	for (size_t i = from; i < report->count && i < to && out.len < GP_SAID_MAX; i++) {
		gp_buf_adds(&out, report->lines[i]);
		gp_buf_addc(&out, '\n');
	}
	return gp_buf_take(&out);
}

/* --- which addresses failed --------------------------------------------------------------------------------------- */

struct candidate {
	char address[GP_ADDRESS_MAX];
	size_t line;
	int weight;
};

/* How much an address at [at, end) of line i looks like the one that failed: 0 not at all. */
static int
weight(const struct report *report, size_t i, const char *at, const char *end)
{
	const char *line = report->lines[i], *s = line + strspn(line, " <\"'*>-\t");
	SCOPED(gp_free_str) char *before = gp_strndup(line, (size_t)(at - line)), *lead = gp_utf8_fold(before);
	bool alone = s == at || (s < at && at - s < 2);

	if (gp_holds_any(lead, gp_dsn_not_recipient) || gp_begins_with_any(lead + strspn(lead, " >*"), gp_dsn_from))
		return 0;
	if (strstr(lead, "rcpt to") != NULL || strstr(lead, "final-recipient") != NULL)
		return 4;
	end += strspn(end, " >\"'),;.:");
	if (alone)
		return *end == '\0' ? 4 : 3;
	if (gp_holds_any(lead, gp_dsn_recipient) ||
	    (i > 0 && gp_holds_any(report->folded[i - 1], gp_dsn_recipient) && strlen(lead) < 12))
		return 3;
	s = line + strspn(line, " >");
	if (isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]))
		return 2; /* "550 <x@y>: User unknown" */
	return gp_holds_any(report->folded[i], gp_dsn_unknown) || strncasecmp(s, "to:", 3) == 0 ? 1 : 0;
}

/* "<x@y> (expanded from: <ann@a.example>)", "(generated from ann@a.example)": the address that we wrote to comes first,
 * then what it became. Both are of one line. */
static void
put_alias(struct candidate *found, size_t *count, struct candidate *alias)
{
	alias->weight = 4;
	if (*count > 0) {
		alias->line = found[*count - 1].line;
		found[*count] = found[*count - 1];
		found[*count].weight = 4;
		found[*count - 1] = *alias;
	} else {
		found[0] = *alias;
	}
	++*count;
}

static size_t
gather(const struct report *report, struct candidate *found, size_t room)
{
	static const char *const became[] = { "generated from", "expanded from", NULL };
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++) {
		const char *line = report->lines[i], *s = line, *at;
		struct candidate next = { .line = i };

		while (count < room && (s = gp_dsn_address(line, s, next.address, &at)) != NULL) {
			SCOPED(gp_free_str) char *before = gp_strndup(line, (size_t)(at - line));
			/* Postfix may break the line behind "from". */
			bool wraps = i > 0 && at - line < 8 && gp_holds_any(report->folded[i - 1], became);

			next.line = i;
			next.weight = weight(report, i, at, s);
			if (gp_dsn_holds(before, became) ||
			    (wraps && report->folded[i][strspn(report->folded[i], " ")] == '<'))
				put_alias(found, &count, &next);
			else if (next.weight > 0)
				found[count++] = next;
		}
	}
	return count;
}

/* What was said of a candidate: to the next one with another address, or so many lines. */
static char *
said_of(const struct report *report, const struct candidate *found, size_t count, size_t i)
{
	size_t to = found[i].line + SAID_LINES;

	for (size_t j = i + 1; j < count; j++)
		if (found[j].line > found[i].line && strcasecmp(found[j].address, found[i].address) != 0) {
			to = found[j].line < to ? found[j].line : to;
			break;
		}
	return lines_between(report, found[i].line, to > found[i].line ? to : found[i].line + 1);
}

char *
gp_dsn_said_of(const char *text, const char *recipient)
{
	struct candidate found[GP_BOUNCES_MAX];
	struct report report;
	char *said = NULL;
	size_t count;

	report_read(text, &report);
	count = gather(&report, found, GP_COUNT(found));
	for (size_t i = 0; i < count && said == NULL; i++)
		if (strcasecmp(found[i].address, recipient) == 0)
			said = said_of(&report, found, count, i);
	if (said == NULL)
		said = lines_between(&report, 0, report.count);
	report_release(&report);
	return said;
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
read_candidates(const struct report *report, int only, const char *whole, struct gp_reading *reading)
{
	struct candidate found[GP_BOUNCES_MAX];
	size_t count = gather(report, found, GP_COUNT(found));
	int best = 0, least;

	for (size_t i = 0; i < count; i++)
		best = found[i].weight > best ? found[i].weight : best;
	least = best >= 2 ? 2 : best;
	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_free_str) char *said = NULL;

		if (found[i].weight < (only > least ? only : least))
			continue;
		said = said_of(report, found, count, i);
		judge(found[i].address, said, whole, reading);
	}
}

/* X-Failed-Recipients: the text says why, for each where it names it. Where it names none of them, but another where
 * those stand, it knows better: the field may have met an alias. */
static void
read_failed(const struct gp_dsn *dsn, const struct report *report, const char *whole, struct gp_reading *reading)
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
read_local_parts(const struct report *report, const char *whole, struct gp_reading *reading)
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
read_whoever(const struct gp_dsn *dsn, const struct report *report, const char *whole, struct gp_reading *reading)
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
	struct report report;
	SCOPED(gp_free_str) char *whole = NULL;

	read_json(dsn->text, reading);
	if (reading->bounce_count > 0 || (!gp_dsn_likely(reading) && *dsn->failed == '\0'))
		return;
	report_read(dsn->text, &report);
	whole = lines_between(&report, 0, report.count);
	if (*dsn->failed != '\0')
		read_failed(dsn, &report, whole, reading);
	/* People write about deliveries too. */
	if (reading->bounce_count == 0 && (is_signed || gp_dsn_holds(whole, gp_dsn_says)))
		read_candidates(&report, is_signed ? 0 : 3, whole, reading);
	if (reading->bounce_count == 0 && is_signed)
		read_whoever(dsn, &report, whole, reading);
	report_release(&report);
}
