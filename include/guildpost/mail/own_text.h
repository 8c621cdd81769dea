/* own_text.h - what the author wrote this time.  Floor: mail.  Linear in the text, and bounded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* text: UTF-8, LF. Without quotes, attribution lines, signature, list footers and legal notices. Caller frees. */
char *gp_own_text(const char *text);
/* The first line of own text that says something, trimmed, without a greeting: the command line. Caller frees. */
char *gp_first_line(const char *own);
/* A line that only greets or thanks ("Hi all,"), in many languages. */
bool gp_is_greeting(const char *line, size_t n);
