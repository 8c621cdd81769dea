#include "guildpost/base/zone.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/base/near.h"

#define DAY	 INT64_C(86400)
#define FILE_MAX (256u * 1024)
#define HORIZON	 INT64_C(13569465600) /* the year 2400: rules past this are nobody's plan */

struct local_type {
	int offset;
	char abbreviation[16];
};
struct gp_zone {
	char *name, *posix;
	int64_t *at; /* instants of change, ascending */
	unsigned char *type; /* of the time that begins there */
	size_t count;
	struct local_type *types;
	size_t type_count;
	bool has_rule, kept;
	struct gp_zone_rule rule;
};

/* Kept zones, by name; NULL until gp_zone_keep_all. */
static struct gp_zone **kept;
static size_t kept_count;

void
gp_zone_free(struct gp_zone **zone)
{
	if (*zone != NULL && !(*zone)->kept) {
		free((*zone)->name);
		free((*zone)->posix);
		free((*zone)->at);
		free((*zone)->type);
		free((*zone)->types);
		free(*zone);
	}
	*zone = NULL;
}

const char *
gp_zone_name(const struct gp_zone *zone)
{
	return zone->name;
}

const char *
gp_zone_posix(const struct gp_zone *zone)
{
	return zone->posix;
}

/* --- finding the file ----------------------------------------------------------------------- */

const char *
gp_zone_folder(void)
{
	const char *other = getenv("TZDIR"); /* where libc looks first, too */

	return other != NULL && *other != '\0' ? other : "/usr/share/zoneinfo";
}

/* Letters, digits, "_", "+", "-", and "/" between parts: no way out of the folder. "right" counts leap seconds. */
static bool
name_ok(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 63 || strncmp(name, "right/", 6) == 0 || strncmp(name, "posix/", 6) == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool slash = name[i] == '/';

		if (!isalnum((unsigned char)name[i]) && strchr("_+-/", name[i]) == NULL)
			return false;
		if (slash && (i == 0 || i + 1 == n || name[i + 1] == '/'))
			return false;
	}
	return true;
}

/* nftw(3) hands its visitor no context, hence these; one thread looks for a name at a time. */
static _Thread_local struct {
	const char *wanted;
	size_t skip, distance;
	char best[64];
} search;

static int
visit(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	const char *name = path + search.skip, *city = strrchr(name, '/');
	size_t far;

	(void)facts;
	if (where->level == 0 || (kind != FTW_F && kind != FTW_SL) || !name_ok(name) || strchr(name, '.') != NULL)
		return 0;
	far = gp_distance(search.wanted, name);
	/* "Berlin" means Europe/Berlin, though six letters are missing. */
	if (city != NULL && gp_distance(search.wanted, city + 1) < far)
		far = gp_distance(search.wanted, city + 1);
	if (far < search.distance || (far == search.distance && strcmp(name, search.best) < 0)) {
		search.distance = far;
		(void)snprintf(search.best, sizeof(search.best), "%s", name);
	}
	return 0;
}

static enum gp_rc
unknown(const char *name, struct gp_err *err)
{
	const char *root = gp_zone_folder();

	search.wanted = name;
	search.skip = strlen(root) + 1;
	search.distance = SIZE_MAX;
	search.best[0] = '\0';
	if (kept == NULL)
		/* Links are names, but no folders to walk: posix/America may be America itself, seen first and refused. */
		(void)nftw(root, visit, 8, FTW_PHYS);
	if (search.best[0] == '\0')
		return gp_fail_as(err, 64, "5.3.5", "no time zones are known here: install the package tzdata");
	return gp_fail_as(err, 64, "5.3.5", "there is no time zone `%.64s`; the nearest name is %s", name, search.best);
}

static bool
read_file(const char *path, struct gp_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char block[8192];
	struct stat facts;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode))
		while ((n = read(fd, block, sizeof(block))) > 0)
			gp_buf_add(out, block, (size_t)n);
	(void)close(fd);
	return n == 0 && !out->full;
}

/* --- TZif (RFC 8536) ------------------------------------------------------------------------ */

struct cursor {
	const unsigned char *at;
	size_t left;
};

static const unsigned char *
take(struct cursor *cursor, size_t n)
{
	const unsigned char *at = cursor->at;

	if (n > cursor->left)
		return NULL;
	cursor->at += n;
	cursor->left -= n;
	return at;
}

