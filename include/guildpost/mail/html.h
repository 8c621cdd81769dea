/* html.h - HTML to text that reads well (SEC-09: nothing is loaded, nothing runs).  Floor: mail. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/base/buf.h"

#define GP_HTML_MAX (1024 * 1024) /* octets that are read; nobody reads on behind them */

/* Appends the text of html (UTF-8): paragraphs apart, list items marked, table rows as lines, quotes with "> ", hidden
 * text dropped. links: "text [1]" and the addresses at the end. Clients' marks of quotes and signatures become the
 * lines that gp_own_text knows. */
void gp_html_text(struct gp_buf *out, const char *html, size_t n, bool links);
