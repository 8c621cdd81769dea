#include "guildpost/base/clock.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t offset;
static bool moved;
static const int64_t *followed; /* stands still until whoever holds its other end moves it */

static int64_t
real_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

void
gp_clock_set(int64_t now)
{
	offset = now - real_now();
	moved = true;
}

bool
gp_clock_follow(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*followed), PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		(void)close(fd);
	if (map == MAP_FAILED)
		return false;
	followed = map;
	return true;
}

bool
gp_clock_is_set(void)
{
	return moved;
}

int64_t
gp_clock_now(void)
{
	return followed != NULL ? __atomic_load_n(followed, __ATOMIC_ACQUIRE) : real_now() + offset;
}

int64_t
gp_clock_mono_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
gp_days_from_civil(int64_t year, int month, int day)
{
	/* Years that begin in March put the leap day last, so months need no table. */
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void
gp_civil_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (int)((5 * day_of_year + 2) / 153);

	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

void
gp_clock_format(int64_t t, char out[GP_RFC3339_SIZE])
{
	int64_t days = (t >= 0 ? t : t - 86399) / 86400, year;
	int second = (int)(t - days * 86400), month, day;

	gp_civil_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999)
		year = 0;
	(void)snprintf(out, GP_RFC3339_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000u,
	    (unsigned)month % 100u, (unsigned)day % 100u, (unsigned)second / 3600 % 100u, (unsigned)second / 60 % 60,
	    (unsigned)second % 60);
}

/* Reads exactly `digits` digits and moves on; false when they are not there. */
static bool
number(const char **at, int digits, int *ret)
{
	*ret = 0;
	for (int i = 0; i < digits; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return false;
		*ret = *ret * 10 + (**at - '0');
	}
	return true;
}

static bool
literal(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "Z", "+02:00" or "-0530" to seconds east. */
static bool
parse_offset(const char **at, int *ret_east)
{
	int sign, hours, minutes;

	*ret_east = 0;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return true;
	}
	if (**at != '+' && **at != '-')
		return false;
	sign = **at == '-' ? -1 : 1;
	(*at)++;
	if (!number(at, 2, &hours))
		return false;
	if (**at == ':')
		(*at)++;
	if (!number(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_east = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
parse_time(const char **at, int *ret_second, int *ret_east)
{
	int hour, minute, second = 0;

	if (!number(at, 2, &hour) || !literal(at, ':') || !number(at, 2, &minute))
		return false;
	if (**at == ':' && (!literal(at, ':') || !number(at, 2, &second)))
		return false;
	if (**at == '.')
		for ((*at)++; isdigit((unsigned char)**at); (*at)++)
			;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_second = hour * 3600 + minute * 60 + second;
	return parse_offset(at, ret_east);
}

bool
gp_clock_parse(const char *text, int64_t *ret_t)
{
	int year, month, day, second = 0, east = 0;
	int64_t back_year;
	int back_month, back_day;
	const char *at = text;

	if (!number(&at, 4, &year) || !literal(&at, '-') || !number(&at, 2, &month) || !literal(&at, '-') ||
	    !number(&at, 2, &day) || month < 1 || month > 12)
		return false;
	if (*at == 'T' || *at == 't' || *at == ' ') {
		at++;
		if (!parse_time(&at, &second, &east))
			return false;
	}
	gp_civil_from_days(gp_days_from_civil(year, month, day), &back_year, &back_month, &back_day);
	if (*at != '\0' || back_day != day || back_month != month)
		return false;
	*ret_t = gp_days_from_civil(year, month, day) * 86400 + second - east;
	return true;
}
