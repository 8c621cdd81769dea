#include "mail/dsn_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"
#include "mail/dsn_words.h"

bool
gp_dsn_holds(const char *text, const char *const *phrases)
{
	SCOPED(gp_free_str) char *folded = gp_utf8_fold(text);

	return gp_holds_any(folded, phrases);
}

/* --- verdicts (SND-05) -------------------------------------------------------------------------------------------- */

static bool
says_nothing(const char *status)
{
	return *status == '\0' || strcmp(status + 1, ".0.0") == 0;
}

/* By number. "5.1.2" and "5.4.4" are what the answering system calls final; whether they count at once is not for one
 * report to say. */
static const char *
by_status(const char *status, bool *ret_soft)
{
	static const struct {
		const char *prefix, *verdict;
		bool soft;
	} classes[] = {
		{ "5.1.10", "permanent", false }, /* null MX, and Exchange's not found */
		{ "5.1.1", "permanent", false },
		{ "5.1.3", "permanent", false },
		{ "5.1.6", "permanent", false },
		{ "5.2.1", "permanent", false },
		{ "5.2.2", "temporary", true },
		{ "5.4.7", "temporary", true },
		{ "5.1.2", "permanent", true },
		{ "5.4.4", "permanent", true },
		{ "5.7.", "policy", false },
		{ "5.6.", "policy", false },
		{ "5.3.4", "policy", false },
		{ "5.2.3", "policy", false },
		{ "5.4.6", "policy", false },
		{ "4.", "temporary", true },
	};

	for (size_t i = 0; i < GP_COUNT(classes); i++) {
		size_t n = strlen(classes[i].prefix);

		if (strncmp(status, classes[i].prefix, n) != 0)
			continue;
		if (classes[i].prefix[n - 1] == '.' || !isdigit((unsigned char)status[n])) {
			*ret_soft = classes[i].soft;
			return classes[i].verdict;
		}
	}
	return NULL;
}

/* Exchange Online says "5.4.316" and the like of what it tried for a day: "Message expired". */
static bool
ran_out_of_time(const char *status, const char *said)
{
	char ignored[GP_STATUS_SIZE];

	if (strncmp(status, "5.4.", 4) == 0)
		return strstr(said, "expired") != NULL;
	return says_nothing(status) && gp_dsn_status(said, ignored) != '5' && gp_holds_any(said, gp_dsn_expired);
}

/* What the words say where the number says nothing. */
static const char *
by_words(const char *status, const char *folded, bool *ret_soft)
{
	if (gp_holds_any(folded, gp_dsn_policy))
		return "policy";
	*ret_soft = true;
	if (ran_out_of_time(status, folded))
		return "temporary";
	*ret_soft = says_nothing(status) && (gp_holds_any(folded, gp_dsn_full) || gp_holds_any(folded, gp_dsn_domain));
	return "permanent";
}

const char *
gp_dsn_verdict(const char *status, const char *said, bool *ret_soft)
{
	SCOPED(gp_free_str) char *folded = gp_utf8_fold(said);
	bool soft = false;
	const char *verdict = by_status(status, &soft);

	if (*status == '5' && (verdict == NULL || strcmp(verdict, "permanent") == 0) &&
	    gp_holds_any(folded, gp_dsn_strong_policy)) {
		verdict = "policy";
		soft = false;
	}
	if (verdict == NULL)
		verdict = by_words(status, folded, &soft);
	if (ret_soft != NULL)
		*ret_soft = soft;
	return verdict;
}

/* --- status codes in text ----------------------------------------------------------------------------------------- */

/* An RFC 3463 status at s, as "5.1.1", not a part of an IP address or a version. */
static bool
status_at(const char *s, char out[GP_STATUS_SIZE])
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
	(void)snprintf(out, GP_STATUS_SIZE, "%.*s", (int)(3 + subject + detail), s);
	return true;
}

char
gp_dsn_status(const char *text, char ret_status[GP_STATUS_SIZE])
{
	char found[GP_STATUS_SIZE], code = '\0';

	ret_status[0] = '\0';
	for (const char *s = text; *s != '\0'; s++) {
		if (s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '.' || s[-1] == '-'))
			continue;
		if (status_at(s, found) && says_nothing(ret_status)) {
			if (found[0] != '2')
				memcpy(ret_status, found, GP_STATUS_SIZE);
		} else if (code == '\0' && (*s == '4' || *s == '5') && isdigit((unsigned char)s[1]) && s[1] < '8' &&
			   isdigit((unsigned char)s[2]) && strchr(" -:,\n#", s[3]) != NULL) {
			code = *s;
		}
	}
	if (ret_status[0] == '\0' && code != '\0')
		(void)snprintf(ret_status, GP_STATUS_SIZE, "%c.0.0", code);
	return code;
}
