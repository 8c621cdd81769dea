#include "guild/absence.h"

#include <string.h>

#include "guild/absence_phrases.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/own_text.h"
#include "guildpost/mail/phrase.h"
#include "guildpost/mail/utf8.h"

#define AUTO_LOOK      500 /* octets of own text in which a program says that it is one */
#define AWAY_LOOK      220 /* octets behind the greeting in which a notice has said that somebody is away */
#define MORE_LOOK      900 /* and what it says then */
#define NOTICE_MAX     1200 /* octets of all that it says: people who mention their absence go on to something else */
#define ALONE_MAX      120 /* octets of one that says nothing more */
#define GREETING_LINES 3

/* The first `max` octets of s, folded, typographic apostrophes as plain ones. */
static char *
folded_begin(const char *s, size_t max)
{
	SCOPED(gp_free_str) char *begin = gp_strndup(s, gp_utf8_cut(s, strlen(s), max));
	char *text = gp_utf8_fold(begin), *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (strncmp(from, "\xe2\x80\x99", 3) == 0) {
			*to++ = '\'';
			from += 2;
		} else {
			*to++ = *from == '\n' ? ' ' : *from;
		}
	*to = '\0';
	return text;
}

/* Own text behind its greeting lines. */
static const char *
behind_greeting(const char *own)
{
	for (int i = 0; i < GREETING_LINES; i++) {
		size_t n, greeting;

		own += strspn(own, " \n");
		n = strcspn(own, "\n");
		greeting = gp_greeting_length(own, n);
		own += greeting;
		if (greeting < n)
			break;
	}
	return own;
}

/* Quoted lines below: somebody answers, where a program would only state. */
static bool
quotes(const char *text)
{
	return strncmp(text, ">", 1) == 0 || strstr(text, "\n>") != NULL;
}

static bool
subject_says(const struct gp_reading *reading, const char *const *begins)
{
	SCOPED(gp_free_str) char *subject = gp_utf8_fold(reading->subject);

	return gp_begins_with_any(subject, begins) ||
	       (!reading->subject_is_reply && gp_begins_with_any(reading->subject_base, begins));
}

static bool
text_says(const struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *all = NULL, *away = NULL, *more = NULL;
	const char *said = behind_greeting(reading->own_text);
	size_t n = strlen(said);

	if (n > NOTICE_MAX)
		return false;
	all = folded_begin(reading->own_text, AWAY_LOOK);
	away = folded_begin(said, AWAY_LOOK);
	if (gp_begins_with_any(all, gp_to_many) || !gp_holds_any(away, gp_away))
		return false;
	more = folded_begin(said, MORE_LOOK);
	return n <= ALONE_MAX || gp_holds_any(more, gp_away_more);
}

bool
gp_absence_said(const struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *subject = gp_utf8_fold(reading->subject);
	SCOPED(gp_free_str) char *begin = folded_begin(reading->own_text, AUTO_LOOK);
	SCOPED(gp_free_str) char *said = folded_begin(behind_greeting(reading->own_text), AWAY_LOOK);

	if (subject_says(reading, gp_auto_subject) || gp_holds_any(subject, gp_auto_subject_within))
		return true;
	if (gp_holds_any(begin, gp_auto_text) && !quotes(reading->text))
		return true;
	if (subject_says(reading, gp_absent_subject) && !quotes(reading->text) && gp_holds_any(said, gp_away))
		return !gp_begins_with_any(begin, gp_to_many);
	/* "I am out of the office today, and will reply in more detail" is also what people write in an answer. */
	return !quotes(reading->text) && text_says(reading);
}