static int64_t
big_endian(const unsigned char *octets, int n)
{
	uint64_t value = octets[0] >= 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | octets[i];
	return (int64_t)value;
}

struct counts {
	size_t ut, standard, leap, time, type, chars;
	int version;
};

static bool
read_counts(struct cursor *cursor, struct counts *counts)
{
	const unsigned char *header = take(cursor, 44);
	size_t *const fields[] = { &counts->ut, &counts->standard, &counts->leap, &counts->time, &counts->type,
		&counts->chars };

	if (header == NULL || memcmp(header, "TZif", 4) != 0)
		return false;
	counts->version = header[4];
	for (size_t i = 0; i < GP_COUNT(fields); i++) {
		int64_t value = big_endian(header + 20 + 4 * i, 4);

		if (value < 0 || value > FILE_MAX)
			return false;
		*fields[i] = (size_t)value;
	}
	return true;
}

static size_t
block_size(const struct counts *counts, size_t time_size)
{
	return counts->time * (time_size + 1) + counts->type * 6 + counts->chars + counts->leap * (time_size + 4) +
	       counts->standard + counts->ut;
}

static bool
read_types(struct gp_zone *zone, const unsigned char *types, const char *names, const struct counts *counts)
{
	zone->types = gp_new_array(counts->type, sizeof(*zone->types));
	for (size_t i = 0; i < counts->type; i++) {
		const unsigned char *row = types + 6 * i;
		int64_t offset = big_endian(row, 4);

		if (row[5] >= counts->chars || offset < -DAY || offset > 2 * DAY)
			return false;
		zone->types[i].offset = (int)offset;
		(void)snprintf(zone->types[i].abbreviation, sizeof(zone->types[i].abbreviation), "%.*s",
		    (int)(counts->chars - row[5]), names + row[5]);
	}
	zone->type_count = counts->type;
	return true;
}

/* The second block, with times of eight octets. */
static bool
read_block(struct gp_zone *zone, struct cursor *cursor, const struct counts *counts)
{
	const unsigned char *block = take(cursor, block_size(counts, 8));
	const unsigned char *types, *indexes;

	if (block == NULL || counts->type == 0 || counts->type > 256 || counts->chars == 0)
		return false;
	indexes = block + 8 * counts->time;
	types = indexes + counts->time;
	zone->at = gp_new_array(counts->time + 1, sizeof(*zone->at));
	zone->type = gp_new_array(counts->time + 1, 1);
	for (size_t i = 0; i < counts->time; i++) {
		zone->at[i] = big_endian(block + 8 * i, 8);
		zone->type[i] = indexes[i];
		if (indexes[i] >= counts->type || (i > 0 && zone->at[i] <= zone->at[i - 1]))
			return false;
	}
	zone->count = counts->time;
	return read_types(zone, types, (const char *)types + 6 * counts->type, counts);
}

static bool
read_footer(struct gp_zone *zone, struct cursor *cursor)
{
	const char *text = (const char *)cursor->at;
	const char *end = cursor->left > 1 ? memchr(text + 1, '\n', cursor->left - 1) : NULL;

	if (end == NULL || *text != '\n' || end - text > 100)
		return false;
	zone->posix = gp_strndup(text + 1, (size_t)(end - text - 1));
	return true;
}

static bool
read_tzif(struct gp_zone *zone, const struct gp_buf *file)
{
	struct cursor cursor = { (const unsigned char *)file->data, file->len };
	struct counts counts;

	/* The first block has times of four octets: it ends in 2037 and is passed over. */
	if (!read_counts(&cursor, &counts) || counts.version < '2' || take(&cursor, block_size(&counts, 4)) == NULL)
		return false;
	return read_counts(&cursor, &counts) && read_block(zone, &cursor, &counts) && read_footer(zone, &cursor);
}

/* --- the footer rule (POSIX TZ, with the hours of RFC 8536 section 3.3.1) --------------------- */

static bool
rule_name(const char **at, char out[16])
{
	size_t n = 0;
	bool quoted = **at == '<';

	if (quoted)
		(*at)++;
	while (
	    isalpha((unsigned char)**at) || (quoted && (isdigit((unsigned char)**at) || **at == '+' || **at == '-'))) {
		if (n < 15)
			out[n++] = **at;
		(*at)++;
	}
	out[n] = '\0';
	if (quoted && *(*at)++ != '>')
		return false;
	return n >= 2;
}

