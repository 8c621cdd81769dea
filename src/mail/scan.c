#include "guildpost/mail/scan.h"

#include <stdbool.h>
#include <strings.h>

#include "guildpost/base/mem.h"

#define TYPE_MAX 1024 /* octets of a Content-Type value that are looked at; what is longer hides nothing good */

/* A parser could be led to nest by a header that this scan does not take for one: then at least the lines that it would
 * need are counted. */
#define TYPE_LINES_MAX (GP_SCAN_PARTS * 4)

struct level {
	char boundary[GP_SCAN_BOUNDARY + 1];
	size_t n; /* of the boundary */
	size_t inside; /* messages around its parts */
	bool digest; /* parts are messages unless they say otherwise (RFC 2046 section 5.1.5) */
};
struct scan {
	struct gp_scan *out;
	struct level levels[GP_SCAN_DEPTH + 1];
	size_t level_count, inside; /* inside: messages around where we are, within the innermost multipart */
	bool in_header;
	size_t header_octets, header_fields, type_lines;
	int comments;
	bool in_type; /* the field read now is Content-Type */
	char type[TYPE_MAX + 1];
	size_t type_n;
};

static void
refuse(struct scan *scan, const char *why)
{
	if (*scan->out->refused == '\0')
		scan->out->refused = why;
}

static void
begin_header(struct scan *scan)
{
	scan->in_header = true;
	scan->header_octets = scan->header_fields = scan->type_n = 0;
	scan->comments = 0;
	scan->in_type = false;
	scan->type[0] = '\0';
	if (++scan->out->parts > GP_SCAN_PARTS)
		refuse(scan, "parts");
}

static size_t
depth(const struct scan *scan)
{
	size_t messages = scan->inside;

	for (size_t i = 0; i < scan->level_count; i++)
		messages += scan->levels[i].inside;
	return scan->level_count + messages;
}

/* The boundary in a Content-Type value, wherever it stands; ret_n 0 when there is none. */
static const char *
find_boundary(const char *type, size_t *ret_n)
{
	const char *at = strcasestr(type, "boundary");

	*ret_n = 0;
	for (; at != NULL; at = strcasestr(at + 8, "boundary")) {
		const char *value = at + 8 + strspn(at + 8, " \t*0");

		if (*value != '=')
			continue;
		value += 1 + strspn(value + 1, " \t");
		if (*value == '"') {
			*ret_n = strcspn(value + 1, "\"");
			return value + 1;
		}
		*ret_n = strcspn(value, " \t;");
		return value;
	}
	return NULL;
}

static void
enter_multipart(struct scan *scan)
{
	struct level *level = &scan->levels[scan->level_count];
	const char *boundary;
	size_t n;

	boundary = find_boundary(scan->type, &n);
	if (n == 0)
		return;
	if (n > GP_SCAN_BOUNDARY) {
		refuse(scan, "boundary");
		return;
	}
	if (scan->level_count >= GP_SCAN_DEPTH) {
		refuse(scan, "nesting");
		return;
	}
	memcpy(level->boundary, boundary, n);
	level->n = n;
	while (level->n > 0 && level->boundary[level->n - 1] == ' ')
		level->n--;
	level->inside = scan->inside;
	level->digest = strcasestr(scan->type, "digest") != NULL;
	scan->inside = 0;
	scan->level_count++;
}

static void
end_header(struct scan *scan)
{
	bool digest = scan->level_count > 0 && scan->levels[scan->level_count - 1].digest;

	scan->in_header = false;
	if (strcasestr(scan->type, "multipart/") != NULL) {
		enter_multipart(scan);
	} else if (strcasestr(scan->type, "message/rfc822") != NULL ||
		   strcasestr(scan->type, "message/global") != NULL || strcasestr(scan->type, "message/news") != NULL ||
		   (digest && scan->type_n == 0)) {
		scan->inside++;
		begin_header(scan);
	}
	if (depth(scan) > scan->out->depth)
		scan->out->depth = depth(scan);
	if (scan->out->depth > GP_SCAN_DEPTH)
		refuse(scan, "nesting");
}

static void
count_comments(struct scan *scan, const char *line, size_t n)
{
	if (scan->comments == 0 && memchr(line, '(', n) == NULL) /* most lines */
		return;
	for (size_t i = 0; i < n; i++) {
		if (line[i] == '(' && ++scan->comments > GP_SCAN_COMMENTS)
			refuse(scan, "header");
		else if (line[i] == ')' && scan->comments > 0)
			scan->comments--;
	}
}

static void
header_line(struct scan *scan, const char *line, size_t n)
{
	bool folded = line[0] == ' ' || line[0] == '\t';
	size_t i = 0;

	scan->header_octets += n;
	if (!folded) {
		scan->header_fields++;
		scan->comments = 0;
		scan->in_type = n > 12 && strncasecmp(line, "content-type", 12) == 0;
		i = scan->in_type ? 12 : 0;
	}
	if (scan->header_fields > GP_SCAN_FIELDS || scan->header_octets > GP_SCAN_HEADER)
		refuse(scan, "header");
	count_comments(scan, line, n);
	for (; scan->in_type && i < n && scan->type_n < TYPE_MAX; i++)
		if (line[i] != '\r' && line[i] != '\n' && line[i] != '\0')
			scan->type[scan->type_n++] = line[i];
	scan->type[scan->type_n] = '\0';
}

/* A line that begins with "--": is it the boundary of a level that we are in? The innermost that fits. */
static bool
boundary_line(struct scan *scan, const char *line, size_t n)
{
	for (size_t i = scan->level_count; i-- > 0;) {
		const struct level *level = &scan->levels[i];

		if (n < 2 + level->n || memcmp(line + 2, level->boundary, level->n) != 0)
			continue;
		if (n >= 4 + level->n && memcmp(line + 2 + level->n, "--", 2) == 0) {
			scan->inside = level->inside;
			scan->level_count = i;
			scan->in_header = false;
			return true;
		}
		scan->level_count = i + 1;
		scan->inside = 0;
		begin_header(scan);
		return true;
	}
	return false;
}

static void
take_line(struct scan *scan, const char *line, size_t n)
{
	bool blank = line[0] == '\n' || (line[0] == '\r' && n > 1 && line[1] == '\n');

	if (scan->level_count > 0 && n > 2 && line[0] == '-' && line[1] == '-' && boundary_line(scan, line, n))
		return;
	if (n > 12 && (line[0] | 0x20) == 'c' && strncasecmp(line, "content-type", 12) == 0 &&
	    ++scan->type_lines > TYPE_LINES_MAX)
		refuse(scan, "parts");
	if (!scan->in_header)
		return;
	if (blank)
		end_header(scan);
	else
		header_line(scan, line, n);
}

void
gp_scan(const char *octets, size_t n, struct gp_scan *ret_scan)
{
	struct scan scan = { .out = ret_scan };

	*ret_scan = (struct gp_scan){ .refused = "" };
	begin_header(&scan);
	for (size_t at = 0, length; at < n && *ret_scan->refused == '\0'; at += length) {
		const char *end = memchr(octets + at, '\n', n - at);

		length = end != NULL ? (size_t)(end - octets) + 1 - at : n - at;
		take_line(&scan, octets + at, length);
		ret_scan->passes += length * (depth(&scan) + 1);
	}
	ret_scan->open = scan.level_count;
}
