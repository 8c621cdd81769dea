#include "guild/command_line.h"

#include <ctype.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/utf8.h"

/* --- words ---------------------------------------------------------------------------------- */

static bool
is_mark(const char *c, size_t *ret_n)
{
	static const char *const wide[] = { "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d",
		"\xe2\x80\x9e", "\xc2\xab", "\xc2\xbb", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\xa6", "\xc2\xa1",
		"\xc2\xbf" };

	*ret_n = 1;
	if ((unsigned char)*c < 0x80)
		return *c != '\0' && !isalnum((unsigned char)*c) && *c != '@' && *c != '+' && *c != '-';
	for (size_t i = 0; i < GP_COUNT(wide); i++)
		if (strncmp(c, wide[i], strlen(wide[i])) == 0) {
			*ret_n = strlen(wide[i]);
			return true;
		}
	return false;
}

/* Marks at the end: one octet at a time is enough, since continuation octets are no letters of ours. */
static size_t
without_marks(const char *word, size_t n)
{
	size_t good = 0, mark;

	for (size_t i = 0; i < n; i += mark)
		if (!is_mark(word + i, &mark))
			good = i + (mark = 1);
	return good;
}

/* Accents off, so that "wöchentlich" and "wochentlich" are one word: Latin-1 letters, as they come out of the fold. */
static void
fold_word(const char *word, size_t n, char out[WORD_SIZE])
{
	static const char plain[] = "aaaaaaaceeeeiiiidnooooo/ouuuuypy"; /* U+00E0 to U+00FF */
	SCOPED(gp_free_str) char *copy = gp_strndup(word, n), *folded = gp_utf8_fold(copy);
	size_t used = 0;

	for (const unsigned char *c = (const unsigned char *)folded; *c != '\0' && used + 3 < WORD_SIZE; c++) {
		if (c[0] == 0xc3 && c[1] >= 0xa0 && c[1] <= 0xbf)
			out[used++] = plain[*++c - 0xa0];
		else if (c[0] == 0xc3 && c[1] == 0x9f) {
			out[used++] = 's';
			out[used++] = 's';
			c++;
		} else if (strncmp((const char *)c, "\xe2\x80\x99", 3) == 0) { /* a typographic apostrophe is one */
			out[used++] = '\'';
			c += 2;
		} else
			out[used++] = (char)*c;
	}
	out[n < WORD_SIZE ? used : 0] = '\0';
}

static const char *
next_word(const char *text, size_t *ret_n)
{
	size_t n, mark;

	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		n = strcspn(text, " \t\n");
		if (n == 0)
			return NULL;
		while (n > 0 && is_mark(text, &mark) && mark <= n) {
			text += mark;
			n -= mark;
		}
		*ret_n = without_marks(text, n);
		if (*ret_n > 0 && !(*ret_n == 1 && *text == '-'))
			return text;
		text += n;
	}
}

bool
command_line_split(struct command_line *line, const char *text)
{
	size_t n;

	*line = (struct command_line){ .count = 0 };
	while ((text = next_word(text, &n)) != NULL) {
		if (line->count == LINE_WORDS)
			return false;
		line->at[line->count] = text;
		line->length[line->count] = n;
		fold_word(text, n, line->fold[line->count++]);
		text += n;
	}
	return true;
}

bool
command_line_is_in(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

void
command_line_skip(struct command_line *line, const char *const *list)
{
	while (line->from < line->count && command_line_is_in(line->fold[line->from], list))
		line->from++;
}

void
command_line_rest(const struct command_line *line, char *out, size_t size)
{
	const char *end, *begin;
	size_t n;

	out[0] = '\0';
	if (line->from >= line->count)
		return;
	begin = line->at[line->from];
	end = line->at[line->count - 1] + line->length[line->count - 1];
	/* Where it is cut, marks may stand at the end anew. */
	n = without_marks(begin, gp_utf8_cut(begin, (size_t)(end - begin), size - 1));
	(void)snprintf(out, size, "%.*s", (int)n, begin);
}

/* --- days ----------------------------------------------------------------------------------- */

#define PAUSE_DAYS "28d" /* when none are said */
#define PAUSE_MOST 366

struct numbered {
	const char *word;
	int number;
};

static int
look_up(const struct numbered *table, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].word, word) == 0)
			return table[i].number;
	return 0;
}