static bool
rule_number(const char **at, int *ret)
{
	if (!isdigit((unsigned char)**at))
		return false;
	for (*ret = 0; isdigit((unsigned char)**at) && *ret < 100000; (*at)++)
		*ret = *ret * 10 + (**at - '0');
	return true;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool
rule_time(const char **at, int *ret)
{
	int sign = **at == '-' ? -1 : 1, part, unit = 3600;

	if (**at == '-' || **at == '+')
		(*at)++;
	for (*ret = 0; unit > 0; unit /= 60) {
		if (!rule_number(at, &part) || part > 167)
			return false;
		*ret += part * unit;
		if (**at != ':')
			break;
		(*at)++;
	}
	*ret *= sign;
	return true;
}

/* ",M10.5.0/3" */
static bool
rule_change(const char **at, struct gp_zone_change *change)
{
	if (*(*at)++ != ',' || *(*at)++ != 'M' || !rule_number(at, &change->month) || *(*at)++ != '.' ||
	    !rule_number(at, &change->week) || *(*at)++ != '.' || !rule_number(at, &change->weekday))
		return false;
	change->at = 2 * 3600;
	if (**at == '/') {
		(*at)++;
		if (!rule_time(at, &change->at))
			return false;
	}
	return change->month >= 1 && change->month <= 12 && change->week >= 1 && change->week <= 5 &&
	       change->weekday <= 6;
}

/* Offsets stand west of Greenwich in POSIX. Rules by day of year ("J60") are read as none: no zone of today has one. */
static bool
read_rule(const char *at, struct gp_zone_rule *rule)
{
	*rule = (struct gp_zone_rule){ 0 };
	if (!rule_name(&at, rule->standard_name) || !rule_time(&at, &rule->standard))
		return false;
	rule->standard = -rule->standard;
	rule->daylight = rule->standard;
	if (*at == '\0')
		return true;
	if (!rule_name(&at, rule->daylight_name))
		return false;
	rule->daylight = rule->standard + 3600;
	if (*at != ',' && *at != '\0') {
		if (!rule_time(&at, &rule->daylight))
			return false;
		rule->daylight = -rule->daylight;
	}
	return rule_change(&at, &rule->to_daylight) && rule_change(&at, &rule->to_standard) && *at == '\0';
}

/* The instant of a change in a year; offset: the one before the change. */
static int64_t
change_instant(const struct gp_zone_change *change, int year, int offset)
{
	int64_t first = gp_days_from_civil(year, change->month, 1), day;
	int64_t next = change->month == 12 ? gp_days_from_civil(year + 1, 1, 1)
					   : gp_days_from_civil(year, change->month + 1, 1);
	int weekday = (int)((first % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */

	day = first + (change->weekday - weekday + 7) % 7 + 7 * (change->week - 1);
	while (day >= next)
		day -= 7;
	return day * DAY + change->at - offset;
}

static bool
rule_is_daylight(const struct gp_zone_rule *rule, int64_t t)
{
	int64_t year, on, off;
	int month, day;

	if (rule->to_daylight.month == 0)
		return false;
	gp_civil_from_days((t + rule->standard - (t + rule->standard < 0 ? DAY - 1 : 0)) / DAY, &year, &month, &day);
	on = change_instant(&rule->to_daylight, (int)year, rule->standard);
	off = change_instant(&rule->to_standard, (int)year, rule->daylight);
	return on < off ? t >= on && t < off : t >= on || t < off;
}

bool
gp_zone_rule(const struct gp_zone *zone, struct gp_zone_rule *ret_rule)
{
	*ret_rule = zone->rule;
	return zone->has_rule;
}

/* --- reading a zone ------------------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(struct gp_zone *const *)a)->name, (*(struct gp_zone *const *)b)->name);
}

static struct gp_zone *
find_kept(const char *name)
{
	struct gp_zone wanted = { .name = (char *)(uintptr_t)name }, *key = &wanted, **found;

	found = kept_count > 0 ? bsearch(&key, kept, kept_count, sizeof(struct gp_zone *), compare_names) : NULL;
	return found != NULL ? *found : NULL;
}

/* *ret_zone stays NULL when there is no such file; false when it is there and cannot be understood. */
static bool
load(const char *name, struct gp_zone **ret_zone)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = NULL;
	SCOPED(gp_buf_release) struct gp_buf file = GP_BUF_INIT(FILE_MAX);
	SCOPED(gp_free_str) char *path = gp_printf("%s/%s", gp_zone_folder(), name);

	if (!read_file(path, &file) || file.len < 4 || memcmp(file.data, "TZif", 4) != 0)
		return true;
	zone = gp_new(sizeof(*zone));
	zone->name = gp_strdup(name);
	if (!read_tzif(zone, &file))
		return false;
	zone->has_rule = *zone->posix != '\0' && read_rule(zone->posix, &zone->rule);
	*ret_zone = TAKE(zone);
	return true;
}

enum gp_rc
gp_zone_open(const char *name, struct gp_zone **ret_zone, struct gp_err *err)
{
	struct gp_zone *zone = find_kept(name);

	if (zone == NULL && name_ok(name) && !load(name, &zone))
		return gp_fail_as(
		    err, 78, "5.3.5", "the time zone file of %s cannot be read: install the package tzdata anew", name);
	if (zone == NULL)
		return unknown(name, err);
	*ret_zone = zone;
	return GP_OK;
}

bool
gp_zone_exists(const char *name)
{
	SCOPED(gp_zone_free) struct gp_zone *zone = find_kept(name);

	return zone != NULL || (kept == NULL && name_ok(name) && load(name, &zone) && zone != NULL);
}

static int
keep(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	const char *name = path + strlen(gp_zone_folder()) + 1;
	struct gp_zone *zone = NULL;

	(void)facts;
	if (where->level == 0 || (kind != FTW_F && kind != FTW_SL) || !name_ok(name) || !load(name, &zone) ||
	    zone == NULL)
		return 0;
	zone->kept = true;
	kept = gp_grow(kept, (kept_count + 1) * sizeof(struct gp_zone *));
	kept[kept_count++] = zone;
	return 0;
}

void
gp_zone_keep_all(void)
{
	/* Links are names, but no folders to walk: posix/America may be America itself, seen first and refused, and a folder
	 * is walked once. */
	if (kept == NULL)
		(void)nftw(gp_zone_folder(), keep, 8, FTW_PHYS);
	if (kept_count > 0)
		qsort(kept, kept_count, sizeof(struct gp_zone *), compare_names);
}

/* Which row of `at` holds at t: -1 before the first. */
static ptrdiff_t
row_at(const struct gp_zone *zone, int64_t t)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (zone->at[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

static bool
by_rule(const struct gp_zone *zone, int64_t t)
{
	return zone->has_rule && (zone->count == 0 || t >= zone->at[zone->count - 1]);
}

static const struct local_type *
type_at(const struct gp_zone *zone, int64_t t)
{
	ptrdiff_t row = row_at(zone, t);

	return &zone->types[row < 0 ? 0 : zone->type[row]];
}

static int
rule_offset(const struct gp_zone_rule *rule, int64_t t)
{
	return rule_is_daylight(rule, t) ? rule->daylight : rule->standard;
}

int
gp_zone_offset(const struct gp_zone *zone, int64_t t)
{
	return by_rule(zone, t) ? rule_offset(&zone->rule, t) : type_at(zone, t)->offset;
}

const char *
gp_zone_abbreviation(const struct gp_zone *zone, int64_t t)
{
	if (!by_rule(zone, t))
		return type_at(zone, t)->abbreviation;
	return rule_is_daylight(&zone->rule, t) ? zone->rule.daylight_name : zone->rule.standard_name;
}

/* The first change of the rule after t, in this year or the next two. */
static bool
rule_next_change(const struct gp_zone_rule *rule, int64_t t, int64_t *ret_t)
{
	int64_t year, best = INT64_MAX;
	int month, day;

	if (rule->to_daylight.month == 0 || rule->standard == rule->daylight)
		return false;
	gp_civil_from_days(t / DAY, &year, &month, &day);
	for (int i = -1; i <= 2; i++) {
		int64_t on = change_instant(&rule->to_daylight, (int)year + i, rule->standard);
		int64_t off = change_instant(&rule->to_standard, (int)year + i, rule->daylight);

		if (on > t && on < best)
			best = on;
		if (off > t && off < best)
			best = off;
	}
	*ret_t = best;
	return best < HORIZON;
}

bool
gp_zone_next_change(const struct gp_zone *zone, int64_t t, int64_t *ret_t)
{
	for (ptrdiff_t i = row_at(zone, t) + 1; i < (ptrdiff_t)zone->count; i++)
		if (gp_zone_offset(zone, zone->at[i]) != gp_zone_offset(zone, zone->at[i] - 1)) {
			*ret_t = zone->at[i];
			return true;
		}
	if (!zone->has_rule)
		return false;
	if (zone->count > 0 && t < zone->at[zone->count - 1])
		t = zone->at[zone->count - 1];
	return rule_next_change(&zone->rule, t, ret_t);
}

bool
gp_zone_follows_rule(const struct gp_zone *zone, int64_t from, int64_t until)
{
	int64_t t = from, ruled;

	if (!zone->has_rule)
		return false;
	while (gp_zone_offset(zone, t) == rule_offset(&zone->rule, t)) {
		bool more = gp_zone_next_change(zone, t, &t);

		/* The rule may change where the zone does not: then it is caught at the zone's next change, or here. */
		if (!more || t > until)
			return gp_zone_offset(zone, until) == rule_offset(&zone->rule, until);
		if (rule_next_change(&zone->rule, t - 1, &ruled) && ruled != t)
			return false;
	}
	return false;
}

/* --- wall time ------------------------------------------------------------------------------ */

static void
wall_from_seconds(int64_t local, struct gp_wall *ret_wall)
{
	int64_t days = (local >= 0 ? local : local - (DAY - 1)) / DAY, year;
	int second = (int)(local - days * DAY);

	*ret_wall = (struct gp_wall){ .hour = second / 3600, .minute = second / 60 % 60, .second = second % 60 };
	gp_civil_from_days(days, &year, &ret_wall->month, &ret_wall->day);
	ret_wall->year = (int)year;
}

static int64_t
wall_seconds(const struct gp_wall *wall)
{
	return gp_days_from_civil(wall->year, wall->month, wall->day) * DAY + wall->hour * 3600 + wall->minute * 60 +
	       wall->second;
}

void
gp_zone_to_wall(const struct gp_zone *zone, int64_t t, struct gp_wall *ret_wall)
{
	wall_from_seconds(t + gp_zone_offset(zone, t), ret_wall);
}

/* The offsets a day before and a day after bound what this wall time can mean: no zone is 24 hours from Greenwich. */
static bool
find_instant(const struct gp_zone *zone, const struct gp_wall *wall, int64_t *ret_t)
{
	int64_t local = wall_seconds(wall);
	int before = gp_zone_offset(zone, local - DAY), after = gp_zone_offset(zone, local + DAY);
	bool with_before = gp_zone_offset(zone, local - before) == before;
	bool with_after = gp_zone_offset(zone, local - after) == after;

	/* In a fold both hold, and the larger offset is the earlier instant. */
	if (with_before && with_after)
		*ret_t = local - (before > after ? before : after);
	else
		*ret_t = local - (with_after ? after : before);
	return with_before || with_after;
}

int64_t
gp_zone_from_wall(const struct gp_zone *zone, const struct gp_wall *wall)
{
	int64_t t;

	(void)find_instant(zone, wall, &t);
	return t;
}

bool
gp_zone_in_gap(const struct gp_zone *zone, const struct gp_wall *wall)
{
	int64_t t;

	return !find_instant(zone, wall, &t);
}

int
gp_wall_weekday(const struct gp_wall *wall)
{
	int64_t days = gp_days_from_civil(wall->year, wall->month, wall->day);

	return (int)((days % 7 + 7 + 3) % 7);
}

int
gp_wall_compare(const struct gp_wall *a, const struct gp_wall *b)
{
	int64_t difference = wall_seconds(a) - wall_seconds(b);

	return (difference > 0) - (difference < 0);
}

void
gp_wall_format(const struct gp_wall *wall, char out[GP_WALL_SIZE])
{
	(void)snprintf(out, GP_WALL_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)wall->year % 10000u,
	    (unsigned)wall->month % 100u, (unsigned)wall->day % 100u, (unsigned)wall->hour % 100u,
	    (unsigned)wall->minute % 100u, (unsigned)wall->second % 100u);
}

bool
gp_wall_parse(const char *text, struct gp_wall *ret_wall)
{
	char with_zone[48];
	int64_t local;

	/* The clock's parser knows which dates exist; here a zone may not stand behind. */
	if (strlen(text) > 24 || strlen(text) < 15 || strpbrk(text, "Zz+.") != NULL || strchr(text + 10, '-') != NULL)
		return false;
	(void)snprintf(with_zone, sizeof(with_zone), "%sZ", text);
	if (!gp_clock_parse(with_zone, &local))
		return false;
	wall_from_seconds(local, ret_wall);
	return true;
}
