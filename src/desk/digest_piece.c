#include "desk/digest.h"

#include "desk/date.h"

#include <ctype.h>

#include "guildpost/mail/utf8.h"

enum gp_rc
digest_piece(const struct digest *digest, bool html, const char *name, const struct gp_var *vars, size_t count,
    char **ret_piece, struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);
	const char *folder = digest->desk->templates;

	if (html)
		GP_TRY(gp_template_render_html(folder, digest->language, name, vars, count, &out, err));
	else
		GP_TRY(gp_template_render(folder, digest->language, name, vars, count, NULL, &out, err));
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		gp_buf_cut(&out, out.len - 1);
	*ret_piece = gp_buf_take(&out);
	return GP_OK;
}

/* Names of days and months stand in the template, as sections: so a language has them where it wants them. */
enum gp_rc
digest_date(const struct digest *digest, const char *name, int64_t t, char **ret_text, struct gp_err *err)
{
	struct gp_date_vars vars;

	gp_date_fill(digest->desk, digest->language, digest->zone, t, &vars);
	return digest_piece(digest, false, name, vars.v, vars.count, ret_text, err);
}

/* "Lee, Ann" is Ann Lee: where one word stands before the comma. */
static char *
turned(const char *name)
{
	const char *comma = strchr(name, ','), *rest;

	if (comma == NULL || strchr(comma + 1, ',') != NULL || memchr(name, ' ', (size_t)(comma - name)) != NULL)
		return gp_strdup(name);
	rest = comma + 1 + strspn(comma + 1, " ");
	return *rest == '\0' ? gp_strdup(name) : gp_printf("%s %.*s", rest, (int)(comma - name), name);
}

/* "Ann Lee via Potters" (what a list server made of a name) is Ann Lee; without a name, what stands before the "@". */
char *
digest_name(const char *from_name, const char *from_address)
{
	const char *text = *from_name != '\0' ? from_name : from_address, *via = strstr(text, " via ");
	size_t n = via != NULL && via > text ? (size_t)(via - text) : strlen(text), at = strcspn(text, "@");
	SCOPED(gp_free_str) char *cut = NULL, *shown = NULL;

	n = at < n ? at : n;
	while (n > 0 && strchr(" \"'", text[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(" \"'", *text) != NULL) {
		text++;
		n--;
	}
	cut = gp_strndup(text, n);
	shown = turned(cut);
	return digest_fit(*shown != '\0' ? shown : "?", 36);
}

char *
digest_fit(const char *text, int columns)
{
	size_t n = strlen(text), at = 0, good = 0;
	int used = 0;

	if (gp_text_width(text) <= columns)
		return gp_strdup(text);
	while (at < n) {
		char one[8] = "";
		size_t step = gp_utf8_next(text + at, n - at, NULL);

		step = step > 0 ? step : 1;
		memcpy(one, text + at, step < sizeof(one) ? step : sizeof(one) - 1);
		used += gp_text_width(one);
		if (used > columns - 3)
			break;
		at += step;
		if (at < n && text[at] == ' ')
			good = at; /* at a word, unless that would lose much */
	}
	return gp_printf("%.*s...", (int)(good > at / 2 ? good : at), text);
}

/* Scripts without blanks count by width. */
int
digest_words(const char *text)
{
	int words = 0, by_width = 0;

	for (const char *c = text; *c != '\0';) {
		size_t n = strcspn(c, " \n");

		words += n > 0;
		c += n;
		c += strspn(c, " \n");
	}
	by_width = gp_text_width(text) / 10;
	return words > by_width ? words : by_width;
}

bool
digest_is_rtl(const char *text)
{
	size_t n = strlen(text), step;
	uint32_t rune;

	for (; n > 0 && (step = gp_utf8_next(text, n, &rune)) > 0; text += step, n -= step)
		if ((rune >= 0x590 && rune <= 0x8ff) || (rune >= 0xfb1d && rune <= 0xfdff) ||
		    (rune >= 0xfe70 && rune <= 0xfeff))
			return true;
	return false;
}