static int
unit_days(const char *word)
{
	static const struct numbered units[] = { { "", 7 }, { "d", 1 }, { "day", 1 }, { "days", 1 }, { "tag", 1 },
		{ "tage", 1 }, { "tagen", 1 }, { "t", 1 }, { "j", 1 }, { "jour", 1 }, { "jours", 1 }, { "dia", 1 },
		{ "dias", 1 }, { "w", 7 }, { "wk", 7 }, { "wks", 7 }, { "week", 7 }, { "weeks", 7 }, { "woche", 7 },
		{ "wochen", 7 }, { "s", 7 }, { "sem", 7 }, { "semaine", 7 }, { "semaines", 7 }, { "semana", 7 },
		{ "semanas", 7 }, { "m", 30 }, { "month", 30 }, { "months", 30 }, { "monat", 30 }, { "monate", 30 },
		{ "monaten", 30 }, { "mois", 30 }, { "mes", 30 }, { "meses", 30 } };

	return look_up(units, GP_COUNT(units), word);
}

static int
number_of(const char *word)
{
	static const struct numbered numbers[] = { { "a", 1 }, { "one", 1 }, { "two", 2 }, { "three", 3 },
		{ "four", 4 }, { "five", 5 }, { "six", 6 }, { "eight", 8 }, { "ten", 10 }, { "ein", 1 }, { "eine", 1 },
		{ "einen", 1 }, { "zwei", 2 }, { "drei", 3 }, { "vier", 4 }, { "funf", 5 }, { "sechs", 6 },
		{ "acht", 8 }, { "zehn", 10 }, { "un", 1 }, { "une", 1 }, { "deux", 2 }, { "trois", 3 },
		{ "quatre", 4 }, { "cinq", 5 }, { "una", 1 }, { "dos", 2 }, { "tres", 3 }, { "cuatro", 4 },
		{ "cinco", 5 }, { "seis", 6 } };

	return look_up(numbers, GP_COUNT(numbers), word);
}

static int
month_of(const char *word)
{
	static const struct numbered months[] = { { "january", 1 }, { "february", 2 }, { "march", 3 }, { "april", 4 },
		{ "may", 5 }, { "june", 6 }, { "july", 7 }, { "august", 8 }, { "september", 9 }, { "october", 10 },
		{ "november", 11 }, { "december", 12 }, { "jan", 1 }, { "feb", 2 }, { "mar", 3 }, { "apr", 4 },
		{ "jun", 6 }, { "jul", 7 }, { "aug", 8 }, { "sep", 9 }, { "sept", 9 }, { "oct", 10 }, { "nov", 11 },
		{ "dec", 12 }, { "januar", 1 }, { "janner", 1 }, { "februar", 2 }, { "marz", 3 }, { "maerz", 3 },
		{ "mai", 5 }, { "juni", 6 }, { "juli", 7 }, { "oktober", 10 }, { "okt", 10 }, { "dezember", 12 },
		{ "dez", 12 }, { "janvier", 1 }, { "fevrier", 2 }, { "mars", 3 }, { "avril", 4 }, { "juin", 6 },
		{ "juillet", 7 }, { "aout", 8 }, { "septembre", 9 }, { "octobre", 10 }, { "novembre", 11 },
		{ "decembre", 12 }, { "enero", 1 }, { "febrero", 2 }, { "marzo", 3 }, { "abril", 4 }, { "mayo", 5 },
		{ "junio", 6 }, { "julio", 7 }, { "agosto", 8 }, { "septiembre", 9 }, { "setiembre", 9 },
		{ "octubre", 10 }, { "noviembre", 11 }, { "diciembre", 12 } };

	return look_up(months, GP_COUNT(months), word);
}

