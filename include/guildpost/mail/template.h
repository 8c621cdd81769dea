/* template.h - mail text out of templates/LANGUAGE/NAME.txt.  Floor: mail.
 * The first lines "Subject: ..." up to a blank line, then the body. {{name}} puts a value (text: as is, controls and
 * bidi controls dropped; html files: escaped), {{#name}}...{{/name}} is kept when the value is not "" ({{^name}} when
 * it is). {{{name}}} puts a piece that a template made before, as it is; {{>piece}} the file piece.txt or piece.html. Lines of
 * the text body are wrapped to 72 columns by display width; a line that begins with a blank is kept. */
#pragma once
#include <stddef.h>
#include "guildpost/base/buf.h"
#include "guildpost/base/err.h"

struct gp_var {
	const char *name, *value;
};
/* folder: the templates folder; language "de" or "de-at", which falls back to "de", and either to "en", per file. html: reads NAME.html.
 * ret_subject may be NULL; then a file without "Subject:" is a piece of a mail: all of it
 * is body, and nothing in it is wrapped. PERM 5.3.5 exit 78 when the folder or the file is missing, names what to do. */
GP_MUST_CHECK enum gp_rc gp_template_render(const char *folder, const char *language, const char *name,
    const struct gp_var *vars, size_t count, char **ret_subject, struct gp_buf *ret_body, struct gp_err *err);
GP_MUST_CHECK enum gp_rc gp_template_render_html(const char *folder, const char *language, const char *name,
    const struct gp_var *vars, size_t count, struct gp_buf *ret_body, struct gp_err *err);
/* The language in which that text exists: "de" for "de-at", "en" where there is none in it (Content-Language, I18-08). */
#define GP_LANGUAGE_SIZE 36
void gp_template_language(const char *folder, const char *language, const char *name, char out[GP_LANGUAGE_SIZE]);
/* What a rule says in a few English words ("the author is not a member"), in that language: out of its phrases.txt, lines of
 * "english = other". Where it is not there, the English. Caller frees. */
char *gp_template_phrase(const char *folder, const char *language, const char *english);
void gp_text_wrap(struct gp_buf *out, const char *text, size_t columns, const char *indent); /* by display width */
void gp_html_escape(struct gp_buf *out, const char *text);
int gp_text_width(const char *text); /* columns, CJK = 2 */
