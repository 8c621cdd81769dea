#include "guildpost/mail/dsn.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/mail/address.h"
#include "guildpost/mail/field.h"
#include "guildpost/mail/utf8.h"
#include "mail/dsn_phrases.h"

#define TEXT_LOOK   (64 * 1024) /* octets of a report's text; the reason stands at its beginning */
#define SAID_MAX    2000
#define LINES_LOOK  400
#define STATUS_SIZE 12

/* --- verdicts (SND-05) -------------------------------------------------------------------------------------------- */

static bool
holds_any(const char *text, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++)
		if (strcasestr(text, *phrases) != NULL)
			return true;
	return false;
}

const char *
gp_dsn_verdict(const char *status, const char *said)
{
	static const struct {
		const char *prefix, *verdict;
	} classes[] = {
		{ "5.1.1", "permanent" }, /* also 5.1.10: null MX, and Exchange's not found */
		{ "5.1.3", "permanent" },
		{ "5.1.6", "permanent" },
		{ "5.2.1", "permanent" },
		{ "5.2.2", "temporary" },
		{ "5.4.7", "temporary" },
		{ "5.1.2", "temporary" },
		{ "5.4.4", "temporary" },
		{ "5.7.", "policy" },
		{ "5.6.", "policy" },
		{ "5.3.4", "policy" },
		{ "5.2.3", "policy" },
		{ "5.4.6", "policy" },
		{ "4.", "temporary" },
	};

	for (size_t i = 0; i < GP_COUNT(classes); i++)
		if (strncmp(status, classes[i].prefix, strlen(classes[i].prefix)) == 0)
			return classes[i].verdict;
	if (holds_any(said, gp_dsn_policy))
		return "policy";
	if ((*status == '\0' || strcmp(status, "5.0.0") == 0) && holds_any(said, gp_dsn_expired))
		return "temporary";
	if (*status == '\0' && holds_any(said, gp_dsn_full))
		return "temporary";
	return "permanent";
}

static void
add(struct gp_reading *reading, const char *recipient, const char *status, const char *verdict)
{
	struct gp_bounced *row;

	if (reading->bounce_count >= GP_BOUNCES_MAX)
		return;
	for (size_t i = 0; i < reading->bounce_count; i++)
		if (strcasecmp(reading->bounces[i].recipient, recipient) == 0)
			return;
	reading->bounces = gp_grow(reading->bounces, (reading->bounce_count + 1) * sizeof(*reading->bounces));
	row = &reading->bounces[reading->bounce_count++];
	*row = (struct gp_bounced){ gp_strdup(recipient), gp_strdup(status), gp_strdup(verdict) };
}

/* --- status codes in text ----------------------------------------------------------------------------------------- */

