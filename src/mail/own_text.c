#include "guildpost/mail/own_text.h"

#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"

char *
gp_own_text(const char *text)
{
	struct gp_buf out = GP_BUF_INIT(256 * 1024);

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (strncmp(text, "-- \n", 4) == 0)
			break;
		if (*text != '>') {
			gp_buf_add(&out, text, n);
			gp_buf_addc(&out, '\n');
		}
		text += n + (text[n] == '\n');
	}
	return gp_buf_take(&out);
}

char *
gp_first_line(const char *own)
{
	own += strspn(own, " \n");
	return gp_strndup(own, strcspn(own, "\n"));
}
