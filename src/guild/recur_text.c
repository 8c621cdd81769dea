#include "guildpost/guild/recur.h"

#include <ctype.h>
#include <stdarg.h>

/* What people write for a rhythm: one table of words; each sets something, and what was set is judged at the end. */

#define RHYTHM_EXAMPLES "write such as: weekly on thursday at 08:00, or: monthly on the first monday at 18:00"
#define REPEAT_EXAMPLES "write such as: every monday, or: every 2 weeks, or: first thursday of the month"

static const char *const days[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
static const char *const ordinals[] = { "last", "", "first", "second", "third", "fourth" }; /* from -1 */

struct reading {
	struct gp_recur recur;
	bool unit, timed, after_every, every_ordinal, of_month, until_next;
	int number, ordinal; /* seen and not used yet; 0: none */
	char error[200];
};
typedef bool take_word(struct reading *reading, int value, int interval);

static bool complain(struct reading *reading, const char *fmt, ...) GP_PRINTF(2, 3);

static bool
complain(struct reading *reading, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (reading->error[0] == '\0')
		(void)vsnprintf(reading->error, sizeof(reading->error), fmt, ap);
	va_end(ap);
	return false;
}

/* --- what each kind of word does ---------------------------------------------------------------- */

static bool
take_filler(struct reading *reading, int value, int interval)
{
	(void)reading;
	(void)value;
	(void)interval;
	return true;
}

static bool
take_every(struct reading *reading, int value, int interval)
{
	(void)value;
	(void)interval;
	reading->after_every = true;
	return true;
}

static bool
take_number(struct reading *reading, int value, int interval)
{
	(void)interval;
	if (reading->number != 0)
		return complain(reading, "two numbers stand side by side, %d and %d", reading->number, value);
	if (value < 1 || value > 999)
		return complain(reading, "%d is no number of days, weeks or months", value);
	reading->number = value;
	return true;
}

static bool
take_ordinal(struct reading *reading, int value, int interval)
{
	(void)interval;
	if (reading->ordinal != 0 || reading->recur.nth != 0 || reading->recur.month_day != 0)
		return complain(reading, "two days of one month are two rhythms");
	reading->ordinal = value;
	reading->every_ordinal = reading->after_every && value > 1;
	return true;
}

/* interval 0: "weeks", which a number may stand before; else "weekly". */
static bool
take_unit(struct reading *reading, int value, int interval)
{
	bool placed = reading->recur.nth != 0 || reading->recur.month_day != 0 || reading->ordinal != 0;

	/* "first thursday of the month" */
	if (value == GP_MONTHLY && interval == 0 && placed)
		reading->of_month = true;
	if (reading->unit && (int)reading->recur.freq == value && reading->number == 0)
		return true;
	if (reading->unit)
		return complain(reading, "it says twice how often");
	reading->unit = true;
	reading->recur.freq = (enum gp_freq)value;
	reading->recur.interval = interval > 0 ? interval : reading->number > 0 ? reading->number : 1;
	if (interval == 0)
		reading->number = 0;
	return true;
}

/* "every day", "last day of the month" */
static bool
take_day(struct reading *reading, int value, int interval)
{
	(void)value;
	(void)interval;
	if (reading->ordinal == 0)
		return take_unit(reading, GP_DAILY, 0);
	reading->recur.month_day = reading->ordinal;
	reading->ordinal = 0;
	return true;
}

static bool
take_weekday(struct reading *reading, int bits, int interval)
{
	struct gp_recur *recur = &reading->recur;

	(void)interval;
	if (recur->nth != 0)
		return complain(reading, "two days of one month are two rhythms");
	if (reading->ordinal > 4)
		return complain(reading, "not every month has a fifth one: say last");
	recur->weekdays |= (unsigned)bits;
	recur->nth = reading->ordinal;
	reading->ordinal = 0;
	/* "every other thursday" */
	if (reading->number == 0)
		return true;
	return take_unit(reading, GP_WEEKLY, 0);
}

static bool
take_time(struct reading *reading, int hour, int minute)
{
	if (reading->timed)
		return complain(reading, "it says two times of day");
	if (hour > 23 || minute > 59)
		return complain(reading, "there is no %d:%02d on the clock", hour, minute);
	reading->timed = true;
	reading->recur.hour = hour;
	reading->recur.minute = minute;
	return true;
}

/* "8 pm" */
static bool
take_half(struct reading *reading, int afternoon, int interval)
{
	int hour = reading->number;

	(void)interval;
	if (hour < 1 || hour > 12)
		return complain(reading, "the hour before %s is missing", afternoon ? "pm" : "am");
	reading->number = 0;
	return take_time(reading, hour % 12 + (afternoon ? 12 : 0), 0);
}

static bool
take_until(struct reading *reading, int value, int interval)
{
	(void)value;
	(void)interval;
	reading->until_next = true;
	return true;
}

static bool
take_times(struct reading *reading, int value, int interval)
{
	(void)value;
	(void)interval;
	if (reading->number == 0)
		return complain(reading, "how many times?");
	reading->recur.count = reading->number;
	reading->number = 0;
	return true;
}

static const struct {
	const char *text;
	take_word *take;
	int value, interval;
} words[] = {
	{ "on", take_filler, 0, 0 },
	{ "the", take_filler, 0, 0 },
	{ "of", take_filler, 0, 0 },
	{ "and", take_filler, 0, 0 },
	{ "at", take_filler, 0, 0 },
	{ "in", take_filler, 0, 0 },
	{ "a", take_filler, 0, 0 },
	{ "every", take_every, 0, 0 },
	{ "each", take_every, 0, 0 },
	{ "daily", take_unit, GP_DAILY, 1 },
	{ "weekly", take_unit, GP_WEEKLY, 1 },
	{ "monthly", take_unit, GP_MONTHLY, 1 },
	{ "yearly", take_unit, GP_YEARLY, 1 },
	{ "annually", take_unit, GP_YEARLY, 1 },
	{ "fortnightly", take_unit, GP_WEEKLY, 2 },
	{ "quarterly", take_unit, GP_MONTHLY, 3 },
	{ "days", take_unit, GP_DAILY, 0 },
	{ "week", take_unit, GP_WEEKLY, 0 },
	{ "weeks", take_unit, GP_WEEKLY, 0 },
	{ "month", take_unit, GP_MONTHLY, 0 },
	{ "months", take_unit, GP_MONTHLY, 0 },
	{ "year", take_unit, GP_YEARLY, 0 },
	{ "years", take_unit, GP_YEARLY, 0 },
	{ "day", take_day, 0, 0 },
	{ "weekday", take_weekday, 0x1f, 0 },
	{ "weekdays", take_weekday, 0x1f, 0 },
	{ "last", take_ordinal, -1, 0 },
	{ "first", take_ordinal, 1, 0 },
	{ "second", take_ordinal, 2, 0 },
	{ "third", take_ordinal, 3, 0 },
	{ "fourth", take_ordinal, 4, 0 },
	{ "fifth", take_ordinal, 5, 0 },
	{ "other", take_number, 2, 0 },
	{ "two", take_number, 2, 0 },
	{ "three", take_number, 3, 0 },
	{ "four", take_number, 4, 0 },
	{ "noon", take_time, 12, 0 },
	{ "midnight", take_time, 0, 0 },
	{ "am", take_half, 0, 0 },
	{ "pm", take_half, 1, 0 },
	{ "until", take_until, 0, 0 },
	{ "times", take_times, 0, 0 },
};

/* --- words that are not in the table -------------------------------------------------------------- */

/* "mon", "thurs", "fridays": two letters of the name at least. 7 when it is no weekday. */
static int
weekday_named(const char *word)
{
	size_t n = strlen(word);
	int i = 0;

	while (i < 7 && (n < 2 || strncmp(days[i], word, n) != 0) &&
	       (n != strlen(days[i]) + 1 || word[n - 1] != 's' || strncmp(days[i], word, n - 1) != 0))
		i++;
	return i;
}

static bool
take_until_date(struct reading *reading, const char *word)
{
	char text[40];

	reading->until_next = false;
	(void)snprintf(text, sizeof(text), "%.20sT23:59:59", word);
	if (strlen(word) != 10 || !gp_wall_parse(text, &reading->recur.until))
		return complain(reading, "`%.40s` is no date such as 2026-12-31", word);
	return true;
}

/* "15th", "8:30", "8:30pm", "8pm", "2" */
static bool
take_figures(struct reading *reading, const char *word)
{
	char *end;
	long n = strtol(word, &end, 10), minute = 0;
	bool half;

	if (strcmp(end, "st") == 0 || strcmp(end, "nd") == 0 || strcmp(end, "rd") == 0 || strcmp(end, "th") == 0)
		return n >= 1 && n <= 31 ? take_ordinal(reading, (int)n, 0)
					 : complain(reading, "no month has a %.8s", word);
	if (*end == '\0')
		return n <= 999 ? take_number(reading, (int)n, 0) : complain(reading, "`%.20s` is too much", word);
	if (*end == ':' && isdigit((unsigned char)end[1]) && isdigit((unsigned char)end[2])) {
		minute = (end[1] - '0') * 10 + (end[2] - '0');
		end += 3;
	}
	half = strcmp(end, "am") == 0 || strcmp(end, "pm") == 0;
	if ((!half && *end != '\0') || n > 99 || (half && (n < 1 || n > 12)))
		return complain(reading, "`%.40s` was not understood", word);
	if (half)
		n = n % 12 + (*end == 'p' ? 12 : 0);
	return take_time(reading, (int)n, (int)minute);
}

static bool
take_one(struct reading *reading, const char *word)
{
	bool after_every = reading->after_every, good;
	size_t i = 0;

	while (i < GP_COUNT(words) && strcmp(words[i].text, word) != 0)
		i++;
	if (reading->until_next)
		good = take_until_date(reading, word);
	else if (i < GP_COUNT(words))
		good = words[i].take(reading, words[i].value, words[i].interval);
	else if (weekday_named(word) < 7)
		good = take_weekday(reading, 1 << weekday_named(word), 0);
	else if (isdigit((unsigned char)*word))
		good = take_figures(reading, word);
	else
		good = complain(reading, "`%.40s` was not understood", word);
	if (after_every)
		reading->after_every = false;
	return good;
}

static bool
take_all(struct reading *reading, const char *text)
{
	char word[48];

	while (*text != '\0') {
		size_t n = strcspn(text, " \t\r\n,"), i = 0;

		for (; i < n && i < sizeof(word) - 1; i++)
			word[i] = (char)tolower((unsigned char)text[i]);
		word[i] = '\0';
		if (n > 0 && !take_one(reading, word))
			return false;
		text += n + (text[n] != '\0');
	}
	if (reading->ordinal != 0 && !take_day(reading, 0, 0))
		return false;
	if (reading->until_next)
		return complain(reading, "the date behind `until` is missing");
	return reading->number == 0 || complain(reading, "%d of what?", reading->number);
}

/* --- judging what was set --------------------------------------------------------------------------- */

static bool
judge_monthly(struct reading *reading)
{
	const struct gp_recur *recur = &reading->recur;

	if (recur->month_day > 28)
		return complain(reading, "not every month has a %d%s: say last day", recur->month_day,
		    recur->month_day == 31 ? "st" : "th");
	if (recur->month_day != 0 && recur->weekdays != 0)
		return complain(reading, "it names a day of the month and a weekday");
	if (recur->nth == 0 && recur->weekdays != 0)
		return complain(
		    reading, "which %s of the month? first to fourth, or last", days[__builtin_ctz(recur->weekdays)]);
	if (recur->nth != 0 && (recur->weekdays & (recur->weekdays - 1)) != 0)
		return complain(reading, "two days of one month are two rhythms");
	return true;
}

static bool
judge(struct reading *reading)
{
	struct gp_recur *recur = &reading->recur;
	bool placed = recur->nth != 0 || recur->month_day != 0;

	if (!reading->unit && !placed && recur->weekdays == 0)
		return complain(reading, "how often is missing");
	if (reading->every_ordinal && !reading->of_month && recur->nth > 1)
		return complain(reading,
		    "every %s %s can mean two things: say `every %d weeks on %s` or `%s %s of the month`",
		    ordinals[recur->nth + 1], days[__builtin_ctz(recur->weekdays)], recur->nth,
		    days[__builtin_ctz(recur->weekdays)], ordinals[recur->nth + 1],
		    days[__builtin_ctz(recur->weekdays)]);
	if (!reading->unit)
		recur->freq = placed ? GP_MONTHLY : GP_WEEKLY;
	if (recur->interval > 99)
		return complain(reading, "every %d is too far apart: 99 at most", recur->interval);
	if (recur->freq == GP_DAILY && recur->weekdays != 0 && recur->interval == 1)
		recur->freq = GP_WEEKLY;
	if (recur->freq == GP_MONTHLY)
		return judge_monthly(reading);
	if (placed)
		return complain(reading, "a day of the month does not go with %s",
		    recur->freq == GP_WEEKLY  ? "weeks"
		    : recur->freq == GP_DAILY ? "days"
					      : "years: the start says the day");
	if (recur->freq != GP_WEEKLY && recur->weekdays != 0)
		return complain(reading, "a weekday does not go with %s", recur->freq == GP_DAILY ? "days" : "years");
	return true;
}

static bool
judge_rhythm(struct reading *reading)
{
	const struct gp_recur *recur = &reading->recur;

	if (recur->freq == GP_YEARLY)
		return complain(reading, "a rhythm is daily, weekly or monthly");
	if (recur->freq == GP_WEEKLY && recur->weekdays == 0)
		return complain(reading, "on which weekday?");
	if (recur->freq == GP_MONTHLY && recur->nth == 0 && recur->month_day == 0)
		return complain(reading, "on which day of the month?");
	if (recur->count > 0 || recur->until.year != 0)
		return complain(reading, "a rhythm has no end");
	return reading->timed || complain(reading, "the time of day is missing");
}

enum gp_rc
gp_recur_parse_rhythm(const char *text, struct gp_recur *ret_recur, struct gp_err *err)
{
	struct reading reading = { .recur.interval = 1 };

	if (!take_all(&reading, text) || !judge(&reading) || !judge_rhythm(&reading))
		return gp_fail_as(err, 64, "5.5.4", "rhythm: %s; " RHYTHM_EXAMPLES, reading.error);
	*ret_recur = reading.recur;
	return GP_OK;
}

/* What the text leaves open, the start says. */
static bool
judge_repeat(struct reading *reading, const struct gp_wall *start)
{
	struct gp_recur *recur = &reading->recur;
	struct gp_wall next;

	if (reading->timed)
		return complain(reading, "the time of day comes from the start");
	recur->start = *start;
	recur->hour = start->hour;
	recur->minute = start->minute;
	if (recur->freq == GP_WEEKLY && recur->weekdays == 0)
		recur->weekdays = 1u << gp_wall_weekday(start);
	if (recur->freq == GP_MONTHLY && recur->nth == 0 && recur->month_day == 0)
		recur->month_day = start->day;
	if (recur->freq == GP_MONTHLY && !judge_monthly(reading))
		return false;
	if (recur->freq == GP_YEARLY && start->month == 2 && start->day == 29)
		return complain(reading, "not every year has a 29 February");
	if (recur->count > 0 && recur->until.year != 0)
		return complain(reading, "a last date and a number of times do not go together");
	if (gp_recur_start_fits(recur, &next))
		return true;
	if (next.year == 0)
		return complain(reading, "no date of it is left before its end");
	return complain(reading, "the start, %s %04d-%02d-%02d, is no such day; the next is %04d-%02d-%02d",
	    days[gp_wall_weekday(start)], start->year, start->month, start->day, next.year, next.month, next.day);
}

enum gp_rc
gp_recur_parse_repeat(const char *text, const struct gp_wall *start, struct gp_recur *ret_recur, struct gp_err *err)
{
	struct reading reading = { .recur.interval = 1 };

	if (!take_all(&reading, text) || !judge(&reading) || !judge_repeat(&reading, start))
		return gp_fail_as(err, 64, "5.5.4", "repeat: %s; " REPEAT_EXAMPLES, reading.error);
	*ret_recur = reading.recur;
	return GP_OK;
}

/* --- and back to words --------------------------------------------------------------------------------- */

static void
add_weekdays(const struct gp_recur *recur, struct gp_buf *out)
{
	unsigned left = recur->weekdays;

	for (int i = 0; i < 7; i++) {
		if ((left >> i & 1) == 0)
			continue;
		left &= ~(1u << i);
		gp_buf_addf(out, "%s%s", days[i], left == 0 ? "" : (left & (left - 1)) == 0 ? " and " : ", ");
	}
}

static const char *
suffix(int n)
{
	if (n / 10 == 1)
		return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

void
gp_recur_format(const struct gp_recur *recur, struct gp_buf *out)
{
	static const char *const adverbs[] = { "once", "daily", "weekly", "monthly", "yearly" };
	static const char *const units[] = { "", "days", "weeks", "months", "years" };

	if (recur->interval > 1)
		gp_buf_addf(out, "every %d %s", recur->interval, units[recur->freq]);
	else
		gp_buf_adds(out, adverbs[recur->freq]);
	if (recur->freq == GP_WEEKLY && recur->weekdays != 0) {
		gp_buf_adds(out, " on ");
		add_weekdays(recur, out);
	}
	if (recur->freq == GP_MONTHLY && recur->nth != 0)
		gp_buf_addf(
		    out, " on the %s %s", ordinals[recur->nth + 1], days[__builtin_ctz(recur->weekdays | 0x40)]);
	else if (recur->freq == GP_MONTHLY && recur->month_day < 0)
		gp_buf_adds(out, " on the last day");
	else if (recur->freq == GP_MONTHLY && recur->month_day > 0)
		gp_buf_addf(out, " on the %d%s", recur->month_day, suffix(recur->month_day));
	if (recur->start.year == 0)
		gp_buf_addf(out, " at %02d:%02d", recur->hour, recur->minute);
	if (recur->until.year != 0)
		gp_buf_addf(out, " until %04d-%02d-%02d", recur->until.year, recur->until.month, recur->until.day);
	if (recur->count > 0)
		gp_buf_addf(out, ", %d times", recur->count);
}
