#include "guildpost/mail/own_text.h"

#include <ctype.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/mail/utf8.h"
#include "mail/own_lines.h"

#define OWN_MAX (256 * 1024)

/* Rules and lone marks at the end say nothing. */
static bool
says_something(const struct gp_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		if (isalnum((unsigned char)line->s[i]) || ((unsigned char)line->s[i] >= 0x80 && line->n > 3))
			return true;
	/* ":-)" and "?" are answers, "----" is none */
	return line->n > 0 && line->n <= 3 && strchr(":;?!+", line->s[0]) != NULL;
}

static char *
kept(const struct gp_lines *lines)
{
	struct gp_buf out = GP_BUF_INIT(OWN_MAX);
	size_t end = lines->count, blanks = 0;

	while (end > 0 && (!gp_line_is_own(&lines->v[end - 1]) || !says_something(&lines->v[end - 1])))
		end--;
	for (size_t i = 0; i < end && !out.full; i++) {
		const struct gp_line *line = &lines->v[i];

		if (!gp_line_is_own(line)) {
			blanks = 1; /* what was taken out leaves a gap between paragraphs */
			continue;
		}
		if (blanks > 0 && out.len > 0)
			gp_buf_addc(&out, '\n');
		blanks = 0;
		gp_buf_add(&out, line->s, line->n);
		gp_buf_addc(&out, '\n');
	}
	return gp_buf_take(&out);
}

char *
gp_own_text(const char *text)
{
	struct gp_lines lines;
	char *own;

	gp_lines_init(&lines, text);
	gp_frame_drop(&lines);
	gp_answered_drop(&lines);
	gp_attribution_drop(&lines);
	gp_ending_drop(&lines);
	own = kept(&lines);
	gp_lines_release(&lines);
	return own;
}
