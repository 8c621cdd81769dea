#include "mail/dsn_report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/dsn_words.h"

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

void
gp_report_read(const char *text, struct gp_report *report)
{
	const char *end = text + gp_utf8_cut(text, strlen(text), GP_REPORT_TEXT);

	*report = (struct gp_report){ .rest = "" };
	while (text < end && report->count < GP_REPORT_LINES) {
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

void
gp_report_release(struct gp_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->lines[i]);
		free(report->folded[i]);
	}
	report->count = 0;
}

char *
gp_report_lines(const struct gp_report *report, size_t from, size_t to)
{
	struct gp_buf out = GP_BUF_INIT(GP_SAID_MAX + GP_REPORT_TEXT);

	for (size_t i = from; i < report->count && i < to && out.len < GP_SAID_MAX; i++) {
		gp_buf_adds(&out, report->lines[i]);
		gp_buf_addc(&out, '\n');
	}
	return gp_buf_take(&out);
}

/* --- which addresses failed --------------------------------------------------------------------------------------- */

/* How much an address at [at, end) of line i looks like the one that failed: 0 not at all. */
static int
weight(const struct gp_report *report, size_t i, const char *at, const char *end)
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
put_alias(struct gp_candidate *found, size_t *count, struct gp_candidate *alias)
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

size_t
gp_report_gather(const struct gp_report *report, struct gp_candidate *found, size_t room)
{
	static const char *const became[] = { "generated from", "expanded from", NULL };
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++) {
		const char *line = report->lines[i], *s = line, *at;
		struct gp_candidate next = { .line = i };

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

char *
gp_report_said(const struct gp_report *report, const struct gp_candidate *found, size_t count, size_t i)
{
	size_t to = found[i].line + SAID_LINES;

	for (size_t j = i + 1; j < count; j++)
		if (found[j].line > found[i].line && strcasecmp(found[j].address, found[i].address) != 0) {
			to = found[j].line < to ? found[j].line : to;
			break;
		}
	return gp_report_lines(report, found[i].line, to > found[i].line ? to : found[i].line + 1);
}

char *
gp_dsn_said_of(const char *text, const char *recipient)
{
	struct gp_candidate found[GP_BOUNCES_MAX];
	struct gp_report report;
	char *said = NULL;
	size_t count;

	gp_report_read(text, &report);
	count = gp_report_gather(&report, found, GP_COUNT(found));
	for (size_t i = 0; i < count && said == NULL; i++)
		if (strcasecmp(found[i].address, recipient) == 0)
			said = gp_report_said(&report, found, count, i);
	if (said == NULL)
		said = gp_report_lines(&report, 0, report.count);
	gp_report_release(&report);
	return said;
}
