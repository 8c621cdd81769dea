#include <ctype.h>
#include <strings.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/err.h"
#include "guildpost/mail/field.h"

struct date {
	int year, month, day, hour, minute, second, offset; /* offset: seconds east */
	bool has_time;
};

static int
month_of(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(word, names + (size_t)i * 3, 3) == 0)
			return i + 1;
	return 0;
}

/* RFC 5322 section 4.3; military letters say nothing. */
static int
zone_offset(const char *word)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 }, { "CET", 1 }, { "MET", 1 }, { "CEST", 2 }, { "MEST", 2 }, { "BST", 1 },
		{ "JST", 9 }, { "EET", 2 }, { "EEST", 3 }, { "MSK", 3 } };
	long number;

	if (*word == '+' || *word == '-') {
		number = strtol(word + 1, NULL, 10);
		if (number / 100 > 14 || number % 100 > 59)
			return 0;
		number = (number / 100 * 60 + number % 100) * 60;
		return (int)(*word == '-' ? -number : number);
	}
	for (size_t i = 0; i < GP_COUNT(zones); i++)
		if (strcasecmp(zones[i].name, word) == 0)
			return zones[i].hours * 3600;
	return 0;
}

static bool
take_time(struct date *date, const char *word)
{
	date->second = 0;
	date->has_time = sscanf(word, "%2d:%2d:%2d", &date->hour, &date->minute, &date->second) >= 2 ||
			 sscanf(word, "%2d.%2d.%2d", &date->hour, &date->minute, &date->second) == 3;
	return date->has_time;
}

static void
take_word(struct date *date, const char *word)
{
	bool number = isdigit((unsigned char)*word) != 0;

	if (number && strpbrk(word, ":") != NULL)
		(void)take_time(date, word);
	else if (!number && date->month == 0 && month_of(word) != 0)
		date->month = month_of(word);
	else if (number && date->day == 0 && strlen(word) <= 2)
		date->day = atoi(word);
	else if (number && date->year < 0 && strlen(word) >= 2 && strlen(word) <= 4)
		date->year = atoi(word);
	else if (!number && date->has_time)
		date->offset = date->offset == 0 ? zone_offset(word) : date->offset;
}

/* Two- and three-digit years by RFC 5322 section 4.3. */
static int
full_year(int year)
{
	return year < 50 ? year + 2000 : year < 1000 ? year + 1900 : year;
}

bool
gp_mail_date_parse(const char *value, int64_t *ret_t)
{
	struct date date = { .year = -1 };
	const char *s = value;
	char word[40];
	int words = 0;

	/* RFC 3339, which some programs write here. */
	if (gp_clock_parse(value + strspn(value, " \t"), ret_t))
		return true;
	while (words++ < 12) {
		/* "1-Jan-99" is three words; behind the time "-0500" keeps its sign. */
		const char *between = date.has_time ? " \t," : " \t,-/";
		size_t n;

		s += strspn(s, between);
		n = strcspn(s, between);
		if (n == 0 || *s == '(')
			break;
		(void)snprintf(word, sizeof(word), "%.*s", (int)(n > 39 ? 39 : n), s);
		take_word(&date, word);
		s += n;
	}
	if (date.day < 1 || date.day > 31 || date.month == 0 || date.year < 0 || date.hour > 23 || date.minute > 59 ||
	    date.second > 60)
		return false;
	*ret_t = gp_days_from_civil(full_year(date.year), date.month, date.day) * 86400 + date.hour * 3600 +
		 date.minute * 60 + date.second - date.offset;
	return true;
}