/* An RFC 3463 status at s, as "5.1.1", not a part of an IP address or a version. */
static bool
status_at(const char *s, char out[STATUS_SIZE])
{
	size_t subject, detail;

	if ((s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.')
		return false;
	subject = strspn(s + 2, "0123456789");
	if (subject < 1 || subject > 3 || s[2 + subject] != '.')
		return false;
	detail = strspn(s + 3 + subject, "0123456789");
	if (detail < 1 || detail > 3 ||
	    (s[3 + subject + detail] == '.' && isdigit((unsigned char)s[4 + subject + detail])))
		return false;
	(void)snprintf(out, STATUS_SIZE, "%.*s", (int)(3 + subject + detail), s);
	return true;
}

/* The best status in a text: one with a detail before one of zeros; else made of an SMTP code ("5.0.0" of 550). */
static void
find_status(const char *text, char out[STATUS_SIZE])
{
	char found[STATUS_SIZE], code = '\0';

	out[0] = '\0';
	for (const char *s = text; *s != '\0'; s++) {
		if (s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '.' || s[-1] == '-'))
			continue;
		if (status_at(s, found) && (out[0] == '\0' || strcmp(out + 1, ".0.0") == 0)) {
			if (found[0] != '2')
				memcpy(out, found, STATUS_SIZE);
		} else if (code == '\0' && (*s == '4' || *s == '5') && isdigit((unsigned char)s[1]) && s[1] < '8' &&
			   isdigit((unsigned char)s[2]) && strchr(" -:,\n#", s[3]) != NULL) {
			code = *s;
		}
	}
	if (out[0] == '\0' && code != '\0')
		(void)snprintf(out, STATUS_SIZE, "%c.0.0", code);
}

/* --- addresses in text -------------------------------------------------------------------------------------------- */

static bool
may_stand_in_address(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&*+-/=?^_`{|}~.@'", c) != NULL);
}

/* The next address in s, copied to out; returns where to look on, NULL at the end. ret_at: where it stands. */
static const char *
next_address(const char *line, const char *s, char out[GP_ADDRESS_MAX], const char **ret_at)
{
	for (const char *at = strchr(s, '@'); at != NULL; at = strchr(at + 1, '@')) {
		const char *begin = at, *end = at + 1;

		while (begin > line && may_stand_in_address(begin[-1]) && begin[-1] != '@')
			begin--;
		while (*begin == '\'' || *begin == '*' || *begin == '=')
			begin++;
		if (strncasecmp(begin, "SMTP=", 5) == 0) /* Exchange's X.400 form */
			begin += 5;
		while (isalnum((unsigned char)*end) || *end == '.' || *end == '-' || *end == '_')
			end++;
		while (end > at + 1 && strchr(".-_", end[-1]) != NULL)
			end--;
		if (end - begin >= GP_ADDRESS_MAX || end == at + 1 || begin == at)
			continue;
		memcpy(out, begin, (size_t)(end - begin));
		out[end - begin] = '\0';
		*ret_at = begin;
		if (gp_address_ok(out))
			return end;
	}
	return NULL;
}

/* --- the forms that people read ----------------------------------------------------------------------------------- */

struct report {
	char *lines[LINES_LOOK];
	size_t count;
};

/* Does the returned message begin here? */
static bool
begins_returned(const char *line)
{
	const char *s = line + strspn(line, " ");

	if (strncasecmp(line, "Received:", 9) == 0 || strncasecmp(line, "Return-Path:", 12) == 0 ||
	    strncasecmp(line, "X-Received:", 11) == 0 || strncasecmp(line, "DKIM-Signature:", 15) == 0)
		return true;
	return strlen(s) < 120 && holds_any(s, gp_dsn_returned) && strcasestr(s, "not receive") == NULL;
}

static void
split(const char *text, struct report *report)
{
	const char *end = text + gp_utf8_cut(text, strlen(text), TEXT_LOOK);

	while (text < end && report->count < LINES_LOOK) {
		size_t n = strcspn(text, "\n");
		char *line = gp_strndup(text, n);

		if (report->count > 0 && begins_returned(line)) {
			free(line);
			break;
		}
		report->lines[report->count++] = line;
		text += n + (text[n] == '\n');
	}
}

/* How much an address on a line looks like the one that failed: 0 not at all. */
static int
weight(const char *line, const char *at, const char *end, const char *before)
{
	const char *s = line + strspn(line, " <\"'*>-\t");
	SCOPED(gp_free_str) char *lead = gp_strndup(line, (size_t)(at - line));
	bool alone = s == at || (s < at && at - s < 2);

	if (holds_any(lead, gp_dsn_not_recipient))
		return 0;
	if (strcasestr(lead, "rcpt to") != NULL || strcasestr(lead, "final-recipient") != NULL)
		return 4;
	end += strspn(end, " >\"'),;.:");
	if (alone && *end == '\0')
		return 4;
	if (alone)
		return 3;
	if (holds_any(lead, gp_dsn_recipient) ||
	    (before != NULL && holds_any(before, gp_dsn_recipient) && strlen(lead) < 12))
		return 3;
	s = line + strspn(line, " >");
	if (isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]))
		return 2; /* "550 <x@y>: User unknown" */
	return holds_any(line, gp_dsn_unknown) || strncasecmp(s, "to:", 3) == 0 ? 1 : 0;
}

struct candidate {
	char address[GP_ADDRESS_MAX];
	size_t line;
	int weight;
};

static size_t
gather(const struct report *report, struct candidate *found, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++) {
		const char *line = report->lines[i], *s = line, *at;
		struct candidate next;

		while (count < room && (s = next_address(line, s, next.address, &at)) != NULL) {
			bool alias = strcasestr(line, "generated from") != NULL ||
				     strcasestr(line, "expanded from") != NULL;

			next.line = i;
			next.weight = weight(line, at, s, i > 0 ? report->lines[i - 1] : NULL);
			/* "(expanded from: <x@y>)": the address that we wrote to, not what it became. */
			if (alias)
				next.weight = 4;
			if (alias && count > 0)
				count--;
			if (next.weight > 0)
				found[count++] = next;
		}
	}
	return count;
}

/* What was said of the recipient named at line i: to the next one, or the next ten lines. */
static char *
said_of(const struct report *report, size_t from, size_t to)
{
	struct gp_buf out = GP_BUF_INIT(SAID_MAX * 8);

	for (size_t i = from; i < report->count && i < to && out.len < SAID_MAX; i++) {
		gp_buf_adds(&out, report->lines[i]);
		gp_buf_addc(&out, '\n');
	}
	return gp_buf_take(&out);
}

static bool
is_delay(const char *text)
{
	return holds_any(text, gp_dsn_delay) && !holds_any(text, gp_dsn_final);
}

static void
judge(const char *recipient, const char *said, const char *whole, struct gp_reading *reading)
{
	char status[STATUS_SIZE];
	const char *verdict;

	find_status(said, status);
	if (*status == '\0')
		find_status(whole, status);
	verdict = gp_dsn_verdict(status, said);
	if (*status == '\0' && strcmp(verdict, "permanent") == 0)
		verdict = gp_dsn_verdict(status, whole);
	if (is_delay(whole) || is_delay(reading->subject))
		verdict = "temporary";
	add(reading, recipient, status, verdict);
}

static void
read_candidates(const struct report *report, const char *whole, struct gp_reading *reading)
{
	struct candidate found[GP_BOUNCES_MAX];
	size_t count = gather(report, found, GP_COUNT(found));
	int best = 0;

	for (size_t i = 0; i < count; i++)
		best = found[i].weight > best ? found[i].weight : best;
	for (size_t i = 0; i < count; i++) {
		size_t to = report->count;
		SCOPED(gp_free_str) char *said = NULL;

		if (found[i].weight < (best >= 2 ? 2 : best))
			continue;
		for (size_t j = i + 1; j < count && to == report->count; j++)
			if (strcasecmp(found[j].address, found[i].address) != 0)
				to = found[j].line;
		said = said_of(report, found[i].line, to > found[i].line + 12 ? found[i].line + 12 : to);
		judge(found[i].address, said, whole, reading);
	}
}

/* Addresses in a field or a subject, one row each. */
static void
read_addresses(const char *value, const char *whole, struct gp_reading *reading)
{
	char address[GP_ADDRESS_MAX];
	const char *at;

	for (const char *s = value; (s = next_address(value, s, address, &at)) != NULL;)
		judge(address, whole, whole, reading);
}

static void
read_text(const struct gp_dsn *dsn, struct gp_reading *reading)
{
	struct report report = { .count = 0 };
	SCOPED(gp_free_str) char *whole = NULL;

	split(dsn->text, &report);
	whole = said_of(&report, 0, report.count);
	if (*dsn->failed != '\0')
		read_addresses(dsn->failed, whole, reading);
	if (reading->bounce_count == 0)
		read_candidates(&report, whole, reading);
	if (reading->bounce_count == 0)
		read_addresses(reading->subject, whole, reading);
	if (reading->bounce_count == 0 && holds_any(whole, gp_dsn_says))
		read_addresses(dsn->returned, whole, reading);
	for (size_t i = 0; i < report.count; i++)
		free(report.lines[i]);
}

/* --- RFC 3464 ----------------------------------------------------------------------------------------------------- */

/* "rfc822; ann@a.example" to the address. */
static char *
typed_address(const struct gp_fields *fields, const char *name)
{
	const struct gp_field *field = gp_fields_find(fields, name);
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	const char *semicolon = strchr(value, ';'), *at;
	const char *from = semicolon != NULL ? semicolon + 1 : value;
	char address[GP_ADDRESS_MAX] = "";

	if (next_address(from, from, address, &at) == NULL)
		address[0] = '\0';
	return gp_strdup(address);
}

/* One recipient's group (section 2.3). */
static void
read_group(const struct gp_fields *fields, const char *text, struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *recipient = typed_address(fields, "final-recipient");
	SCOPED(gp_free_str) char *action = gp_field_text(gp_fields_find(fields, "action"), "", 40);
	SCOPED(gp_free_str) char *stated = gp_field_text(gp_fields_find(fields, "status"), "", 200);
	SCOPED(gp_free_str) char *said = gp_field_text(gp_fields_find(fields, "diagnostic-code"), "", SAID_MAX);
	char status[STATUS_SIZE], detail[STATUS_SIZE];
	const char *verdict;

	if (*recipient == '\0') {
		free(recipient);
		recipient = typed_address(fields, "original-recipient");
	}
	find_status(stated, status);
	find_status(said, detail);
	/* "5.0.0" says nothing; what the other server said may. */
	if (*detail != '\0' && strcmp(detail + 1, ".0.0") != 0 && (*status == '\0' || strcmp(status + 1, ".0.0") == 0))
		memcpy(status, detail, sizeof(status));
	if (*status == '\0')
		memcpy(status, detail, sizeof(status));
	verdict = gp_dsn_verdict(status, *said != '\0' ? said : text);
	if (strcasestr(action, "delayed") != NULL || strcasestr(action, "expired") != NULL)
		verdict = "temporary";
	else if (strcasestr(action, "deliver") != NULL || strcasestr(action, "relay") != NULL ||
		 strcasestr(action, "expand") != NULL || (*stated == '2' && strcasestr(action, "fail") == NULL))
		verdict = "ignore";
	add(reading, recipient, status, verdict);
}

static void
read_status(const struct gp_dsn *dsn, struct gp_reading *reading)
{
	size_t at = 0;

	while (at < dsn->status_n) {
		struct gp_fields fields;
		size_t left = dsn->status_n - at, step;

		gp_fields_read(dsn->status + at, left, &fields);
		if (gp_fields_find(&fields, "final-recipient") != NULL ||
		    gp_fields_find(&fields, "original-recipient") != NULL)
			read_group(&fields, dsn->text, reading);
		step = fields.body;
		if (step == 0) {
			const char *end = memchr(dsn->status + at, '\n', left);

			step = end != NULL ? (size_t)(end - (dsn->status + at)) + 1 : left;
		}
		gp_fields_release(&fields);
		at += step;
	}
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

bool
gp_dsn_likely(const struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *author = gp_printf("%s <%s", reading->from_name, reading->from_address);

	return strcmp(reading->report_type, "delivery-status") == 0 || holds_any(author, gp_dsn_author) ||
	       holds_any(reading->subject, gp_dsn_subject);
}

void
gp_dsn_read(const struct gp_dsn *dsn, struct gp_reading *reading)
{
	if (dsn->status_n > 0)
		read_status(dsn, reading);
	for (size_t i = 0; i < reading->bounce_count; i++)
		if (*reading->bounces[i].recipient != '\0')
			return;
	if (gp_dsn_likely(reading) || *dsn->failed != '\0')
		read_text(dsn, reading);
}
