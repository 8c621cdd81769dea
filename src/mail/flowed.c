#include "guildpost/mail/flowed.h"

#include <string.h>

struct line {
	const char *text; /* behind quote marks and stuffing */
	size_t n, depth;
	bool soft;
};

static struct line
line_read(const char *s, size_t n)
{
	struct line line = { s, n, 0, false };

	while (line.n > 0 && *line.text == '>') {
		line.depth++;
		line.text++;
		line.n--;
	}
	if (line.n > 0 && *line.text == ' ') { /* stuffed, so that "From " and ">" may begin a line */
		line.text++;
		line.n--;
	}
	/* The mark of a signature ends in a blank, and flows nowhere (section 4.3). */
	line.soft = line.n > 0 && line.text[line.n - 1] == ' ' && !(line.n == 3 && memcmp(line.text, "-- ", 3) == 0);
	return line;
}

static void
begin_line(struct gp_buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		gp_buf_addc(out, '>');
	if (depth > 0)
		gp_buf_addc(out, ' ');
}

void
gp_flowed_join(struct gp_buf *out, const char *text, size_t n, bool delsp)
{
	struct line before = { NULL, 0, 0, false };

	for (size_t at = 0, length; at < n && !out->full; at += length + 1) {
		const char *lf = memchr(text + at, '\n', n - at);
		struct line line;

		length = lf != NULL ? (size_t)(lf - text) - at : n - at;
		line = line_read(text + at, length);
		/* A paragraph ends where its depth does, or at a signature, whatever the line before promised. */
		if (at > 0 &&
		    (!before.soft || before.depth != line.depth || (line.n == 3 && memcmp(line.text, "-- ", 3) == 0)))
			gp_buf_addc(out, '\n');
		if (at == 0 || out->data[out->len - 1] == '\n')
			begin_line(out, line.depth);
		gp_buf_add(out, line.text, line.n - (line.soft && delsp));
		before = line;
		if (lf != NULL && at + length + 1 == n)
			gp_buf_addc(out, '\n');
	}
}
