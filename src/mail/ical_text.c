#include "guildpost/mail/ical_text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Octets of the line at s; *ret_step takes its end along, CR CR LF of broken relays too. */
static size_t
line_at(const char *s, size_t n, size_t *ret_step)
{
	size_t length = 0, step;

	while (length < n && s[length] != '\n' && s[length] != '\r')
		length++;
	step = length;
	while (step < n && s[step] == '\r')
		step++;
	if (step < n && s[step] == '\n')
		step++;
	*ret_step = step;
	return length;
}

/* A line of BEGIN or END without the blanks around it. */
static void
trim_frame(const char **line, size_t *n)
{
	size_t lead = 0, end = *n;

	while (lead < end && is_blank((*line)[lead]))
		lead++;
	while (end > lead && is_blank((*line)[end - 1]))
		end--;
	if ((end - lead > 6 && strncasecmp(*line + lead, "BEGIN:", 6) == 0) ||
	    (end - lead > 4 && strncasecmp(*line + lead, "END:", 4) == 0)) {
		*line += lead;
		*n = end - lead;
	}
}

static bool
is(const char *line, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(line, word, n) == 0;
}

void
gp_ical_unfold(struct gp_buf *out, const char *octets, size_t n)
{
	size_t at = n >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, step;
	bool open = false, first = true;

	for (; at < n; at += step) {
		const char *line = octets + at;
		size_t length = line_at(line, n - at, &step);
		bool folded = open && length > 0 && is_blank(*line);

		if (!folded)
			trim_frame(&line, &length);
		open = open || is(line, length, "BEGIN:VCALENDAR");
		if (!open || length == 0)
			continue;
		if (folded) {
			gp_buf_add(out, line + 1, length - 1);
			continue;
		}
		if (!first)
			gp_buf_adds(out, "\r\n");
		gp_buf_add(out, line, length);
		first = false;
		open = !is(line, length, "END:VCALENDAR");
	}
	if (!first)
		gp_buf_adds(out, "\r\n");
}