/* Days since 0000-03-01, as Howard Hinnant counts them. */
static long
day_number(int year, int month, int day)
{
	long y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	long of_year = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
}

static bool
is_date(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* year 0: the next one of that day. A day that is over makes no sense. */
static bool
put_date(const struct gp_command_context *today, int year, int month, int day, char *out)
{
	long now = day_number(today->year, today->month, today->day), then;

	if (year > 0 && year < 100)
		year += 2000;
	if (year == 0)
		for (year = today->year; year < today->year + 8; year++)
			if (is_date(year, month, day) && day_number(year, month, day) > now)
				break;
	if (year < 2000 || year > 9999 || !is_date(year, month, day))
		return false;
	then = day_number(year, month, day);
	if (then <= now)
		return false;
	if (then - now > PAUSE_MOST)
		(void)snprintf(out, GP_COMMAND_VALUE, "%dd", PAUSE_MOST);
	else
		(void)snprintf(out, GP_COMMAND_VALUE, "%04d-%02d-%02d", year, month, day);
	return true;
}

/* "3", "3rd", "1er": a day of the month. */
static int
day_of(const char *word)
{
	static const char *const endings[] = { "", "st", "nd", "rd", "th", "er", "o", NULL };
	char *end;
	long day = strtol(word, &end, 10);

	return isdigit((unsigned char)*word) && day >= 1 && day <= 31 && command_line_is_in(end, endings) ? (int)day
													  : 0;
}

/* "2026-08-03", "3.8.", "3.8.2026". With slashes nobody knows which is the month, unless one is none. */
static bool
read_numbers(const char *word, const struct gp_command_context *today, char *out)
{
	int a = 0, b = 0, c = 0, n = 0;

	if (sscanf(word, "%4d-%2d-%2d%n", &a, &b, &c, &n) == 3 && word[n] == '\0')
		return put_date(today, a, b, c, out);
	if (sscanf(word, "%2d.%2d%n.%4d%n", &a, &b, &n, &c, &n) >= 2 && word[n] == '\0')
		return put_date(today, c, b, a, out);
	c = n = 0;
	if (sscanf(word, "%2d/%2d%n/%4d%n", &a, &b, &n, &c, &n) < 2 || word[n] != '\0' ||
	    (a <= 12 && b <= 12 && a != b))
		return false;
	return put_date(today, c, a > 12 || a == b ? b : a, a > 12 || a == b ? a : b, out);
}

/* "3 August", "August 3rd", with a year or without. */
static bool
read_named(const struct command_line *line, const struct gp_command_context *today, char *out)
{
	const char *first = line->fold[line->from], *second = line->fold[line->from + 1];
	size_t left = line->count - line->from;
	int day = day_of(first), month = month_of(day > 0 ? second : first), year = 0;

	if (day == 0)
		day = day_of(second);
	if (left == 3) {
		year = atoi(line->fold[line->from + 2]);
		if (year < 2000)
			return false;
	}
	return left <= 3 && day > 0 && month > 0 && put_date(today, year, month, day, out);
}

/* "4w", "10 days", "zwei Wochen", "2": weeks. */
static bool
read_span(const struct command_line *line, char *out)
{
	const char *word = line->fold[line->from];
	size_t left = line->count - line->from;
	char *unit = NULL;
	long number = strtol(word, &unit, 10);
	int days;

	if (left > 2 || number < 0 || (left == 2 && unit != word && *unit != '\0'))
		return false;
	if (unit == word) {
		number = number_of(word);
		if (number == 0 || left == 1)
			return false;
	}
	days = unit_days(left == 2 ? line->fold[line->from + 1] : unit);
	if (days == 0)
		return false;
	number = number > PAUSE_MOST ? PAUSE_MOST : number;
	number *= days;
	(void)snprintf(out, GP_COMMAND_VALUE, "%ldd", number < 1 ? 1 : number > PAUSE_MOST ? PAUSE_MOST : number);
	return true;
}

bool
command_read_pause(struct command_line *line, const struct gp_command_context *today, char *out)
{
	static const char *const fillers[] = { "for", "until", "till", "til", "to", "the", "on", "bis", "zum", "den",
		"dem", "fur", "fuer", "jusqu'au", "jusqu'a", "au", "le", "pour", "pendant", "hasta", "el", "por",
		"durante", "off", NULL };
	static const char *const of[] = { "of", "de", NULL };
	struct command_line kept = *line;

	command_line_skip(&kept, fillers);
	if (kept.from == kept.count) {
		(void)snprintf(out, GP_COMMAND_VALUE, "%s", PAUSE_DAYS);
		return kept.from == line->from; /* "pause until" says too little */
	}
	/* "3 de agosto de 2026" */
	for (size_t i = kept.from; i < kept.count; i++)
		if (command_line_is_in(kept.fold[i], of)) {
			for (size_t k = i; k + 1 < kept.count; k++)
				memcpy(kept.fold[k], kept.fold[k + 1], WORD_SIZE);
			kept.count--;
		}
	return (kept.count - kept.from == 1 && read_numbers(kept.fold[kept.from], today, out)) ||
	       (kept.count - kept.from >= 2 && read_named(&kept, today, out)) ||
	       (kept.count > kept.from && read_span(&kept, out));
}

/* --- the other things that follow a word ---------------------------------------------------- */

bool
command_read_language(struct command_line *line, char *out)
{
	static const struct {
		const char *word, *tag;
	} languages[] = { { "english", "en" }, { "englisch", "en" }, { "anglais", "en" }, { "ingles", "en" },
		{ "german", "de" }, { "deutsch", "de" }, { "allemand", "de" }, { "aleman", "de" }, { "french", "fr" },
		{ "franzosisch", "fr" }, { "franzoesisch", "fr" }, { "francais", "fr" }, { "frances", "fr" },
		{ "spanish", "es" }, { "spanisch", "es" }, { "espagnol", "es" }, { "espanol", "es" },
		{ "castellano", "es" } };
	static const char *const fillers[] = { "auf", "en", "in", "to", "=", NULL };
	const char *word;

	if (line->count - line->from == 2)
		command_line_skip(line, fillers);
	if (line->count - line->from != 1)
		return false;
	word = line->fold[line->from];
	for (size_t i = 0; i < GP_COUNT(languages); i++)
		if (strcmp(languages[i].word, word) == 0) {
			(void)snprintf(out, GP_COMMAND_VALUE, "%s", languages[i].tag);
			return true;
		}
	(void)snprintf(out, GP_COMMAND_VALUE, "%s", word);
	return (strlen(word) == 2 && strspn(word, "abcdefghijklmnopqrstuvwxyz") == 2) ||
	       (strlen(word) == 5 && word[2] == '-');
}

bool
command_read_on_off(struct command_line *line, char *out)
{
	static const char *const on[] = { "on", "yes", "an", "ein", "ja", "oui", "si", "true", NULL };
	static const char *const off[] = { "off", "no", "aus", "nein", "non", "keine", "false", NULL };
	bool yes = line->count - line->from == 1 && command_line_is_in(line->fold[line->from], on);

	(void)snprintf(out, GP_COMMAND_VALUE, "%s", yes ? "on" : "off");
	return yes || (line->count - line->from == 1 && command_line_is_in(line->fold[line->from], off));
}

bool
command_read_address(struct command_line *line, char *out)
{
	if (line->count - line->from != 1 || line->length[line->from] >= GP_COMMAND_VALUE)
		return false;
	(void)snprintf(out, GP_COMMAND_VALUE, "%.*s", (int)line->length[line->from], line->at[line->from]);
	return gp_address_ok(out) && strchr(out, '@') != NULL;
}
